"""Old Excel workbooks and LibreOffice's that somebody else made: read or refused with the limit that they break, whatever is in
them; and never more than 300 MB, in a process of its own that is killed where it hangs."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import old_workbooks as xls
from support import open_documents as ods
from support.breadth import some
from support.limited import mailer_within
from support.workbooks import write as write_zip

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import Problem, read_list

MEGABYTES = 300
WILD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def short(row: int, column: int) -> bytes:
    return xls.record(0x27E, struct.pack("<HHHI", row, column, 0, 6))


def book(records: bytes, shared: bytes = b"", **how: object) -> bytes:
    return xls.compound(xls.stream(xls.HEADER + records, shared=shared, **how))  # type: ignore[arg-type]


def shared(content: bytes, count: int | None = None) -> bytes:
    return xls.strings(content, count=count)


def tree_of(entries: int) -> bytes:
    """Each name has both the next as its left and as its right: who climbs that tree climbs for ever."""
    more = [xls.entry(f"n{n}", 2, 0, 0, (n + 3, n + 3, xls.FREE)) for n in range(entries)]
    return xls.compound(xls.stream(xls.HEADER + xls.ANA), more=more)


def with_table_loop(content: bytes) -> bytes:
    """The table of tables leads to itself."""
    changed = bytearray(content)
    struct.pack_into("<II", changed, 0x44, 0, 0xFFFFFFF0)
    return bytes(changed)


def huge_runs(count: int) -> bytes:
    return struct.pack("<HBH", 1, 8, count) + b"a"


LONG = xls.text("a" * 3_900)
SPOKEN_BACKWARDS = struct.pack("<HBi", 1, 4, -8) + b"a"
NAMES = b"".join(xls.record(0x18, bytes(14) + b"n" * 50) for _ in range(100_000))

OLD: dict[str, tuple[Callable[[], bytes], str]] = {
    "column 256 in each row": (lambda: book(b"".join(short(row, 255) for row in range(1, 65_536))), "1,500,000 cells"),
    "256 numbers in each of 7,000 records": (
        lambda: book(b"".join(xls.record(0xBD, struct.pack("<HH", row, 0) + struct.pack("<HI", 0, 6) * 256 + b"\xff\0")
                              for row in range(1, 7_000))), "1,500,000 cells"),
    "column 60,000": (lambda: book(short(1, 60_000)), "beyond column 256"),
    "a cell twice": (lambda: book(xls.ANA + xls.ANA), "a cell appears twice"),
    "a text that is not there": (lambda: book(xls.pointer(1, 0, 7)), "points to text 7"),
    "a text of number 4,294,967,295": (lambda: book(xls.pointer(1, 0, 0xFFFFFFFF), shared(LONG)), "which does not exist"),
    "two thousand million texts": (lambda: book(xls.pointer(1, 0, 0), shared(LONG, 0x7FFFFFFF)), "the file is damaged"),
    "a million empty texts": (lambda: book(xls.pointer(1, 0, 0), xls.strings(*[b"\0\0\0"] * 1_000_000)), "500,000 texts"),
    "a text that is spoken backwards": (lambda: book(xls.pointer(1, 0, 0), shared(SPOKEN_BACKWARDS, 400_000)), "the file is damaged"),
    "a text with more fonts than there are": (lambda: book(xls.pointer(1, 0, 0), shared(huge_runs(60_000))), "the file is damaged"),
    "a long text in each of 60,000 cells": (
        lambda: book(b"".join(xls.pointer(row, 0, 0) for row in range(1, 60_000)), shared(LONG)), "20,000,000 characters"),
    "ten million records": (lambda: book(xls.record(0xFFF) * 4_500_000), "4,000,000 records"),
    "200 sheets that are one": (
        lambda: xls.compound(xls.stream(xls.record(0xFFF) * 1_000_000, names=[f"s{n}" for n in range(200)], at=0)), "4,000,000 records"),
    "201 sheets": (lambda: xls.compound(xls.stream(names=[f"s{n}" for n in range(201)], at=0)), "200 sheets"),
    "a sheet within the names": (lambda: book(b"", at=-10), "the file is damaged"),
    "a sheet behind the end": (lambda: book(b"", at=1 << 24), "the file is damaged"),
    "records that break off": (lambda: xls.compound((xls.BOF_BOOK + xls.record(0xE0, b"\0" * 20)) * 300), "the file is damaged"),
    "sheets within sheets": (lambda: book(xls.BOF_SHEET * 400_000), "the file is damaged"),
    "a chain that leads to itself": (lambda: xls.compound(xls.stream(xls.HEADER), loop=True), "or it is damaged"),
    "a table of tables that leads to itself": (lambda: with_table_loop(book(xls.ANA)), "or it is damaged"),
}  # fmt: skip


def table(*rows: str, **how: str) -> str:
    return ods.content(ods.table("Press", ods.row("email"), *rows, **how))


def repeated(rows: int, columns: int = 1, text: str = "x") -> str:
    cell = ods.cell(text, more=f' table:number-columns-repeated="{columns}"')
    return ods.row(cell, more=f' table:number-rows-repeated="{rows}"')


def blanks(number: int) -> str:
    return f'<table:table-row><table:table-cell><text:p><text:s text:c="{number}"/>a</text:p></table:table-cell></table:table-row>'


OPEN: dict[str, tuple[Callable[[], str], str]] = {
    "a row a million times": (lambda: table(repeated(1_000_000)), "120,000 rows"),
    "a row two thousand million times": (lambda: table(repeated(2_000_000_000)), "LibreOffice allows 1,048,576"),
    "a row of no number": (lambda: table(ods.row("a", more=' table:number-rows-repeated="-5"')), "is not the number"),
    "a cell 16,384 times": (lambda: table(repeated(1, 16_384)), "cells beyond column 1,000"),
    "a cell 999 times, in a row 100,000 times": (lambda: table(repeated(100_000, 999)), "1,500,000 cells"),
    "a long cell 999 times": (lambda: table(repeated(1, 999, "a" * 30_000)), "a row has more than 1,000,000 characters"),
    "a long row 100,000 times": (lambda: table(repeated(100_000, 30, "a" * 30_000)), "20,000,000 characters"),
    "two thousand million blanks": (lambda: table(blanks(2_000_000_000)), "32,767 characters"),
    "blanks of a thousand digits": (lambda: table(blanks(int("9" * 1000))), "is not the number"),
    "a million paragraphs": (
        lambda: table(f"<table:table-row><table:table-cell>{'<text:p/>' * 1_000_000}</table:table-cell></table:table-row>"),
        "32,767 characters"),
    "four million spans": (
        lambda: table(f"<table:table-row><table:table-cell><text:p>{'<text:span/>' * 4_000_000}</text:p></table:table-cell></table:table-row>"),
        "3,000,000 tags"),
    "spans in spans": (lambda: table(f"<table:table-row><table:table-cell><text:p>{'<text:span>' * 1_000}"), "64 deep"),
    "5,000 sheets": (lambda: ods.content(*(ods.table(f"S{n}") for n in range(5_000))), "200 sheets"),
    "200,000 styles": (
        lambda: ods.content(ods.table("P"), styles="".join(f'<style:style style:name="s{n}"/>' for n in range(200_000))), "100,000 styles"),
    "styles each made after the next": (
        lambda: ods.content(ods.table("Press", ods.row("email", ods.cell("a", "s0"))), styles="".join(
            f'<style:style style:name="s{n}" style:parent-style-name="s{(n + 1) % 3}"/>' for n in range(3))), ""),
    "a row outside of a sheet": (lambda: ods.content(ods.row("email")), "rows outside of a sheet"),
    "a document type": (lambda: '<!DOCTYPE x [<!ENTITY a "lol">]>' + table().partition("?>")[2], "declares entities"),
    "a column two thousand million times": (
        lambda: table(ods.row("x"), columns='<table:table-column table:number-columns-repeated="2000000000"/>'), ""),
}  # fmt: skip


def show(folder: Path) -> tuple[int, str]:
    ran = mailer_within("lists", "show", f"list.{next(folder.glob('list.*')).suffix[1:]}", cwd=folder)
    assert ran.code in (0, 2)
    assert "bug in mailer" not in ran.err
    assert "Traceback" not in ran.err
    assert ran.peak < MEGABYTES
    return ran.code, ran.err


@pytest.mark.parametrize("bomb", some(OLD, 8))
def test_an_old_workbook_that_is_a_bomb(bomb: str, tmp_path: Path) -> None:
    content, limit = OLD[bomb]
    (tmp_path / "list.xls").write_bytes(content())
    code, said = show(tmp_path)
    assert (code, limit in said) == (2, True), said
    assert " — " in said, "and what to do"


@pytest.mark.parametrize("bomb", OPEN)
def test_an_open_document_that_is_a_bomb(bomb: str, tmp_path: Path) -> None:
    content, limit = OPEN[bomb]
    path = ods.write(tmp_path / "list.ods", content())
    assert path.stat().st_size < 5_000_000
    code, said = show(tmp_path)
    assert (code, limit in said) == (2 if limit else 0, True), said


@pytest.mark.parametrize(
    ("content", "people"),
    [
        (lambda: tree_of(60), 1),
        (lambda: book(NAMES + xls.ANA), 1),
        (lambda: book(xls.record(0xBE, b"\1\0\0\0" + b"\0\0" * 256 + b"\xff\0") * 10_000 + xls.ANA), 1),
        (lambda: book(xls.ANA + xls.label(65_535, 0, "last@example.net")), 2),
    ],
    ids=["a tree of names", "formulas of names", "cells without anything", "the last row"],
)
def test_what_an_old_workbook_may_have_besides(
    content: Callable[[], bytes], people: int, tmp_path: Path
) -> None:
    (tmp_path / "list.xls").write_bytes(content())
    assert len(list(read_list(tmp_path / "list.xls"))) == people


def read(path: Path) -> list[str]:
    """All addresses, or none where the workbook is refused; anything else that is raised is a defect."""
    try:
        rows = list(read_list(path).rows())
    except ListError as refused:
        assert refused.faults
        assert all(fault.hint for fault in refused.faults)
        return []
    assert all(isinstance(row, Recipient | Problem) for row in rows)
    return [row.address for row in rows if isinstance(row, Recipient)]


@cache
def whole_xls() -> bytes:
    written = xlwt.Workbook()
    gone, day = xlwt.easyxf("font: struck_out on"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name in ("Press", "Old"):
        page = written.add_sheet(name)
        for number, row in enumerate(
            [("email", "name", "since"), ("ana@example.net", "周", 46_082), ("bo@example.org", "Bo", 1.5)]
        ):
            for column, value in enumerate(row):
                page.write(
                    number,
                    column,
                    value,
                    day if column == 2 and number else gone if number == 2 else xlwt.easyxf(),
                )
        page.write_rich_text(3, 0, ["cy@example.com", (" old", gone.font)])
        page.row(2).hidden = True
        page.write(4, 0, xlwt.Formula('"a"'))
    out = io.BytesIO()
    written.save(out)
    return out.getvalue()


@cache
def whole_ods(folder: Path) -> dict[str, bytes]:
    content = ods.content(
        ods.table("Press", ods.row("email", "name"), ods.row("ana@example.net", "周"), ods.row(ods.cell("bo@example.org", "gone"), 1.5),
                  repeated(4, 1, "cy@example.com"), ods.row("di@example.org", more=' table:visibility="filter"')),
        ods.table("Old", ods.row("email"), style="hidden-sheet"),
    )  # fmt: skip
    with ZipFile(ods.write(folder / "whole.zip", content)) as file:
        return {name: file.read(name) for name in file.namelist()}


PLACES = st.floats(0, 1, exclude_max=True)
PIECES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\xfc\0", b"\x3c\0\0\0", b"\x09\x08\x10\0", b"\x0a\0\0\0", b"\1\0\0\0"]),
)  # fmt: skip
XML_PIECES = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from([b"<", b"</table:table-row>", b"<table:table-row>", b"<text:p>", b"</table:table>", b'"9999999999"', b"-1", b"&e;", b"]]>", b"<!--",
                     b"<table:shapes>", b"<text:s text:c='9'/>", b"</table:table-row-group>", b"<table:table-cell/>"]),
)  # fmt: skip
CHANGES = st.lists(st.tuples(PLACES, st.integers(0, 12), PIECES), min_size=1, max_size=6)
XML_CHANGES = st.lists(st.tuples(PLACES, st.integers(0, 12), XML_PIECES), min_size=1, max_size=6)


def changed(content: bytes, changes: list[tuple[float, int, bytes]], *, same_length: bool) -> bytes:
    for place, length, piece in changes:
        at = int(place * len(content))
        content = content[:at] + piece + content[at + (len(piece) if same_length else length) :]
    return content


def test_the_old_workbook_is_whole_before_it_is_changed(tmp_path: Path) -> None:
    (tmp_path / "list.xls").write_bytes(whole_xls())
    assert read(tmp_path / "list.xls") == ["ana@example.net", "cy@example.com"]


@WILD
@given(changes=CHANGES, same_length=st.booleans())
def test_an_old_workbook_with_changed_bytes(
    changes: list[tuple[float, int, bytes]], same_length: bool, tmp_path: Path
) -> None:
    (tmp_path / "list.xls").write_bytes(changed(whole_xls(), changes, same_length=same_length))
    read(tmp_path / "list.xls")


@WILD
@given(cut=PLACES)
def test_an_old_workbook_that_breaks_off(cut: float, tmp_path: Path) -> None:
    (tmp_path / "list.xls").write_bytes(whole_xls()[: int(cut * len(whole_xls()))])
    assert set(read(tmp_path / "list.xls")) <= {"ana@example.net", "cy@example.com"}


@WILD
@given(changes=XML_CHANGES, part=st.sampled_from(["content.xml", "styles.xml", "META-INF/manifest.xml"]))
def test_an_open_document_with_changed_bytes(
    changes: list[tuple[float, int, bytes]],
    part: str,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
) -> None:
    whole = whole_ods(tmp_path_factory.getbasetemp())
    assert read(write_zip(tmp_path / "whole.ods", whole)) == ["ana@example.net", *["cy@example.com"] * 4]
    broken = whole | {part: changed(whole[part], changes, same_length=False)}
    read(write_zip(tmp_path / "list.ods", broken))
