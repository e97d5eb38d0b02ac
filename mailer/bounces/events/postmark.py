"""Postmark's events (https://postmarkapp.com/developer/webhooks/webhooks-overview): an object each.

Postmark has an id for bounces and complaints only. It leaves our Message-ID out of what it tells, so the token comes
back in the metadata that X-PM-Metadata gave it.
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
    "bounce/hardbounce": hard("no such mailbox or domain, Postmark says"),
    "bounce/bademailaddress": hard("no valid address, Postmark says"),
    "bounce/softbounce": soft("it may pass, Postmark says"),
    "bounce/unknown": soft("Postmark does not know why"),
    "bounce/unconfirmed": soft("Postmark does not know why"),
    "bounce/transient": DELAY,
    "bounce/dnserror": DELAY,
    "bounce/blocked": about_us("the recipient's server blocked it, Postmark says"),
    "bounce/spamnotification": about_us("it was taken for spam, Postmark says"),
    "bounce/virusnotification": about_us("it was taken for a virus, Postmark says"),
    "bounce/dmarcpolicy": about_us("DMARC of our domain, Postmark says"),
    "bounce/smtpapierror": not_sent("Postmark could not send it"),
    "bounce/manuallydeactivated": never_sent("Postmark sends them nothing more: deactivated there"),
    "bounce/unsubscribe": UNSUBSCRIBE,
    "bounce/spamcomplaint": COMPLAINT,
    "bounce/subscribe": NOTICE,
    "bounce/autoresponder": NOTICE,
    "bounce/addresschange": NOTICE,
    "bounce/challengeverification": NOTICE,
    "bounce/openrelaytest": NOTICE,
    "spamcomplaint": COMPLAINT,
    "subscriptionchange/manualsuppression": UNSUBSCRIBE,
    "subscriptionchange": NOTICE,
    "delivery": NOTICE,
    "open": NOTICE,
    "click": NOTICE,
}


def read(body: Value) -> Iterator[Event]:
    """The event of a body."""
    record = body["RecordType"].word
    if not record:
        return
    word = record
    if record == "bounce":
        word = f"bounce/{body['Type'].word}"
    elif record == "subscriptionchange" and body["SuppressSending"].true and _by_themselves(body):
        word = f"subscriptionchange/{body['SuppressionReason'].word}"
    moments = (body[name].moment for name in ("BouncedAt", "DeliveredAt", "ChangedAt", "ReceivedAt"))
    own = body["ID"].text
    yield Event(
        MEANINGS.get(word) or MEANINGS.get(record) or (soft("") if record == "bounce" else NOTICE),
        word,
        body["Email"].text or body["Recipient"].text,
        id=f"{record}/{own}" if own else "",
        content=body.raw,
        at=next(filter(None, moments), None),
        said=body["Details"].text if record == "bounce" else "",
        tokens=_tokens(body["Metadata"]),
    )


def _by_themselves(body: Value) -> bool:
    """Whether it was the recipient's wish; the office's own people suppress there too."""
    return body["Origin"].word == "recipient"


def _tokens(metadata: Value) -> tuple[str, ...]:
    """Mail programs write a field's name in other capitals, and its key with it."""
    named = metadata.raw if isinstance(metadata.raw, dict) else {}
    return tuple(Value(value).text for key, value in named.items() if str(key).lower() == "mailer")
