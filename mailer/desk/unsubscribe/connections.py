"""Who may hold a connection, for how long, and with what: so that nobody silences or confuses the server for others.

uvicorn waits for ever for a request to arrive, and turns everybody away while too many connections are open. Here
a request has `PATIENCE` to arrive and an answer to be taken; and when all places are taken, those who have kept
theirs waiting for longest make room, of the client with most of them first. Behind a proxy all are one client's.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from http import HTTPStatus
from itertools import takewhile
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 10.0
"""Seconds for a request to arrive whole, and for its answer to be taken."""
GRACE = 1.0
"""Seconds for which nobody loses their place, however full it is."""
MOST_CONNECTIONS = 4000
RETRY_AFTER = 60
"""Seconds after which those are to come back whom we turn away."""

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: %d\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    % RETRY_AFTER
)


class Connection(H11Protocol):
    """uvicorn's connection, with an end to its patience.

    Args:
        places: shared with all others.
    """

    def __init__(self, places: Places, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._places = places
        self.since = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._wait()
        self._places.make_room(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._places.leave(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # None in uvicorn
        """They have said all they had to say. True = the answer is on its way, and they may still read it."""
        return self.answering

    def on_response_complete(self) -> None:
        self._wait()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """To what is not HTTP; in the middle of a request too, where uvicorn would trip over its own answer."""
        cycle = self.cycle
        if cycle is not None and (cycle.more_body or not cycle.response_complete):
            cycle.disconnected = True  # nobody waits for the application's answer any more
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        super().send_400_response(msg)

    @property
    def host(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def answering(self) -> bool:
        """Whether the client has said everything and takes what we say: what takes long is ours."""
        cycle = self.cycle
        asked = cycle is not None and not cycle.more_body and not cycle.response_complete
        return asked and not self.flow.write_paused

    def cut(self, answer: bytes) -> None:
        """Say a last word where none was begun, and hang up."""
        self._places.leave(self)
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(answer)
        if self.transport.get_write_buffer_size():  # they take nothing
            self.transport.abort()
        else:
            self.transport.close()

    def _wait(self) -> None:
        """For the next request, from now on."""
        if self._timer:
            self._timer.cancel()
        self.since = self.loop.time()
        self._timer = self.loop.call_later(PATIENCE, self._waited)
        self._places.take(self)

    def _waited(self) -> None:
        if self.answering:
            self._wait()
        else:
            self.cut(TOO_SLOW)


class Places:
    """All connections, those that have waited for longest first.

    Args:
        most: of them at a time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: dict[Connection, None] = {}

    def take(self, connection: Connection) -> None:
        """A place at the end."""
        self._taken.pop(connection, None)
        self._taken[connection] = None

    def leave(self, connection: Connection) -> None:
        self._taken.pop(connection, None)

    def make_room(self, newcomer: Connection) -> None:
        """Cuts some at once where there are too many: to look for one each time would take longer than to answer."""
        if len(self._taken) <= self._most:
            return
        late = newcomer.since - GRACE
        idle = [c for c in takewhile(lambda c: c.since < late, self._taken) if not c.answering]
        if not idle:
            newcomer.cut(FULL)
            return
        held = Counter(connection.host for connection in idle)
        idle.sort(key=lambda connection: -held[connection.host])  # else they stay in order
        for connection in idle[: max(1, self._most // 10)]:
            connection.cut(TOO_SLOW)


class OneLength:
    """Refuses a request that says twice how long it is, and hangs up (RFC 9112 §6.1).

    A proxy may believe the other one. What we took for the next request on its connection would then be a part of
    this one's body, and from then on everybody would get the answer meant for somebody else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = {name.lower() for name, _ in scope.get("headers", ())}
        if {b"transfer-encoding", b"content-length"} <= named:
            response = PlainTextResponse("Two lengths.", HTTPStatus.BAD_REQUEST, {"Connection": "close"})
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def most_connections() -> int:
    """How many connections this process can hold: each is an open file, of which the system allows so many."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS // 2
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        allowed = wanted
    return MOST_CONNECTIONS if allowed == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, allowed // 2)
