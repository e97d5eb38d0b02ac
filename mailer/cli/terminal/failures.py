"""What goes wrong outside every stage's own care: is it the computer's and the staff's matter, or a defect of ours?

A full disk, a file in another program's hands, a name that no file can have: none of these is a defect, whichever line
of ours meets it first.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from mailer.errors import MailerError
from mailer.visible import visible

_LONGEST, _DEEPEST = 80, 20
"""Characters of a folder's or file's name that are shown, and how many of them."""

_CURES = {
    errno.ENOSPC: "The disk is full: make room. What was recorded before still counts.",
    errno.EDQUOT: "Your disk quota is used up: make room. What was recorded before still counts.",
    errno.EFBIG: "The disk, or a limit of your account, allows no file that large: use a smaller one.",
    errno.EROFS: "This disk is read-only: work in a folder where you can write.",
    errno.EACCES: "Change its permissions, or close the program that has it open.",
    errno.EPERM: "Change its permissions, or close the program that has it open.",
    errno.EBUSY: "Close the program that has it open.",
    errno.ENAMETOOLONG: "A file name can't be that long: is it the one you meant?",
    errno.ELOOP: "It is a link that leads to itself: remove it.",
    errno.ENOENT: "Check whether it was moved or renamed.",
    errno.EISDIR: "There is a folder where a file should be: move it away.",
    errno.ENOTDIR: "There is a file where a folder should be: move it away.",
    errno.EEXIST: "Something with that name already exists: move it away.",
    errno.EMFILE: "Too many files are open: close other programs, or use fewer SMTP_CONNECTIONS.",
}


def as_told(error: Exception) -> MailerError:
    """An error that no stage expected, as staff are told about it: with what they can do, or that it is ours."""
    if isinstance(error, MailerError):
        return error
    if isinstance(error, MemoryError):
        return MailerError(
            "This computer does not have enough memory for that.",
            "Close other programs, or use a smaller file.",
        )
    if isinstance(error, OSError) and (error.filename is not None or error.errno in _CURES):
        reason = error.strerror or type(error).__name__
        said = f"{_shown(error.filename)} can't be used: {reason}." if error.filename else f"{reason}."
        return MailerError(
            said, _CURES.get(error.errno or 0, "Check that it exists and that you may use it.")
        )
    if _of_the_disk(error):
        return MailerError(
            f"The temporary folder can't be used: {error}.",
            "Make room on its disk, or name another in TMPDIR.",
        )
    return MailerError(
        f"something went wrong inside mailer ({type(error).__name__}: {error}).",
        "This is a bug in mailer. Run it again with --debug and report what it prints.",
    )


def _of_the_disk(error: Exception) -> bool:
    """Whether SQLite says it of a disk. The record of mailings says that in its own words; what is left are long lists,
    which lie in the temporary folder while they are looked at."""
    import sqlite3

    disk = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in disk


def _shown(filename: object) -> str:
    name = os.fsdecode(filename) if isinstance(filename, str | bytes) else str(filename)
    parts = [part if len(part) <= _LONGEST else f"{part[:_LONGEST]}…" for part in Path(name).parts]
    return visible(str(Path(*(parts if len(parts) <= _DEEPEST else [*parts[:_DEEPEST], "…"]))))
