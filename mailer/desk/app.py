"""The page's server: Starlette, on this computer only.

What a mail holds is foreign even here: it is shown in a sandboxed iframe without scripts, under a policy that
loads nothing from anywhere. (`allow-same-origin` without `allow-scripts` lets the page keep the frame's scroll
position, and lets the mail do nothing; `allow-popups` lets a person follow a link, into a tab of its own.)
Who may ask at all is `guard.py`'s business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from mailer.desk.message_view import Scheme, as_shown
from mailer.desk.shelf import Asked, Scene, Shelf

HERE = Path(__file__).parent

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox {SANDBOX}; frame-ancestors 'self'"
)

KEEP_ALIVE = 15.0
"""Seconds between comments on the event stream, so that a closed page is noticed."""


class Changes:
    """A counter that pages wait on: it grows when a file is saved."""

    def __init__(self) -> None:
        self.number = 0
        self._waiting: set[asyncio.Event] = set()

    def bump(self) -> None:
        self.number += 1
        for event in self._waiting:
            event.set()

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events: the counter, at once and whenever it grows."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while True:
                yield f"data: {self.number}\n\n"
                event.clear()
                while not event.is_set():
                    try:
                        await asyncio.wait_for(event.wait(), KEEP_ALIVE)
                    except TimeoutError:
                        yield ": still here\n\n"
        finally:
            self._waiting.discard(event)


def make_app(
    shelf: Shelf,
    changes: Changes,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> ASGIApp:
    """The page over a shelf.

    Args:
        changes: bumped by whoever watches the files.
        lifespan: Starlette's, for the watcher.
    """
    desk = _Desk(shelf, changes)
    routes = [
        Route("/", desk.page),
        Route("/scene", desk.scene),
        Route("/mail", desk.mail),
        Route("/entries", desk.entries),
        Route("/recipients", desk.recipients),
        Route("/events", desk.events),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class _Desk:
    """The endpoints. Shelves read files and ledgers, so they work in a thread."""

    def __init__(self, shelf: Shelf, changes: Changes) -> None:
        self._shelf, self._changes = shelf, changes
        self._pages = Environment(
            loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined
        )

    async def page(self, request: Request) -> Response:
        entries = await run_in_threadpool(self._shelf.entries)
        key = request.query_params.get("show") or (entries[0].key if entries else "")
        page = self._pages.get_template("desk.html.j2")
        html = page.render(shelf=self._shelf, entries=entries, key=key, sandbox=SANDBOX)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY})

    async def _scene(self, request: Request) -> Scene:
        asked = request.query_params
        wanted = Asked(*(asked.get(name, "") for name in ("show", "edition", "for", "theme")))
        try:
            return await run_in_threadpool(self._shelf.scene, wanted)
        except Exception as error:  # a defect of ours: the page says so, and goes on with the next save
            what = f"Something went wrong inside mailer ({type(error).__name__}: {error})."
            return Scene(faults=(("", what, "This is a bug in mailer. `mailer --debug render` shows more."),))

    async def scene(self, request: Request) -> Response:
        """What is shown, but for the mail itself, which only ever stands in its own frame."""
        found = await self._scene(request)
        data = asdict(found)
        if found.view:
            data["view"].pop("html")
        data["findings"] = [asdict(f) | {"where": str(f.where or "")} for f in found.findings]
        return JSONResponse(data)

    async def mail(self, request: Request) -> Response:
        view = (await self._scene(request)).view
        scheme: Scheme = "dark" if request.query_params.get("scheme") == "dark" else "light"
        return HTMLResponse(
            as_shown(view.html if view else "", scheme), headers={"Content-Security-Policy": MAIL_POLICY}
        )

    async def entries(self, _: Request) -> Response:
        return JSONResponse([asdict(entry) for entry in await run_in_threadpool(self._shelf.entries)])

    async def recipients(self, request: Request) -> Response:
        asked = request.query_params
        found = await run_in_threadpool(self._shelf.recipients, asked.get("show", ""), asked.get("q", ""))
        return JSONResponse([{"address": address, "label": label} for address, label in found])

    async def events(self, _: Request) -> Response:
        return StreamingResponse(self._changes.stream(), media_type="text/event-stream")
