"""A file and a database are told the same story and asked everything: each question has one answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, is_dataclass, replace
from datetime import UTC, datetime
from inspect import getattr_static
from pathlib import Path
from typing import Any

import pytest
from support.places import Place
from support.smtp_mailing import RELEASE, draft, entries

from mailer.bounces.register import MailRegister
from mailer.delivery import Entry, Feedback, History, Ledger, Order, Requests, Snapshot, Snapshots, Tidings
from mailer.delivery.consent import Offers
from mailer.delivery.pace import Pace, departures
from mailer.delivery.quota import room_again
from mailer.model import Status
from mailer.settings import Rate
from mailer.workspace.database_url import DatabaseUrl

T = 1_796_000_000.25
ODD = [
    ("ana@Zürich.example", "Ana Ñandú", {"outlet": "Gull & Sons"}),
    ("Bo_1@gull.example", "o'Brien 100%", {"outlet": ""}),
    ("a-b@gull.example", "Ωmega 🌊", {}),
    ("a.b@gull.example", "“quoted” \\ back", {"outlet": "The\tPress", "more": "{}"}),
    ("AB@gull.example", "?1 ? $2", {"outlet": "?"}),
]


class Told:
    """What something of the ledger's says, each answer written down."""

    def __init__(self, told: list[tuple[str, Any]], of: object) -> None:
        self._told, self._of = told, of

    def __getattr__(self, name: str) -> Any:
        def asked(*values: Any, **named: Any) -> Any:
            answer = getattr(self._of, name)(*values, **named)
            answer = list(answer) if isinstance(answer, Iterator) else answer
            self._told.append((f"{type(self._of).__name__}.{name}", plain(answer)))
            return answer

        return asked


def plain(answer: Any) -> Any:
    """As it can be compared: without what is another thing each time (who holds it, by which process)."""
    if is_dataclass(answer) and not isinstance(answer, type):
        kept = {name: value for name, value in asdict(answer).items() if name not in ("holder", "heard")}
        return type(answer).__name__, kept
    if isinstance(answer, list | tuple):
        return [plain(each) for each in answer]
    return answer


def people() -> Iterator[Entry]:
    yield from entries(25)
    for address, name, fields in ODD:
        yield Entry(address.casefold(), address, name, "en", fields)


def written(ledger: Ledger) -> None:
    """Three mailings, and what became of whom; every token, and every moment, is the same in both."""
    order = Order("send", 30, "digest", "press@example.org", "mx.example:25", 0.0, "ana@harbour", T)
    ledger.queue(draft(), people(), order)
    ledger.queue(
        replace(draft("other", digest="other"), subject="Other", day="2026-11-30"), entries(4), order
    )
    ledger.queue(replace(draft("follow-up"), follows=RELEASE, embargo=T + 1e9), entries(6))
    ledger.queue(replace(draft("follow-up"), follows=RELEASE), ())
    assert ledger.mailing("follow-up").embargo == T + 1e9, "whoever waits stays under it"
    attempts = [
        *((n, T + n, 250, "2.0.0", f"queued as {n}", "mx") for n in range(1, 11)),
        *((n, T + 5, 450, "4.2.2", "full", "mx") for n in (11, 12)),
        *((n, T + 600 + n, 550, "5.1.1", f"no such user {n}", "mx") for n in (12, 13, 14)),
        (15, T + 9, 0, "", "the line broke", ""),
        (16, T + 9, 0, "", "not sent: suppressed", ""),
        (31, T + 86_400, 250, "2.0.0", "ok", "mx"),
    ]
    states = {
        **dict.fromkeys((*range(1, 11), 31), "a"),
        11: "d",
        **dict.fromkeys((12, 13, 14, 16), "r"),
        15: "u",
    }
    with ledger.writing(durable=True) as db:
        db.execute("UPDATE deliveries SET token = 't' || id")
        db.execute("UPDATE mailings SET created = ? + id", (T,))
        db.executemany("UPDATE deliveries SET state = ? WHERE id = ?", [(s, n) for n, s in states.items()])
        into = "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, ?, ?, ?, ?)"
        db.executemany(into, attempts)


