"""What was copied in another program, for a release that is being written: a passage for its middle, or the whole file
where nothing but its beginning is there yet.

Nobody is asked before it stands there, so nothing is taken silently: what a clipboard brings that its author may not
have meant to publish is told, and what would lose a word is not taken at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailer.errors import MailerError
from mailer.importing.accounted import Lost, body_of, lost_words
from mailer.importing.click_counters import addresses_in, told_of_clicks
from mailer.importing.counted import counts_of
from mailer.importing.document import Leak, Paragraph, Run, SourceDocument
from mailer.importing.draft import Draft, SetAside
from mailer.importing.imported import Imported, of_source, office_of
from mailer.importing.written import ToCheck, write_passage
from mailer.model import Kind
from mailer.release.field_names import ALIASES, RECORDS, RELEASE_FIELDS, normalised
from mailer.release.header import ITEM, read_header
from mailer.release.writing.translation import TO_TRANSLATE
from mailer.workspace import Workspace

CLIPBOARD = "the clipboard"
_NOTE = re.compile(r"\[\^(\d+)\]")
_STILL_TO_WRITE = re.compile(r".*\bTODO\b.*|##\s+\S.*|\s*")
_LEFT_OUT = {"comment": "A comment", "hidden text": "Hidden text"}
_TAKEN = {
    "insertion": "“{}” is a tracked insertion{}. It was taken.",
    "deletion": "“{}” is a tracked deletion{}. It was left out.",
    "move": "“{}” is a tracked move{}. It was taken where it stands now.",
    "formatting": "“{}” has tracked formatting{}. It was taken as it looks now.",
}
_SHOWN = 80
"""Characters of a text that somebody has to recognise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What is to be put into the file.

    Attributes:
        source: the program that it comes from, in words for staff.
        whole: `text` is the file; else it is a passage of its text.
        text: Markdown.
        inside: `text` as it reads behind other words of a paragraph, where it may be a part of one; else "".
        notes: the texts of its notes, for the file's end.
        counts: how many paragraphs, notes, links … it has, by what is counted.
        to_check: what was guessed, with the line of `text`; 0 = none in particular.
        told: what its author may not have meant to publish, and what did not come along: sentences.
        lost: words that it lacks. Then nothing of it is to be used.
    """

    source: str
    whole: bool = False
    text: str = ""
    inside: str = ""
    notes: str = ""
    counts: dict[str, int]
    to_check: tuple[ToCheck, ...] = ()
    told: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()


def paste(
    workspace: Workspace, html: str, text: str, *, name: str, language: str = "", everything: bool = False
) -> Pasted:
    """HTML of a clipboard, as text of a release.

    Args:
        html: as the clipboard has it.
        text: of the release's file, as it stands in the editor.
        name: of the release.
        language: of a translation; "" for the original.
        everything: all of the text is to be replaced.

    Raises:
        DocumentError: it goes over a limit, or is no text.
    """
    from mailer.importing.sources.web import normalise
    from mailer.importing.structure.passage import without_figures

    document = normalise(html, accept_changes=True)
    told = tuple(_told(document))
    document = replace(document, leaks=())
    if everything or is_only_begun(text):
        blocks = without_figures(document.blocks, [])
        whole = _whole(workspace, replace(document, blocks=blocks, pictures={}), text, name, language)
        if whole:
            return replace(whole, told=(*told, *whole.told))
    passage = _passage(workspace, document, text, language)
    return replace(passage, told=(*told, *passage.told))


def _whole(
    workspace: Workspace, document: SourceDocument, text: str, name: str, language: str
) -> Pasted | None:
    """The file, as an import would make it; None: a part of a text is no release."""
    try:
        imported = of_source(workspace, document, CLIPBOARD, name=name, language=language)
    except MailerError:
        return None  # as a passage it may do; if not, that says why
    if not imported.draft.headline or not imported.draft.body:
        return None
    read = body_of(imported.text)
    return Pasted(
        source=_program(document),
        whole=True,
        text=_with_what_was_chosen(text, imported),
        counts=dict(imported.counts),
        to_check=imported.to_check,
        told=(*_set_aside(imported.set_aside), *told_of_clicks(addresses_in(read.tree, read.notes))),
    )


def _passage(workspace: Workspace, document: SourceDocument, text: str, language: str) -> Pasted:
    from mailer.importing.structure.passage import recover_passage

    there = max(map(int, _NOTE.findall(text)), default=0)
    draft = recover_passage(document, office_of(workspace, language or document.language), there)
    body, notes, to_check = write_passage(draft, there)
    file = f"---\n---\n\n{body}\n\n{notes}\n"
    read = body_of(file)
    return Pasted(
        source=_program(document),
        inside=_inside(draft, there),
        text=body,
        notes=notes,
        counts=counts_of(read.tree, read.notes),
        to_check=to_check,
        told=(*_set_aside(draft.set_aside), *told_of_clicks(addresses_in(read.tree, read.notes))),
        lost=lost_words(document, draft, file),
    )


def _inside(draft: Draft, notes_there: int) -> str:
    """A paragraph without what only the beginning of one needs."""
    alone = draft.body[0] if len(draft.body) == 1 else None
    if not isinstance(alone, Paragraph) or alone.heading or alone.quoted:
        return ""
    before = Run("x ")
    text, _, _ = write_passage(
        replace(draft, body=(replace(alone, runs=(before, *alone.runs)),)), notes_there
    )
    return text.removeprefix(before.text)


def _program(document: SourceDocument) -> str:
    return document.kind.removeprefix("text from ")


def _told(document: SourceDocument) -> Iterator[str]:
    for leak in document.accepted:
        yield _TAKEN[leak.kind].format(_short(leak.text), f" by {leak.author}" if leak.author else "")
    for leak in document.leaks:
        yield f"{_LEFT_OUT.get(leak.kind, leak.kind.capitalize())}{_whose(leak)} was left out: “{_short(leak.text)}”."
    yield from document.remarks
    if document.pictures:
        yield f"Pictures did not come along ({len(document.pictures)}): save them beside the release."


def _set_aside(asides: Sequence[SetAside]) -> Iterator[str]:
    for aside in asides:
        yield f"“{aside.text}” was set aside: {aside.why}."


def _whose(leak: Leak) -> str:
    return f" by {leak.author}" if leak.author else ""


def _short(text: str) -> str:
    words = " ".join(text.split())
    return f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words


def is_only_begun(text: str) -> bool:
    """Whether nobody has written anything of the text yet: it is empty, or as `mailer new` makes it."""
    body = read_header(text, "", RELEASE_FIELDS, RECORDS).body
    return body.lstrip().startswith(TO_TRANSLATE) or all(map(_STILL_TO_WRITE.fullmatch, body.split("\n")))


def _with_what_was_chosen(text: str, imported: Imported) -> str:
    """The file, with what was said in the header before and the document does not say: the kind that was chosen for
    it, which release it corrects."""
    before = read_header(text, "", RELEASE_FIELDS, RECORDS)
    now = read_header(imported.text, "", RELEASE_FIELDS, RECORDS)
    lines = imported.text.split("\n")
    end = now.body_line - 2
    kept = [
        line
        for name, own in _fields(text.split("\n")[: before.body_line - 2])
        if name not in {*now.values, *now.records, "original"} and "TODO" not in own
        for line in own.split("\n")
        if line.partition(":")[2].strip() or "\n" in own
    ]
    lines[end:end] = kept
    if imported.draft.kind is Kind.PRESS_RELEASE and before.text("kind") and "kind" in now.values:
        lines[now.line("kind") - 1] = f"Kind: {before.text('kind')}"
    return "\n".join(lines)


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The fields of a header by name, each with its lines."""
    name = ""
    own: list[str] = []
    for line in lines:
        if line[:1].strip() and not ITEM.match(line) and re.search("[:：]", line):
            if name:
                yield name, "\n".join(own)
            written = normalised(re.split("[:：]", line)[0])
            name, own = ALIASES.get(written, written), []
        if name and line.strip():
            own.append(line)
    if name:
        yield name, "\n".join(own)
