"""The ledger goes from a file into PostgreSQL and back: the same to the last row, and one of the two is valid whenever it
is killed."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from support import full_ledger
from support.postgres import Postgres
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, draft, entries, queued, settings

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.ledger.sqlite.witness import folders_for
from mailer.delivery.ledger.tables import NOT_MOVED, OF_THE_DATABASE, OF_THE_FILE, TABLES
from mailer.delivery.ledger.transfer import into_database, into_file
from mailer.errors import BeingSent, LedgerError
from mailer.model import Status
from mailer.workspace.database_url import DatabaseUrl

pytestmark = pytest.mark.own_ledger


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    return postgres


@pytest.fixture
def url(server: Postgres) -> DatabaseUrl:
    return server.database()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "private" / "ledger.db"
    full_ledger.make(path)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small" / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 30)
    return path


def rows(place: Path | DatabaseUrl) -> dict[str, list[tuple[object, ...]]]:
    with Ledger(place) as ledger, ledger.reading() as db:
        return full_ledger.rows_of(db)


def drained(place: Path | DatabaseUrl, release: str = RELEASE) -> list[str]:
    """Whom a sending from there goes to."""
    with Ledger(place) as ledger, FaultyServer() as server:
        transport = SmtpTransport(settings(server.port), QUICK)
        deliver(ledger.mailing(release), ledger, transport, schedule=QUICK, max_wait=0)
        return sorted(address for address, _ in server.accepted)


# ---- all of it --------------------------------------------------------------------------------------


def test_all_of_it_goes_there_and_comes_back(file: Path, url: DatabaseUrl) -> None:
    before = rows(file)
    told = into_database(file, url)
    assert rows(url) == before
    assert set(told) == {"", RELEASE, "correction", "third", "fourth", "not-yet-queued"}
    assert told[RELEASE].recipients == 10
    assert into_file(url, file) == told, "the same digests"
    assert rows(file) == before


def test_every_table_and_column_is_moved_or_left_for_a_reason(file: Path, url: DatabaseUrl) -> None:
    moved = {table.name: set(table.columns) for table in TABLES}
    with Ledger(file) as ledger, ledger.reading() as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        in_file = {name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} for (name,) in names}
    with Ledger(url) as ledger, ledger.reading() as db:
        found = db.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'mailer' AND table_type = 'BASE TABLE'"
        ).fetchall()
    in_database: dict[str, set[str]] = {}
    for table, column in found:
        in_database.setdefault(table, set()).add(column)
    assert set(in_file) == set(moved) | set(OF_THE_FILE)
    assert set(in_database) == set(moved) | set(OF_THE_DATABASE)
    for name, columns in moved.items():
        left = set(NOT_MOVED.get(name, ()))
        assert in_file[name] - left == columns - {"rowid"}, name
        assert in_database[name] - left == columns, name


def test_both_go_on_where_the_other_stopped(file: Path, url: DatabaseUrl) -> None:
    """New rows are numbered behind those that came, and nobody gets it twice."""
    into_database(file, url)
    assert drained(url) == [], "whoever was left there was superseded"
    with Ledger(url) as ledger:
        assert ledger.queue(draft(), entries(12)).added == 4, "reporters 10, 11 and 12, and who was forgotten"
        ledger.queue(draft("fifth"), entries(2))
    assert drained(url, "fifth") == ["reporter1@example.net", "reporter2@example.net"]
    into_file(url, file)
    assert drained(file, "fifth") == []
    with Ledger(file) as ledger:
        ledger.queue(draft("sixth"), entries(1))
        assert [mailing.release for mailing in ledger.mailings()][-2:] == ["fifth", "sixth"]
    into_database(file, url)
    assert drained(url, "sixth") == ["reporter1@example.net"]


def test_what_a_killed_sender_left_is_sorted_out(small: Path, url: DatabaseUrl) -> None:
    with closing(sqlite3.connect(small)) as db, db:
        db.execute("UPDATE mailings SET boot = ?", (boot_id(),))
        db.execute("UPDATE deliveries SET state = 's' WHERE id <= 3")
        db.execute("UPDATE deliveries SET state = '.' WHERE id = 4")
        db.execute("UPDATE deliveries SET state = 'w' WHERE id = 5")
    into_database(small, url)
    with Ledger(url) as ledger:
        assert ledger.counts(RELEASE) == {Status.QUEUED: 28, Status.UNCERTAIN: 1}
        [doubtful] = ledger.recipients(RELEASE, Status.UNCERTAIN)
    assert doubtful.reply == "mailer stopped before it read the server's answer"


def test_what_a_worker_left_that_is_gone_is_sorted_out(
    small: Path, url: DatabaseUrl, server: Postgres
) -> None:
    into_database(small, url)
    with Ledger(url) as ledger:
        claims = ledger.claims(ledger.mailing(RELEASE))
        claims.__enter__()
        claimed = claims.claim_queued(4)
        journal = claims.journal(lambda tries: 0.0)
        journal.before_dots([claimed[0].id])
        with pytest.raises(BeingSent, match=RELEASE):
            into_file(url, small)
        assert ledger.counts(RELEASE)[Status.SENDING] == 3, "nothing was changed"
        with ledger.writing() as db:
            db.execute("UPDATE workers SET expires = clock_timestamp() - interval '1 second'")
    into_file(url, small)
    with Ledger(small) as ledger:
        assert ledger.counts(RELEASE) == {Status.QUEUED: 29, Status.UNCERTAIN: 1}


# ---- what is left behind ------------------------------------------------------------------------------


def test_the_old_file_refuses_and_says_where_it_went(small: Path, url: DatabaseUrl) -> None:
    with Ledger(small) as open_still:
        into_database(small, url)
        with pytest.raises(LedgerError, match="it was moved to postgresql://"):
            queued(open_still, 40)
    with pytest.raises(LedgerError, match="was moved to postgresql://") as refused:
        Ledger(small)
    assert "LEDGER_URL=postgresql://" in refused.value.hint
    with pytest.raises(LedgerError, match="nothing to move"):
        into_database(small, url)
    assert len(drained(url)) == 30


def test_the_old_database_refuses_and_says_where_it_went(small: Path, url: DatabaseUrl) -> None:
    into_database(small, url)
    with Ledger(url) as open_still:
        into_file(url, small)
        with pytest.raises(LedgerError, match=f"it was moved to {small}"):
            queued(open_still, 40)
        with pytest.raises(LedgerError, match=f"it was moved to {small}"):
            open_still.claims(open_still.mailing(RELEASE)).__enter__()
    with pytest.raises(LedgerError, match=f"was moved to {small} by .*@"):
        Ledger(url)
    with pytest.raises(LedgerError, match="nothing to move"):
        into_file(url, small)
    assert len(drained(small)) == 30


def test_a_sender_that_has_begun_stops_when_all_is_moved_away_under_it(small: Path, url: DatabaseUrl) -> None:
    """Its lease has ended as nothing was heard of it; then it wakes up."""
    into_database(small, url)
    with Ledger(url) as ledger:
        claims = ledger.claims(ledger.mailing(RELEASE))
        claims.__enter__()
        [first, *_] = claims.claim_queued(4)
        with ledger.writing() as db:
            db.execute("UPDATE workers SET expires = clock_timestamp() - interval '1 second'")
        into_file(url, small)
        with pytest.raises(LedgerError, match="it was moved"):
            claims.journal(lambda tries: 0.0).before_dots([first.id])


def test_what_is_being_sent_or_prepared_is_not_moved(small: Path, url: DatabaseUrl) -> None:
    with Ledger(small) as ledger, ledger.holding(RELEASE), pytest.raises(BeingSent, match=RELEASE):
        into_database(small, url)
    into_database(small, url)
    with Ledger(url) as ledger, ledger.holding(RELEASE), pytest.raises(BeingSent, match=RELEASE):
        into_file(url, small)
    assert not opens(small), "the old file still says where it went: it is put aside at the very end"
    assert small.is_file()
    assert len(drained(url)) == 30


def test_who_writes_meanwhile_waits_and_is_refused(small: Path, url: DatabaseUrl) -> None:
    failed: list[LedgerError] = []
    with Ledger(small) as other:

        def remember() -> None:
            try:
                with other.writing() as there:
                    there.execute("INSERT INTO mail_dealt_with VALUES ('x', 1)")
            except LedgerError as error:
                failed.append(error)

        thread = threading.Thread(target=remember)
        into_database(small, url, lambda db: thread.start())
        thread.join()
    assert len(failed) == 1 and "it was moved" in str(failed[0])


def test_rights_that_were_given_outlast_a_way_back(small: Path, url: DatabaseUrl, server: Postgres) -> None:
    into_database(small, url)
    name = re.sub(r".*/(\w+)\?.*", r"\1", url.url)
    server.say("CREATE ROLE looks LOGIN", name)
    server.say("GRANT USAGE ON SCHEMA mailer TO looks", name)
    server.say("GRANT SELECT ON ALL TABLES IN SCHEMA mailer TO looks", name)
    into_file(url, small)
    into_database(small, url)
    with Ledger(server.url(name, "looks")) as ledger:
        assert ledger.counts(RELEASE) == {Status.QUEUED: 30}


# ---- what is in the way --------------------------------------------------------------------------------


def test_where_another_ledger_is_nothing_is_moved(small: Path, file: Path, url: DatabaseUrl) -> None:
    into_database(small, url)
    with pytest.raises(LedgerError, match="holds another ledger already"):
        into_database(file, url)
    with pytest.raises(LedgerError, match="holds another ledger already"):
        into_file(url, file)
    assert len(drained(url)) == 30
    assert rows(file)


def test_a_file_that_does_not_know_everything_is_not_moved(tmp_path: Path, url: DatabaseUrl) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 3)
    copy = path.read_bytes()
    drained(path)
    for name in ("ledger.db-wal", "ledger.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.write_bytes(copy)
    with pytest.raises(LedgerError, match="not the complete record"):
        into_database(path, url)


def test_witnesses_neither_block_the_way_back_nor_are_they_lost(tmp_path: Path, url: DatabaseUrl) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 3)
    assert len(drained(path)) == 3
    old = path.read_bytes()
    into_database(path, url)
    with Ledger(url) as ledger:
        queued(ledger, 5)
    assert len(drained(url)) == 2
    into_file(url, path)
    with Ledger(path) as ledger:
        assert not ledger.doubts()
    assert drained(path) == []
    assert all(list(folder.glob("*.json")) for folder in folders_for(path))
    path.write_bytes(old)  # from before it was moved: it does not know of the two
    for name in ("ledger.db-wal", "ledger.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    with Ledger(path) as ledger, pytest.raises(LedgerError, match="not the complete record"):
        queued(ledger, 5)


def test_a_place_whose_witnesses_know_more_takes_no_other_ledger(tmp_path: Path, url: DatabaseUrl) -> None:
    there, here = tmp_path / "there.db", tmp_path / "here.db"
    for path in (there, here):
        with Ledger(path) as ledger:
            queued(ledger, 3)
    drained(there)
    for name in ("there.db", "there.db-wal", "there.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    into_database(here, url)
    with pytest.raises(LedgerError, match=f"knew of a sending of “{RELEASE}”"):
        into_file(url, there)
    assert len(drained(url)) == 3


def test_nor_does_it_take_an_older_copy_of_its_own(tmp_path: Path, url: DatabaseUrl) -> None:
    """The database was put back from a backup, from before the last sending by the file."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 3)
    drained(path)
    into_database(path, url)
    with Ledger(url) as ledger, ledger.writing() as db:
        db.execute("UPDATE mailings SET sequence = 0")
    with pytest.raises(LedgerError, match=f"knew of a sending of “{RELEASE}”"):
        into_file(url, path)
    with Ledger(url):
        pass


