"""Which files are read as workbooks, by their bytes: Excel's of all years, LibreOffice's; and what is said of the others.

The texts are compared with what other programs read of the same files: openpyxl, xlwt and XlsxWriter write them,
python-calamine reads them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from python_calamine import CalamineWorkbook
from support import old_workbooks, open_documents
from support.terminal import mailer
from support.workbook_kinds import WRITERS, Made
from support.workbooks import CONTENT, HEADER, parts, sheet, text, write

from mailer.errors import ListError
from mailer.press import read_list
from mailer.workspace import Workspace

PEOPLE = [
    ("email", "name", "n", "share"),
    ("ana@example.net", "José “Pepe” Ruiz", 24, 0.5),
    ("bo@example.org", "Łukasz & <Bo>", -7, 1.25),
    ("cy@example.com", "周 😀", 123_456_789, 1e-7),
    ("di@example.com", "  two\nlines ", 0, 100.0),
]


def rows(path: Path) -> list[list[str]]:
    return [row.cells for row in read_list(path).raw_rows()]


def as_shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@pytest.mark.parametrize("kind", WRITERS)
def test_each_kind_is_read_as_others_read_it(kind: str, tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path / f"list.{kind}", Made(PEOPLE))
    others = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows(path) == [[as_shown(cell) for cell in row] for row in others]
    assert [person.address for person in read_list(path)] == [row[0] for row in PEOPLE[1:]]


@pytest.mark.parametrize(("kind", "said"), [("xlsx", "Excel workbook"), ("xls", "Excel 97–2003 workbook"), ("ods", "LibreOffice spreadsheet")])  # fmt: skip
def test_a_workbook_is_known_by_its_bytes_not_its_name(kind: str, said: str, tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path / f"list.{kind}", Made(PEOPLE)).rename(tmp_path / "list.csv")
    assert read_list(path).encoding == said
    assert len(list(read_list(path))) == 4


@pytest.mark.parametrize("ending", ["xlsx", "xlsm", "xls", "ods", "XLS", "ODS"])
def test_a_list_may_have_any_of_these_endings(ending: str, workspace: Workspace) -> None:
    kind = {"xlsm": "xlsx"}.get(ending.lower(), ending.lower())
    WRITERS[kind](workspace.lists / f"new.{ending}", Made(PEOPLE))
    assert "ana@example.net" in mailer("lists", "show", "new", cwd=workspace.root).out
    assert "new\t4 recipients" in mailer("lists", cwd=workspace.root).out


def test_a_workbook_with_macros_is_read(tmp_path: Path) -> None:
    content = parts()
    content["[Content_Types].xml"] = str(content["[Content_Types].xml"]).replace(
        f"{CONTENT}.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    )
    content["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    assert [person.name for person in read_list(write(tmp_path / "list.xlsm", content))] == ["Ana Ruiz"]


def test_a_strict_workbook_is_read(tmp_path: Path) -> None:
    """ISO/IEC 29500 Strict: other names of schemas, and dates as ISO 8601 writes them."""
    strict = "http://purl.oclc.org/ooxml"
    body = sheet(
        HEADER,
        f'<row r="2">{text("A2", "ana@example.net")}<c r="B2" t="d"><v>2026-03-01T09:30:00</v></c></row>',
    )
    content = {
        name: str(part)
        .replace("http://schemas.openxmlformats.org/officeDocument/2006", f"{strict}/officeDocument")
        .replace("http://schemas.openxmlformats.org/spreadsheetml/2006", f"{strict}/spreadsheetml")
        for name, part in parts({"Press": body}).items()
    }
    path = write(tmp_path / "list.xlsx", content)
    assert [(person.address, person.name) for person in read_list(path)] == [
        ("ana@example.net", "2026-03-01 09:30")
    ]


def test_numbers_and_dates_of_an_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("Press")
    day, hours = xlwt.easyxf(num_format_str="D-MMM-YY"), xlwt.easyxf(num_format_str="[h]:mm")
    cells = [
        ("ana@example.net", None, "ana@example.net"), (date(2026, 3, 1), day, "2026-03-01"), (True, None, "yes"),
        (datetime(2026, 3, 1, 9, 30), day, "2026-03-01 09:30"), (46_082, hours, "46082"), (0.1 + 0.2, None, "0.30000000000000004"),  # noqa: DTZ001
        (1_073_741_824, None, "1073741824"), (-5.25, None, "-5.25"), (12.34, None, "12.34"),
    ]  # fmt: skip
    for column, (value, style, _) in enumerate(cells):
        page.write(0, column, "email" if column == 0 else f"c{column}")
        page.write(1, column, value, style or xlwt.easyxf())
    book.save(str(tmp_path / "list.xls"))
    found = rows(tmp_path / "list.xls")[1]
    assert found == [said for *_, said in cells]


def test_the_forms_in_which_an_xls_keeps_numbers_and_texts(tmp_path: Path) -> None:
    def short(bits: int) -> bytes:
        return struct.pack("<I", bits)

    hundredths = short((1234 << 2) | 3)
    half = struct.pack("<d", 2.5)[4:]
    place = struct.pack("<HHH", 1, 5, 0)
    result = b"\0\0\0\0\0\0\xff\xff"
    cells = (
        old_workbooks.label(1, 0, "ana@example.net")
        + old_workbooks.record(0x27E, struct.pack("<HHH", 1, 1, 0) + short((7 << 2) | 2))
        + old_workbooks.record(
            0xBD, struct.pack("<HHH", 1, 2, 0) + hundredths + b"\0\0" + half + struct.pack("<H", 3)
        )
        + old_workbooks.record(0x205, struct.pack("<HHHBB", 1, 4, 0, 42, 1))
        + old_workbooks.record(0x06, place + result + b"\0" * 8)
        + old_workbooks.record(0x207, old_workbooks.text("é, "))
        + old_workbooks.pointer(1, 6, 1)
    )
    spoken = struct.pack("<HBHI", 3, 1 | 8 | 4, 1, 5) + "周周周".encode("utf-16-le") + b"\0\0\0\0" + b"spoke"
    shared = old_workbooks.strings(old_workbooks.text("x"), spoken)
    path = old_workbooks.write(tmp_path / "list.xls", old_workbooks.HEADER + cells, shared=shared)
    expected = ["ana@example.net", "7", "12.34", "2.5", "#N/A", "é, ", "周周周"]
    assert rows(path)[1] == expected
    others = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1]
    assert [as_shown(cell) for cell in others][:4] == expected[:4]


def test_a_long_xls_with_cells_that_hold_nothing(tmp_path: Path) -> None:
    """The first hundreds of rows are looked at for a header; wherever that ends, every row is read."""
    cells = b"".join(
        old_workbooks.pointer(row, 1, 1) + old_workbooks.pointer(row, 0, 0) + old_workbooks.pointer(row, 2, 1)
        for row in range(1, 700)
    )
    shared = old_workbooks.strings(old_workbooks.text("ana@example.net"), old_workbooks.text(""))
    path = old_workbooks.write(tmp_path / "list.xls", old_workbooks.HEADER + cells, shared=shared)
    assert len(list(read_list(path))) == 699


def test_a_text_of_an_xls_goes_on_in_the_next_record(tmp_path: Path) -> None:
    """Where it does, the next record says anew whether its characters have one byte or two."""
    first = struct.pack("<II", 1, 1) + struct.pack("<HB", 15, 0) + b"ana@"
    shared = old_workbooks.record(0xFC, first)
    shared += old_workbooks.record(0x3C, b"\1" + "example".encode("utf-16-le")) + old_workbooks.record(
        0x3C, b"\0.net"
    )
    path = old_workbooks.write(
        tmp_path / "list.xls", old_workbooks.HEADER + old_workbooks.pointer(1, 0, 0), shared=shared
    )
    assert [person.address for person in read_list(path)] == ["ana@example.net"]


def test_a_small_stream_of_a_compound_file_lies_in_another(tmp_path: Path) -> None:
    """Streams below 4,096 bytes: some programs don't pad them."""
    content = old_workbooks.stream(old_workbooks.HEADER + old_workbooks.ANA)
    size, sectors = len(content), -(-len(content) // 64)
    mini = content.ljust(-(-size // 512) * 512, b"\0")
    whole = old_workbooks.SECTOR
    table = struct.pack(f"<{sectors}I", *range(1, sectors), old_workbooks.END).ljust(whole, b"\xff")
    blocks = len(mini) // whole
    directory = old_workbooks.entry(
        "Root Entry", 5, 0, len(mini), (old_workbooks.FREE, old_workbooks.FREE, 1)
    )
    directory += old_workbooks.entry("Workbook", 2, 0, size)
    chain = [
        *range(1, blocks),
        old_workbooks.END,
        old_workbooks.END,
        old_workbooks.END,
        old_workbooks.OF_TABLE,
    ]
    header = bytearray(old_workbooks.compound(b"")[:whole])
    struct.pack_into("<IIIIIIII", header, 0x2C, 1, blocks + 1, 0, 4096, blocks, 1, old_workbooks.END, 0)
    struct.pack_into("<I", header, 0x4C, blocks + 2)
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(whole, b"\xff")
    path = tmp_path / "list.xls"
    path.write_bytes(bytes(header) + mini + table + directory.ljust(whole, b"\0") + fat)
    assert [person.name for person in read_list(path)] == ["Ana Ruiz"]


def test_dates_and_texts_of_an_ods(tmp_path: Path) -> None:
    def of(kind: str, value: str, shown: str) -> str:
        return f'<table:table-cell office:value-type="{kind}" office:{kind}-value="{value}"><text:p>{shown}</text:p></table:table-cell>'

    comment = "<office:annotation><text:p>eve@example.com</text:p></office:annotation>"
    cells = (
        f'<table:table-cell office:value-type="string">{comment}<text:p><text:a>ana@example.net</text:a></text:p></table:table-cell>',
        of("date", "2026-03-01", "1 March"),
        of("date", "2026-03-01T09:30:00", "half past nine"),
        of("boolean", "true", "WAHR"),
        '<table:table-cell office:value-type="percentage" office:value="0.5"><text:p>50%</text:p></table:table-cell>',
        '<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d</text:p></table:table-cell>',
        '<table:covered-table-cell office:value-type="string"><text:p>under another</text:p></table:covered-table-cell>',
        '<table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>twice</text:p></table:table-cell>',
    )
    header = open_documents.row("email", *(f"c{number}" for number in range(1, 9)))
    deleted = "<table:tracked-changes><table:deletion><text:p>eve@example.com</text:p></table:deletion></table:tracked-changes>"
    table = open_documents.table("Press", header, open_documents.row(*cells))
    path = open_documents.write(tmp_path / "list.ods", open_documents.content(deleted, table))
    assert rows(path)[1] == [
        "ana@example.net", "2026-03-01", "2026-03-01 09:30", "yes", "50%", "a  b\tc\nd", "", "twice", "twice",
    ]  # fmt: skip


def test_rows_of_an_ods_that_stand_for_many(tmp_path: Path) -> None:
    filled = open_documents.row("bo@example.org", more=' table:number-rows-repeated="2"')
    empty = '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    table = open_documents.table(
        "Press", open_documents.row("email"), empty, filled, open_documents.row("ana@example.net")
    )
    path = open_documents.write(tmp_path / "list.ods", open_documents.content(table))
    assert [(row.line, row.cells) for row in read_list(path).raw_rows()][1:] == [
        (1002, ["bo@example.org"]),
        (1003, ["bo@example.org"]),
        (1004, ["ana@example.net"]),
    ]


def test_what_xlsxwriter_writes(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Press")
        for number, row in enumerate(PEOPLE):
            page.write_row(number, 0, row)
    others = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows(path) == [[as_shown(cell) for cell in row] for row in others]


# ---- what only seems to be a workbook


def test_an_xls_that_is_text_is_read_as_text(tmp_path: Path) -> None:
    """Many “exports to Excel” are tables with tabs or semicolons under that name."""
    path = tmp_path / "list.xls"
    path.write_bytes("email\tname\r\nana@example.net\tJosé\r\n".encode("utf-16"))
    assert [person.name for person in read_list(path)] == ["José"]
    assert read_list(path).delimiter == "tab"


XML = b'<?xml version="1.0"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n'
NAMED: dict[str, tuple[bytes, str]] = {
    "a web page": (b"<html><table><tr><td>email</td></tr></table>", "this is a web page, despite its name"),
    "a web page with a heading": (b'\xef\xbb\xbf<meta charset="utf-8"><table>', "this is a web page"),
    "a page of XHTML": (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "this is a web page"),
    "a web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "this is a web archive (.mht)"),
    "XML Spreadsheet 2003": (XML + b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
                             "this is an “XML Spreadsheet 2003”, despite its name"),
    "other XML": (b'<?xml version="1.0"?><contacts/>', "this is XML, despite its name"),
}  # fmt: skip


@pytest.mark.parametrize("what", NAMED)
def test_what_is_called_a_workbook_is_named(what: str, tmp_path: Path) -> None:
    content, said = NAMED[what]
    path = tmp_path / "list.xls"
    path.write_bytes(content)
    with pytest.raises(ListError) as refused:
        read_list(path)
    (fault,) = refused.value.faults
    assert said in fault.message
    assert "Excel workbook (.xlsx)" in fault.hint


def zipped(*names: str) -> Callable[[Path], Path]:
    return lambda path: write(path, dict.fromkeys(names, "x"))


def compound(*names: str, records: bytes = b"") -> Callable[[Path], Path]:
    entries = [old_workbooks.entry(name, 2, 0, 0) for name in names[1:]]

    def made(path: Path) -> Path:
        path.write_bytes(old_workbooks.compound(records, names[0], entries))
        return path

    return made


def locked_ods(path: Path) -> Path:
    key = f"<manifest:manifest {open_documents.NAMES}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    return write(
        path,
        {"mimetype": open_documents.MIMETYPE, "META-INF/manifest.xml": key, "content.xml": b"\x8f\x00secret"},
    )


OLDER = old_workbooks.record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + old_workbooks.EOF
LOCKED = old_workbooks.stream(old_workbooks.HEADER, shared=old_workbooks.record(0x2F, b"\1\0" + b"\0" * 52))
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "an .xlsx with a password": (compound("EncryptedPackage", "EncryptionInfo"), "it has a password"),
    "an .xls with a password": (compound("Workbook", records=LOCKED), "it has a password"),
    "an .ods with a password": (locked_ods, "it has a password"),
    "a workbook of Excel 95": (compound("Book"), "older than Excel 97"),
    "a workbook of Excel 95 under a later name": (compound("Workbook", records=OLDER), "older than Excel 97"),
    "a .doc": (compound("WordDocument"), "this is a Word document"),
    "a mail of Outlook": (compound("__properties_version1.0"), "not an old Excel file (.xls), or it is damaged"),
    "a .docx": (zipped("word/document.xml"), "this is a Word document"),
    "an .xlsb": (zipped("xl/workbook.bin"), "this is an Excel binary workbook (.xlsb)"),
    "a .numbers": (zipped("Index/Document.iwa"), "this is a Numbers, Pages or Keynote document"),
    "an .odt": (lambda path: open_documents.write(path, f"<office:document-content {open_documents.NAMES}/>"),
                "this is a document of LibreOffice, but no spreadsheet"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_other_files_are_refused_by_name(what: str, tmp_path: Path) -> None:
    make, said = REFUSED[what]
    with pytest.raises(ListError) as refused:
        read_list(make(tmp_path / "list.xlsx"))
    (fault,) = refused.value.faults
    assert said in fault.message
    assert fault.hint


def test_a_numbers_file_beside_the_list_that_is_meant(workspace: Workspace) -> None:
    (workspace.lists / "new.numbers").write_bytes(b"x")
    ran = mailer("lists", "show", "new", cwd=workspace.root)
    assert "There is new.numbers, a Numbers spreadsheet: " in ran.err
