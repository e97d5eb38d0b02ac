"""A document becomes a release file: read, recovered, written, accounted for. Nothing is saved, nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailer.errors import DocumentError, Fault, ReleaseError, ValueFault, WorkspaceError
from mailer.importing.accounted import body_of, lost_words, plain_text_of
from mailer.importing.click_counters import addresses_in, told_of_clicks
from mailer.importing.counted import counts_of
from mailer.importing.document import Leak, Margin, Picture, SourceDocument
from mailer.importing.draft import Draft, SetAside, Standing
from mailer.importing.second_language import Differences, differences, inherited
from mailer.importing.written import ToCheck, Written, write
from mailer.release import digest, read_newsroom, read_release
from mailer.release.writing.new import slug
from mailer.workspace import Workspace

if TYPE_CHECKING:
    from mailer.importing.structure import Office

_ANYWHERE = "Decide about it in the program that wrote the document, save, and import it again."
_ACCEPT = "Or import it with --accept-changes, which accepts tracked changes and lists them{}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A document as a release file that is not saved yet.

    Attributes:
        source: what it is, in words for staff.
        name: of the release, from its headline unless one was given.
        language: of an edition beside an original; "" for an original.
        text: of the file.
        pictures: by name of their file, which stands beside the release's.
        draft: what was recovered.
        counts: how many paragraphs, notes, links … it has, by what is counted.
        to_check: what was guessed, with the line of the file.
        set_aside, margins, remarks, accepted: what is not in the file, and why.
        offered: boilerplates that newsroom.md lacks; they are in the file too.
        differences: of an edition from its original; None for an original.
    """

    source: str
    name: str
    language: str
    text: str
    pictures: Mapping[str, Picture]
    draft: Draft
    counts: Mapping[str, int]
    to_check: tuple[ToCheck, ...]
    set_aside: tuple[SetAside, ...]
    offered: tuple[Standing, ...]
    margins: tuple[Margin, ...]
    remarks: tuple[str, ...]
    accepted: tuple[Leak, ...]
    differences: Differences | None = None

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}.{self.language}.md" if self.language else f"{self.name}.md"


def import_document(
    workspace: Workspace,
    content: bytes,
    shown: str,
    *,
    name: str = "",
    language: str = "",
    accept_changes: bool = False,
) -> Imported:
    """A document of any kind that people write releases in, as a release file.

    Args:
        content: of the document.
        shown: its name, as staff would name it; its ending is believed where the content does not say what it is.
        name: of the release; "" = made from the headline. Where a language is given too, and the release is there, the
            document becomes its edition in that language.
        language: BCP 47, "" = as the document says.
        accept_changes: takes tracked changes as accepted. Comments and hidden text are left to a person to decide.

    Raises:
        DocumentError: it can't be read, it would leak, or words of it would be lost.
    """
    from mailer.importing.sources import read_document

    document = read_document(shown, content, accept_changes=accept_changes)
    return of_source(workspace, document, shown, name=name, language=language)


def of_source(
    workspace: Workspace, document: SourceDocument, shown: str, *, name: str = "", language: str = ""
) -> Imported:
    """The same for what has been read: a document, or what was pasted.

    Raises:
        DocumentError: it would leak, or words of it would be lost.
    """
    from mailer.importing.structure import recover

    if document.leaks:
        raise _leaking(document.leaks, shown)
    original = workspace.releases / f"{name}.md" if name and language else None
    translated = read_release(workspace, name).original if original and original.is_file() else None
    draft = recover(document, office_of(workspace, language or document.language))
    draft = replace(draft, language=language or draft.language or read_newsroom(workspace).language)
    called = name or slug(draft.headline)
    pictures_called = f"{called}.{language}" if translated else called
    written = _written(draft, pictures_called, shown)
    _must_be_accounted_for(document, draft, written.text, shown)
    found: Differences | None = None
    if translated and original:
        found = differences(translated, body_of(written.text))
        draft = replace(draft, fields={**draft.fields, "original": digest(original)})
        written = _written(draft, pictures_called, shown, inherited(draft, translated))
    body = body_of(written.text)
    return Imported(
        source=document.kind,
        name=called,
        language=language if translated else "",
        text=written.text,
        pictures=written.pictures,
        draft=draft,
        counts=counts_of(body.tree, body.notes),
        to_check=written.to_check,
        set_aside=draft.set_aside,
        offered=draft.offered,
        margins=document.margins,
        remarks=(*document.remarks, *told_of_clicks(addresses_in(body.tree, body.notes))),
        accepted=document.accepted,
        differences=found,
    )


