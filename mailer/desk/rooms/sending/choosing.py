"""Whom, and when: a form that a page's address holds, so that it can be read again, and gone back to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from mailer.errors import ListError, MailerError, ValueFault
from mailer.pipeline.offering import Asked
from mailer.pipeline.outgoing import at_the_office
from mailer.press import canonical, read_list
from mailer.release.values import moment_text, parse_moment
from mailer.visible import visible
from mailer.workspace import Workspace

_FAR = 100
"""Years from now for which nothing is planned."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form says.

    Attributes:
        asked: what can be understood of it.
        later: a time is chosen.
        at: as a field of a date and a time has it.
        limit: as the field of a number has it.
        faults: all that can't be understood, or lies behind us.
        made: somebody has chosen; else the release's own lists, now.
    """

    asked: Asked
    later: bool
    at: str
    limit: str
    faults: tuple[MailerError, ...]
    made: bool


def chosen(query: QueryParams, zone: str, workspace: Workspace) -> Chosen:
    """A page opens no file that a name in its address leads to: lists are those of lists/, and nothing else.

    Args:
        query: of the page's address.
        zone: the office's (IANA), in which a time is meant.
    """
    made = "chosen" in query
    asked = Asked(
        lists=tuple(query.getlist("list")),
        except_lists=tuple(query.getlist("except")),
        where=query.get("where", "").strip(),
        include_unmarked="unmarked" in query,
        newcomers="newcomers" in query,
        any_language="any_language" in query,
        rest="rest" in query,
        uncertain=tuple(dict.fromkeys(map(canonical, query.getlist("uncertain")))),
        not_got=query.get("not_got", ""),
    )
    at, later = query.get("at", ""), query.get("when") == "later"
    faults: list[MailerError] = []
    if later:
        try:
            asked = replace(asked, planned=_to_come(at, zone))
        except ValueFault as error:
            why = f"{error.message}." if at else "No time is chosen."
            what = (at and error.hint) or "give a day and a time"
            what = f"{what[0].upper()}{what[1:]}; it is meant in the office's zone, {zone}."
            faults.append(MailerError(why, what))
    if limit := query.get("limit", "").strip():
        if limit.isascii() and limit.isdecimal() and 0 < len(limit) < 10 and int(limit):
            asked = replace(asked, limit=int(limit))
        else:
            faults.append(
                MailerError(f"“{visible(limit)}” is no number of people.", "Type one, or none at all.")
            )
    known = {path.stem for path in workspace.own_lists()}
    if strange := [name for name in (*asked.lists, *asked.except_lists) if name not in known]:
        faults.append(
            MailerError(f"There is no list “{visible(strange[0])}” in lists/.", "Tick one that there is.")
        )
        asked = replace(asked, lists=(), except_lists=())
    return Chosen(asked, later, at, limit, tuple(faults), made)


def _to_come(at: str, zone: str) -> float:
    """Seconds since 1970 of a moment as a field of a date and a time has it.

    Raises:
        ValueFault: it is none, or none for which anything can be planned.
    """
    planned, now = parse_moment(f"{at.replace('T', ' ')} {zone}"), datetime.now(UTC)
    if planned <= now:
        raise ValueFault(f"{moment_text(planned)} has passed", "choose another time, or now")
    if planned.year - now.year > _FAR:
        raise ValueFault(f"{planned.year} is far off", "check the year")
    return planned.timestamp()


def query_of(asked: Asked, zone: str) -> str:
    """The page's address for this, behind its "?"; "" where nothing was chosen."""
    pairs = [("chosen", "1")] if asked.lists else []
    pairs += [("list", name) for name in asked.lists] + [("except", name) for name in asked.except_lists]
    pairs += [("where", asked.where)] if asked.where else []
    pairs += [("not_got", asked.not_got)] if asked.not_got else []
    pairs += [("limit", str(asked.limit))] if asked.limit else []
    flags = {
        "unmarked": asked.include_unmarked,
        "newcomers": asked.newcomers,
        "any_language": asked.any_language,
        "rest": asked.rest,
    }
    pairs += [(name, "1") for name, said in flags.items() if said]
    pairs += [("uncertain", address) for address in asked.uncertain]
    if asked.planned:
        pairs += [("when", "later"), ("at", as_typed(asked.planned, zone))]
    return urlencode(pairs)


def query_as_it_was(query: QueryParams) -> str:
    """The page's address as it was asked for, where not all of it can be understood."""
    return urlencode([(name, value) for name, value in query.multi_items() if name != "part"])


def as_typed(seconds: float, zone: str) -> str:
    """A moment as a field of a date and a time has it."""
    return f"{at_the_office(seconds, zone):%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, slots=True)
class ListToChoose:
    """A press list. `number`: of people who can be mailed; None: it can't be read, as `fault` says."""

    name: str
    number: int | None
    fault: str
    chosen: bool
    excepted: bool


def lists_of(workspace: Workspace, asked: Asked, own: tuple[str, ...]) -> list[ListToChoose]:
    """All press lists.

    Args:
        own: the release's, which are meant where nobody has chosen.
    """
    meant = {Path(name).stem for name in asked.lists or own}
    excepted = set(asked.except_lists)
    return [
        ListToChoose(name, *_counted(path), name in meant, name in excepted)
        for path, name in ((path, path.stem) for path in workspace.own_lists())
    ]


def _counted(path: Path) -> tuple[int | None, str]:
    try:
        state = path.stat()
        return _number(path, state.st_mtime_ns, state.st_size), ""
    except ListError as error:
        return None, str(error.faults[0].message)
    except OSError as error:
        return None, error.strerror or "it can't be read"


@lru_cache(maxsize=64)
def _number(path: Path, changed: int, size: int) -> int:
    """Of people on a list. Read anew when the file is another one."""
    return sum(1 for _ in read_list(path))
