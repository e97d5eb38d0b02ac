"""What is known of a mailing, asked a page at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.places import Place
from support.smtp_mailing import addresses, queued

from mailer.delivery import Ledger, Tidings
from mailer.model import Status

COUNT = 130
T = 1_796_000_000


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """Another mailing stands beside it, of which nothing may be told."""
    with Ledger(place) as opened:
        queued(opened, COUNT)
        with opened.writing() as db:
            db.execute("UPDATE deliveries SET state = 'a' WHERE id <= 100")
            db.execute("UPDATE deliveries SET state = 'r' WHERE id BETWEEN 101 AND 110")
            db.execute("UPDATE deliveries SET state = 'r' WHERE id = 111")
            db.execute("UPDATE deliveries SET address = 'x_1@Gull.example' WHERE id = 5")
            row = "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, ?, ?, ?, ?)"
            db.executemany(
                row, [(n, T + n * 10, 250, "2.0.0", f"queued as {n}", "mx.example") for n in range(1, 101)]
            )
            db.executemany(
                row, [(n, T + 2000, 550, "5.1.1", f"no such user {n}", "mx.example") for n in range(101, 111)]
            )
            db.execute(row, (111, T + 2000, 0, "", "not sent: suppressed", ""))
            db.execute("INSERT INTO answers VALUES (7, ?, 0), (8, ?, 1)", (T + 3000, T + 3000))
            db.execute("INSERT INTO complaints VALUES (9, ?)", (T + 4000,))
            db.execute(
                "INSERT INTO mailings (id, release, kind, subject, mail_from, domain, follows, created)"
                " VALUES (2, 'other', '', '', '', '', '', 0)"
            )
            db.execute(
                "INSERT INTO deliveries SELECT id + 1000, 2, canonical, address, name, language, fields, token,"
                " in_reply_to, 'u', due, tries FROM deliveries"
            )
            db.execute(
                "INSERT INTO attempts SELECT id + 1000, delivery + 1000, at, code, enhanced, text, host FROM attempts"
            )
        yield opened


def test_how_many_stand_where(ledger: Ledger) -> None:
    tidings = Tidings(ledger, 1)
    counts = {Status.ACCEPTED: 100, Status.REJECTED: 11, Status.QUEUED: 19}
    assert tidings.counts() == counts
    places = tidings.places()
    assert [(place.domain, place.number) for place in places] == [("example.net", 129), ("gull.example", 1)]
    reasons = [(why.state, why.code, why.enhanced, why.number) for why in tidings.reasons()]
    assert reasons == [(Status.REJECTED, 550, "5.1.1", 10), (Status.REJECTED, 0, "", 1)]


def test_when_servers_accepted(ledger: Ledger) -> None:
    """In steps, of which there are some sixty; all of them together are everybody."""
    tidings = Tidings(ledger, 1)
    accepted = tidings.accepted()
    assert sum(number for _, number in accepted) == 100
    assert (accepted[0][0], 30 < len(accepted) < 70) == (T + 10, True)
    assert tidings.last_accepted() == T + 1000
    assert tidings.accepted_lately(T + 900) == 10


@pytest.mark.parametrize("most", [7, 50])
def test_people_forwards_and_backwards(ledger: Ledger, most: int) -> None:
    """Each once, in the order of queueing, whichever way one goes."""
    tidings, found, after = Tidings(ledger, 1), list[str](), 0
    while page := tidings.people(most=most, after=after):
        found += [person.address for person in page]
        after = page[-1].id
    expected = [*addresses(COUNT)]
    expected[4] = "x_1@Gull.example"
    assert found == expected
    before, back = after + 1, list[str]()
    while page := tidings.people(most=most, before=before):
        back = [person.address for person in page] + back
        before = page[0].id
    assert back == expected


def test_people_by_state_and_name(ledger: Ledger) -> None:
    tidings = Tidings(ledger, 1)
    refused = tidings.people([Status.REJECTED], most=5)
    assert [person.reply for person in refused][:1] == ["550 5.1.1 no such user 101"]
    assert [person.name for person in tidings.people(search="porter 99", most=5)] == ["Reporter 99"]
    assert [person.id for person in tidings.people(search="X_1@gull", most=5)] == [5]
    assert not tidings.people(search="x%1", most=5), "what somebody types is no pattern"
    assert tidings.people(search="r", most=5)[0].id == 1


def test_what_came_back(ledger: Ledger) -> None:
    tidings = Tidings(ledger, 1)
    assert [(person.id, at) for person, at in tidings.answers(5)] == [(7, T + 3000)]
    assert tidings.automatic() == 1
    assert [(person.id, at) for person, at in tidings.complaints(5)] == [(9, T + 4000)]
    assert tidings.among(["reporter3@example.net", "nobody@example.net"]) == ["reporter3@example.net"]


def test_a_mailing_that_is_not_ready(ledger: Ledger) -> None:
    head = Tidings(ledger, 1).head()
    assert head and head.ready and head.since == pytest.approx(head.created, abs=2)
    assert Tidings(ledger, 3).head() is None
    assert Tidings(ledger, 3).counts() == {}
