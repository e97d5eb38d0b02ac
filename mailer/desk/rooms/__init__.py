"""The rooms of the desk: one package for each place that a person goes to. `ROOMS` is all there is.

A room is a function of the office and the pages that gives its routes; it reads nothing before somebody asks. Rooms
know nothing of each other but their addresses. Each is imported when its routes are asked for: the first page is there
before the others.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from starlette.routing import BaseRoute

from mailer.desk.office import Office
from mailer.desk.pages import Pages

Room = Callable[[Office, Pages], list[BaseRoute]]


def _room(name: str) -> Room:
    def routes(office: Office, pages: Pages) -> list[BaseRoute]:
        found: list[BaseRoute] = import_module(f"{__name__}.{name}").routes(office, pages)
        return found

    return routes


ROOMS: tuple[Room, ...] = tuple(
    map(_room, ("releases", "writing", "sending", "watching", "people", "mailbox", "house"))
)
"""The one where everybody begins comes first."""
