"""The checks that read a release's texts and nothing else: they need no rendered mail, and no recipients."""

from __future__ import annotations

from datetime import UTC, datetime

from mailer.checks import CHECKS, dates, enclosures, inbox, names, prose, text, translations

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""The day on which texts are looked at: a Tuesday."""

_MODULES = {module.__name__ for module in (dates, enclosures, inbox, names, prose, text, translations)}
OF_THE_TEXT = tuple(
    check for check in CHECKS if check.__module__ in _MODULES and check is not enclosures.rejected_attachments
)
