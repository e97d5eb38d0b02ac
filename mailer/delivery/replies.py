"""What a server's reply means for a recipient and for the run: one table, read from the top.

docs/reference/replies.md shows it (`python docs/reference/make.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mailer.model import Outcome, Status
from mailer.visible import visible

MOST_REMEMBERED = 1000
"""Characters of a reply that the ledger keeps."""


class Stage(StrEnum):
    """Where in the conversation a reply was read, or the line broke (RFC 5321 §3)."""

    CONNECT = "connect"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "message"
    DOT = "end of message"
    QUIT = "QUIT"


class Verdict(StrEnum):
    """What is done about a reply."""

    ACCEPTED = "accepted: the next hop has taken the message"
    REJECTED = "rejected: this recipient, permanently"
    SUPPRESS = "rejected, and the address is proposed for suppression"
    DEFERRED = "deferred: this recipient, tried again later"
    RECONNECT = "reconnect with back-off; the recipient stays queued"
    HALT = "halt the run; the recipient is deferred"
    HALT_QUEUED = "halt the run; the recipient stays queued"
    STOP = "stop at once; the recipient stays queued"
    PROCEED = "go on with the conversation"
    BROKEN = "not SMTP: reconnect; after the final dot the recipient is uncertain"


class Reply(NamedTuple):
    """A server's reply (RFC 5321 §4.2). Code 0: what we say ourselves, as no reply was read.

    `text` has the lines that the server made of it, each of visible characters and without a secret of ours.
    """

    code: int
    text: str = ""
    enhanced: str = ""

    @property
    def in_short(self) -> str:
        """The text on one line, to be shown and remembered; a server may say 64 kB to each recipient."""
        text = visible(self.text)
        return text if len(text) <= MOST_REMEMBERED else f"{text[:MOST_REMEMBERED]} …"

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code or ""), self.enhanced, self.in_short)))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `stages` empty: any. `codes` and `enhanced` are regular expressions for the
    whole of the reply's codes; an empty `enhanced` fits any, absent ones too."""

    stages: tuple[Stage, ...]
    codes: str
    enhanced: str
    verdict: Verdict
    reason: str

    def fits(self, stage: Stage, reply: Reply) -> bool:
        return (
            (not self.stages or stage in self.stages)
            and re.fullmatch(self.codes, str(reply.code)) is not None
            and (not self.enhanced or re.fullmatch(self.enhanced, reply.enhanced) is not None)
        )


_S, _V = Stage, Verdict
_RECIPIENT = (_S.RCPT,)
_CONTENT = (_S.DATA, _S.BODY, _S.DOT)

