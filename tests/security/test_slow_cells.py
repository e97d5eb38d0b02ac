"""No text in a cell takes the reader more time than its length: nothing is compared with everything else.

Each shape made one pattern, or Python's own normal form, take minutes to hours; all of them together take seconds.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from support.breadth import some
from support.limited import mailer_within

LENGTH = 130_000
"""Characters: just below what csv takes for a quotation mark that isn't closed."""

PIECES: dict[str, tuple[str, str, str]] = {
    "letters": ("", "a", ""),
    "blanks": ("a", " ", "b"),
    "no-break spaces": ("a", "\u00a0", "b"),
    "tabs": ("a", "\t", "b"),
    "lines": ("x", "\n", "y"),
    "blank lines": ("x", "\n ", "y"),
    "ats": ("", "@", ""),
    "ats in a bracket": ("<", "@", ""),
    "ats in a link": ("[x](", "@", ""),
    "ats in round brackets": ("(", "@", ""),
    "open brackets": ("", "(", ""),
    "open angles": ("", "<", "@"),
    "pairs of angles": ("a@b.example", "<>", ""),
    "square brackets and blanks": ("a", "[ ", ""),
    "dots behind an at": ("a@", ".", " "),
    "ats and dots": ("a", "@.", ""),
    "letters behind an at": ("a@", "a", " "),
    "labels behind an at": ("a@", "a.", "!"),
    "hyphens": ("a@", "a--", ".example"),
    "blanks between addresses": ("a@b.example", " ", "c@d.example"),
    "separators": ("", ";", ""),
    "blanks and commas": ("a", " ,", ""),
    "words between addresses": ("a@b.example", " and ", "c@d.example"),
    "words for at": ("", " at ", ""),
    "addresses": ("", "a@b.example, ", ""),
    "halves of addresses": ("", "a b@", ""),
    "encoded words": ("", "=?", ""),
    "encoded words without an end": ("", "=?utf-8?q?", ""),
    "quotes": ("", '"', ""),
    "a quoted local part": ('"', "\\a", '"@b.example'),
    "accents in their order": ("a", "\u0301", ""),
    "accents out of their order": ("a", "\u0316\u0301", ""),
    "accents in two heaps": ("a", "\u0301" * 1000 + "\u0316" * 1000, ""),
    "vowels that come apart into accents": ("a", "\u0f73", ""),
    "zero-width spaces": ("", "\u200b", ""),
    "overrides": ("", "\u202e", ""),
    "controls": ("", "\x01", ""),
    "emoji": ("", "\U0001f600", ""),
    "ligatures that come apart into phrases": ("", "\ufdfa", ""),
}


def shape(name: str, length: int) -> str:
    before, piece, after = PIECES[name]
    return before + piece * ((length - len(before + after)) // len(piece)) + after


HEADERS = ("email", "name", "first name", "language", "tags", "status", "notes", "work email")
ROW = ("ana@example.net", "Ana", "Ana", "es", "coast", "active", "x", "")


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.parametrize("column", some(HEADERS, 4))
def test_no_cell_takes_minutes(column: str, tmp_path: Path) -> None:
    rows = [list(HEADERS), list(ROW)]
    for name in PIECES:
        row = list(ROW)
        row[HEADERS.index(column)] = shape(name, LENGTH)
        rows.append(row)
    write(tmp_path / "list.csv", rows)
    ran = mailer_within("lists", "show", "list.csv", "--column", "email", cwd=tmp_path)
    assert ran.code == 0, ran.err[:500]
    assert "bug in mailer" not in ran.err
    assert max(map(len, ran.err.splitlines())) < 2_000, "a complaint quotes the beginning"


def test_no_title_takes_minutes(tmp_path: Path) -> None:
    for number, name in enumerate(PIECES):
        # What is judged of a file are its first 64 K characters.
        write(
            tmp_path / f"list{number}.csv",
            [[shape(name, 50_000), "x"], ["email", "name"], ["ana@example.net", "Ana"]],
        )
    ran = mailer_within(
        "lists", "check", *(f"list{number}.csv" for number in range(len(PIECES))), cwd=tmp_path
    )
    assert ran.code in (0, 1)
    assert "bug in mailer" not in ran.err
    assert max(map(len, ran.out.splitlines())) < 2_000


def test_a_cell_is_not_mailed_a_thousand_times_with_all_that_stands_beside_it(tmp_path: Path) -> None:
    crowd = ", ".join(f"p{n}@example.net" for n in range(101))
    write(tmp_path / "list.csv", [["email", "notes"], [crowd, "x" * LENGTH], ["bo@example.org", ""]])
    ran = mailer_within("lists", "show", "list.csv", cwd=tmp_path)
    assert ran.out.split("\t")[0] == "bo@example.org"
    assert (
        "list.csv:2: error: 101 addresses in one cell, where at most 100 addresses are allowed: give each its own row"
        in ran.err
    )
