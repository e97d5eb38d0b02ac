"""Bounces that say it in words only: who could not be reached, and what was said about them.

flufl.bounce knows the wording of many old programs. It is one of several witnesses here, as it raises on a
message without From, takes reports of success for failures and calls nearly everything permanent.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from flufl.bounce import all_failures

from mailer.bounces.reading.bounds import LONGEST_LINE, MOST_RECIPIENTS, OPENING
from mailer.bounces.reading.parsed import Incoming
from mailer.bounces.reading.severity import WORDS, judge, status_code
from mailer.bounces.reading.status_fields import ADDRESS
from mailer.visible import visible

# It reports its own mishaps with a traceback, which Python prints where nobody listens.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())

_DAEMON = re.compile(
    r"(mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|daemon|mailerdaemon|mail[-_.]?delivery|bounces?"
    r"|microsoftexchange[0-9a-f]+|mailgate|mail-?system|emailadmin|mailadmin)([-+_.=].*)?",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(er)? ?(delivery|daemon|system|administrator|server)|postmaster|delivery (sub)?system|undeliver|mail-daemon",
    re.I,
)
_REPLY = re.compile(
    r"\s*(re|fw|fwd|aw|wg|rv|tr|sv|vs|antw|res|odp|回复|转发)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE
)
_ALONE = re.compile(r"[\s>*•\-<(\[\"']*(?:(?:smtp|mailto|rcpt to|to):\s*)?(?P<address>[^\s<>()\[\]\"',;:@]{1,64}@[\w.-]{1,255})[\s>)\]\"'.:;,*]*(?:<mailto:[^>]*>\s*)?", re.I)  # fmt: skip  # noqa: E501
_LABELLED = re.compile(
    r"\s*<?(?P<address>[^\s<>()\[\]\"',;:@]{1,64}@[\w.-]{1,255})>?\s*(?::|\.\.\.|\(| on |, )"
)
_FAR, _BEGINNING = 1500, 4000


def by_a_program(mail: Incoming) -> bool:
    """Whether a mail system wrote it: its sender's name, the null return path (RFC 5321 §4.5.5), or no From."""
    senders = mail.addresses_in("From")
    return (
        not senders or "X-Failed-Recipients" in mail.header or has_null_return_path(mail) or by_a_daemon(mail)
    )


def has_null_return_path(mail: Incoming) -> bool:
    """Whether nobody is to answer it (RFC 5321 §4.5.5); some write an empty field for `<>`."""
    return "Return-Path" in mail.header and mail.text_of("Return-Path").strip("<> ") == ""


def by_a_daemon(mail: Incoming) -> bool:
    """Whether From is a mail system's name."""
    local = [address.partition("@")[0] for address in mail.addresses_in("From")]
    return any(_DAEMON.fullmatch(name) for name in local) or bool(_DAEMON_NAME.search(mail.text_of("From")))


def is_of_a_list(mail: Incoming) -> bool:
    """Whether a mailing list or a newsletter sent it (RFC 2919, RFC 2369)."""
    named = any(name in mail.header for name in ("List-Id", "List-Unsubscribe", "List-Post"))
    return named or mail.text_of("Precedence").lower() == "list"


def is_answer(subject: str) -> bool:
    """Whether a subject begins as people's answers and forwards do."""
    return _REPLY.match(subject) is not None


def is_a_bounce(mail: Incoming) -> bool:
    """Whether a mail system says in words that a mail did not arrive. Where its name, return path and header
    don't show that it is one, subject and text must both say so, and it must not be an answer. What a mailing list
    sends is none, but for what Exim wrote to a list that is our bounce address."""
    named = "X-Failed-Recipients" in mail.header
    if is_of_a_list(mail) and not named:
        return False
    if by_a_program(mail):
        by_subject = WORDS["bounce_subject"].search(mail.text_of("Subject")) is not None
        return named or by_subject or _says_so(mail) or (by_a_daemon(mail) and bool(_by_flufl(mail)))
    return _says_so_twice(mail)


def surely_by_a_system(mail: Incoming, to_bounce_address: bool) -> bool:
    """Whether a bounce in words can be believed to be one: a person's letter about a bounce proves none, nor does
    the answer of a program that speaks for a person who has left, though it has a null return path (RFC 3834 §3.3).

    Args:
        to_bounce_address: it was sent to an address that only servers are told, ENVELOPE_FROM with its token.
    """
    if "From" not in mail.header or "X-Failed-Recipients" in mail.header or by_a_daemon(mail):
        return True
    return (to_bounce_address or has_null_return_path(mail)) and _says_so_twice(mail)


def _says_so_twice(mail: Incoming) -> bool:
    """Whether subject and text both say so, and it is no answer."""
    subject = mail.text_of("Subject")
    return bool(WORDS["bounce_subject"].search(subject)) and _says_so(mail) and not is_answer(subject)


