"""A compound file, as Office wrote them before it wrote zips: streams in chains of sectors (MS-CFB).

Every stream lies in the file once, so it is never more than the file; what could be long without an end is a chain,
which is followed for no more steps than there are sectors. The tree of names is not climbed: names are read in a row.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from mailer.press.list_files.workbooks.refused import PackageError

_HEADER = 512
_ENTRY = 128
_LAST_SECTOR = 0xFFFFFFFA
"""What is above is no sector: the end of a chain, a free one."""
_STREAM = 2


class Compound:
    """The streams of a compound file.

    Attributes:
        names: of the streams, in lower case.

    Raises:
        PackageError: it is none, or damaged.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._open()
        except (struct.error, IndexError):
            raise _damaged() from None

    def _open(self) -> None:
        shift, self._mini_shift = struct.unpack_from("<HH", self._content, 0x1E)
        if shift not in (9, 12) or self._mini_shift > shift:
            raise _damaged()
        self._size: int = 1 << shift
        directory, self._cutoff, mini_table = (
            struct.unpack_from("<I", self._content, at)[0] for at in (0x30, 0x38, 0x3C)
        )
        self._table = self._sector_table()
        self._mini_table = self._numbers(self._chain(mini_table))
        self.names: dict[str, tuple[int, int]] = {}
        self._root = (_LAST_SECTOR, 0)
        entries = b"".join(self._chain(directory))
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", entries, at + 0x40)
            place = struct.unpack_from("<II", entries, at + 0x74)
            if at == 0:
                self._root = place
            elif kind == _STREAM and 2 <= length <= 64:
                name = entries[at : at + length - 2].decode("utf-16-le", "replace").lower()
                self.names.setdefault(name, place)

    def stream(self, name: str) -> bytes:
        """All of a stream.

        Raises:
            PackageError: its chain is broken.
        """
        start, length = self.names[name]
        try:
            if length >= self._cutoff:
                return b"".join(self._chain(start))[:length]
            small = b"".join(self._chain(self._root[0]))
            size = 1 << self._mini_shift
            chain = self._steps(start, self._mini_table)
            return b"".join(small[number * size : (number + 1) * size] for number in chain)[:length]
        except (struct.error, IndexError):
            raise _damaged() from None

    def _sector_table(self) -> list[int]:
        """For each sector, which comes after it. The table lies in sectors itself, whose numbers are in another."""
        first, count = struct.unpack_from("<II", self._content, 0x44)
        tables = list(struct.unpack_from("<109I", self._content, 0x4C))
        for _ in range(min(count, self._sectors)):
            if first >= _LAST_SECTOR:
                break
            *more, first = self._numbers([self._sector(first)])
            tables += more
        used = [number for number in tables if number < _LAST_SECTOR]
        if len(used) > self._sectors:
            raise _damaged()
        return self._numbers([self._sector(number) for number in used])

    @property
    def _sectors(self) -> int:
        return len(self._content) // self._size

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        if at >= len(self._content):
            raise _damaged()
        return self._content[at : at + self._size]

    def _numbers(self, sectors: Sequence[bytes]) -> list[int]:
        content = b"".join(sectors)
        return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))

    def _chain(self, start: int) -> list[bytes]:
        return [self._sector(number) for number in self._steps(start, self._table)]

    def _steps(self, start: int, table: Sequence[int]) -> list[int]:
        steps: list[int] = []
        while start < _LAST_SECTOR:
            steps.append(start)
            if len(steps) > len(table):
                raise _damaged()
            start = table[start]
        return steps


def _damaged() -> PackageError:
    return PackageError("this is not an old Excel file (.xls), or it is damaged")
