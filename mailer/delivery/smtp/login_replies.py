"""What a server means that will not take our login, or wants one: one table, read from the top.

Most servers answer 535 to everything, and the next thing that staff try is the password, again and again, until the
account is locked. What is the matter stands in the enhanced code (RFC 3463, RFC 4954 §6) or only in the text.
docs/reference/replies.md shows the table (`python docs/reference/make.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailer.delivery.replies import Reply, Stage, Verdict, judge

HANGS_UP = (
    "Some servers hang up on a wrong password: check SMTP_USERNAME and SMTP_PASSWORD in .env. It is not sent again, "
    "so that the account is not locked."
)
ONCE = "It was tried only once, so that the account is not locked."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line of the table. `codes` and `enhanced` are regular expressions for the whole of the reply's codes, `said`
    for a part of its text in any case; empty ones fit anything.

    Attributes:
        meaning: what the server means by it.
        cure: who does what about it; `{user}` stands for SMTP_USERNAME.
    """

    codes: str
    enhanced: str
    said: str
    meaning: str
    cure: str

    def fits(self, reply: Reply) -> bool:
        return (
            re.fullmatch(self.codes or ".*", str(reply.code)) is not None
            and (not self.enhanced or re.fullmatch(self.enhanced, reply.enhanced) is not None)
            and re.search(self.said, reply.text, re.IGNORECASE | re.DOTALL) is not None
        )


_ASK = "ask the people who run the server"
_SIGN_IN = "Sign in with `mailer login` instead of a password"

NO_PASSWORDS = Refusal(
    "5..", "", r"basic authentication is disabled|basic authentication is not supported",
    "This server no longer accepts passwords from programs, only OAuth (a sign-in); the password may be right.",
    f"{_SIGN_IN}.",
)  # fmt: skip
"""Of Exchange Online: 535 5.7.139, and 550 5.7.30 since passwords are refused for everybody."""


def _switched_off(proof: str) -> tuple[Refusal, ...]:
    """Said to a password and to a token alike."""
    return (
        Refusal("5..", "", r"SmtpClientAuthentication is disabled for the Tenant",
                f"Your organisation has switched off sending by programs (SMTP AUTH); the {proof} may be right.",
                "A Microsoft 365 administrator can switch it on for the mailbox: `Set-CASMailbox -Identity {user} "
                "-SmtpClientAuthenticationDisabled $false`; or for all: `Set-TransportConfig "
                "-SmtpClientAuthenticationDisabled $false` (https://aka.ms/smtp_auth_disabled)."),
        Refusal("5..", "", r"SmtpClientAuthentication is disabled",
                f"Sending by programs (SMTP AUTH) is switched off for this mailbox; the {proof} may be right.",
                "A Microsoft 365 administrator can switch it on for the mailbox: `Set-CASMailbox -Identity {user} "
                "-SmtpClientAuthenticationDisabled $false` (https://aka.ms/smtp_auth_disabled)."),
    )  # fmt: skip


