"""What is due leaves while the desk runs, as by `mailer post`.

Each release has a process of its own, which looks for itself whether it is due: two desks, or a desk and a timer, send
nothing twice. What is late is for a person: it is shown.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from contextlib import suppress

from mailer.delivery import Ledger
from mailer.desk import processes
from mailer.desk.office import Office
from mailer.errors import MailerError
from mailer.pipeline.planned import When, is_being_sent, left_to_workers, planned

LOOK = 5.0
"""Seconds between two looks."""

_AGAIN = 60.0
"""Seconds until what could not begin, as its server did not answer, is tried again."""


async def send_what_is_due(office: Office) -> None:
    """For as long as the desk runs."""
    due = _Due(office)
    while True:
        with suppress(MailerError, OSError):  # the pages tell what is wrong with the ledger
            await asyncio.to_thread(due.look)
        await asyncio.sleep(LOOK)


class _Due:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._tried: dict[str, float] = {}

    def look(self) -> None:
        """Starts what is due and not at work.

        Raises:
            MailerError: the ledger can't be read.
            OSError: nothing can be started.
        """
        self._running = {name: each for name, each in self._running.items() if each.poll() is None}
        if not self._office.workspace.has_ledger():
            return
        with Ledger(self._office.workspace.ledger) as ledger:
            due = [
                (each.mailing.release, each.mailing.id)
                for each in planned(ledger, time.time())
                if each.when is When.DUE
                and not left_to_workers(ledger, each)
                and not is_being_sent(ledger, each)
            ]
        for name, mailing in due:
            now = time.monotonic()
            if name not in self._running and now - self._tried.get(name, -_AGAIN) >= _AGAIN:
                self._tried[name] = now
                self._running[name] = processes.begin(
                    self._office, "post", "--", name, heard=f"post-{mailing}"
                )
