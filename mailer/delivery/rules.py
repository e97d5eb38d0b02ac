"""What a run was told: whom it may mail, how fast, how long it goes on, when it stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailer.delivery.filling import Signing
from mailer.delivery.held import Claim
from mailer.delivery.rate import Pace
from mailer.delivery.schedule import Schedule
from mailer.settings import allows


@dataclass(frozen=True, slots=True)
class Rules:
    """What `deliver` was told; see there."""

    max_wait: float
    pace: Pace
    allow_only: tuple[str, ...]
    still_wanted: Callable[[str], str]
    refused_share: float | None
    schedule: Schedule
    signing: Signing | None

    def may_mail(self, claim: Claim) -> bool:
        """Whether this machine may mail this recipient at all (ALLOW_ONLY). Another one may."""
        return allows(self.allow_only, claim.canonical)

    def why_not(self, claim: Claim) -> str:
        """Why this recipient is not to be mailed after all, or ""."""
        reason = self.still_wanted(claim.canonical)
        return f"not sent: {reason}" if reason else ""
