"""Several processes share a run, and the server cuts or refuses the connections of some: as long as one connection
works, wherever, the run goes on, and everybody gets it once."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.smtp_hostile import USUAL, HostileServer, Peer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, Report, Schedule, SmtpTransport, deliver
from mailer.model import Status

pytestmark = pytest.mark.own_ledger

COUNT = 400
FULL = b"421 4.7.0 too many connections\r\n"
DOWN = b"421 4.3.2 going down\r\n"
WRONG = b"535 5.7.8 wrong password\r\n"


class NumberedServer(HostileServer):
    """What it says depends on the connection's number: they come one after the other, from 1 on, those of the first
    process first.

    Args:
        says: called with number and usual words, gives what is said. After other words than the usual it hangs up.

    Attributes:
        there: numbers of those connected.
        begun: messages by number.
        refused: how many were refused before they could log in.
    """

    def __init__(self, says: Callable[[int, bytes], bytes]) -> None:
        super().__init__(self._numbered)
        self._says, self._numbering, self._given = says, threading.Lock(), 0
        self.there: set[int] = set()
        self.begun: Counter[int] = Counter()
        self.refused = 0

    def _numbered(self, peer: Peer) -> None:
        with self._numbering:
            self._given += 1
            number = self._given
        peer.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        say = peer.say

        def changed(words: bytes) -> None:
            self.begun[number] += words == USUAL["MAIL"]
            said = self._says(number, words)
            say(said)
            if said != words:
                self.refused += words == USUAL["greeting"]
                raise ConnectionResetError

        peer.say = changed  # type: ignore[method-assign]
        self.there.add(number)
        try:
            self._converse(peer)
        finally:
            self.there.remove(number)


def until(happened: Callable[[], bool]) -> None:
    """Waits, but no longer than it could have taken."""
    end = time.monotonic() + 15
    while not happened() and time.monotonic() < end:
        time.sleep(0.005)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Ledger(tmp_path / "ledger.db") as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return tmp_path / "ledger.db"


def send(
    path: Path, server: HostileServer, connections: int, processes: int, schedule: Schedule = QUICK
) -> Report:
    login = {"smtp_username": "press", "smtp_password": "lamp"}
    how = settings(server.port, smtp_connections=connections, smtp_timeout=20, **login)
    with Ledger(path) as ledger:
        transport = SmtpTransport(how, schedule, processes=processes, help_after=0)
        return deliver(ledger.mailing(RELEASE), ledger, transport, schedule=schedule, max_wait=0)


def everybody_has_it(path: Path, report: Report, server: HostileServer) -> None:
    found = reconcile(path, server.accepted, COUNT)
    assert not report.halted
    assert set(found.values()) == {Status.ACCEPTED}


def test_a_helper_that_loses_all_of_its_connections(path: Path) -> None:
    """Its two are cut, and it gets no other: what it was handed and is unsent, the first process sends."""

    def says(number: int, words: bytes) -> bytes:
        if number <= 2 and words == USUAL["dot"]:
            until(lambda: server.refused > 1)
        if number in (3, 4) and words == USUAL["MAIL"] and server.begun[number] > 5:
            return DOWN
        return FULL if number > 4 and words == USUAL["greeting"] else words

    with NumberedServer(says) as server:
        report = send(path, server, connections=4, processes=2)
    everybody_has_it(path, report, server)
    assert server.begun[3] == server.begun[4] == 6
    assert 2 <= server.refused <= 2 + len(QUICK.reconnect)


def test_a_helper_that_is_too_many_leaves_at_once(path: Path) -> None:
    """The server has let its two in, and then says that they are too many. It tries for no other one."""

    def says(number: int, words: bytes) -> bytes:
        if number <= 2 and words == USUAL["dot"]:
            until(lambda: min(server.begun[3], server.begun[4]) > 5)
        if number > 2 and words == USUAL["dot"]:  # in step: neither is refused before the other is there
            until(lambda: server.begun[7 - number] >= server.begun[number])
        full = number > 2 and words == USUAL["MAIL"] and server.begun[number] > 5
        return FULL if full else words

    with NumberedServer(says) as server:
        report = send(path, server, connections=4, processes=2)
    everybody_has_it(path, report, server)
    assert server.begun[3] == server.begun[4] == 6
    assert server.connections == 4


def test_the_first_process_loses_all_of_its_connections(path: Path) -> None:
    """And gets none as long as its helper has two: it waits, and sends the rest when they have gone."""

    def says(number: int, words: bytes) -> bytes:
        if number <= 2 and words == USUAL["dot"]:
            until(lambda: server.begun[4] > 0)
        if number <= 2 and words == USUAL["MAIL"] and server.begun[4] > 0:
            return FULL
        if number in (3, 4) and words == USUAL["dot"]:
            until(lambda: server.refused > 6)
        return FULL if number > 4 and words == USUAL["greeting"] and server.there & {3, 4} else words

    patient = replace(QUICK, reconnect=(0.15,) * 4, more=(0.02, 0.05))
    with NumberedServer(says) as server:
        report = send(path, server, connections=4, processes=2, schedule=patient)
    everybody_has_it(path, report, server)
    assert server.refused > 6, "more often than would have halted the run"
    assert sum(server.begun[number] for number in server.begun if number > 4) > 0


def test_a_helper_is_tried_again_later(path: Path) -> None:
    """The server had no room for it at first."""

    def says(number: int, words: bytes) -> bytes:
        if number == 1 and words == USUAL["dot"]:
            until(lambda: server.begun[3] > 0)
        return FULL.replace(b"421", b"554") if number == 2 and words == USUAL["greeting"] else words

    with NumberedServer(says) as server:
        report = send(path, server, connections=2, processes=2, schedule=replace(QUICK, more=(0.1,)))
    everybody_has_it(path, report, server)
    assert server.begun[3] > 0


def test_a_login_refused_to_one_helper_is_tried_by_nobody(path: Path) -> None:
    """Neither by those that have yet to log in, nor by one that was cut and would come back."""

    def says(number: int, words: bytes) -> bytes:
        if number == 1 and words == USUAL["dot"]:
            until(lambda: server.connections > 2 and server.there == {1})
        if number == 2 and words == USUAL["MAIL"] and server.connections > 2 and server.there == {1, 2}:
            return FULL
        if number == 2 and words == USUAL["dot"] and server.begun[2] > 1:
            until(lambda: server.connections > 2 and server.there == {1, 2})
            time.sleep(0.3)  # the word goes by the first process
        return WRONG if number == 3 and words == USUAL["AUTH"] else words

    with NumberedServer(says) as server:
        report = send(path, server, connections=4, processes=4)
    everybody_has_it(path, report, server)
    assert len(server.logins) == 3
    assert server.begun[2] > 1
