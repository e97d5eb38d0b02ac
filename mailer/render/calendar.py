"""An advisory's event for calendars: iCalendar (RFC 5545) and a link."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from mailer.model import Edition, Event, Part

_LENGTH = timedelta(hours=1)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _end(event: Event) -> datetime:
    return event.end or event.start + _LENGTH


def _text(value: str) -> str:
    """RFC 5545 §3.3.11."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return value.replace("\r\n", "\\n").replace("\n", "\\n")


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
    """`event.ics`. The UID depends on what and where it is announced, so that an update replaces the entry."""
    uid = hashlib.sha256(f"{edition.newsroom.sender.domain}\0{event.what}".encode()).hexdigest()[:20]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//release-mailer//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}@{edition.newsroom.sender.domain}",
        f"DTSTAMP:{_utc(datetime(edition.date.year, edition.date.month, edition.date.day, tzinfo=UTC))}",
        f"DTSTART:{_utc(event.start)}",
        f"DTEND:{_utc(_end(event))}",
        f"SUMMARY:{_text(event.what)}",
        f"DESCRIPTION:{_text(edition.headline)}",
    ]
    if event.where or event.online:
        lines.append(f"LOCATION:{_text(event.where or event.online)}")
    if event.online.startswith("http"):
        lines.append(f"URL:{event.online}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    content = "".join(_folded(line) for line in lines).encode()
    return Part("event.ics", "text/calendar; charset=utf-8; method=PUBLISH", content)


def calendar_link(edition: Edition, event: Event) -> str:
    """A web calendar's page with the event filled in, for those who can't open an attachment."""
    query = {
        "action": "TEMPLATE",
        "text": event.what,
        "dates": f"{_utc(event.start)}/{_utc(_end(event))}",
        "location": event.where or event.online,
    }
    return "https://calendar.google.com/calendar/render?" + urlencode(query)
