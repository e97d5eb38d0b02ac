"""What pre-flight looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from mailer.checks.reading import Manuscript, manuscript_of
from mailer.model import Audience, Release, Rendered
from mailer.workspace import Workspace


@dataclass(frozen=True)
class Draft:
    """A release with its audience, rendered but not composed.

    Attributes:
        rendered: by language (BCP 47), one for each edition.
        now: the moment of the check; aware.
        theme: the one it is rendered with, "" for each edition's own.
        leaves: when it is to leave, aware; None: now.
    """

    workspace: Workspace
    release: Release
    audience: Audience
    rendered: Mapping[str, Rendered]
    now: datetime
    theme: str = ""
    leaves: datetime | None = None

    @cached_property
    def manuscripts(self) -> tuple[Manuscript, ...]:
        """Each edition as it is read, the original first."""
        return tuple(manuscript_of(self.workspace, edition) for edition in self.release.editions)

    @classmethod
    def at_once(
        cls,
        workspace: Workspace,
        release: Release,
        audience: Audience,
        rendered: Mapping[str, Rendered],
        theme: str = "",
        leaves: datetime | None = None,
    ) -> Draft:
        return cls(workspace, release, audience, rendered, datetime.now(UTC), theme, leaves)
