"""Numbers, moments and names as a sentence has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def people(number: int) -> str:
    """1 → "one person", 1200 → "1,200 people"."""
    return "one person" if number == 1 else f"{number:,} people"


def hour(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def day_and_hour(moment: datetime, now: datetime | None) -> str:
    """10:04, with its day where that is not today's, and the zone where no `now` is given, as of a plan."""
    if now is None:
        zone = getattr(moment.tzinfo, "key", "UTC")
        return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}, {hour(moment)} {zone}"
    if moment.date() == now.date():
        return hour(moment)
    return f"{hour(moment)} on {moment.day} {moment:%B} {moment.year}"


def joined(names: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def lasting(seconds: float) -> str:
    """So long, roughly: "a minute", "40 minutes", "3 hours"."""
    if seconds < 50:
        return "a minute"
    minutes = round(seconds / 60)
    if minutes < 60:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    hours = seconds / 3600
    return "an hour" if hours < 1.25 else f"{hours:.0f} hours" if hours >= 2 else f"{hours:.1f} hours"
