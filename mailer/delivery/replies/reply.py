"""A server's reply, where it came, and a row of the table that says what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mailer.visible import visible

MOST_REMEMBERED = 1000
"""Characters of a reply that the ledger keeps."""

_SEARCHED = 2000
"""Characters of a reply that are searched: a server may say 64 kB to each recipient, and what it means comes first."""

_CITED = re.compile(r":\s*[\"'`]?[245]\d\d[ -]")
"""Where a server tells what another one said to it, as Postfix and Exim do when they ask the recipient's own first."""

_NAMES = frozenset("@[=")
"""Of a word that holds one of these a part is a name that others chose: user@host, host[192.0.2.1], name=host."""


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
    FEWER = "reconnect with one connection fewer; the recipient stays queued"
    SLOWER = "slow down: reconnect after a pause; the recipient stays queued"
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

    @property
    def words(self) -> str:
        """The beginning of the text on one line, in lower case, to be searched: the server's own words. What it cites
        of a recipient's server, and addresses, are left out: else whoever is a recipient could have a mailing halted,
        by what they call themselves, or their server, or have it say."""
        own = _CITED.split(self.text[:_SEARCHED], maxsplit=1)[0]
        return " ".join(word for word in own.lower().split() if not _NAMES & set(word))

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code or ""), self.enhanced, self.in_short)))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    Attributes:
        stages: where; empty: anywhere.
        codes, enhanced: regular expressions for the whole of the reply's codes; an empty `enhanced` fits any, absent
            ones too.
        reason: why, for staff where it halts the run; with the RFC, or after `whose` it is.
        sample: a reply that this line decides, and where it comes.
        said: regular expression for a part of `Reply.words`, so in lower case; empty: any text.
        whose: the provider whose words these are, "" where an RFC decides.
        cure: where it halts the run, who does what about it; `{user}` stands for SMTP_USERNAME.
        window: where a quota is used up, the seconds that it holds for.
    """

    stages: tuple[Stage, ...]
    codes: str
    enhanced: str
    verdict: Verdict
    reason: str
    sample: tuple[Stage, str]
    said: str = ""
    whose: str = ""
    cure: str = ""
    window: int = 0

    def fits(self, stage: Stage, reply: Reply) -> bool:
        return self.fits_codes(stage, reply) and self.fits_words(reply.words)

    def fits_codes(self, stage: Stage, reply: Reply) -> bool:
        return (
            (not self.stages or stage in self.stages)
            and re.fullmatch(self.codes, str(reply.code)) is not None
            and (not self.enhanced or re.fullmatch(self.enhanced, reply.enhanced) is not None)
        )

    def fits_words(self, words: str) -> bool:
        """Of `Reply.words`."""
        return not self.said or re.search(self.said, words) is not None
