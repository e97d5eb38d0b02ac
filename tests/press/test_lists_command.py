"""`mailer lists`, `suppress`, `unsuppress`, `forget`: run as staff run them."""

from __future__ import annotations

import io
import json
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailer.cli import main
from mailer.press import Suppressions
from mailer.press.audience_on_disk import FEW
from mailer.workspace import Workspace


@dataclass
class Run:
    returncode: int
    stdout: str
    stderr: str


def mailer(folder: Path, *arguments: str) -> Run:
    """A command as staff run it in `folder`, without a terminal."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(stdout), redirect_stderr(stderr):
        code = main(arguments)
    return Run(code, stdout.getvalue(), stderr.getvalue())


def data(folder: Path, *arguments: str) -> Any:
    run = mailer(folder, *arguments)
    assert run.returncode in (0, 1), run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    (workspace.lists / "wild.csv").write_bytes(
        "E-Mail;Name;Status\r\nana@example.net;José;aktiv\r\nANA@example.net;Again;aktiv\r\n"
        "bo@@example.org;Bo;aktiv\r\ncy@example.com;Cy;abgemeldet\r\nsupp@example.com;S;aktiv\r\n".encode(
            "cp1252"
        )
    )
    Suppressions(workspace.suppressed).add("supp@example.com", "unsubscribed")
    return workspace


def test_show_prints_recipients_and_accounts_for_every_other_row(office: Workspace) -> None:
    shown = data(office.root, "lists", "show", "wild", "--json")
    assert [(r["address"], r["name"], r["line"]) for r in shown["recipients"]] == [
        ("ana@example.net", "José", 2)
    ]
    assert [(p["line"], p["level"], p.get("reason")) for p in shown["problems"]] == [
        (2, "warning", None),
        (3, "notice", "duplicate"),
        (4, "error", "address can't be used"),
        (5, "notice", "not active"),
        (6, "notice", "suppressed"),
    ]
    assert shown["encoding"] == "Windows-1252"
    assert "did you mean bo@example.org?" in shown["problems"][2]["message"]


def test_show_for_people_puts_data_on_stdout_and_talk_on_stderr(office: Workspace) -> None:
    run = mailer(office.root, "lists", "show", "wild")
    assert run.returncode == 0
    assert run.stdout == "ana@example.net\tJosé\t\t\t\n"
    assert "lists/wild.csv:4: error: “bo@@example.org”" in run.stderr
    assert "lists/wild.csv: 1 recipient, 4 left out (Windows-1252, semicolon)." in run.stderr


def test_show_reads_a_file_outside_any_workspace(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("email\nana@example.net\n")
    assert (
        data(tmp_path, "lists", "show", "export.csv", "--json")["recipients"][0]["address"]
        == "ana@example.net"
    )


def test_show_refuses_with_code_2_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("email,private email\na@example.net,b@example.net\n")
    run = mailer(tmp_path, "lists", "show", "two.csv", "--json")
    assert run.returncode == 2
    refused = json.loads(run.stdout)
    assert refused["recipients"] == []
    assert refused["problems"][0]["line"] == 1
    assert "which column should be mailed?" in refused["problems"][0]["message"]
    plain = mailer(tmp_path, "lists", "show", "two.csv")
    assert (plain.returncode, plain.stdout) == (2, "")
    assert "which column should be mailed?" in plain.stderr
    answered = mailer(tmp_path, "lists", "show", "two.csv", "--column", "1")
    assert answered.stdout.startswith("a@example.net\t")
    assert mailer(tmp_path, "lists", "show", "none.csv").returncode == 2


def test_lists_names_them_all(office: Workspace) -> None:
    (office.lists / "broken.csv").write_text("x,y\n1,2\n")
    run = mailer(office.root, "lists")
    assert run.returncode == 0
    lines = dict(line.split("\t", 1) for line in run.stdout.splitlines())
    assert set(lines) == {"broken", "press", "regional", "wild"}
    assert lines["wild"] == "1 recipient, 1 row to fix\tWindows-1252"
    assert lines["broken"].startswith("can't be read")


def test_check_goes_over_every_list_and_exits_1_where_something_is_to_be_mended(office: Workspace) -> None:
    run = mailer(office.root, "lists", "check")
    assert run.returncode == 1
    assert "lists/wild.csv:4: error" in run.stdout
    assert "lists/press.csv" in run.stdout
    assert mailer(office.root, "lists", "check", "regional").returncode == 0
    assert [p["level"] for p in data(office.root, "lists", "check", "wild", "--json")["wild"]].count(
        "error"
    ) == 1


def test_diff_says_who_left_and_who_came(office: Workspace) -> None:
    (office.lists / "new.csv").write_text("email\nANA@example.net\ndee@example.net\n")
    run = mailer(office.root, "lists", "diff", "wild", "new")
    assert run.stdout == "- supp@example.com\tS\n+ dee@example.net\t\n"


def test_add_takes_an_export_in_and_never_revives_anybody(office: Workspace, tmp_path: Path) -> None:
    export = tmp_path / "Export 2026.csv"
    export.write_bytes(
        "Correo;Nombre;Apellidos;Etiquetas\nana@example.net;Ana;Ruiz;b, a\nsupp@example.com;S;;\n".encode(
            "utf-16"
        )
    )
    run = mailer(office.root, "lists", "add", str(export), "--as", "coast")
    assert run.returncode == 0, run.stderr
    assert (office.lists / "coast.csv").read_text() == (
        "email,name,outlet,language,tags,last_name,first_name\n"
        'ana@example.net,Ana Ruiz,,,"a, b",Ruiz,Ana\n'
        "supp@example.com,S,,,,,\n"
    )
    assert "still never mailed: 1 recipient." in run.stderr
    shown = data(office.root, "lists", "show", "coast", "--json")
    assert [r["address"] for r in shown["recipients"]] == ["ana@example.net"]
    again = mailer(office.root, "lists", "add", str(export), "--as", "coast")
    assert again.returncode == 2
    assert "--replace" in again.stderr
    assert mailer(office.root, "lists", "add", str(export), "--as", "coast", "--replace").returncode == 0
    for name in ("suppressed", "../x"):
        assert mailer(office.root, "lists", "add", str(export), "--as", name, "--replace").returncode == 2


def test_suppress_and_unsuppress(office: Workspace) -> None:
    run = mailer(office.root, "suppress", "Ana <Ana@example.net>", "--reason", "asked by phone")
    assert run.stdout == "Ana@example.net\tsuppressed\n"
    entry = Suppressions(office.suppressed).get("ana@example.net")
    assert entry is not None
    assert (entry.reason, entry.source) == ("asked by phone", "by hand")
    assert mailer(office.root, "unsuppress", "ana@example.net").returncode == 0
    assert mailer(office.root, "unsuppress", "ana@example.net").returncode == 1
    assert mailer(office.root, "suppress", "nonsense").returncode == 2


def test_forget_needs_a_word_and_then_forgets_everywhere(office: Workspace) -> None:
    assert mailer(office.root, "forget", "ana@example.net").returncode == 2
    assert b"ana@example.net" in (office.lists / "wild.csv").read_bytes()
    run = mailer(office.root, "forget", "ana@example.net", "--yes")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[:2] == ["lists/wild.csv:2\tremoved", "lists/wild.csv:3\tremoved"]
    for path in office.root.rglob("*"):
        if path.is_file():
            assert b"ana@example.net" not in path.read_bytes().lower(), path
    assert "ana@example.net" in Suppressions(office.suppressed)


def test_forget_names_what_only_a_person_can_remove(office: Workspace) -> None:
    rehearsal = office.private / "rehearsals" / "one.eml"
    rehearsal.parent.mkdir(parents=True)
    rehearsal.write_text("To: ana@example.net\n\nHi")
    run = mailer(office.root, "forget", "ana@example.net", "--yes")
    assert run.returncode == 1
    assert ".mailer/rehearsals/one.eml\tremove this by hand" in run.stderr


def test_export_shows_all_that_is_held(office: Workspace) -> None:
    held = data(office.root, "lists", "export", "ana@example.net")
    assert [(row["file"], row["line"]) for row in held["lists"]] == [
        ("lists/wild.csv", 2),
        ("lists/wild.csv", 3),
    ]
    assert held["lists"][0]["cells"] == {"E-Mail": "ana@example.net", "Name": "José", "Status": "aktiv"}
    assert data(office.root, "lists", "export", "nobody@example.net")["lists"] == []


def test_a_duplicate_is_found_however_far_apart_its_rows_are(office: Workspace) -> None:
    """The first of them are remembered in memory, the others on disk."""
    lines = [f"desk.{n}@example.org" for n in range(FEW + 3)]
    lines += [
        "DESK.0@example.org",
        f"desk.{FEW - 1}@example.org",
        f"desk.{FEW}@example.org",
        "desk.7@EXAMPLE.org",
    ]
    lines += [f"desk.{FEW + 2}@example.org"] * 2
    (office.lists / "long.csv").write_text("\n".join(["email", *lines]) + "\n")
    [problems] = data(office.root, "lists", "check", "long", "--json").values()
    said = [(p["line"], int(p["message"].rpartition(" ")[2])) for p in problems if p["reason"] == "duplicate"]
    end = FEW + 5
    assert said == [
        (end, 2),
        (end + 1, FEW + 1),
        (end + 2, FEW + 2),
        (end + 3, 9),
        (end + 4, FEW + 4),
        (end + 5, FEW + 4),
    ]
