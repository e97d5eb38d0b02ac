"""Privacy: what the lists hold about a person, and taking it out without touching anybody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from mailer.press import (
    AddressError,
    Choice,
    Suppressions,
    begin_suppressions,
    files_naming,
    forget,
    kept_about,
    read_audience,
    read_list,
)
from mailer.workspace import Workspace

FILES = {
    "plain.csv": (
        b"email,name\r\nbo@example.org,Bo\r\nANA@example.net,Ana Ruiz\r\ncy@example.com,Cy",
        b"email,name\r\nbo@example.org,Bo\r\ncy@example.com,Cy",
    ),
    "excel.csv": (
        "sep=;\r\nName;E-Mail\r\nZoë;bo@example.org\r\nAna;<ana@example.net>\r\n".encode("cp1252"),
        "sep=;\r\nName;E-Mail\r\nZoë;bo@example.org\r\n".encode("cp1252"),
    ),
    "wide.csv": (
        "\ufeffemail\tname\nana@example.net\tAna\nbo@example.org\tZoë\n".encode("utf-16-le"),
        "\ufeffemail\tname\nbo@example.org\tZoë\n".encode("utf-16-le"),
    ),
    "quoted.csv": (
        b'email,notes\nana@example.net,"one\ntwo"\nbo@example.org,"three, ""four""\nfive"\n',
        b'email,notes\nbo@example.org,"three, ""four""\nfive"\n',
    ),
    "shared-cell.csv": (
        b'email,name\n"ana@example.net; bo@example.org",Desk\nhosana@example.net,H\n',
        b"email,name\nbo@example.org,Desk\nhosana@example.net,H\n",
    ),
    "elsewhere.csv": (
        b"email,assistant\nbo@example.org,Ana <ana@example.net>\n",
        b"email,assistant\nbo@example.org,\n",
    ),
    "note.csv": (
        b"email,notes\nbo@example.org,write to ana@example.net. Thanks\n",
        b"email,notes\nbo@example.org,write to . Thanks\n",
    ),
    "nobody.csv": (
        b"email , name\n\n  bo@example.org,  Bo\n\xff\n",
        b"email , name\n\n  bo@example.org,  Bo\n\xff\n",
    ),
}


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    for path in workspace.lists.iterdir():
        path.unlink()
    begin_suppressions(workspace.suppressed)
    for name, (content, _) in FILES.items():
        (workspace.lists / name).write_bytes(content)
    return workspace


@pytest.mark.parametrize("name", FILES)
def test_a_person_goes_and_every_other_byte_stays(name: str, office: Workspace) -> None:
    forget(office, "Ana@example.net")
    assert (office.lists / name).read_bytes() == FILES[name][1]


def test_what_was_removed_is_told_row_by_row(office: Workspace) -> None:
    done = forget(office, "ana@example.net")
    assert not done.by_hand
    assert {(Path(row.path).name, row.line) for row in done.removed} == {
        ("plain.csv", 3), ("excel.csv", 4), ("wide.csv", 2), ("quoted.csv", 2), ("shared-cell.csv", 2),
        ("elsewhere.csv", 2), ("note.csv", 2),
    }  # fmt: skip
    assert forget(office, "ana@example.net").removed == ()


def test_a_forgotten_person_is_never_mailed_again(office: Workspace) -> None:
    Suppressions(office.suppressed).add("ana@example.net", "unsubscribed")
    forget(office, "ana@example.net")
    assert "ana@" not in office.suppressed.read_text()
    (office.lists / "back.csv").write_text("email\nANA@example.net\nbo@example.org\n")
    audience = read_audience(office, Choice(lists=("back",)))
    assert [(o.address, o.reason) for o in audience.left_out] == [("ANA@example.net", "suppressed")]


def test_a_workbook_is_left_to_a_person_and_named(office: Workspace) -> None:
    book = Workbook()
    book.active.append(("email", "name"))
    book.active.append(("ana@example.net", "Ana"))
    book.save(office.lists / "book.xlsx")
    (row,) = forget(office, "ana@example.net").by_hand
    assert (Path(row.path).name, row.line) == ("book.xlsx", 2)


def test_rows_quoted_as_a_whole_are_left_to_a_person(office: Workspace) -> None:
    (office.lists / "wrapped.csv").write_text('"email,name"\n"ana@example.net,Ana"\n')
    (row,) = forget(office, "ana@example.net").by_hand
    assert (Path(row.path).name, row.line) == ("wrapped.csv", 2)


def test_a_list_that_cannot_be_read_is_left_to_a_person_and_named(office: Workspace) -> None:
    (office.lists / "odd.csv").write_text("Ana,ana@example.net\nBo,bo@example.org\n")
    (row,) = forget(office, "ana@example.net").by_hand
    assert (Path(row.path).name, row.line) == ("odd.csv", 0)


def test_what_is_held_is_shown_with_its_headers(office: Workspace) -> None:
    Suppressions(office.suppressed).add("ana@example.net", "unsubscribed", "link")
    (office.lists / "odd.csv").write_text("Ana,ana@example.net\nBo,bo@example.org\n")
    rows = {Path(row.path).name: row for row in kept_about(office, "ANA@example.net")}
    assert rows["plain.csv"].cells == {"email": "ANA@example.net", "name": "Ana Ruiz"}
    assert rows["odd.csv"].line == 1
    assert rows["suppressed.csv"].cells["reason"] == "unsubscribed"
    assert "nobody.csv" not in rows
    assert list(kept_about(office, "dee@example.net")) == []


def test_nonsense_is_no_person(office: Workspace) -> None:
    with pytest.raises(AddressError):
        forget(office, "example.net")
    assert [r.address for r in read_list(office.lists / "plain.csv")][1] == "ANA@example.net"


def test_a_list_that_breaks_off_or_hangs_stops_nobody_from_being_forgotten(workspace: Workspace) -> None:
    """Below a fault that no reader gets past, and beside a pipe that nobody writes to, stand other lists."""
    (workspace.lists / "aaa.csv").write_text(
        'email,name\na@example.net,A\n"b@example.net,' + "x" * 2_000_000, "utf-8"
    )
    os.mkfifo(workspace.lists / "bbb.csv")
    (workspace.lists / "zzz.csv").write_text("email,name\nana.ruiz@example.net,Ana\n", "utf-8")
    done = forget(workspace, "ana.ruiz@example.net")
    assert "lists/zzz.csv" in {row.path for row in done.removed}
    assert "ana.ruiz" not in (workspace.lists / "zzz.csv").read_text("utf-8")


def test_the_copy_of_an_older_ledger_is_named(workspace: Workspace) -> None:
    """It is kept for whoever has to go back, and holds whoever was mailed until then; the ledger itself forgets by itself."""
    workspace.private.mkdir(exist_ok=True)
    copy = workspace.ledger.with_name("ledger.db.1.backup")
    for path in (copy, workspace.ledger, workspace.ledger.with_name("ledger.db-wal")):
        path.write_bytes(b"SQLite format 3\0 ana@example.net ")
    assert files_naming(workspace, "ana@example.net") == [copy]
    copy.write_bytes(b"x" * ((1 << 20) - 4) + b"ANA@example.net" + b"x" * (1 << 20))
    assert files_naming(workspace, "ana@example.net") == [copy], "wherever it is cut for reading"
