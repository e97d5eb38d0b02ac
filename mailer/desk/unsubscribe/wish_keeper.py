"""Keeps wishes that come many at once: whoever waits shares one write to the disk with all the others who do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from mailer.errors import MailerError
from mailer.press import Suppression, Suppressions
from mailer.press.suppressions.elsewhere import Shared
from mailer.visible import visible

FOLD_EVERY = 5.0
"""Seconds between two foldings of wishes into suppressed.csv. They hold before; every one makes senders read it."""


class WishKeeper:
    """Takes wishes, and moves them into suppressed.csv in its own time.

    Args:
        say: told a line for each address taken off, and when one could not be.
        shared: tells other computers of the office; None: there are none.
    """

    def __init__(
        self, suppressions: Suppressions, say: Callable[[str], None], shared: Shared | None = None
    ) -> None:
        self._suppressions, self._shared = suppressions, shared
        self._untold: list[Suppression] = []
        self._say = say
        self._asked: list[tuple[str, str, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._trouble = self._away = ""

    async def keep(self, address: str, source: str) -> None:
        """Returns when the wish is on the disk, and other computers have been told, where they can be. While they
        can't, nobody is kept waiting for that: it holds here, and they are told as soon as they can be.

        Raises:
            ListError: it could not be written.
        """
        written = asyncio.get_running_loop().create_future()
        self._asked.append((address, source, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        """One write for all who have asked by now; meanwhile others ask."""
        try:
            while self._asked:
                batch, self._asked = self._asked, []
                wishes = [(address, source) for address, source, _ in batch]
                try:
                    new = await asyncio.to_thread(self._suppressions.note, wishes)
                except Exception as error:  # whatever it is: nobody is left waiting
                    for _, _, written in batch:
                        if not written.done():
                            written.set_exception(error)
                    continue
                if self._shared:
                    told = [Suppression(address, "unsubscribed", source=source) for address, source in wishes]
                    self._untold += told
                    if len(self._untold) == len(told):
                        await asyncio.to_thread(self._tell_others)
                for (address, source, written), is_new in zip(batch, new, strict=True):
                    if not written.done():  # cancelled: they have gone
                        written.set_result(None)
                    if is_new:
                        self.tell(f"unsubscribed: {address} ({source})")
        finally:
            self._writing = None

    @asynccontextmanager
    async def folding(self) -> AsyncIterator[None]:
        """While this lasts, wishes are moved into suppressed.csv every few seconds; once more at its end."""
        ended = asyncio.Event()
        folding = asyncio.create_task(self._fold_until(ended))
        try:
            yield
        finally:
            ended.set()
            await folding

    async def _fold_until(self, ended: asyncio.Event) -> None:
        while True:
            over = ended.is_set()
            if self._suppressions.noted:
                await asyncio.to_thread(self._fold)
            if self._untold:
                await asyncio.to_thread(self._tell_others)
            if over:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), FOLD_EVERY)

    def _fold(self) -> None:
        try:
            self._suppressions.fold()
            self._trouble = ""
        except Exception as error:  # whatever it is: it is tried again, and nobody's wish depends on it
            if str(error) != self._trouble:  # said once, not every few seconds
                self._trouble = str(error)
                self.tell(f"{error}. Nobody who asked is mailed; they are added to the file later.")

    def _tell_others(self) -> None:
        assert self._shared is not None
        telling = list(self._untold)
        try:
            self._shared.added(telling)
            del self._untold[: len(telling)]
            self._away = ""
        except Exception as error:  # whatever it is: it is tried again
            if str(error) != self._away:
                self._away = str(error)
                self.tell(f"{error} It is tried again every {FOLD_EVERY:.0f} s.")

    def look(self) -> None:
        """Says at once what will keep wishes out of suppressed.csv."""
        try:
            self._suppressions.refresh()
        except MailerError as error:
            self._trouble = str(error)
            self.tell(f"{error}. Meanwhile, opt-outs are kept safe and are respected.")

    def tell(self, text: str) -> None:
        """A line for the administrator. That nobody reads them any more is no reason to fail."""
        with suppress(OSError, ValueError):
            self._say(visible(text))
