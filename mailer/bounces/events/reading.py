"""A body that a provider posted, read: its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mailer.bounces.events import brevo, mailgun, postmark, sendgrid, ses
from mailer.bounces.events.event import Event, Meanings
from mailer.bounces.events.values import Value, read_json

_READERS: Mapping[str, Callable[[Value], Iterator[Event]]] = {
    "ses": ses.read,
    "mailgun": mailgun.read,
    "sendgrid": sendgrid.read,
    "postmark": postmark.read,
    "brevo": brevo.read,
}

MEANINGS: Mapping[str, Meanings] = {
    "ses": ses.MEANINGS,
    "mailgun": mailgun.MEANINGS,
    "sendgrid": sendgrid.MEANINGS,
    "postmark": postmark.MEANINGS,
    "brevo": brevo.MEANINGS,
}
"""What each provider's words mean."""


def read_events(provider: str, body: bytes) -> tuple[Event, ...]:
    """The events of a body; none: it can't be read. Never raises, whatever the bytes.

    Args:
        provider: of `Preset.events`.
    """
    try:
        read = _READERS.get(provider)
        return tuple(read(read_json(body))) if read else ()
    except Exception:  # a fault of ours: one odd event must not keep the others from being read
        return ()
