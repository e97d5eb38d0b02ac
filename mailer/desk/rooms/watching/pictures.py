"""What a picture says better: when servers accepted, whose they are, why they refused. Shapes of an SVG that is 100
wide; each has its numbers beside it, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailer.delivery.tidings import Place, Why
from mailer.desk.rooms.watching.known import Known
from mailer.desk.rooms.watching.wording import day_and_hour
from mailer.model import Status

WIDE = 100.0
TALL = 40.0
_MOST_PLACES = 8
_MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, and what it stands for: `kind` is its colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Step:
    """So many were accepted from a moment on, and so many in all until the next."""

    moment: str
    number: int
    in_all: int


@dataclass(frozen=True, slots=True)
class OverTime:
    bars: tuple[Bar, ...]
    steps: tuple[Step, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Line:
    """A named bar of parts. `parts` are what it is made of, in words and numbers."""

    name: str
    number: int
    bars: tuple[Bar, ...]
    parts: tuple[tuple[str, int], ...]


def over_time(known: Known, accepted: Sequence[tuple[float, int]]) -> OverTime | None:
    """None: there is nothing that a picture could show."""
    if len(accepted) < 2:
        return None
    first, last = accepted[0][0], accepted[-1][0]
    step = min(later - earlier for (earlier, _), (later, _) in pairwise(accepted))
    scale, most = WIDE / (last - first + step), max(number for _, number in accepted)
    bars, steps, in_all = [], [], 0
    for moment, number in accepted:
        in_all += number
        tall = TALL * number / most
        bars.append(_bar((moment - first) * scale, TALL - tall, step * scale * 0.86, tall, "accepted"))
        at = known.at(moment)
        said = f"{at:%H:%M:%S}" if step < 60 else f"{at:%H:%M}"
        day = "" if at.date() == known.at(last).date() == known.at(first).date() else f"{at.day} {at:%B}, "
        steps.append(Step(day + said, number, in_all))
    return OverTime(tuple(bars), tuple(steps), most)


Kinds = tuple[tuple[str, str, tuple[Status, ...]], ...]

_KINDS: Kinds = (
    ("accepted", "accepted", (Status.ACCEPTED,)),
    ("refused", "refused, or came back", (Status.REJECTED, Status.BOUNCED)),
)
_SENT: Kinds = (
    *_KINDS,
    ("doubt", "uncertain, or put off", (Status.UNCERTAIN, Status.DOT, Status.DEFERRED)),
    ("waiting", "not sent yet", (Status.QUEUED, Status.SENDING)),
)
_BEING_SENT: Kinds = (
    *_KINDS,
    ("doubt", "uncertain, or put off", (Status.UNCERTAIN, Status.DEFERRED)),
    ("waiting", "on its way, or not sent yet", (Status.QUEUED, Status.SENDING, Status.DOT)),
)


def kinds_of(known: Known) -> Kinds:
    """The colours of a bar: as a style knows one, in words, and the states. While somebody has hold of the mailing,
    what is on the wire is on its way; else nobody reads its answer any more."""
    return _BEING_SENT if known.held else _SENT


def by_place(places: Sequence[Place], kinds: Kinds) -> tuple[Line, ...]:
    """The largest domains, and all others together."""
    shown, others = list(places[:_MOST_PLACES]), places[_MOST_PLACES:]
    if len(others) == 1:
        shown, others = [*shown, *others], []
    if others:
        counts: dict[Status, int] = {}
        for place in others:
            for state, number in place.counts.items():
                counts[state] = counts.get(state, 0) + number
        shown.append(Place(f"{len(others):,} others", counts))
    most = max((place.number for place in shown), default=1)
    return tuple(_line(place, most, kinds) for place in shown)


def _line(place: Place, most: int, kinds: Kinds) -> Line:
    parts = [(kind, said, sum(place.counts.get(s, 0) for s in states)) for kind, said, states in kinds]
    bars, x = [], 0.0
    for kind, _, number in parts:
        width = WIDE * number / most
        if number:
            bars.append(_bar(x, 0, width, 10, kind))
        x += width
    told = tuple((said, number) for _, said, number in parts)
    return Line(place.domain or "forgotten", place.number, tuple(bars), told)


_STATES = {
    Status.REJECTED: "refused", Status.BOUNCED: "came back", Status.DEFERRED: "put off", Status.UNCERTAIN: "uncertain",
}  # fmt: skip


def by_reason(reasons: Iterable[Why]) -> tuple[Line, ...]:
    """Why some have nothing, or may have: the most frequent."""
    reasons = list(reasons)[:_MOST_REASONS]
    most = max((why.number for why in reasons), default=1)
    return tuple(
        Line(
            _said(why), why.number,
            (_bar(0, 0, WIDE * why.number / most, 10, _colour(why)),), ((_STATES[why.state], why.number),),
        )
        for why in reasons
    )  # fmt: skip


def _colour(why: Why) -> str:
    return (
        "refused"
        if why.state in (Status.REJECTED, Status.BOUNCED) and (why.code or why.enhanced)
        else "doubt"
    )


def _said(why: Why) -> str:
    words = " ".join(filter(None, (str(why.code or ""), why.enhanced, why.text)))
    return words or "no reason was given"


def span(known: Known, picture: OverTime, accepted: Sequence[tuple[float, int]]) -> str:
    """From when to when."""
    first, last = known.at(accepted[0][0]), known.at(accepted[-1][0])
    return f"{day_and_hour(first, last)} to {day_and_hour(last, last)}"


def _bar(x: float, y: float, width: float, height: float, kind: str) -> Bar:
    return Bar(round(x, 3), round(y, 3), round(width, 3), round(height, 3), kind)
