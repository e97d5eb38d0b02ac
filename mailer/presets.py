"""What is known of the servers that offices really have: a name in SMTP_PRESET stands for a row here.

Whatever .env says itself overrides the row. Only what a provider documents stands here, with where; what differs from
account to account (SES's quota, a plan's volume) does not. docs/guide/providers/ says the same to people.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider's way in.

    Attributes:
        name: as SMTP_PRESET has it.
        title: as people call it.
        sources: where the provider says so.
        host: "" where the office has one of its own, or a region's.
        example: a host of that kind.
        port, security: as SMTP_PORT and SMTP_SECURITY have them; the port goes with this security alone.
        username: "" where it is the office's own.
        rates: as SMTP_RATE has them, "" where it states none that holds for every account.
        connections: at the same time, at most; 0: not known.
        note: what else the office has to know before the first login, or "".
        must_log_in: whether it takes mail only after a login.
        authorization: whose OAuth 2.0 it is, a key of `mailer.authorization.SERVERS`; "": it takes passwords.
        passwords: what has become of passwords there, or "".
        other_sender: what becomes of mail that is not from the mailbox that logs in, and what to do; "": nothing is
            known of it. `{user}` and `{sender}` stand for these two.
        spf: the domain that an SPF record includes for it; "": it puts a return address of its own on the mail, so
            SPF is not looked at in the office's domain.
        selectors: names of the DKIM keys by which it signs, where they are the same for everybody.
        events: a provider of `POST /events/PROVIDER/SECRET`; "": it tells nothing but by mail.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    host: str
    example: str = ""
    port: int = 587
    security: str = "starttls"
    username: str = ""
    rates: str = ""
    connections: int = 0
    note: str = ""
    must_log_in: bool = True
    authorization: str = ""
    passwords: str = ""
    other_sender: str = ""
    spf: str = ""
    selectors: tuple[str, ...] = ()
    events: str = ""


_GOOGLE_PASSWORDS = (
    "Google has refused the passwords of accounts since May 2025. It takes a token (`mailer login`), or an app "
    "password of 16 letters."
)

PRESETS: tuple[Preset, ...] = (
    Preset(
        "microsoft365",
        "Microsoft 365",
        (
            "https://learn.microsoft.com/exchange/mail-flow-best-practices/"
            "how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
            "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/"
            "exchange-online-limits#sending-limits-1",
            # three connections
            "https://techcommunity.microsoft.com/blog/exchange/"
            "changes-coming-to-the-smtp-authenticated-submission-client-protocol/607825",
            # passwords, as of 27 January 2026
            "https://techcommunity.microsoft.com/blog/exchange/"
            "exchange-online-to-retire-basic-auth-for-client-submission-smtp-auth/4114750",
        ),
        "smtp.office365.com",
        rates="30/minute, 10000/day",
        connections=3,
        authorization="microsoft",
        passwords="Exchange Online refuses passwords over SMTP by default from the end of December 2026 on; the day "
        "from which it does so for good, Microsoft names in the second half of 2027.",
        other_sender="Exchange Online refuses it, unless an administrator has allowed it: `Add-RecipientPermission "
        "{sender} -Trustee {user} -AccessRights SendAs`. Or `newsroom.md` names {user} as the sender.",
        spf="spf.protection.outlook.com",
        selectors=("selector1", "selector2"),
    ),
    Preset(
        "google",
        "Google Workspace",
        (
            "https://support.google.com/a/answer/166852",
            "https://support.google.com/a/answer/14114704",
        ),
        "smtp.gmail.com",
        rates="2000/day",
        authorization="google",
        passwords=_GOOGLE_PASSWORDS,
        # as users report: https://lee-phillips.org/gmailRewriting/
        other_sender="Gmail may put {user} in its place, unless it is one of that account's own: Gmail's settings, "
        "“Send mail as”. Or `newsroom.md` names {user} as the sender.",
        spf="_spf.google.com",
        selectors=("google",),
    ),
    Preset(
        "google-relay",
        "Google Workspace's SMTP relay",
        ("https://support.google.com/a/answer/2956491", "https://support.google.com/a/answer/166852"),
        "smtp-relay.gmail.com",
        rates="10000/day",
        must_log_in=False,
        note="An administrator of Google Workspace has to switch the relay on first, and says who may use it: whoever "
        "logs in, or an address of the network.",
        authorization="google",
        passwords=_GOOGLE_PASSWORDS,
        spf="_spf.google.com",
        selectors=("google",),
    ),
    Preset(
        "ses",
        "Amazon SES",
        (
            "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
            "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
            "https://docs.aws.amazon.com/ses/latest/dg/mail-from.html",
        ),
        "",
        example="email-smtp.eu-west-1.amazonaws.com",
        note="How much an account may send is in the SES console, under “Account dashboard”: put it in SMTP_RATE, for "
        "example SMTP_RATE=14/second, 50000/day.",
        events="ses",
    ),
    Preset(
        "postmark",
        "Postmark",
        (
            "https://postmarkapp.com/support/article/811-what-are-the-smtp-details-credentials-i-should-be-using",
            "https://postmarkapp.com/support/article/1207-how-to-create-and-send-through-message-streams",
        ),
        # What goes to many at once belongs in a broadcast stream, which has a host of its own.
        "smtp-broadcasts.postmarkapp.com",
        note="The access key and the secret key of an SMTP token are SMTP_USERNAME and SMTP_PASSWORD; it belongs to "
        "one message stream.",
        events="postmark",
    ),
    Preset(
        "mailgun",
        "Mailgun",
        (
            "https://documentation.mailgun.com/en/latest/user_manual.html",
            "https://documentation.mailgun.com/docs/mailgun/quickstart-guide/requests",  # its regions
        ),
        "smtp.mailgun.org",
        note="A domain in Mailgun's EU region needs SMTP_HOST=smtp.eu.mailgun.org.",
        events="mailgun",
    ),
    Preset(
        "sendgrid",
        "SendGrid",
        (
            "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
            "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication",
        ),
        "smtp.sendgrid.net",
        username="apikey",
        note="The user name is the word apikey; SMTP_PASSWORD is the API key itself.",
        events="sendgrid",
    ),
    Preset(
        "brevo",
        "Brevo",
        (
            "https://developers.brevo.com/docs/smtp-integration",
            "https://help.brevo.com/hc/en-us/articles/17286219877778-FAQs-About-domain-authentication-Brevo-code-DKIM-DMARC",
        ),
        "smtp-relay.brevo.com",
        # Encrypted by each of Brevo's manuals; of 587 one says so, and the other the opposite.
        port=465,
        security="tls",
        note="SMTP_PASSWORD is an SMTP key, not an API key.",
        events="brevo",
    ),
)

BY_NAME = {preset.name: preset for preset in PRESETS}
TELLING = {preset.events: preset.title for preset in PRESETS if preset.events}
"""Who tells events, by the name in the path, and as people call them."""
