"""`mailer work` as a process of its own, and what it tells."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from threading import Thread
from types import TracebackType
from typing import Any, Self

from support.office import RELEASE, Office
from support.terminal import start

SECOND = "short"


class Working:
    """A `mailer work`, as a context manager; at its end it is killed, if it has not ended.

    Args:
        arguments: more than `--log-json`.
        settings: in its environment.

    Attributes:
        news: what it has told so far, a dict for each line.
    """

    def __init__(self, office: Office, *arguments: str, **settings: str) -> None:
        its = office.settings(**settings)
        self.process = start(
            "work", "--log-json", *arguments, cwd=office.workspace.root, stdout=subprocess.DEVNULL, **its
        )
        self.news: list[dict[str, Any]] = []
        self.odd: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            try:
                self.news.append(json.loads(line))
            except ValueError:
                self.odd.append(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def until(self, event: str, release: str = "", seconds: float = 60) -> dict[str, Any]:
        """Waits until something is told, and takes it and all before it out of `news`."""
        end = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None and not self._reader.is_alive()
            for number, news in enumerate(self.news):
                if news["event"] == event and release in ("", news.get("release")):
                    del self.news[: number + 1]
                    return news
            assert time.monotonic() < end and not ended, f"“{event}” was not told: {self.news}{self.odd}"
            time.sleep(0.02)

    def ends(self, number: int = signal.SIGTERM) -> int:
        """Has it end by a signal; its exit code."""
        self.process.send_signal(number)
        return self.code()

    def code(self) -> int:
        code = self.process.wait(60)
        self._reader.join(10)
        assert self.odd == [], "what was told is not all JSON"
        return code


def second_release(office: Office, people: int = 30) -> list[str]:
    """Another release, and whom it is for: the list `second`."""
    office.release(SECOND).write_text(
        "---\nHeadline: Eight harbours\nDate: 23 November 2026\nDateline: Portmellon\n---\n\nEight do.\n",
        "utf-8",
    )
    addresses = [f"reader{number}@example.net" for number in range(people)]
    office.list("second", *(f"{address},,,en," for address in addresses))
    return addresses


def queued(office: Office, release: str = RELEASE, *arguments: str, **settings: str) -> None:
    ran = office.run("send", release, "--queue", "--yes", *arguments, **settings)
    assert ran.code == 0, ran.err
    assert "by a `mailer work`" in ran.err


def slowly(office: Office, seconds: float) -> None:
    """The server thinks about each message for so long."""
    office.server.hook = lambda stage, when: (
        time.sleep(seconds) if (stage, when) == ("dot", "before") else None
    )
