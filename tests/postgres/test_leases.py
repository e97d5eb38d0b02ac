"""Several workers send of one mailing: who may send to whom, and what becomes of it when one is not heard of any more."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator

import pytest
from support.places import end_leases, later
from support.smtp_mailing import RELEASE, addresses, queued, states

from mailer.delivery import Ledger, Schedule
from mailer.delivery.ledger.claim import Claim, Journal
from mailer.delivery.ledger.postgres.claims import TooEarly
from mailer.delivery.ledger.store import Claims
from mailer.model import Outcome, Status

ACCEPTED = Outcome(Status.ACCEPTED, 250, "2.0.0", "ok")
OF = addresses(20)


@pytest.fixture
def claims(ledger: Ledger) -> Iterator[Claims]:
    """Of twenty who are queued."""
    with ledger.claims(queued(ledger, 20)) as entered:
        yield entered


def journal_of(claims: Claims) -> Journal:
    return claims.journal(Schedule(jitter=0).retry_after)


def ids(claims: list[Claim]) -> list[int]:
    return [claim.id for claim in claims]


def replies(ledger: Ledger) -> dict[str, str]:
    return {line.address: line.reply for line in ledger.recipients(RELEASE)}


# ---- one of them each -----------------------------------------------------------------------------------


def test_nobody_is_claimed_by_two(ledger: Ledger) -> None:
    mailing, start = queued(ledger, 600, 1), threading.Barrier(4)
    found: list[list[str]] = []

    def work() -> None:
        with Ledger(ledger.place) as own, own.claims(mailing) as claims:
            start.wait()
            mine: list[str] = []
            while claimed := claims.claim_queued(7):
                mine += [claim.canonical for claim in claimed]
                start.wait() if len(mine) == 7 else None  # everybody has some in hand
            found.append(mine)
            end.wait()

    end = threading.Barrier(4)
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [len(mine) > 0 for mine in found] == [True] * 4
    assert sorted(address for mine in found for address in mine) == sorted(addresses(600))
    assert set(states(ledger.place).values()) == {Status.QUEUED}, "handed back at the end"


def test_what_a_worker_hands_back_the_others_get(claims: Claims, another: Ledger) -> None:
    with another.claims(another.mailing(RELEASE)) as others:
        first = others.claim_queued(3)
        assert ids(claims.claim_queued(2)) == [4, 5]
    assert ids(claims.claim_queued()) == [*range(6, 21)]
    assert ids(claims.claim_queued()) == ids(first) == [1, 2, 3], "behind those that it had come to"


def test_no_dot_for_whom_another_worker_has(claims: Claims, another: Ledger) -> None:
    [mine] = claims.claim_queued(1)
    with another.claims(another.mailing(RELEASE)) as others:
        [theirs] = others.claim_queued(1)
        assert journal_of(claims).before_dots([mine.id, theirs.id]) == {theirs.id: Status.QUEUED}
        assert journal_of(others).before_dots([theirs.id]) == {}


# ---- a lease that ended ------------------------------------------------------------------------------


def test_who_is_not_heard_of_loses_what_it_has(claims: Claims, another: Ledger) -> None:
    """What surely is unsent goes to others; what may have left is in doubt; what its worker knows of that counts."""
    first, second, third = claims.claim_queued(3)
    journal = journal_of(claims)
    assert journal.before_dots([first.id, second.id]) == {}
    journal.remember(first, ACCEPTED, "mx.example")
    end_leases(another.place)
    with another.claims(another.mailing(RELEASE)) as others:
        assert ids(others.claim_queued(1)) == [third.id]
        found = states(another.place)
        assert (found[OF[0]], found[OF[1]]) == (Status.UNCERTAIN, Status.UNCERTAIN)
        assert "nothing was heard of its sender" in replies(another)[OF[1]]
        assert journal.before_dots([third.id]) == {third.id: Status.QUEUED}, "it is somebody else's now"
        assert not journal.keep()
        assert claims.claim_queued() == [], "nor does it begin anything more"
        found = states(another.place)
        assert (found[OF[0]], found[OF[1]]) == (Status.ACCEPTED, Status.UNCERTAIN)
        assert found[OF[2]] is Status.SENDING


def test_a_worker_that_was_away_and_nobody_noticed_goes_on(claims: Claims, another: Ledger) -> None:
    """Correctness rests on what was committed, not on clocks."""
    [claim] = claims.claim_queued(1)
    end_leases(another.place)
    assert len(claims.claim_queued(1)) == 1
    end_leases(another.place)
    journal = journal_of(claims)
    assert journal.before_dots([claim.id]) == {}
    assert journal.keep()
    with another.claims(another.mailing(RELEASE)):
        assert states(another.place)[OF[0]] is Status.DOT


def test_what_was_allowed_and_never_left_is_sent_by_others(claims: Claims, another: Ledger) -> None:
    """It was asleep between the step and the dot, asks again, and is told that nothing is its own any more."""
    first, second = claims.claim_queued(2)
    journal = journal_of(claims)
    assert journal.before_dots([first.id, second.id]) == {}
    end_leases(another.place)
    with another.claims(another.mailing(RELEASE)):
        assert states(another.place)[OF[0]] is Status.UNCERTAIN
        journal.unmark(second)  # its line broke meanwhile
        assert journal.before_dots([first.id]) == {first.id: Status.QUEUED}
        journal.flush()
    found = states(another.place)
    assert (found[OF[0]], found[OF[1]]) == (Status.QUEUED, Status.QUEUED)


def test_nobody_who_had_a_dot_is_claimed_again(claims: Claims, another: Ledger) -> None:
    claimed = claims.claim_queued()
    journal_of(claims).before_dots(ids(claimed))
    end_leases(another.place)
    with another.claims(another.mailing(RELEASE)) as others:
        assert others.claim_queued() == others.claim_deferred(1e10) == []
    assert set(states(another.place).values()) == {Status.UNCERTAIN}


def test_a_worker_waits_for_what_another_has_in_hand(claims: Claims, another: Ledger) -> None:
    """Somebody has to be there to take it over."""
    claims.claim_queued()
    with another.claims(another.mailing(RELEASE)) as others:
        due = others.next_due()
        assert due and 30 < due - another.clock()() <= 61
    assert claims.next_due() is None, "of one's own there is nothing to wait for"


def test_whom_a_worker_has_just_taken_from_another_it_sends(claims: Claims, another: Ledger) -> None:
    """It found nobody queued a moment ago, and then that the other one is gone: it does not end in between."""
    claims.claim_queued()
    with another.claims(another.mailing(RELEASE)) as others:
        assert others.claim_queued() == []
        end_leases(another.place)
        assert others.claim_deferred(0) == []
        due = others.next_due()
        assert due and due - another.clock()() < 1
        found: list[Claim] = []
        while len(found) < 20:
            found += others.claim_queued()
        assert ids(found) == [*range(1, 21)]


# ---- in doubt, and a person says to send it again ---------------------------------------------------------


def test_sent_again_ten_minutes_after_the_lease_ended(claims: Claims, another: Ledger) -> None:
    """The answer to a dot may take as long (RFC 5321 §4.5.3.2.6). It is all or nothing: a number was typed."""
    claimed = claims.claim_queued(2)
    journal_of(claims).before_dots(ids(claimed))
    with another.writing() as db:
        db.execute("UPDATE deliveries SET state = 'u' WHERE canonical = ?", (OF[5],))
    end_leases(another.place)
    mailing = another.mailing(RELEASE)
    with pytest.raises(TooEarly) as told, another.claims(mailing, [OF[0], OF[5]]):
        pass
    assert OF[0] in told.value.message and OF[5] not in told.value.message
    assert re.search(r"Try again in (9|10) min", told.value.hint)
    assert states(another.place)[OF[5]] is Status.UNCERTAIN
    later(another.place, 11)
    with another.claims(mailing, [OF[0], OF[5]]) as others:
        assert others.claim_queued(1)[0].canonical == OF[0]
    assert states(another.place)[OF[1]] is Status.UNCERTAIN, "nobody spoke of them"


def test_an_answer_that_comes_before_they_are_sent_again_counts(claims: Claims, another: Ledger) -> None:
    """And one that comes after they were claimed by another worker does not: that one finds out by itself."""
    first, second = claims.claim_queued(2)
    journal = journal_of(claims)
    journal.before_dots([first.id, second.id])
    end_leases(another.place)
    with another.claims(another.mailing(RELEASE)):
        later(another.place, 11)
    with another.claims(another.mailing(RELEASE), OF[:2]) as others:
        assert ids(others.claim_queued(1)) == [first.id]
        journal.remember(first, ACCEPTED, "")
        journal.remember(second, ACCEPTED, "")
        journal.flush()
        found = states(another.place)
    assert (found[OF[0]], found[OF[1]]) == (Status.SENDING, Status.ACCEPTED)


# ---- one statement a step ---------------------------------------------------------------------------------


def test_nobody_gets_it_who_is_suppressed_by_then(claims: Claims, another: Ledger) -> None:
    """Wherever it was said: by address, or by the hash of somebody who was forgotten."""
    forgotten = f"sha256:{hashlib.sha256(OF[2].encode()).hexdigest()}"
    with another.writing() as db:
        row = "INSERT INTO suppressions (canonical, reason, at, giver) VALUES (?, ?, 0, '')"
        db.executemany(row, [(OF[1], "unsubscribed"), (forgotten, "forgotten")])
    claimed = claims.claim_queued(4)
    withheld = journal_of(claims).before_dots(ids(claimed))
    assert withheld == {2: Status.REJECTED, 3: Status.REJECTED}
    assert [replies(another)[OF[n]] for n in (1, 2)] == ["not sent: unsubscribed", "not sent: forgotten"]
    assert [states(another.place)[OF[n]] for n in range(4)] == [
        *(Status.DOT, Status.REJECTED, Status.REJECTED, Status.DOT)
    ]


FORGIVING = (
    "CREATE FUNCTION forgive() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN DELETE FROM suppressions; RETURN NULL; END $$",
    "CREATE TRIGGER forgiving AFTER UPDATE ON workers FOR EACH STATEMENT EXECUTE FUNCTION forgive()",
)


def test_who_is_not_suppressed_any_more_is_queued_again(claims: Claims, another: Ledger) -> None:
    """It was taken back in the moment between the step, which saw it, and the look why a dot may not leave."""
    claimed = claims.claim_queued(2)
    with another.writing() as db:
        row = "INSERT INTO suppressions (canonical, reason, at, giver) VALUES (?, 'by mistake', 0, '')"
        db.execute(row, OF[:1])
        for statement in FORGIVING:
            db.execute(statement)
    assert journal_of(claims).before_dots(ids(claimed)) == {claimed[0].id: Status.QUEUED}
    assert [states(another.place)[OF[n]] for n in range(2)] == [Status.QUEUED, Status.DOT]
    assert replies(another)[OF[0]] == ""
    assert len(claims.claim_queued(20)) == 18
    assert ids(claims.claim_queued(1)) == [claimed[0].id]


def test_what_is_given_back_and_then_settled_is_settled(claims: Claims, another: Ledger) -> None:
    """Both in one statement, which can change a row but once: the line broke before the dot, and by then they had asked
    not to be mailed."""
    [claim] = claims.claim_queued(1)
    journal = journal_of(claims)
    journal.before_dots([claim.id])
    journal.unmark(claim)
    journal.remember(claim, Outcome(Status.REJECTED, text="not sent: unsubscribed"), "")
    journal.flush()
    assert states(another.place)[OF[0]] is Status.REJECTED
    assert replies(another)[OF[0]] == "not sent: unsubscribed"


def test_a_step_that_is_said_twice_counts_once(claims: Claims, another: Ledger) -> None:
    """Its answer may be lost with the line."""
    claimed = claims.claim_queued(3)
    outcomes = [
        ACCEPTED, Outcome(Status.DEFERRED, 450, "4.7.1", "greylisted"), Outcome(Status.UNCERTAIN, text="the line broke")
    ]  # fmt: skip
    for _ in range(2):
        journal = journal_of(claims)
        journal.before_dots(ids(claimed))
        for claim, outcome in zip(claimed, outcomes, strict=True):
            journal.remember(claim, outcome, "")
        journal.flush()
    assert [line.attempts for line in another.recipients(RELEASE)][:3] == [1, 1, 1]
    with another.reading() as db:
        assert db.execute("SELECT tries FROM deliveries WHERE id = 2").fetchone() == (1,)


def test_no_reply_is_too_odd_to_be_kept(claims: Claims, another: Ledger) -> None:
    """U+0000 can't be in a text of PostgreSQL's, and an index has room for a third of a page."""
    claimed = claims.claim_queued(2)
    journal = journal_of(claims)
    journal.before_dots(ids(claimed))
    long = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(1_000))
    journal.remember(claimed[0], Outcome(Status.ACCEPTED, 250, "2.0.0", "queued\0as 7"), "")
    journal.remember(claimed[1], Outcome(Status.ACCEPTED, 250, "2.0.0", long), "")
    journal.flush()
    assert replies(another)[OF[0]] == "250 2.0.0 queued\ufffdas 7"
    assert replies(another)[OF[1]] == f"250 2.0.0 {long}"
