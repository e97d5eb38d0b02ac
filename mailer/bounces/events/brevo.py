"""Brevo's events (https://developers.brevo.com/docs/transactional-webhooks): an object each.

It has no id of an event (its `id` is the webhook's), and an id of its own for the message, which is in its 250 reply as
servers' logs have it. The token comes back in X-Mailin-custom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailer.bounces.events.event import (
    COMPLAINT,
    DELAY,
    NOTICE,
    UNSUBSCRIBE,
    Event,
    Meanings,
    hard,
    not_sent,
    soft,
)
from mailer.bounces.events.values import Value

MEANINGS: Meanings = {
    "hard_bounce": hard("refused for good, Brevo says"),
    "soft_bounce": soft("it may pass, Brevo says"),
    "invalid_email": hard("no valid address, Brevo says"),
    "blocked": not_sent("Brevo did not send it"),
    "error": not_sent("Brevo could not send it"),
    "deferred": DELAY,
    "spam": COMPLAINT,
    "complaint": COMPLAINT,
    "unsubscribed": UNSUBSCRIBE,
    "unsubscribe": UNSUBSCRIBE,
    "request": NOTICE,
    "sent": NOTICE,
    "delivered": NOTICE,
    "opened": NOTICE,
    "unique_opened": NOTICE,
    "proxy_open": NOTICE,
    "unique_proxy_open": NOTICE,
    "click": NOTICE,
}

_TOKEN = re.compile(r"(?:^|[|,;{\"\s])mailer\"?\s*:\s*\"?([0-9A-Za-z_-]{8,64})")


def read(body: Value) -> Iterator[Event]:
    """The events of a body: one, or a list of them where Brevo was told to send many at once."""
    for told in (body, *body):
        word = told["event"].word
        if not word:
            continue
        token = _TOKEN.search(told["X-Mailin-custom"].text)
        message = told["message-id"].text.strip("<> ")
        yield Event(
            MEANINGS.get(word, NOTICE),
            word,
            told["email"].text,
            content=told.raw,
            at=told["ts_epoch"].moment or told["ts_event"].moment,
            said=told["reason"].text.strip(),
            tokens=(token[1],) if token else (),
            message_ids=(message,) if message else (),
            replies=(f"OK: queued as <{message}>",) if message else (),
        )
