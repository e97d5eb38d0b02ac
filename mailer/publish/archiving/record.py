"""What is known of a release, as the words of its archive tell it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.delivery import Mailing
from mailer.publish.archiving.mails import ArchivedMail
from mailer.publish.archiving.tables import Told


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the timeline. `at` in seconds since 1970."""

    at: float
    what: str


@dataclass(slots=True)
class Record:
    """What is known of a release.

    Attributes:
        mailing: None = it was never sent.
        doubt: why the ledger does not know everything that was sent of it, "" where nothing tells so.
        unreadable: why what the release's file says now can't be told; "" where it can.
        changes: what differs from what was sent, by language, as lines of a diff.
    """

    release: str
    at: datetime
    mailing: Mailing | None
    told: Told = field(default_factory=Told)
    mails: list[ArchivedMail] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    doubt: str = ""
    sources: list[str] = field(default_factory=list)
    unreadable: str = ""
    changes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.mailing.zone if self.mailing and self.mailing.zone else "UTC")

    def when(self, seconds: float) -> str:
        """A moment at the office: "2026-11-23 09:00:00+00:00"; "" for none."""
        return datetime.fromtimestamp(seconds, self.zone).isoformat(" ", "seconds") if seconds else ""
