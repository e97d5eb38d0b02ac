"""The archive in words: what happened when, a page to print, and a text that says how to read the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mailer.delivery import Mailing, Order, Snapshot
from mailer.publish.archiving.mails import EXAMPLE
from mailer.publish.archiving.record import Happened, Record
from mailer.publish.archiving.tables import FORGOTTEN, Told
from mailer.render.templates import Templates
from mailer.visible import visible

_ORDERED = {
    "send": "ordered it to be sent to",
    "resume": "ordered it to go on to",
    "move": "ordered it to be sent at another time to",
    "discard": "took it back from",
    "post": "(a sender, by that order) began to send it to",
    "stop": "(a sender) ended, and nothing more is sent by that order to",
}
"""What an order says; every kind of `Order` stands here."""

MEANS = {
    "queued": "was to get it, and has nothing yet",
    "sending": "was being sent to when this was written",
    "dot": "was being sent to when this was written, and may have it",
    "accepted": "the next mail server took the message; it is not known whether it was read",
    "rejected": "a server refused it for good, or it was withdrawn before it left",
    "deferred": "a server refused it for now",
    "uncertain": "may have it: the connection broke where nobody can know (RFC 1047)",
    "bounced": "it was accepted and came back later",
    "discarded": "was taken off the queue before anything left",
}
"""States in plain words. docs/reference/states.md is the longer page."""


def timeline(
    mailing: Mailing,
    orders: Iterable[Order],
    followers: Iterable[Mailing],
    approval: Snapshot | None,
    told: Told,
) -> list[Happened]:
    """What happened to a release, oldest first.

    Args:
        approval: the newest.
    """
    happened = [Happened(mailing.created, "It was frozen in the ledger: from here on nothing of it changes.")]
    orders = list(orders)
    for order in orders:
        through = f", from {order.sender} through {order.relay}" if order.relay else ""
        said = f"{visible(order.giver)} {_ORDERED[order.kind]} {_people(order.number)}{visible(through)}."
        happened.append(Happened(order.given, said))
    if approval:
        by, account = visible(approval.by), visible(approval.account)
        whom = _people(approval.number)
        said = f"{by} approved it, text and recipients, for {whom} (computer account {account})."
        happened.append(Happened(approval.at, said))
    happened += [Happened(at, "The time for which it was planned.") for at in _times(orders)]
    for at, what in (
        (mailing.embargo, "The embargo ended."),
        (told.first_accepted, "A mail server took the first message."),
        (told.last_accepted, "A mail server took the last message so far."),
        (told.first_bounce, "The first message came back."),
        (told.last_bounce, "The last message came back so far."),
        (mailing.lost, "Somebody said that the ledger does not know everybody who was mailed."),
    ):
        if at:
            happened.append(Happened(at, what))
    for each in followers:
        happened.append(Happened(each.created, f"A {each.kind} followed: “{each.release}”, {each.subject}"))
    return sorted(happened, key=lambda each: each.at)


def _times(orders: Iterable[Order]) -> Iterator[float]:
    """The planned times of which nobody said otherwise before they came."""
    ordered = [order for order in orders if order.kind not in ("post", "stop")]
    for order, later in zip(ordered, [*ordered[1:], None], strict=True):
        if order.planned > order.given and (later is None or later.given >= order.planned):
            yield order.planned


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"


def summary(record: Record, sums: Mapping[str, str]) -> str:
    """A page that needs nothing else, and prints."""
    names = {
        "record": record,
        "means": MEANS,
        "sums": sorted(sums.items()),
        "example": EXAMPLE,
        "total": sum(record.told.states.values()),
        "diff": {language: "\n".join(lines) for language, lines in sorted(record.changes.items())},
    }
    return Templates([Path(__file__).parent], "html", names).render("summary.html.j2")


def readme(record: Record) -> str:
    """What lies in the folder, and how to check it."""
    said = [
        f"The record of “{record.release}”",
        "",
        f"Written on {record.at.isoformat(' ', 'minutes')} by mailer.",
    ]
    said += ["Nothing but an ordinary computer is needed to read it.", ""]
    if record.doubt:
        said += [f"NOT THE COMPLETE RECORD: {visible(record.doubt)}.", ""]
    if record.mailing is None and record.doubt:
        said += ["The ledger that is here knows nothing of this release.", ""]
    elif record.mailing is None:
        said += ["This release was NEVER SENT from here: there is no mail, and nobody got it.", ""]
    else:
        said += _of_the_mailing(record, record.mailing.lost)
    said += [
        "summary.html",
        "    What happened and when, on a page: open it in any browser, or print it.",
        "",
    ]
    if record.sources:
        said += [
            "source/",
            "    The release's text as it was when this was written, in Markdown: open it in any text program.",
        ]
        said += [f"    {line}" for line in _compared(record)] + [""]
    elif record.unreadable:
        said += [f"There is no source/ here: {record.unreadable}.", ""]
    said += [
        "SHA256SUMS",
        "    A fingerprint of each file. Whether anything was changed since:",
        "        Linux:    sha256sum -c SHA256SUMS",
        "        macOS:    shasum -a 256 -c SHA256SUMS",
        "        Windows:  certutil -hashfile FILE SHA256   (for each, compared by eye)",
        "    It tells changes from the day on which it was written; who wants proof of that day has the sums",
        "    of this file itself kept by somebody else (a notary, a time stamping service).",
        "",
    ]
    return "\r\n".join(said)


def _of_the_mailing(record: Record, lost: float) -> list[str]:
    said = []
    if lost:
        said += ["The ledger was lost or put back once: more may have been sent than it knows.", ""]
    states = ", ".join(f"{number:,} {state}" for state, number in sorted(record.told.states.items()))
    said += [f"Recipients: {states or 'none'}. summary.html says what these words mean.", ""]
    if record.told.forgotten:
        number = record.told.forgotten
        said += [f"{number:,} of them asked to be forgotten: names, addresses and answers are gone for good, here as",
                 f"in the ledger. Their rows say {FORGOTTEN}.", ""]  # fmt: skip
    said += [
        "mail/*.eml",
        "    The mail of each language, as it was frozen before the first one left. Any mail program opens it",
        "    (Outlook, Apple Mail, Thunderbird). It is the very message but for what was each recipient's own:",
        f"    To ({EXAMPLE} stands for everybody), Date, Message-ID, the link to unsubscribe, and",
        *(
            f"    {{{{ {field} }}}}, in whose place stands {fallback};"
            for field, fallback in _merged(record).items()
        ),
        "    a DKIM signature, where the office signs: it is made as a message leaves, and not kept.",
        "mail/*.frozen.json",
        "    The same as the ledger keeps it, octet for octet, with the gaps that are filled for each recipient.",
        "",
        "recipients.csv",
        "    Everybody: address, name, edition, state, when a server took the message, when something was last heard",
        "    and what, the server, attempts, Message-ID. For Excel and the like, in UTF-8. An apostrophe before a cell",
        "    keeps Excel from taking it for a formula, and is not part of it.",
        "answers.csv",
        "    Every answer of a server and every message that came back, oldest first.",
        "",
    ]
    return said


def _merged(record: Record) -> dict[str, str]:
    """What stands in place of each recipient's own words, by field; it differs between languages."""
    found: dict[str, list[str]] = {}
    for mail in record.mails:
        for field, fallback in mail.merged:
            found.setdefault(field, []).append(f"“{fallback}”" if fallback else "nothing")
    return {field: " or ".join(dict.fromkeys(said)) for field, said in found.items()}


def _compared(record: Record) -> list[str]:
    if record.mailing is None:
        return []
    if record.unreadable:
        return [f"Whether it differs from what was sent is not known: {record.unreadable}."]
    if record.changes:
        return ["It is NOT what was sent: source/differences.txt shows what differs, the lines that were sent with",
                "a minus, those of now with a plus. What was sent is in mail/."]  # fmt: skip
    return ["Subject and text that it makes are those that were sent."]
