"""The desk's server: Starlette, on this computer only. Its pages are the rooms' (`rooms/`); who may ask at all is
`guard.py`'s business, and what goes wrong `trouble.py`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mailer.desk.office import Office
from mailer.desk.pages import Pages, Static, static_digest
from mailer.desk.rooms import ROOMS
from mailer.desk.trouble import Steady, Trouble
from mailer.errors import MailerError


def make_app(
    office: Office,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    *,
    debug: bool = False,
) -> ASGIApp:
    """The desk over an office.

    Args:
        lifespan: Starlette's, for whoever watches files, ledger and mailbox.
        debug: what an endpoint raises is shown with its traceback in the terminal.
    """
    pages = Pages(office)
    trouble = Trouble(pages)

    async def events(request: Request) -> Response:
        if request.method == "HEAD":  # a tab asks whether we are there; a stream would never end
            return Response()
        others_later.begin()  # a page stands, and is waited for no more
        return StreamingResponse(office.changes.stream(), media_type="text/event-stream")

    first, *others = ROOMS
    beside = [Route("/events", events), Mount(f"/static/{static_digest()}", Static())]
    others_later = _Others(lambda: [route for room in others for route in room(office, pages)])
    app = Starlette(
        routes=[*first(office, pages), *beside, others_later],
        exception_handlers={HTTPException: trouble, MailerError: trouble},
        middleware=[Middleware(Steady, office=office, trouble=trouble, debug=debug)],
        lifespan=lifespan,
    )
    others_later.router = app.router
    return app


class _Others(Mount):
    """The routes of all rooms but the first: they are imported once a page stands, or when somebody asks for one."""

    def __init__(self, routes: Callable[[], list[BaseRoute]]) -> None:
        super().__init__("", app=self._answer)
        self._make_routes, self._lock = routes, asyncio.Lock()
        self.router: Router
        self._begun: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Imports them, beside whatever else is going on."""
        self._begun = self._begun or asyncio.create_task(self._load())

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._load()
        await self.router(scope, receive, send)

    async def _load(self) -> None:
        async with self._lock:
            if self in self.router.routes:
                made = await asyncio.to_thread(self._make_routes)
                self.router.routes[self.router.routes.index(self) :] = made
