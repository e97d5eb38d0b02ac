"""One sheet, as each kind of workbook has it: .xlsx by openpyxl, .xls by xlwt, .ods in LibreOffice's words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from support import open_documents

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Made:
    """What a workbook holds. Rows and columns are counted from 1.

    Attributes:
        rows: of the first sheet, which is called Press.
        hidden: rows that nobody sees.
        struck: rows and columns of cells that are struck out.
        hidden_columns: columns that nobody sees.
        others: further sheets.
        hidden_sheets: names of those that nobody sees.
        filtered: the sheet has a filter on, by which the rows are hidden.
    """

    rows: Rows
    hidden: Collection[int] = ()
    struck: Collection[tuple[int, int]] = ()
    hidden_columns: Collection[int] = ()
    others: Mapping[str, Rows] = field(default_factory=dict)
    hidden_sheets: Collection[str] = ()
    filtered: bool = False


def xlsx(path: Path, made: Made) -> Path:
    book = Workbook()
    for name, rows in {"Press": made.rows, **made.others}.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in made.hidden_sheets else "visible"
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    sheet = book["Press"]
    for number in made.hidden:
        sheet.row_dimensions[number].hidden = True
    for number in made.hidden_columns:
        sheet.column_dimensions[get_column_letter(number)].hidden = True
    for row_, column in made.struck:
        sheet.cell(row_, column).font = Font(strike=True)
    if made.filtered:
        sheet.auto_filter.ref = sheet.dimensions
        sheet.sheet_properties.filterMode = True
    book.save(path)
    return path


def xls(path: Path, made: Made) -> Path:
    book = xlwt.Workbook()
    gone, there = xlwt.easyxf("font: struck_out on"), xlwt.easyxf()
    for name, rows in {"Press": made.rows, **made.others}.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in made.hidden_sheets)
        for number, row_ in enumerate(rows, 1):
            for column, value in enumerate(row_, 1):
                struck = name == "Press" and (number, column) in made.struck
                if value is not None:
                    sheet.write(number - 1, column - 1, value, gone if struck else there)
    sheet = book.get_sheet(0)
    for number in made.hidden:
        sheet.row(number - 1).hidden = True
    for number in made.hidden_columns:
        sheet.col(number - 1).hidden = True
    book.save(str(path))
    return path


def ods(path: Path, made: Made) -> Path:
    tables = []
    for name, rows in {"Press": made.rows, **made.others}.items():
        first = name == "Press"
        lines = []
        for number, values in enumerate(rows, 1):
            cells = (
                open_documents.cell(
                    "" if value is None else value,
                    "gone" if first and (number, column) in made.struck else "",
                )
                for column, value in enumerate(values, 1)
            )
            how = "filter" if made.filtered else "collapse"
            hidden = f' table:visibility="{how}"' if first and number in made.hidden else ""
            lines.append(open_documents.row(*cells, more=hidden))
        seen = (
            "collapse" if first and number in made.hidden_columns else "visible" for number in range(1, 20)
        )
        columns = "".join(f'<table:table-column table:visibility="{each}"/>' for each in seen)
        style = "hidden-sheet" if name in made.hidden_sheets else ""
        tables.append(open_documents.table(name, *lines, columns=columns, style=style))
    return open_documents.write(path, open_documents.content(*tables))


WRITERS: dict[str, Callable[[Path, Made], Path]] = {"xlsx": xlsx, "xls": xls, "ods": ods}
