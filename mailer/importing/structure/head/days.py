"""Days as people write them, wherever they stand in a line, in the form that a release file's `date` understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from mailer.errors import ValueFault
from mailer.importing.structure.office import Office
from mailer.importing.words import any_of, language_of, months, phrases, plain
from mailer.release.values import parse_date

_MONTH_BEFORE_DAY = frozenset(("US", "PH", "FM", "MH", "PW"))
"""Where 3/4/2024 is the 4th of March (Unicode CLDR, dateFormats short)."""
_DIGIT = re.compile(r"\d")
_ARTICLE = re.compile(r"^(?:[^\W\d]+,?\s+)?(?:a|am|den|dem|the)\s+(?=\d)", re.IGNORECASE)
_AHEAD = timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Day:
    """A day found in a text.

    Attributes:
        start, end: where it stands.
        value: the day.
        text: for the file: as written, or ISO where the file would not understand that.
        doubt: what is to be checked, a sentence, or "".
        whole: the year is written too.
    """

    start: int
    end: int
    value: date
    text: str
    doubt: str = ""
    whole: bool = True


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = rf"(?:(?:le|el|am|den|a)\s+)?(?:{any_of(phrases('weekdays'))})"
    weekday = rf"(?:\b{names}\b\.?(?:\s+dia)?,?\s+(?:den\s+|the\s+|dem\s+)?)?"
    month, year = rf"(?P<month>{any_of(months())})\b", r"(?P<year>(?:19|20)\d\d)\b"
    article = r"(?:\b(?:le|el|den|the|dia|em|al|a)\s+)?"
    ordinal = r"(?:st|nd|rd|th|er|º|ª|°|\.º|\.)?"
    return (
        re.compile(rf"{weekday}\b{month}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:\s*,?\s*{year})?"),
        re.compile(
            rf"{weekday}{article}\b(?P<day>\d{{1,2}}){ordinal}[\s-]*(?:de\s+|of\s+|d')?(?<![a-z]){month}"
            rf"\.?(?:,?[\s-]+(?:de\s+|del\s+|do\s+)?{year})?"
        ),
        re.compile(rf"{weekday}\b(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})\b"),
        re.compile(
            rf"{weekday}\b(?P<first>\d{{1,2}})(?P<sign>[./-])\s?(?P<second>\d{{1,2}})(?P=sign)\s?"
            r"(?P<year>(?:19|20)\d\d|\d\d)\b"
        ),
    )


def days_in(text: str, office: Office) -> list[Day]:
    """Every day that a text names, in its order."""
    if not _DIGIT.search(text):
        return []
    folded = plain(text)
    found: list[Day] = []
    for pattern in _patterns():
        for match in pattern.finditer(folded):
            if any(day.start < match.end() and match.start() < day.end for day in found):
                continue
            day = _day(match, text, office)
            if day:
                found.append(day)
    return sorted(found, key=lambda day: day.start)


def _day(match: re.Match[str], text: str, office: Office) -> Day | None:
    named = match.groupdict()
    doubts: list[str] = []
    written = text[match.start() : match.end()]
    year = int(named["year"]) if named.get("year") else 0
    year += 2000 if 0 < year < 100 else 0
    if "first" in named:
        day, month = _order(named, text, office, written, doubts)
    else:
        month = int(named["month"]) if named["month"].isdecimal() else months()[named["month"]]
        day = int(named["day"])
    try:
        value = date(year, month, day) if year else _nearest(month, day, office.today)
    except ValueError:
        return None
    if not year:
        doubts.append(f"“{written}” has no year: {value.year} is taken")
    doubts += _wrong_weekday(written, value)
    return Day(match.start(), match.end(), value, _typed(written, value), "; ".join(doubts), bool(year))


def _order(
    named: dict[str, str], text: str, office: Office, written: str, doubts: list[str]
) -> tuple[int, int]:
    """Day and month of a date in figures."""
    first, second = int(named["first"]), int(named["second"])
    if named["sign"] == "." or first > 12 or first == second:
        return first, second
    if second > 12:
        return second, first
    if office.region in _MONTH_BEFORE_DAY and (language_of(text) or office.language)[:2] == "en":
        doubts.append(f"“{written}” is read as month, day, year")
        return second, first
    doubts.append(f"“{written}” is read as day, month, year")
    return first, second


def _nearest(month: int, day: int, today: date) -> date:
    """The day of that name that is nearest to today; one more than half a year ahead was last year's."""
    value = date(today.year, month, day)
    if value - today > _AHEAD:
        return date(today.year - 1, month, day)
    return date(today.year + 1, month, day) if today - value > timedelta(days=330) else value


@cache
def _weekday_names() -> tuple[frozenset[str], ...]:
    names: list[set[str]] = [set() for _ in range(7)]
    for language in ("en", "es", "fr", "de", "pt"):
        from babel.dates import get_day_names

        for number, name in get_day_names("wide", locale=language).items():
            names[int(number)].add(plain(name))
    return tuple(frozenset(each) for each in names)


def _wrong_weekday(written: str, value: date) -> Iterator[str]:
    first = re.match(r"[^\W\d]+(?:-feira)?", plain(written))
    if not first:
        return
    for number, names in enumerate(_weekday_names()):
        if first[0] in names and number != value.weekday():
            yield f"“{written}”: the {value.day}.{value.month}.{value.year} is another day of the week"


def _typed(written: str, value: date) -> str:
    """As written, without an article before the day, if the file understands it so."""
    typed = _ARTICLE.sub("", " ".join(written.split()))
    try:
        return typed if parse_date(typed) == value else value.isoformat()
    except ValueFault:
        return value.isoformat()
