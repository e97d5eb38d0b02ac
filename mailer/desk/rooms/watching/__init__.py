"""Watch: where a mailing stands, who has it, what came back; pause, go on, stop; the correction of what was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from mailer.delivery import Ledger, Tidings, csv_of
from mailer.delivery.tidings import Person
from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.desk.rooms.watching import asking, correcting
from mailer.desk.rooms.watching.gathering import Seen, look, no_such
from mailer.desk.rooms.watching.history import events_of, unsubscribed
from mailer.desk.rooms.watching.pictures import Line, OverTime, by_place, by_reason, kinds_of, over_time
from mailer.desk.rooms.watching.recall import Recall
from mailer.desk.rooms.watching.table import table_of
from mailer.desk.rooms.watching.wording import day_and_hour, lasting, people


class _MailingId(IntegerConvertor):
    """A mailing's id in an address: no more digits than a ledger can count."""

    regex = "[0-9]{1,18}"


register_url_convertor("mailing", _MailingId())

AT_ONCE = 5_000
"""Up to so many people the report comes with the page; of more, a moment later."""

_NAMED = 20
"""So many of those who answered or complained are named."""


@dataclass(frozen=True, slots=True)
class Report:
    """Pictures, and what came back."""

    over_time: OverTime | None
    places: tuple[Line, ...]
    reasons: tuple[Line, ...]
    answers: list[tuple[Person, float]]
    complaints: list[tuple[Person, float]]
    automatic: int
    unsubscribed: tuple[str, ...] | None


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    room = _Room(office, pages)

    def ask(asked: str) -> Callable[[Request], Response]:
        return lambda request: asking.ask(office, int(request.path_params["id"]), asked)

    async def discard(request: Request) -> Response:
        typed = text_of(await form_of(request), "number")
        return await run_in_threadpool(asking.discard, office, pages, request, typed)

    async def correct(request: Request) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(correcting.begin, office, pages, request, form)

    def stop_page(request: Request) -> Response:
        return asking.stop_page(office, pages, request)

    def discard_page(request: Request) -> Response:
        return asking.discard_page(office, pages, request)

    def correct_page(request: Request) -> Response:
        return correcting.page(office, pages, request)

    return [
        Route("/m/{id:mailing}", room.page),
        Route("/m/{id:mailing}.csv", room.spreadsheet),
        Route("/m/{id:mailing}/now", room.now),
        Route("/m/{id:mailing}/people", room.people),
        Route("/m/{id:mailing}/report", room.report),
        Route("/m/{id:mailing}/stop", stop_page),
        Route("/m/{id:mailing}/discard", discard_page),
        Route("/m/{id:mailing}/discard", discard, methods=["POST"]),
        Route("/m/{id:mailing}/correct", correct_page),
        Route("/m/{id:mailing}/correct", correct, methods=["POST"]),
        *(Route(f"/m/{{id:mailing}}/{name}", ask(name), methods=["POST"]) for name in asking.KINDS),
    ]


class _Room:
    """What is looked at."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages
        self._recall = Recall(office.workspace.ledger)

    def page(self, request: Request) -> Response:
        """All of it."""
        with self._office.ledger() as ledger:
            seen, tidings = self._seen(request, ledger)
            table = table_of(tidings, seen.known, request.query_params)
            report = self._report(ledger, seen, tidings) if seen.known.total <= AT_ONCE else None
        return self._answer(
            request, "page", seen, table=table, report=report, whole=True, events=events_of(seen)
        )

    def now(self, request: Request) -> Response:
        """Where it stands."""
        with self._office.ledger() as ledger:
            seen, _ = self._seen(request, ledger)
        return self._answer(request, "now", seen)

    def people(self, request: Request) -> Response:
        """Who has it."""
        with self._office.ledger() as ledger:
            seen, tidings = self._seen(request, ledger)
            table = table_of(tidings, seen.known, request.query_params)
        return self._answer(request, "people", seen, table=table)

    def report(self, request: Request) -> Response:
        """Pictures, and what came back: a piece of the page, or a page of its own."""
        with self._office.ledger() as ledger:
            seen, tidings = self._seen(request, ledger)
            report = self._report(ledger, seen, tidings)
        piece = "report" if is_piece(request) else "report_page"
        return self._answer(request, piece, seen, report=report)

    def spreadsheet(self, request: Request) -> Response:
        """What became of each, as `mailer send --csv` writes it."""
        with self._office.ledger() as ledger:
            seen, _ = self._seen(request, ledger)
        name = quote(f"{seen.head.release}.csv")
        disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return StreamingResponse(self._lines(seen), media_type="text/csv; charset=utf-8", headers=disposition)

    def _lines(self, seen: Seen) -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"  # else Excel takes it for another encoding
        with self._office.ledger() as ledger:
            if ledger is not None and seen.head.ready:
                for line in csv_of(ledger.recipients(seen.head.release)):
                    yield line.encode()

    def _seen(self, request: Request, ledger: Ledger | None) -> tuple[Seen, Tidings]:
        number = int(request.path_params["id"])
        if ledger is None:
            raise no_such(number)
        return look(self._office, ledger, number, self._recall), Tidings(ledger, number)

    def _report(self, ledger: Ledger | None, seen: Seen, tidings: Tidings) -> Report:
        assert ledger is not None
        accepted = self._recall.of((seen.head.id, "accepted"), tidings.accepted)
        places = self._recall.of((seen.head.id, "places"), tidings.places)
        return Report(
            over_time(seen.known, accepted), by_place(places, kinds_of(seen.known)), by_reason(seen.reasons),
            tidings.answers(_NAMED), tidings.complaints(_NAMED), tidings.automatic(),
            unsubscribed(self._office, ledger, seen),
        )  # fmt: skip

    def _answer(self, request: Request, template: str, seen: Seen, **what: Any) -> Response:
        known = seen.known

        def when(moment: float) -> str:
            return day_and_hour(known.at(moment), known.at(known.now))

        return self._pages.answer(
            request, f"watching/{template}.html.j2", id=seen.head.id, seen=seen, standing=seen.standing, known=known,
            when=when, people=people, lasting=lasting, kinds=kinds_of(known), **what,
        )  # fmt: skip
