"""What lies in a mailbox, for its list: the heads of its messages, read once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path

from mailer.desk.showing.message_view import CAREFUL
from mailer.workspace import lies_in

HEAD = 64 << 10
"""Octets of a message that are read for the list."""

SHOWN = 200
"""Messages on a page of the list."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A line of the list.

    Attributes:
        key: of its address on the page: the file's name without its ending.
        arrived: in the time of this computer.
    """

    key: str
    name: str
    address: str
    subject: str
    language: str
    arrived: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the list, the newest first.

    Attributes:
        number: how many there are that fit.
        all: how many there are.
        older: `before` of the next page; "" = there is none.
    """

    letters: Sequence[Letter]
    number: int
    all: int
    older: str


def letters_in(folder: Path, words: str = "", before: str = "") -> Shown:
    """
    Args:
        words: each of which stands in the name, the address or the subject, whatever its capitals and accents; or is
            the language.
        before: a key: only those that arrived earlier.
    """
    there = sorted((path for path in folder.glob("*.eml") if _is_message(path, folder)), reverse=True)
    wanted = _bare(words).split()
    fit = [path for path in there if not wanted or all(word in _told(path) for word in wanted)]
    rest = [path for path in fit if not before or path.stem < before]
    page = [letter for path in rest[:SHOWN] if (letter := _letter(path))]
    return Shown(page, len(fit), len(there), page[-1].key if page and len(rest) > SHOWN else "")


def _is_message(path: Path, folder: Path) -> bool:
    """A file of this folder: not a link, which would show a file from anywhere, and nothing that blocks."""
    return not path.name.startswith(".") and path.is_file() and lies_in(path, folder)


def _told(path: Path) -> str:
    letter = _letter(path)
    return _bare(f"{letter.name} {letter.address} {letter.subject} {letter.language}") if letter else ""


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _letter(path: Path) -> Letter | None:
    """None: it is gone by now; the mailbox keeps the newest only."""
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=20_000)
def _read(path: Path, changed: int, size: int) -> Letter:
    """A message is written once and never changed."""
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=CAREFUL).parsebytes(file.read(HEAD))
    name, address = parseaddr(str(head["To"] or ""))
    return Letter(
        path.stem,
        name,
        address,
        str(head["Subject"] or ""),
        str(head["Content-Language"] or ""),
        datetime.fromtimestamp(changed / 1e9).astimezone(),
    )
