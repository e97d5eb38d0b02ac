"""Who may ask the page for anything: the browser that its own person opened it with, and nobody else.

Every web site that a person visits can make their browser send requests to 127.0.0.1, and every other account of
the computer can send its own. So each request, also one that only reads, must

- name the host that we listen on: no web site reaches us by a name of its own that leads here (DNS rebinding);
- come from a program of the same account, where the system tells (`account.py`);
- not come from another site, as browsers say in Sec-Fetch-Site (Fetch Metadata) and Origin (RFC 6454 §7);
- hold the key of this run. It stands in the address that is opened, is exchanged at once for a cookie that no
  other site's request carries (SameSite=Strict) and no script can read (HttpOnly), and works for one browser only:
  whoever reads it later in a history or a list of processes has nothing.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from hashlib import sha256
from hmac import compare_digest
from html import escape
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.desk.account import is_ours

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
"""On every answer that says nothing else: what keeps it here.
(Under `no-referrer` a browser would post our own forms with `Origin: null`.)"""

KEY = "key"
"""Of the query of the address that is opened."""

_READING = ("GET", "HEAD")
"""Methods that change nothing. For all others a browser names the origin of its page (RFC 6454 §7.3)."""

LARGEST = 80_000_000
"""Octets of what is posted, whatever for; each form has less (`forms.py`)."""
_READ_AWAY = 1_000_000_000
"""Octets of what is too large that are read all the same: a browser shows no answer while it is still posting."""

_DAY = 86_400
_STYLE = (
    ":root { color-scheme: light dark; --page: #e8ecee; --ink: #182024 }"
    " @media (prefers-color-scheme: dark) { :root { --page: #0d1113; --ink: #e7ebed } }"
    " body { font: 17px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 15vh auto; padding: 0 1.5rem;"
    " background: var(--page); color: var(--ink) } h1 { font-size: 1.45rem; line-height: 1.25 }"
)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not for this window · mailer</title><link rel="icon" href="data:,"><style>{}</style></head>
<body><main><h1>Not for this window</h1><p>{}</p></main></body></html>
"""
_POLICY = (
    "default-src 'none'; img-src data:; frame-ancestors 'none'; style-src"
    f" 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
)
_STRANGER = (
    "Only the person who started this page can see it. Open the address that mailer printed in the terminal."
)
_SITE = "Other sites can't open this page. Paste its address into the browser’s address bar."
_USED = (
    "This address has already been opened, in another browser or by somebody else on this computer. "
    "Stop mailer with Ctrl-C and start it again: it prints a new address."
)


def _refused(why: str, status: int = 403) -> Response:
    return HTMLResponse(_PAGE.format(_STYLE, escape(why)), status, {"Content-Security-Policy": _POLICY})


class _Body:
    """What a request brings, as the app reads it: never more than `LARGEST`.

    Raises:
        HTTPException: 413, where the app reads on.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive, self._taken, self._over = receive, 0, False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._over = not message.get("more_body", False)
        if self._taken > LARGEST:
            raise HTTPException(413, f"This is larger than {LARGEST // 1_000_000} MB.")
        return message

    async def read_away(self) -> None:
        """The rest of what is too large, into nothing."""
        while not self._over and self._taken < _READ_AWAY:
            message = await self._receive()
            self._taken += len(message.get("body", b""))
            self._over = not message.get("more_body", False)


class Guard:
    """The app for one browser; everybody else is refused before the app hears of them.

    Args:
        app: what is guarded.
        port: the one of 127.0.0.1 that we listen on.

    Attributes:
        opening: the query with which the page is opened: `key=…`.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._port = app, port
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        # Cookies are one host's, whatever its port: two pages of two runs need two names.
        self._cookie = f"mailer-{port}"
        self._key, self._session = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._opened = False
        self.opening = urlencode({KEY: self._key})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # "lifespan"; and web sockets, of which the app has none
            await self._app(scope, receive, send)
            return

        body = _Body(receive)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 413:
                    await body.read_away()
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, body, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        """What is answered instead of the app; None: it may answer."""
        headers = request.headers
        if headers.get("host", "").lower() not in self._hosts:
            return _refused("This page is not served under that host name.", 421)
        if not is_ours(request.client, self._port):
            return _refused(_STRANGER)
        # Browsers since 2023 say where a request comes from; "none" is a person who typed or opened the address.
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return _refused(_SITE)
        if "origin" in headers and headers["origin"].lower() not in self._origins:
            return _refused(_SITE)
        if request.method not in _READING and not (
            "origin" in headers and headers.get("sec-fetch-site") == "same-origin"
        ):
            return _refused(_SITE)
        known = compare_digest(request.cookies.get(self._cookie, "").encode(), self._session.encode())
        if request.method == "GET" and KEY in request.query_params:
            return self._exchange(request, known)
        return None if known else _refused(_STRANGER)

    def _exchange(self, request: Request, known: bool) -> Response:
        """A cookie for the key, and the same address without it."""
        right = compare_digest(request.query_params[KEY].encode(), self._key.encode())
        if not known and (not right or self._opened):
            return _refused(_USED if right else _STRANGER)
        rest = urlencode([(name, value) for name, value in parse_qsl(request.url.query) if name != KEY])
        path = quote("/" + request.scope["path"].lstrip("/"))  # "//" would be another host's
        answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
        if not known:
            self._opened = True
            answer.set_cookie(
                self._cookie, self._session, max_age=_DAY, httponly=True, samesite="strict", path="/"
            )
        return answer
