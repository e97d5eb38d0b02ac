"""What a failure means for the next mail to that address: one table, read from the top.

Text beats code where both are there, as codes are often a program's own guess: sendmail calls any bare 550
at RCPT 5.1.1, Exchange wraps a remote 550 5.1.1 into 5.0.0, many say 5.x.x to a full mailbox. Of the text, what is
about us or may pass beats what is about the mailbox: who is spared by mistake bounces again, and who is suppressed by
mistake gets nothing more.
docs/reference/bounces.md shows it (`python docs/reference/make.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mailer.bounces.reading.phrases import PHRASES, compiled, plain_words


class Severity(StrEnum):
    """What to conclude about the address."""

    HARD = "hard"
    """There is no such mailbox or domain, and the next mail will bounce too."""
    SOFT = "soft"
    """It may pass: a full or disabled mailbox, a server that can't be reached."""
    ABOUT_US = "about us"
    """The message or its sender was refused; the address may be in perfect order."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a mail did not arrive, a line of the table: it fits where its words are found in the text and its codes are
    the status.

    Attributes:
        name: what happened, for staff.
        codes: regular expression for the whole of the status code (RFC 3463), which is "" where there is none.
        words: what is searched in the text; None: any text.
        why: where the line comes from.
    """

    name: str
    severity: Severity
    codes: str
    words: re.Pattern[str] | None
    why: str

    def fits(self, status: str, text: str) -> bool:
        return re.fullmatch(self.codes, status) is not None and (
            self.words is None or self.words.search(text) is not None
        )


_HARD, _SOFT, _US = Severity.HARD, Severity.SOFT, Severity.ABOUT_US
_EDGE = compiled("access denied")

CAUSES: tuple[Cause, ...] = (
    Cause("our own account was refused", _US, ".*", PHRASES["account"],
          "Its quota, its rights, its own full mailbox, whatever the code: the provider says so."),
    Cause("the mailbox is full", _SOFT, ".*", PHRASES["full"],
          "It passes once its owner makes room, whatever the code (many say 5.2.2; RFC 3463 §3.3)."),
    Cause("greylisted", _SOFT, ".*", PHRASES["greylisted"], "It passes within the hour, whatever the code (RFC 6647)."),
    Cause("our own address was refused", _US, r"[45]\.1\.[78]|5\.1\.90", None,
          "X.1.7, X.1.8: the sender's (RFC 3463 §3.2); Exchange Online's 5.1.90: our daily limit."),
    Cause("our own address or server was refused", _US, r"|5\..*", PHRASES["sender"], "The server says so."),
    Cause("refused because of us", _US, ".*", PHRASES["us"], "Reputation, authentication, relaying."),
    Cause("the message was refused", _US, ".*", PHRASES["message"], "Its size or its content: another may pass."),
    Cause("the message was refused", _US, r"5\.2\.3|5\.3\.4|5\.6\..*", None,
          "Too long, too big, or because of its content (RFC 3463 §3.3, §3.4, §3.7)."),
    Cause("a temporary failure, tried until it expired", _SOFT, r"4\..*", None,
          "4.x.x: the same may be accepted later (RFC 3463 §3)."),
    Cause("the mailbox is gone", _HARD, r"|5\..*", PHRASES["gone"], "The server says so, and that it is for good."),
    Cause("it may pass", _SOFT, ".*", PHRASES["passing"],
          "Busy, out of reach, disabled for now (RFC 3463 §3.3): words of time beat any code."),
    Cause("no such mailbox", _HARD, r"5\.4\.1", _EDGE,
          "Exchange Online's edge says 5.4.1 “Access denied” for recipients its directory doesn't have."),
    Cause("refused by policy", _US, r"5\.7\..*", PHRASES["policy"], "The server says so."),
    Cause("no such mailbox", _HARD, r"|5\..*", PHRASES["no_mailbox"], "The server says so."),
    Cause("no such domain, or one that accepts no mail", _HARD, r"|5\..*", PHRASES["no_domain"],
          "The server says so; also a null MX (RFC 7505)."),
    Cause("the person has moved", _HARD, r"|5\..*", PHRASES["moved"], "5.1.6 in words (RFC 3463 §3.2)."),
    Cause("refused by policy", _US, r"|5\..*", PHRASES["policy"], "The server says so."),
    Cause("refused by policy", _US, r"5\.7\..*", None,
          "5.7.x: security or policy status (RFC 3463 §3.8): this is about the sender, not the mailbox."),
    Cause("no such mailbox", _HARD, r"|5\.[015]\..*", PHRASES["unavailable"],
          "RFC 5321 §4.2.3 has these words for 550, and nothing else is said."),
    Cause("the address was refused", _HARD, r"5\.1\..*", PHRASES["address_rejected"],
          "X.1.x: it is about the address (RFC 3463 §3.2), and nothing else is said."),
    Cause("refused", _US, r"|5\..*", PHRASES["refused"], "For a reason that is not understood: the address is spared."),
    Cause("no such mailbox or domain, by its code", _HARD, r"5\.1\.[136]|5\.1\.10", None,
          "RFC 3463 §3.2; RFC 7505 for 5.1.10. 5.1.0, 5.1.2 and 5.4.4 are said of anything."),
    Cause("no known reason", _SOFT, ".*", None, "When in doubt, the address is spared: three such bounces decide."),
)  # fmt: skip


