"""What is known of the servers that offices really have: a name in SMTP_PRESET stands for a row here.

Whatever .env says itself overrides the row. docs/guide/providers/ says the same to people, with where it is from.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider's way in.

    Attributes:
        name: as SMTP_PRESET has it.
        title: as people call it.
        host: "" where the office has one of its own, or a region's.
        rates: as SMTP_RATE has them, "" where it states none.
        connections: at the same time, at most; 0: not known.
        authorization: whose OAuth 2.0 it is, a key of `mailer.authorization.SERVERS`; "": it takes passwords.
        events: a provider of `POST /events/PROVIDER/SECRET`; "": it tells nothing but by mail.
    """

    name: str
    title: str
    host: str
    port: int = 587
    security: str = "starttls"
    connections: int = 0
    rates: str = ""
    authorization: str = ""
    events: str = ""


PRESETS: tuple[Preset, ...] = (
    Preset("microsoft365", "Microsoft 365", "smtp.office365.com", connections=3, rates="30/minute, 10000/day",
           authorization="microsoft"),
    Preset("google", "Google Workspace", "smtp.gmail.com", rates="2000/day", authorization="google"),
    Preset("google-relay", "Google Workspace's SMTP relay", "smtp-relay.gmail.com", rates="10000/day",
           authorization="google"),
    Preset("ses", "Amazon SES", "", events="ses"),
    Preset("postmark", "Postmark", "smtp.postmarkapp.com", events="postmark"),
    Preset("mailgun", "Mailgun", "smtp.mailgun.org", events="mailgun"),
    Preset("sendgrid", "SendGrid", "smtp.sendgrid.net", events="sendgrid"),
    Preset("brevo", "Brevo", "smtp-relay.brevo.com", events="brevo"),
)  # fmt: skip

BY_NAME = {preset.name: preset for preset in PRESETS}
TELLING = {preset.events: preset.title for preset in PRESETS if preset.events}
"""Who tells events, by the name in the path, and as people call them."""
