"""How the database is reached: its schema, who may do what, what is never shown, and writers that meet."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from support.postgres import Postgres
from support.smtp_mailing import RELEASE, addresses, draft, entries, queued, states

from mailer.bounces.register import MailRegister
from mailer.delivery import History, Ledger, Schedule, Tidings
from mailer.errors import LedgerError
from mailer.model import Outcome, Status
from mailer.workspace.database_url import DatabaseUrl

SECRET = "s3cret"


# ---- its schema --------------------------------------------------------------------------------------


def test_two_who_come_at_once_make_it_once(postgres: Postgres) -> None:
    place, start = postgres.database(), threading.Barrier(3)
    opened: list[Ledger] = []

    def open_it() -> None:
        start.wait()
        opened.append(Ledger(place))

    threads = [threading.Thread(target=open_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [ledger.mailings() for ledger in opened] == [[], [], []]
    for ledger in opened:
        ledger.close()
    postgres.drop(place)


def test_one_of_a_later_version_is_left_alone(ledger: Ledger, database: DatabaseUrl) -> None:
    with ledger.writing() as db:
        db.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(LedgerError, match="was made by a newer version of mailer"):
        Ledger(database)


def test_the_server_notices_soon_that_a_computer_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that sleeps has hold of what it was about to send, by its session's lock: by default for two hours."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    monkeypatch.setenv("PGPORT", port)
    with Postgres(listen_addresses="127.0.0.1", port=port) as server:
        by_tcp = DatabaseUrl("postgresql://owner@127.0.0.1/postgres")
        with Ledger(by_tcp) as ledger, ledger.reading() as db:
            said = [
                db.execute(f"SHOW tcp_keepalives_{what}").fetchone()[0]
                for what in ("idle", "interval", "count")
            ]
        assert said == ["10", "5", "3"]
        server.stop()


def test_no_index_depends_on_the_order_of_a_language(ledger: Ledger) -> None:
    """It is another one on another computer: whoever takes over would not find who is queued, and queue them twice."""
    query = (
        "SELECT DISTINCT c.relname, a.attname, o.collname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'mailer'"
        " JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_am AS m ON m.oid = x.relam AND m.amname = 'btree'"
        " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)"
        " JOIN pg_collation AS o ON o.oid = a.attcollation"
    )
    with ledger.reading() as db:
        found = db.execute(query).fetchall()
    assert len(found) > 8
    assert {collation for _, _, collation in found} == {"C"}, found


# ---- who may do what ---------------------------------------------------------------------------------


@pytest.fixture
def user(postgres: Postgres, database: DatabaseUrl) -> Iterator[str]:
    """Somebody whom the owner has allowed nothing yet."""
    name = database.url.partition("office_")[2].partition("?")[0]
    name = f"user_{name}"
    postgres.say(f"CREATE ROLE {name} LOGIN")
    yield name
    on = database.url.partition("@/")[2].partition("?")[0]
    postgres.say(f"DROP OWNED BY {name}", on)
    postgres.say(f"DROP ROLE {name}")


def as_user(place: DatabaseUrl, user: str) -> DatabaseUrl:
    return DatabaseUrl(place.url.replace("owner@", f"{user}@"))


def allow(ledger: Ledger, user: str, rights: str) -> None:
    with ledger.writing() as db:
        db.execute(f"GRANT USAGE ON SCHEMA mailer TO {user}")
        db.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA mailer TO {user}")


def test_a_reader_reads_and_no_more(ledger: Ledger, database: DatabaseUrl, user: str) -> None:
    mailing = queued(ledger, 3)
    with pytest.raises(LedgerError, match="may not do that"):
        Ledger(as_user(database, user))
    allow(ledger, user, "SELECT")
    with Ledger(as_user(database, user)) as theirs:
        assert theirs.counts(RELEASE) == Tidings(theirs, mailing.id).counts() == {Status.QUEUED: 3}
        assert len(list(theirs.recipients(RELEASE))) == 3
        for forbidden in (
            lambda: queued(theirs, 4),
            lambda: theirs.claims(mailing).__enter__(),
            lambda: History(theirs).forget(addresses(1)[0]),
        ):
            with pytest.raises(LedgerError, match="may not do that"):
                forbidden()
    assert set(states(database).values()) == {Status.QUEUED}


def test_a_sender_needs_not_own_it(ledger: Ledger, database: DatabaseUrl, user: str) -> None:
    allow(ledger, user, "SELECT, INSERT, UPDATE, DELETE")
    with Ledger(as_user(database, user)) as theirs:
        with theirs.claims(queued(theirs, 2)) as claims:
            journal = claims.journal(Schedule().retry_after)
            [claim, _] = claims.claim_queued()
            journal.before_dots([claim.id])
            journal.remember(claim, Outcome(Status.ACCEPTED, 250, "2.0.0", "queued as 4711"), "")
            journal.flush()
        register = MailRegister(theirs)
        found = register.by_reply(["queued as 4711"])
        assert found and found.address == addresses(1)[0]


# ---- what is never shown -----------------------------------------------------------------------------

URLS = {
    "good": f"postgresql://press:{SECRET}@127.0.0.1:1/office",
    "in the query": f"postgresql://press@127.0.0.1:1/office?password={SECRET}",
    "#": f"postgresql://press:#{SECRET}@127.0.0.1:1/office",
    "?": f"postgresql://press:{SECRET}?{SECRET}@127.0.0.1:1/office",
    "/": f"postgresql://press:{SECRET}/{SECRET}@127.0.0.1:1/office",
    "@": f"postgresql://press:{SECRET}@{SECRET}@127.0.0.1:1/office",
    "%": f"postgresql://press:%{SECRET}@127.0.0.1:1/office",
    "[": f"postgresql://press:[{SECRET}@127.0.0.1:1/office",
    "space": f"postgresql://press:{SECRET} {SECRET}@127.0.0.1:1/office",
    "no host": f"postgresql://press:{SECRET}/office",
    "an odd option": f"postgresql://press:{SECRET}@127.0.0.1:1/office?lamps=7",
    "an odd port": f"postgresql://press:{SECRET}@127.0.0.1:{SECRET}/office",
}


@pytest.mark.parametrize("odd", URLS)
def test_a_password_is_never_shown(odd: str) -> None:
    place = DatabaseUrl(URLS[odd])
    assert SECRET not in str(place) and SECRET not in repr(place)
    with pytest.raises(LedgerError) as error:
        Ledger(place)
    told = "".join(traceback.format_exception(error.value))
    assert SECRET not in told + repr(error.value) + error.value.hint


def test_a_password_that_is_wrong_is_not_shown(postgres: Postgres, database: DatabaseUrl) -> None:
    rules = postgres.data / "pg_hba.conf"
    before = rules.read_text()
    try:
        rules.write_text("local all press scram-sha-256\n" + before)
        postgres.say("SELECT pg_reload_conf()")
        postgres.say("CREATE ROLE press LOGIN PASSWORD 'another'")
        place = DatabaseUrl(database.url.replace("owner@", f"press:{SECRET}@"))
        with pytest.raises(LedgerError, match="password authentication failed") as error:
            Ledger(place)
    finally:
        rules.write_text(before)
        postgres.say("SELECT pg_reload_conf()")
        postgres.say("DROP ROLE press")
    assert SECRET not in "".join(traceback.format_exception(error.value)) + error.value.hint


# ---- writers that meet -------------------------------------------------------------------------------


def test_who_writes_waits_for_who_writes(ledger: Ledger, another: Ledger) -> None:
    """What is written in several round trips is written by one at a time: each sees what the other has written."""
    mailing = queued(ledger, 1)
    reached, seen = threading.Event(), list[str]()

    def second() -> None:
        reached.wait()
        with another.writing() as db:
            seen.append(db.execute("SELECT subject FROM mailings WHERE id = ?", (mailing.id,)).fetchone()[0])

    thread = threading.Thread(target=second)
    thread.start()
    with ledger.writing() as db:
        db.execute("SELECT 1 FROM mailings")
        reached.set()
        thread.join(3)  # longer than one lock is waited for
        assert thread.is_alive()
        db.execute("UPDATE mailings SET subject = 'by the first'")
    thread.join(30)
    assert seen == ["by the first"]


def test_a_step_that_meets_an_order_the_wrong_way_round_is_said_again(
    ledger: Ledger, database: DatabaseUrl
) -> None:
    """Each waits for a row of the other's: PostgreSQL ends the step, which has waited longer."""
    with ledger.claims(queued(ledger, 2)) as claims, closing(psycopg.connect(database.url)) as order:
        journal = claims.journal(Schedule().retry_after)
        first, second = claims.claim_queued()
        journal.before_dots([first.id])
        journal.remember(first, Outcome(Status.ACCEPTED, 250, "", "ok"), "")
        order.execute("UPDATE mailer.deliveries SET name = 'being forgotten' WHERE id = 1")
        withheld: list[object] = []
        step = threading.Thread(target=lambda: withheld.append(journal.before_dots([second.id])))
        step.start()
        while not order.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            pass
        order.execute("UPDATE mailer.deliveries SET name = 'being forgotten' WHERE id = 2")
        order.commit()
        step.join(30)
        assert withheld == [{}]
    assert list(states(database).values()) == [Status.ACCEPTED, Status.UNCERTAIN]


def test_a_superseded_release_of_many_is_one_statement(ledger: Ledger) -> None:
    """Told to everybody, whoever it was: the words are the same, and nobody is left out."""
    queued(ledger, 1_500, 1)
    ledger.queue(replace(draft("correction"), follows=RELEASE, supersedes=True), entries(1))
    replies = {(line.state, line.reply, line.attempts) for line in ledger.recipients(RELEASE)}
    assert replies == {(Status.REJECTED, "not sent: superseded by correction", 1)}
