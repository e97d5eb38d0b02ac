"""Text from a list's cell, made safe to stand on one line of a header, a greeting or a table."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_LINE_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_JOINERS = "\u200c\u200d"
_STRAY_JOINER = re.compile(f"(?<![^\\x00-\\x7f])[{_JOINERS}]|[{_JOINERS}]\\Z")
_HARMLESS = "\u00ad\u034f\u180e\u200b\u200e\u200f\u2060\ufeff"
_HEADER_LINE = re.compile(
    r"[\r\n\v\f\x85\u2028\u2029][^\S\r\n\v\f\x85\u2028\u2029]*(?!mailto:)[A-Za-z][A-Za-z -]{0,60}:", re.I
)
_MOJIBAKE = re.compile(r"[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œŸ]|â€|\ufffd")
_MARKS_IN_A_ROW = 30
"""More accents on one letter are no text (Stream-Safe Text Format, Unicode Standard Annex 15, section 13)."""
_DECOMPOSED_TO_MARKS = "\u0344\u0f73\u0f75\u0f81"
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bqBQ]\?")


def clean(text: str) -> str:
    """`text` on one line: line breaks and odd spaces become a space, what can't be seen goes.

    What goes: control characters, byte-order marks, zero-width spaces, bidirectional overrides and
    private-use characters (with which merge slots are marked). Joiners that Persian or Hindi spelling
    needs stay between letters. Whitespace is collapsed and trimmed.
    """
    if not text.isprintable():
        text = _STRAY_JOINER.sub("", text.translate(_SHOWN))
    return " ".join(text.split())


class _Shown(dict[int, str]):
    """For `str.translate`: what becomes of a character; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _LINE_BREAKS or unicodedata.category(character) == "Zs":
            shown = " "
        else:
            shown = character if character.isprintable() or character in _JOINERS else ""
        if len(self) < 10_000:
            self[code] = shown
        return shown


_SHOWN = _Shown()


def suspicious(text: str) -> bool:
    """Whether `clean` took out more than the dirt of copying and pasting."""
    if text.isprintable():
        return False
    return any(
        unicodedata.category(c) in ("Cc", "Co", "Cs", "Cn")
        or "\u202a" <= c <= "\u202e"
        or "\u2066" <= c <= "\u2069"
        for c in set(text)
        if c not in _HARMLESS
    )


def header_injected(text: str) -> bool:
    """Whether a line break is followed by what reads as a mail header (`Bcc: …`)."""
    return not text.isprintable() and _HEADER_LINE.search(text) is not None


def has_encoded_word(text: str) -> bool:
    """Whether there is an RFC 2047 encoded word, which a mail program would decode."""
    return "=?" in text and _ENCODED_WORD.search(text) is not None


def garbled(text: str) -> bool:
    """Whether the text was once decoded wrongly: `JosÃ©`, `Jos�`."""
    return not text.isascii() and _MOJIBAKE.search(text) is not None


def normalised(form: Literal["NFC", "NFKD"], text: str) -> str:
    """`text` in a normal form of Unicode, in time that grows with its length.

    Python takes time that grows with the square of a run of accents: minutes for a cell full of them. So what
    is above `_MARKS_IN_A_ROW` goes.
    """
    if text.isascii():
        return text
    if len(text) > _MARKS_IN_A_ROW:
        marks = "".join(c for c in set(text) if unicodedata.combining(c) or c in _DECOMPOSED_TO_MARKS)
        if marks:
            text = re.sub(f"([{marks}]{{{_MARKS_IN_A_ROW}}})[{marks}]+", r"\1", text)
    return unicodedata.normalize(form, text)


def shortened(text: str, longest: int = 80) -> str:
    """`text` for a message: clean, and no longer than so many characters."""
    text = clean(text[: longest * 4])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def folded(text: str) -> str:
    """For comparing words: no accents, no case, one space between."""
    text = clean(text)
    if text.isascii():
        return text.lower()
    text = normalised("NFKD", text).casefold()
    return text.translate({ord(c): None for c in set(text) if unicodedata.combining(c)})
