"""What five providers post, in the shapes that their documentation shows, about a mail of ours.

ADDRESS, TOKEN and MESSAGE_ID stand for the recipient, the delivery's token and our Message-ID; REPLY for the id in the
250 reply. All other names are invented. Where the shapes are from: docs/reference/events.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

ADDRESS, TOKEN, MESSAGE_ID, REPLY = "ADDRESS", "TOKEN", "MESSAGE_ID", "REPLY"
UNKNOWN_USER = "550 5.1.1 The email account that you tried to reach does not exist"
FULL = "552 5.2.2 The recipient's mailbox is full"
BLOCKED = "550 5.7.1 Message blocked: your address is on a blocklist"
SECONDS, ISO = 1772528405, "2026-03-03T09:00:05.000Z"
"""3 March 2026."""


@dataclass(frozen=True)
class Told:
    """
    Attributes:
        name: unique within a provider.
        kind: as `mailer bounces` calls it.
        done: what follows for the recipient; "": nothing.
        event: the provider's JSON, without what it is wrapped or signed in.
    """

    provider: str
    name: str
    kind: str
    done: str
    event: object

    @property
    def id(self) -> str:
        return f"{self.provider}, {self.name}"

    def filled(self, address: str, token: str, *, domain: str = "example.org", number: int = 0) -> object:
        """With an id of its own for each number."""
        text = json.dumps(self.event).replace("NUMBER", str(number))
        text = text.replace(MESSAGE_ID, f"{token}@{domain}").replace(REPLY, f"reply-{token}")
        return json.loads(text.replace(ADDRESS, address).replace(TOKEN, token))


def told() -> tuple[Told, ...]:
    return (*_ses(), *_mailgun(), *_sendgrid(), *_postmark(), *_brevo())


# ---- Amazon SES ----------------------------------------------------------------------------------------


def _ses_event(name: str, field: str, *, tags: bool = True, old: bool = False, **details: object) -> object:
    mail = {
        "timestamp": ISO, "source": "Press <press@example.org>", "sendingAccountId": "123456789012",
        "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.org", "messageId": REPLY,
        "destination": [ADDRESS], "headersTruncated": False,
        "headers": [{"name": "From", "value": "Press <press@example.org>"}, {"name": "To", "value": ADDRESS}],
        "commonHeaders": {"from": ["Press <press@example.org>"], "to": [ADDRESS], "subject": "Harbour report"},
    }  # fmt: skip
    if tags:
        mail["tags"] = {"ses:configuration-set": ["press"], "mailer": [TOKEN]}
    else:
        mail["headers"].append({"name": "Message-ID", "value": f"<{MESSAGE_ID}>"})  # type: ignore[attr-defined]
        mail["commonHeaders"]["messageId"] = f"<{MESSAGE_ID}>"  # type: ignore[index]
    return {
        "notificationType" if old else "eventType": name,
        "mail": mail,
        field: {"timestamp": ISO, **details},
    }


def _ses_bounce(kind: str, sub: str, **recipient: str) -> object:
    whom = {"emailAddress": ADDRESS, **recipient}
    return _ses_event(
        "Bounce", "bounce", bounceType=kind, bounceSubType=sub, bouncedRecipients=[whom], feedbackId="0102-NUMBER",
        reportingMTA="dsn; mta.example.com",
    )  # fmt: skip


def _ses() -> Iterator[Told]:
    def one(name: str, kind: str, done: str, event: object) -> Told:
        return Told("ses", name, kind, done, event)

    reply = {"action": "failed", "status": "5.1.1", "diagnosticCode": f"smtp; {UNKNOWN_USER}"}
    yield one("hard bounce", "bounce", "suppressed", _ses_bounce("Permanent", "General", **reply))
    yield one("hard bounce without a word", "bounce", "suppressed", _ses_bounce("Permanent", "NoEmail"))
    yield one(
        "on SES's own list", "bounce", "suppressed", _ses_bounce("Permanent", "OnAccountSuppressionList")
    )
    full = {"action": "failed", "status": "5.2.2", "diagnosticCode": f"smtp; {FULL}"}
    yield one("full mailbox", "bounce", "bounced", _ses_bounce("Transient", "MailboxFull", **full))
    policy = {"action": "failed", "status": "5.7.1", "diagnosticCode": f"smtp; {BLOCKED}"}
    yield one("blocked", "bounce", "bounced", _ses_bounce("Permanent", "General", **policy))
    yield one("content", "bounce", "bounced", _ses_bounce("Transient", "ContentRejected"))
    complained = [{"emailAddress": ADDRESS}]
    yield one("complaint", "complaint", "suppressed", _ses_event(
        "Complaint", "complaint", complainedRecipients=complained, complaintFeedbackType="abuse",
        complaintSubType=None, feedbackId="0103-NUMBER", userAgent="AnyCompany Feedback Loop (V0.01)"))  # fmt: skip
    yield one("complaint of an identity", "complaint", "suppressed", _ses_event(
        "Complaint", "complaint", old=True, tags=False, complainedRecipients=complained, feedbackId="0104-NUMBER"))  # fmt: skip
    yield one("no spam after all", "complaint", "for you to decide", _ses_event(
        "Complaint", "complaint", complainedRecipients=complained, complaintFeedbackType="not-spam",
        feedbackId="0105-NUMBER"))  # fmt: skip
    yield one("delay", "delay", "waiting", _ses_event(
        "DeliveryDelay", "deliveryDelay", delayType="TransientCommunicationFailure", delayedRecipients=[
            {"emailAddress": ADDRESS, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 Unable to connect"}]))  # fmt: skip
    yield one("unsubscribed", "unsubscribe", "unsubscribed", _ses_event(
        "Subscription", "subscription", contactList="press", source="UnsubscribeHeader",
        newTopicPreferences={"unsubscribeAll": True}, oldTopicPreferences={"unsubscribeAll": False}))  # fmt: skip
    yield one("rejected", "bounce", "bounced", _ses_event("Reject", "reject", reason="Bad content"))
    yield one("delivery", "notice", "", _ses_event(
        "Delivery", "delivery", recipients=[ADDRESS], smtpResponse="250 2.6.0 Message received",
        processingTimeMillis=546))  # fmt: skip
    yield one("send", "notice", "", _ses_event("Send", "send"))
    yield one(
        "open", "notice", "", _ses_event("Open", "open", ipAddress="192.0.2.1", userAgent="Mozilla/5.0")
    )
    yield one(
        "click", "notice", "", _ses_event("Click", "click", link="https://example.org", ipAddress="192.0.2.1")
    )


# ---- Mailgun -------------------------------------------------------------------------------------------


def _mailgun_event(event: str, *, variables: bool = True, **more: object) -> object:
    return {
        "event": event, "id": f"{event}-NUMBER", "timestamp": SECONDS + 0.389832, "recipient": ADDRESS,
        "recipient-domain": "example.com", "tags": [], "campaigns": [], "log-level": "info",
        "user-variables": {"mailer": TOKEN} if variables else {},
        "message": {"headers": {"message-id": MESSAGE_ID, "to": ADDRESS, "from": "press@example.org",
                                "subject": "Harbour report"}, "attachments": [], "size": 809},
        "envelope": {"sender": "press@example.org", "transport": "smtp", "targets": ADDRESS}, **more,
    }  # fmt: skip


def _mailgun() -> Iterator[Told]:
    def failed(name: str, kind: str, done: str, severity: str, reason: str, code: int, said: str) -> Told:
        status = {
            "attempt-no": 1,
            "code": code,
            "message": said,
            "description": "",
            "mx-host": "mx.example.com",
        }
        event = _mailgun_event(
            "failed", **{"severity": severity, "reason": reason, "delivery-status": status}
        )
        return Told("mailgun", name, kind, done, event)

    yield failed("hard bounce", "bounce", "suppressed", "permanent", "bounce", 550, UNKNOWN_USER[4:])
    yield failed("full mailbox", "bounce", "bounced", "permanent", "bounce", 552, FULL[4:])
    yield failed("blocked", "bounce", "bounced", "permanent", "bounce", 550, BLOCKED[4:])
    yield failed("too old", "bounce", "bounced", "permanent", "old", 602, "Too old")
    yield failed("bounced before", "bounce", "suppressed", "permanent", "suppress-bounce", 605,
                 "Not delivering to previously bounced address")  # fmt: skip
    yield failed("unsubscribed before", "bounce", "suppressed", "permanent", "suppress-unsubscribe", 606,
                 "Not delivering to unsubscribed address")  # fmt: skip
    yield failed("greylisted", "delay", "waiting", "temporary", "greylisted", 450, "4.2.0 Greylisted")
    yield Told("mailgun", "rejected", "bounce", "bounced",
               _mailgun_event("rejected", reject={"reason": "Sandbox subdomains are for test purposes only"}))  # fmt: skip
    yield Told(
        "mailgun", "complained", "complaint", "suppressed", _mailgun_event("complained", variables=False)
    )
    yield Told("mailgun", "unsubscribed", "unsubscribe", "unsubscribed", _mailgun_event("unsubscribed"))
    yield Told("mailgun", "delivered", "notice", "", _mailgun_event(
        "delivered", **{"delivery-status": {"code": 250, "message": "OK", "tls": True, "attempt-no": 1}}))  # fmt: skip
    yield Told("mailgun", "accepted", "notice", "", _mailgun_event("accepted", method="smtp"))
    yield Told("mailgun", "opened", "notice", "", _mailgun_event("opened", ip="192.0.2.1"))
    yield Told("mailgun", "clicked", "notice", "", _mailgun_event("clicked", url="https://example.org"))


# ---- SendGrid ------------------------------------------------------------------------------------------


def _sendgrid_event(event: str, *, ours: bool = True, **more: object) -> object:
    found = {"email": ADDRESS, "timestamp": SECONDS, "event": event, "sg_event_id": f"{event}-NUMBER",
             "sg_message_id": f"{REPLY}.filter0425p1mdw1.13037.57168B4A1D.0"}  # fmt: skip
    return [{**found, **({"mailer": TOKEN} if ours else {"smtp-id": f"<{MESSAGE_ID}>"}), **more}]


def _sendgrid() -> Iterator[Told]:
    def one(name: str, kind: str, done: str, event: str, **more: object) -> Told:
        return Told("sendgrid", name, kind, done, _sendgrid_event(event, **more))  # type: ignore[arg-type]

    yield one(
        "hard bounce",
        "bounce",
        "suppressed",
        "bounce",
        type="bounce",
        status="5.1.1",
        reason=UNKNOWN_USER,
        tls=1,
    )
    yield one("full mailbox", "bounce", "bounced", "bounce", type="bounce", status="5.2.2", reason=FULL)
    yield one("blocked", "bounce", "bounced", "bounce", type="blocked", status="5.7.1", reason=BLOCKED)
    yield one("blocked without a word", "bounce", "bounced", "bounce", type="blocked")
    yield one("by our Message-ID", "bounce", "suppressed", "bounce", ours=False, type="bounce", status="5.1.1",
              reason=UNKNOWN_USER)  # fmt: skip
    yield one("dropped, bounced before", "bounce", "suppressed", "dropped", reason="Bounced Address")
    yield one(
        "dropped, reported spam before", "bounce", "suppressed", "dropped", reason="Spam Reporting Address"
    )
    yield one("dropped for us", "bounce", "bounced", "dropped", reason="Recipient List over Package Quota")
    yield one("deferred", "delay", "waiting", "deferred", response="451 4.7.1 Try again later", attempt="1")
    yield one("spam report", "complaint", "suppressed", "spamreport")
    yield one("unsubscribe", "unsubscribe", "unsubscribed", "unsubscribe")
    yield one("group unsubscribe", "unsubscribe", "unsubscribed", "group_unsubscribe", asm_group_id=10)
    yield one("processed", "notice", "", "processed", ours=False)
    yield one("delivered", "notice", "", "delivered", response="250 OK")
    yield one("open", "notice", "", "open", useragent="Mozilla/5.0", ip="192.0.2.1")
    yield one("click", "notice", "", "click", url="https://example.org", ip="192.0.2.1")


# ---- Postmark ------------------------------------------------------------------------------------------

_UUID = "00000000-0000-0000-0000-000000000001"


def _postmark_bounce(kind: str, code: int, details: str = "", **more: object) -> object:
    return {
        "RecordType": "Bounce", "ID": "NUMBER", "Type": kind, "TypeCode": code, "Name": kind, "Tag": "",
        "MessageID": _UUID, "ServerID": 23, "MessageStream": "outbound", "Metadata": {"mailer": TOKEN},
        "Description": "The server was unable to deliver your message.", "Details": details, "Email": ADDRESS,
        "From": "press@example.org", "BouncedAt": "2026-03-03T04:00:05.3963933-05:00", "DumpAvailable": True,
        "Inactive": True, "CanActivate": True, "Subject": "Harbour report", **more,
    }  # fmt: skip


def _postmark_record(record: str, moment: str, **more: object) -> object:
    return {"RecordType": record, "MessageID": _UUID, "Recipient": ADDRESS, "MessageStream": "outbound", "Tag": "",
            "Metadata": {"Mailer": TOKEN}, moment: "2026-03-03T09:00:05.9065619Z", "ServerID": 23, **more}  # fmt: skip


def _postmark() -> Iterator[Told]:
    def one(name: str, kind: str, done: str, event: object) -> Told:
        return Told("postmark", name, kind, done, event)

    yield one(
        "hard bounce", "bounce", "suppressed", _postmark_bounce("HardBounce", 1, f"smtp;{UNKNOWN_USER}")
    )
    yield one("hard bounce without a word", "bounce", "suppressed", _postmark_bounce("HardBounce", 1))
    yield one("full mailbox", "bounce", "bounced", _postmark_bounce("SoftBounce", 4096, f"smtp;{FULL}"))
    yield one("blocked", "bounce", "bounced", _postmark_bounce("Blocked", 100006, f"smtp;{BLOCKED}"))
    yield one("taken for spam", "bounce", "bounced", _postmark_bounce("SpamNotification", 512))
    yield one("deactivated", "bounce", "suppressed", _postmark_bounce("ManuallyDeactivated", 100002))
    yield one("transient", "delay", "waiting", _postmark_bounce("Transient", 2, "smtp;421 4.4.1 Try again"))
    yield one("automatic reply", "notice", "", _postmark_bounce("AutoResponder", 64))
    yield one("spam complaint", "complaint", "suppressed",
              _postmark_bounce("SpamComplaint", 100001, RecordType="SpamComplaint"))  # fmt: skip
    yield one("unsubscribed", "unsubscribe", "unsubscribed", _postmark_record(
        "SubscriptionChange", "ChangedAt", Origin="Recipient", SuppressSending=True,
        SuppressionReason="ManualSuppression"))  # fmt: skip
    yield one("suppressed by the office", "notice", "", _postmark_record(
        "SubscriptionChange", "ChangedAt", Origin="Customer", SuppressSending=True,
        SuppressionReason="ManualSuppression"))  # fmt: skip
    yield one("delivery", "notice", "", _postmark_record("Delivery", "DeliveredAt", Details="250 2.0.0 OK"))
    yield one(
        "open", "notice", "", _postmark_record("Open", "ReceivedAt", FirstOpen=True, UserAgent="Mozilla/5.0")
    )
    yield one(
        "click", "notice", "", _postmark_record("Click", "ReceivedAt", OriginalLink="https://example.org")
    )


# ---- Brevo ---------------------------------------------------------------------------------------------


def _brevo() -> Iterator[Told]:
    def one(name: str, kind: str, done: str, event: str, **more: object) -> Told:
        return Told("brevo", name, kind, done, {
            "event": event, "email": ADDRESS, "id": 26224, "date": "2026-03-03 10:00:05", "ts": SECONDS,
            "message-id": "<202603030900.NUMBER@smtp-relay.mailin.example>", "ts_event": SECONDS,
            "ts_epoch": 1000 * SECONDS, "subject": "Harbour report", "X-Mailin-custom": f"mailer:{TOKEN}",
            "sending_ip": "192.0.2.1", "template_id": 22, "tags": ["press"], **more})  # fmt: skip

    yield one("hard bounce", "bounce", "suppressed", "hard_bounce", reason=f" RecipientError: {UNKNOWN_USER}")
    yield one("hard bounce without a word", "bounce", "suppressed", "hard_bounce")
    yield one("full mailbox", "bounce", "bounced", "soft_bounce", reason=FULL)
    yield one("blocked there", "bounce", "bounced", "blocked", reason="blocked : due to blacklist user")
    yield one("invalid", "bounce", "suppressed", "invalid_email")
    yield one("error", "bounce", "bounced", "error")
    yield one("deferred", "delay", "waiting", "deferred", reason="451 4.7.1 Try again later")
    yield one("spam", "complaint", "suppressed", "spam")
    yield one("complaint", "complaint", "suppressed", "complaint")
    yield one("unsubscribed", "unsubscribe", "unsubscribed", "unsubscribed")
    yield one("request", "notice", "", "request")
    yield one("delivered", "notice", "", "delivered")
    yield one("opened", "notice", "", "unique_opened")
    yield one("click", "notice", "", "click", link="https://example.org")
