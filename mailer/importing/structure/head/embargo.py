"""Until when nothing may be published, in the form that the `embargo` field understands.

Whatever is not certain is told, and the later of two readings is taken: an embargo that ends too late costs an hour,
one that ends too early costs the trust of everybody who kept it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from mailer.importing.structure.head.days import days_in
from mailer.importing.structure.office import Office
from mailer.importing.words import any_of, plain
from mailer.release.values import ZONE_HINTS, moment_text

_HOURS = {
    "gmt": 0, "utc": 0, "z": 0, "bst": 1, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "jst": 9, "aest": 10, "aedt": 11,
}  # fmt: skip
"""What the abbreviations say in hours from UTC; ET and its like say none."""
_TIMES = (
    re.compile(
        r"\b(?P<hour>\d{1,2})(?:[:.]|\s?h\s?)(?P<minute>\d\d)\b(?::\d\d)?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    ),
    re.compile(r"\b(?P<hour>\d{1,2})\s*(?P<half>[ap]\.?\s?m\b\.?)"),
    re.compile(r"\b(?P<hour>\d\d)(?P<minute>\d\d)\s*(?=h\b|hrs|hours|gmt|bst|utc|cet|cest|est|edt|et\b)"),
    re.compile(r"\b(?P<hour>\d{1,2})\s*(?:hours|hrs|heures?|horas|uhr|h)\b"),
    re.compile(r"\b(?P<noon>12 noon|noon|midday|mediodia|midi|meio-dia|mittag)\b"),
)
_HERE = re.compile(r"\b(local time|hora local|heure locale|ortszeit|lokalzeit|hora peninsular)\b")
_OFFSET = re.compile(r"\b(?:gmt|utc)\s*(?P<sign>[+-−–])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?\b")
_IANA = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?\b")
_ABBREVIATION = re.compile(
    rf"\b(?:{'|'.join(sorted((*ZONE_HINTS, 'utc'), key=lambda z: (-len(z), z)))})\b(?!\s*[+-−]\s*\d)"
)


def embargo_field(text: str, office: Office, day: date | None = None) -> tuple[str, list[str]]:
    """The `embargo` field for a line, and what is to be checked, a sentence each.

    A line that says no day and time stays as it is: the reader of the file refuses it, so that nothing leaves before
    somebody has said when it may.

    Args:
        text: the line, its label with it or without.
        day: the day of release, for a line that says only a time.
    """
    doubts: list[str] = []
    clock, rest = _clock(text, office)
    days = days_in(text, office)
    if days:
        day = days[0].value
        doubts += [f"{days[0].doubt}."] if days[0].doubt else []
        if len({found.value for found in days}) > 1:
            doubts.append("The embargo names more than one day: the first is taken.")
    if day is None or clock is None:
        missing = "no time of day" if clock is None and day else "no day" if clock else "neither day nor time"
        return " ".join(text.split()), [
            f"The embargo says {missing}: write day, time and zone, or nothing can be sent."
        ]
    if not days:
        doubts.append("The embargo names no day: the day of the release is taken.")
    at = _in_zone(datetime.combine(day, clock), rest, office, doubts)
    return moment_text(at), doubts


def moment_of(text: str, day: date, office: Office) -> datetime | str:
    """When something begins, or why that is not certain: a sentence's end, such as “it names no time of day”.

    A time without a zone is the office's own where its country has one time only.
    """
    clock, rest = _clock(text, office)
    if clock is None:
        return "it names no time of day"
    if _clock(rest, office)[0] is not None:
        return "it names more than one time"
    doubts: list[str] = []
    at = _in_zone(datetime.combine(day, clock), rest, office, doubts)
    if doubts and not (doubts[0].startswith("The embargo names no time zone") and _has_one_time(office, at)):
        return "its time zone is not certain"
    return at


def names_zone(text: str, office: Office) -> bool:
    """Whether a moment's zone is written beside it."""
    folded = plain(_clock(text, office)[1])
    return any(pattern.search(folded) for pattern in (_OFFSET, _city_names(), _ABBREVIATION, _HERE)) or bool(
        _IANA.search(text)
    )


def _has_one_time(office: Office, at: datetime) -> bool:
    """Whether all clocks of the office's country show the same (Unicode CLDR, metaZones)."""
    from babel.core import get_global

    zones = get_global("territory_zones").get(office.region, [])
    return (
        len(
            {at.replace(tzinfo=ZoneInfo(zone)).utcoffset() for zone in zones if zone in available_timezones()}
        )
        == 1
    )


