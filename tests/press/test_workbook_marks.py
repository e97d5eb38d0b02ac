"""What a workbook says by other means than words: hidden, filtered and struck-out rows, hidden columns and sheets, formulas
that nobody has calculated. Nobody is mailed, or left out, because of them without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from support import open_documents
from support.terminal import mailer
from support.workbook_kinds import WRITERS, Made
from support.workbooks import HEADER as XML_HEADER
from support.workbooks import MAIN, parts, sheet, text, write

from mailer.press import Choice, read_audience, read_list
from mailer.workspace import Workspace

HEADER = ("email", "name", "opted out")
ANA, BO, CY = (
    ("ana@example.net", "Ana", None),
    ("bo@example.org", "Bo", None),
    ("cy@example.com", "Cy", None),
)
KINDS = pytest.mark.parametrize("kind", WRITERS)


def people(path: Path) -> list[str]:
    return [person.address for person in read_list(path)]


def remarks(path: Path) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.level, problem.id) for problem in read_list(path).problems]


def made(kind: str, path: Path, workbook: Made) -> Path:
    return WRITERS[kind](path / f"list.{kind}", workbook)


# ---- rows that nobody sees


@KINDS
def test_a_hidden_row_is_left_out_with_a_notice(kind: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA, BO, CY], hidden={3}))
    assert people(path) == ["ana@example.net", "cy@example.com"]
    row, in_all = read_list(path).problems
    assert (row.line, row.level, row.reason, row.address) == (
        3,
        "notice",
        "hidden in the workbook",
        "bo@example.org",
    )
    assert (in_all.line, in_all.reason) == (3, None)
    assert "1 row is hidden and left out" in in_all.message
    assert "Unhide" in in_all.message


@KINDS
def test_many_hidden_rows_are_counted(kind: str, tmp_path: Path) -> None:
    """Somebody hid most of a long list to find their way about in it."""
    rows = [HEADER, *((f"p{number}@example.org", "P", None) for number in range(200))]
    path = made(kind, tmp_path, Made(rows, hidden=range(11, 202)))
    assert len(people(path)) == 9
    assert "191 rows are hidden and left out" in [problem.message for problem in read_list(path).problems][-1]


@pytest.mark.parametrize(("kind", "said"), [("xlsx", "has a filter on"), ("ods", "hidden by a filter")])
def test_a_filter_is_named_where_it_is_known(kind: str, said: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA, BO], hidden={3}, filtered=True))
    assert people(path) == ["ana@example.net"]
    assert said in next(read_list(path).problems).message


@KINDS
def test_a_hidden_header_is_the_header(kind: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA], hidden={1}))
    assert [person.name for person in read_list(path)] == ["Ana"]
    assert remarks(path) == []


@KINDS
def test_everybody_in_a_hidden_cell_is_named(kind: str, tmp_path: Path) -> None:
    path = made(
        kind, tmp_path, Made([HEADER, ANA, ("bo@example.org; cy@example.com", "Desk", None)], hidden={3})
    )
    assert [problem.address for problem in read_list(path).problems] == [
        "bo@example.org",
        "cy@example.com",
        "",
    ]


ROWS_UNSEEN = {
    "of no height": '<row r="3" ht="0" customHeight="1">',
    "in a closed group": '<row r="3" hidden="1" outlineLevel="1">',
    "as LibreOffice says it": '<row r="3" customFormat="false" ht="12.8" hidden="true" customHeight="false">',
    "as nobody says it": '<row hidden="1" r="3">',
}


@pytest.mark.parametrize("how", ROWS_UNSEEN)
def test_ways_to_hide_a_row_of_an_xlsx(how: str, tmp_path: Path) -> None:
    rows = (
        f'<row r="2" hidden="0" ht="15">{text("A2", "ana@example.net")}</row>',
        f"{ROWS_UNSEEN[how]}{text('A3', 'bo@example.org')}</row>",
        f'<row r="4" collapsed="1">{text("A4", "cy@example.com")}</row>',
    )
    path = write(tmp_path / "list.xlsx", parts({"Press": sheet(XML_HEADER, *rows)}))
    assert people(path) == ["ana@example.net", "cy@example.com"]


def test_where_rows_without_anything_are_hidden_those_with_something_are_not(tmp_path: Path) -> None:
    """`zeroHeight`, as XlsxWriter's hide_unused_rows writes it, is about rows that the file does not have."""
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Press")
        page.set_default_row(hide_unused_rows=True)
        for number, row in enumerate([HEADER, ANA]):
            page.write_row(number, 0, row)
    assert people(path) == ["ana@example.net"]