# ---- killed --------------------------------------------------------------------------------------------

_KILLED = """
import os, signal, sys
from pathlib import Path
from mailer.delivery.ledger.postgres import shut
from mailer.delivery.ledger.transfer import copied, file_mark, into_database, into_file, to_database, to_file
from mailer.workspace.database_url import DatabaseUrl

def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if {at!r}:
    {module}.{at} = killed
first, second = (DatabaseUrl(each) if "://" in each else Path(each) for each in sys.argv[1:])
(into_database if isinstance(first, Path) else into_file)(first, second)
"""


def move_and_kill(source: Path | DatabaseUrl, target: Path | DatabaseUrl, at: str, after: float = 0) -> None:
    """
    Args:
        at: the function, `module.name`, that is not reached any more; "": none.
        after: seconds after which it is killed, if it is still there.
    """
    module, _, name = at.rpartition(".")
    said = [place.url if isinstance(place, DatabaseUrl) else str(place) for place in (source, target)]
    code = _KILLED.format(module=module or "shut", at=name)
    process = subprocess.Popen([sys.executable, "-c", code, *said], env=os.environ)
    if after:
        time.sleep(after)
        process.kill()
    assert process.wait(120) == -signal.SIGKILL or after


def opens(place: Path | DatabaseUrl) -> bool:
    try:
        with Ledger(place):
            return True
    except LedgerError as error:
        assert "moved" in str(error)
        return False