def asked(ledger: Ledger) -> list[tuple[str, Any]]:
    told: list[tuple[str, Any]] = []
    written(ledger)
    heard_of_mail(Told(told, Feedback(ledger)), Told(told, MailRegister(ledger)))
    about_a_mailing(Told(told, ledger), ledger)
    watched(Told(told, Tidings(ledger, ledger.mailing(RELEASE).id)))
    remembered(Told(told, History(ledger)), ledger)
    consented(Told(told, Offers(ledger)), Told(told, Requests(ledger)), ledger)
    approved(Told(told, Snapshots(ledger)))
    told += [
        ("room_again", room_again(ledger, 86_400, "Europe/Lisbon", T + 3600)),
        ("room_again", room_again(ledger, 3_600, "", T + 10**6)),
        ("departures", departures(ledger, (Rate(3, 60), Rate(10, 86_400)), 5, 7.0, lambda: T + 11)),
    ]
    pace = Pace(ledger, (Rate(12, 60),), lambda: T + 11)
    told += [("Pace", [pace.take(n) for n in range(40, 44)]), ("Pace", (pace.wait(), pace.room(5)))]
    again = Pace(ledger, (Rate(12, 60),), lambda: T + 30)
    told += [("Pace", (again.wait(), again.seconds(3)))]
    return told


def heard_of_mail(feedback: Any, register: Any) -> None:
    at = datetime.fromtimestamp(T + 5_000, UTC)
    for number, soft in ((1, True), (2, False), (3, True)):
        feedback.bounced(f"<t{number}@example.org>", soft=soft, enhanced="5.2.2", text="full", at=T + number)
    feedback.bounced("nobody", soft=False)
    for _ in range(2):
        feedback.complained("t4", T + 50)
        found = register.by_token("t5")
        register.answered(found, at, automatic=False)
    register.answered(register.by_token("t6"), at, automatic=True)
    feedback.complaints(T)
    feedback.complaints(T + 51)
    register.by_references(["<x@example.org>", "<t7@example.org>", "<t8@example.org>"])
    register.all_by_references(["<t7@EXAMPLE.org>", "<t8@example.org>", "<t9@other.example>"])
    register.by_reply(["no such id", "queued as 9"])
    register.by_address("reporter2@example.net", at)
    register.by_address("reporter2@example.net", datetime.fromtimestamp(T + 1e8, UTC))
    register.knows("reporter20@example.net")
    register.knows("reporter1@example.net")
    for _ in range(2):
        register.accepted_after_all(register.by_token("t15"), at, "delivered")
    register.remember(b"Subject: gone\n\nA mail")
    register.remember_digests(["one", "two", "one"], durable=True)
    for digest in ("one", "three"):
        register.knows_digest(digest)
    register.dealt_with(b"Subject: gone\r\nStatus: RO\r\n\r\nA mail\r\n")
    for uid in (7, 9):
        register.has_read("INBOX", 5, uid)
        register.read_up_to("INBOX", 5)
    register.read_up_to("INBOX", 6)


def about_a_mailing(told: Any, ledger: Ledger) -> None:
    told.order(ledger.mailing("other"), Order("move", 3, "d", planned=T + 1e9, given=T))
    told.discard(ledger.mailing("other"), Order("discard", 3, "d", giver="ana@harbour", given=T))
    told.mailings()
    for release in (RELEASE, "other", "follow-up"):
        mailing = told.find(release)
        told.editions(mailing)
        told.counts(release)
        for states in ((), (Status.ACCEPTED, Status.DISCARDED), (Status.REJECTED,)):
            told.recipients(release, *states)
        for question in (told.reached, told.waiting, told.orders, told.lost, told.day_of):
            question(release)
        told.is_held(mailing.id)
        told.state_of(release, "reporter2@example.net")
    told.state_of(RELEASE, "nobody@example.net")
    told.find("nothing")
    told.doubts()
    told.mailing("other")
    told.saying(["", "words"], "Harbour lamps counted", "other")


def watched(told: Any) -> None:
    told.head()
    for question in (
        told.counts,
        told.places,
        told.reasons,
        told.accepted,
        told.last_accepted,
        told.automatic,
    ):
        question()
    told.accepted_lately(T + 4)
    told.taken_back()
    told.answers(5)
    told.complaints(5)
    told.among(["reporter3@example.net", "nobody@example.net"])
    for search in ("", "PORTER 2", "gull", "o'b", "100%", "_1", "\\", "?"):
        told.people(search=search, most=4)
    told.people([Status.REJECTED, Status.UNCERTAIN], most=3, after=12)
    told.people(most=3, before=14)


def remembered(told: Any, ledger: Ledger) -> None:
    for address in ("reporter1@example.net", "reporter4@example.net", "ana@zürich.example", "nobody"):
        told.of(address)
    for release in (RELEASE, "other"):
        told.recorded(ledger.mailing(release))
        told.heard(ledger.mailing(release))
        told.had(release)
        told.last_mailed(release)
    told.last_mails(Status.REJECTED, Status.BOUNCED, Status.QUEUED)
    told.newest()
    told.people_since(0)
    told.people_since(20)
    for address in ("reporter2@example.net", "reporter4@example.net"):
        told.forget(address)
        told.of(address)
    told.recorded(ledger.mailing(RELEASE))
    told.last_mailed("")


