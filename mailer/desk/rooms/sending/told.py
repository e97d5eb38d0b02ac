"""What would leave, in words for the page: whom, what, from whom, when, and until when."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from mailer.delivery import Ledger
from mailer.desk.rooms.sending.standing import moment
from mailer.pipeline.estimate import estimate
from mailer.pipeline.offering import Look
from mailer.pipeline.outgoing import Outgoing, at_the_office
from mailer.pipeline.prepared import Prepared
from mailer.press import count_audience
from mailer.settings import Settings

_NAMED = 3
_PLACES = 8


@dataclass(frozen=True, slots=True)
class Clock:
    """The end of the embargo, as the clock at a place shows it."""

    place: str
    day: str
    time: str


@dataclass(frozen=True, slots=True)
class Told:
    """What would leave.

    Attributes:
        editions: language, subject, sender and number of each edition.
        lists: name and number.
        whom: where those come from who get it, beyond newcomers.
        done: when the last one has left, where the pace makes it a while.
        clocks: of the embargo, the office's first.
        under_embargo: whether it leaves before that ends.
        unmarked: how many were left out because nobody says that they accept embargoes.
        follows: the release that it follows, by whose readers it is meant; "" = lists are.
    """

    title: str
    number: int
    editions: list[tuple[str, str, str, int]]
    lists: list[tuple[str, int]]
    whom: list[str]
    relay: str
    only_to: str
    when: str
    done: str
    clocks: list[Clock]
    under_embargo: bool
    unmarked: int
    follows: str


def told_of(look: Look, settings: Settings, ledger: Ledger) -> Told:
    """Of a look."""
    leaving, prepared = look.leaving, look.prepared
    original = prepared.release.original if prepared else None
    reckoned = estimate(leaving, settings.smtp_rate, ledger)
    return Told(
        title=leaving.title,
        number=leaving.number,
        editions=[
            (r.language, r.subject, f"{r.sender.name} <{r.sender.address}>", r.number)
            for r in leaving.readers
        ],
        lists=list(count_audience(prepared.audience).by_list) if prepared else [],
        whom=_whom(leaving),
        relay=f"{settings.smtp_host}:{settings.port}" if settings.smtp_host else "",
        only_to=", ".join(settings.allow_only),
        when=moment(leaving.planned, leaving.zone) if leaving.planned else "now, 30 seconds after you say so",
        done=moment(reckoned.done, leaving.zone) if reckoned and reckoned.held_up else "",
        clocks=_clocks(leaving, original.zones if original else ()),
        under_embargo=leaving.embargoed(time.time()),
        unmarked=_number(prepared, "not marked as accepting embargoes"),
        follows=original.corrects if original and original.kind.follows else "",
    )


def _whom(leaving: Outgoing) -> list[str]:
    said = []
    if leaving.waiting.number:
        said.append(f"{leaving.waiting} wait from before, and leave with it")
    if leaving.again.number:
        said.append(f"{leaving.again} may have it already, and get it again")
    if leaving.already:
        said.append(f"{leaving.already:,} more have it, or may have it: nothing leaves for them")
    if leaving.in_doubt:
        said.append(
            f"{leaving.in_doubt:,} more may have it, because the ledger was adopted: nothing leaves for them"
        )
    if leaving.refused:
        said.append(f"{leaving.refused:,} more were refused before: nothing leaves for them")
    said += [f"{group} are left out: {reason}" for reason, group in leaving.kept_back.items()]
    return said


def _clocks(leaving: Outgoing, zones: Iterable[str]) -> list[Clock]:
    if leaving.embargo <= time.time():
        return []
    here = at_the_office(leaving.embargo, leaving.zone)
    there = [here.astimezone(ZoneInfo(zone)) for zone in zones if zone != leaving.zone]
    return [
        Clock(
            str(at.tzinfo).rpartition("/")[2].replace("_", " "), f"{at:%A}, {at.day} {at:%B}", f"{at:%H:%M}"
        )
        for at in (here, *there[:_PLACES])
    ]


def _number(prepared: Prepared | None, reason: str) -> int:
    return dict(count_audience(prepared.audience).by_reason).get(reason, 0) if prepared else 0


def left_out_of(prepared: Prepared) -> list[tuple[str, int, list[str]]]:
    """Why people are left out: the reason, how many, the addresses of the first."""
    found = []
    for reason, number in count_audience(prepared.audience).by_reason:
        people = islice((p for p in prepared.audience.left_out if p.reason == reason), _NAMED)
        found.append((str(reason), number, [person.address for person in people]))
    return found
