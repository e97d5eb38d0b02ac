"""What is said about a mailing while a worker is just about to begin it: all of it was seen to, and its server thinks."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event

import pytest
from support.office import RELEASE, Office
from support.postgres import Postgres, must_be_there
from support.smtp_faulty import FaultyServer
from support.working import Working, queued

from mailer.delivery import Ledger, Requests
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


class Thinking:
    """The server greets nobody until it is let."""

    def __init__(self, office: Office) -> None:
        self.reached, self.open = Event(), Event()
        office.server.hook = self._hook

    def _hook(self, stage: str, when: str) -> None:
        if (stage, when) == ("connect", "before"):
            self.reached.set()
            self.open.wait(60)


def ask(office: Office, kind: str) -> None:
    with Ledger(office.workspace.ledger) as ledger:
        Requests(ledger).ask(ledger.mailing(RELEASE).id, kind, "ana@laptop")  # type: ignore[arg-type]


@pytest.mark.parametrize("begun", [False, True], ids=["not begun", "begun"])
@pytest.mark.parametrize("kind", ["pause", "stop"])
def test_what_is_asked_while_it_logs_in_is_heard(office: Office, kind: str, begun: bool) -> None:
    queued(office)
    if begun:
        office.killed_at("dot", 4, "work", SMTP_CONNECTIONS="1")
    had = len(office.got())
    server = Thinking(office)
    with Working(office, SMTP_CONNECTIONS="1") as worker:
        assert server.reached.wait(30)
        ask(office, kind)
        server.open.set()
        worker.until("idle")
        time.sleep(0.5)
    assert len(office.got()) == had


@pytest.mark.parametrize("kind", ["pause", "stop"])
def test_what_is_asked_while_a_timer_logs_in_is_heard(office: Office, kind: str) -> None:
    queued(office)
    server = Thinking(office)
    post = office.started("post", RELEASE)
    assert server.reached.wait(30)
    ask(office, kind)
    server.open.set()
    post.communicate(timeout=60)
    assert office.got() == []


# ---- who was cut off, or stopped ------------------------------------------------------------------------


@dataclass(frozen=True)
class Shared(Office):
    """An office whose ledger is in a database."""

    url: DatabaseUrl

    def settings(self, **more: str) -> dict[str, str]:
        return super().settings(LEDGER_URL=self.url.url, **more)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    must_be_there()
    with Postgres() as server:
        yield server


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "only cut off"])
def test_whoever_was_cut_off_while_it_logged_in_begins_nothing_that_was_moved(
    workspace: Workspace, postgres: Postgres, moved: bool
) -> None:
    """The order that it was about to write would have taken back the new time."""
    with FaultyServer() as mail:
        office = Shared(workspace, mail, postgres.database())
        queued(office)
        with Ledger(office.url) as ledger, ledger.writing() as db:
            db.execute("UPDATE mailings SET planned = extract(epoch FROM clock_timestamp()) - 1")
        server = Thinking(office)
        with Working(office, SMTP_CONNECTIONS="1") as worker:
            assert server.reached.wait(30)
            with Ledger(office.url) as ledger, ledger.writing() as db:
                db.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'mailer' AND pid <> pg_backend_pid()"
                )
            if moved:
                office.server.hook = lambda stage, when: None
                ran = office.run("schedule", "move", RELEASE, "2099-12-01 05:00 UTC", "--yes")
                assert ran.code == 0, ran.err
            server.open.set()
            if moved:
                worker.until("idle")
                time.sleep(3)
            else:
                worker.until("finished", RELEASE)
        assert len(office.got()) == (0 if moved else 11)


def test_whoever_is_stopped_while_it_logs_in_keeps_no_other_from_it(
    workspace: Workspace, postgres: Postgres
) -> None:
    with FaultyServer() as mail:
        office = Shared(workspace, mail, postgres.database())
        queued(office)
        server = Thinking(office)
        with Working(office) as worker:
            assert server.reached.wait(30)
            worker.process.send_signal(signal.SIGSTOP)
            office.server.hook = lambda stage, when: None
            assert office.run("work", "--once").code == 0
            assert len(office.got()) == 11
            worker.process.send_signal(signal.SIGCONT)
            server.open.set()
            worker.until("idle")
        assert set(Counter(office.got()).values()) == {1}
