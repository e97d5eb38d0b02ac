"""Who may ask the page for anything: the browser that its own person opened it with, and nobody else.

Every web site that a person visits can make their browser send requests to 127.0.0.1, and every other account of
the computer can send its own. So each request, also one that only reads, must

- name the host that we listen on: no web site reaches us by a name of its own that leads here (DNS rebinding);
- not come from another site, as browsers say in Sec-Fetch-Site (Fetch Metadata) and Origin (RFC 6454 §7);
- hold the key of this run. It stands in the address that is opened, is exchanged at once for a cookie that no
  other site's request carries (SameSite=Strict) and no script can read (HttpOnly), and works for one browser only:
  whoever reads it later in a history or a list of processes has nothing.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
"""On every answer: what keeps it here."""

KEY = "key"
"""Of the query of the address that is opened."""

_DAY = 86_400
_PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>mailer</title>
<style>:root {{ color-scheme: light dark }} h1 {{ font-size: 1.25rem }}
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 15vh auto; padding: 0 1.5rem }}</style>
<h1>Not for this window</h1><p>{}</p></html>
"""
_STRANGER = (
    "Only the person who started this page can see it. Open the address that mailer printed in the terminal."
)
_SITE = "Other sites can't open this page. Paste its address into the browser’s address bar."
_USED = (
    "This address has already been opened, in another browser or by somebody else on this computer. "
    "Stop mailer with Ctrl-C and start it again: it prints a new address."
)


def _refused(why: str, status: int = 403) -> Response:
    policy = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    }
    return HTMLResponse(_PAGE.format(escape(why)), status, policy)


class Guard:
    """The app for one browser; everybody else is refused before the app hears of them.

    Args:
        app: what is guarded.
        port: the one of 127.0.0.1 that we listen on.

    Attributes:
        opening: the query with which the page is opened: `key=…`.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
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

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        """What is answered instead of the app; None: it may answer."""
        headers = request.headers
        if headers.get("host", "").lower() not in self._hosts:
            return _refused("This page is not served under that host name.", 421)
        # Browsers since 2023 say where a request comes from; "none" is a person who typed or opened the address.
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return _refused(_SITE)
        if "origin" in headers and headers["origin"].lower() not in self._origins:
            return _refused(_SITE)
        known = compare_digest(request.cookies.get(self._cookie, "").encode(), self._session.encode())
        if request.method == "GET" and request.scope["path"] == "/" and KEY in request.query_params:
            return self._exchange(request, known)
        return None if known else _refused(_STRANGER)

    def _exchange(self, request: Request, known: bool) -> Response:
        """A cookie for the key, and the same address without it."""
        right = compare_digest(request.query_params[KEY].encode(), self._key.encode())
        if not known and (not right or self._opened):
            return _refused(_USED if right else _STRANGER)
        rest = urlencode([(name, value) for name, value in parse_qsl(request.url.query) if name != KEY])
        answer = RedirectResponse(f"/?{rest}" if rest else "/", 303)
        if not known:
            self._opened = True
            answer.set_cookie(
                self._cookie, self._session, max_age=_DAY, httponly=True, samesite="strict", path="/"
            )
        return answer
