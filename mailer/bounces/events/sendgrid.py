"""SendGrid's events (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event): many in one body.

What is told of readers lacks our Message-ID, so the token comes back as a unique argument, which SendGrid puts among
the event's own fields. Its id of the message begins as the id in its 250 reply.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailer.bounces.events.event import (
    COMPLAINT,
    DELAY,
    NOTICE,
    UNSUBSCRIBE,
    Event,
    Meanings,
    about_us,
    hard,
    never_sent,
    not_sent,
    soft,
)
from mailer.bounces.events.values import Value

MEANINGS: Meanings = {
    "bounce/bounce": hard("refused for good, SendGrid says"),
    "bounce/blocked": about_us("blocked, SendGrid says"),
    "bounce/expired": soft("tried until it expired, SendGrid says"),
    "bounce": soft("SendGrid does not say why"),
    "dropped/invalid": never_sent("no valid address, SendGrid says"),
    "dropped/bounced address": never_sent("SendGrid sends them nothing more: bounced before"),
    "dropped/spam reporting address": never_sent("SendGrid sends them nothing more: reported spam before"),
    "dropped/unsubscribed address": never_sent("SendGrid sends them nothing more: unsubscribed there"),
    "dropped": not_sent("SendGrid did not send it"),
    "deferred": DELAY,
    "spamreport": COMPLAINT,
    "unsubscribe": UNSUBSCRIBE,
    "group_unsubscribe": UNSUBSCRIBE,
    "group_resubscribe": NOTICE,
    "processed": NOTICE,
    "delivered": NOTICE,
    "open": NOTICE,
    "click": NOTICE,
}


def read(body: Value) -> Iterator[Event]:
    """The events of a body."""
    for told in body:
        name = told["event"].word
        if not name:
            continue
        detail = told["type"].word if name == "bounce" else told["reason"].word if name == "dropped" else ""
        word = f"{name}/{detail}" if detail else name
        known = word if word in MEANINGS else name
        message = told["sg_message_id"].text.partition(".")[0]
        yield Event(
            MEANINGS.get(known, NOTICE),
            word,
            told["email"].text,
            id=told["sg_event_id"].text,
            content=told.raw,
            at=told["timestamp"].moment,
            status=told["status"].text,
            said=told["reason"].text or told["response"].text,
            tokens=tuple(filter(None, (told["mailer"].text,))),
            message_ids=tuple(filter(None, (told["smtp-id"].text,))),
            replies=(f"Ok: queued as {message}",) if message else (),
        )
