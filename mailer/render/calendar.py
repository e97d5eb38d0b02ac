"""An advisory's event for calendars: iCalendar (RFC 5545) and a link."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from mailer.model import Edition, Event, Kind, Part

_LENGTH = timedelta(hours=1)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _end(event: Event) -> datetime:
    return event.end or event.start + _LENGTH


def _text(value: str) -> str:
    """RFC 5545 §3.3.11."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(value.splitlines())


def _folded(line: str) -> str:
    """RFC 5545 §3.1: 75 octets a line, never inside a character."""
    lines: list[str] = []
    current = ""
    for character in line:
        if len((current + character).encode()) > (75 if not lines else 74):
            lines.append(current)
            current = ""
        current += character
    return "\r\n ".join((*lines, current)) + "\r\n"


def calendar_part(edition: Edition, event: Event) -> Part:
    """`event.ics`: an entry that calendars take in, and that a follow-up of the same release replaces or cancels.

    RFC 5546 §3.2.1 and §3.2.5 say what an entry of each method holds. Which entry it is stands in UID, which all
    releases of a thread share, and which of its versions in SEQUENCE (RFC 5545 §3.8.7.4).
    """
    newsroom = edition.newsroom
    uid = hashlib.sha256(f"{newsroom.sender.domain}\0{edition.origin}".encode()).hexdigest()[:20]
    cancelled = edition.kind is Kind.WITHDRAWAL
    method = "CANCEL" if cancelled else "PUBLISH"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//release-mailer//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid}@{newsroom.sender.domain}",
        f"SEQUENCE:{edition.revision}",
        f"DTSTAMP:{_utc(datetime(edition.date.year, edition.date.month, edition.date.day, tzinfo=UTC))}",
        f"ORGANIZER;CN={_quoted(newsroom.sender.name or newsroom.name)}:mailto:{newsroom.sender.address}",
        f"DTSTART:{_utc(event.start)}",
        f"DTEND:{_utc(_end(event))}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(event.what)}",
        f"DESCRIPTION:{_text(edition.headline)}",
    ]
    if event.where or event.online:
        lines.append(f"LOCATION:{_text(event.where or event.online)}")
    if re.fullmatch(r"https?://\S+", event.online):
        lines.append(f"URL:{event.online}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    content = "".join(_folded(line) for line in lines).encode()
    return Part("event.ics", f"text/calendar; charset=utf-8; method={method}", content)


def _quoted(value: str) -> str:
    """A parameter's value, which can hold no quotation mark (RFC 5545 §3.1)."""
    return '"' + value.replace('"', "'") + '"'


def calendar_link(edition: Edition, event: Event) -> str:
    """A web calendar's page with the event filled in, for those who can't open an attachment."""
    query = {
        "action": "TEMPLATE",
        "text": event.what,
        "dates": f"{_utc(event.start)}/{_utc(_end(event))}",
        "location": event.where or event.online,
    }
    return "https://calendar.google.com/calendar/render?" + urlencode(query)
