"""What follows from a returned mail, for the ledger and for lists/suppressed.csv.

A hard bounce suppresses at once; soft ones do when there were three over at least 14 days; a refusal that is
about us never does. All that needs proof, as anybody can write to a bounce mailbox what they like: only whoever got
a mail of ours, or carried it, knows its token (96 random bits; they stand in its VERP address, its Message-ID and its
unsubscribe address), and it proves something about its one recipient and about nobody else. What proves nothing
changes nothing, and is listed for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailer.bounces.memory import Memory, Sent
from mailer.bounces.reading.report import FailedRecipient, MailKind, MailReport, Office, read_report
from mailer.bounces.reading.severity import Severity
from mailer.delivery.ledger import Ledger
from mailer.press import AddressError, Suppressions, UnsubscribeTokenError, canonical, read_unsubscribe_token
from mailer.visible import visible

SOFT_BOUNCES, SOFT_DAYS = 3, 14
"""So many soft bounces, the first and the last at least so many days apart, suppress an address."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done about one person.

    Attributes:
        address: as the ledger has it, where the mail was ours.
        done: "bounced", "suppressed", "unsubscribed", "waiting" or "left to you".
        detail: why, one line.
        release: which mail of ours it was about, or "".
    """

    address: str
    done: str
    detail: str
    release: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """A mail with what was done about it. `where`: the place it was read from."""

    where: str
    kind: MailKind
    sender: str
    subject: str
    deeds: tuple[Deed, ...]


def not_handed_out(where: str) -> Handled:
    """For a mail that its server names and does not give: nothing is remembered of it."""
    deed = Deed("", "left to you", "the server does not hand this mail out; it is asked for again next time")
    return Handled(visible(where), MailKind.UNREADABLE, "", "", (deed,))


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes mails in, one after the other, each once.

    Args:
        office: our own addresses.
        secret_key: SECRET_KEY, for unsubscribe tokens of links; "" = such tokens can't be read.
        on_file: whether an address stands on a press list.
    """

    ledger: Ledger
    suppressions: Suppressions
    office: Office
    secret_key: str
    on_file: Callable[[str], bool]

    def take(self, memory: Memory, content: bytes, where: str) -> Handled | None:
        """Deals with a mail, and remembers that it did; None where it already had.

        Raises:
            LedgerError, ListError: it can't be written down. The mail counts as not dealt with.
        """
        if memory.dealt_with(content):
            return None
        report = read_report(content, self.office)
        deeds = tuple(self._deeds(memory, report))
        memory.remember(content)
        return Handled(visible(where), report.kind, report.sender, report.subject, deeds)

    def _deeds(self, memory: Memory, report: MailReport) -> Iterable[Deed]:
        if report.kind is MailKind.BOUNCE:
            return self._bounced(memory, report)
        if report.kind is MailKind.UNSUBSCRIBE:
            return [self._unsubscribed(memory, report)]
        if report.kind is MailKind.UNREADABLE:
            return [Deed("", "left to you", "a mail that can't be read by a program: look at it yourself")]
        if report.kind is MailKind.DELAY:
            return [Deed(r.address, "waiting", f"still being tried: {r.reason}") for r in report.recipients]
        if report.complaint:
            sent = _about(memory, report)
            if sent is None or not sent.address:
                return [Deed("", "left to you", "a spam complaint")]
            told = f"reported our mail as spam. To mail them no more: {_command(sent.address)}"
            return [Deed(sent.address, "left to you", told, sent.release)]
        return []

    # ---- bounces ------------------------------------------------------------------------------------

    def _bounced(self, memory: Memory, report: MailReport) -> Iterable[Deed]:
        """By VERP token, else by our Message-ID; without them nothing is done about anybody."""
        sent = _about(memory, report)
        # Nobody is gone who says so themselves: a program answers for people who have left.
        if sent and report.by_system and canonical(report.sender) != sent.canonical:
            return [self._record(sent, _said_of(sent, report), report)]
        if sent and sent.address:
            told = f"this may be a person's letter about a bounce. If it is one: {_command(sent.address)}"
            return [Deed(sent.address, "left to you", told, sent.release)]
        return [_unproven(memory, recipient, report) for recipient in report.recipients] or [
            Deed("", "left to you", "a bounce that names nobody: read it")
        ]

    def _record(self, sent: Sent, recipient: FailedRecipient, report: MailReport) -> Deed:
        if not sent.address:
            return Deed("", "bounced", "somebody who was forgotten; nothing is kept", sent.release)
        soft = recipient.severity is Severity.SOFT
        detail = f"{recipient.status} {recipient.what}".strip() + (
            f": {recipient.reason}" if recipient.reason else ""
        )
        found = self.ledger.bounced(
            sent.token,
            soft=soft,
            enhanced=recipient.status,
            text=recipient.reason or recipient.what,
            at=_when(report).timestamp(),
        )
        assert found is not None, "it was found by this token a moment ago"
        why = ""
        if recipient.severity is Severity.HARD:
            why = f"bounced: {recipient.status} {recipient.what}".replace("  ", " ")
        elif soft and found.soft >= SOFT_BOUNCES and found.soft_days >= SOFT_DAYS:
            why = f"bounced {found.soft} times in {found.soft_days:.0f} days: {recipient.what}"
        if why and self.suppressions.add(sent.address, why, f"bounce of {sent.release}"):
            return Deed(sent.address, "suppressed", detail, sent.release)
        if recipient.severity is Severity.ABOUT_US:
            detail += " (about us, not about the address: never suppressed)"
        elif soft:
            detail += f" (soft, no. {found.soft} in half a year)"
        return Deed(sent.address, "bounced", detail, sent.release)

    # ---- wishes -------------------------------------------------------------------------------------

    def _unsubscribed(self, memory: Memory, report: MailReport) -> Deed:
        """Whose wish it is: by the token they return, else by From, if it is proven and exactly as we have it on
        file."""
        address, release = self._by_token(memory, report.wish.token if report.wish else "")
        detail = f"asked by {report.sender}" if address and canonical(address) != report.sender else ""
        if not address:
            address, answers = report.sender, _has_our_mail(memory, report)
            if not (answers or report.verdict.vouched):
                return Deed(address, "left to you", _unproven_wish(memory, report))
            if not (answers or memory.knows(canonical(address)) or self.on_file(address)):
                told = "asks to be taken off, but is on no list under this address"
                return Deed(address, "left to you", told)
            detail = "" if answers else report.verdict.said
        if report.wish and not report.wish.clear:
            told = "may ask to be taken off, or mean something else: read it. If they do:"
            return Deed(address, "left to you", f"{told} {_command(address)}", release)
        try:
            new = self.suppressions.add(address, "unsubscribed", "mail")
        except AddressError as error:
            return Deed(address, "left to you", f"asks to be taken off: {error}")
        return Deed(address, "unsubscribed", detail if new else "was suppressed already", release)

    def _by_token(self, memory: Memory, token: str) -> tuple[str, str]:
        """Whom a token names that stands in the wish itself, and the release; "" where it names nobody."""
        sent = memory.by_token(token.lower()) if token else None
        if sent and sent.address:
            return sent.address, sent.release
        try:
            return (read_unsubscribe_token(token, self.secret_key) if token else ""), ""
        except (UnsubscribeTokenError, ValueError):
            return "", ""  # damaged, or made with another key: the From address may still tell