@lru_cache(maxsize=64)
def cause_of(status: str, text: str) -> Cause:
    """The first line that fits a failure.

    Args:
        status: RFC 3463 code, or "".
        text: what the server or the reporting program said.
    """
    plain = plain_words(_last_reply(text))
    return next(cause for cause in CAUSES if cause.fits(status, plain))


_QUOTES = re.compile(
    r"(?:\b(?:reply|said|says|responded|returned|answered|with)\b ?:|->|=>)\s*['\"(<#]{0,2}(?=[45]\d\d[ -])",
    re.I,
)


def _last_reply(text: str) -> str:
    """The reply of the server furthest on, where one quotes another's: that one has, or hasn't, the mailbox. Where the
    sender was verified, what is quoted is about the sender."""
    *_, last = ["", *_QUOTES.split(text)]
    return text if last == text or PHRASES["sender"].search(plain_words(text)) else last


_ENHANCED = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\w|\.\d)")
_AFTER_REPLY = re.compile(r"(?<![\w.])[245]\d\d[- ]{1,3}['\"(#]{0,2}([245]\.\d{1,3}\.\d{1,3})(?!\w|\.\d)")
_REPLY = re.compile(r"(?<![\w.:/=-])([45])[0-5]\d(?![\w.:/=])")
_ITS_REPLY = re.compile(r"\W{0,3}(?:smtp; ?)?([45])[0-5]\d(?=[ -])", re.I)
_GENERIC = re.compile(r"[45]\.(?:0|3|5|1|2|4)\.0|")


def status_code(field: str, text: str) -> str:
    """The status code that tells most: a remote server's own in the text, before the reporter's field.

    Args:
        field: the Status field's value, or "".
        text: Diagnostic-Code, or what was said about the recipient.

    Returns:
        As RFC 3463 writes it; X.0.0 where only a reply code is there; "" where there is none.
    """
    last = _last_reply(text)
    text = last if _ENHANCED.search(last) else text
    own = _ENHANCED.search(field)
    given = own[0] if own else ""
    spoken = _AFTER_REPLY.search(text)
    told = spoken[1] if spoken else next((m[0] for m in _ENHANCED.finditer(text) if m[1] != "2"), "")
    if told and not told.startswith("2") and (_GENERIC.fullmatch(given) or not _GENERIC.fullmatch(told)):
        return told
    if given and not _GENERIC.fullmatch(given):
        return given
    # A generic field is the reporter's guess; the reply's own class is none (RFC 5321 §4.2.1).
    reply = _ITS_REPLY.match(text) if given else _REPLY.search(text)
    return f"{reply[1]}.0.0" if reply else given