AT_LOGIN: tuple[Refusal, ...] = (
    *_switched_off("password"),
    NO_PASSWORDS,
    Refusal("5..", "", r"security defaults|conditional access|did not meet the criteria",
            "One of your organisation's rules forbids this way of logging in; the password may be right.",
            f"{_SIGN_IN}; or an administrator exempts the mailbox from it (at Microsoft: security defaults, "
            "conditional access)."),
    Refusal("5..", "", r"application[- ]specific password|app[- ]password|InvalidSecondFactor",
            "The account has two-step sign-in, so its usual password does not work here.",
            "Create an app password in the account's security settings, and put that in SMTP_PASSWORD. Or: "
            f"{_SIGN_IN}."),
    Refusal("5..", "", r"web browser|web login required|WebLoginRequired",
            "The account wants somebody to sign in with a web browser first; the password may be right.",
            f"{_SIGN_IN}; or sign in there, allow the access it asks about, and create an app password for "
            "SMTP_PASSWORD."),
    Refusal("4..", "", r"maximum credits exceeded",
            "The account's credits with SendGrid are used up; the password may be right.",
            "Whoever pays for the account raises its plan, or waits until its credits are renewed."),
    Refusal("5..", "", r"unauthorized IP address",
            "The provider (Brevo) takes logins only from addresses on the net that its account lists.",
            "Add this office's address at Brevo under Security, Authorised IPs."),
    Refusal("[45]..", "", r"AUTH005|too many|locked|blocked|suspended|account disabled",
            "The account is locked or closed, temporarily or permanently: even the right password would be refused.",
            "Don't try again now. Check the account in a browser, or ask the people who run the server. Some "
            "(Yahoo) also say this when they want an app password."),
    Refusal("5..", "", r"expired",
            "The password has expired.", "Set a new one where the account is managed, then put it in SMTP_PASSWORD."),
    Refusal("538", "", "", "The server accepts a login only over an encrypted connection (RFC 4954 §4).",
            "Set SMTP_SECURITY=starttls or tls."),
    Refusal("5..", r"5\.7\.11", "", "The server accepts a login only over an encrypted connection (RFC 4954 §6).",
            "Set SMTP_SECURITY=starttls or tls."),
    Refusal("530", "", r"STARTTLS", "The server accepts a login only over an encrypted connection (RFC 3207 §4).",
            "Set SMTP_SECURITY=starttls or tls."),
    Refusal("534", "", "", "This way of logging in is too weak for the server (RFC 4954 §6).",
            f"The password is not at fault: {_ASK} which ways it accepts. mailer knows PLAIN, LOGIN and CRAM-MD5, and "
            "OAUTHBEARER and XOAUTH2 after `mailer login`."),
    Refusal("50[0234]", "", "", "The server does not support this way of logging in (RFC 4954 §4).",
            "Is this the port for sending mail (587 or 465)? If the server needs no login, leave SMTP_USERNAME empty."),
    Refusal("535", "", r"BadCredentials|Username and Password not accepted",
            "The user name or the password is wrong; Google takes no account's usual password, only an app password of "
            "16 letters.",
            f"Correct SMTP_USERNAME (the full address) and SMTP_PASSWORD in .env. Or: {_SIGN_IN}."),
    Refusal("535", r"5\.7\.(3|139)", "", "The user name or the password is wrong.",
            "Correct SMTP_USERNAME (the full address, user@example.org) and SMTP_PASSWORD in .env. If both are right, "
            "a Microsoft 365 administrator can check whether the mailbox may send with a password (SMTP AUTH)."),
    Refusal("535", "", "", "The user name or the password is wrong (RFC 4954 §6).",
            "Correct SMTP_USERNAME and SMTP_PASSWORD in .env."),
    Refusal("", "", "", "The server does not say that the password is wrong.",
            f"Check SMTP_USERNAME and SMTP_PASSWORD in .env, and {_ASK} what it means."),
)  # fmt: skip
"""Answers to a password. The texts are those of Exchange Online, Google and Yahoo as their users report them."""

