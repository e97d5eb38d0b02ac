"""The office's small door to the net, which an administrator puts behind a proxy: one-click unsubscribing (RFC 8058),
and what providers tell about mail that they took (events/).

A link in a mail is fetched by scanners and previews long before a person sees it. So a GET only ever shows a page
with a button, and nothing but a POST that says what it wants takes somebody off: `List-Unsubscribe=One-Click`, as
mail providers send it (§3.2), or the page's own form. Whose wish it is stands in the link's token, signed with
SECRET_KEY; there are no cookies and no accounts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from traceback import extract_tb
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mailer.desk.serve import listen
from mailer.desk.unsubscribe.connections import Connection, OneLength, Places, most_connections
from mailer.desk.unsubscribe.events import EventsDoor
from mailer.desk.unsubscribe.form import wish_of
from mailer.desk.unsubscribe.pages import Pages
from mailer.desk.unsubscribe.request_limit import RequestLimit
from mailer.desk.unsubscribe.wish_keeper import WishKeeper
from mailer.errors import MailerError, SettingsError, WorkspaceError
from mailer.pipeline.several.suppressions import shared_by
from mailer.press import (
    AddressError,
    Suppressions,
    UnsubscribeTokenError,
    parse_address,
    read_unsubscribe_token,
)
from mailer.settings import Settings
from mailer.workspace import Workspace

REQUESTS = 60
"""Requests a minute from one client, of those that change nothing."""

Say = Callable[[str], None]


def make_unsubscribe_app(
    workspace: Workspace, settings: Settings, *, requests: int = REQUESTS, say: Say = lambda text: None
) -> Starlette:
    """The ASGI app: with SECRET_KEY, `GET` and `POST /u/TOKEN`, and the same under the path of UNSUBSCRIBE_URL; with
    EVENTS_SECRET, `POST /events/PROVIDER/SECRET`.

    Args:
        workspace: whose lists/suppressed.csv takes the addresses, and whose newsroom.md names the sender.
        requests: a minute from one client. A first wish is never turned away: it needs a token of ours,
            and there are only as many as recipients. Nor is an event that is a provider's own.
        say: told a line for each address taken off, and when one could not be.

    Raises:
        SettingsError: both keys are missing, or EVENTS_SECRET can't be used.
        WorkspaceError: there is no lists/, and it can't be made.
        ReleaseError: newsroom.md can't be read. What is odd about suppressed.csv is told, and hinders no wish.
    """
    if not (settings.secret_key or settings.events_secret):
        raise SettingsError(
            "SECRET_KEY is empty: without it, real unsubscribe links can't be told from forged ones.",
            "Put the SECRET_KEY of the sending machine into .env here, too. For events alone, set EVENTS_SECRET.",
        )
    limit = RequestLimit(requests)
    endpoints = _Endpoints(workspace, settings.secret_key, limit, say)
    routes = [Route("/robots.txt", lambda _: PlainTextResponse("User-agent: *\nDisallow: /\n"))]
    if settings.events_secret:
        door = EventsDoor(workspace, settings, limit, endpoints.tell)
        take = partial(endpoints.answered, door.answer)
        routes.append(Route("/events/{provider}/{secret}", take, methods=["POST"]))
    if settings.secret_key:
        paths = dict.fromkeys((urlsplit(settings.unsubscribe_url).path.rstrip("/") or "/u", "/u"))
        routes += [Route(f"{path}/{{token}}", endpoints.answer, methods=["GET", "POST"]) for path in paths]
    handlers = dict.fromkeys((400, 404, 405), endpoints.refused)
    app = Starlette(
        routes=routes,
        exception_handlers=handlers,
        middleware=[Middleware(OneLength)],
        lifespan=endpoints.lifespan,
    )
    app.router.redirect_slashes = False  # a one-click POST is not to be redirected (RFC 8058 §3.1)
    return app


def serve_unsubscribing(
    workspace: Workspace,
    settings: Settings,
    *,
    host: str,
    port: int,
    requests: int,
    proxies: tuple[str, ...],
    ready: Say,
    say: Say,
) -> None:
    """Run the server until Ctrl-C or SIGTERM.

    Args:
        proxies: addresses or networks whose X-Forwarded-For is believed; none by default, as any
            client can write that field.
        ready: told the address, once it answers.

    Raises:
        SettingsError, WorkspaceError: it can't be started.
    """
    app = make_unsubscribe_app(workspace, settings, requests=requests, say=say)
    listener = listen(port, host)
    most = most_connections()
    backlog = min(2048, most // 2)  # also how many are accepted at once, before the first of them is counted
    config = uvicorn.Config(
        app,
        http=partial(Connection, Places(most)),  # type: ignore[arg-type]  # it calls whatever makes one
        ws="none",
        lifespan="on",
        log_level="critical",  # what strangers send is not worth a line each; what matters is said by `say`
        access_log=False,  # a token names a person
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        backlog=backlog,
        timeout_graceful_shutdown=5,
    )
    listener.listen(backlog)  # from now on they wait, and are not refused
    shown = f"[{host}]" if ":" in host else host
    ready(f"http://{shown}:{listener.getsockname()[1]}/{'u/' if settings.secret_key else 'events/'}")
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run([listener])


class _Endpoints:
    """Answers who comes by a link of one-click; without a key, that there is no such page.

    Raises:
        WorkspaceError: there is no lists/, and it can't be made.
    """

    def __init__(self, workspace: Workspace, key: str, limit: RequestLimit, say: Say) -> None:
        self._key, self._limit = key, limit
        if key:
            _make_now(workspace.lists)
        self._suppressions = Suppressions(workspace.suppressed, to_add=True)
        self._keeper = WishKeeper(self._suppressions, say, shared_by(workspace) if key else None)
        self.tell = self._keeper.tell
        if key:
            self._keeper.look()
        self._pages = Pages(workspace)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._keeper.folding():
            yield

    # ---- what is asked -----------------------------------------------------------------------------------

    async def answer(self, request: Request) -> Response:
        return await self.answered(self._unsubscribe if request.method == "POST" else self._ask, request)

    async def answered(self, answer: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        """With the last net, for a fault of ours: nothing is confirmed, and strangers fill no log with tracebacks. Nor
        is the error's text shown: it may hold a token."""
        try:
            return await answer(request)
        except Exception as error:
            place = extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            self.tell(f"A request could not be answered ({what}): this is a bug in mailer, please report it.")
            return self._pages.later(request, HTTPStatus.SERVICE_UNAVAILABLE)

    async def _ask(self, request: Request) -> Response:
        """A page with a button. Whoever fetches it has not unsubscribed."""
        if not self._limit.allows(_client(request)):
            return self._pages.later(request, HTTPStatus.TOO_MANY_REQUESTS)
        address = self._address(request)
        if not address:
            return self._pages.failed(request)
        return self._pages.answer(request, "title", ("ask", "address"), address, button=True)

    async def _unsubscribe(self, request: Request) -> Response:
        """RFC 8058 §3.2, or the page's form. Asked again, it says the same again."""
        address = self._address(request)
        wish = await wish_of(request) if address else ""
        first = wish and address not in self._suppressions
        if not first and not self._limit.allows(_client(request)):
            return self._pages.later(request, HTTPStatus.TOO_MANY_REQUESTS)
        if not wish:
            return self._pages.failed(request, HTTPStatus.BAD_REQUEST if address else HTTPStatus.NOT_FOUND)
        try:
            await self._keeper.keep(address, wish)
        except MailerError as error:
            self._keeper.tell(f"NOT unsubscribed: {address}: {error}")
            return self._pages.later(request, HTTPStatus.SERVICE_UNAVAILABLE)
        return self._pages.answer(request, "done_title", ("done",), address)

    async def refused(self, request: Request, error: Exception) -> Response:
        """No such page, or no such method."""
        if not self._limit.allows(_client(request)):
            return self._pages.later(request, HTTPStatus.TOO_MANY_REQUESTS)
        response = self._pages.failed(request, HTTPStatus(getattr(error, "status_code", 404)))
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    def _address(self, request: Request) -> str:
        """Whose link it is, or "" where it is none of ours."""
        try:
            return parse_address(read_unsubscribe_token(request.path_params["token"], self._key))
        except (AddressError, UnsubscribeTokenError):
            return ""


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _make_now(lists: Path) -> None:
    """Now or never: later a folder that is missing is a drive that has gone."""
    try:
        lists.mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{lists} can't be made: {error.strerror}.") from None
