"""When a quota that is used up has room again, as far as the ledger knows what was sent."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.delivery.ledger import Ledger


def room_again(ledger: Ledger, window: int, zone: str, now: float | None = None) -> str:
    """A sentence for staff. A message leaves the window as many seconds after it was accepted as that has, so there is
    room when the oldest leaves; what other programs have sent by the same account can only have left before.

    Args:
        ledger: all its mailings count.
        window: seconds.
        zone: the office's (IANA); "": UTC.
        now: seconds since 1970, by the wall clock; None: by the ledger's own.
    """
    now = ledger.store.wall() if now is None else now
    with ledger.reading() as db:
        number, first, last = db.execute(
            "SELECT count(*), min(at), max(at) FROM attempts WHERE at > ? AND code BETWEEN 200 AND 299",
            (now - window,),
        ).fetchone()
    if not number:
        latest = _moment(now + window, now, zone)
        return f"The ledger knows of no message in that time: room again {latest} at the latest ({zone or 'UTC'})."
    since, room, every = (_moment(at, now, zone) for at in (first, first + window, last + window))
    every = f", for all {every}" if every != room else ""
    return (
        f"The ledger shows {number:,} accepted since {since}: room again for the first of them {room} at the "
        f"latest{every} ({zone or 'UTC'})."
    )


_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def _moment(seconds: float, now: float, zone: str) -> str:
    """As people say it: "today at 14:05"."""
    where = ZoneInfo(zone or "UTC")
    at, day = datetime.fromtimestamp(seconds, where), datetime.fromtimestamp(now, where).date()
    return f"{_DAYS.get((at.date() - day).days, at.date())} at {at:%H:%M}"
