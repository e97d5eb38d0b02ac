"""How a page is answered: its template, filled; the policy under which the browser shows it; where its files stand.

Every page has a nonce of its own. Scripts come from our own files alone, and htmx heeds no attribute of an element that
does not carry the nonce (`hx-nonce`, which hx-csp holds it to): markup that somebody smuggled into a page does nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mailer.desk.office import Office

HERE = Path(__file__).parent
STATIC = HERE / "static"

FOREVER = "private, max-age=31536000, immutable"
"""How long a browser keeps a file whose address holds the digest of its content."""


def page_policy(nonce: str) -> str:
    """Content-Security-Policy of every page: nothing from elsewhere, no script but ours, no string made a script. The
    editor's one style element carries the nonce."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
        " img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"
    )


@cache
def static_digest() -> str:
    """Of all static files: it stands in their addresses, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def static_url(name: str) -> str:
    return f"/static/{static_digest()}/{name}"


@cache
def language_name(tag: str) -> str:
    """What a language (BCP 47) is called in English; the tag itself, where nobody has a name for it."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError):
        return tag


def day(of: date | str) -> str:
    """A day as all tables of the desk have it: 14 Sep 2026. Text that is no day (YYYY-MM-DD) stays as it is."""
    try:
        on = date.fromisoformat(of) if isinstance(of, str) else of
    except ValueError:
        return str(of)
    return f"{on.day} {on:%b %Y}"


def is_piece(request: Request) -> bool:
    """Whether htmx asks, for a piece of a page, and not a person for all of it."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


class Static(StaticFiles):
    """The static files, to be kept by the browser."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = FOREVER
        return answer


@cache
def templates() -> Environment:
    """What the pages are made of: compiled once in a process."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=static_url)
    environment.filters.update(language=language_name, day=day)
    return environment


class Pages:
    """The templates of all rooms, each with what the frame around it shows."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def answer(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **what: Any,
    ) -> HTMLResponse:
        """A page, or a piece of one where htmx asks for it.

        Args:
            template: below `pages/`. A whole page extends `frame.html.j2`; a piece does not.
            what: the template's variables. Beside them it has `nonce`, `office`, `path`, `static(name)`, and
                `counters`: what had changed when it was asked for.
        """
        nonce = secrets.token_urlsafe(16)
        counters = getattr(request.state, "counters", None) or self._office.changes.known()
        html = (
            templates()
            .get_template(template)
            .render(
                nonce=nonce,
                office=self._office,
                path=quote(request.scope["path"]),
                counters=json.dumps(counters),
                **what,
            )
        )
        policy = {"Content-Security-Policy": page_policy(nonce)}
        return HTMLResponse(html, status, policy | (headers or {}))
