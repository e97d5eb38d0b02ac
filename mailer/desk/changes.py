"""What has changed since a page was made: counters that a browser hears of, by one stream for all its tabs."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Literal

from mailer.workspace.ledger_place import Stamp, is_fresh

Subject = Literal["files", "ledger", "mailbox"]

KEEP_ALIVE = 15.0
"""Seconds between comments on the event stream, so that a closed page is noticed."""


async def watch(look: Callable[[], Stamp], changed: Callable[[], None], pause: float) -> None:
    """Calls `changed` whenever a look at some files shows that they have, for as long as it runs.

    Args:
        pause: seconds between looks.
    """
    before = look()
    while True:
        await asyncio.sleep(pause)
        now = look()
        if before != now:
            changed()
        before = () if is_fresh(now) else now


class Changes:
    """A counter for each subject; it grows when something of it has changed.

    Attributes:
        counters: by subject. A page that knows a smaller number is out of date.
        run: of this desk: whoever knows counters of another one knows nothing.
        heard: how many streams there are.
    """

    def __init__(self) -> None:
        self.counters: dict[Subject, int] = {"files": 0, "ledger": 0, "mailbox": 0}
        self.run = secrets.token_hex(8)
        self._waiting: set[asyncio.Event] = set()
        self._ended = False

    @property
    def heard(self) -> int:
        return len(self._waiting)

    def known(self) -> Mapping[str, int | str]:
        """What a page that is made now knows."""
        return {"run": self.run, **{str(subject): number for subject, number in self.counters.items()}}

    def bump(self, subject: Subject = "files") -> None:
        self.counters[subject] += 1
        self._tell()

    def end(self) -> None:
        """The desk stops: no stream keeps it."""
        self._ended = True
        self._tell()

    def _tell(self) -> None:
        for event in self._waiting:
            event.set()

    async def stream(self) -> AsyncGenerator[str, None]:
        """Server-sent events: all counters, at once and whenever one grows."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not self._ended:
                event.clear()  # before it is told: what changes while this is on its way is told next
                yield f"data: {json.dumps(self.known())}\n\n"
                while not event.is_set():
                    try:
                        await asyncio.wait_for(event.wait(), KEEP_ALIVE)
                    except TimeoutError:
                        yield ": still here\n\n"
        finally:
            self._waiting.discard(event)
