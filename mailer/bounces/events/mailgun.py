"""Mailgun's events (https://documentation.mailgun.com/docs/mailgun/user-manual/events/): one in a body, beside what it
is signed with. It keeps our Message-ID."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.bounces.events.event import (
    COMPLAINT,
    DELAY,
    NOTICE,
    UNSUBSCRIBE,
    Event,
    Meanings,
    hard,
    never_sent,
    not_sent,
    soft,
)
from mailer.bounces.events.values import Value

MEANINGS: Meanings = {
    "failed/permanent/bounce": hard("refused for good, Mailgun says"),
    "failed/permanent/suppress-bounce": never_sent("Mailgun sends them nothing more: bounced before"),
    "failed/permanent/suppress-complaint": never_sent(
        "Mailgun sends them nothing more: reported spam before"
    ),
    "failed/permanent/suppress-unsubscribe": never_sent(
        "Mailgun sends them nothing more: unsubscribed there"
    ),
    "failed/permanent/old": soft("tried until it expired, Mailgun says"),
    "failed/permanent": soft("Mailgun does not say why"),
    "failed/temporary": DELAY,
    "rejected": not_sent("Mailgun did not send it"),
    "complained": COMPLAINT,
    "unsubscribed": UNSUBSCRIBE,
    "accepted": NOTICE,
    "delivered": NOTICE,
    "opened": NOTICE,
    "clicked": NOTICE,
    "stored": NOTICE,
}


def read(body: Value) -> Iterator[Event]:
    """The event of a body."""
    told = body["event-data"]
    name = told["event"].word
    if not name:
        return
    general = f"{name}/{told['severity'].word}" if name == "failed" else name
    word = f"{general}/{told['reason'].word}" if name == "failed" else name
    status = told["delivery-status"]
    code, said = status["code"].text, status["message"].text or status["description"].text
    said = said or told["reject"]["reason"].text
    yield Event(
        MEANINGS.get(word) or MEANINGS.get(general, NOTICE),
        word,
        told["recipient"].text,
        id=told["id"].text,
        content=told.raw,
        at=told["timestamp"].moment,
        status=status["enhanced-code"].text,
        said=f"{code} {said}" if code[:1] in ("4", "5") and said and not said.startswith(code) else said,
        tokens=tuple(filter(None, (told["user-variables"]["mailer"].text,))),
        message_ids=tuple(filter(None, (told["message"]["headers"]["message-id"].text,))),
    )