def test_into_a_database_killed_at_each_step(small: Path, server: Postgres) -> None:
    """Before the mark the old one is valid, and the new one refuses or is empty; after it, the next move ends it."""
    steps = ["to_database.copied", "to_database._count_on", "to_database.mark_moved", "file_mark.settle",
             "to_database._open"]  # fmt: skip
    for at in steps:
        url = server.database()
        move_and_kill(small, url, at)
        marked = at in ("file_mark.settle", "to_database._open")
        assert opens(small) is not marked, at
        if marked or at == "to_database.mark_moved":
            with pytest.raises(LedgerError, match="is just being moved to"):
                Ledger(url)
        into_database(small, url)
        assert not opens(small)
        with Ledger(url) as ledger:
            assert ledger.counts(RELEASE) == {Status.QUEUED: 30}, at
        into_file(url, small)


def test_into_a_file_killed_at_each_step(small: Path, server: Postgres) -> None:
    url = server.database()
    into_database(small, url)
    steps = ["to_file._lock", "to_file.copied", "file_mark.settle", "shut.mark", "to_file._put_in_place",
             "to_file.Witness", "shut.is_there"]  # fmt: skip
    with Ledger(url) as ledger:
        deliver_one(ledger)
    for at in steps:
        move_and_kill(url, small, at)
        marked = at in ("to_file._put_in_place", "to_file.Witness", "shut.is_there")
        assert opens(url) is not marked, at
        if marked:
            with pytest.raises(LedgerError, match="is just being moved to"):
                into_database_of_somebody_else(small, url)
        into_file(url, small)
        with Ledger(small) as ledger:
            assert ledger.counts(RELEASE) == {Status.QUEUED: 29, Status.ACCEPTED: 1}, at
        into_database(small, url)


