"""Amazon SES's events, in what Amazon SNS posts
(https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html): of a configuration set, where
a field is called eventType, or of an identity, where it is notificationType.

SES gives our mail a Message-ID of its own, which is the id in its 250 reply. Ours is among the original header fields,
and the token comes back as a message tag, each where the office has SES tell it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailer.bounces.events.event import (
    COMPLAINT,
    DELAY,
    NOTICE,
    UNSUBSCRIBE,
    Event,
    Meaning,
    Meanings,
    about_us,
    hard,
    never_sent,
    not_sent,
    soft,
)
from mailer.bounces.events.values import Value

MEANINGS: Meanings = {
    "bounce/permanent": hard("refused for good, Amazon SES says"),
    "bounce/permanent/suppressed": never_sent("Amazon SES sends them nothing more: bounced before"),
    "bounce/permanent/onaccountsuppressionlist": never_sent(
        "Amazon SES sends them nothing more: suppressed there"
    ),
    "bounce/transient": soft("it may pass, Amazon SES says"),
    "bounce/transient/messagetoolarge": about_us("too large, Amazon SES says"),
    "bounce/transient/contentrejected": about_us("its content was refused, Amazon SES says"),
    "bounce/transient/attachmentrejected": about_us("an attachment was refused, Amazon SES says"),
    "bounce/undetermined": soft("Amazon SES does not know why"),
    "complaint": COMPLAINT,
    "complaint/onaccountsuppressionlist": never_sent(
        "Amazon SES sends them nothing more: reported spam before"
    ),
    "deliverydelay": DELAY,
    "subscription": NOTICE,
    "subscription/unsubscribeall": UNSUBSCRIBE,
    "reject": not_sent("Amazon SES did not send it: it was taken for a virus"),
    "rendering failure": not_sent("Amazon SES could not send it"),
    "send": NOTICE,
    "delivery": NOTICE,
    "open": NOTICE,
    "click": NOTICE,
}

_WHOM = {
    "bounce": "bouncedRecipients",
    "complaint": "complainedRecipients",
    "deliverydelay": "delayedRecipients",
    "delivery": "recipients",
}


def read(body: Value) -> Iterator[Event]:
    """The events of a body: one for each recipient. What SNS itself says is one about nobody."""
    message = body["Message"].embedded
    name = (message["eventType"].text or message["notificationType"].text).strip()
    if not name:
        if body["Message"].text.startswith("Successfully validated SNS topic"):
            yield Event(NOTICE, "a test of the topic", "", id=body["MessageId"].text)
        return
    told = message[name[:1].lower() + name[1:]]
    word, meaning = _meaning(name.lower(), told)
    mail, at = message["mail"], told["timestamp"].moment or body["Timestamp"].moment
    for address, status, said in _recipients(name.lower(), told, mail):
        yield Event(
            meaning,
            word,
            address,
            id=told["feedbackId"].text or body["MessageId"].text,
            content=message.raw,
            at=at,
            status=status,
            said=said,
            feedback=told["complaintFeedbackType"].word or "abuse",
            tokens=tuple(value.text for value in mail["tags"]["mailer"]),
            message_ids=tuple(_message_ids(mail)),
            replies=(f"Ok {mail['messageId'].text}",) if mail["messageId"].text else (),
        )


def _meaning(name: str, told: Value) -> tuple[str, Meaning]:
    """SES's word for it, and what that means: as exactly as it is known."""
    details = {
        "bounce": (told["bounceType"].word, told["bounceSubType"].word),
        "complaint": (told["complaintSubType"].word,),
        "subscription": ("unsubscribeall" * told["newTopicPreferences"]["unsubscribeAll"].true,),
    }.get(name, ())
    words = [name, *filter(None, details)]
    for length in range(len(words), 0, -1):
        if found := MEANINGS.get("/".join(words[:length])):
            return "/".join(words), found
    return "/".join(words), soft("") if name == "bounce" else NOTICE


def _recipients(name: str, told: Value, mail: Value) -> Iterator[tuple[str, str, str]]:
    """Each one's address, status code and what was said."""
    named = list(told[_WHOM.get(name, "")])
    if not named:
        for address in mail["destination"]:
            yield address.text, "", told["reason"].text
    for recipient in named:
        if name == "delivery":
            yield recipient.text, "", told["smtpResponse"].text
        else:
            reply = recipient["diagnosticCode"].text.removeprefix("smtp;").strip()
            yield recipient["emailAddress"].text, recipient["status"].text, reply


def _message_ids(mail: Value) -> Iterator[str]:
    """Ours: among the original header fields."""
    for field in mail["headers"]:
        if field["name"].word == "message-id":
            yield field["value"].text
    if common := mail["commonHeaders"]["messageId"].text:
        yield common
