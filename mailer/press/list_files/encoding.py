"""Which characters a file's bytes stand for: certain where it says so, else a guess that is told."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WINDOWS_LETTER = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff](?=[A-Za-z])")
_MACINTOSH_LETTER = re.compile(rb"(?<=[A-Za-z])[\x80-\x90\x95-\x9f](?=[A-Za-z])")
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_NO_TEXT = re.compile(rb"(?<![^\s@:;,|\"'<>])(?:[^\s@:;,|\"'<>]*+(?:@|://)[^\s;,|\"'<>]*+)")
"""Addresses and links, which are ASCII in every language."""
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")

MOST_GUESSED = 0.3
"""The share of the letters, outside of addresses and links, that may be a guess. In the languages of Western Europe
less than a tenth are accented: where more are, it is another alphabet, or another code page."""

NAMES = {
    "ascii": "ASCII",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "ISO 8859-1",
    "mac-roman": "Macintosh Roman",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is decoded.

    Attributes:
        codec: Python's name of it.
        guessed: the bytes do not prove it, and another reading would give other letters.
        mixed: UTF-8 in which single bytes are Windows-1252, as when two exports were pasted together.
        in_doubt: so many of the letters are guessed that no guess is to be trusted.
    """

    codec: str
    guessed: bool = False
    mixed: bool = False
    in_doubt: bool = False

    @property
    def errors(self) -> str:
        return _STRAY if self.mixed else "strict"

    def __str__(self) -> str:
        name = NAMES.get(self.codec, self.codec)
        return f"{name} mixed with Windows-1252" if self.mixed else name


_STRAY = "mailer-stray-bytes"


def _stray(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8, read as the Windows-1252 it most likely is."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "replace"), error.start + 1


codecs.register_error(_STRAY, _stray)


def find_encoding(path: Path) -> Encoding:
    """The encoding of a text file, from all of its bytes, read block by block.

    A byte-order mark decides; then NULs for a third or more of it, which only
    UTF-16 has in text; then whether it all is UTF-8.
    What is left is a code page, for which there is only likelihood: Windows-1252 unless accented letters
    stand where the Macintosh had them.
    """
    with path.open("rb") as file:
        head = file.read(4096).rstrip(b"\0")  # which a power cut can leave at the end of a file
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return _checked(path, codec)
    if head.count(0) * 3 >= len(head) > 1:
        wide = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
        return _checked(path, wide, guessed=True)
    if _decodes(path, "ascii"):
        return Encoding("ascii")
    return Encoding("utf-8") if _decodes(path, "utf-8") else _code_page(path)


def _checked(path: Path, codec: str, guessed: bool = False) -> Encoding:
    if _decodes(path, codec):
        return Encoding(codec, guessed)
    return Encoding(codec, True, mixed=True) if codec == "utf-8-sig" else Encoding("latin-1", True)


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _code_page(path: Path) -> Encoding:
    windows = macintosh = undefined = sequences = strays = letters = high = 0
    for block in _blocks(path):
        windows += len(_WINDOWS_LETTER.findall(block))
        macintosh += len(_MACINTOSH_LETTER.findall(block))
        undefined += len(_UNDEFINED_IN_1252.findall(block))
        sequences += len(_UTF8_SEQUENCE.findall(block))
        strays += sum(byte >= 0x80 for byte in _UTF8_SEQUENCE.sub(b"", block))
        text = _NO_TEXT.sub(b"", block)
        letters += len(_ASCII_LETTER.findall(text))
        high += len(_HIGH.findall(text))
    in_doubt = high > MOST_GUESSED * (letters + high)
    if sequences and sequences >= (strays * 10 if in_doubt else strays):
        return Encoding("utf-8", guessed=True, mixed=True)
    if macintosh > windows and not in_doubt:
        return Encoding("mac-roman", guessed=True)
    return Encoding("latin-1" if undefined else "cp1252", guessed=True, in_doubt=in_doubt)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
