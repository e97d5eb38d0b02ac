"""Connections that all senders have together: SMTP_CONNECTIONS_TOTAL."""

from __future__ import annotations

import time
from threading import Lock, Thread

import pytest
from support.smtp_hostile import HostileServer, Peer
from support.smtp_mailing import QUICK, RELEASE, queued, settings

from mailer.delivery import Ledger, Report, SmtpTransport, deliver
from mailer.delivery.ledger.postgres.places import DatabasePlaces
from mailer.delivery.ledger.postgres.store import DatabaseStore
from mailer.model import Status
from mailer.workspace.database_url import DatabaseUrl

COUNT = 120


class Counting(HostileServer):
    """
    Attributes:
        most: how many connections there were at the same time.
    """

    def __init__(self) -> None:
        super().__init__(self._counted)
        self._counting, self._there = Lock(), 0
        self.most = 0

    def _counted(self, peer: Peer) -> None:
        with self._counting:
            self._there += 1
            self.most = max(self.most, self._there)
        try:
            self._converse(peer)
        finally:
            with self._counting:
                self._there -= 1


def send(place: DatabaseUrl, port: int, total: int, found: list[Report]) -> None:
    with Ledger(place) as ledger:
        how = settings(port, smtp_connections=3, smtp_connections_total=total)
        transport = SmtpTransport(how, QUICK)
        found.append(deliver(ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=60))


@pytest.mark.parametrize("total", [1, 2])
def test_no_more_connections_than_all_may_have_together(database: DatabaseUrl, total: int) -> None:
    """Each of three would take three. Who finds none claims nobody, waits, and goes on."""
    with Ledger(database) as ledger:
        queued(ledger, COUNT)
    found: list[Report] = []
    with Counting() as server:
        senders = [Thread(target=send, args=(database, server.port, total, found)) for _ in range(3)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(120)
        assert len(found) == 3
        assert server.most <= total
        assert len(server.accepted) == COUNT
    with Ledger(database) as ledger:
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: COUNT}


def test_without_a_total_each_has_its_own(database: DatabaseUrl) -> None:
    with Ledger(database) as ledger:
        queued(ledger, COUNT)
    found: list[Report] = []
    with Counting() as server:
        send(database, server.port, 0, found)
        assert server.most == 3


def places(store: DatabaseStore, most: int = 2, server: str = "relay:25 ana") -> DatabasePlaces:
    return DatabasePlaces(store, server, most)


def soon(asking: DatabasePlaces, number: int) -> bool:
    """The server ends a session by itself, a moment after its line was closed."""
    for _ in range(200):
        if asking.have(number):
            return True
        time.sleep(0.05)
    return False


def test_whoever_is_gone_keeps_no_place(database: DatabaseUrl) -> None:
    one, another = DatabaseStore(database), DatabaseStore(database)
    try:
        first, second = places(one), places(another)
        assert first.have(1)
        assert first.have(2)
        assert first.have(2), "what it has is not taken twice"
        assert not second.have(1)
        assert places(another, server="relay:25 ben").have(2), "another account has its own"
        one.close()  # as where its process was killed: the session ends
        second = places(another)
        assert soon(second, 2)
        second.keep(1)
        third = DatabaseStore(database)
        assert places(third).have(1)
        assert not places(third).have(2)
        third.close()
    finally:
        one.close()
        another.close()


def test_with_the_line_the_places_are_lost(database: DatabaseUrl) -> None:
    one, another = DatabaseStore(database), DatabaseStore(database)
    try:
        first = places(one)
        assert first.have(2)
        one.link.close()
        assert soon(places(another), 2)
        assert not first.have(1), "it knows that it has none any more"
    finally:
        one.close()
        another.close()
