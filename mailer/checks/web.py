"""Checks of what is on the web."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.checks.draft import Draft
from mailer.model import Finding
from mailer.workspace import page_name


def not_on_the_web(draft: Draft) -> Iterator[Finding]:
    """not-on-the-web: the mail leads to a page of the newsroom's site that is not there yet."""
    release = draft.release
    for edition in release.editions:
        page = page_name(release.name, "" if edition is release.original else edition.language)
        base = edition.newsroom.web
        of_the_site = base and edition.web == f"{base.rstrip('/')}/{page}"
        if of_the_site and not (draft.workspace.site / page).is_file():
            yield Finding(
                "not-on-the-web",
                "notice",
                f"The mail links to {edition.web}, and site/{page} is not there yet.",
                f"Run: mailer publish {release.name} (if you publish with --out, look there).",
                edition.where(),
            )
