"""What a run was told: whom it may mail, how fast, how long it goes on, when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mailer.delivery.ledger.claim import Claim
from mailer.delivery.messages import Signing
from mailer.delivery.pace import Pace, Schedule
from mailer.settings import allows

NOTHING_LOST = "No recipient was lost: `mailer resume` carries on."
"""What there is to do where a gate's error has no hint of its own; and, below, why else a run may have ended."""

OLD_LIST = (
    "An outdated list harms the sender's reputation. Check the replies before you go on: "
    "`mailer status --recipients`."
)
TOO_LATE = "Check whether it should still go out; then run `mailer resume --now` (or `mailer discard`)."
AWAY = "Was the computer asleep, or the line to the database down? `mailer resume` carries on."
ABOUT_US = (
    "This is about the sender or the message, not about one recipient, so the rest were not tried. Ask "
    "the people who run the server, then run `mailer resume`."
)


class StillWanted(Protocol):
    """Who may still be mailed, asked at the moment of sending. It is handed to helper processes, so it can be pickled.
    `mailer.press.StillWanted` is one."""

    def __call__(self, canonical: str) -> str:
        """Why this address is not to be mailed after all, or "".

        Raises:
            MailerError: that can't be told, so nobody may be mailed.
        """

    def look(self) -> None:
        """Sees who is suppressed now, lest it be missed while nobody is asked about."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether somebody is still to be mailed, asked right before, in whichever process sends. Whom ALLOW_ONLY forbids
    never gets here.

    Attributes:
        still_wanted: who is suppressed at this moment; None: nobody ever is.
    """

    still_wanted: StillWanted | None = None

    def still_to_be_mailed(self, claim: Claim) -> str:
        """Why this recipient is not to be mailed after all, or "". Costs a few looks at the folder.

        Raises:
            MailerError: that can't be told, so nobody may be mailed.
        """
        reason = self.still_wanted(claim.canonical) if self.still_wanted else ""
        return f"not sent: {reason}" if reason else ""

    def look(self) -> None:
        """Sees who is suppressed now, lest it be missed while nobody is asked about."""
        if self.still_wanted:
            self.still_wanted.look()


@dataclass(frozen=True, slots=True)
class Limits:
    """What `deliver` was told; see there."""

    max_wait: float
    pace: Pace
    allow_only: tuple[str, ...]
    gate: Gate
    refused_share: float | None
    schedule: Schedule
    signing: Signing | None

    def may_mail(self, claim: Claim) -> bool:
        """Whether this machine may mail this recipient at all (ALLOW_ONLY). Another one may."""
        return allows(self.allow_only, claim.canonical)
