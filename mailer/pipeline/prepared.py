"""What everything begins with: a release with its audience, rendered and checked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from mailer.checks import Silenced
from mailer.delivery import Ledger
from mailer.errors import CheckFailed, ReleaseError
from mailer.model import Audience, Finding, Release, Rendered, Status
from mailer.release import read_newsroom
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release with its audience, rendered and checked: everything short of sending.

    Attributes:
        rendered: by language (BCP 47), one for each edition.
        findings: what pre-flight noticed, gravest first; one of level error blocks `queue`.
        threads: for a follow-up: canonical address → Message-ID of what that person got.
        silenced: what it noticed and staff had silenced.
    """

    workspace: Workspace
    release: Release
    audience: Audience
    rendered: Mapping[str, Rendered]
    findings: tuple[Finding, ...]
    threads: Mapping[str, str]
    silenced: tuple[Silenced, ...] = ()

    def must_be_sound(self) -> None:
        """
        Raises:
            CheckFailed: pre-flight found errors.
        """
        if any(finding.level == "error" for finding in self.findings):
            raise CheckFailed(self.findings)


def day_queued(workspace: Workspace, name: str) -> date | None:
    """The date that a release without one was given when it was first queued; None: it was not."""
    if not workspace.has_ledger():
        return None
    with Ledger(workspace.ledger) as ledger:
        day = ledger.day_of(workspace.release_name(workspace.release_path(name)))
    return date.fromisoformat(day) if day else None


def planned_before(workspace: Workspace, name: str) -> datetime | None:
    """When a release is planned to leave, if that is to come."""
    if not workspace.has_ledger():
        return None
    with Ledger(workspace.ledger) as ledger:
        mailing = ledger.find(workspace.release_name(workspace.release_path(name)))
        to_come = mailing is not None and mailing.planned > ledger.store.wall()
    return datetime.fromtimestamp(mailing.planned, UTC) if mailing and to_come else None


def day_leaving(workspace: Workspace, name: str, leaves: datetime | None) -> date | None:
    """The date of a release without one: the day on which it is to leave; or that on which it was first queued, if that
    is no later, or somebody has it with that; None: it leaves now, or newsroom.md, which has the zone, can't be read.
    """
    queued = day_queued(workspace, name)
    if queued is None and leaves is None:
        return None
    with suppress(ReleaseError):  # whoever reads the release tells its faults with the release's
        day = (leaves or datetime.now(UTC)).astimezone(ZoneInfo(read_newsroom(workspace).zone)).date()
        if queued is None or (queued > day and _may_still_change(workspace, name)):
            return day
    return queued


def _may_still_change(workspace: Workspace, name: str) -> bool:
    with Ledger(workspace.ledger) as ledger:
        return may_change(ledger, workspace.release_name(workspace.release_path(name)))


def may_change(ledger: Ledger, release: str) -> bool:
    """Whether what was queued may still be another text: nobody has it, or may have it, or was tried."""
    return set(ledger.counts(release)) <= {Status.QUEUED, Status.DISCARDED}
