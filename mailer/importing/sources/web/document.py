"""A page as a document: what is its text, its notes, its margins, and which program wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailer.importing.document import Block, Leak, Margin, Rule, SourceDocument
from mailer.importing.sources.shaping.every_run import paragraphs
from mailer.importing.sources.shaping.mail_heads import without_heads
from mailer.importing.sources.shaping.printed_lines import are_printed_lines, mended, with_paragraphs
from mailer.importing.sources.shaping.typed_lists import with_typed_lists
from mailer.importing.sources.web.blocks import blocks_of
from mailer.importing.sources.web.looks import Styles
from mailer.importing.sources.web.notes import Note, notes_of
from mailer.importing.sources.web.page import after, around, before, main_part
from mailer.importing.sources.web.programs import GMAIL, OUTLOOK, PDF_VIEWER, WEB_PAGE, program_of
from mailer.importing.sources.web.reading import Reading, embedded_content
from mailer.importing.sources.web.tree import tree_of, words_of

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The source of a page and how it came.

    Attributes:
        source: its HTML.
        name: the file as staff would name it.
        pasted: it comes from a clipboard.
        mail: it is the text of a mail.
        resources: files that came with it, by the name that it gives them.
        accept_changes: whether tracked changes are taken as accepted.
    """

    source: str
    name: str
    pasted: bool = False
    mail: bool = False
    resources: Mapping[str, bytes] = field(default_factory=dict)
    accept_changes: bool = False


def document_of(page: Page) -> SourceDocument:
    """What a page says.

    Raises:
        DocumentError: it goes over a limit.
    """
    root, embedded = tree_of(page.source, page.name)
    body = next(root.iter("body"), root)
    program = program_of(page.source)
    program = GMAIL if page.mail and program == WEB_PAGE else program
    found = notes_of(body)
    reading = Reading(
        resources={**page.resources, **{key: embedded_content(value) for key, value in embedded.items()}},
        accept_changes=page.accept_changes,
        styles=Styles(*(style.text or "" for style in root.iter("style"))),
        base=_base(root, page.source),
        white_page=program not in (WEB_PAGE, GMAIL, OUTLOOK, PDF_VIEWER),
        notes={note.fragment: str(number) for number, note in enumerate(_real(found), 1)},
    )
    _set_apart(found, reading)
    part = main_part(body) if program == WEB_PAGE and not page.pasted else body
    outside = around(part) if program == WEB_PAGE else []
    reading.skipped.update(outside)
    blocks, heads = _finished(blocks_of(part, reading=reading), program, mail=page.mail)
    notes = {
        str(number): _without_rules(blocks_of(note.element, reading=reading))
        for number, note in enumerate(_real(found), 1)
    }
    margins = (*heads, *_margins(body, part, outside, reading.styles, reading))
    blocks, words = with_typed_lists(blocks, _words(body, found, reading, program))
    if page.mail:
        _set_preheader_aside(reading)
    return SourceDocument(
        kind=_kind(page, program),
        blocks=blocks,
        notes=notes,
        pictures=reading.pictures,
        margins=margins,
        leaks=tuple(reading.leaks),
        accepted=tuple(reading.accepted),
        remarks=tuple(reading.remarks),
        language=_language(root, body),
        words=words,
    )


def _kind(page: Page, program: str) -> str:
    if page.pasted:
        return f"text from {program}"
    return "web page" if program == WEB_PAGE else f"page from {program}"


def _words(body: Any, found: list[Note], reading: Reading, program: str) -> str:
    """The words of a page without marks of notes, and without comments, which are leaks."""
    marks = frozenset(
        each for note in found for each in (note.cite, note.back, *[note.element] * note.comment)
    )
    words = words_of(body, reading.styles, marks)
    return mended(words) if program == PDF_VIEWER else words


def _set_preheader_aside(reading: Reading) -> None:
    """What a mail hides above its text is shown in lists of mails, and no secret."""
    for leak in [
        leak for leak in reading.leaks if leak.kind == "hidden text" and leak.place == "paragraph 1"
    ]:
        reading.leaks.remove(leak)
        reading.remark(f"What lists of mails show of it was left out: “{leak.text[:200]}”.")


def _real(found: list[Note]) -> list[Note]:
    return [note for note in found if not note.comment]


def _set_apart(found: list[Note], reading: Reading) -> None:
    """Notes and comments are not read with the text; comments are leaks."""
    for note in found:
        reading.skipped |= {note.element, note.back}
        if note.comment:
            reading.skipped.add(note.cite)
            mark, text = (" ".join(each.text_content().split()) for each in (note.back, note.element))
            reading.leak(Leak("comment", text.removeprefix(mark).strip(), f"comment {mark.strip('[]')}"))


def _margins(
    body: Any, part: Any, outside: list[Any], styles: Styles, reading: Reading
) -> tuple[Margin, ...]:
    """What stands around the text of a page: above it, beside it, below it."""

    def read(element: Any, skipped: set[Any]) -> tuple[Block, ...]:
        return blocks_of(element, reading=Reading(styles=styles, base=reading.base, skipped=skipped))

    margins = []
    notes = reading.skipped - set(outside)
    if part is not body:
        margins.append(
            Margin("page header", read(body, {part} | after(part) | notes), "above the text of the page")
        )
    inside = tuple(block for element in outside for block in read(element, set(notes)))
    margins.append(Margin("text box", inside, "in the text of the page"))
    if part is not body:
        margins.append(
            Margin("page footer", read(body, {part} | before(part) | notes), "below the text of the page")
        )
    kept = tuple(margin for margin in margins if any(True for _ in paragraphs(margin.blocks)))
    if kept:
        words = sum(len(each.text.split()) for margin in kept for each in paragraphs(margin.blocks))
        reading.remark(
            f"What stands around the text of the page was set aside: {words} word{'s' * (words != 1)}."
        )
    return kept


def _finished(
    blocks: tuple[Block, ...], program: str, *, mail: bool
) -> tuple[tuple[Block, ...], tuple[Margin, ...]]:
    heads: tuple[Margin, ...] = ()
    if mail or program in (GMAIL, OUTLOOK):
        blocks, heads = without_heads(blocks)
    if program == PDF_VIEWER or (program == "Pages or TextEdit" and are_printed_lines(blocks)):
        blocks = with_paragraphs(blocks)
    return _without_rules(blocks), heads


def _without_rules(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Blocks without the lines at their ends, which part notes and comments from the text."""
    start, end = 0, len(blocks)
    while start < end and isinstance(blocks[start], Rule):
        start += 1
    while end > start and isinstance(blocks[end - 1], Rule):
        end -= 1
    return blocks[start:end]


def _base(root: Any, source: str) -> str:
    """The address of a page, as it says it itself."""
    for element in root.iter("base"):
        if element.get("href", "").startswith(("http://", "https://")):
            return str(element.get("href"))
    if saved := _SAVED_FROM.search(source[:4096]):
        return saved[1] if saved[1].startswith(("http://", "https://")) else ""
    for element in root.iter("link"):
        if (element.get("rel") or "").lower() == "canonical" and (element.get("href") or "").startswith(
            "http"
        ):
            return str(element.get("href"))
    return ""


def _language(root: Any, body: Any) -> str:
    """The language that a page declares, as RFC 5646 writes it: `EN-US` of Word is `en-US`."""
    said = (
        root.get("lang") or body.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    ).strip()
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}", said):
        return ""
    first, *others = re.split("[-_]", said)
    return "-".join((first.lower(), *(each.upper() if len(each) == 2 else each.title() for each in others)))
