"""What whoever has started us wants to know: systemd's sd_notify(3), a datagram each, without its library."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

_STATUS_EVERY = 5.0
"""Seconds between two looks at what is to be said of how it goes."""


_PATIENCE = 1.0
"""Seconds for which somebody who is slow to hear is waited for."""


class Supervisor:
    """
    Args:
        environ: where it says whether it wants to know: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
        status: how it goes, in a few words.
    """

    def __init__(self, environ: Mapping[str, str], status: Callable[[], str]) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._every = _watchdog(environ)
        self._status, self._said, self._stopping = status, "", False
        self._status_at = self._alive_at = float("-inf")

    def ready(self) -> None:
        """It has begun to work."""
        self._say(f"READY=1\nSTATUS={self._now()}")

    def beat(self) -> None:
        """It goes on: said as often as the watchdog wants to hear it, and called much more often."""
        now = time.monotonic()
        if self._every and now - self._alive_at > self._every:
            self._alive_at = now
            self._say("WATCHDOG=1")
        if now - self._status_at > _STATUS_EVERY:
            self._status_at = now
            said = self._said
            if self._now() != said:
                self._say(f"STATUS={self._said}")

    def stopping(self) -> None:
        """It is about to end, once what is in flight is finished. Said once."""
        if self._stopping:
            return
        self._stopping = True
        self._say("STOPPING=1\nSTATUS=Finishing what is in flight")

    def _now(self) -> str:
        self._said = " ".join(self._status().split())
        return self._said

    def _say(self, state: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.settimeout(_PATIENCE)
            speaker.sendto(state.encode(), self._address)


def _address(name: str) -> str:
    """A path, or with an @ in front a name without a file (unix(7): an abstract socket); "": nobody wants to know."""
    if not hasattr(socket, "AF_UNIX") or name[:1] not in ("/", "@") or len(name) < 2:
        return ""
    return f"\0{name[1:]}" if name.startswith("@") else name


def _watchdog(environ: Mapping[str, str]) -> float:
    """Seconds between two signs of life: a third of what the watchdog allows. 0: there is none, or it is another
    process's."""
    usec, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not usec.isdecimal() or pid not in ("", str(os.getpid())):
        return 0.0
    return int(usec) / 3_000_000
