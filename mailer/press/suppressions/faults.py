"""When suppressed.csv can't be what it should be: missing, empty, no text, rows that name nobody.

Everybody would be mailed then, silently. So each of these is a fault, which says what was seen and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.write import line_of
from mailer.press.suppressions.contents import Contents
from mailer.press.suppressions.suppressed_rows import HEADER, WIDE, Form, Suppression

BEGIN = line_of(HEADER, ",", "\n")
"""What stands in a new one."""
MOST_SHOWN = 20
"""Rows at fault that are shown one by one; the rest is counted."""

_KINDS = (
    (b"PK\x03\x04", "a workbook of Excel or LibreOffice (.xlsx, .ods)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls), or one with a password"),
    (b"%PDF", "a PDF"),
)
_CONTROL = bytes({*range(1, 9), *range(14, 32)} - {0x1A, 0x1B})
"""What no text has, in any encoding of single bytes. A NUL is what a power cut leaves."""
_TOO_MUCH = 0.02
_BROKEN_LINE_BREAK = re.compile("[\u0a00\u0d00\U000a0000\U000d0000]")
_AS_CSV = "open it where it was made, and save it as “CSV UTF-8” under this name"
_PUT_BACK = (
    "nobody can be mailed until it is put back, from a backup or from wherever it was moved. "
    "Only if nobody was ever suppressed: mailer suppress --begin"
)


def missing(path: Path) -> Fault:
    """That there is no such file."""
    if path.is_symlink():
        what = f"is a link to {path.readlink()}, which does not exist"
        return Fault(str(path), 0, what, "connect the drive that it is on, or put the file back")
    return Fault(str(path), 0, "the list of people who are never mailed is missing", _PUT_BACK)


def not_text(path: Path, kind: str = "") -> Fault:
    """That its bytes are no text."""
    what = f"this is {kind}, despite its name" if kind else "this is not readable text"
    return Fault(str(path), 0, what, _AS_CSV)


def check_has_an_end(path: Path) -> None:
    """Looks at a file before it is opened: a pipe may keep whoever opens it waiting for ever.

    Raises:
        ListError: it is no file.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ListError([Fault(str(path), 0, "can't be read: it is a device or a pipe")])


def check_is_text(path: Path, codec: str) -> None:
    """Looks at a file before it is read.

    Raises:
        ListError: it is another kind of file.
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "")
    odd = len(head) - len(head.translate(None, _CONTROL))
    if kind or (odd > len(head) * _TOO_MUCH and not codec.startswith(WIDE)):
        raise ListError([not_text(path, kind)])


def in_step(rows: Iterable[RawRow], path: Path) -> Iterator[RawRow]:
    """Rows of UTF-16 or UTF-32, where a byte that is missing makes one letter of the halves of two: a line break
    is none any more, and the row swallows those after it.

    Raises:
        ListError: there is such a place.
    """
    for row in rows:
        if any(_BROKEN_LINE_BREAK.search(line) for line in row.lines):
            what = "there is a byte too few or too many here, so the rest can't be read"
            raise ListError([Fault(str(path), row.line, what, "put the file back from a backup")])
        yield row


def faults_in(path: Path, found: Contents) -> list[Fault]:
    """What is wrong with what the file says, in the order of its lines."""
    if not found.header:
        size = path.stat().st_size
        what = f"it is empty: {size:,} bytes, with nothing but blank lines and comments"
        hint = _PUT_BACK.replace("Only if", "Remove it only if")
        return [Fault(str(path), 0, what, hint)]
    faults = []
    if not found.form.named and not found.entries:
        what = "it has no column called “address”, and no row names anybody"
        faults.append(
            Fault(str(path), found.header, what, "is this the right file? Put the right one in its place")
        )
    hint = "correct the line, or put # before it if it is a note"
    shown = found.complaints[:MOST_SHOWN]
    faults += [Fault(str(path), complaint.line, complaint.message, hint) for complaint in shown]
    if more := len(found.complaints) - len(shown):
        line = found.complaints[MOST_SHOWN].line
        faults.append(Fault(str(path), line, f"{more:,} more rows like these, from this line on"))
    return faults


def _zeros_at_the_end(path: Path, form: Form) -> int:
    """How many bytes, if they are none of a letter's: in UTF-16 the last one of a line break may be a zero."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 16)))
        tail = file.read()
    zeros = len(tail) - len(tail.rstrip(b"\0"))
    letter = 4 if form.codec.startswith("utf-32") else 2 if form.wide else 1
    return zeros if zeros >= letter else 0


def cut_short(
    path: Path, found: Contents, form: Form, entries: Mapping[str, Suppression], *, shorter: bool
) -> list[Fault]:
    """Whether a file has lost its end: somebody saves it just now, or a program that did was stopped half-way.

    Lines that staff take out elsewhere, and lines that they add, are none of this.

    Args:
        found: what it says now.
        form, entries: of the file as it was read last, when nothing was wrong with it.
        shorter: it has fewer bytes now.
    """
    if found.form.before and (shorter or not form.before):
        zeros = _zeros_at_the_end(path, found.form)
        what = (
            f"its last {zeros:,} bytes are zeros, which they were not before: that part is not written yet, or is lost"
            if zeros
            else "it ends in the middle of this line, which it did not before: it is only half-written"
        )
        hint = "put it back from a backup; or complete its last line and end it with a line break"
        return [Fault(str(path), found.form.lines, what, hint)]
    gone = [entry for key, entry in entries.items() if key not in found.entries]
    nobody_new = all(key in entries for key in found.entries)
    if not (gone and nobody_new and all(entry.line > found.form.lines for entry in gone)):
        return []
    people = "1 person further down is" if len(gone) == 1 else f"{len(gone):,} people further down are"
    what = f"{people} missing: it now ends after line {found.form.lines}"
    hint = "put it back from a backup, or they will be mailed; if you removed them yourself, just go on"
    return [Fault(str(path), 0, what, hint)]
