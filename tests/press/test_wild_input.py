"""Whatever the bytes: the reader doesn't crash, and no row is lost without a word."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import Problem, canonical, read_list

WILD = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", " ", "ana@example.net", "Ana <ana@example.net>", "a@b.example; c@d.example", "=?utf-8?q?x?=",
                     "x\r\nBcc: evil@example.com", '"', "email", "José", "\ufeff", "\x00", "\ue0001\ue001",
                     "baja", "@"]),
)  # fmt: skip
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=12)


@WILD
@given(content=st.binary(max_size=400))
@example(content=b"\xff\xfe")
@example(content=b"\xff\xfe\x00")
@example(content=b"email\n\xff\x00\xfe")
@example(content=b"\xef\xbb\xbf\xff\xfe\xfd")
@example(content=b'email,name\n"a@example.net\r"\r,"\n')
@example(content=b"PK\x03\x04rubbish")
@example(content=b"\x00\x00\xfe\xffemail")
def test_no_bytes_crash_the_reader(tmp_path: Path, content: bytes) -> None:
    for start in (
        b"",
        b"email;name\n",
        b"\xff\xfe",
        b"email\tname\nana@example.net\tAna\n",
        b'"email,name"\n',
    ):
        path = tmp_path / "list.csv"
        path.write_bytes(start + content)
        try:
            for row in read_list(path).rows():
                assert isinstance(row, Recipient | Problem)
        except ListError as refused:
            assert refused.faults


def unquoted_lines(text: str, delimiter: str) -> dict[int, list[str]]:
    """Line → cells, by Python's own csv: the reference for which rows there are."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, start = {}, 1
    for cells in reader:
        lines[start] = cells
        start = reader.line_num + 1
    return lines


@WILD
@given(rows=ROWS, delimiter=st.sampled_from(",;\t|"), ends=st.sampled_from(["\n", "\r\n"]))
@example(rows=[["baja", "baja", "baja", "email"]], delimiter=",", ends="\n")
@example(rows=[["", "", ""], ["Mail", "Name", "Tags"]], delimiter=";", ends="\r\n")
def test_every_row_is_a_recipient_or_has_a_reason(
    tmp_path: Path, rows: list[list[str]], delimiter: str, ends: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ends)
    writer.writerows([["email", "name", "outlet"], ["first@example.org", "First", "The Tide"], *rows])
    text = out.getvalue().replace("\x00", "")
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = list(read_list(path).rows())
    except ListError:
        return
    accounted = {r.where.line for r in found if isinstance(r, Recipient) and r.where}
    accounted |= {p.line for p in found if isinstance(p, Problem) and p.reason}
    written = {
        line
        for line, cells in unquoted_lines(text, delimiter).items()
        if line > 1 and any(any(c.isalnum() or c == "@" for c in cell) for cell in cells)
    }
    assert written <= accounted


@WILD
@given(rows=ROWS)
def test_what_becomes_a_recipient_is_safe_in_a_header(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([["email", "name", "outlet", "beat"], *rows])
    try:
        people = list(read_list(path))
    except ListError:
        return
    for person in people:
        for text in (person.address, person.name, person.outlet, *person.tags, *person.fields.values()):
            assert not set(text) & set("\r\n\v\f\x00\x1f\x85\u2028\u2029\ue000\ue001\u202e")
            assert "=?utf-8?q?" not in text
        assert canonical(person.address) == canonical(canonical(person.address))


FORMS = st.sampled_from(
    [
        "{}",
        "<{}>",
        "Ana <{}>",
        "Ruiz, Ana <{}>",
        '"Ruiz, Ana" <{}>',
        "mailto:{}",
        "'{0}' <{0}>",
        "{} (desk)",
        "Ana ({})",
    ]
)


@WILD
@given(
    forms=st.lists(FORMS, min_size=1, max_size=5),
    separator=st.sampled_from(["; ", ", ", "\n", " / ", " | ", " and "]),
)
def test_every_address_of_a_crowded_cell_is_found(tmp_path: Path, forms: list[str], separator: str) -> None:
    addresses = [f"p{number}@example.net" for number in range(len(forms))]
    cell = separator.join(form.format(address) for form, address in zip(forms, addresses, strict=True))
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["email", "name"], [cell, "Desk"], ["last@example.net", "Last"]])
    assert [person.address for person in read_list(path)] == [*addresses, "last@example.net"]


FRAGMENTS = st.sampled_from(
    ["ana@example.net", "bo@example.org", *'<> ;,"()x[]:/', "\n", "mailto:", " and ", "Ana ", "\u200b"]
)


@WILD
@given(cell=st.lists(FRAGMENTS, max_size=12).map("".join))
def test_no_address_of_a_cell_is_lost_without_a_word(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["email", "name"], [cell, "Desk"], ["last@example.net", "Last"]])
    said = [row.address for row in read_list(path).rows()]
    for address in ("ana@example.net", "bo@example.org"):
        assert (address in cell) <= any(address in text for text in said)


INJECTIONS = [
    'ana@example.net,"Ana\r\nBcc: evil@example.com"',
    'ana@example.net,"Ana\nBcc: evil@example.com"',
    'ana@example.net,"Ana\n\tX-Evil : 1"',
    'ana@example.net,"Ana\u2028Bcc: evil@example.com"',
    'ana@example.net,"Ana\x0bBcc:evil@example.com"',
    '"ana@example.net\r\nBcc: evil@example.com",Ana',
    '"ana@example.net>\nRCPT TO:<evil@example.com",Ana',
    '"ana@example.net\nDATA",Ana',
]


@pytest.mark.parametrize("row", INJECTIONS)
def test_a_line_break_with_a_header_is_never_mailed(row: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,name\n{row}\nbo@example.org,Bo\n", newline="")
    rows = list(read_list(path).rows())
    assert [r.address for r in rows if isinstance(r, Recipient)] == ["bo@example.org"]
    assert [r.line for r in rows if isinstance(r, Problem)] == [2]


def test_an_encoded_word_in_a_name_is_left_empty(tmp_path: Path) -> None:
    """A mail program would decode it; Python's email package once made a header of it (CVE-2024-6923)."""
    path = tmp_path / "list.csv"
    path.write_text("email,name\nana@example.net,=?utf-8?q?Ana=0ABcc:_evil@example.com?=\n")
    (person,) = read_list(path)
    assert person.name == ""


def test_a_formula_is_text_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('email,name\nana@example.net,"=HYPERLINK(""http://example.com"")"\n')
    (person,) = read_list(path)
    assert person.name == '=HYPERLINK("http://example.com")'
