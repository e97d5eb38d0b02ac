"""What somebody asks of a mailing at its page: of its sender to wait, go on or stop; to take back what waits."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from mailer import pipeline
from mailer.delivery import Ledger, Requests, whoever_we_are
from mailer.delivery.consent.requests import Kind
from mailer.desk.forms import number_in
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.watching.gathering import Seen, look, no_such
from mailer.desk.rooms.watching.wording import people
from mailer.errors import MailerError
from mailer.pipeline.sending import take_back, waiting_for
from mailer.workspace import Workspace
from mailer.workspace.log import write_log

KINDS: dict[str, Kind] = {"pause": "pause", "go-on": "go on", "stop": "stop"}
"""As they stand in an address."""


def ask(office: Office, number: int, asked: str) -> Response:
    """Writes down what is asked of whoever sends. Where nobody sends any more, that is what the page then shows."""
    with office.ledger() as ledger:
        seen = _seen(office, ledger, number)
        assert ledger is not None
        kind = KINDS[asked]
        allowed = seen.standing.may | ({"stop"} if "take back" in seen.standing.may else set())
        if kind in allowed:
            Requests(ledger).ask(number, kind, whoever_we_are())
    return RedirectResponse(f"/m/{number}", 303)


def stop_page(office: Office, pages: Pages, request: HttpRequest) -> Response:
    """Asks once more: what is left stays in the queue."""
    number = int(request.path_params["id"])
    with office.ledger() as ledger:
        seen = _seen(office, ledger, number)
    if "stop" not in seen.standing.may:
        return RedirectResponse(f"/m/{number}", 303)
    return pages.answer(request, "watching/stop.html.j2", seen=seen, id=number, people=people)


def discard_page(
    office: Office, pages: Pages, request: HttpRequest, *, typed: str = "", wrong: str = ""
) -> Response:
    """Shows how many would be taken back, and asks for their number."""
    number = int(request.path_params["id"])
    with office.ledger() as ledger:
        seen = _seen(office, ledger, number)
    if "discard" not in seen.standing.may and not wrong:
        return RedirectResponse(f"/m/{number}", 303)
    status = 422 if wrong else 200
    return pages.answer(
        request, "watching/discard.html.j2", status=status, seen=seen, id=number, typed=typed, wrong=wrong
    )


def discard(office: Office, pages: Pages, request: HttpRequest, typed: str) -> Response:
    """Takes back what waits, if the number is the one that was typed."""
    number = int(request.path_params["id"])
    with office.ledger() as ledger:
        seen = _seen(office, ledger, number)
        assert ledger is not None
        try:
            wrong = _take_back(office.workspace, ledger, seen.head.release, typed)
        except MailerError as error:  # somebody has begun to send it meanwhile
            wrong = f"{error.message} {error.hint}"
    if wrong:
        return discard_page(office, pages, request, typed=typed, wrong=wrong)
    return RedirectResponse(f"/m/{number}", 303)


def _take_back(workspace: Workspace, ledger: Ledger, release: str, typed: str) -> str:
    """Why nothing was taken back; "": it was."""
    with pipeline.holding(ledger, release):
        mailing, waiting = ledger.mailing(release), waiting_for(ledger, release)
        if number_in(typed) != waiting.number:
            return f"The number is {waiting.number:,}. Nothing was taken back."
        log(workspace, "discard", release, recipients=take_back(ledger, mailing, waiting))
    return ""


def log(workspace: Workspace, did: str, release: str, **details: Any) -> None:
    """Who did it. That it can't be written down stops nothing: what was done was done."""
    with suppress(OSError):
        write_log(workspace, whoever_we_are(), did, release, **details)


def _seen(office: Office, ledger: Ledger | None, number: int) -> Seen:
    if ledger is None:
        raise no_such(number)
    return look(office, ledger, number)