WITH_TOKEN: tuple[Refusal, ...] = (
    *_switched_off("sign-in"),
    Refusal("", "", r"AADSTS65001|not consented|consent_required",
            "Nobody has allowed this application to send for the mailbox (missing consent).",
            "Run `mailer login` and accept what it asks for. Where only administrators may, one of them grants consent "
            "to the application (Microsoft Entra: App registrations, API permissions, Grant admin consent)."),
    Refusal("", "", r"insufficient_scope",
            "The sign-in does not include sending mail (RFC 7628 §3.2.2).",
            "Sign in again with `mailer login` and accept all that it asks for."),
    Refusal("", "", r"invalid_token|expired|revoked",
            "The sign-in is no longer valid: it has expired, or was withdrawn (RFC 6750 §3.1).",
            "Sign in again with `mailer login`."),
    Refusal("535", r"5\.7\.(3|139)", "",
            "The server did not take the sign-in for this mailbox.",
            "Is SMTP_USERNAME the mailbox that signed in with `mailer login`? After `mailer login --app`, a Microsoft "
            "365 administrator gives the application SMTP.SendAsApp and access to the mailbox: "
            "`Add-MailboxPermission -Identity {user} -User SERVICE_PRINCIPAL_ID -AccessRights FullAccess`."),
    Refusal("50[0234]", "", "", "The server does not support this way of signing in (RFC 4954 §4).",
            "Is SMTP_HOST the provider's own server, and the port one for sending mail (587 or 465)?"),
    Refusal("", "", "", "The server did not take the sign-in.",
            "Is SMTP_USERNAME the full address that signed in? Then sign in again with `mailer login`."),
)  # fmt: skip
"""Answers to a token (RFC 7628, XOAUTH2), with what the server's JSON says; also the words of the server that issues
tokens. Exchange Online says 535 5.7.3 to any token that it does not take, Google 535 5.7.8."""

WITHOUT_LOGIN: tuple[Refusal, ...] = (
    NO_PASSWORDS,
    Refusal("530", "", r"STARTTLS", "The server accepts mail only over an encrypted connection (RFC 3207 §4).",
            "Set SMTP_SECURITY=starttls or tls."),
    Refusal("530", "", "", "The server accepts mail only after a login (RFC 4954 §6).", ""),
    Refusal("5..", r"5\.7\.57", "", "The server accepts mail only after a login.", ""),
)  # fmt: skip
"""Answers to MAIL and what follows: a login was wanted before."""

NO_RELAY = Refusal(
    "5..", r"|5\.0\.0|5\.7\.\d+", r"\brelay", "The server relays mail to others only after a login.", ""
)
"""What Postfix, Exim and Exchange say to whoever has not logged in; to others it means that they may not send at
all."""

HOW_TO_LOG_IN = (
    "Set SMTP_USERNAME and SMTP_PASSWORD in .env, or sign in with `mailer login`; `mailer doctor` tries it without "
    "sending anything."
)
_SET_ALREADY = (
    "The login as {user} succeeded, but is not enough: ask the people who run the server what it may send."
)


def refused(reply: Reply, user: str, *, token: bool = False, reason: str = "") -> tuple[str, str]:
    """What to tell about a login that was refused: message and hint.

    Args:
        user: SMTP_USERNAME.
        token: a token was sent, not a password.
        reason: what the server said about it before, as in the JSON of RFC 7628 §3.2.2.
    """
    said = f"{reply} ({reason})" if reason else str(reply)
    found = meant(Reply(reply.code, f"{reply.text}\n{reason}", reply.enhanced), token=token)
    hint = f"{found.meaning} {found.cure.format(user=user)}"
    return f"The server refused the login of {user}: {said}", hint if token else f"{hint} {ONCE}"


def meant(reply: Reply, *, token: bool = False) -> Refusal:
    """What a refusal means; of a server that issues tokens, a reply without a code."""
    return next(refusal for refusal in (WITH_TOKEN if token else AT_LOGIN) if refusal.fits(reply))


def wanted(stage: Stage, reply: Reply, user: str) -> tuple[str, str] | None:
    """What to tell where a server refuses mail for want of a login: message and hint, or None: it is about
    something else.

    Args:
        user: SMTP_USERNAME, "" where none is set.
    """
    if stage is Stage.AUTH or judge(stage, reply) not in (Verdict.STOP, Verdict.HALT, Verdict.HALT_QUEUED):
        return None
    table = WITHOUT_LOGIN if user else (*WITHOUT_LOGIN, NO_RELAY)
    found = next((refusal for refusal in table if refusal.fits(reply)), None)
    if found is None:
        return None
    cure = found.cure or (_SET_ALREADY.format(user=user) if user else HOW_TO_LOG_IN)
    return f"The server refused {stage}: {reply}", f"{found.meaning} {cure}"
