"""Days and hours as they are named in prose: “Monday, 24 July 2018”, “el martes 24 de julio”, “at 10 a.m. CET”."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailer.release.values import MONTHS

_WEEKDAYS: dict[str, int] = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "lunes martes miércoles jueves viernes sábado domingo",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "mon tue wed thu fri sat sun",
    )
    for number, name in enumerate(names.split())
} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3, "sonnabend": 5}
_MONTHS = {"sept": 9, "setiembre": 9, "ene": 1, "abr": 4, "ago": 8, "dic": 12} | MONTHS


def _bare(text: str) -> str:
    """In small letters, without accents: people leave them out."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


_SHORT = 3
"""Letters of Mon, Sat, Wed."""

_WEEKDAY_NUMBERS = {_bare(name): number for name, number in _WEEKDAYS.items()}
_MONTH_NUMBERS = {_bare(name): number for name, number in _MONTHS.items()}
_ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _any_of(names: dict[str, int]) -> str:
    return "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))


_WEEKDAY = rf"(?:\b(?P<weekday>{_any_of(_WEEKDAYS)})\b\.?,?\s{{1,3}}(?:(?:the|el|le|den|día)\s)?)?"
_YEAR = r"(?:,?\s{1,2}(?:(?:de|del|of)\s)?(?P<year>(?:19|20)\d\d)\b)?"
_DAY = (
    re.compile(
        rf"{_WEEKDAY}\b(?P<month>{_any_of(_MONTHS)})\b\.?\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d){_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_WEEKDAY}\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s{{1,2}}(?:(?:de|of)\s)?\b(?P<month>{_any_of(_MONTHS)})\b\.?{_YEAR}",
        re.IGNORECASE,
    ),
)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a text names.

    Attributes:
        weekday: 0 is Monday; None where none is said.
        year: None where none is said.
    """

    text: str
    start: int
    end: int
    weekday: int | None
    day: int
    month: int
    year: int | None

    def in_year(self, year: int) -> date | None:
        """The date it is in a year; None where that year has no such day."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    def near(self, day: date) -> date | None:
        """The date that is meant: of its own year, else the nearest to another day."""
        if self.year is not None:
            return self.in_year(self.year)
        found = [other for year in (day.year - 1, day.year, day.year + 1) if (other := self.in_year(year))]
        return min(found, key=lambda other: abs(other - day), default=None)


def weekday_name(day: date) -> str:
    return _ENGLISH[day.weekday()]


def days_in(text: str) -> list[NamedDay]:
    """The days that a text names with their month as a word, in order."""
    found = [
        _named(match)
        for pattern in _DAY
        for match in pattern.finditer(text)
        if match["month"] != "may"  # “Monday may 3 teams”: a month has a capital there
    ]
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[NamedDay] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _named(match: re.Match[str]) -> NamedDay:
    said = match["weekday"] or ""
    is_verb = said.islower() and len(said) == _SHORT  # “the court sat 3 May”
    weekday = None if is_verb else _WEEKDAY_NUMBERS.get(_bare(said))
    month = _MONTH_NUMBERS[_bare(match["month"])]
    year = int(match["year"]) if match["year"] else None
    return NamedDay(match[0], match.start(), match.end(), weekday, int(match["day"]), month, year)


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day that a text names; `zoned` if it says in which zone."""

    text: str
    start: int
    end: int
    zoned: bool


_HOUR = re.compile(
    r"(?<![\d:.,/-])(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d)?\s?(?:[ap]\.?\s?m\b\.?|Uhr\b)"
    r"|(?<![\d:.,/-])(?:[01]?\d|2[0-3])[:h][0-5]\d(?![\d:])|\b(?:noon|midnight|mediodía|medianoche)\b",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"^[\s,(]{0,3}(?:h(?:ours|rs?|oras)?\b\.?[\s,(]{0,2})?(?:"
    r"(?:UTC|GMT)(?:[+−-]\d{1,2})?|[A-Z]{1,3}[SD]?T\b|MEZ|MESZ|CES?T|WES?T|EES?T|BST|IST|Z\b|Ortszeit"
    r"|(?:[A-Z][\w.’'-]*\s){1,3}(?:[Ss]tandard\s|[Dd]aylight\s|[Ss]ummer\s)?[Tt]ime"
    r"|(?:local|Eastern|Central|Mountain|Pacific|Greenwich)(?:\s\w+)?\stime|(?:Eastern|Central|Mountain|Pacific)\b"
    r"|\(?hora\s|heure\s(?:de|d’|d'|locale)|Uhr\s(?:MEZ|MESZ|Ortszeit|in)|[A-Z][a-z]+/[A-Z]"
    r"|(?:horas?\s)?\(?(?:peninsular|local))"
)


def hours_in(text: str) -> Iterator[Hour]:
    """The times of day that a text names. A zone may stand behind the second of two: 10–11 a.m. CET."""
    found = list(_HOUR.finditer(text))
    zones = [bool(_ZONE.match(text[match.end() : match.end() + 60])) for match in found]
    for index, match in enumerate(found):
        after = index + 1
        joined = after < len(found) and len(text[match.end() : found[after].start()].strip()) <= 5
        yield Hour(match[0], match.start(), match.end(), zones[index] or (joined and zones[after]))
