"""Documents that are not imported, and what to do instead."""

from __future__ import annotations

from pathlib import PurePath

from mailer.errors import Fault

_COPY = "open it, copy the text, and import it with `mailer import --clipboard`"
_ASK = f"ask for the Word file that it was made of; or {_COPY}"
_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF, which has printed lines and no paragraphs", _ASK),
    (
        b"\xffWPC",
        "a WordPerfect document",
        "save it as a Word document (.docx) in WordPerfect or LibreOffice",
    ),
    (b"\x89PNG", "a picture", "put it beside the release, and name it under `images:`"),
    (b"\xff\xd8\xff", "a picture", "put it beside the release, and name it under `images:`"),
    (b"GIF8", "a picture", "put it beside the release, and name it under `images:`"),
    (b"II*\x00", "a picture", "put it beside the release, and name it under `images:`"),
    (b"MM\x00*", "a picture", "put it beside the release, and name it under `images:`"),
    (b"bplist00", "a web archive of Safari", f"save it as “page source” (.html); or {_COPY}"),
    (b"\x1f\x8b", "an archive", "unpack it and import the document that is in it"),
    (b"7z\xbc\xaf\x27\x1c", "an archive", "unpack it and import the document that is in it"),
    (b"Rar!", "an archive", "unpack it and import the document that is in it"),
    (b"BZh", "an archive", "unpack it and import the document that is in it"),
    (b"\xfd7zXZ", "an archive", "unpack it and import the document that is in it"),
    (b"MZ", "a program", ""),
    (b"\x7fELF", "a program", ""),
)
_BY_KIND = {
    "an Excel workbook": (
        "an Excel workbook",
        "a press list is added by `mailer lists add`; a release is a text",
    ),
    "a Pages document": ("a Pages document", "in Pages, choose File → Export To → Word, and import that"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_OLE = (
    ("__substg1.0_", "a mail of Outlook (.msg)", f"drag it out of the mail program as .eml; or {_COPY}"),
    ("Workbook", "an old Excel workbook", "a press list is added by `mailer lists add`; a release is a text"),
    ("PowerPoint Document", "a presentation", _COPY),
    ("EncryptedPackage", "a document with a password", "open it, remove the password, and save it again"),
    (
        "WordDocument",
        "a Word document in the format of before 2007 (.doc)",
        "open it in Word, save it as .docx",
    ),
)
_OPEN_DOCUMENT_TEXT = (b"application/vnd.oasis.opendocument.text",)


def why_not(name: str, content: bytes, kind: str) -> Fault | None:
    """Why a document can't be imported, or None where it can.

    Args:
        name: as staff would name it.
        content: of the file.
        kind: what `kind_by_content` says of it.
    """
    for mark, what, cure in _MARKS:
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(mark):
            return Fault(name, 0, f"it is {what}: it can’t be imported", cure)
    if content.startswith(_OLE):
        return _old(name, content)
    if content[:4] == b"RIFF" or content[4:12] in (b"ftypheic", b"ftypheif", b"ftypavif"):
        return Fault(name, 0, "it is a picture or a film: it can’t be imported", "put it beside the release")
    if kind in _BY_KIND:
        what, cure = _BY_KIND[kind]
        return Fault(name, 0, f"it is {what}: it can’t be imported", cure)
    if kind == "a LibreOffice document" and not any(mark in content[:200] for mark in _OPEN_DOCUMENT_TEXT):
        return Fault(name, 0, "it is a LibreOffice document without text: a table, a drawing, slides", _COPY)
    if kind == "a zip archive":
        return _archive(name, content)
    if b"<office:document " in content[:2000]:
        return Fault(name, 0, "it is a flat LibreOffice document (.fodt)", "save it as .odt and import that")
    if not kind and b"\x00" in content[:4096] and not _is_wide(content):
        return Fault(name, 0, "it is not a text, or none that is known", _COPY)
    return None


def _is_wide(content: bytes) -> bool:
    """Whether content may be UTF-16 without a mark: every other byte of Latin letters is 0."""
    return content[:200].count(0) * 3 >= len(content[:200])


def _old(name: str, content: bytes) -> Fault:
    """A compound file (MS-CFB): what its streams are called says what it is."""
    for stream, what, cure in _IN_OLE:
        if stream.encode("utf-16-le") in content:
            return Fault(name, 0, f"it is {what}: it can’t be imported", cure)
    return Fault(
        name, 0, "it is an old Office document: it can’t be imported", "save it as .docx and import that"
    )


def _archive(name: str, content: bytes) -> Fault | None:
    """A zip is read where it is an export of Google Docs: one page with its pictures."""
    from mailer.importing.sources.package import Package, PackageFault

    try:
        names = [part.lower() for part in Package(content).names]
    except PackageFault as fault:
        return Fault(name, 0, fault.message, fault.hint)
    if any(part.startswith("index/") and part.endswith(".iwa") for part in names) or "index.xml" in names:
        what, cure = _BY_KIND["a Pages document"]
        return Fault(name, 0, f"it is {what}: it can’t be imported", cure)
    if sum(part.endswith((".html", ".htm")) and "__macosx" not in part for part in names) == 1:
        return None
    what = "an e-book" if PurePath(name).suffix.lower() == ".epub" else "an archive"
    return Fault(
        name, 0, f"it is {what}: it can’t be imported", "unpack it and import the document that is in it"
    )
