"""However a workbook is broken: the reader says so, or reads what is there. And what isn't broken, it reads as Excel means it."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Written
from openpyxl import load_workbook
from support.workbooks import ANA, HEADER, MAIN, parts, sheet, text, write

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import Problem, read_list

WILD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@cache
def whole_parts() -> dict[str, bytes]:
    """A workbook with two sheets, shared texts and dates."""
    strings = "".join(
        f"<si><t>{word}</t></si>"
        for word in ("Press list", "email", "name", "since", "ana@example.net", "Ana")
    )
    styles = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    press = sheet(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" t="s"><v>3</v></c></row>',
        '<row r="3"><c r="A3" t="s"><v>4</v></c><c r="B3" t="s"><v>5</v></c><c r="C3" s="1"><v>46082.5</v></c></row>',
        f'<row r="4">{text("A4", "bo@example.org")}<c r="B4"><v>24.0</v></c></row>',
        f'<row r="5">{text("A5", "cy@example.com")}<c r="B5" t="b"><v>1</v></c></row>',
    )
    content = parts({"Press": press, "Old": sheet(HEADER, ANA)}, f"<sst {MAIN}>{strings}</sst>", styles)
    return {name: str(part).encode() for name, part in content.items()}


@cache
def whole() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in whole_parts().items():
            target.writestr(name, part)
    return out.getvalue()


PARTS = ("_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml",
         "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")  # fmt: skip
PLACES = st.floats(0, 1, exclude_max=True)
PIECES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from([b"<", b"</row>", b"<row>", b'<c r="B2">', b"<v>9</v>", b"&e;", b"]]>", b"<!--", b"<![CDATA[", b"\0", b"\xff\xfe",
                     b'r="A1"', b"99999999999", b"-1", b"PK\x05\x06", b"PK\x01\x02", b"\xff\xff\xff\xff"]),
)  # fmt: skip
CHANGES = st.lists(st.tuples(PLACES, st.integers(0, 12), PIECES), min_size=1, max_size=6)


def changed(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Each change puts a piece in the place of so many bytes."""
    for place, length, piece in changes:
        at = int(place * len(content))
        content = content[:at] + piece + content[at + length :]
    return content


def read(path: Path) -> list[Recipient | Problem]:
    """All rows, or none where the workbook is refused; anything else that is raised is a defect."""
    try:
        rows = list(read_list(path).rows())
    except ListError as refused:
        assert refused.faults
        assert all(fault.hint for fault in refused.faults)
        return []
    assert all(isinstance(row, Recipient | Problem) for row in rows)
    return rows


