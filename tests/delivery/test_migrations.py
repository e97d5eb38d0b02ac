"""A ledger of an older version: it is brought up to date, with a copy of it as it was, and goes on where it stopped."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, draft, entries, reconcile, settings

from mailer.delivery import Ledger, SmtpTransport, Snapshot, Snapshots, deliver
from mailer.delivery.ledger.sqlite.migrations import VERSION
from mailer.errors import LedgerError
from mailer.model import Status

pytestmark = pytest.mark.own_ledger

SCHEMAS = Path(__file__).parent.parent / "support"


@pytest.fixture(params=range(1, VERSION))
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def old(tmp_path: Path, version: int) -> Path:
    """A ledger as an older version left it: 20 people, of whom 5 have the release, one refused it, two are in doubt."""
    path = tmp_path / "ledger.db"
    written = draft()
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript((SCHEMAS / f"ledger_{version}.sql").read_text("utf-8"))
        db.execute(f"PRAGMA user_version = {version}")
        db.execute(
            "INSERT INTO mailings (release, kind, subject, mail_from, domain, follows, created) VALUES (?,?,?,?,?,?,1)",
            (written.release, written.kind, written.subject, written.mail_from, written.domain, ""),
        )
        frozen = written.editions["en"]
        db.execute(
            "INSERT INTO editions (mailing, language, digest, frozen) VALUES (1, 'en', ?, ?)",
            (frozen.digest, frozen.content),
        )
        db.executemany(
            "INSERT INTO deliveries (mailing, canonical, address, name, language, fields, token, in_reply_to, state)"
            " VALUES (1, ?, ?, '', 'en', '{}', ?, '', ?)",
            [
                (e.canonical, e.address, f"token{n}", "aaaaaruuqqqqqqqqqqqq"[n])
                for n, e in enumerate(entries(20))
            ],
        )
    return path


def test_it_goes_on_where_it_stopped(old: Path) -> None:
    with Ledger(old) as ledger, FaultyServer() as server:
        assert ledger.counts(RELEASE) == {
            Status.ACCEPTED: 5, Status.REJECTED: 1, Status.UNCERTAIN: 2, Status.QUEUED: 12,
        }  # fmt: skip
        assert ledger.orders(RELEASE) == []
        assert ledger.mailing(RELEASE).planned == 0
        transport = SmtpTransport(settings(server.port), QUICK)
        deliver(ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=0)
        assert len(server.accepted) == 12
        assert ledger.queue(draft(), entries(22)).added == 2, "whoever was there stays there"


def test_the_copy_is_the_file_as_it_was(old: Path, version: int) -> None:
    Ledger(old).close()
    copy = old.with_name(f"ledger.db.{version}.backup")
    assert copy.stat().st_mode & 0o077 == 0, "it names people"
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)
        assert db.execute("SELECT count(*) FROM deliveries").fetchone() == (20,)


def test_an_old_ledger_and_a_new_one_have_the_same_schema(old: Path, tmp_path: Path) -> None:
    Ledger(old).close()
    Ledger(tmp_path / "new.db").close()

    def schema(path: Path) -> dict[str, set[str]]:
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            columns = {t: {tuple(c)[1:5] for c in db.execute(f"PRAGMA table_info({t})")} for t in tables}
            columns["indexes"] = {
                n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
            }
            return columns

    assert schema(old) == schema(tmp_path / "new.db")


def test_what_the_reading_of_returned_mail_had_made_by_itself_is_kept(tmp_path: Path) -> None:
    """Up to version 3 it made its tables when it was first run."""
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript((SCHEMAS / "ledger_3.sql").read_text("utf-8"))
        db.execute("PRAGMA user_version = 3")
        db.execute("CREATE TABLE mail_dealt_with (digest TEXT PRIMARY KEY, at REAL NOT NULL)")
        db.execute("CREATE TABLE folders_read (folder TEXT PRIMARY KEY, validity INTEGER, uid INTEGER)")
        db.execute("INSERT INTO folders_read VALUES ('INBOX', 1, 7)")
    with Ledger(path) as ledger, ledger.reading() as db:
        assert db.execute("SELECT * FROM folders_read").fetchall() == [("INBOX", 1, 7)]
        assert db.execute("SELECT * FROM mail_dealt_with").fetchall() == []


def test_an_approval_is_kept_with_its_editions_in_their_order(tmp_path: Path) -> None:
    """Up to version 8 it was a snapshot of an occasion, and its editions stood in the order in which they were written."""
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript((SCHEMAS / "ledger_8.sql").read_text("utf-8"))
        db.execute("PRAGMA user_version = 8")
        db.execute(
            "INSERT INTO snapshots VALUES (3, 'older', 'approval', 1, 'ana@here', 'Ana', x'00', 's1'),"
            " (7, 'harbour', 'approval', 2, 'eva@here', 'Eva', x'01', 's2'), (8, 'harbour', 'proof', 3, 'a', '', '', '')"
        )
        db.executemany(
            "INSERT INTO snapshot_editions VALUES (?, ?, ?)",
            [
                (7, "es", b"hola"),
                (3, "en", b"old"),
                (7, "en", b"hello"),
                (8, "en", b"proof"),
                (7, "ca", b"ei"),
            ],
        )
    with Ledger(path) as ledger:
        assert [each.release for each in Snapshots(ledger).all()] == ["older", "harbour"]
        found = Snapshots(ledger).latest("harbour")
        assert found == Snapshot(
            "harbour", 2, "eva@here", {"es": b"hola", "en": b"hello", "ca": b"ei"}, "Eva", b"\1", "s2"
        )
        assert list(found.editions) == ["es", "en", "ca"], "signed in this order"
        Snapshots(ledger).keep(replace(found, editions={"en": b"hello", "ca": b"ei"}))
        assert list(Snapshots(ledger).latest("harbour").editions) == ["en", "ca"]


def test_two_who_open_it_at_once_bring_it_up_to_date_once(old: Path) -> None:
    failed: list[Exception] = []

    def open_it() -> None:
        try:
            Ledger(old).close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    old: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailer.delivery.ledger.sqlite import migrations

    def fails(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO nowhere VALUES (1)")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS[:-1], fails))
        with pytest.raises(LedgerError, match="can't be used"):
            Ledger(old)
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)
    with Ledger(old) as ledger:
        assert ledger.counts(RELEASE)[Status.ACCEPTED] == 5


def test_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(LedgerError, match="newer version of mailer"):
        Ledger(path)


def test_a_fresh_ledger_reconciles(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger, FaultyServer() as server:
        mailing = ledger.queue(draft(), entries(5))
        deliver(mailing, ledger, SmtpTransport(settings(server.port), QUICK), schedule=QUICK, max_wait=0)
        reconcile(path, server.accepted, 5)
