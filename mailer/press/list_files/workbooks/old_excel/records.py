"""The records of an old Excel file, BIFF8 (MS-XLS): each has a kind, a length, and no more than 8,224 bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.press.list_files.workbooks.refused import PackageError, too_large

BOF, EOF, CONTINUE = 0x809, 0x0A, 0x3C
MOST_RECORDS = 4_000_000
"""Over all that is read of a file."""


@dataclass(slots=True)
class Record:
    """A record: its kind, and where its content is in the stream."""

    kind: int
    start: int
    end: int


class Records:
    """The stream of a workbook. What one instance reads counts together."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self._left = MOST_RECORDS

    def of(self, start: int) -> Iterator[Record]:
        """The records from a BOF to its EOF, without both and without what is embedded between.

        Raises:
            PackageError: there is no such thing, or too much of it.
        """
        stream, within = self.stream, 0
        try:
            while True:
                kind, length = struct.unpack_from("<HH", stream, start)
                self._left -= 1
                if self._left < 0:
                    raise too_large(f"it has more than {MOST_RECORDS:,} records")
                record = Record(kind, start + 4, start + 4 + length)
                if record.end > len(stream) or (within == 0 and kind != BOF):
                    raise damaged()
                start = record.end
                if kind == BOF:
                    within += 1
                elif kind == EOF:
                    within -= 1
                    if within == 0:
                        return
                elif within == 1:
                    yield record
        except struct.error:
            raise damaged() from None


class Text:
    """Reads texts of a record, and of those that continue it (MS-XLS 2.5.293, 2.5.294).

    Args:
        stream: the workbook's.
        pieces: where the content of each is.
    """

    def __init__(self, stream: bytes, pieces: list[Record]) -> None:
        self._stream = stream
        self._pieces = pieces
        self._piece = 0
        self._at, self._end = pieces[0].start, pieces[0].end

    def take(self, length: int) -> bytes:
        """The next bytes; raises PackageError where there are not so many."""
        parts = []
        while length > 0:
            if self._at == self._end:
                self._next()
            part = self._stream[self._at : min(self._end, self._at + length)]
            parts.append(part)
            self._at += len(part)
            length -= len(part)
        return b"".join(parts)

    def skip(self, length: int) -> None:
        """Passes over bytes."""
        while length > 0:
            if self._at == self._end:
                self._next()
            passed = min(length, self._end - self._at)
            self._at += passed
            length -= passed

    def characters(self, count: int, wide: int) -> str:
        """The next characters, of one byte or two each; where a record ends in them, the next one says which anew."""
        parts = []
        while count > 0:
            if self._at == self._end:
                self._next()
                wide = self._stream[self._at] & 1
                self._at += 1
            here = min(count, (self._end - self._at) >> wide)
            if here == 0 and self._at < self._end:
                raise damaged()
            part = self._stream[self._at : self._at + (here << wide)]
            parts.append(part if wide else part.decode("latin-1").encode("utf-16-le"))
            self._at += len(part)
            count -= here
        return b"".join(parts).decode("utf-16-le", "replace")

    def string(self, count: int) -> tuple[str, bytes]:
        """A text of so many characters, and its runs: four bytes each, the first character and its font."""
        flags = self.take(1)[0]
        runs = int.from_bytes(self.take(2), "little") if flags & 8 else 0
        spoken = int.from_bytes(self.take(4), "little") if flags & 4 else 0
        text = self.characters(count, flags & 1)
        return text, self._formatting(runs, spoken)

    def _formatting(self, runs: int, spoken: int) -> bytes:
        found = self.take(4 * runs)
        self.skip(spoken)
        return found

    def _next(self) -> None:
        self._piece += 1
        if self._piece == len(self._pieces):
            raise damaged()
        self._at, self._end = self._pieces[self._piece].start, self._pieces[self._piece].end
        if self._at == self._end:
            raise damaged()


def damaged() -> PackageError:
    """It does not hold what it says it holds."""
    return PackageError("the file is damaged: it breaks off, or its parts don't fit together")
