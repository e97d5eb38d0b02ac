"""Which characters the bytes of a text file are: certain where it says so, else the likeliest, which is told."""

from __future__ import annotations

import codecs

from mailer.errors import DocumentError, Fault

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PAGES = (("cp1252", "Windows-1252"), ("mac-roman", "Macintosh Roman"), ("cp850", "code page 850 (MS-DOS)"))
_LETTERS = frozenset("áéíóúñüçãõâêôàèìòùäößëïîûåøæœÁÉÍÓÚÑÜÇÃÕÂÊÔÀÈÄÖÅØÆ")
_SIGNS = frozenset("¿¡“”‘’«»–—…•ºª§€£©®°· \u00a0")


def decoded(content: bytes, name: str) -> tuple[str, list[str]]:
    """The text of a file, and remarks on how it was read.

    Raises:
        DocumentError: it is no text, or not what its byte-order mark says.
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(codec), []
            except UnicodeDecodeError:
                raise _no_text(name, "it is not the Unicode that it begins as") from None
    head = content[:4096]
    if head.count(0) * 3 >= len(head) > 1:
        codec = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
        try:
            return content.decode(codec), ["The file does not say its characters: it was read as UTF-16."]
        except UnicodeDecodeError:
            raise _no_text(name, "it holds bytes that no text has") from None
    if head.count(0):
        raise _no_text(name, "it holds bytes that no text has")
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return _guessed(content)


def _guessed(content: bytes) -> tuple[str, list[str]]:
    readings = [(content.decode(codec, "replace"), shown) for codec, shown in _PAGES]
    text, shown = max(readings, key=lambda reading: _likelihood(reading[0]))
    remark = f"The file does not say its characters: it was read as {shown}. Look at the accented letters."
    return text, [remark]


def _likelihood(text: str) -> float:
    """How much the letters beyond ASCII look like those of a text in a language of Western Europe."""
    score = 0.0
    for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter.isascii():
            continue
        if letter in _LETTERS:
            inside = before.isalpha() or after.isalpha()
            score += (
                (1.5 if letter.islower() or before.isspace() or before.isupper() else 0.2) if inside else -0.5
            )
        elif letter in _SIGNS:
            score += 0.2 if before.isalpha() and after.isalpha() and letter != "’" else 1.0
        else:
            score -= 2
    return score


def _no_text(name: str, why: str) -> DocumentError:
    return DocumentError(
        [Fault(name, 0, f"it is no text file: {why}", "save it as plain text (UTF-8), and import that")]
    )
