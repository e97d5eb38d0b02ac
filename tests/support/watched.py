"""A mailing that is being sent by a process of its own, slowly enough to be watched, and what its page says."""

from __future__ import annotations

import csv
import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO

import httpx

from mailer.workspace import Workspace
from support.queued import server_of
from support.smtp_faulty import FaultyServer
from support.terminal import start

RELEASE = "harbour-report"
DOMAINS = ("gull.example", "tern.example", "skua.example")


def with_people(workspace: Workspace, number: int) -> list[str]:
    """Gives the workspace's press list so many people; their addresses."""
    people = [(f"reporter{n}@{DOMAINS[n % len(DOMAINS)]}", f"Rojas {n}") for n in range(number)]
    rows = [f"{address},Ana,{name},The Gull,en" for address, name in people]
    path = workspace.lists / "press.csv"
    path.write_text("\n".join(["email,first_name,last_name,outlet,language", *rows, ""]), "utf-8")
    return [address for address, _ in people]


class Slow:
    """A server's hook: each step takes a while. After so many messages it holds the next one before it is answered.

    Attributes:
        reached: a message is held.
        open: set by whoever lets it go on.
    """

    def __init__(self, seconds: float = 0.003, hold_after: int | None = None) -> None:
        self._seconds, self._hold_after = seconds, hold_after
        self.reached, self.open = threading.Event(), threading.Event()
        self.server: FaultyServer | None = None

    def __call__(self, stage: str, when: str) -> None:
        time.sleep(self._seconds)
        if self._hold_after is None or self.server is None or (stage, when) != ("dot", "before"):
            return
        if len(self.server.accepted) >= self._hold_after:
            self.reached.set()
            self.open.wait(60)


@contextmanager
def slow_server(slow: Slow, **how: object) -> Iterator[FaultyServer]:
    with FaultyServer(hook=slow, **how) as server:
        slow.server = server
        try:
            yield server
        finally:
            slow.open.set()


def begin(workspace: Workspace, server: FaultyServer, command: str = "send", *more: str):
    """`mailer send … --yes` as a process."""
    arguments = ("--list", "press") if command == "send" else ()
    return start(
        command, RELEASE, *arguments, "--yes", "--max-wait", "0", *more,
        cwd=workspace.root, SMTP_CONNECTIONS="1", **server_of(server),
    )  # fmt: skip


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.02)


@dataclass(frozen=True)
class Shown:
    """What a page says: where it stands, the sentence, each person's state of the spreadsheet."""

    title: str
    sentence: str
    page: str
    states: dict[str, str]


def shown(client: httpx.Client, mailing: int = 1) -> Shown:
    answer = client.get(f"/m/{mailing}")
    assert answer.status_code == 200, answer.text
    title = re.search(r'<h2 id="standing"[^>]*>(.*?)</h2>', answer.text)
    sentence = re.search(r'<p id="sentence">(.*?)</p>', answer.text)
    assert title and sentence, answer.text
    sheet = client.get(f"/m/{mailing}.csv").content.decode("utf-8-sig")
    states = {row["address"]: row["state"] for row in csv.DictReader(StringIO(sheet))}
    return Shown(html.unescape(title[1]), html.unescape(sentence[1]), html.unescape(answer.text), states)
