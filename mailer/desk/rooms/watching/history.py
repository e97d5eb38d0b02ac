"""By whose word: orders and requests of a mailing, in one list, and what came back since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mailer.delivery import Ledger, Order, Request, Tidings
from mailer.desk.office import Office
from mailer.desk.rooms.watching.gathering import Seen
from mailer.desk.rooms.watching.wording import day_and_hour, people
from mailer.errors import MailerError
from mailer.press import Suppressions, canonical
from mailer.press.suppressions.suppressed_rows import Suppression

_SAID = {
    "resume": "had the rest sent, to {}", "discard": "took it back from {}", "move": "gave it another time, for {}",
    "post": "It began at its time, for {}", "stop": "It ended, with {} left",
}  # fmt: skip
_ASKED = {"pause": "asked for a pause", "go on": "said to go on", "stop": "asked for a stop"}


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what when: `said` follows the name, or stands alone where there is none."""

    at: float
    who: str
    said: str


def events_of(seen: Seen) -> list[Event]:
    """Orders and requests, the oldest first."""
    found = [*map(_ordered, seen.orders, [seen] * len(seen.orders)), *map(_asked, seen.requests)]
    return sorted(found, key=lambda event: event.at)


def _ordered(order: Order, seen: Seen) -> Event:
    number = people(order.number)
    if order.kind in ("post", "stop"):
        return Event(order.given, "", _SAID[order.kind].format(number))
    if order.kind == "send":
        when = (
            f", for {day_and_hour(seen.known.at(order.planned), None)}" if order.planned > order.given else ""
        )
        said = f"had it sent to {number}{when}"
    else:
        said = _SAID.get(order.kind, f"{order.kind}: {{}}").format(number)
    return Event(order.given, order.giver, f"{said}{f', through {order.relay}' if order.relay else ''}")


def _asked(request: Request) -> Event:
    heard = "" if request.heard else ", which no sender has heard"
    return Event(request.at, request.giver, _ASKED[request.kind] + heard)


def unsubscribed(office: Office, ledger: Ledger, seen: Seen) -> tuple[str, ...] | None:
    """Which of its recipients were suppressed at their own wish on the day it was sent, or later; None: the file that
    says so can't be read."""
    try:
        suppressions = Suppressions(office.workspace.suppressed)
    except MailerError:
        return None
    since = datetime.fromtimestamp(seen.head.created, UTC).date().isoformat()
    wished = [each.address for each in _wishes(suppressions, since)]
    among = set(Tidings(ledger, seen.head.id).among([canonical(address) for address in wished]))
    return tuple(address for address in wished if canonical(address) in among)


def _wishes(suppressions: Suppressions, since: str) -> Iterator[Suppression]:
    for each in suppressions:
        if each.date >= since and "unsubscrib" in each.reason.lower():
            yield each
