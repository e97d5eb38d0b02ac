"""Somebody asks not to be mailed while several processes send: none of them begins a message to them any more."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sharing import Halfway, Standstill
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, Report, SmtpTransport, Work, deliver
from mailer.delivery.ledger.claim import GROUP
from mailer.model import Status
from mailer.press import StillWanted, Suppressions, begin_suppressions

pytestmark = pytest.mark.own_ledger

COUNT = 300


@pytest.fixture
def path(tmp_path: Path) -> Path:
    begin_suppressions(tmp_path / "suppressed.csv")
    Suppressions(tmp_path / "suppressed.csv").add("nobody@example.org", "asked by phone")
    with Ledger(tmp_path / "ledger.db") as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return tmp_path / "ledger.db"


def send(path: Path, server: FaultyServer, asked: StillWanted | None = None) -> Report:
    """By two processes; the second one has a group in hand from its beginning."""
    asked = asked or StillWanted(path.with_name("suppressed.csv"))
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
    "half-written": (
        lambda file: file.write_bytes(file.read_bytes()[:-9]),
        "ends in the middle of this line",
    ),
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


class Takes:
    """A transport that asks once for something to send, after something has been done."""

    def __init__(self, first: Callable[[], object], ledger: Ledger) -> None:
        self._first, self._ledger = first, ledger
        self.claimed = 0

    def carry(self, work: Work) -> None:
        self._first()
        assert work.take() is None
        self.claimed = self._ledger.counts(RELEASE)[Status.SENDING]


def test_where_that_cant_be_told_nobody_else_is_claimed(path: Path) -> None:
    """The run is over with the first of whom it can't be told. It went on to ask about everybody in the queue, and would
    have mailed the rest had the file come back meanwhile."""
    file = path.with_name("suppressed.csv")
    asked = StillWanted(file)
    with Ledger(path) as ledger:
        transport = Takes(file.unlink, ledger)
        report = deliver(ledger.mailing(RELEASE), ledger, transport, still_wanted=asked)
    assert "is missing" in report.halted
    assert 0 < transport.claimed <= GROUP
    assert report.counts == {Status.QUEUED: COUNT}


def test_whom_the_first_process_has_seen_suppressed_no_other_mails(path: Path) -> None:
    """A shared drive puts another copy back before a helper is there."""
    file = path.with_name("suppressed.csv")
    people = [f"reporter{number}@example.net" for number in range(101, 301)]

    def wait_for_the_helper(stage: str, when: str) -> None:
        until = time.monotonic() + 30
        while stage == "dot" and server.most_at_once < 3 and time.monotonic() < until:
            time.sleep(0.01)  # two connections are the first process's own

    with FaultyServer() as server:
        asked = StillWanted(file)
        add(file, people)
        asked.look()
        file.write_text("address\nsomebody.else@example.org\n")
        server.hook = wait_for_the_helper
        send(path, server, asked)
        found = reconcile(path, server.accepted, COUNT)
    assert server.most_at_once > 2
    assert {found[address] for address in people} == {Status.REJECTED}


def characters_read(pid: int) -> int:
    """From files, by a process, in its life so far; what sockets receive does not count."""
    return int(Path(f"/proc/{pid}/io").read_text().split()[1])


def test_who_is_suppressed_while_nothing_leaves_stays_so(path: Path) -> None:
    """The server takes its time. Somebody is suppressed, and a shared drive puts another copy back, before anybody is
    asked about again: each process has seen it all the same."""
    file = path.with_name("suppressed.csv")
    file.write_text(
        file.read_text() + "".join(f"other{n}@example.org,asked by phone,,\n" for n in range(5_000))
    )
    people = [f"reporter{number}@example.net" for number in (*range(50, 101), *range(150, 201))]
    longer = file.read_text() + "".join(f"{address},unsubscribed,,\n" for address in people)
    still = Standstill()

    def meanwhile() -> None:
        assert still.reached()
        me = os.getpid()
        helpers = Path(f"/proc/{me}/task/{me}/children").read_text().split()
        before = {pid: characters_read(pid) for pid in (me, *map(int, helpers))}
        file.write_text(longer)
        until = time.monotonic() + 15
        while (
            min(characters_read(pid) - before[pid] for pid in before) < len(longer)
            and time.monotonic() < until
        ):
            time.sleep(0.05)
        file.write_text("address\nsomebody.else@example.org\n")
        still.go.set()

    drive = threading.Thread(target=meanwhile)
    with FaultyServer(hook=still) as server:
        drive.start()
        report = send(path, server)
        drive.join()
        found = reconcile(path, server.accepted, COUNT)
    assert not report.halted
    assert {address for address, state in found.items() if state is Status.REJECTED} == set(people)