@WILD
@given(changes=CHANGES)
def test_changed_bytes(changes: list[tuple[float, int, bytes]], tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(changed(whole(), changes))
    read(path)


@WILD
@given(cut=PLACES)
def test_a_file_that_breaks_off(cut: float, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(whole()[: int(cut * len(whole()))])
    assert read(path) == []


@WILD
@given(
    place=PLACES,
    value=st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff"])),
)
def test_a_changed_directory(place: float, value: bytes, tmp_path: Path) -> None:
    content = whole()
    start = content.index(b"PK\x01\x02")
    at = start + int(place * (len(content) - start))
    path = tmp_path / "list.xlsx"
    path.write_bytes(content[:at] + value + content[at + len(value) :])
    read(path)


@pytest.mark.parametrize("part", PARTS)
@WILD
@given(changes=CHANGES)
def test_a_changed_part(part: str, changes: list[tuple[float, int, bytes]], tmp_path: Path) -> None:
    broken = whole_parts() | {part: changed(whole_parts()[part], changes)}
    read(write(tmp_path / "list.xlsx", broken))


@pytest.mark.parametrize("other", PARTS)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_in_the_place_of_another(part: str, other: str, tmp_path: Path) -> None:
    read(write(tmp_path / "list.xlsx", whole_parts() | {part: whole_parts()[other]}))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_missing(part: str, tmp_path: Path) -> None:
    rest = {name: content for name, content in whole_parts().items() if name != part}
    rows = read(write(tmp_path / "list.xlsx", rest))
    people = [row.address for row in rows if isinstance(row, Recipient)]
    assert people in ([], ["ana@example.net", "bo@example.org", "cy@example.com"])


LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
DAY_ONE = datetime(1905, 1, 1)  # noqa: DTZ001 -- what cells say has no time zone
CELLS = st.one_of(
    st.none(),
    st.text(LETTERS, max_size=12).filter(lambda words: "_x" not in words),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.integers(86_400 * 365, 86_400 * 365 * 290).map(lambda seconds: DAY_ONE + timedelta(seconds=seconds)),
)


def shown(value: object) -> str:
    """What a person reads in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if not (value.hour or value.minute or value.second)
            else value.isoformat(" ", "minutes")
        )
    return str(value)


@WILD
@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=8), epoch=st.sampled_from([1900, 1904]))
@example(rows=[["=0"]], epoch=1900)
def test_what_another_program_wrote_is_read_as_that_program_reads_it(
    rows: list[list[object]], epoch: int, tmp_path: Path
) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    book = Written()
    book.epoch = CALENDAR_MAC_1904 if epoch == 1904 else CALENDAR_WINDOWS_1900
    assert book.active is not None
    for row in ([["email", "a", "b", "c", "d"], ["ana@example.net"]], *([row] for row in rows)):
        for cells in row:
            book.active.append(cells)
    path = tmp_path / "list.xlsx"
    book.save(path)
    sheet_ = load_workbook(path, data_only=True).active
    assert sheet_ is not None
    expected = {
        number: cells
        for number, values in enumerate(sheet_.iter_rows(values_only=True), 1)
        if any(cells := [shown(value) for value in values])
    }
    found = {
        row.line: row.cells + [""] * (5 - len(row.cells))
        for row in read_list(path).raw_rows()
        if any(row.cells)  # a formula that nothing has reckoned says nothing
    }
    assert found == expected


def one_sheet(*rows: str, strings: str = "", styles: str = "", path: Path) -> list[list[str]]:
    write(path, parts({"Press": sheet(HEADER, *rows)}, strings=strings, styles=styles))
    return [row.cells for row in read_list(path).raw_rows()][1:]


def test_other_ways_of_saying_the_same(tmp_path: Path) -> None:
    """Prefixes, rows and cells without numbers, texts of several pieces, spoken forms, escapes, results of formulas."""
    path = tmp_path / "list.xlsx"
    rich = "<si><r><t>Ana </t></r><r><rPr><b/></rPr><t>Ruiz</t></r><rPh sb='0' eb='1'><t>ANNA</t></rPh></si>"
    cells = (
        '<row><c t="str"><f>"ana@"&amp;"example.net"</f><v>ana@example.net</v></c><c t="s"><v>0</v></c></row>'
        + f'<row r="9">{text("A9", "bo@example.org")}<c r="C9" t="b"><v>1</v></c><c><v>1.5E3</v></c></row>'
        + f'<row>{text("A10", "cy@example.com")}<c t="inlineStr"><is><t>Cy_x000D_</t><t>&#x1F600;</t></is></c>'
        + '<c t="e"><v>#N/A</v></c><c t="d"><v>2026-03-01T00:00:00Z</v></c></row>'
    )
    assert one_sheet(cells, strings=f"<sst {MAIN}>{rich}</sst>", path=path) == [
        ["ana@example.net", "Ana Ruiz"],
        ["bo@example.org", "", "yes", "1500"],
        ["cy@example.com", "Cy\r\U0001f600", "#N/A", "2026-03-01"],
    ]
    prefixed = parts({"Press": sheet(HEADER, ANA)})
    content = (
        str(prefixed["xl/worksheets/sheet1.xml"])
        .replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("xmlns=", "xmlns:x=")
    )
    write(path, prefixed | {"xl/worksheets/sheet1.xml": content})
    assert [person.name for person in read_list(path)] == ["Ana Ruiz"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("yyyy\\-mm\\-dd", "2026-03-01"),
        ('[$-409]d" de "mmmm;@', "2026-03-01"),
        ('0" days"', "46082"),
        ("0_d", "46082"),
        ("[Red]0", "46082"),
        ("[h]:mm", "46082"),
        ('"' * 300, "46082"),
        ("General", "46082"),
    ],
)
def test_a_number_is_a_date_where_its_format_says_so(code: str, said: str, tmp_path: Path) -> None:
    quoted = code.replace('"', "&quot;")
    styles = (
        f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="{quoted}"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    rows = one_sheet(f'<row r="2">{text("A2", "ana@example.net")}<c r="B2" s="1"><v>46082</v></c></row>', styles=styles,
                     path=tmp_path / "list.xlsx")  # fmt: skip
    assert rows == [["ana@example.net", said]]


def test_the_workbook_s_main_part_may_have_another_name(tmp_path: Path) -> None:
    """Some programs call it workbook2.xml; the relationships say."""
    content = {
        name.replace("xl/workbook.xml", "xl/workbook2.xml").replace(
            "_rels/workbook.xml", "_rels/workbook2.xml"
        ): part
        for name, part in parts().items()
    }
    content["_rels/.rels"] = str(content["_rels/.rels"]).replace("xl/workbook.xml", "/xl/workbook2.xml")
    write(tmp_path / "list.xlsx", content)
    assert [person.address for person in read_list(tmp_path / "list.xlsx")] == ["ana@example.net"]
