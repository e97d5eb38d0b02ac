"""What people order while others send: newcomers, a correction, what is taken back, who is forgotten."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from support.forking import forked
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, draft, entries, queued, settings, states
from support.watched import until

from mailer.delivery import (
    History,
    Ledger,
    Order,
    Request,
    Requests,
    Schedule,
    SmtpTransport,
    Stop,
    Tidings,
    deliver,
)
from mailer.delivery.consent import Heeding
from mailer.desk.office import Office
from mailer.desk.rooms.watching.gathering import look
from mailer.desk.rooms.watching.known import Phase
from mailer.errors import BeingSent, LedgerError, TakenOver
from mailer.model import Status
from mailer.settings import Settings
from mailer.workspace import make_workspace
from mailer.workspace.database_url import DatabaseUrl

OF = addresses(9)


def test_newcomers_join_what_is_being_sent(ledger: Ledger, another: Ledger) -> None:
    with ledger.claims(queued(ledger, 3)) as claims:
        journal = claims.journal(Schedule().retry_after)
        first = claims.claim_queued(2)
        journal.before_dots([first[0].id])
        mailing = queued(another, 5)
        assert (mailing.added, mailing.already_sent) == (2, 3)
        assert [claim.canonical for claim in claims.claim_queued()] == OF[2:5]
        with pytest.raises(LedgerError, match="changed after it was sent"):
            another.queue(draft(digest="another text"), entries(5))


def test_a_correction_takes_off_what_has_not_left(ledger: Ledger, another: Ledger) -> None:
    """Those that a worker has in hand too: not one more final dot leaves."""
    with ledger.claims(queued(ledger, 4)) as claims:
        journal = claims.journal(Schedule().retry_after)
        claimed = claims.claim_queued(2)
        journal.before_dots([claimed[0].id])
        correction = replace(draft("correction"), follows=RELEASE, supersedes=True)
        another.queue(correction, entries(1))
        assert journal.before_dots([claimed[1].id]) == {claimed[1].id: Status.REJECTED}
        assert claims.claim_queued() == []
    found = {line.address: (line.state, line.reply) for line in another.recipients(RELEASE)}
    assert {found[address] for address in OF[1:4]} == {
        (Status.REJECTED, "not sent: superseded by correction")
    }
    assert found[OF[0]][0] is Status.UNCERTAIN


def test_what_a_worker_has_in_hand_is_not_taken_back(ledger: Ledger, another: Ledger) -> None:
    """The rest is, and they are newcomers again."""
    mailing = queued(ledger, 5)
    with ledger.claims(mailing) as claims:
        [claim] = claims.claim_queued(1)
        assert another.discard(mailing, Order("discard", 4, "")) == 4
        assert another.counts(RELEASE) == {Status.SENDING: 1, Status.DISCARDED: 4}
        journal = claims.journal(Schedule().retry_after)
        assert claims.claim_queued() == []
        assert journal.before_dots([claim.id]) == {}
    assert queued(another, 5).added == 4


def test_who_was_in_doubt_and_has_answered_can_be_taken_back(ledger: Ledger) -> None:
    """What they have answered, or reported, goes with them: it stood in the way."""
    mailing = queued(ledger, 2)
    with ledger.writing() as db:
        db.execute("INSERT INTO answers VALUES (1, 1e9, 0)")
        db.execute("INSERT INTO complaints VALUES (1, 1e9)")
    assert ledger.discard(mailing, Order("discard", 2, "")) == 2


def test_whoever_is_forgotten_meanwhile_gets_nothing(ledger: Ledger, another: Ledger) -> None:
    with ledger.claims(queued(ledger, 2)) as claims:
        claimed = claims.claim_queued(2)
        assert History(another).forget(OF[0]) == 1
        journal = claims.journal(Schedule().retry_after)
        assert journal.before_dots([claim.id for claim in claimed]) == {claimed[0].id: Status.REJECTED}
    assert history_of(another) == []


def history_of(ledger: Ledger) -> list[object]:
    return [*History(ledger).of(OF[0])]


def test_two_do_not_order_about_one_mailing(ledger: Ledger, another: Ledger) -> None:
    mailing = queued(ledger, 1)
    with (
        ledger.hold(mailing),
        pytest.raises(BeingSent, match=f"is already being sent by process {os.getpid()} of"),
    ):
        another.discard(mailing, Order("discard", 1, ""))
    assert another.discard(mailing, Order("discard", 1, "")) == 1


def test_whether_anybody_has_hold_of_it(ledger: Ledger, another: Ledger) -> None:
    mailing, other = queued(ledger, 1), ledger.queue(draft("other"), entries(1))
    assert not another.is_held(mailing.id)
    with ledger.hold(mailing):
        assert another.is_held(mailing.id) and not another.is_held(other.id)
    with ledger.claims(mailing):
        assert another.is_held(mailing.id) and not another.is_held(other.id)
    assert not another.is_held(mailing.id)


def test_who_holds_and_sends_is_one(ledger: Ledger, another: Ledger) -> None:
    """Whoever watches sees by the holder's token that a request was heard by the sender that there is now."""
    mailing, heard = queued(ledger, 2), list[str]()
    stop, told = Stop(), list[Request]()
    with ledger.hold(mailing) as hold, ledger.claims(mailing) as claims:
        Requests(another).ask(mailing.id, "stop", "ana@harbour")
        heeding = Heeding(Requests(ledger), claims, stop, told.append)
        assert not heeding.paused and stop.finishing
        heard += [request.heard for request in Requests(another).all(mailing.id)]
        head = Tidings(another, mailing.id).head()
        assert head and heard == [head.holder] == [hold.fence.token]


