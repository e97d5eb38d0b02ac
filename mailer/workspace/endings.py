"""Files whose name is not what it seems: Windows and macOS hide endings, so `adv2.md` may be `adv2.md.txt` on the disk.

Staff can't see what is wrong then; so whatever looks for a file of theirs and does not find it asks here what there is.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from mailer.visible import visible

_TEXTS = frozenset((".md", ".markdown", ".txt", ".text"))
LIST_ENDINGS = (".csv", ".xlsx", ".tsv", ".txt", ".xlsm", ".ods", ".xls", ".vcf")
"""Of press lists; where several files differ in nothing else, the first of these is meant."""
_FOREIGN = {
    ".docx": "a Word document", ".doc": "a Word document", ".odt": "a LibreOffice document",
    ".pages": "a Pages document", ".rtf": "a rich text document", ".pdf": "a PDF",
    ".html": "a web page", ".htm": "a web page",
    ".xlsb": "an Excel binary workbook", ".numbers": "a Numbers spreadsheet",
}  # fmt: skip

DOCUMENTS = (".docx", ".odt", ".rtf", ".html", ".htm", ".eml", ".txt", ".md")
"""Of documents that `mailer import` makes a release of."""
IMPORT_IT = "make a release of it: mailer import {}"
_SAVE_AS_TEXT = (
    "open it in the program it was written in, save it as plain text (.txt) in UTF-8, and rename it to .md"
)
_SAVE_AS_DOCUMENT = (
    "open it in the program it was written in, save it as a Word document (.docx), and import that"
)
_SAVE_AS_CSV = "open it in the program it was made in, and save it as “CSV UTF-8”"


def instead_of(wanted: str, folders: tuple[Path, ...], never: Callable[[Path], bool] | None = None) -> str:
    """What to do where a file of this name is not there and one of nearly this name is, or "".

    Args:
        wanted: the name that the file should have, such as `adv2.md`.
        folders: where it is looked for.
        never: what nobody may be told to take, whatever it is called.
    """
    suffix = Path(wanted).suffix
    for path in _nearly(wanted, folders):
        if never and never(path):
            continue
        ending = path.name[len(_bare(path.name)) :].lower()
        last = Path(ending or path.name).suffix if ending.count(".") > 1 else ending
        if last in _FOREIGN:
            document = IMPORT_IT.format(shlex.quote(visible(os.path.relpath(path))))
            cure = _SAVE_AS_CSV if suffix == ".csv" else document if last in DOCUMENTS else _SAVE_AS_DOCUMENT
            return f"There is {visible(path.name)}, {_FOREIGN[last]}: {cure}."
        if path.name.lower() == wanted.lower():
            return f"There is {visible(path.name)}: capitals matter, so write {visible(_bare(path.name))}."
        if last in (LIST_ENDINGS if suffix == ".csv" else _TEXTS) or not last:
            return (
                f"There is {visible(path.name)}: rename it to {visible(wanted)}. "
                "(Windows and macOS hide extensions; have them show “file name extensions”.)"
            )
    return ""


def _nearly(wanted: str, folders: tuple[Path, ...]) -> Iterator[Path]:
    meant = _bare(wanted).lower()
    for folder in folders:
        try:
            found = sorted(path for path in folder.iterdir() if _bare(path.name).lower() == meant)
            yield from (path for path in found if path.is_file() or path.suffix.lower() == ".pages")
        except OSError:
            continue


def _bare(name: str) -> str:
    """A name without all its endings that say what kind of file it is: adv2.md.txt, adv2.txt, adv2.MD → adv2."""
    while True:
        stem, dot, ending = name.rpartition(".")
        if not (dot and stem and f".{ending.lower()}" in {*_TEXTS, *LIST_ENDINGS, *_FOREIGN}):
            return name
        name = stem


def misnamed(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Files that look like translations of a release and are not read: what each is called, and what it should be.

    Args:
        name: the release's.
    """
    pattern = re.compile(
        re.escape(name) + r"(\.[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)(?:\.md)?(\.\w+)", re.IGNORECASE
    )
    for path in sorted(folder.iterdir()):
        match = pattern.fullmatch(path.name)
        known = (
            match
            and match[2].lower() in _TEXTS | _FOREIGN.keys()
            and match[1].lower() not in _TEXTS | _FOREIGN.keys()
        )
        if match and known and path.name != f"{name}{match[1]}.md":
            yield path.name, f"{name}{match[1]}.md"


def cure_of(kind: str, shown: str) -> str:
    """What to do with a file that should be a release and is something else.

    Args:
        kind: as `kind_by_content` says.
        shown: the file, as staff would name it.
    """
    if kind in ("a Word document", "a LibreOffice document", "a rich text document", "a web page"):
        return IMPORT_IT.format(shlex.quote(shown))
    return _SAVE_AS_DOCUMENT if kind == "a Pages document" else _SAVE_AS_TEXT


_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_by_content(content: bytes) -> str:
    """What a file is that should be plain text and is none, or "" where it may be.

    Args:
        content: all of it: the members of a zip archive are listed at its end.
    """
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(_ZIP):
        members = (
            (b"word/document.xml", "a Word document"), (b"xl/workbook.xml", "an Excel workbook"),
            (b"vnd.oasis.opendocument", "a LibreOffice document"), (b"Index/Document.iwa", "a Pages document"),
        )  # fmt: skip
        return next((kind for member, kind in members if member in content), "a zip archive")
    if content.startswith(_OLE):
        return "a Word document"
    for mark, kind in ((b"{\\rtf", "a rich text document"), (b"%pdf-", "a PDF"), (b"<!doctype html", "a web page"),
                       (b"<html", "a web page"), (b"bplist00", "a Mac’s list of settings")):  # fmt: skip
        if start.startswith(mark):
            return kind
    return "UTF-16 text" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