def deliver_one(ledger: Ledger) -> None:
    """So that there is something to witness."""
    with ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'a' WHERE id = 1")


def into_database_of_somebody_else(small: Path, url: DatabaseUrl) -> None:
    other = small.with_name("other.db")
    with Ledger(other) as ledger:
        ledger.queue(draft("other"), entries(1))
    into_database(other, url)


def test_killed_at_any_moment_one_of_both_is_valid(tmp_path: Path, server: Postgres) -> None:
    path, url = tmp_path / "ledger.db", server.database()
    with Ledger(path) as ledger:
        ledger.queue(draft(), entries(4_000))
    chance = random.Random(1)
    place: Path | DatabaseUrl = path
    for _ in range(6):
        other: Path | DatabaseUrl = url if place == path else path
        move_and_kill(place, other, "", after=chance.uniform(0.2, 2.5))
        if opens(place):
            with Ledger(place) as ledger:
                assert ledger.counts(RELEASE) == {Status.QUEUED: 4_000}
            continue
        if isinstance(other, DatabaseUrl) and not opens(other):
            into_database(path, url)
        elif isinstance(other, Path) and not (other.is_file() and opens(other)):
            into_file(url, path)
        with Ledger(other) as ledger:
            assert ledger.counts(RELEASE) == {Status.QUEUED: 4_000}
        place = other


def test_a_disk_without_room_is_left_as_it_was(small: Path, url: DatabaseUrl, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    into_database(small, url)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    try:
        with pytest.raises(LedgerError):
            into_file(url, tmp_path / "back.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.glob("back.db*"))
    with Ledger(url) as ledger:
        assert ledger.counts(RELEASE) == {Status.QUEUED: 30}
