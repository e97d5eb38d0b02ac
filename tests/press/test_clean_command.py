"""`mailer lists clean`: what it proposes, and what it changes once somebody has said so."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from support.sent_mail import send_to
from support.terminal import Terminal, mailer

from mailer.cli.lists.clean import KINDS
from mailer.delivery import Feedback, Ledger
from mailer.errors import ListError
from mailer.pipeline.cleaning import make_changes, proposals
from mailer.press import Suppressions, read_list
from mailer.press.tidying import Kind
from mailer.workspace import Workspace

DIRTY = (
    'Email;Name;Outlet;Last verified\r\n'
    '"ana@gmial.com";Ana Ruiz;El Faro;\r\n'
    "bo@paper.example;Bo;Paper;\r\n"
    "BO@paper.example;Bo;;\r\n"
    "bo@paper.example;Bo Long;Other;\r\n"
    "c1@daily-herald.example;C1;;\r\nc2@daily-herald.example;C2;;\r\nc3@daily-herald.example;C3;;\r\n"
    "c4@daily-herald.example;C4;;\r\nc5@daily-herald.example;C5;;\r\n"
    "c6@dayly-herald.example;C6;;\r\n"
    "noreply@paper.example;;;\r\n"
    "old@paper.example;Old;;2019-05-02\r\n"
    "supp@example.com;Gone;;\r\n"
    "x@nytimes.con / y@nytimes.con;Two;;\r\n"
)  # fmt: skip


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    (workspace.lists / "dirty.csv").write_bytes(DIRTY.encode("cp1252"))
    Suppressions(workspace.suppressed).add("supp@example.com", "unsubscribed")
    return workspace


def proposed(workspace: Workspace, *options: str, name: str = "dirty") -> list[tuple[Any, ...]]:
    ran = mailer("lists", "clean", name, "--json", *options, cwd=workspace.root)
    assert ran.code in (0, 1), ran.err
    return [(p["line"], p["kind"], p["becomes"]) for p in json.loads(ran.out)]


def test_it_proposes_and_changes_nothing(office: Workspace) -> None:
    before = (office.lists / "dirty.csv").read_bytes()
    assert proposed(office) == [
        (2, "typo", "ana@gmail.com"),
        (4, "duplicate", ""),
        (5, "duplicate", None),
        (11, "typo", "c6@daily-herald.example"),
        (12, "nobody", ""),
        (13, "stale", None),
        (14, "suppressed", ""),
        (15, "typo", None),
        (15, "typo", None),
    ]
    ran = mailer("lists", "clean", "dirty", cwd=office.root)
    assert ran.code == 1, "something is left that only a person can decide"
    assert "lists/dirty.csv:2\ttypo\tana@gmial.com → ana@gmail.com\tdid you mean gmail.com?" in ran.out
    assert "lists/dirty.csv:5\tduplicate\tbo@paper.example: look at it" in ran.out
    assert "Nothing was changed." in ran.err
    assert "mailer lists clean dirty --apply" in ran.err
    assert (office.lists / "dirty.csv").read_bytes() == before


def test_what_was_agreed_to_is_changed_and_no_other_byte(office: Workspace) -> None:
    ran = mailer("lists", "clean", "dirty", "--apply", "--yes", cwd=office.root)
    assert "5 rows changed." in ran.err
    gone = ("BO@paper.example;Bo;;\r\n", "noreply@paper.example;;;\r\n", "supp@example.com;Gone;;\r\n")
    expected = DIRTY.replace("gmial.com", "gmail.com").replace("dayly", "daily")
    for row in gone:
        expected = expected.replace(row, "")
    assert (office.lists / "dirty.csv").read_bytes() == expected.encode("cp1252")
    [kept] = (office.private / "lists-before").iterdir()
    assert kept.read_bytes() == DIRTY.encode("cp1252"), "the list as it was"
    assert kept.stat().st_mode & 0o077 == 0
    assert [kind for _, kind, _ in proposed(office)] == ["duplicate", "stale", "typo", "typo"]


def test_the_first_list_is_kept_however_quickly_the_next_change_follows(office: Workspace) -> None:
    now, path = datetime(2026, 11, 29, tzinfo=UTC), office.lists / "dirty.csv"
    kept = []
    for _ in range(3):
        ready = [p for p in proposals(office, read_list(path), now.date()) if p.becomes is not None]
        kept.append(make_changes(office, read_list(path), ready[:1], now))
    assert len(set(kept)) == 3
    assert kept[0].read_bytes() == DIRTY.encode("cp1252")


def test_somebody_is_asked_first(office: Workspace) -> None:
    before = (office.lists / "dirty.csv").read_bytes()
    piped = mailer("lists", "clean", "dirty", "--apply", cwd=office.root)
    assert piped.code == 2
    assert "no terminal to confirm on" in piped.err
    for answer, code, changed in (("n", 130, False), ("y", 1, True)):
        with Terminal("lists", "clean", "dirty", "--apply", cwd=office.root) as terminal:
            terminal.until("In lists/dirty.csv, correct 2 addresses and remove 3 rows?")
            terminal.type(answer)
            assert terminal.code() == code
        assert ((office.lists / "dirty.csv").read_bytes() != before) is changed


def test_every_kind_of_proposal_can_be_asked_for() -> None:
    assert tuple(Kind) == KINDS


def test_one_kind_or_all_but_one_person(office: Workspace) -> None:
    assert {kind for _, kind, _ in proposed(office, "--only", "typo")} == {"typo"}
    kept = proposed(office, "--only", "typo", "--keep", "ANA@gmial.com")
    assert [line for line, _, _ in kept] == [11, 15, 15]
    idle = mailer("lists", "clean", "dirty", "--yes", cwd=office.root)
    assert idle.code == 2
    assert "--yes has no effect without --apply" in idle.err


def test_a_list_that_changed_while_somebody_thought_stays_as_it_is(office: Workspace) -> None:
    path = office.lists / "dirty.csv"
    found = read_list(path)
    ready = [p for p in proposals(office, found, date(2026, 11, 29)) if p.becomes is not None]
    changed = path.read_bytes().replace(b'"ana@gmial.com"', b'"eva@example.org"')
    path.write_bytes(changed)
    with pytest.raises(ListError, match=r"no longer the row of ana@gmial\.com"):
        make_changes(office, found, ready, datetime(2026, 11, 29, tzinfo=UTC))
    assert path.read_bytes() == changed


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("ana@gmial.com\nana@gmail.com\n", (2, "typo", "ana@gmail.com")),
        ("ana@gmail.com\nana@gmial.com\n", (3, "typo", "")),
    ],
    ids=["the right one comes later: found the next time", "the right one is there: the row goes"],
)
def test_a_slip_of_somebody_who_is_on_the_list_anyway(
    workspace: Workspace, rows: str, expected: tuple[int, str, str]
) -> None:
    (workspace.lists / "two.csv").write_text(f"email\n{rows}")
    assert proposed(workspace, name="two") == [expected]


def test_a_slip_that_bounced_is_corrected_and_one_of_somebody_who_opted_out_goes(
    workspace: Workspace,
) -> None:
    suppressions = Suppressions(workspace.suppressed)
    suppressions.add("ana@gmial.com", "bounced: 5.1.2 no such domain")
    suppressions.add("bo@gmail.com", "unsubscribed")
    (workspace.lists / "two.csv").write_text("email\nana@gmial.com\nbo@gmial.com\n")
    assert proposed(workspace, name="two") == [(2, "typo", "ana@gmail.com"), (3, "suppressed", "")]


def bounce(workspace: Workspace, address: str, release: str, text: str, *, soft: bool) -> None:
    token = send_to(workspace, address, release=release)[address]
    with Ledger(workspace.ledger) as ledger:
        assert Feedback(ledger).bounced(token, soft=soft, text=text)


def test_what_the_record_of_mailings_knows(workspace: Workspace) -> None:
    """A dead address would go; one that never works any more is asked about; what is about us is no reason."""
    for number in (1, 2, 3):
        bounce(workspace, f"full{number}@example.net", f"r{number}", "452 4.2.2 mailbox full", soft=True)
        bounce(workspace, "full@example.net", f"s{number}", "452 4.2.2 The mailbox is full", soft=True)
    bounce(workspace, "dead@example.net", "d", "550 5.1.1 User unknown", soft=False)
    bounce(workspace, "us@example.net", "u", "554 5.7.1 blocked using zen.spamhaus.org", soft=True)
    bounce(workspace, "back@example.net", "b1", "550 5.1.1 User unknown", soft=False)
    send_to(workspace, "back@example.net", release="b2")
    people = ("full1", "full", "dead", "us", "back")
    (workspace.lists / "five.csv").write_text("email\n" + "".join(f"{p}@example.net\n" for p in people))
    assert proposed(workspace, name="five") == [(3, "stale", None), (4, "bounced", "")]
    ran = mailer("lists", "clean", "five", cwd=workspace.root)
    assert "dead@example.net: remove the row\td: 550 5.1.1 User unknown" in ran.out


def test_a_day_of_two_years_ago_is_old_and_one_of_last_year_is_not(workspace: Workspace) -> None:
    today = date.today()  # noqa: DTZ011 -- the day on which staff look
    rows = [f"p{days}@example.net,{today - timedelta(days=days)}" for days in (100, 700, 800)]
    (workspace.lists / "days.csv").write_text("email,Last updated\n" + "\n".join(rows))
    assert proposed(workspace, name="days") == [(4, "stale", None)]


def test_two_newspapers_are_not_one_misspelt(workspace: Workspace) -> None:
    domains = (
        ["ft.com"] * 6
        + ["nt.com"]
        + ["paper1.example"] * 6
        + ["paper2.example"]
        + ["elpais.com"] * 6
        + ["elpais.es"]
    )
    rows = "".join(f"p{n}@{domain}\n" for n, domain in enumerate(domains))
    (workspace.lists / "papers.csv").write_text(f"email\n{rows}")
    assert proposed(workspace, name="papers") == []


def test_a_workbook_is_for_the_program_that_wrote_it(workspace: Workspace) -> None:
    book = Workbook()
    for cell in ("email", "ana@gmial.com"):
        book.active.append([cell])
    book.save(workspace.lists / "book.xlsx")
    assert proposed(workspace, name="book") == [(2, "typo", "ana@gmail.com")]
    ran = mailer("lists", "clean", "book", "--apply", "--yes", cwd=workspace.root)
    assert ran.code == 2
    assert "can't be changed from here" in ran.err
    assert "mailer lists add lists/book.xlsx" in ran.err


def test_a_forgotten_person_is_named_in_the_copy_that_was_kept(office: Workspace) -> None:
    mailer("lists", "clean", "dirty", "--apply", "--yes", cwd=office.root)
    ran = mailer("forget", "c1@daily-herald.example", "--yes", cwd=office.root)
    assert ran.code == 1
    assert "lists-before" in ran.err


def test_nothing_to_propose(workspace: Workspace) -> None:
    (workspace.lists / "fine.csv").write_text("email,name\nana@example.net,Ana\n")
    ran = mailer("lists", "clean", "fine", cwd=workspace.root)
    assert (ran.code, ran.out) == (0, "")
    assert "nothing to propose" in ran.err


def test_the_ledger_is_left_as_it_is(office: Workspace) -> None:
    send_to(office, "ana@gmial.com")
    with closing(sqlite3.connect(office.ledger)) as db:
        before = list(db.iterdump())
    mailer("lists", "clean", "dirty", "--apply", "--yes", cwd=office.root)
    with closing(sqlite3.connect(office.ledger)) as db:
        assert list(db.iterdump()) == before


def test_the_command_that_is_named_makes_these_changes_and_no_others(office: Workspace) -> None:
    (office.lists / "dirty.csv").rename(office.lists / "so dirty.csv")
    ran = mailer("lists", "clean", "so dirty", "--only", "typo", "--keep", "ana@gmial.com", cwd=office.root)
    assert (
        "To make 1 change: mailer lists clean 'so dirty' --only typo --keep ana@gmial.com --apply" in ran.err
    )
