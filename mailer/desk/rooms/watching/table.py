"""Who has it: people by state, a page at a time; what they are looked for by stands in the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from mailer.delivery import Standing as Line
from mailer.delivery import Tidings
from mailer.delivery.tidings import Person
from mailer.desk.rooms.watching.known import Known
from mailer.model import Status

MOST = 50
"""People on a page."""

GROUPS: tuple[tuple[str, str, tuple[Status, ...]], ...] = (
    ("accepted", "Accepted", (Status.ACCEPTED,)),
    ("uncertain", "Uncertain", (Status.UNCERTAIN, Status.DOT)),
    ("on-its-way", "On its way", ()),
    ("refused", "Refused, or not sent after all", (Status.REJECTED,)),
    ("came-back", "Came back", (Status.BOUNCED,)),
    ("put-off", "Put off by their server", (Status.DEFERRED,)),
    ("waiting", "Not sent yet", (Status.QUEUED, Status.SENDING)),
    ("taken-back", "Taken back", (Status.DISCARDED,)),
)
"""What somebody may choose: as it stands in an address, in words, and the states. While somebody has hold of it, what
is on the wire is on its way; else nobody reads its answer any more."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `mark` is the colour of its state; `at` in seconds since 1970, 0: never."""

    address: str
    name: str
    said: str
    mark: str
    reply: str
    at: float
    answered: float
    complained: float


@dataclass(frozen=True, slots=True)
class Table:
    """A page of it.

    Attributes:
        group, search: what is looked for.
        groups: what there is to choose: as in an address, in words, how many.
        earlier, later: the queries of the pages beside this one; "": there is none.
        query: of this one.
    """

    rows: tuple[Row, ...]
    group: str
    search: str
    groups: tuple[tuple[str, str, int], ...]
    earlier: str
    later: str
    query: str


def table_of(tidings: Tidings, known: Known, asked: Mapping[str, str]) -> Table:
    """
    Args:
        asked: the query: `state`, `q`, and `after` or `before`, a `Person.id`.
    """
    group, search = asked.get("state", ""), asked.get("q", "").strip()
    states_of = _states(known.held)
    group = group if group in states_of else ""
    after, before = _number(asked.get("after", "")), _number(asked.get("before", ""))
    counted = ((name, said, known.number(*states_of[name])) for name, said, _ in GROUPS)
    groups = tuple(each for each in counted if each[2] or each[0] == group)
    if group == "taken-back":
        return _of_taken_back(tidings, search, groups, after)
    states = states_of.get(group, ())
    found = (
        tidings.people(states, search, most=MOST + 1, after=after, before=before)
        if states or not group
        else []
    )
    more = len(found) > MOST
    found = (found[1:] if before else found[:MOST]) if more else found
    has_earlier = bool(found) and (more if before else after > 0)
    has_later = bool(found) and (before > 0 or more)
    what = {"state": group, "q": search}
    return Table(
        tuple(_row(person, held=known.held) for person in found), group, search, groups,
        _query(what, before=found[0].id) if has_earlier else "",
        _query(what, after=found[-1].id) if has_later else "",
        _query(what, after=after, before=before),
    )  # fmt: skip


def _states(held: bool) -> dict[str, tuple[Status, ...]]:
    on_the_wire = {"uncertain": (Status.UNCERTAIN,), "on-its-way": (Status.DOT,)} if held else {}
    return {name: on_the_wire.get(name, states) for name, _, states in GROUPS}


def _of_taken_back(
    tidings: Tidings, search: str, groups: tuple[tuple[str, str, int], ...], after: int
) -> Table:
    """They stand in no queue, so their place in the list is their number."""
    wanted = search.casefold()
    lines = (line for line in tidings.taken_back() if wanted in line.address.casefold())
    found = list(islice(lines, after, after + MOST + 1))
    what = {"state": "taken-back", "q": search}
    return Table(
        tuple(_taken_back(found[:MOST])), "taken-back", search, groups,
        _query(what, after=max(0, after - MOST)) if after else "",
        _query(what, after=after + MOST) if len(found) > MOST else "",
        _query(what, after=after),
    )  # fmt: skip


def _taken_back(lines: list[Line]) -> Iterator[Row]:
    for line in lines:
        yield Row(line.address, "", "taken back", "", line.reply, line.at, 0.0, 0.0)


_SAID = {
    Status.ACCEPTED: ("accepted", "done"), Status.REJECTED: ("refused", "broken"),
    Status.BOUNCED: ("came back", "broken"), Status.DEFERRED: ("put off", "open"),
    Status.UNCERTAIN: ("uncertain", "open"), Status.QUEUED: ("not sent yet", ""),
}  # fmt: skip


def _row(person: Person, *, held: bool) -> Row:
    said, mark = _SAID.get(person.state, ("", ""))
    if person.state is Status.REJECTED and not person.host:
        said, mark = "not sent after all", ""
    if person.state is Status.SENDING:
        said = "its turn has come" if held else "not sent yet"
    if person.state is Status.DOT:
        said, mark = ("on its way", "") if held else ("uncertain", "open")
    return Row(
        person.address, person.name, said, mark, person.reply, person.at, person.answered, person.complained
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _query(what: Mapping[str, str], **place: int) -> str:
    return urlencode(
        {
            name: value
            for name, value in {**what, **{k: str(v) for k, v in place.items() if v}}.items()
            if value
        }
    )