def test_a_page_sees_that_a_worker_pauses(ledger: Ledger, another: Ledger, tmp_path: Path) -> None:
    """Who begins a mailing lets go of it, and sends under a token of its own."""
    mailing = queued(ledger, 2)
    with ledger.hold(mailing):
        pass
    desk = Office(make_workspace(tmp_path / "office"), Settings())
    with ledger.claims(mailing) as claims:
        claims.claim_queued(1)
        Requests(another).ask(mailing.id, "pause", "ana@harbour")
        assert Heeding(Requests(ledger), claims, Stop(), lambda _: None).paused
        assert look(desk, another, mailing.id).standing.phase in (Phase.PAUSING, Phase.PAUSED)
        another.order(mailing, Order("resume", 2, "ben@harbour"))
        assert look(desk, another, mailing.id).standing.phase is Phase.SENDING, (
            "what was asked before is done with"
        )


def test_what_is_queued_for_workers_leaves_by_no_desk(ledger: Ledger, tmp_path: Path) -> None:
    ledger.queue(draft(), entries(2), Order("send", 2, "ana@harbour", planned=time.time() - 5))
    [mailing] = ledger.mailings()
    said = look(Office(make_workspace(tmp_path / "office"), Settings()), ledger, mailing.id).standing.lines
    assert any("“mailer work”" in line for line in said), said


def test_one_word_stops_all_who_send(ledger: Ledger, another: Ledger) -> None:
    mailing, stops = queued(ledger, 2), (Stop(), Stop())
    with ledger.claims(mailing) as one, another.claims(mailing) as two:
        Requests(ledger).ask(mailing.id, "stop", "ana@harbour")
        heedings = [
            Heeding(Requests(own), claims, stop)
            for own, claims, stop in ((ledger, one, stops[0]), (another, two, stops[1]))
        ]
        assert not any(heeding.paused for heeding in heedings)
    assert [stop.finishing for stop in stops] == [True, True]


