"""Releases: what there is, where each stands, and how another one begins: with a headline, or with a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.desk.rooms.releases.beginning import Beginning
from mailer.desk.rooms.releases.bringing import Bringing
from mailer.desk.rooms.releases.first_steps import first_steps
from mailer.desk.rooms.releases.listing import Listed, Listing, mailings_of, matching
from mailer.desk.rooms.releases.states import State, Verdicts, from_ledger
from mailer.errors import WorkspaceError

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Mailing

SHOWN = 50
"""Releases of a page of the list."""


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    room = _Room(office, pages)
    beginning, bringing = Beginning(office, pages), Bringing(office, pages)
    return [
        Route("/", room.page),
        Route("/checked/{name}", room.checked),
        Route("/new", beginning.page, methods=["GET"]),
        Route("/new", beginning.begin, methods=["POST"]),
        Route("/import", bringing.page, methods=["GET"]),
        Route("/import", bringing.bring, methods=["POST"]),
        Route("/import/{name}", bringing.imported, methods=["GET"]),
    ]


class _Room:
    """The list."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages
        self._listing, self._verdicts = Listing(office.workspace), Verdicts(office)

    def page(self, request: Request) -> Response:
        """The list, or the rows of it that htmx asks for."""
        query = request.query_params.get("q", "")[:200]
        with self._office.ledger() as ledger:
            mailings = mailings_of(ledger)
            found = matching(self._listing.all(mailings.values()), query)
            last = max(1, -(-len(found) // SHOWN))
            page = min(_number(request.query_params.get("page", "")), last)
            shown = found[(page - 1) * SHOWN : page * SHOWN]
            rows = [(each, self._state(each, ledger, mailings)) for each in shown]
        piece = is_piece(request)
        return self._pages.answer(
            request,
            "releases/list.html.j2" if piece else "releases/page.html.j2",
            rows=[(each, state, _next(each, state)) for each, state in rows],
            query=query, number=len(found), page=page, last=last,
            first=[] if piece else first_steps(self._office),
        )  # fmt: skip

    def _state(self, release: Listed, ledger: Ledger | None, mailings: Mapping[str, Mailing]) -> State:
        mailing = mailings.get(release.name)
        if ledger and mailing:
            state = from_ledger(ledger, mailing, mailings.values())
            if state.is_known or not release.is_there:
                return state
        return self._verdicts.known(release)

    def checked(self, request: Request) -> Response:
        """The state of one of which nothing has left, once pre-flight has looked at it."""
        name = request.path_params["name"]
        found = next((each for each in self._listing.all() if each.name == name), None)
        if found is None:
            raise WorkspaceError("There is no such release any more.", "Choose another one from the list.")
        state = self._verdicts.look(found)
        return self._pages.answer(request, "releases/state.html.j2", state=state, name=name)


def _next(release: Listed, state: State) -> str:
    """Where somebody wants to go on with it: to what became of it, or to its text."""
    if state.mailing:
        return f"/m/{state.mailing}"
    return f"/r/{quote(release.name, safe='')}"


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
