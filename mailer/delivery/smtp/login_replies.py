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
        cure: who does what about it.
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
_ANOTHER = "or ask for another server that accepts a password"

AT_LOGIN: tuple[Refusal, ...] = (
    Refusal("5..", "", r"SmtpClientAuthentication is disabled for the Tenant",
            "Your organisation has switched off sending with a password (SMTP AUTH); the password may be right.",
            "A Microsoft 365 administrator can switch it on: https://aka.ms/smtp_auth_disabled"),
    Refusal("5..", "", r"SmtpClientAuthentication is disabled",
            "Sending with a password (SMTP AUTH) is switched off for this mailbox; the password may be right.",
            "A Microsoft 365 administrator can switch it on for the mailbox: https://aka.ms/smtp_auth_disabled"),
    Refusal("5..", "", r"basic authentication is disabled",
            "This server no longer accepts passwords from programs, only OAuth; the password may be right.",
            f"An administrator can allow SMTP AUTH for the mailbox, where that is still offered, {_ANOTHER}."),
    Refusal("5..", "", r"security defaults|conditional access|did not meet the criteria",
            "One of your organisation's rules forbids this way of logging in; the password may be right.",
            "An administrator can exempt the mailbox from it (at Microsoft: security defaults, conditional access), "
            f"{_ANOTHER}."),
    Refusal("5..", "", r"application[- ]specific password|app[- ]password|InvalidSecondFactor",
            "The account has two-step sign-in, so its usual password does not work here.",
            "Create an app password in the account's security settings, and put that in SMTP_PASSWORD."),
    Refusal("5..", "", r"web browser|web login required|WebLoginRequired",
            "The account wants somebody to sign in with a web browser first; the password may be right.",
            "Sign in there, allow the access it asks about, and create an app password for SMTP_PASSWORD."),
    Refusal("5..", "", r"AUTH005|too many|locked|blocked|suspended|account disabled",
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
            f"The password is not at fault: {_ASK} which ways it accepts. mailer knows PLAIN, LOGIN and CRAM-MD5."),
    Refusal("50[0234]", "", "", "The server does not support this way of logging in (RFC 4954 §4).",
            "Is this the port for sending mail (587 or 465)? If the server needs no login, leave SMTP_USERNAME empty."),
    Refusal("535", "", r"BadCredentials|Username and Password not accepted",
            "The user name or the password is wrong; Google requires an app password of 16 letters.",
            "Correct SMTP_USERNAME (the full address) and SMTP_PASSWORD in .env."),
    Refusal("535", r"5\.7\.(3|139)", "", "The user name or the password is wrong.",
            "Correct SMTP_USERNAME (the full address, user@example.org) and SMTP_PASSWORD in .env. If both are right, "
            "a Microsoft 365 administrator can check whether the mailbox may send with a password (SMTP AUTH)."),
    Refusal("535", "", "", "The user name or the password is wrong (RFC 4954 §6).",
            "Correct SMTP_USERNAME and SMTP_PASSWORD in .env."),
    Refusal("", "", "", "The server does not say that the password is wrong.",
            f"Check SMTP_USERNAME and SMTP_PASSWORD in .env, and {_ASK} what it means."),
)  # fmt: skip
"""Answers to AUTH. The texts are those of Exchange Online, Google and Yahoo as their users report them."""

WITHOUT_LOGIN: tuple[Refusal, ...] = (
    Refusal("530", "", r"STARTTLS", "The server accepts mail only over an encrypted connection (RFC 3207 §4).",
            "Set SMTP_SECURITY=starttls or tls."),
    Refusal("530", "", "", "The server accepts mail only after a login (RFC 4954 §6).", ""),
    Refusal("5..", r"5\.7\.57", "", "The server accepts mail only after a login.", ""),
)  # fmt: skip
"""Answers to MAIL and what follows: a login was wanted before."""

NO_RELAY = Refusal(
    "5..", r"5\.7\.\d+", r"\brelay", "The server relays mail to others only after a login.", ""
)
"""What Postfix and Exchange say to whoever has not logged in; to others it means that they may not send at all."""

HOW_TO_LOG_IN = (
    "Set SMTP_USERNAME and SMTP_PASSWORD in .env; `mailer doctor` tries them without sending anything."
)
_SET_ALREADY = (
    "The login as {user} succeeded, but is not enough: ask the people who run the server what it may send."
)


def refused(reply: Reply, user: str) -> tuple[str, str]:
    """What to tell about a login that was refused: message and hint."""
    found = next(refusal for refusal in AT_LOGIN if refusal.fits(reply))
    return f"The server refused the login of {user}: {reply}", f"{found.meaning} {found.cure} {ONCE}"


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
