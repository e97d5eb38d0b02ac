"""Whom a bounce in words is about: the addresses that it names.

flufl.bounce is one of several witnesses, as it takes reports of success for failures and calls nearly everything
permanent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mailer.bounces.reading.bounds import LONGEST_LINE, MOST_RECIPIENTS, OPENING
from mailer.bounces.reading.parsed import ParsedMail
from mailer.bounces.reading.status_fields import ADDRESS

_DAEMON = re.compile(
    r"(mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|daemon|mailerdaemon|mail[-_.]?delivery|bounces?"
    r"|microsoftexchange[0-9a-f]+|mailgate|mail-?system|emailadmin|mailadmin)([-+_.=].*)?",
    re.IGNORECASE,
)
_ALONE = re.compile(r"[\s>*•\-<(\[\"']*(?:(?:smtp|mailto|rcpt to|to):\s*)?(?P<address>[^\s<>()\[\]\"',;:@]{1,64}@[\w.-]{1,255})[\s>)\]\"'.:;,*]*(?:<mailto:[^>]*>\s*)?", re.I)  # fmt: skip  # noqa: E501
_LABELLED = re.compile(
    r"\s*<?(?P<address>[^\s<>()\[\]\"',;:@]{1,64}@[\w.-]{1,255})>?\s*(?::|\.\.\.|\(| on |, )"
)

_AFTER_A_LABEL = re.compile(
    r"\s*(?:failed recipient|recipient(?: address)?|rcpt to|(?:failed|unable) to deliver to|delivery to|unknown user"
    r"|your (?:message|e?-?mail) to)[\s:'\"<]{1,6}(?P<address>[^\s<>()\[\]\"',;:@]{1,64}@[\w.-]{1,255})",
    re.IGNORECASE,
)


def is_a_daemon(address: str) -> bool:
    """Whether an address is a mail system's, by its local part."""
    return _DAEMON.fullmatch(address.partition("@")[0]) is not None


def named_in(mail: ParsedMail) -> tuple[str, ...]:
    """Addresses that a bounce in words is about: those of the first witness to name any, `MOST_RECIPIENTS` at most. Of
    an address amid prose nothing follows: it may be whom to write to instead."""
    text = mail.text[:OPENING].lower()
    its_own = {*mail.addresses_in("To", "Delivered-To", "From", "Reply-To", "Sender", "Return-Path")}
    for witness in _witnesses(mail):
        theirs = (address for address in witness if address not in its_own and not is_a_daemon(address))
        found = list(dict.fromkeys(islice(theirs, 20 * MOST_RECIPIENTS)))
        if found:
            in_text = [address for address in found if address in text]
            return tuple((in_text or found)[:MOST_RECIPIENTS])
    return ()


def _witnesses(mail: ParsedMail) -> Iterator[Iterable[str]]:
    """Who may name them, the surest first."""
    yield mail.addresses_in("X-Failed-Recipients")
    yield mail.failed_by_flufl
    yield _alone(mail.text[:OPENING])
    yield _returned_to(mail.returned)


def _alone(text: str) -> Iterator[str]:
    lines = [line[:LONGEST_LINE] for line in text.split("\n")]
    for found in (
        *map(_ALONE.fullmatch, lines),
        *map(_LABELLED.match, lines),
        *map(_AFTER_A_LABEL.match, lines),
    ):
        if found:
            yield found["address"].lower().strip(".")


def _returned_to(returned: str) -> Iterator[str]:
    """The one recipient of the returned message: each of ours has exactly one."""
    match = re.search(r"^To:((?:[^\n]|\n[ \t])*)", returned, re.I | re.M)
    found = {address.lower() for address in ADDRESS.findall(match[1])} if match else set()
    if len(found) == 1:
        yield from found
