"""Whichever command lets it leave, and wherever the ledger is: what must hold before anything does holds on each way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.office import RELEASE, Office
from support.ordered import ordered
from support.smtp_faulty import FaultyServer

from mailer.delivery import Ledger
from mailer.release.values import parse_moment
from mailer.workspace import Workspace

AFTER, BEFORE = "2099-01-01 06:00 UTC", "2097-01-01 06:00 UTC"
"""The end of the embargo."""
EMBARGO = "Embargo: 2098-12-01 06:00 Europe/London"

NOW = (
    ("send", RELEASE, "--now"),
    ("send", RELEASE, "--now", "--queue"),
    ("resume", RELEASE, "--now"),
    ("resume", RELEASE, "--now", "--queue"),
)
"""Somebody wants at once what is planned."""
AT = (
    ("send", RELEASE, "--at"),
    ("send", RELEASE, "--no-wait", "--at"),
    ("resume", RELEASE, "--at"),
    ("resume", RELEASE, "--queue", "--at"),
    ("schedule", "move", RELEASE),
)
"""It is to leave at another time, which follows."""
BY_THEMSELVES = (("post",), ("post", RELEASE), ("work", "--once"))
"""What no person has to be there for."""


@pytest.fixture(params=["file", "database"])
def office(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[Office]:
    if request.param == "database":
        url = request.getfixturevalue("database").url
        (workspace.root / ".env").write_text(f"LEDGER_URL={url}\n")
    with FaultyServer() as server:
        yield Office(workspace, server)


def planned(office: Office, *more: str) -> None:
    ran = office.run("send", RELEASE, "--at", AFTER, "--no-wait", "--yes", *more)
    assert ran.code == 0, ran.err


def as_if_due(office: Office, seconds_ago: float) -> None:
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE mailings SET planned = ? WHERE planned > 0", (time.time() - seconds_ago,))


def all_leave(office: Office) -> bool:
    """Whether it was this alone that kept them from it."""
    ran = office.run("resume", RELEASE, "--yes", "--now")
    return (ran.code, len(office.got())) == (0, 11)


def _lost(suppressed: Path) -> Path:
    suppressed.rename(suppressed.with_name("kept"))
    return suppressed


def _twice(suppressed: Path) -> Path:
    copy = suppressed.with_name("suppressed (Ana's conflicted copy 2026-11-24).csv")
    copy.write_text("address\nana.ruiz@example.net\n", "utf-8")
    return copy


@pytest.mark.parametrize("spoil", [_lost, _twice], ids=["lost", "twice"])
def test_nobody_is_mailed_while_it_is_not_sure_who_is_suppressed(
    office: Office, spoil: Callable[[Path], Path]
) -> None:
    planned(office)
    as_if_due(office, 1)
    offer = ordered(office)
    suppressed = office.workspace.suppressed
    said = spoil(suppressed)
    ways = (*((*way, "--yes") for way in NOW), *BY_THEMSELVES, ("send", "--order", str(offer.id)))
    for way in ways:
        ran = office.run(*way)
        assert (ran.code in (1, 2), str(said) in ran.err, office.got()) == (True, True, []), (way, ran.err)
    said.rename(said.with_name("away")) if said != suppressed else said.with_name("kept").rename(said)
    assert all_leave(office)


def test_a_running_embargo_is_asked_about(office: Office) -> None:
    office.add_fields(EMBARGO)
    office.marked_as_accepting_embargoes()
    planned(office)
    for way in (*NOW, *((*way, BEFORE) for way in AT)):
        ran = office.run(*way, "--yes")
        assert (ran.code, "--under-embargo" in ran.err, office.got()) == (2, True, []), (way, ran.err)
    for way in BY_THEMSELVES:
        assert office.run(*way).code == 0, "it is not due"
    assert office.got() == []
    with Ledger(office.workspace.ledger) as ledger:
        assert ledger.mailing(RELEASE).planned == parse_moment(AFTER).timestamp()
    assert office.run("resume", RELEASE, "--yes", "--now", "--under-embargo").code == 0
    assert len(office.got()) == 11


def test_what_is_late_leaves_by_somebodys_word_alone(office: Office) -> None:
    planned(office)
    as_if_due(office, 700)
    for way in (
        ("send", RELEASE),
        ("send", RELEASE, "--queue"),
        ("resume", RELEASE),
        ("resume", RELEASE, "--queue"),
    ):
        ran = office.run(*way, "--yes")
        assert (ran.code, "--now" in ran.err, office.got()) == (2, True, []), (way, ran.err)
    for way in BY_THEMSELVES:
        ran = office.run(*way)
        assert (ran.code, "--now" in ran.err, office.got()) == (1, True, []), (way, ran.err)
    assert all_leave(office)


def test_a_time_that_has_passed_is_no_plan(office: Office) -> None:
    planned(office)
    for way in AT:
        ran = office.run(*way, "2020-01-01 06:00 UTC", "--yes")
        assert (ran.code, "has passed" in ran.err) == (2, True), (way, ran.err)
    assert office.got() == []
    assert all_leave(office)


def test_without_a_terminal_nothing_leaves_and_nothing_is_ordered(office: Office) -> None:
    planned(office)
    for way in (*NOW, *((*way, BEFORE) for way in AT), ("send", RELEASE, "--test", "press@example.org")):
        ran = office.run(*way)
        assert (ran.code, "--yes" in ran.err, office.got()) == (2, True, []), (way, ran.err)
    with Ledger(office.workspace.ledger) as ledger:
        assert [order.kind for order in ledger.orders(RELEASE)] == ["send"]
    assert all_leave(office)