def _about(memory: Memory, report: MailReport) -> Sent | None:
    """Which mail of ours a report speaks of, by what only those know who had it."""
    return memory.by_token(report.token) or memory.by_references(report.references)


def _has_our_mail(memory: Memory, report: MailReport) -> bool:
    """Whether who wrote it shows that they got a mail of ours at this very address, as every answer to one does
    (In-Reply-To). Of other people's mail that it shows, nothing follows: an answer to all bears them too."""
    sent = (memory.by_token(report.token), *memory.all_by_references(report.references))
    return any(mail.canonical == canonical(report.sender) for mail in sent if mail)


def _unproven(memory: Memory, recipient: FailedRecipient, report: MailReport) -> Deed:
    """A recipient of a report that proves nothing, for a person: anybody can write one that names anybody."""
    sent = memory.by_address(canonical(recipient.address), _when(report))
    if sent is None:
        return Deed(recipient.address, "left to you", f"not about a mail of ours: {recipient.reason}")
    told = f"said to have bounced, but nothing in it proves that it is about our mail: {recipient.reason}"
    told += f". If you believe it: {_command(sent.address)}"
    return Deed(sent.address, "left to you", told, sent.release)


def _unproven_wish(memory: Memory, report: MailReport) -> str:
    told = f"asks to be taken off, but nothing proves that they wrote it ({report.verdict.said})"
    if memory.knows(canonical(report.sender)):
        return f"{told}. If they did: {_command(report.sender)}"
    return f"{told}, and no mail of ours went to this address. If it is on a list: {_command(report.sender)}"


def _said_of(sent: Sent, report: MailReport) -> FailedRecipient:
    """What the report says about the recipient of our mail, whom a forwarder may have given another address."""
    own = [r for r in report.recipients if canonical(r.address) == sent.canonical]
    unknown = FailedRecipient(sent.address, Severity.SOFT, "", "", "no reason that we know")
    return next(iter([*own, *report.recipients]), unknown)


def _command(address: str) -> str:
    """What suppresses an address of ours, ready to be typed in any shell."""
    if re.fullmatch(r"[\w.+@-]+", address):
        return f"mailer suppress {address}"
    return f'mailer suppress "{address}"' if not set(address) & set('"$`\\!%') else "mailer suppress ADDRESS"


def _when(report: MailReport) -> datetime:
    """The report's own date, as the same report read again must count as the same; now where it is absurd."""
    now = datetime.now(UTC)
    at = report.at
    return at if at and now - timedelta(days=3650) < at < now + timedelta(days=1) else now