def test_a_closed_group_of_an_ods_is_hidden(tmp_path: Path) -> None:
    rows = [
        open_documents.row(address)
        for address in ("email", "ana@example.net", "bo@example.org", "cy@example.com")
    ]
    rows[2] = f'<table:table-row-group table:display="false">{rows[2]}</table:table-row-group>'
    path = open_documents.write(
        tmp_path / "list.ods", open_documents.content(open_documents.table("Press", *rows))
    )
    assert people(path) == ["ana@example.net", "cy@example.com"]


# ---- rows that somebody has struck out


@KINDS
def test_a_struck_out_address_is_left_out_with_a_notice(kind: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA, BO], struck={(3, 1)}))
    assert people(path) == ["ana@example.net"]
    row, in_all = read_list(path).problems
    assert (row.line, row.level, row.reason, row.address) == (3, "notice", "struck out", "bo@example.org")
    assert "1 row is struck out and left out" in in_all.message


@KINDS
def test_a_row_struck_out_as_a_whole_is_left_out(kind: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA, BO], struck={(3, 1), (3, 2)}))
    assert (people(path), remarks(path)[0][2]) == (["ana@example.net"], "struck-out")


@KINDS
def test_another_struck_out_cell_is_read_and_named(kind: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA], struck={(2, 2)}))
    assert [person.name for person in read_list(path)] == ["Ana"]
    assert remarks(path) == [(2, "warning", "struck-text")]


@KINDS
def test_a_struck_out_header_is_the_header(kind: str, tmp_path: Path) -> None:
    path = made(kind, tmp_path, Made([HEADER, ANA], struck={(1, 1), (1, 2), (1, 3)}))
    assert (people(path), remarks(path)) == (["ana@example.net"], [])


def rich(path: Path, *runs: tuple[str, bool], note: str = "") -> Path:
    """An .xlsx in whose address cell each run is struck out or not."""
    book = Workbook()
    assert book.active is not None
    book.active.append(HEADER)
    book.active.append(
        (CellRichText(*(TextBlock(InlineFont(strike=gone), words) for words, gone in runs)), "Ana", note)
    )
    book.save(path / "list.xlsx")
    return path / "list.xlsx"


def test_words_struck_out_within_a_cell_are_not_read(tmp_path: Path) -> None:
    path = rich(tmp_path, ("old@example.net ", True), ("ana@example.net", False))
    assert people(path) == ["ana@example.net"]
    (remark,) = read_list(path).problems
    assert (remark.level, remark.message) == ("warning", "“email”: what is struck out in it is not read")


def test_a_cell_of_which_every_word_is_struck_out_is_struck_out(tmp_path: Path) -> None:
    path = rich(tmp_path, ("ana@", True), ("example.net", True), (" ", False))
    assert (people(path), remarks(path)[0]) == ([], (2, "notice", "struck-out"))


def test_a_style_of_the_row_strikes_out_cells_that_have_none(tmp_path: Path) -> None:
    styles = (
        f"<styleSheet {MAIN}><fonts><font/><font><strike/></font><font><strike val='0'/></font></fonts>"
        '<cellXfs><xf fontId="0"/><xf fontId="1"/><xf fontId="2"/></cellXfs>'
        "<dxfs><dxf><font><strike/></font></dxf></dxfs></styleSheet>"
    )
    own = text("A5", "di@example.com").replace("<c ", '<c s="0" ')
    rows = (
        f'<row r="2" s="1" customFormat="1">{text("A2", "ana@example.net")}</row>',
        f'<row r="3" s="1">{text("A3", "bo@example.org")}</row>',
        f'<row r="4" s="2" customFormat="1">{text("A4", "cy@example.com")}</row>',
        f'<row r="5" s="1" customFormat="1">{own}</row>',
    )
    path = write(tmp_path / "list.xlsx", parts({"Press": sheet(XML_HEADER, *rows)}, styles=styles))
    assert people(path) == ["bo@example.org", "cy@example.com", "di@example.com"]


