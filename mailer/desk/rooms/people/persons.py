"""What is known about somebody, by the rolls and the ledger: `pipeline.person` without reading any list again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.delivery import History, Ledger, PastMail
from mailer.desk.office import Office
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.desk.rooms.people.reading.rolls import Lists, Rolls
from mailer.desk.rooms.people.reading.rows import Row
from mailer.errors import ListError, MailerError
from mailer.model import Status
from mailer.pipeline.person import MAILED, UNREADABLE, OnList, Person
from mailer.press import Reason
from mailer.release import read_newsroom
from mailer.settings import allows

GOOD, BAD = (Status.ACCEPTED,), (Status.BOUNCED, Status.REJECTED, Status.UNCERTAIN)


def person_of(
    office: Office, rolls: Rolls, ledger: Ledger | None, key: str, address: str, lists: Lists | None = None
) -> Person:
    """Somebody, as `mailer people` tells of them.

    Args:
        ledger: None: nothing was sent from here.
        key: their canonical address.
        address: as mailed.
        lists: `rolls.all()`, where it was asked before.
    """
    never = rolls.never.current()
    return Person(
        address,
        tuple(_on_lists(office, rolls.all() if lists is None else lists, key)),
        never.get(key) if never is not None else None,
        allows(office.settings.allow_only, address),
        tuple(History(ledger).of(key)) if ledger is not None else (),
    )


def _on_lists(office: Office, lists: Lists, key: str) -> Iterator[OnList]:
    for path, roll in lists:
        shown = office.workspace.shown(path)
        if isinstance(roll, ListError):
            yield OnList(shown, 0, UNREADABLE, roll.faults[0].message)
            continue
        for row in roll.of_key(key):
            yield OnList(
                shown, row.line, Reason.SUPPRESSED if row.never else MAILED, row.never or said_of(row)
            )
        for problem in roll.problems_of(key):
            yield OnList(shown, problem.line, problem.reason or "", problem.message)
        if roll.fault:
            yield OnList(shown, 0, UNREADABLE, roll.fault[0].message)


def still_reading(lists: Lists) -> list[str]:
    """Lists of which not everything is known yet."""
    return [path.stem for path, roll in lists if isinstance(roll, Roll) and not roll.whole]


def said_of(row: Row) -> str:
    """What a row says of somebody, beside their address."""
    return ", ".join(filter(None, (row.name, row.outlet, row.languages, row.tags)))


def mark_of(mail: PastMail) -> str:
    """How the state of a mail is marked on a page."""
    return "done" if mail.state in GOOD else "broken" if mail.state in BAD or mail.complained else "open"


class Clock:
    """Moments as the office reads them."""

    def __init__(self, office: Office) -> None:
        try:
            zone = read_newsroom(office.workspace).zone
            self._zone: ZoneInfo | None = ZoneInfo(zone) if zone else None
        except (MailerError, OSError, ValueError):
            self._zone = None

    def __call__(self, seconds: float) -> str:
        """`10:04`, of another day `24 Jul 2018, 10:04`; "" for no moment at all."""
        if not seconds:
            return ""
        at, now = (datetime.fromtimestamp(s).astimezone(self._zone) for s in (seconds, time.time()))
        clock = f"{at:%H:%M}"
        return clock if at.date() == now.date() else f"{at.day} {at:%b %Y}, {clock}"