def consented(offers: Any, requests: Any, ledger: Ledger) -> None:
    made = Offers(ledger)
    (first, nonce), (second, _) = (made.make(RELEASE, {"n": n, "ñ": None}, now=T) for n in (1, 2))
    offers.mailing_of(RELEASE)
    offers.newest(first.mailing)
    offers.give(nonce, "ana@harbour", leaves=T + 10, now=T + 1)
    offers.found(nonce)
    for _ in range(2):
        offers.begin(first.id, "token holder")
    offers.has_hold(offers.offer(first.id))
    offers.leave(first.id)
    offers.newest(first.mailing)
    offers.end(first.id, "done", "30 accepted")
    offers.end(second.id, "failed")
    offers.offer(second.id)
    for kind in ("pause", "go on"):
        Requests(ledger).ask(first.mailing, kind, "ana@harbour")
    with ledger.writing() as db:
        db.execute("UPDATE requests SET at = ? + id", (T,))
    newest = requests.newest(first.mailing)
    requests.hear(newest, "token")
    requests.newest(first.mailing, newest.id)
    requests.all(first.mailing)


def approved(told: Any) -> None:
    kept = Snapshot(RELEASE, T, "ana", {"es": b"\0\xff", "en": b"{}"}, "Ana", bytes(64), "signed")
    for snapshot in (replace(kept, by="Bo"), kept, replace(kept, release="other")):
        told.keep(snapshot)
    told.all()
    told.latest(RELEASE)
    told.drop(kept)
    told.latest(RELEASE)


@pytest.fixture
def both(tmp_path: Path, database: DatabaseUrl) -> list[list[tuple[str, Any]]]:
    places: tuple[Place, ...] = (tmp_path / "ledger.db", database)
    answers = []
    for place in places:
        with Ledger(place) as ledger:
            answers.append(asked(ledger))
    return answers


NOT_ASKED = {"Requests.ask", "Offers.make"}
"""What is made with chance in it, and looked at afterwards."""
OF_A_SENDER = {
    "close",
    "reading",
    "writing",
    "clock",
    "holding",
    "hold",
    "hold_of",
    "claims",
    "adopt",
    "queue",
}


def test_each_question_has_one_answer(both: list[list[tuple[str, Any]]]) -> None:
    of_the_file, of_the_database = both
    assert [name for name, _ in of_the_file] == [name for name, _ in of_the_database]
    for (name, told), (_, other) in zip(of_the_file, of_the_database, strict=True):
        assert told == other, name
    known = {
        f"{each.__name__}.{name}"
        for each in (Ledger, Tidings, History, Feedback, MailRegister, Offers, Requests, Snapshots)
        for name in vars(each)
        if not name.startswith("_") and callable(getattr_static(each, name))
        if each is not Ledger or name not in OF_A_SENDER
    }
    assert known - {name for name, _ in of_the_file} == NOT_ASKED, "whatever is new is asked here too"


OF_THE_FILE = {
    "boots": "a clock that nobody sets; a database has its own",
    "machine": "whose computer's it is",
    "mailings.boot": "of whoever claims; a worker has its server",
}
OF_THE_DATABASE = {
    "workers": "who sends, and until when their claims are their own",
    "deliveries.worker": "whose claim it is",
    "suppressions": "what stands in a file of each office's folder",
    "schema_version": "SQLite has a number for that",
    "discarded.rowid": "SQLite has it by itself",
    "moved.giver": "several may; of a file the log has it",
    "moved.there": "a database is not put in place of another in one step, as a file is",
}


def test_both_have_the_same_tables(tmp_path: Path, database: DatabaseUrl) -> None:
    """Where one gets a table or a column, so does the other, or it is said here why not."""
    with Ledger(tmp_path / "ledger.db") as ledger, ledger.reading() as db:
        tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        file = {
            f"{name}.{column[1]}"
            for (name,) in db.execute(tables).fetchall()
            for column in db.execute(f"PRAGMA table_info({name})")
        }
    with Ledger(database) as ledger, ledger.reading() as db:
        columns = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'mailer'"
        there = {name for (name,) in db.execute(columns)}
    assert left(file - there, OF_THE_FILE) == left(there - file, OF_THE_DATABASE) == set()


def left(columns: set[str], known: dict[str, str]) -> set[str]:
    return {name for name in columns if not {name, name.partition(".")[0]} & known.keys()}
