"""What went wrong, as a page: what a person can mend with what to do about it, a defect of ours as such.

A defect is a line in `.mailer/log` and never a traceback in the terminal of somebody who can do nothing with it;
`mailer --debug desk` shows it.
"""

from __future__ import annotations

import traceback
from contextlib import suppress
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.errors import MailerError, WorkspaceError
from mailer.workspace.log import write_log

_SAID = {
    404: ("There is nothing at this address.", "Choose a place at the side."),
    405: ("Nothing can be done at this address that way.", "Choose a place at the side."),
    400: ("This can’t be read.", "Go back, and try it again."),
}
"""Of statuses for which nobody has found better words."""

Fault = tuple[str, str, str]
"""Where, what, and what to do about it."""


class Trouble:
    """Answers what was raised."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def __call__(self, request: Request, error: Exception) -> Response:
        """The page; where htmx has asked for a piece of one, that piece."""
        faults, status = _told(error)
        piece = is_piece(request) and request.headers.get("hx-request-type") != "full"
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        template = "trouble_piece.html.j2" if piece else "trouble.html.j2"
        return self._pages.answer(request, template, status=status, headers=headers, faults=faults)


def _told(error: Exception) -> tuple[tuple[Fault, ...], int]:
    if isinstance(error, HTTPException):
        status = error.status_code
        plain = error.detail == HTTPStatus(status).phrase and status in _SAID
        return (("", *_SAID[status]) if plain else ("", error.detail, ""),), status
    if isinstance(error, MailerError):
        from mailer.desk.showing.shelf import faults_of

        return faults_of(error), 404 if isinstance(error, WorkspaceError) else 422
    if isinstance(error, OSError) and error.filename is not None:
        said = f"{error.filename} can’t be used: {error.strerror}."
        return (("", said, "Make room on the disk, or see who may use it, and try again."),), 500
    what = f"Something went wrong inside mailer ({type(error).__name__}: {error})."
    return (("", what, "This is a bug in mailer. Nothing else is affected by it."),), 500


class Steady:
    """Nothing that an endpoint raises gets past here: the person at the page is told, and a line is logged.

    Args:
        app: whose endpoints may raise.
        debug: shows its traceback in the terminal. Raised again, it would have the server hang up on whatever is asked
            next.
    """

    def __init__(self, app: ASGIApp, office: Office, trouble: Trouble, debug: bool) -> None:
        self._app, self._office, self._trouble, self._debug = app, office, trouble, debug

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        # What a page was made of, before it is: what changes while it is made is news to it.
        scope.setdefault("state", {})["counters"] = self._office.changes.known()

        async def send_on(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception as error:
            self._log(scope["path"], error)
            if not begun:
                await self._trouble(Request(scope), error)(scope, receive, send)
            if self._debug:
                traceback.print_exc()

    def _log(self, path: str, error: Exception) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename.rpartition('mailer/')[2]}:{frame.lineno}"
        with suppress(OSError):
            write_log(
                self._office.workspace,
                "desk",
                "failed",
                page=path,
                error=f"{type(error).__name__}: {error}",
                where=where,
            )
