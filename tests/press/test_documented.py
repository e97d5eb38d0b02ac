"""docs/reference/lists.md says what the code does: every limit and warning; tests/docs/test_made.py has headers and reasons."""

from __future__ import annotations

import csv
import re

from conftest import REPOSITORY

from mailer.press import addresses
from mailer.press.list_files import answers, cards, raw_rows, read
from mailer.press.list_files.rows import MOST_IN_A_CELL
from mailer.press.list_files.workbooks import cell_texts, package, remarks
from mailer.press.list_files.workbooks.excel import strings, workbook
from mailer.press.list_files.workbooks.old_excel import records
from mailer.press.list_files.workbooks.old_excel import sheet as old_sheet
from mailer.press.list_files.workbooks.open_document import workbook as open_document

PAGE = (REPOSITORY / "docs" / "reference" / "lists.md").read_text("utf-8")


def table(heading: str) -> dict[str, list[str]]:
    """First cell → further cells of the table under a heading."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in rows}


def test_every_limit_is_documented() -> None:
    section = PAGE.split("## Limits\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    assert [int(number.replace(",", "")) for _, _, number in rows] == [
        read.LARGEST_FILE >> 20,
        package.LARGEST_FILE >> 20,
        raw_rows.MOST_COLUMNS,
        raw_rows.LONGEST_ROW,
        raw_rows.LONGEST_CELL,
        cell_texts.LONGEST_CELL,
        MOST_IN_A_CELL,
        cards.MOST_PROPERTIES,
        answers.LARGEST,
        addresses.LONGEST,
        cell_texts.MOST_ROWS,
        cell_texts.MOST_CELLS,
        cell_texts.MOST_TEXT,
        read.MOST_OF_A_WORKBOOK,
        workbook.MOST_SHEETS,
        strings.MOST_STRINGS,
        strings.MOST_STRING_TEXT,
        package.MOST_PARTS,
        package.UNPACKED >> 20,
        package.MOST_TAGS,
        open_document.MOST_TAGS,
        old_sheet.MOST_COLUMNS,
        records.MOST_RECORDS,
    ]
    assert csv.field_size_limit() == raw_rows.LONGEST_CELL


def test_every_warning_is_documented() -> None:
    source = "".join(
        path.read_text("utf-8") for path in sorted((REPOSITORY / "mailer" / "press").rglob("*.py"))
    )
    in_code = set(re.findall(r'warning\(\s*[\w.]+, "([a-z-]+)"', source))
    in_code |= set(re.findall(r'Finding\(\s*"([a-z-]+)",\s*"warning"', source))
    in_code |= set(re.findall(r'return "([a-z]+-[a-z-]+)", f', source))
    assert in_code == set(table("Warnings"))


def test_every_notice_of_a_file_is_documented() -> None:
    source = "".join(
        path.read_text("utf-8")
        for path in sorted((REPOSITORY / "mailer" / "press" / "list_files").rglob("*.py"))
    )
    in_code = set(re.findall(r'Finding\(\s*"([a-z-]+)",\s*"notice"', source))
    in_code |= {id_ for id_, _ in remarks.IN_ALL.values()}
    assert in_code == set(table("Notices"))