def test_a_database_that_was_put_back_is_adopted(ledger: Ledger, another: Ledger) -> None:
    """Whoever may have had it since is in doubt: not while somebody sends, and then everybody."""
    mailing = queued(ledger, 3)
    with ledger.claims(mailing) as claims:
        journal = claims.journal(Schedule().retry_after)
        journal.before_dots([claims.claim_queued(1)[0].id])
        with pytest.raises(BeingSent, match="is being sent at this moment"):
            another.adopt(RELEASE)
    assert another.adopt(RELEASE) == 2, "besides the one who was in doubt already"
    assert another.counts(RELEASE) == {Status.UNCERTAIN: 3}
    assert another.lost(RELEASE)
    assert queued(another, 4).added == 1
    assert another.counts(RELEASE) == {Status.UNCERTAIN: 4}


def test_who_was_cut_off_and_replaced_writes_no_more(ledger: Ledger, another: Ledger) -> None:
    """The lock is the session's, and sessions break; the token in the ledger stays."""
    mailing = queued(ledger, 1)
    with ledger.hold(mailing) as hold:
        with another.writing() as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND objsubid = 2 AND pid <> pg_backend_pid()"
            )
        with pytest.raises(LedgerError), hold.writing():
            pass
        with (
            another.hold(mailing),
            pytest.raises(TakenOver, match="was taken over by process"),
            hold.writing(),
        ):
            pass
    assert list(states(ledger.place)) == OF[:1]


def test_who_is_stopped_while_it_writes_holds_up_nobody(database: DatabaseUrl, another: Ledger) -> None:
    """PostgreSQL ends its session after some seconds, and with it its locks: nothing of it was written."""
    mailing = queued(another, 1)

    def stopped() -> None:
        with Ledger(database) as own, own.writing() as db:
            db.execute("UPDATE mailings SET subject = 'half written'")
            os.kill(os.getpid(), signal.SIGSTOP)

    child = forked(stopped)
    os.waitpid(child, os.WUNTRACED)
    try:
        with another.writing() as db:
            assert db.execute("SELECT subject FROM mailings").fetchone() == (mailing.subject,)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_what_was_edited_while_a_sender_was_paused_leaves_as_it_is_now(
    ledger: Ledger, another: Ledger, database: DatabaseUrl
) -> None:
    """It has begun nothing, so the text may still change: what it read when it took the mailing counts no more."""
    mailing = queued(ledger, 3)
    requests = Requests(another)
    requests.ask(mailing.id, "pause", "ana@laptop")

    def send(port: int) -> None:
        with Ledger(database) as own:
            transport = SmtpTransport(settings(port, smtp_timeout=20), QUICK)
            deliver(own.mailing(RELEASE), own, transport, schedule=QUICK, max_wait=0, heed_after=0)

    with FaultyServer() as server:
        sender = Thread(target=send, args=(server.port,))
        sender.start()
        until(lambda: bool(requests.all(mailing.id)[0].heard))
        edited = draft(digest="edited", paragraphs=1)
        another.queue(replace(edited, mail_from="news@example.org"), entries(3))
        requests.ask(mailing.id, "go on", "ana@laptop")
        sender.join(60)
        assert sorted(address for address, _ in server.accepted) == OF[:3]
        assert max(len(content) for _, content in server.accepted) < 2_000, "the text of before"
        assert {line for line in server.commands if line.startswith("MAIL")} == {
            line for line in server.commands if line.startswith("MAIL FROM:<news@example.org>")
        }


def test_what_is_asked_while_somebody_orders_is_for_their_sender(ledger: Ledger, another: Ledger) -> None:
    """They have looked at everything before that, and then logged in."""
    mailing = queued(ledger, 1)
    Requests(another).ask(mailing.id, "pause", "ana@laptop")
    with ledger.hold(mailing):
        Requests(another).ask(mailing.id, "stop", "ana@laptop")
        with ledger.claims(mailing) as claims:
            asked = Requests(ledger).newest(mailing.id, claims.asked_before)
            assert asked and asked.kind == "stop"
    with ledger.claims(mailing) as claims:
        assert Requests(ledger).newest(mailing.id, claims.asked_before) is None
