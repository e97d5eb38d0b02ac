"""What stands around the text, as the release's language and region have it: labels and dates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    get_time_format,
    get_timezone_location,
    get_timezone_name,
)

from mailer.errors import Fault, TemplateError
from mailer.model import Event
from mailer.render.languages import marked_label
from mailer.render.templates import place_of, theme_file


def read_labels(theme: Sequence[Path], language: str) -> dict[str, str]:
    """The labels of a language over the English ones: es-MX, then es, then en; a theme's own over the default's.

    Raises:
        TemplateError: a labels file is no TOML of strings.
    """
    return {name: label for name, (label, _) in _labels(theme, language).items()}


def read_marked_labels(theme: Sequence[Path], language: str) -> dict[str, str]:
    """The same for HTML: those that are only there in English are marked as English.

    Raises:
        TemplateError: a labels file is no TOML of strings.
    """
    found = _labels(theme, language).items()
    return {name: marked_label(label, tag, language) for name, (label, tag) in found}


def _labels(theme: Sequence[Path], language: str) -> dict[str, tuple[str, str]]:
    """Labels, each with the language that it is in."""
    labels: dict[str, tuple[str, str]] = {}
    for tag in dict.fromkeys(("en", language.partition("-")[0], language)):
        for folder in reversed(theme):
            if path := theme_file([folder], f"labels.{tag}.toml"):
                labels |= {name: (label, tag) for name, label in read_label_file(path).items()}
    return labels


def read_label_file(path: Path) -> dict[str, str]:
    """The labels of one file.

    Raises:
        TemplateError: it is no TOML of strings.
    """
    shown = place_of(path.parent, path.name)
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise TemplateError([Fault(shown, int(line[1]) if line else 0, str(error))]) from None
    wrong = [
        Fault(shown, 0, f"{name} is not a text", "put it in quotes")
        for name, text in found.items()
        if not isinstance(text, str)
    ]
    if wrong:
        raise TemplateError(wrong)
    return found


@lru_cache(maxsize=32)
def locale_of(language: str) -> Locale:
    """Babel's locale for a BCP 47 tag; English where CLDR knows none."""
    for tag in (language, language.partition("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def day(moment: date, language: str) -> str:
    """ "July 24, 2018" as the language writes it."""
    return format_date(moment, "long", locale=locale_of(language))


def moment(at: datetime, language: str) -> str:
    """Day, time and zone, the zone by its place: "July 24, 2018, 10:00 AM (New York time)"."""
    locale = locale_of(language)
    return f"{format_date(at, 'full', locale=locale)}, {clock(at, language)} ({zone_name(at, language)})"


def short_moment(at: datetime, language: str) -> str:
    """For a subject: "Jul 24, 10:00 AM New York"."""
    day = format_skeleton("MMMd", at, locale=locale_of(language))
    return f"{day}, {clock(at, language)} {place(at, language)}".replace(
        "\u202f", " "
    )  # where ASCII will do, it does


def elsewhere(at: datetime, zones: Sequence[str], language: str) -> list[str]:
    """The same moment at other places: "Mexico City: 8:00 AM". The day is said where it is another one there."""
    found = []
    for zone in zones:
        there = at.astimezone(ZoneInfo(zone))
        if zone == str(at.tzinfo):
            continue
        day_there = format_skeleton("MMMEd", there, locale=locale_of(language))
        day_there = f"{day_there}, " if there.date() != at.date() else ""
        found.append(f"{place(there, language)}: {day_there}{clock(there, language)}")
    return found


def clock(at: datetime, language: str) -> str:
    """A time of day. 12:00 AM and PM are read in two ways: noon and midnight, where the language has words for them."""
    locale = locale_of(language)
    pattern = get_time_format("short", locale=locale).pattern
    if at.minute or at.hour not in (0, 12) or "a" not in pattern:
        return format_time(at, "short", locale=locale)
    names = locale.day_periods["format"]["wide"]
    if at.hour and "noon" in names:
        return f"12:00 {names['noon']}"
    return f"12:00 {names['midnight']}" if not at.hour and "midnight" in names else f"{at:%H:%M}"


def place(at: datetime, language: str) -> str:
    """The town by which a moment's zone is called, as the language calls it."""
    return get_timezone_location(at.tzinfo, locale=locale_of(language), return_city=True)


def period(event: Event, language: str) -> str:
    """When an event is; its end is only a time where it is on the same day."""
    if event.end is None:
        return moment(event.start, language)
    locale = locale_of(language)
    if event.end.date() == event.start.date():
        start, end = (format_time(at, "short", locale=locale) for at in (event.start, event.end))
        return f"{format_date(event.start, 'full', locale=locale)}, {start}–{end} ({zone_name(event.start, language)})"
    start = format_datetime(event.start, "long", locale=locale)
    return f"{start} – {moment(event.end, language)}"


def zone_name(at: datetime, language: str) -> str:
    """The zone as people say it, "British Summer Time"; its place where CLDR has no such name."""
    locale = locale_of(language)
    name = get_timezone_name(at, "long", locale=locale)
    return name if not re.match(r"(GMT|UTC)?[+-]", name) else get_timezone_location(at.tzinfo, locale=locale)
