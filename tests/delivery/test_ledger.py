"""The ledger: who gets it once, what was frozen, and what is forgotten."""

from __future__ import annotations

import io
import os
import signal
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.forking import in_a_fork
from support.places import Place
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, draft, entries, queued, settings

from mailer.delivery import (
    Entry,
    Feedback,
    FrozenEdition,
    History,
    Ledger,
    Mailing,
    SmtpTransport,
    Standing,
    deliver,
    write_csv,
)
from mailer.errors import BeingSent, LedgerError
from mailer.model import Status


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with Ledger(place) as opened:
        yield opened


def mark(ledger: Ledger, address: str, letter: str) -> None:
    with ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = ? WHERE address = ?", (letter, address))


# ---- one message each ------------------------------------------------------------------------------


def test_a_second_send_reaches_only_newcomers(ledger: Ledger) -> None:
    with FaultyServer() as server:
        transport = SmtpTransport(settings(server.port), QUICK)
        first = ledger.queue(draft(), entries(3))
        deliver(first, ledger, transport)
        second = ledger.queue(draft(), entries(5))
        assert (first.added, first.already_sent) == (3, 0)
        assert (second.added, second.already_sent) == (2, 3)
        deliver(second, ledger, transport)
    assert sorted(recipient for recipient, _ in server.accepted) == addresses(5)


def test_another_release_is_another_matter(ledger: Ledger) -> None:
    queued(ledger, 2)
    other = ledger.queue(draft("another"), entries(2))
    assert (other.added, other.already_sent) == (2, 0)
    assert [mailing.release for mailing in ledger.mailings()] == [RELEASE, "another"]


def test_a_release_that_was_changed_after_it_was_sent_is_refused(ledger: Ledger) -> None:
    queued(ledger, 2)
    mark(ledger, addresses(2)[0], "a")
    with pytest.raises(LedgerError, match="changed after it was sent") as error:
        ledger.queue(draft(digest="another text"), entries(2))
    assert "correction" in error.value.hint
    ledger.queue(
        replace(draft(), editions=draft().editions | {"es": FrozenEdition("nuevo", b"{}")}), entries(2)
    )


def test_until_something_was_sent_it_may_change(ledger: Ledger) -> None:
    mailing = queued(ledger, 2)
    ledger.queue(draft(digest="another text", paragraphs=5), entries(2))
    assert ledger.editions(mailing) == {"en": draft(paragraphs=5).editions["en"].content}


def test_what_is_being_sent_can_not_be_queued_to(tmp_path: Path) -> None:
    """In a file; in a database newcomers may be queued while others send (tests/postgres/test_orders_meanwhile.py)."""
    with Ledger(tmp_path / "private" / "ledger.db") as ledger:
        mailing = queued(ledger, 2)
        with (
            ledger.claims(mailing),
            Ledger(ledger.place) as another,
            pytest.raises(LedgerError, match="is already being sent by process"),
        ):
            queued(another, 3)


def test_whom_somebody_else_is_queueing_to_nobody_queues_to(ledger: Ledger) -> None:
    def meanwhile() -> Iterator[Entry]:
        yield from entries(2)
        with (
            Ledger(ledger.place) as another,
            pytest.raises(LedgerError, match=f"is already being sent by process {os.getpid()} of"),
        ):
            queued(another, 3)

    assert ledger.queue(draft(), meanwhile()).added == 2


def test_whoever_queues_is_in_nobodys_way(ledger: Ledger) -> None:
    """Composing a million takes a minute: meanwhile others queue, send and write down what became of whom."""

    def slowly() -> Iterator[Entry]:
        for number, entry in enumerate(entries(1_200)):
            if number % 400 == 0:
                with Ledger(ledger.place) as another, another.writing(durable=True) as db:
                    db.execute("UPDATE mailings SET subject = subject")
                with Ledger(ledger.place) as another:
                    assert another.queue(draft(f"other-{number}"), entries(3)).added == 3
                    assert another.find(RELEASE) is None, "nobody sees what is not complete"
                    assert [m.release for m in another.mailings()][-1] == f"other-{number}"
            yield entry

    assert ledger.queue(draft(), slowly()).added == 1_200
    assert ledger.counts(RELEASE) == {Status.QUEUED: 1_200}


