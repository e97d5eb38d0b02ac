"""A ledger is moved to another file: the same to the last row, and what is left behind is used by nobody."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, draft, entries, queued, settings

from mailer.delivery import Ledger, Order, SmtpTransport, Snapshot, Snapshots, deliver
from mailer.delivery.ledger.sqlite.moving import leaving, mark_moved, move_file
from mailer.delivery.ledger.sqlite.witness import folders_for
from mailer.delivery.ledger.sums import differing, sums
from mailer.errors import BeingSent, LedgerError
from mailer.model import Status
from mailer.pipeline.moving import move
from mailer.settings import read_settings
from mailer.workspace import Workspace

pytestmark = pytest.mark.own_ledger


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger with something in each of its tables that matter: nine have it, three are queued."""
    path = tmp_path / "old" / "ledger.db"
    with Ledger(path) as ledger, FaultyServer() as server:
        mailing = ledger.queue(draft(), entries(9), Order("send", "ana@here", 9, 0.0))
        deliver(mailing, ledger, SmtpTransport(settings(server.port), QUICK), schedule=QUICK, max_wait=0)
        ledger.queue(draft(), entries(12))
        ledger.queue(draft("second", "another"), entries(2))
        Snapshots(ledger).keep(Snapshot("second", 1.0, "ana@here", {"en": b"hello"}, "Ana", b"p", "s"))
        with ledger.writing() as db:
            db.execute("INSERT INTO soft_bounces VALUES ('reporter1@example.net', 5.0, 1, '4.2.2')")
            db.execute("INSERT INTO complaints VALUES (2, 6.0)")
    return path


def connected(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, isolation_level=None))


