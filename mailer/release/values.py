"""Values of header fields that are more than text: days, embargoes, zones, colours, mailboxes.

Each function raises `ValueFault`, what is wrong and what to write instead, for a fault of the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from email.utils import parseaddr
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from mailer.errors import ValueFault
from mailer.model import Mailbox
from mailer.release.clock_changes import comes_twice, must_be_one_moment
from mailer.visible import visible

MONTHS: dict[str, int] = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"setiembre": 9, "sept": 9}

ZONE_HINTS: dict[str, str] = {
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "eastern": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago", "central": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "bst": "Europe/London", "gmt": "Europe/London or UTC", "wet": "Europe/Lisbon", "west": "Europe/Lisbon",
    "cet": "Europe/Paris", "cest": "Europe/Paris", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
    "eet": "Europe/Athens", "eest": "Europe/Athens", "msk": "Europe/Moscow", "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo", "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "z": "UTC",
}  # fmt: skip
"""Abbreviations are refused: most name several zones, and half of them are wrong half of the year."""

_WEEKDAY = r"(?:[^\W\d]+\.?,?\s+)??"
_MONTH_FIRST = re.compile(
    _WEEKDAY + r"(?P<month>[^\W\d]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
)
_DAY_FIRST = re.compile(
    _WEEKDAY + r"(?:le\s+|el\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?"
    r"(?P<month>[^\W\d]+)\.?,?\s+(?:de\s+|del\s+)?(?P<year>\d{4})"
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap]\.?\s?m\.?(?![a-z]))?(?:\s*(?:h|hrs?|uhr))?"
)


class NoTime(ValueFault):
    """No time of day at all."""


class NoTimeZone(ValueFault):
    """A moment that does not say in which zone it is meant."""


_WEB_CHARACTERS = re.compile(r"[^\s\x00-\x20\x7f-\x9f\"<>\\^`{|}]+")
"""RFC 3986 has none of the others; letters beyond ASCII are those of an IRI (RFC 3987)."""


def parse_date(text: str) -> date:
    """`July 24, 2018`, `24 July 2018`, `24 de julio de 2018` or ISO; `7/8/2018` is ambiguous and refused.

    Raises:
        ValueFault: it is none.
    """
    text = text.strip()
    if re.fullmatch(r"\d{1,4}[/.]\d{1,2}[/.]\d{2,4}", text):
        raise ValueFault(
            f"the date “{text}” is ambiguous", "write the month as a word, or the date as 2018-07-24"
        )
    match = _ISO.fullmatch(text) or _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if not match:
        raise ValueFault(f"“{text}” is not a date", "write it as July 24, 2018 or 24 July 2018 or 2018-07-24")
    month = int(match["month"]) if match["month"].isdecimal() else MONTHS.get(match["month"].lower(), 0)
    if not month:
        raise ValueFault(f"“{match['month']}” is not a month", "write it as July 24, 2018 or 2018-07-24")
    try:
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        raise ValueFault(f"there is no such day as “{text}”", "check the day and the month") from None


@cache  # the database is many files, and each file of a release asks
def _zones() -> Mapping[str, str]:
    """Names of IANA zones as the database spells them, by their small letters."""
    return {name.lower(): name for name in available_timezones()}


def parse_zone(text: str) -> str:
    """An IANA zone's name, as the database spells it.

    Raises:
        ValueFault: it is none; EST, CET and their like are refused with the right name.
    """
    known = _zones()
    name = text.strip().replace(" ", "_")
    right = ZONE_HINTS.get(name.lower().removesuffix("_time"))
    if right:
        raise ValueFault(f"“{text}” is not the name of a single time zone", f"write {right}")
    if name.lower() not in known or ("/" not in name and name.upper() != "UTC"):
        near = [zone for zone in known.values() if zone.lower().endswith("/" + name.lower())]
        raise ValueFault(
            f"there is no time zone “{text}”", f"did you mean {near[0]}?" if near else "such as Europe/Madrid"
        )
    return known[name.lower()]


def parse_time(text: str) -> time:
    """`10:00`, `10.30`, `10 am`, `6 p.m.`, `18h30`.

    Raises:
        ValueFault: it is none, or 12 a.m. or p.m., which is read in two ways.
    """
    match = _TIME.fullmatch(text.strip().lower())
    hour = int(match["hour"]) if match else 99
    half = (match["half"] or "")[:1] if match else ""
    if not match or hour > 23 or (half and not 1 <= hour <= 12) or int(match["minute"] or 0) > 59:
        raise NoTime(f"“{text}” is not a time of day", "write it as 10:00 or 6 p.m.")
    if half and hour == 12 and not int(match["minute"] or 0):
        raise ValueFault(
            f"“{text}” may be noon or midnight, as people differ",
            "write 12:00 for noon; or 00:00 for midnight, with the day that begins then",
        )
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(match["minute"] or 0))


_MOMENT = re.compile(
    r"(?P<date>.*?\d{4}(?:-\d{1,2}-\d{1,2})?)(?:\s*,|\s+at|\s+a las|T|\s)\s*"
    r"(?P<time>\d{1,2}(?:[:.h]\d{2})?\s*(?:[ap]\.?\s?m\.?(?![a-z]))?(?:\s*(?:hrs?|h|uhr))?)"
    r"[\s,(]*(?P<zone>[^\d\s,()][^,()]*?)?\)?\s*",
    re.IGNORECASE,
)


def parse_moment(text: str) -> datetime:
    """A day, a time and an IANA zone: `July 24, 2018, 10:00 America/New_York`.

    Raises:
        ValueFault: it is none; or on the day on which clocks are changed it is skipped, or comes twice.
    """
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        raise ValueFault(
            f"“{text}” is not a date and time",
            "give the day, time and zone: July 24, 2018, 10:00 Europe/Madrid",
        )
    day = parse_date(match["date"].rstrip(" ,"))
    clock = parse_time(match["time"])
    if not match["zone"]:
        raise NoTimeZone(f"“{text}” has no time zone", "add its IANA name, such as Europe/Madrid")
    return must_be_one_moment(datetime.combine(day, clock, ZoneInfo(parse_zone(match["zone"]))))


def moment_text(at: datetime) -> str:
    """A moment as staff type it: `2026-11-24 06:00 America/New_York`. `parse_moment` reads it back.

    Never `%Z`: EST is what `parse_zone` refuses. In the hour that comes twice in autumn it is said in UTC.
    """
    zone = getattr(at.tzinfo, "key", None) or "UTC"  # datetime.UTC has no key
    if not hasattr(at.tzinfo, "key") or comes_twice(at):
        at, zone = at.astimezone(UTC), "UTC"
    return f"{at.date()} {at:%H:%M} {zone}"


def parse_web_address(text: str) -> str:
    """An address of the web that may become a link: http or https, a host, and nothing odd in it.

    Raises:
        ValueFault: it is none; `javascript:` and its like would run where somebody clicks.
    """
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    except ValueError:
        sound = False
    if not sound or not _WEB_CHARACTERS.fullmatch(text):
        raise ValueFault(f"“{visible(text)}” is not a web address", "write it in full: https://example.org/…")
    return text


def parse_mailbox(text: str) -> Mailbox:
    """`Name <address>` or an address alone.

    Raises:
        ValueFault: it is none.
    """
    from email_validator import EmailNotValidError, validate_email

    name, address = parseaddr(text)
    try:
        valid = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise ValueFault(
            f"“{text}” is not a valid mailbox", "write it as Press Office <press@example.org>"
        ) from None
    return Mailbox(valid.ascii_email or valid.normalized, name)


def parse_colour(text: str) -> str:
    """`#0b5563` or `#abc`, as `#rrggbb`.

    Raises:
        ValueFault: it is none.
    """
    digits = text.strip().lstrip("#").lower()
    if not re.fullmatch(r"[0-9a-f]{6}|[0-9a-f]{3}", digits):
        raise ValueFault(f"“{text}” is not a colour", "write it as #0b5563")
    return "#" + (digits if len(digits) == 6 else "".join(c * 2 for c in digits))


def parse_region(text: str) -> str:
    """A country by its code of two letters (ISO 3166): `GB`.

    Raises:
        ValueFault: it is none.
    """
    code = text.strip().upper()
    if code in _regions():
        return code
    near = {"UK": "GB", "EN": "GB"}.get(code) or next(
        (region for region, name in _regions().items() if name.casefold() == text.strip().casefold()), ""
    )
    hint = f"did you mean {near}?" if near else "write its code of two letters: GB, US, MX"
    raise ValueFault(f"“{visible(text)}” is not a country's code", hint)


@cache
def _regions() -> dict[str, str]:
    """Names by code."""
    from babel import Locale

    return {code: name for code, name in Locale("en").territories.items() if re.fullmatch("[A-Z]{2}", code)}


def region_of_zone(zone: str) -> str:
    """The country in which a time zone is (ISO 3166), or "": UTC is in none."""
    from babel.core import get_global

    region = str(get_global("zone_territories").get(zone, ""))
    return region if re.fullmatch("[A-Z]{2}", region) else ""


def parse_language(text: str) -> str:
    """A BCP 47 tag with its usual capitals: `es_mx` → `es-MX`.

    Raises:
        ValueFault: it is none.
    """
    tag = text.strip().replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tag):
        raise ValueFault(f"“{text}” is not a language tag", "write it as en, es or es-MX (BCP 47)")
    first, *rest = tag.split("-")
    return "-".join(
        [first.lower(), *(p.upper() if len(p) == 2 else p.title() if len(p) == 4 else p for p in rest)]
    )


def words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"\s*[,;]\s*", text.strip()) if word)


def one_of(text: str, choices: Iterable[str]) -> str:
    """
    Raises:
        ValueFault: it is none.
    """
    from difflib import get_close_matches

    choices = list(choices)
    value = re.sub(r"[\s_-]+", " ", text.strip().lower())
    if value in choices:
        return value
    near = get_close_matches(value, choices, n=1, cutoff=0.6)
    raise ValueFault(
        f"“{text}” is not one of {', '.join(choices)}",
        f"did you mean {near[0]}?" if near else "choose one of them",
    )