def office_of(workspace: Workspace, language: str = "") -> Office:
    """What newsroom.md says, in plain words, for recovering a release."""
    from mailer.importing.structure import Office

    newsroom = read_newsroom(workspace, language)
    return Office(
        name=newsroom.name,
        language=newsroom.language,
        region=newsroom.region,
        zone=newsroom.zone,
        boilerplates={each.title: plain_text_of(each.content) for each in newsroom.boilerplates},
        postal_address=newsroom.postal_address,
        website=newsroom.website,
        end_mark=newsroom.end_mark,
        dash=newsroom.dash,
        today=datetime.now(ZoneInfo(newsroom.zone)).date(),
    )


def save(workspace: Workspace, imported: Imported, path: Path) -> tuple[Path, ...]:
    """Write the file and its pictures; nothing is ever overwritten, and a part of them is never left.

    Args:
        path: of the release file, in releases/.

    Returns:
        what was written, the release first.

    Raises:
        WorkspaceError: one of them is there already, or can't be written.
    """
    files = {path: imported.text.encode()}
    files |= {path.with_name(name): picture.content for name, picture in imported.pictures.items()}
    made: list[Path] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for each, content in reversed(files.items()):  # the release last: it names the others
            with each.open("xb") as file:
                made.append(each)
                file.write(content)
    except BaseException as error:  # Ctrl-C too leaves no part of them
        for ours in made:
            with suppress(OSError):
                ours.unlink()
        if not isinstance(error, OSError):
            raise
        if isinstance(error, FileExistsError):
            raise WorkspaceError(
                f"{workspace.shown(each)} is there already. Nothing was written.",
                f"Give another name: -o {workspace.shown(path.with_name(f'{path.stem}-2.md'))}",
            ) from None
        raise WorkspaceError(
            f"{workspace.shown(each)} can't be written: {os.strerror(error.errno or 0)}."
        ) from None
    return tuple(reversed(made))


def faults_of(workspace: Workspace, path: Path) -> tuple[ToCheck, ...]:
    """What the reader of releases can't read in a file that was imported: a person has to put it right."""
    try:
        read_release(workspace, str(path))
    except ReleaseError as error:
        shown = workspace.shown(path)
        return tuple(
            ToCheck(fault.line, f"{fault.message}: {fault.hint}" if fault.hint else fault.message)
            for fault in error.faults
            if fault.path == shown
        )
    return ()


def _leaking(leaks: Sequence[Leak], shown: str) -> DocumentError:
    """Every leak; what to do stands once, behind the last one that it does away with."""
    remedies = {leak.remedy or _ANYWHERE: number for number, leak in enumerate(leaks)}
    hints = {number: remedy for remedy, number in remedies.items()}
    acceptable = [number for number, leak in enumerate(leaks) if leak.acceptable]
    if acceptable:
        more = "; the rest is left to you" if len(acceptable) < len(leaks) else ""
        hints[acceptable[-1]] = f"{hints.get(acceptable[-1], '')} {_ACCEPT.format(more)}".strip()
    return DocumentError(
        [Fault(shown, 0, _said_of(leak), hints.get(number, "")) for number, leak in enumerate(leaks)]
    )


def _said_of(leak: Leak) -> str:
    who = f" by {leak.author}" if leak.author else ""
    when = f", {leak.when}" if leak.when else ""
    words = " ".join(leak.text.split())
    return f"{leak.place}: {leak.kind}{who}{when}: “{words[:80]}{'…' if len(words) > 80 else ''}”"


def _written(draft: Draft, name: str, shown: str, leave_out: Collection[str] = ()) -> Written:
    try:
        return write(draft, name, leave_out)
    except ValueFault as fault:
        raise DocumentError([Fault(shown, 0, fault.message, fault.hint)]) from None


def _must_be_accounted_for(document: SourceDocument, draft: Draft, text: str, shown: str) -> None:
    lost = lost_words(document, draft, text)
    if lost:
        hint = "nothing was written. Copy the text into a plain .txt file and import that, and report this document"
        faults = [
            Fault(shown, 0, f"the import would lose “{each.words}” (… {each.around} …)", hint)
            for each in lost
        ]
        raise DocumentError(faults)
