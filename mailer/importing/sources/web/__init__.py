"""Web pages, what Google Docs and Word save as one, and text that was copied: HTML becomes a document."""

from __future__ import annotations

import re
from posixpath import normpath

from mailer.errors import DocumentError, Fault
from mailer.importing.document import SourceDocument

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Reads a page that was saved, or the zip file in which Google Docs exports one with its pictures.

    Args:
        content: of the file.
        name: as staff would name it.
        accept_changes: takes tracked changes as accepted.

    Raises:
        DocumentError: it is no page, or goes over a limit.
    """
    from mailer.importing.sources.web.document import Page, document_of
    from mailer.importing.sources.web.tree import MOST_BYTES, text_of, too_large

    if len(content) > MOST_BYTES:
        raise too_large(name, f"it has more than {MOST_BYTES >> 20} MB")
    resources: dict[str, bytes] = {}
    if content.startswith(b"PK\x03\x04"):
        content, resources = _unpacked(content, name)
    page = Page(source=text_of(content), name=name, resources=resources, accept_changes=accept_changes)
    return _finished(document_of(page))


def normalise(html: str, *, accept_changes: bool = False) -> SourceDocument:
    """Reads HTML that was copied in another program and pasted here.

    Args:
        html: as the clipboard has it; the head that Windows puts before it may still be there.
        accept_changes: takes tracked changes as accepted.

    Raises:
        DocumentError: it goes over a limit.
    """
    from mailer.importing.sources.web.document import Page, document_of

    html = re.sub(
        r"\AVersion:\d[\s\S]{0,400}?(?=<)", "", html
    )  # CF_HTML: https://learn.microsoft.com/windows/win32/dataxchg
    return _finished(
        document_of(Page(source=html, name="clipboard", pasted=True, accept_changes=accept_changes))
    )


def _finished(document: SourceDocument) -> SourceDocument:
    from mailer.importing.sources.shaping.invisible import without_invisible

    return without_invisible(document)


def _unpacked(content: bytes, name: str) -> tuple[bytes, dict[str, bytes]]:
    """The one page of a zip file, and the pictures beside it."""
    from mailer.importing.pictures import MOST_BYTES
    from mailer.importing.sources.package import LARGEST_PART, Package, PackageFault

    try:
        package = Package(content)
        pages = [
            each
            for each in package.names
            if each.lower().endswith((".html", ".htm")) and "__MACOSX" not in each
        ]
        if len(pages) != 1:
            what = f"it is a zip file with {len(pages) or 'no'} web pages in it"
            raise PackageFault(what, "unpack it and import the document that is in it")
        folder = pages[0].rpartition("/")[0]
        pictures: dict[str, bytes] = {}
        for each in package.names:
            if each.lower().endswith(_PICTURES) and sum(map(len, pictures.values())) < 4 * MOST_BYTES:
                pictures[_relative(each, folder)] = package.content(each, MOST_BYTES)
        return package.content(pages[0], LARGEST_PART), pictures
    except PackageFault as fault:
        raise DocumentError([Fault(name, 0, fault.message, fault.hint)]) from None


def _relative(part: str, folder: str) -> str:
    return normpath(part).removeprefix(f"{folder}/" if folder else "")


__all__ = ("normalise", "read")
