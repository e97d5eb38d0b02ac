"""What everything begins with: a release with its audience, rendered and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mailer.checks import Silenced
from mailer.delivery import Ledger
from mailer.errors import CheckFailed
from mailer.model import Audience, Finding, Release, Rendered
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
    if not workspace.ledger.is_file():
        return None
    with Ledger(workspace.ledger) as ledger:
        day = ledger.day_of(workspace.release_name(workspace.release_path(name)))
    return date.fromisoformat(day) if day else None
