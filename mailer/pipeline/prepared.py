"""What everything begins with: a release with its audience, rendered and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.model import Audience, Finding, Release, Rendered
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release with its audience, rendered and checked: everything short of sending.

    Attributes:
        rendered: by language (BCP 47), one for each edition.
        findings: what pre-flight noticed, gravest first; one of level error blocks `queue`.
        threads: for a follow-up: canonical address → Message-ID of what that person got.
    """

    workspace: Workspace
    release: Release
    audience: Audience
    rendered: Mapping[str, Rendered]
    findings: tuple[Finding, ...]
    threads: Mapping[str, str]
