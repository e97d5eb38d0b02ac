"""What became of whom is written down: when, by whom, and what happens if it can't be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.places import Place
from support.smtp_mailing import RELEASE, addresses, queued, states

from mailer.delivery import Entry, Feedback, History, Ledger
from mailer.delivery.ledger.claim import Claim
from mailer.delivery.pace import Schedule
from mailer.delivery.transport import Parcel
from mailer.errors import LedgerError, TakenOver
from mailer.model import Envelope, Outcome, Status

ACCEPTED = Outcome(Status.ACCEPTED, 250, "2.0.0", "ok")


def parcels(claims: list[Claim]) -> list[Parcel]:
    return [Parcel(claim, Envelope("press@example.org", claim.address, b"")) for claim in claims]


def test_what_cant_be_written_is_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger, ledger.claims(queued(ledger, 3)) as claims:
        journal = claims.journal(Schedule().retry_after)
        for parcel in parcels(claims.claim_queued(3)):
            journal.before_dots([parcel.claim.id])
            journal.remember(parcel.claim, ACCEPTED, "")
        wal = path.with_name("ledger.db-wal")
        wal.rename(tmp_path / "elsewhere")
        with pytest.raises(LedgerError, match="was deleted, moved or replaced"):
            journal.flush()
        (tmp_path / "elsewhere").rename(wal)
        journal.flush()
    assert set(states(path).values()) == {Status.ACCEPTED}


def test_what_was_given_back_is_not_in_doubt(place: Place) -> None:
    """Its dot was written down, and then the server said 421 before it heard of it (RFC 2920 §3.2)."""
    with Ledger(place) as ledger, ledger.claims(queued(ledger, 2)) as claims:
        journal = claims.journal(Schedule().retry_after)
        first, second = parcels(claims.claim_queued())
        assert journal.before_dots([first.claim.id, second.claim.id]) == {}
        journal.unmark(first.claim)
        journal.unmark(second.claim)
        assert journal.before_dots([second.claim.id]) == {}, "and it may leave again"
        journal.remember(second.claim, ACCEPTED, "")
        journal.flush()
    assert list(states(place).values()) == [Status.QUEUED, Status.ACCEPTED]


def test_a_bounce_may_be_quicker_than_what_we_write(place: Place) -> None:
    with Ledger(place) as ledger, ledger.claims(queued(ledger, 1)) as claims:
        journal = claims.journal(Schedule().retry_after)
        [parcel] = parcels(claims.claim_queued())
        journal.before_dots([parcel.claim.id])
        assert Feedback(ledger).bounced(parcel.claim.token, soft=False, enhanced="5.1.1")
        journal.remember(parcel.claim, ACCEPTED, "")
        journal.flush()
    assert list(states(place).values()) == [Status.BOUNCED]


def taken_off(ledger: Ledger, address: str) -> None:
    with ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'r' WHERE canonical = ?", (address,))


def forgotten(ledger: Ledger, address: str) -> None:
    History(ledger).forget(address)


@pytest.mark.parametrize("change", [taken_off, forgotten])
def test_no_dot_for_whom_something_has_come_between(
    place: Place, change: Callable[[Ledger, str], None]
) -> None:
    with Ledger(place) as ledger, ledger.claims(queued(ledger, 3)) as claims:
        journal = claims.journal(Schedule().retry_after)
        those = parcels(claims.claim_queued())
        with Ledger(ledger.place) as another:
            change(another, addresses(3)[1])
        assert journal.before_dots([parcel.claim.id for parcel in those]).keys() == {those[1].claim.id}
        with ledger.reading() as db:
            found = [state for (state,) in db.execute("SELECT state FROM deliveries ORDER BY id")]
    assert found == [".", "r", "."]


def test_what_comes_between_reading_and_claiming_is_not_overwritten(tmp_path: Path) -> None:
    """Whoever claims has the ledger to itself from the first look on: another one waits, and finds them claimed."""
    with Ledger(tmp_path / "ledger.db") as ledger, ledger.claims(queued(ledger, 3)) as claims:
        said: list[str] = []

        def listen(statement: str) -> None:
            if "LIMIT 3" in statement and not said:  # the group is about to be read
                with closing(sqlite3.connect(str(ledger.place), timeout=0)) as other:
                    try:
                        other.execute("UPDATE deliveries SET state = 'r'")
                        other.commit()
                        said.append("changed in between")
                    except sqlite3.OperationalError as error:
                        said.append(str(error))

        with ledger.reading() as db:
            db.set_trace_callback(listen)
        claimed = claims.claim_queued(3)
    assert said == ["database is locked"]
    assert len(claimed) == 3


def test_who_took_it_over_finds_no_dot_of_ours(tmp_path: Path) -> None:
    """And what we have heard is a fact all the same, where the other one is in doubt."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        mailing = queued(ledger, 4)
        claims = ledger.claims(mailing)
        claims.__enter__()
        journal = claims.journal(Schedule().retry_after)
        first, second, third = parcels(claims.claim_queued(3))
        journal.before_dots([first.claim.id, second.claim.id])
        journal.remember(first.claim, ACCEPTED, "")
        for lock in tmp_path.glob("*.lock"):
            lock.unlink()
        with Ledger(path) as another, another.claims(mailing) as taken:
            assert states(path)[first.claim.address] is Status.UNCERTAIN
            with pytest.raises(TakenOver, match="was taken over by process"):
                journal.before_dots([third.claim.id])
            with pytest.raises(TakenOver):
                claims.claim_queued()
            assert [claim.id for claim in taken.claim_queued()] == [third.claim.id, third.claim.id + 1]
    found = states(path)
    assert found[first.claim.address] is Status.ACCEPTED
    assert found[second.claim.address] is Status.UNCERTAIN


def test_only_the_holder_queues(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        mailing = queued(ledger, 1)

        def interrupted():
            yield Entry("new@example.net", "new@example.net", "", "en", {})
            for lock in tmp_path.glob("*.lock"):
                lock.unlink()
            with Ledger(ledger.place) as another, another.holding(RELEASE):
                pass

        from support.smtp_mailing import draft

        with pytest.raises(TakenOver):
            ledger.queue(draft(), interrupted())
        assert ledger.counts(mailing.release) == {Status.QUEUED: 1}