def test_styles_of_an_ods_are_made_after_others(tmp_path: Path) -> None:
    cells = [
        open_documents.cell(f"{style}@example.org", style)
        for style in ("gone", "after-gone", "there", "unknown")
    ]
    span = '<text:p><text:span text:style-name="gone">old@example.org</text:span> new@example.org</text:p>'
    cells.append(f'<table:table-cell office:value-type="string">{span}</table:table-cell>')
    rows = (open_documents.row(cell) for cell in ("email", *cells))
    path = open_documents.write(
        tmp_path / "list.ods", open_documents.content(open_documents.table("Press", *rows))
    )
    assert people(path) == ["there@example.org", "unknown@example.org", "new@example.org"]


def test_a_column_of_an_ods_styles_its_cells(tmp_path: Path) -> None:
    columns = '<table:table-column table:default-cell-style-name="gone"/>'
    rows = (
        open_documents.row(cell)
        for cell in ("email", "bo@example.org", open_documents.cell("ana@example.net", "there"))
    )
    table = open_documents.table("Press", *rows, columns=columns)
    path = open_documents.write(tmp_path / "list.ods", open_documents.content(table))
    assert people(path) == ["ana@example.net"]


# ---- columns and sheets that nobody sees


@KINDS
def test_a_hidden_column_still_says_who_has_opted_out(kind: str, tmp_path: Path) -> None:
    rows = [HEADER, ANA, ("bo@example.org", "Bo", "yes")]
    path = made(kind, tmp_path, Made(rows, hidden_columns={3}))
    assert people(path) == ["ana@example.net"]
    (finding,) = read_list(path).findings
    assert (finding.id, finding.level) == ("hidden-columns", "notice")
    assert "“opted out”" in finding.message


@KINDS
def test_other_sheets_are_named_by_what_they_hold(kind: str, tmp_path: Path) -> None:
    others = {"Old": [HEADER, BO], "Notes": [("read me",)], "Gone": [HEADER, CY], "Empty": []}
    path = made(kind, tmp_path, Made([HEADER, ANA], others=others, hidden_sheets={"Gone"}))
    found = {(finding.level, finding.message) for finding in read_list(path).findings}
    assert found == {
        ("warning", "only the sheet “Press” is read, not “Old”, which holds addresses too"),
        ("notice", "only the sheet “Press” is read, not “Notes”: no addresses were seen there"),
        ("warning", "not read, though there are addresses: “Gone”, hidden in the workbook"),
    }


def test_a_very_hidden_sheet_is_hidden(tmp_path: Path) -> None:
    content = parts(
        {
            "Press": sheet(XML_HEADER, f'<row r="2">{text("A2", "ana@example.net")}</row>'),
            "H": sheet(XML_HEADER),
        }
    )
    content["xl/workbook.xml"] = str(content["xl/workbook.xml"]).replace(
        'name="Press"', 'name="Press" state="veryHidden"'
    )
    path = write(tmp_path / "list.xlsx", content)
    assert [finding.id for finding in read_list(path).findings] == ["hidden-sheets"]


# ---- formulas


def with_formulas(path: Path, *, optout: object = None) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in (
        HEADER,
        ('="ana"&"@example.net"', "Ana", None),
        ("bo@example.org", "=A2", optout),
        ("cy@example.com", "=A3", None),
    ):
        book.active.append(row)
    book.save(path / "list.xlsx")
    return path / "list.xlsx"


def test_an_address_that_was_never_calculated_is_an_error(tmp_path: Path) -> None:
    path = with_formulas(tmp_path)
    row = next(read_list(path).problems)
    assert (row.line, row.level, row.reason) == (2, "error", "formula without a value")
    assert row.message == "“Ana”: “email” is a formula without a value"


def test_other_cells_without_a_value_are_counted(tmp_path: Path) -> None:
    path = with_formulas(tmp_path)
    assert [person.name for person in read_list(path)] == ["", ""]
    last = list(read_list(path).problems)[-1]
    assert (last.line, last.level) == (3, "warning")
    assert "2 cells have a formula and no value, the first B3" in last.message
    assert "open the workbook in Excel or LibreOffice, and save it" in last.message


