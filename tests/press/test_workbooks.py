"""Excel workbooks: sheets, numbers, dates, preambles, and what is refused."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from mailer.errors import ListError
from mailer.press import Problem, read_list

HEADER = ("E-mail", "Name", "Tags")
ANA = ("ana@example.net", "Ana Ruiz", "coast")

Sheets = dict[str, list[tuple[Any, ...]]]


def workbook(path: Path, sheets: Sheets, hidden: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


SHAPES: dict[str, tuple[Sheets, list[str], list[int]]] = {
    "header and rows": ({"A": [HEADER, ANA]}, ["ana@example.net|Ana Ruiz"], []),
    "preamble and empty rows": (
        {"A": [("Press list",), (), HEADER, (), ANA]},
        ["ana@example.net|Ana Ruiz"],
        [1],
    ),
    "an empty sheet first": ({"A": [], "B": [HEADER, ANA]}, ["ana@example.net|Ana Ruiz"], []),
    "a sheet without addresses first": (
        {"Notes": [("read me",), ("second line",)], "B": [HEADER, ANA]},
        ["ana@example.net|Ana Ruiz"],
        [],
    ),
    "an empty column before": ({"A": [(None, *HEADER), (None, *ANA)]}, ["ana@example.net|Ana Ruiz"], []),
    "a number for a name": ({"A": [HEADER, ("ana@example.net", 24.0, "x")]}, ["ana@example.net|24"], []),
    "a date and a truth": (
        {"A": [("email", "name", "active"), ("ana@example.net", date(2026, 3, 1), True)]},
        ["ana@example.net|2026-03-01"],
        [],
    ),
    "a time": (
        {
            "A": [
                ("email", "name"),
                ("ana@example.net", datetime(2026, 3, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None)),
            ]
        },
        ["ana@example.net|2026-03-01 09:30"],
        [],
    ),
    "no address in a row": ({"A": [HEADER, (None, "Bo", None), ANA]}, ["ana@example.net|Ana Ruiz"], [2]),
    "several in a cell, on lines": (
        {"A": [HEADER, ("ana@example.net\nbo@example.org", "Desk", "")]},
        ["ana@example.net|Desk", "bo@example.org|Desk"],
        [2],
    ),
    "Spanish headers and status": (
        {
            "A": [
                ("Correo", "Nombre", "Estado"),
                ("ana@example.net", "Ana", "Activa"),
                ("b@example.net", "Bo", "Baja"),
            ]
        },
        ["ana@example.net|Ana"],
        [3],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_workbook_is_read(shape: str, tmp_path: Path) -> None:
    sheets, people, problem_lines = SHAPES[shape]
    press_list = read_list(workbook(tmp_path / "list.xlsx", sheets))
    assert [f"{r.address}|{r.name}" for r in press_list] == people
    assert [problem.line for problem in press_list.problems] == problem_lines
    assert press_list.encoding == "Excel workbook"


def test_a_workbook_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", {"A": [HEADER, ANA]}).rename(tmp_path / "list.csv")
    assert [r.address for r in read_list(path)] == ["ana@example.net"]


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "list.xlsx", {"Press": [HEADER, ANA], "Old": [HEADER, ANA], "H": [HEADER]}, ("H",)
    )
    (finding,) = read_list(path).findings
    assert finding.id == "other-sheets"
    assert "“Old”" in finding.message
    assert "“H”" not in finding.message


def test_rows_beyond_the_written_dimension_are_read(tmp_path: Path) -> None:
    """Some programs write a wrong <dimension>; trusting it would lose the rows beyond."""
    path = workbook(tmp_path / "list.xlsx", {"A": [HEADER, ANA, ("bo@example.org", "Bo", "")]})
    lying = tmp_path / "lying.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(lying, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                assert b'ref="A1:C3"' in content
                content = content.replace(b'ref="A1:C3"', b'ref="A1:A1"')
            target.writestr(item, content)
    assert [r.address for r in read_list(lying)] == ["ana@example.net", "bo@example.org"]


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", {"A": [HEADER, ANA]})
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            target.writestr(item, content[:80] if item.filename == "xl/workbook.xml" else content)
    with pytest.raises(ListError, match=r"“xl/workbook\.xml” can't be read"):
        read_list(broken)


def test_a_workbook_without_addresses_says_what_it_holds(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", {"A": [("Name", "Phone"), ("Ana", "202-555-0101")]})
    with pytest.raises(ListError, match="none of these columns is known to hold addresses: “Name”, “Phone”"):
        read_list(path)


def test_problems_name_rows_as_excel_numbers_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", {"A": [("List",), (), HEADER, ANA, ("nobody", "Bo", "")]})
    last = list(read_list(path).problems)[-1]
    assert isinstance(last, Problem)
    assert (last.line, last.level, last.address) == (5, "error", "nobody")
