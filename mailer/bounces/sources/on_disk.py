"""Mail on this machine: mbox files and Maildirs, read and never changed."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

from mailer.errors import Fault, SourceError


def read_mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of an mbox file, each with its place.

    Raises:
        SourceError: it can't be read, or is no mbox.
    """
    if path.exists() and not path.is_file():  # a pipe would keep us waiting
        raise _fault(path, "is no file", "An mbox is one file; name a folder with --maildir.")
    try:
        with path.open("rb") as file:
            start = file.read(5)
        if start and start != b"From ":
            raise _fault(
                path, "is not an mbox: it does not begin with “From ”", "For a single email, use --explain."
            )
        box = mailbox.mbox(path, create=False)
        try:
            for number, key in enumerate(box.keys(), 1):
                yield f"{path} no. {number}", box.get_bytes(key)
        finally:
            box.close()
    except OSError as error:
        raise _fault(path, f"can't be read: {error.strerror or error}") from None


def read_maildir(path: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of a Maildir, old and new, each with its place.

    Raises:
        SourceError: it can't be read, or is no Maildir.
    """
    if not ((path / "new").is_dir() and (path / "cur").is_dir()):
        raise _fault(
            path, "is not a Maildir", "A Maildir is a folder that contains the folders new, cur and tmp."
        )
    # Straight from the files: mailbox.Maildir would do, but for its creating tmp/ and trusting its table of contents.
    for folder in ("new", "cur"):
        for file in sorted((path / folder).iterdir()):
            if file.name.startswith(".") or not file.is_file():
                continue
            try:
                yield str(file), file.read_bytes()
            except FileNotFoundError:
                continue  # a mail program moved it meanwhile: the next reading finds it
            except OSError as error:
                raise _fault(file, f"can't be read: {error.strerror or error}") from None


def _fault(path: Path, message: str, hint: str = "") -> SourceError:
    return SourceError([Fault(str(path), 0, message, hint)])
