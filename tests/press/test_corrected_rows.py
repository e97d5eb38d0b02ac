"""An address in a list is corrected to any other one, and no other character of the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailer.errors import ListError
from mailer.press import read_list, settings_of
from mailer.press.list_files.answers import read_answers
from mailer.press.list_files.write import write_answers
from mailer.press.mending import mend


def corrected(path: Path, line: int, address: str, becomes: str) -> str:
    mend(read_list(path), {line: (address, becomes)}, path.with_name("kept.csv"))
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    ("row", "becomes", "after"),
    [
        ("ana@gmial.com;Ana;x", "ana@gmail.com", "ana@gmail.com;Ana;x"),
        ("ana@paper.example;Ana;x", "maria@paper.example", "maria@paper.example;Ana;x"),
        ("Ana <ANA@paper.example>;Ana;x", "maria@other.example", "Ana <maria@other.example>;Ana;x"),
        ('"ana@paper.example" ;Ana;"a;b"', "maria@other.example", '"maria@other.example" ;Ana;"a;b"'),
        ("banana@paper.example;Ana;ana@paper.example", "b@other.example", "b@other.example;Ana;ana@paper.example"),
        ("ana@paper.example;ana@paper.example;x", "b@other.example", "b@other.example;ana@paper.example;x"),
        ("ana@paper.example;Ana;x", "o'neill@other.example", "o'neill@other.example;Ana;x"),
    ],
)  # fmt: skip
def test_a_row_gets_another_address(tmp_path: Path, row: str, becomes: str, after: str) -> None:
    path = tmp_path / "press.csv"
    before = f"email;name;note\nother@example.net;Other;\n{row}\nlast@example.net;Last;é\n"
    path.write_text(before, "utf-8")
    address = read_list(path)
    (who,) = [person.address for person in address if person.where and person.where.line == 3]
    assert corrected(path, 3, who, becomes) == before.replace(row, after)
    assert becomes in [person.address for person in read_list(path)]


def test_the_row_of_somebody_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    path.write_text("email\nana@example.net\n", "utf-8")
    with pytest.raises(ListError, match="somebody has changed the list"):
        corrected(path, 2, "ben@example.net", "maria@example.net")
    assert path.read_text("utf-8") == "email\nana@example.net\n"


def test_all_that_was_said_of_a_list_is_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    beside = settings_of(path)
    beside.write_text(
        'address = "Work \\"email\\""\nencoding = "cp1251"\ndelimiter = "tab"\n[columns]\n"Status" = "not about mail"\n'
        '"Off" = "opted out"\n',
        "utf-8",
    )
    said = read_answers(path, "press.csv")
    write_answers(path, said)
    again = read_answers(path, "press.csv")
    assert (again.address, again.encoding, again.delimiter, again.columns) == (
        'Work "email"', "cp1251", "\t", {"status": "", "off": "opted_out"}
    )  # fmt: skip
    write_answers(path, read_answers(tmp_path / "none.csv", "none.csv"))
    assert not beside.exists()