def _says_so(mail: Incoming) -> bool:
    talk = mail.talk[:_BEGINNING]
    return any(WORDS[name].search(talk) for name in ("bounce_talk", "no_mailbox", "no_domain", "full"))


def still_trying(mail: Incoming) -> bool:
    """Whether it is a warning only: more attempts will follow."""
    subject = mail.text_of("Subject")
    if WORDS["delayed"].search(subject):
        return True
    return bool(WORDS["delayed"].search(mail.talk[:_BEGINNING])) and not WORDS["given_up"].search(
        subject + "\n" + mail.talk[:_BEGINNING]
    )


def tells_of_success(mail: Incoming) -> bool:
    """Whether it says that a mail arrived."""
    subject = mail.text_of("Subject")
    said = WORDS["delivered"].search(subject) or WORDS["delivered"].search(mail.talk[:1000])
    return bool(said) and judge("", subject + "\n" + mail.talk[:_BEGINNING]).words is None


def unreachable(mail: Incoming) -> tuple[str, ...]:
    """Addresses that a bounce in words is about: those that its header names, that flufl.bounce finds, that
    stand alone on a line, the returned message's To, and any other that is named: the first that tells."""
    talk = mail.talk[:OPENING].lower()
    ours = {*mail.addresses_in("To", "Delivered-To", "From", "Reply-To", "Sender", "Return-Path")}
    for witness in (_in_header, _by_flufl, _alone, _returned_to, _named):
        theirs = (a for a in witness(mail) if a not in ours and not _DAEMON.fullmatch(a.partition("@")[0]))
        found = list(dict.fromkeys(islice(theirs, 20 * MOST_RECIPIENTS)))
        if found:
            named = [address for address in found if address in talk]
            return tuple((named or found)[:MOST_RECIPIENTS])
    return ()


def _in_header(mail: Incoming) -> Iterable[str]:
    return mail.addresses_in("X-Failed-Recipients")


def _by_flufl(mail: Incoming) -> Iterable[str]:
    """flufl.bounce's answer, its mishaps aside. It gets a From where there is none, as it needs one."""
    try:
        message = mail.rewritten()
        if "From" not in message:
            message["From"] = "nobody@localhost"
        temporary, permanent = all_failures(message)
    except Exception:  # it guards a library that raises what it likes on odd mail
        return ()
    found = (address.decode("ascii", "replace").lower() for address in (*permanent, *temporary))
    return sorted(match[0] for address in found if (match := ADDRESS.fullmatch(address.strip("<>"))))


def _alone(mail: Incoming) -> Iterator[str]:
    lines = [line[:LONGEST_LINE] for line in mail.talk[:OPENING].split("\n")]
    for found in (*map(_ALONE.fullmatch, lines), *map(_LABELLED.match, lines)):
        if found:
            yield found["address"].lower().strip(".")


def _returned_to(mail: Incoming) -> Iterable[str]:
    """The one recipient of the returned message: each of ours has exactly one."""
    match = re.search(r"^To:((?:[^\n]|\n[ \t])*)", mail.returned, re.I | re.M)
    found = {address.lower() for address in ADDRESS.findall(match[1])} if match else set()
    return found if len(found) == 1 else ()


def _named(mail: Incoming) -> Iterator[str]:
    for match in ADDRESS.finditer(mail.talk[:OPENING]):
        yield match[0].lower().strip(".")


def said_about(address: str, others: Iterable[str], talk: str) -> str:
    """What is said about one of the recipients: from the line that names them to the next one's."""
    talk = talk[:OPENING]
    low = talk.lower()
    at = low.find(address.lower())
    if at < 0:
        return talk[:_FAR]
    begin = low.rfind("\n", 0, at) + 1
    after = at + len(address)
    ends = [end for other in others if other != address and (end := low.find(other.lower(), after)) > 0]
    text = talk[begin : min([*ends, begin + _FAR])]
    if judge(status_code("", text), text).words is None and not status_code("", text):
        return talk[: min(begin, _FAR)] + talk[begin : begin + _FAR]
    return text


_TELLING = re.compile(r"(?<!\d)[45]\d\d[ -]|[245]\.\d{1,3}\.\d{1,3}")


def reason_in(text: str) -> str:
    """The line of a text that tells why, on one line, at most 300 characters."""
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.split("\n") if line.strip()]
    telling = next((i for i, line in enumerate(lines) if _TELLING.search(line)), None)
    if telling is None:
        rule = judge("", text)
        telling = next((i for i, line in enumerate(lines) if rule.words and rule.words.search(line)), 0)
    return printable(" ".join(lines[telling : telling + 3]))


def printable(text: str) -> str:
    """Text for a terminal: on one line, controls as escapes, at most 300 characters."""
    clean = visible(re.sub(r"\s+", " ", text[:_FAR]).strip())
    return clean if len(clean) <= 300 else clean[:299] + "…"
