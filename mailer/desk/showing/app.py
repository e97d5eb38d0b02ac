"""The page over a folder of messages: Starlette, on this computer only. Who may ask at all is `guard.py`'s business."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from mailer.desk.pages import Static, static_digest, templates
from mailer.desk.showing.folder_shelf import FolderShelf
from mailer.desk.showing.mail_frame import SANDBOX, mail_answer
from mailer.desk.showing.shelf import Scene

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_app(
    shelf: FolderShelf, lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None
) -> ASGIApp:
    """The page over a folder's messages.

    Args:
        lifespan: Starlette's, for whoever opens the browser.
    """
    page = _Page(shelf)
    routes = [
        Route("/", page.whole),
        Route("/scene", page.scene),
        Route("/mail", page.mail),
        Mount(f"/static/{static_digest()}", Static()),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class _Page:
    """The endpoints. They read files, so they work in a thread."""

    def __init__(self, shelf: FolderShelf) -> None:
        self._shelf = shelf

    async def whole(self, request: Request) -> Response:
        entries = await run_in_threadpool(self._shelf.entries)
        key = request.query_params.get("show") or (entries[0].key if entries else "")
        page = templates().get_template("showing/folder.html.j2")
        html = page.render(shelf=self._shelf, entries=entries, key=key, sandbox=SANDBOX)
        return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY})

    async def _scene(self, request: Request) -> Scene:
        try:
            return await run_in_threadpool(self._shelf.scene, request.query_params.get("show", ""))
        except Exception as error:  # a defect of ours: the page says so, and shows the others
            what = f"Something went wrong inside mailer ({type(error).__name__}: {error})."
            return Scene(faults=(("", what, "This is a bug in mailer. `mailer --debug` shows more."),))

    async def scene(self, request: Request) -> Response:
        """What is shown, but for the mail itself, which only ever stands in its own frame."""
        data = asdict(await self._scene(request))
        if data["view"]:
            data["view"].pop("html")
        return JSONResponse(data)

    async def mail(self, request: Request) -> Response:
        view = (await self._scene(request)).view
        return mail_answer(request, view.html if view else "")