def test_killed_while_queueing_nobody_is_queued(ledger: Ledger) -> None:
    """All or nothing, though it is written in pieces."""

    def killed(after: int) -> Iterator[Entry]:
        for number, entry in enumerate(entries(2_000)):
            if number == after:
                os.kill(os.getpid(), signal.SIGKILL)
            yield entry

    def in_a_process(after: int) -> None:
        def queue() -> None:
            with Ledger(ledger.place) as its_own:
                its_own.queue(draft(), killed(after))

        assert in_a_fork(queue) == -signal.SIGKILL

    in_a_process(1_700)
    assert ledger.mailings() == []
    assert once_let_go(lambda: queued(ledger, 5)).added == 5
    in_a_process(1_700)
    assert ledger.counts(RELEASE) == {Status.QUEUED: 5}
    assert ledger.state_of(RELEASE, "reporter7@example.net") is None
    assert len(list(ledger.recipients(RELEASE))) == len(list(ledger.waiting(RELEASE))) == 5
    assert once_let_go(lambda: ledger.queue(draft(), entries(2_000))).added == 1_995


def once_let_go(queue: Callable[[], Mailing]) -> Mailing:
    """What a process held that was killed is free at once in a file, and a moment later in a database."""
    until = time.monotonic() + 30
    while True:
        try:
            return queue()
        except BeingSent:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_a_list_that_breaks_off_queues_nobody(ledger: Ledger) -> None:
    def broken() -> Iterator[Entry]:
        yield from entries(3)
        raise ValueError("a row can't be read")

    with pytest.raises(ValueError, match="a row"):
        ledger.queue(draft(), broken())
    assert ledger.mailings() == []


def test_an_unknown_release_names_the_known_ones(ledger: Ledger) -> None:
    queued(ledger, 1)
    with pytest.raises(LedgerError, match="never sent") as error:
        ledger.mailing("harbor-lamps")
    assert RELEASE in error.value.hint


def test_tokens_differ_and_make_the_message_ids(ledger: Ledger) -> None:
    queued(ledger, 50)
    with ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'a'")
    identifiers = [person.message_id for person in ledger.reached(RELEASE)]
    assert len(set(identifiers)) == 50
    assert all(i.startswith("<") and i.endswith("@example.org>") for i in identifiers)


def test_queueing_is_flat_in_memory(ledger: Ledger) -> None:
    def peak(count: int, release: str) -> int:
        tracemalloc.start()
        ledger.queue(draft(release), entries_of(count))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def entries_of(count: int) -> Iterator[Entry]:
        for number in range(count):
            yield Entry(f"{number}@example.net", f"{number}@example.net", "", "en", {"first_name": "A"})

    peak(10, "warm-up")
    assert peak(20_000, "many") < peak(1_000, "few") + 100_000


# ---- corrections, bounces --------------------------------------------------------------------------


def test_a_correction_goes_to_those_who_have_it_or_may(ledger: Ledger) -> None:
    queued(ledger, 8)
    for address, letter in zip(addresses(8), "qs.ardub", strict=True):
        mark(ledger, address, letter)
    of = addresses(8)
    assert [person.address for person in ledger.reached(RELEASE)] == [of[2], of[3], of[6]], (
        "a dot may have left"
    )
    assert [person.address for person in ledger.waiting(RELEASE)] == [of[0], of[1], of[5]]


