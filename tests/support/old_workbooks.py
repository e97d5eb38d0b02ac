"""Old Excel workbooks (.xls) written by hand, record by record (MS-XLS, MS-CFB): such as no Office program writes."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

SECTOR = 512
FREE, END, OF_TABLE, OF_TABLES = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


BOF_BOOK, BOF_SHEET = (record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0)) for kind in (5, 0x10))
EOF = record(0x0A)


def text(content: str) -> bytes:
    """A text of a record: its length, a flag, its characters."""
    return struct.pack("<HB", len(content), 1) + content.encode("utf-16-le")


def label(row: int, column: int, content: str) -> bytes:
    return record(0x204, struct.pack("<HHH", row, column, 0) + text(content))


def pointer(row: int, column: int, number: int) -> bytes:
    return record(0xFD, struct.pack("<HHHI", row, column, 0, number))


def strings(*contents: bytes, count: int | None = None) -> bytes:
    """Texts that cells share, in records of which each but the first continues the one before."""
    number = len(contents) if count is None else count
    pieces = [struct.pack("<II", number, number)]
    for content in contents:
        if len(pieces[-1]) + len(content) > 8_000:
            pieces.append(b"")
        pieces[-1] += content
    return record(0xFC, pieces[0]) + b"".join(record(0x3C, piece) for piece in pieces[1:])


HEADER = label(0, 0, "email") + label(0, 1, "name")
ANA = label(1, 0, "ana@example.net") + label(1, 1, "Ana Ruiz")


def stream(*sheets: bytes, shared: bytes = b"", names: Iterable[str] = (), at: int | None = None) -> bytes:
    """The stream of a workbook.

    Args:
        sheets: the records of each, without BOF and EOF.
        shared: records before the names of the sheets.
        names: of the sheets.
        at: where all sheets are said to begin, if not where they do.
    """
    named = list(names) or [f"S{number}" for number in range(len(sheets))]
    listed = sum(len(record(0x85, b"\0" * (8 + len(name)))) for name in named)
    begin = len(BOF_BOOK) + len(shared) + listed + len(EOF)
    bound, body = b"", b""
    bodies = [BOF_SHEET + sheet + EOF for sheet in sheets]
    for number, name in enumerate(named):
        place = begin + sum(map(len, bodies[:number])) if at is None else begin + at
        bound += record(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name.encode("latin-1"))
    body = b"".join(bodies)
    return BOF_BOOK + shared + bound + EOF + body


def entry(
    name: str, kind: int, start: int, size: int, links: tuple[int, int, int] = (FREE, FREE, FREE)
) -> bytes:
    """An entry of the directory of a compound file."""
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, *links) + b"\0" * 36
        + struct.pack("<III", start, size, 0)
    )  # fmt: skip


def compound(content: bytes, name: str = "Workbook", more: Iterable[bytes] = (), loop: bool = False) -> bytes:
    """A compound file of one stream.

    Args:
        more: further entries of the directory.
        loop: the stream's chain leads back to its beginning.
    """
    content = content.ljust(4096, b"\0")
    sectors = -(-len(content) // SECTOR)
    directory = b"".join(
        [entry("Root Entry", 5, END, 0, (FREE, FREE, 1)), entry(name, 2, 0, len(content)), *more]
    )
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    entries = len(directory) // SECTOR
    tables = of_tables = 0
    while tables * 128 < sectors + entries + tables + of_tables:
        tables += 1
        of_tables = max(0, -(-(tables - 109) // 127))
    first = sectors + entries
    chain = [*range(1, sectors), 0 if loop else END, *range(sectors + 1, first), END]
    chain += [OF_TABLE] * tables + [OF_TABLES] * of_tables
    numbers = [*range(first, first + tables)] + [FREE] * 109
    further = b""
    for number in range(of_tables):
        after = END if number == of_tables - 1 else first + tables + number + 1
        listed = (numbers[109 + number * 127 : 236 + number * 127] + [FREE] * 127)[:127]
        further += struct.pack("<128I", *listed, after)
    start = first + tables if of_tables else END
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
        + struct.pack("<IIIIIIII109I", tables, sectors, 0, 4096, END, 0, start, of_tables, *numbers[:109])
    )  # fmt: skip
    packed = content.ljust(sectors * SECTOR, b"\0")
    chain += [FREE] * (tables * 128 - len(chain))
    return header + packed + directory + struct.pack(f"<{len(chain)}I", *chain) + further


def write(path: Path, *sheets: bytes, shared: bytes = b"") -> Path:
    """A workbook with these sheets."""
    path.write_bytes(compound(stream(*sheets, shared=shared)))
    return path
