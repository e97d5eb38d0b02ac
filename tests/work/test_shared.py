"""Several senders of one office, on a ledger in a database: each is a process in a workspace of its own."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from support.office import RELEASE, Office
from support.postgres import Postgres, must_be_there
from support.smtp_faulty import FaultyServer
from support.working import SECOND, Working, queued, second_release, slowly

from mailer.delivery import Ledger, Requests
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    must_be_there()
    with Postgres(safe=True) as server:
        yield server


@dataclass(frozen=True)
class Shared(Office):
    """An office whose ledger is in a database."""

    url: DatabaseUrl

    def settings(self, **more: str) -> dict[str, str]:
        return super().settings(LEDGER_URL=self.url.url, **more)

    def states(self, release: str = RELEASE) -> dict[str, str]:
        with Ledger(self.url) as ledger:
            return {line.address: line.state.value for line in ledger.recipients(release)}

    def kinds(self, release: str = RELEASE) -> list[str]:
        with Ledger(self.url) as ledger:
            return [order.kind for order in ledger.orders(release)]

    def elsewhere(self, folder: Path) -> Shared:
        """Another computer of the office: its own copy of the files, the same ledger."""
        shutil.copytree(self.workspace.root, folder, ignore=shutil.ignore_patterns(".mailer"))
        return Shared(Workspace(folder), self.server, self.url)


@pytest.fixture
def office(workspace: Workspace, postgres: Postgres) -> Iterator[Shared]:
    with FaultyServer() as server:
        yield Shared(workspace, server, postgres.database())


@pytest.fixture
def server(office: Shared, tmp_path: Path) -> Shared:
    """The second computer."""
    return office.elsewhere(tmp_path / "server")


def given_up(office: Shared) -> None:
    """As if nothing had been heard of those who are gone for a minute."""
    with Ledger(office.url) as ledger, ledger.writing() as db:
        db.execute("UPDATE workers SET expires = clock_timestamp() - interval '1 second' WHERE ended IS NULL")


def until_both_send(office: Shared) -> None:
    """Both have somebody in hand; whoever takes hold of a mailing is a sender for a moment before that."""
    end = time.monotonic() + 60
    query = "SELECT count(DISTINCT worker) FROM deliveries WHERE state IN ('s', '.')"
    with Ledger(office.url) as ledger, ledger.reading() as db:
        while db.execute(query).fetchone()[0] < 2:
            assert time.monotonic() < end
            time.sleep(0.05)


def once_each(office: Shared, number: int) -> None:
    got = Counter(office.got())
    assert (len(got), set(got.values())) == (number, {1})


def test_what_a_laptop_queues_a_server_sends(office: Shared, server: Shared) -> None:
    with Working(server) as worker:
        worker.until("idle")
        queued(office)
        worker.until("finished", RELEASE)
        assert worker.ends() == 0
    once_each(office, 11)
    assert office.kinds() == ["send", "post"]
    (told,) = json.loads(office.run("status", "--json").out)
    assert (told["counts"], told["senders"], told["last_order"]["number"]) == ({"accepted": 11}, [], 11)


def test_two_share_a_mailing_and_one_goes_on_for_the_other_that_is_killed(
    office: Shared, server: Shared
) -> None:
    second_release(office, 300)
    queued(office, SECOND, "--list", "second")
    slowly(office, 0.2)
    with Working(office, SMTP_CONNECTIONS="2") as first, Working(server, SMTP_CONNECTIONS="2") as second:
        until_both_send(office)
        (told,) = json.loads(office.run("status", "--json").out)
        names = " ".join(told["senders"])
        assert all(f"process {each.process.pid} of " in names for each in (first, second)), names
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        given_up(office)
        office.server.heal()
        second.until("finished", SECOND)
    counts = office.counts(SECOND)
    assert counts["accepted"] + counts["uncertain"] == 300
    assert counts["uncertain"] <= 2
    assert set(Counter(office.got()).values()) == {1}


def test_a_database_that_goes_down_is_waited_for_and_nobody_gets_anything_twice(
    office: Shared, postgres: Postgres
) -> None:
    second_release(office, 300)
    queued(office, SECOND, "--list", "second")
    slowly(office, 0.03)
    with Working(office, "--metrics", "127.0.0.1:0", SMTP_CONNECTIONS="2") as worker:
        while len(office.got()) < 40:
            time.sleep(0.02)
        postgres.stop("immediate")
        away = worker.until("ledger_away")
        assert (away["level"], away["seconds"]) == ("error", 1)
        assert worker.until("ledger_away")["seconds"] == 2
        postgres.start()
        worker.until("ledger_back")
        given_up(office)
        worker.until("finished", SECOND)
        assert worker.ends() == 0
    counts = office.counts(SECOND)
    assert counts["accepted"] + counts["uncertain"] == 300
    assert counts["uncertain"] <= 2
    assert set(Counter(office.got()).values()) == {1}


def test_a_database_that_is_away_at_the_start_is_waited_for(office: Shared, postgres: Postgres) -> None:
    queued(office)
    postgres.stop()
    try:
        with Working(office) as worker:
            worker.until("ledger_away")
            postgres.start()
            worker.until("finished", RELEASE)
    finally:
        postgres.until_it_answers()
    once_each(office, 11)


def test_a_stop_ends_it_at_every_sender(office: Shared, server: Shared) -> None:
    queued(office)
    open_ = Event()
    office.server.hook = lambda stage, when: (
        (open_.wait(60), None)[1] if (stage, when) == ("dot", "before") else None
    )
    with Working(office, SMTP_CONNECTIONS="1") as first, Working(server, SMTP_CONNECTIONS="1") as second:
        while office.server.seen["dot"] < 2:
            time.sleep(0.02)
        with Ledger(office.url) as ledger:
            Requests(ledger).ask(ledger.mailing(RELEASE).id, "stop", "ana@laptop")
        for each in (first, second):
            each.until("stop", RELEASE)
        open_.set()
        for each in (first, second):
            each.until("idle")
    assert "stop" in office.kinds()
    assert (len(office.got()) < 11, office.counts()["uncertain"]) == (True, 0)
    had = office.got()
    assert server.run("work", "--once").code == 0
    assert office.got() == had


def test_what_a_person_sends_themselves_is_gone_on_with_only_if_it_was_killed(
    office: Shared, server: Shared
) -> None:
    office.killed_at("dot", 4, "send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    given_up(office)
    assert server.run("work", "--once").code == 1, "one is uncertain"
    counts = office.counts()
    assert (counts["accepted"] + counts["uncertain"], counts["uncertain"] <= 1) == (11, True)
    assert set(Counter(office.got()).values()) == {1}


def test_what_a_person_stopped_stays_stopped(office: Shared, server: Shared) -> None:
    slowly(office, 0.3)
    process = office.started("send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    while not office.got():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    office.server.heal()
    had = len(office.got())
    assert office.kinds() == ["send", "stop"]
    assert server.run("work", "--once").code == 0
    assert len(office.got()) == had < 11


def test_while_a_person_sends_it_no_other_sender_joins_in(office: Shared, server: Shared) -> None:
    slowly(office, 0.3)
    process = office.started("send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    while not office.got():
        time.sleep(0.02)
    assert server.run("work", "--once").code == 0
    office.server.heal()
    process.communicate(timeout=60)
    once_each(office, 11)
    assert office.kinds() == ["send"]


def test_what_was_queued_is_left_to_workers_by_a_timer_of_another_computer(
    office: Shared, server: Shared
) -> None:
    queued(office)
    assert server.run("post").code == 0
    assert office.got() == []
    assert "queued for 11 recipients" in server.run("status", RELEASE).err
    assert server.run("work", "--once").code == 0
    shown = server.run("status", RELEASE).err
    assert f"through 127.0.0.1:{office.server.port}" in shown.split("begun ")[1], (
        "the worker's own, and no other"
    )
    once_each(office, 11)


def test_whoever_was_claimed_by_all_that_were_killed_is_found_by_the_next(
    office: Shared, server: Shared
) -> None:
    office.list("few", "a@example.net,,,en,", "b@example.net,,,en,")
    queued(office, RELEASE, "--list", "few")
    office.killed_at("dot", 1, "work", SMTP_CONNECTIONS="1")
    assert set(office.counts()) <= {"sending", "dot"}
    given_up(office)
    server.run("work", "--once")
    assert office.counts() == {"uncertain": 1, "accepted": 1}
    assert set(Counter(office.got()).values()) == {1}
