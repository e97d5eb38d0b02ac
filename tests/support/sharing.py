"""Two processes that share a run, met in the middle of it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from mailer.delivery.held import GROUP
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import addresses

_PATIENCE = 30.0


class Halfway:
    """A hook of the server, for a mailing of three groups: once both processes have sent something, `do` is done while
    no message is answered.

    Attributes:
        to_come: whom nobody can have begun by then, of each group that a process has in hand.
        done: it was done.
    """

    def __init__(self, server: FaultyServer, do: Callable[[list[str]], object], connections: int = 4) -> None:
        self._server, self._do, self._connections = server, do, connections
        self._lock = threading.Lock()
        self.to_come: list[str] = []
        self.done = False

    def __call__(self, stage: str, when: str) -> None:
        if (stage, when) != ("dot", "before"):
            return
        until = time.monotonic() + _PATIENCE
        while self._server.most_at_once < 3 and time.monotonic() < until:
            time.sleep(0.01)  # two connections are the first process's own
        time.sleep(0.005)
        with self._lock:
            if not self.done and len({self._group(address) for address, _ in self._server.accepted}) == 2:
                self.to_come = self._not_begun()
                self._do(self.to_come)
                self.done = True

    def _group(self, address: str) -> int:
        return (int(re.sub(r"\D", "", address)) - 1) // GROUP

    def _not_begun(self) -> list[str]:
        """Each group is worked off in its order, by one process; a few may be under way of which the server has not
        heard."""
        begun = [line[9:-1] for line in list(self._server.commands) if line.startswith("RCPT TO:<")]
        left = []
        for group in (0, 1):
            far = max(int(re.sub(r"\D", "", address)) for address in begun if self._group(address) == group)
            left += addresses((group + 1) * GROUP)[far + self._connections :]
        assert {self._group(address) for address in left} == {0, 1}, "both have some to come"
        return left
