"""Somebody asks not to be mailed while several processes send: none of them begins a message to them any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.sharing import Halfway
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, Report, SmtpTransport, deliver
from mailer.model import Status
from mailer.press import StillWanted, Suppressions, begin_suppressions

COUNT = 300


@pytest.fixture
def path(tmp_path: Path) -> Path:
    begin_suppressions(tmp_path / "suppressed.csv")
    Suppressions(tmp_path / "suppressed.csv").add("nobody@example.org", "asked by phone")
    with Ledger(tmp_path / "ledger.db") as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return tmp_path / "ledger.db"


def send(path: Path, server: FaultyServer) -> Report:
    """By two processes; the second one has a group in hand from its beginning."""
    asked = StillWanted(path.with_name("suppressed.csv"))
    transport = SmtpTransport(
        settings(server.port, smtp_connections=4, smtp_timeout=20), QUICK, processes=2, help_after=0
    )
    with Ledger(path) as ledger:
        return deliver(
            ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=0, still_wanted=asked
        )


def add(file: Path, people: list[str]) -> None:
    for address in people:
        Suppressions(file, to_add=True).add(address, "unsubscribed")


def note(file: Path, people: list[str]) -> None:
    Suppressions(file, to_add=True).note([(address, "one-click") for address in people])


@pytest.mark.parametrize("suppress", [add, note], ids=["mailer suppress", "a click on unsubscribe"])
def test_whoever_asks_before_their_turn_gets_nothing(
    suppress: Callable[[Path, list[str]], None], path: Path
) -> None:
    """Helpers were handed a hundred at a time, asked about when they were handed out, and sent them all. Now even a
    message whose body is on the wire is not completed."""
    with FaultyServer() as server:
        server.hook = half = Halfway(
            server, path, lambda people: suppress(path.with_name("suppressed.csv"), people)
        )
        report = send(path, server)
        found = reconcile(path, server.accepted, COUNT)
    assert half.done
    assert not {address for address, _ in server.accepted} & set(half.to_come)
    assert {address for address, state in found.items() if state is Status.REJECTED} == set(half.to_come)
    assert report.counts == {Status.ACCEPTED: COUNT - len(half.to_come), Status.REJECTED: len(half.to_come)}
    assert not report.halted, "whom we refuse says nothing about the list"
    with Ledger(path) as ledger:
        replies = {line.reply[:22] for line in ledger.recipients(RELEASE, Status.REJECTED)}
    assert replies == {"not sent: unsubscribed"}


SPOILT = {
    "missing": (Path.unlink, "is missing"),
    "empty": (lambda file: file.write_bytes(b""), "it is empty"),
    "half-written": (lambda file: file.write_bytes(file.read_bytes()[:-9]), "ends within this line"),
    "zeros": (lambda file: file.write_bytes(file.read_bytes() + bytes(99)), "its last 99 bytes are zeros"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_where_that_cant_be_told_none_of_them_goes_on(spoilt: str, path: Path) -> None:
    spoil, told = SPOILT[spoilt]
    file = path.with_name("suppressed.csv")
    good = file.read_bytes()
    with FaultyServer() as server:
        server.hook = half = Halfway(server, path, lambda people: spoil(file))
        report = send(path, server)
        found = reconcile(path, server.accepted, COUNT)
        assert half.done
        assert told in report.halted
        assert "mailer resume" in report.hint
        assert not {address for address, _ in server.accepted} & set(half.to_come)
        assert {found[address] for address in half.to_come} == {Status.QUEUED}
        file.write_bytes(good)
        assert send(path, server).finished
        reconcile(path, server.accepted, COUNT)


def test_whom_the_first_process_has_seen_suppressed_no_other_mails(path: Path) -> None:
    """A shared drive puts another copy back before a helper is there."""
    file = path.with_name("suppressed.csv")
    people = [f"reporter{number}@example.net" for number in range(101, 301)]

    with FaultyServer() as server:
        asked = StillWanted(file)
        add(file, people)
        asked.look()
        file.write_text("address\nsomebody.else@example.org\n")
        transport = SmtpTransport(
            settings(server.port, smtp_connections=4, smtp_timeout=20), QUICK, processes=2, help_after=0
        )
        with Ledger(path) as ledger:
            deliver(
                ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=0, still_wanted=asked
            )
        found = reconcile(path, server.accepted, COUNT)
    assert {found[address] for address in people} == {Status.REJECTED}
