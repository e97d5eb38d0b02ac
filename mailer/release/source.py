"""A source file's text, and what in it nobody can see: characters that steer, hide or come from a word processor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import Fault, ReleaseError
from mailer.model import Finding, Where
from mailer.release.bounds import within_bounds
from mailer.workspace.endings import cure_of, kind_by_content

_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""The signs of merge slots are made of such characters, so nothing that staff write may hold one."""

_ENCODED_SIGN = re.compile("%EE%80%8[01]", re.IGNORECASE)
"""U+E000 and U+E001 as a web address writes them: what shows an address decodes them again."""

_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
    "|[\u115f\u1160\u3164\uffa0]|(?<![\u2800-\u28ff])\u2800+(?![\u2800-\u28ff])"
)
"""Controls, ends of lines and paragraphs that are none of a file's, and marks that turn the direction of what follows:
what is read is then not what is written (Unicode TR 36 §2.5). Left-to-right and right-to-left marks, and joiners,
belong to how Arabic and Persian are typed. Then letters that are blank: the fillers of Hangul, and Braille's cell
without a dot where it parts no Braille."""

_HIDDEN = re.compile("[\u00ad\u034f\u180e\u200b\u2060-\u2065\ufeff]")
"""Of no width, and pasted in from web pages and word processors without anybody's knowing: they part words for
searching, and fill a subject with nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text as it is read further, and what was noticed on the way."""

    text: str
    findings: tuple[Finding, ...]


def read_source(path: Path, shown: str, content: bytes | None = None) -> Source:
    """
    Args:
        shown: the path as staff would name it.
        content: what is read instead of the file: somebody is writing it (`Workspace.unsaved`).

    Raises:
        ReleaseError: the file can't be read, or is not UTF-8, or is far too long for a release.
    """
    try:
        content = path.read_bytes() if content is None else content
    except OSError as error:
        raise ReleaseError([Fault(shown, 0, f"it can't be read: {error.strerror}")]) from None
    if kind := kind_by_content(content):
        named = ", although its name ends in .md" if path.suffix.lower() == ".md" else ""
        raise ReleaseError([Fault(shown, 0, f"this is {kind}{named}", cure_of(kind, shown))])
    try:
        written = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8 (in Word: plain text, Unicode)"
        raise ReleaseError([Fault(shown, line, f"it is not UTF-8 text (byte {error.start})", hint)]) from None
    within_bounds(written, shown)
    return Source(as_read(written), tuple(_noticed(written, shown)))


def as_read(text: str) -> str:
    """Text as a file gives it back: what nobody can see is gone, what steers or forges is U+FFFD."""
    unforged = _ENCODED_SIGN.sub("%EF%BF%BD", _PRIVATE_USE.sub("\ufffd", _HIDDEN.sub("", text)))
    return _STEERING.sub("\ufffd", unforged)


def _noticed(written: str, shown: str) -> Iterator[Finding]:
    for number, line in enumerate(re.split("\r\n|\r|\n", written), 1):
        where = Where(shown, number)
        for match in _STEERING.finditer(line):
            message = f"Column {match.start() + 1} has an invisible character: {_named(match[0][0])}."
            hint = "It can reorder or hide the text around it. Delete the word and type it again."
            yield Finding("odd-character", "error", message, hint, where)
        hidden = list(_HIDDEN.finditer(line))
        if hidden:
            places = ", ".join(str(match.start() + 1) for match in hidden[:5])
            message = f"Removed: {_named(hidden[0][0])} in column {places}{' …' if len(hidden) > 5 else ''}."
            hint = "It has no width; text copied from Word or the web often contains it."
            yield Finding("odd-character", "notice", message, hint, where)


def _named(character: str) -> str:
    name = unicodedata.name(character, "a control character").lower()
    return f"{name} (U+{ord(character):04X})"