def _clock(text: str, office: Office) -> tuple[time | None, str]:
    """The time of day, and the text without days and time."""
    for day in reversed(days_in(text, office)):
        text = text[: day.start] + " " * (day.end - day.start) + text[day.end :]
    folded = plain(text)
    for pattern in _TIMES:
        for match in pattern.finditer(folded):
            named = match.groupdict()
            rest = text[: match.start()] + " " + text[match.end() :]
            if named.get("noon"):
                return time(12), rest
            hour, minute = int(named["hour"]), int(named.get("minute") or 0)
            half = (named.get("half") or "")[:1]
            if half and 1 <= hour <= 12:
                hour = hour % 12 + (12 if half == "p" else 0)
            if hour < 24 and minute < 60:
                return time(hour, minute), rest
    return None, text


def _in_zone(at: datetime, rest: str, office: Office, doubts: list[str]) -> datetime:
    """The moment with its zone, whichever way the line names it."""
    folded = plain(rest)
    if (named := _IANA.search(rest)) and named[0] in available_timezones():
        return at.replace(tzinfo=ZoneInfo(named[0]))
    if (offset := _OFFSET.search(folded)) and int(offset["hours"]) <= 14:
        return _at_offset(at, offset)
    if city := _city_names().search(folded):
        return at.replace(tzinfo=ZoneInfo(_cities()[" ".join(city[0].split())]))
    if abbreviation := _ABBREVIATION.search(folded):
        return _abbreviated(at, abbreviation[0], office, doubts)
    if not _HERE.search(folded):
        doubts.append(f"The embargo names no time zone: the office's, {office.zone}, is taken.")
    return at.replace(tzinfo=ZoneInfo(office.zone))


def _at_offset(at: datetime, offset: re.Match[str]) -> datetime:
    hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
    ahead = timedelta(hours=hours, minutes=minutes) * (1 if offset["sign"] == "+" else -1)
    return at.replace(tzinfo=timezone(ahead)).astimezone(ZoneInfo("UTC"))


@cache
def _cities() -> dict[str, str]:
    """What is said for a zone by its city: "london time", "heure de paris", "madrid"."""
    cities = {
        plain(zone.rpartition("/")[2].replace("_", " ")): zone
        for zone in sorted(available_timezones())
        if zone.split("/")[0] in ("Europe", "America", "Africa", "Asia", "Australia", "Pacific", "Atlantic")
    }
    cities |= {"londres": "Europe/London", "lisboa": "Europe/Lisbon", "lisbonne": "Europe/Lisbon",
               "bruselas": "Europe/Brussels", "bruxelles": "Europe/Brussels", "washington": "America/New_York",
               "geneve": "Europe/Zurich", "geneva": "Europe/Zurich", "brasilia": "America/Sao_Paulo",
               "ciudad de mexico": "America/Mexico_City", "berne": "Europe/Zurich", "bern": "Europe/Zurich",
               "wien": "Europe/Vienna", "nueva york": "America/New_York", "eastern": "America/New_York",
               "pacific time": "America/Los_Angeles", "mountain time": "America/Denver",
               "central time": "America/Chicago", "uk time": "Europe/London"}  # fmt: skip
    return cities


@cache
def _city_names() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(_cities())})\b")


def _abbreviated(at: datetime, abbreviation: str, office: Office, doubts: list[str]) -> datetime:
    """EST in July and GMT in a British summer say one thing and often mean another: the later moment is taken."""
    shown = abbreviation.upper()
    if abbreviation in ("gmt", "utc", "z"):
        said = at.replace(tzinfo=ZoneInfo("UTC"))
        meant = at.replace(tzinfo=ZoneInfo(office.zone))
        if abbreviation == "gmt" and office.zone == "Europe/London" and meant != said:
            doubts.append("The embargo is in GMT on a day of summer time: check whether BST was meant.")
        return said
    zone = ZONE_HINTS[abbreviation]
    meant = at.replace(tzinfo=ZoneInfo(zone))
    here = at.replace(tzinfo=ZoneInfo(office.zone))
    if here.utcoffset() == meant.utcoffset():
        meant = here
    if abbreviation in ("ist", "cst", "cdt", "ct") and meant is not here:
        doubts.append(f"{shown} is the name of several time zones: {zone} is taken.")
    hours = _HOURS.get(abbreviation)
    if hours is not None and meant.utcoffset() != timedelta(hours=hours):
        said = at.replace(tzinfo=timezone(timedelta(hours=hours))).astimezone(meant.tzinfo)
        meant = max(meant, said)
        doubts.append(
            f"{shown} is not what clocks show on that day: the later moment is taken, {meant:%H:%M} {zone}."
        )
    return meant