TABLE: tuple[Rule, ...] = (
    Rule((_S.DOT,), "2..", "", _V.ACCEPTED, "The next hop takes responsibility (RFC 5321 §4.2.5)."),
    Rule((_S.DATA,), "354", "", _V.PROCEED, "The message may follow (RFC 5321 §4.1.1.4)."),
    Rule((_S.AUTH,), "334", "", _V.PROCEED, "The server asks for the next step (RFC 4954 §4)."),
    Rule((_S.AUTH,), "235", "", _V.PROCEED, "Logged in (RFC 4954 §6)."),
    Rule((_S.AUTH,), "[23]..", "", _V.STOP,
         "Not a valid answer to a login (RFC 4954 §4). The password has been sent, and an odd answer is "
         "no reason to send it again."),
    Rule((_S.DATA,), "2..", "", _V.BROKEN,
         "354 would allow the message; nothing else does (RFC 5321 §4.3.2)."),
    Rule((), "2..", "", _V.PROCEED, "Success (RFC 5321 §4.2.1)."),
    Rule((), "421", "", _V.RECONNECT,
         "The server closes this connection (RFC 5321 §3.8); until it replies to the final dot, nothing "
         "is accepted."),
    Rule((_S.AUTH, _S.STARTTLS), "4..", "", _V.RECONNECT,
         "454: temporarily not available (RFC 4954 §6, RFC 3207 §4)."),
    Rule((), "53[0458]", "", _V.STOP,
         "Login is required, refused or too weak (RFC 4954 §6): this is about us, and a wrong password must "
         "cost only one attempt."),
    Rule((_S.AUTH, _S.STARTTLS, _S.CONNECT, _S.EHLO), "5..", "", _V.STOP,
         "The server turns this client away (RFC 5321 §3.1, RFC 7504)."),
    Rule((_S.CONNECT, _S.EHLO), "4..", "", _V.RECONNECT, "The server is not ready (RFC 5321 §4.5.4.1)."),
    Rule((), "552", r"5\.3\.4", _V.STOP,
         "Too big for this server, for anyone (RFC 3463 §3.4, RFC 1870 §6.1)."),
    Rule((_S.MAIL, *_CONTENT), "552", r"|5\.0\.0", _V.STOP,
         "552 outside RCPT means the message's size (RFC 1870 §6.1)."),
    Rule((_S.MAIL,), "4..", "", _V.RECONNECT,
         "The sender can't be served now (RFC 5321 §4.3.2); no recipient is to blame."),
    Rule((_S.MAIL,), "5..", "", _V.HALT_QUEUED, "A refusal at MAIL is about us, not a recipient (RFC 5321 §3.3)."),
    Rule((), "5..", r"5\.7\..*", _V.HALT,
         "Policy and reputation (RFC 3463 §3.8): about us, so the next recipient will fare no better."),
    Rule((), "5..", r"5\.1\.[78]", _V.HALT, "Our own address is refused (RFC 3463 §3.2)."),
    Rule(_RECIPIENT, "4..", "", _V.DEFERRED, "Busy, greylisted, short of space (RFC 5321 §4.2.1, RFC 6647)."),
    Rule((*_RECIPIENT, *_CONTENT), "5..", r"5\.1\.(0|1|2|3|6|10)|5\.2\.1", _V.SUPPRESS,
         "No such mailbox or domain, moved, or disabled (RFC 3463 §3.2, §3.3; RFC 7505 for 5.1.10)."),
    Rule(_RECIPIENT, "552", "", _V.DEFERRED,
         "At RCPT, treated as 452 (RFC 5321 §4.5.3.1.10): too many, or a full mailbox."),
    Rule(_RECIPIENT, "5..", "", _V.REJECTED, "A permanent failure of this recipient (RFC 5321 §4.2.1)."),
    Rule(_CONTENT, "4..", "", _V.DEFERRED, "Not accepted, but may be tried again (RFC 5321 §4.2.5)."),
    Rule(_CONTENT, "5..", "", _V.REJECTED, "Not accepted for this recipient (RFC 5321 §4.2.5)."),
    Rule((), ".*", "", _V.BROKEN, "Not an SMTP reply (RFC 5321 §4.2)."),
)  # fmt: skip


def judge(stage: Stage, reply: Reply) -> Verdict:
    """The verdict of the first rule that fits."""
    kind = id(stage), reply.code, reply.enhanced  # an Enum's own hash costs more than the look-up
    known = _VERDICTS.get(kind)
    if known is None:
        known = _VERDICTS[kind] = next(rule.verdict for rule in TABLE if rule.fits(stage, reply))
    return known


_VERDICTS: dict[tuple[int, int, str], Verdict] = {}
"""What was judged before: the table is read once for each kind of reply."""


_STATUS = {
    Verdict.ACCEPTED: Status.ACCEPTED,
    Verdict.REJECTED: Status.REJECTED,
    Verdict.SUPPRESS: Status.REJECTED,
    Verdict.DEFERRED: Status.DEFERRED,
    Verdict.HALT: Status.DEFERRED,
    Verdict.RECONNECT: Status.QUEUED,
    Verdict.HALT_QUEUED: Status.QUEUED,
    Verdict.STOP: Status.QUEUED,
}


def outcome(stage: Stage, reply: Reply, verdict: Verdict) -> Outcome:
    """What a verdict means for the recipient. A broken line counts by stage: after the dot nobody knows."""
    status = _STATUS.get(verdict) or (Status.UNCERTAIN if stage is Stage.DOT else Status.QUEUED)
    if stage is Stage.DOT and verdict is Verdict.RECONNECT:
        status = Status.DEFERRED  # 421 in reply to the dot is a refusal of this message, not silence
    return Outcome(status, reply.code, reply.enhanced, reply.in_short)
