"""Looks at the way out before anybody is mailed: the settings, the server, and what DNS says of the sender's domain.

Each file looks at one thing and yields findings; what DNS does not answer is unknown, never missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailer.delivery.doctor.ledger import look_at_ledger
from mailer.delivery.doctor.preset import look_at_preset
from mailer.delivery.doctor.sender_domain import look_at_sender
from mailer.delivery.doctor.server import look_at_server
from mailer.model import Finding
from mailer.settings import Settings

if TYPE_CHECKING:
    from dns.resolver import Resolver

__all__ = ["diagnose", "look_at_ledger"]


def diagnose(
    settings: Settings, domain: str, resolver: Resolver | None = None, *, sender: str = ""
) -> Iterator[Finding]:
    """What `mailer doctor` says, in the order of looking. Nothing is sent.

    Args:
        settings: SMTP_*, DKIM_*, ENVELOPE_FROM.
        domain: the sender's, in A-labels.
        resolver: asks DNS; the system's by default.
        sender: the address in From, in that domain; "": not known.

    Yields:
        Findings whose id is preset, reach, tls, login, size, extensions, spf, dkim, dmarc or alignment.
    """
    yield from look_at_preset(settings, sender)
    yield from look_at_server(settings)
    yield from look_at_sender(settings, domain.lower(), resolver)
