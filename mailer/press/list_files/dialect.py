"""How a text file is cut into cells: by which delimiter, told from how well the rows then agree.

Not by `csv.Sniffer`, which takes what stands between quotes for a delimiter (python/cpython#97611, #119123):
each candidate cuts the sample with the csv reader itself, and the one wins that yields a header we know
and rows as wide as it.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from mailer.press.list_files.delimited_text import NO_DELIMITER, Dialect, Record, cut, sep_line, unwrap
from mailer.press.list_files.encoding import Encoding, find_encoding
from mailer.press.list_files.header import header_row

SAMPLE = 64 * 1024
"""Characters of a file by which it is judged."""

DELIMITERS = (NO_DELIMITER, ",", ";", "\t", "|")

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "": "one column"}


def find_dialect(path: Path, shown: str, encoding: str = "") -> tuple[Dialect, list[Record]]:
    """The dialect of a text file, and its first records.

    Args:
        shown: the path for messages.
        encoding: Python's name of the encoding, where staff have said it.

    Raises:
        LookupError, UnicodeError: that encoding is unknown, or isn't the file's.
    """
    found = Encoding(encoding) if encoding else find_encoding(path)
    with path.open(encoding=found.codec, errors=found.errors, newline="") as file:
        text = file.read(SAMPLE)
        whole = len(text) < SAMPLE
    lines = io.StringIO(text, newline="").readlines()
    if not whole and len(lines) > 1:
        lines.pop()
    said = sep_line(lines[0]) if lines else ""
    if said:
        return Dialect(found, said, 1), _cut(lines[1:], said, shown, 1)
    cuts = {delimiter: _cut(lines, delimiter, shown) for delimiter in DELIMITERS}
    best = _best(cuts)
    rows = cuts[NO_DELIMITER]
    if _score(cuts[best])[0] < 2 and all(r.lines[0].startswith('"') or not any(r.cells) for r in rows):
        inner = {delimiter: list(unwrap(rows, delimiter, shown)) for delimiter in DELIMITERS[1:]}
        wrapped = _best(inner)
        if _score(inner[wrapped])[0] > 1:
            return Dialect(found, wrapped, 0, True), inner[wrapped]
    return Dialect(found, best), cuts[best]


def _cut(lines: list[str], delimiter: str, shown: str, skipped: int = 0) -> list[Record]:
    return list(cut(io.StringIO("".join(lines), newline=""), delimiter, shown, skipped))


def _best(cuts: Mapping[str, Sequence[Record]]) -> str:
    """The delimiter whose cut makes most sense; the first of `DELIMITERS` where several do."""
    return max(cuts, key=lambda delimiter: (_score(cuts[delimiter]), -DELIMITERS.index(delimiter)))


def _score(records: Sequence[Record]) -> tuple[int, float]:
    """How well a cut of the sample makes sense: headers known, then rows that agree in width."""
    filled = [record.cells for record in records if any(map(str.strip, record.cells))]
    if not filled:
        return 0, 0.0
    known, at = header_row(filled)
    rows = filled[at:]
    width = len(rows[0]) if known else Counter(map(len, rows)).most_common(1)[0][0]
    agreeing = sum(len(cells) == width for cells in rows) / len(rows)
    return known, agreeing if width > 1 else agreeing / 2
