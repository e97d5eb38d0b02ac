"""What journalists take away from a page: attachments, the event for their calendar, and all of it in one file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path, PurePosixPath

from mailer.errors import Fault, TemplateError
from mailer.model import Edition, Kind
from mailer.photo_metadata import without_metadata
from mailer.publish.site.page import PressPicture
from mailer.render.calendar import calendar_part
from mailer.workspace import Workspace, web_name
from mailer.workspace.enclosures import EnclosureError, read_enclosure

_MADE_HERE = re.compile(r"-[0-9]+\.(?:jpg|png)$|\.(?:json|ics)$")
"""How the names of pictures, ninjs and calendar entries end."""


def attached(
    edition: Edition, workspace: Workspace, beside: Path, folder: str
) -> dict[str, tuple[str, bytes]]:
    """The attached files of an edition: path on the site and content, by their name in the release.

    Raises:
        TemplateError: one may not leave the workspace.
    """
    found: dict[str, tuple[str, bytes]] = {}
    for file in edition.attachments:
        if file.send == "attach":
            try:
                enclosure = read_enclosure(workspace, file.file, beside)
            except EnclosureError as fault:
                raise TemplateError([Fault(str(edition.path), 0, fault.message, fault.hint)]) from None
            content = without_metadata(enclosure.content) or enclosure.content
            taken = {name for name, _ in found.values()}
            found[file.file] = (f"{folder}/{_name(enclosure.path.name, folder, taken)}", content)
    return found


def _name(file: str, folder: str, taken: set[str]) -> str:
    """What an attached file is called on the site: nearly as it is, and never as a file that is made there."""
    path = PurePosixPath(file)
    stem, ending = web_name(path.stem), path.suffix.lower()
    if _MADE_HERE.search(f"{stem}{ending}") or f"{stem}{ending}" == kit_name(folder):
        stem = f"{stem}-attached"
    base, number = stem, 2
    while f"{folder}/{stem}{ending}" in taken:
        stem, number = f"{base}-{number}", number + 1
    return f"{stem}{ending}"


def kit_name(folder: str) -> str:
    """What the zip of a release's files is called."""
    return f"{folder}.zip"


def calendar_of(edition: Edition, folder: str) -> tuple[str, bytes] | None:
    """The event as a file for calendars, with its path; None where there is no event, or none any more."""
    if edition.event is None or edition.kind is Kind.WITHDRAWAL:
        return None
    language = edition.language.lower()
    return f"{folder}/event.{language}.ics", calendar_part(edition, edition.event).content


def kit(files: Mapping[str, bytes], pictures: Iterable[PressPicture], folder: str, day: date) -> bytes:
    """A zip of these files and the pictures' words. The same files make the same octets, whenever and wherever.

    Args:
        files: by path on the site; they lie flat in the zip.
        pictures: of all editions.
        day: that the files are dated by.
    """
    words: dict[str, list[str]] = {}
    for picture in pictures:
        said = [picture.caption, picture.credit and f"({picture.credit})", picture.alt and f"[{picture.alt}]"]
        lines = words.setdefault(PurePosixPath(picture.largest.path).name, [])
        line = " ".join(filter(None, said))
        lines += [line] if line and line not in lines else []
    captions = "\r\n\r\n".join("\r\n".join((name, *lines)) for name, lines in sorted(words.items()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:  # what presses octets differs by version
        for name, content in sorted(
            {PurePosixPath(path).name: content for path, content in files.items()}.items()
        ):
            made.writestr(_entry(f"{folder}/{name}", day), content)
        if words:
            made.writestr(_entry(f"{folder}/captions.txt", day), f"\ufeff{captions}\r\n".encode())
    return out.getvalue()


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
    entry.create_system = 3  # what the mode below belongs to; the default differs by system
    entry.external_attr = 0o644 << 16
    return entry
