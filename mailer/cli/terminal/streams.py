"""What the standard streams can write: no name, sign or letter may end a command.

Names on press lists have letters of all the world; Windows gives a pipe an encoding that has some 200 of them (cp1252,
cp437), and a program that fails in the middle of a report because of “ź” has told nobody who got the mail.

- A terminal keeps its encoding: what it can't show is written in plain signs (“ as ", – as -) or as an escape.
- A pipe or file is read by a program, or by an editor that guesses. On Windows, and where the system says "ASCII", it
  gets UTF-8: the code page is nobody's wish there, no two programs agree on it, and UTF-8 is what JSON is (RFC 8259
  §8.1) and what loses nothing.
- An encoding that somebody has asked for (PYTHONIOENCODING, or a locale that is not UTF-8) is kept, with the same plain
  signs and escapes as on a terminal.
"""

from __future__ import annotations

import codecs
import io
import os
import sys

_PLAIN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": ".",
    "✓": "+", "✗": "x", "→": "->", "−": "-",
}  # fmt: skip
"""Our own signs, for encodings without them."""

_ERRORS = "mailer.plain"


def never_fail_at_a_character() -> None:
    """Sets stdin, stdout and stderr up as above. Once is enough, twice does no harm."""
    codecs.register_error(_ERRORS, _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_encoding(stream), errors=_ERRORS)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def _encoding(stream: io.TextIOWrapper) -> str:
    codec = codecs.lookup(stream.encoding).name
    if codec == "ascii":
        return "utf-8"  # what "C" and "POSIX" mean is that nobody has said anything (PEP 538)
    asked = sys.platform != "win32" or stream.isatty() or os.environ.get("PYTHONIOENCODING")
    return stream.encoding if asked else "utf-8"


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(
        _PLAIN.get(character) or character.encode("unicode_escape").decode("ascii") for character in missing
    ), error.end