def test_nobody_is_mailed_whose_opt_out_was_never_calculated(tmp_path: Path) -> None:
    path = with_formulas(tmp_path, optout='=IF(1,"yes","")')
    assert people(path) == ["cy@example.com"]
    assert (
        "“opted out” is a formula without a value"
        in [problem.message for problem in read_list(path).problems][1]
    )


def test_a_formula_whose_value_is_no_text_has_a_value(tmp_path: Path) -> None:
    cells = (
        text("A2", "ana@example.net")
        + '<c r="B2" t="str"><f>""</f><v></v></c><c r="C2"><f>1-1</f><v>0</v></c>'
    )
    header = XML_HEADER.replace("</row>", text("C1", "opted out") + "</row>")
    path = write(tmp_path / "list.xlsx", parts({"Press": sheet(header, f'<row r="2">{cells}</row>')}))
    assert (people(path), remarks(path)) == (["ana@example.net"], [])


def test_a_formula_of_an_ods_without_a_value(tmp_path: Path) -> None:
    formula = '<table:table-cell table:formula="of:=[.B2]"/>'
    empty = '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""/>'
    rows = (
        open_documents.row("email", "name"),
        open_documents.row(formula, "Ana"),
        open_documents.row("bo@example.org", empty),
    )
    path = open_documents.write(
        tmp_path / "list.ods", open_documents.content(open_documents.table("Press", *rows))
    )
    assert (people(path), remarks(path)[0]) == (["bo@example.org"], (2, "error", "no-value"))


# ---- as staff see it


@KINDS
def test_all_commands_say_it(kind: str, workspace: Workspace) -> None:
    made(kind, workspace.lists, Made([HEADER, ANA, BO, CY], hidden={3}, struck={(4, 1)}))
    shown = mailer("lists", "show", "list", cwd=workspace.root)
    assert shown.out.startswith("ana@example.net\tAna")
    assert f"lists/list.{kind}:3: notice: bo@example.org: hidden in the workbook" in shown.err
    assert (
        f"lists/list.{kind}:4: notice: cy@example.com: struck out in the workbook [struck out]" in shown.err
    )
    assert "1 recipient, 2 left out" in shown.err
    assert mailer("lists", "check", "list", cwd=workspace.root).code == 0, "nothing has to be fixed"
    data = json.loads(mailer("lists", "show", "list", "--json", cwd=workspace.root).out)
    assert [each["reason"] for each in data["problems"]][:2] == ["hidden in the workbook", "struck out"]
    added = mailer("lists", "add", f"lists/list.{kind}", "--as", "taken", cwd=workspace.root)
    assert "1 row is hidden and left out" in added.err
    assert "bo@" not in (workspace.lists / "taken.csv").read_text()


@KINDS
def test_who_is_excepted_stays_so_in_a_hidden_row(kind: str, workspace: Workspace) -> None:
    (workspace.lists / "small.csv").write_text("email\nana@example.net\nbo@example.org\n")
    made(kind, workspace.lists, Made([HEADER, ANA, BO], hidden={3}))
    audience = read_audience(workspace, Choice(lists=("small",), except_lists=("list",)))
    assert [(person.address, person.reason) for person in audience.left_out] == [
        ("ana@example.net", "excepted"),
        ("bo@example.org", "excepted"),
    ]


@KINDS
def test_an_audience_knows_who_was_left_out_and_why(kind: str, workspace: Workspace) -> None:
    made(kind, workspace.lists, Made([HEADER, ANA, BO, CY], hidden={3}, struck={(4, 1)}))
    audience = read_audience(workspace, Choice(lists=("list",)))
    assert [person.address for person in audience.recipients] == ["ana@example.net"]
    left_out = {(person.address, person.reason) for person in audience.left_out}
    assert left_out == {("bo@example.org", "hidden in the workbook"), ("cy@example.com", "struck out")}
    assert "1 row is hidden and left out" in " ".join(finding.message for finding in audience.findings)


@KINDS
def test_what_is_forgotten_is_found_in_a_hidden_row(kind: str, workspace: Workspace) -> None:
    made(kind, workspace.lists, Made([HEADER, ANA, BO], hidden={3}))
    ran = mailer("forget", "bo@example.org", "--yes", cwd=workspace.root)
    assert f"lists/list.{kind}:3" in ran.out + ran.err