def test_the_same_is_there_and_it_goes_on(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "ledger.db"
    with connected(old) as db:
        before = sums(db)
    assert move_file(old, new) == before
    with connected(new) as db:
        assert sums(db) == before and before[RELEASE].recipients == 12
    assert new.stat().st_mode & 0o077 == 0 and new.parent.stat().st_mode & 0o077 == 0
    with Ledger(new) as ledger, FaultyServer() as server:
        deliver(ledger.mailing(RELEASE), ledger, SmtpTransport(settings(server.port), QUICK), schedule=QUICK)
        assert len(server.accepted) == 3, "nobody twice"


def test_what_is_left_behind_refuses_everybody_and_says_where_it_went(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "ledger.db"
    with Ledger(old) as open_still:
        move_file(old, new)
        with pytest.raises(LedgerError, match="it was moved"):
            queued(open_still, 20)
        with pytest.raises(LedgerError, match="it was moved"), open_still.writing() as db:
            db.execute("UPDATE deliveries SET state = 'a'")
    for witnessed in (True, False):
        with pytest.raises(LedgerError, match=f"moved to {new}") as refused:
            Ledger(old, witnessed=witnessed)
        assert f"LEDGER_PATH={new}" in refused.value.hint
    with connected(old) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("DELETE FROM moved")


def test_what_is_being_sent_is_not_moved(old: Path, tmp_path: Path) -> None:
    with Ledger(old) as ledger, ledger.holding("second"), pytest.raises(BeingSent, match="second"):
        move_file(old, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    with Ledger(old) as ledger:
        assert ledger.counts(RELEASE)[Status.QUEUED] == 3, "it goes on where it was"
    move_file(old, tmp_path / "new.db")


def test_who_writes_meanwhile_waits_and_is_refused(old: Path) -> None:
    failed: list[LedgerError] = []
    with Ledger(old) as other:

        def write() -> None:
            try:
                with other.writing() as there:
                    there.execute("INSERT INTO mail_dealt_with VALUES ('x', 1)")
            except LedgerError as error:
                failed.append(error)

        thread = threading.Thread(target=write)
        with leaving(old) as (_, db):
            thread.start()
            mark_moved(db, "/where/ana's is.db")
        thread.join()
    assert len(failed) == 1 and "it was moved to /where/ana's is.db" in str(failed[0])


CHANGES = [
    "UPDATE mailings SET subject = 'another' WHERE id = 1",
    "UPDATE mailings SET planned = 1 WHERE id = 1",
    "UPDATE editions SET frozen = x'00' WHERE mailing = 1",
    "UPDATE deliveries SET state = 'a' WHERE state = 'q' AND mailing = 1",
    "DELETE FROM deliveries WHERE id = 12",
    "UPDATE attempts SET code = 550 WHERE id = 1",
    "UPDATE orders SET number = 8",
    "DELETE FROM soft_bounces",
    "DELETE FROM complaints",
    "DELETE FROM approvals",
    "UPDATE approval_editions SET position = 1",
    "INSERT INTO answers VALUES (1, 1, 0)",
    "INSERT INTO mail_dealt_with VALUES ('x', 1)",
    "INSERT INTO folders_read VALUES ('INBOX', 1, 7)",
    "INSERT INTO requests VALUES (1, 1, 'pause', 1, 'ana', '')",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_that_differs_in_anything_has_another_sum(old: Path, change: str) -> None:
    with connected(old) as db:
        before = sums(db)
        assert db.execute(change).rowcount
        assert len(differing(before, sums(db))) == 1


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "office"
    root.mkdir()
    (root / "newsroom.md").write_text("")
    return Workspace(root)


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Workspace]:
    with Ledger(workspace.private / "ledger.db") as ledger:
        queued(ledger, 3)
    yield workspace


def test_there_and_back_again(office: Workspace, tmp_path: Path) -> None:
    """Its own place held a ledger that was moved; that one is put aside."""
    own, there = office.private / "ledger.db", tmp_path / "there" / "ledger.db"
    env = office.root / ".env"
    env.write_text("SMTP_HOST=mail.example.org\nLEDGER_PATH=\n# the end")
    assert move(office, str(there)).to_say == ""
    assert office.ledger == there and "SMTP_HOST=mail.example.org" in env.read_text()
    with Ledger(there) as ledger:
        ledger.queue(draft("second", "another"), entries(2))
    assert move(office, str(own)).to_say == ""
    assert office.ledger == own
    with Ledger(own) as ledger:
        assert [each.release for each in ledger.mailings()] == [RELEASE, "second"]
    with pytest.raises(LedgerError, match=f"moved to {own}"):
        Ledger(there)


@pytest.mark.parametrize(
    "name", ["ledger.db", "the ledger.db", "it's #1 \\ ours.db", "Über $HOME ${HOME}.db"]
)
def test_env_says_what_was_meant(office: Workspace, tmp_path: Path, name: str) -> None:
    assert move(office, str(tmp_path / name)).to_say == ""
    assert read_settings(office.root, {}).ledger_path == str(tmp_path / name)
    assert office.has_ledger()


def test_what_the_environment_says_is_for_a_person_to_change(
    office: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    monkeypatch.setenv("LEDGER_PATH", str(first))
    assert move(office, str(first)).to_say == ""
    said = move(office, str(second)).to_say
    assert "environment" in said and str(second) in said


def test_what_is_there_already_is_not_written_over(office: Workspace, tmp_path: Path) -> None:
    there = tmp_path / "notes.txt"
    there.write_text("mine")
    with pytest.raises(LedgerError, match="something already"):
        move(office, str(there))
    assert there.read_text() == "mine"
    with Ledger(tmp_path / "other.db") as other:
        queued(other, 4)
    with pytest.raises(LedgerError, match="something already"):
        move(office, str(tmp_path / "other.db"))
    with Ledger(office.ledger) as ledger:
        assert ledger.counts(RELEASE) == {Status.QUEUED: 3}, "and nothing was moved"


_KILLED = """
import os, signal, sys
from pathlib import Path
from mailer.delivery.ledger.sqlite import moving

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

moving.{at} = killed
moving.move_file(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("at", ["sums", "put_aside", "sync_folder", "_witnessed", "mark_moved"])
def test_killed_in_the_middle_it_is_where_it_was_and_can_be_moved_again(
    office: Workspace, tmp_path: Path, at: str
) -> None:
    there = tmp_path / "there" / "ledger.db"
    own = office.private / "ledger.db"
    ran = subprocess.run(
        [sys.executable, "-c", _KILLED.format(at=at), own, there], env=os.environ, capture_output=True
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    with Ledger(office.ledger) as ledger:
        assert ledger.counts(RELEASE) == {Status.QUEUED: 3}
    move(office, str(there))
    with Ledger(office.ledger) as ledger:
        assert office.ledger == there and ledger.counts(RELEASE) == {Status.QUEUED: 3}


def test_what_is_witnessed_moves_along(old: Path, tmp_path: Path) -> None:
    """An older copy that is put in the new one's place is refused, as it was in the old one's."""
    new = tmp_path / "new" / "ledger.db"
    with connected(old) as db:
        (content,) = db.execute("SELECT count(*) FROM deliveries WHERE state = 'a'").fetchone()
    move_file(old, new)
    assert content and all(list(folder.glob("*.json")) for folder in folders_for(new))
    for suffix in ("", "-wal", "-shm"):
        new.with_name(f"{new.name}{suffix}").unlink(missing_ok=True)
    with Ledger(new) as ledger, pytest.raises(LedgerError, match="not the complete record"):
        queued(ledger, 9)


def test_what_was_in_doubt_stays_in_doubt(old: Path, tmp_path: Path) -> None:
    with connected(old) as db:
        db.execute("UPDATE mailings SET sequence = 1")
    with Ledger(old) as ledger:
        assert len(ledger.doubts()) == 1
    new = tmp_path / "new.db"
    move_file(old, new)
    with Ledger(new) as ledger:
        assert len(ledger.doubts()) == 1


def test_there_is_nothing_to_move(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger yet"):
        move(workspace, str(tmp_path / "there.db"))
    with Ledger(workspace.ledger), pytest.raises(LedgerError, match="there already"):
        move(workspace, str(workspace.ledger))