@pytest.mark.parametrize("form", ["<{}@example.org>", "{}@example.org", "{}"])
def test_a_bounce_is_found_by_message_id_or_token(ledger: Ledger, form: str) -> None:
    queued(ledger, 3)
    address = addresses(3)[1]
    mark(ledger, address, "a")
    token = next(ledger.reached(RELEASE)).message_id[1:].partition("@")[0]
    found = Feedback(ledger).bounced(form.format(token), soft=False, enhanced="5.1.1", text="no such user")
    assert found is not None
    assert (found.release, found.address, found.previous) == (RELEASE, address, Status.ACCEPTED)
    line = next(ledger.recipients(RELEASE, Status.BOUNCED))
    assert (line.address, line.reply) == (address, "5.1.1 no such user")
    assert Feedback(ledger).bounced("<someone@else.example>", soft=False) is None


def test_soft_bounces_are_counted_over_days_and_releases(ledger: Ledger) -> None:
    for number, day in enumerate((0, 7, 15), 1):
        ledger.queue(draft(f"release-{number}"), entries(1))
        mark(ledger, addresses(1)[0], "a")
        reference = next(ledger.reached(f"release-{number}")).message_id
        found = Feedback(ledger).bounced(reference, soft=True, enhanced="4.2.2", at=1e9 + 86400 * day)
        assert found is not None
        assert (found.soft, found.soft_days) == (number, day)


# ---- privacy law -----------------------------------------------------------------------------------


def test_what_is_held_about_a_person_and_that_it_is_gone(ledger: Ledger) -> None:
    with FaultyServer(refuse={"reporter2@example.net": "550 5.1.1 no such user reporter2"}) as server:
        deliver(queued(ledger, 3), ledger, SmtpTransport(settings(server.port), QUICK))
    [kept] = History(ledger).of("reporter2@example.net")
    assert kept.fields == {"first_name": "Ana 2", "outlet": "Gull & Sons"}
    assert [(attempt.code, attempt.enhanced) for attempt in kept.attempts] == [(550, "5.1.1")]
    assert History(ledger).forget("reporter2@example.net") == 1
    assert History(ledger).of("reporter2@example.net") == []
    ledger.close()
    if isinstance(ledger.place, Path):
        found = (path for path in ledger.place.parent.rglob("*") if path.is_file())
        everything = b"".join(path.read_bytes() for path in found)
        for trace in (b"reporter2", b"Ana 2", b"Reporter 2"):
            assert trace not in everything, "not even in freed pages of the file"
    with Ledger(ledger.place) as again:
        assert again.counts(RELEASE) == {Status.ACCEPTED: 2, Status.REJECTED: 1}


def test_forgetting_unsends_what_is_queued(ledger: Ledger) -> None:
    mailing = queued(ledger, 2)
    History(ledger).forget(addresses(2)[0])
    with FaultyServer() as server:
        deliver(mailing, ledger, SmtpTransport(settings(server.port), QUICK))
    assert [recipient for recipient, _ in server.accepted] == [addresses(2)[1]]


# ---- for people and programs -----------------------------------------------------------------------


def test_csv_is_safe_to_open_in_a_spreadsheet() -> None:
    file = io.StringIO()
    lines = [
        Standing("=cmd|'/c calc'!A1@example.net", Status.REJECTED, "550 =HYPERLINK(1)", 1e9, "mail", 1),
        Standing("ana@example.net", Status.ACCEPTED, "@SUM(A1)", 0, "+1", 2),
        Standing("b@example.net", Status.DEFERRED, "-2+3\ttab", 0, "", 0),
    ]
    write_csv(lines, file)
    rows = file.getvalue().splitlines()
    assert rows[0] == "address,state,reply,at,server,attempts"
    assert rows[1].startswith("'=cmd|") and rows[1].endswith(",2001-09-09 01:46:40+00:00,mail,1")
    assert rows[2] == "ana@example.net,accepted,'@SUM(A1),,'+1,2"
    assert rows[3] == "b@example.net,deferred,'-2+3 tab,,,0"


def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger, ledger.writing() as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="newer version of mailer"):
        Ledger(path)


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("not a database, but long enough to be looked at as one " * 50)
    with pytest.raises(LedgerError, match=r"ledger\.db is damaged"):
        Ledger(path)
