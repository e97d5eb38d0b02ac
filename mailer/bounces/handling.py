"""What follows from a returned mail, for the ledger and for lists/suppressed.csv.

A hard bounce suppresses at once; soft ones do when there were three over at least 14 days; a refusal that is
about us never does. All that needs proof, as anybody can write to a bounce mailbox what they like: only whoever got
a mail of ours, or carried it, knows its token (96 random bits; they stand in its VERP address, its Message-ID and its
unsubscribe address), and it proves something about its one recipient and about nobody else. What proves nothing
changes nothing, and is listed for a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailer.bounces.consequences import Consequence, Done, HandledMail, for_you, suppressing
from mailer.bounces.proven import Proven
from mailer.bounces.reading import FailedRecipient, MailKind, MailReport, OurAddresses, Severity, read_report
from mailer.bounces.register import MailRegister, Sent
from mailer.delivery.ledger import Ledger
from mailer.press import AddressError, Suppressions, UnsubscribeTokenError, canonical, read_unsubscribe_token
from mailer.visible import visible


def not_handed_out(where: str) -> HandledMail:
    """For a mail that its server names and does not give: nothing is remembered of it."""
    told = "the server does not hand this message over; it will be requested again next time"
    return HandledMail(visible(where), MailKind.UNREADABLE, "", "", (for_you(told),))


@dataclass(frozen=True, slots=True)
class MailHandler:
    """Deals with mails, one after the other, each once.

    Args:
        ours: our own addresses.
        secret_key: SECRET_KEY, for unsubscribe tokens of links; "" = such tokens can't be read.
        on_a_list: whether an address stands on a press list.
    """

    ledger: Ledger
    register: MailRegister
    suppressions: Suppressions
    ours: OurAddresses
    secret_key: str
    on_a_list: Callable[[str], bool]

    def handle(self, content: bytes, where: str) -> HandledMail | None:
        """Deals with a mail, and remembers that it did; None where it already had.

        Raises:
            LedgerError, ListError: it can't be written down. The mail counts as not dealt with.
        """
        if self.register.dealt_with(content):
            return None
        report = read_report(content, self.ours)
        consequences = tuple(self._consequences(report))
        self._note_answer(report)
        self.register.remember(content)
        return HandledMail(visible(where), report.kind, report.sender, report.subject, consequences)

    def _consequences(self, report: MailReport) -> list[Consequence]:
        match report.kind:
            case MailKind.BOUNCE:
                return self._bounced(report)
            case MailKind.DELAY:
                return [
                    Consequence(r.address, Done.WAITING, f"still being tried: {r.said}")
                    for r in report.recipients
                ]
            case MailKind.UNSUBSCRIBE:
                return [self._unsubscribed(report)]
            case MailKind.COMPLAINT:
                return [self._complained(report)]
            case MailKind.UNREADABLE:
                return [for_you("a message that no program can read: look at it yourself")]
        return []

    def _note_answer(self, report: MailReport) -> None:
        """An answer is one by whoever got our mail, from the very address that it went to."""
        if report.kind in (MailKind.OTHER, MailKind.AUTO_REPLY):
            answered = self.register.all_by_references(report.references)
            mail = next((mail for mail in answered if mail.canonical == canonical(report.sender)), None)
            if mail is not None:
                self.register.answered(mail, _when(report), automatic=report.kind is MailKind.AUTO_REPLY)

    def _complained(self, report: MailReport) -> Consequence:
        """Who reports our mail as spam gets no more, if it is proven that it was theirs; other reports, as of a virus
        or that it is no spam after all (RFC 6430), are for a person."""
        sent = self._about(report)
        if sent is None or not sent.address:
            return for_you("a spam complaint, but nothing proves whose email it is about")
        complainers = [*map(canonical, report.complainers)]
        complainers += [canonical(report.sender)] * self._a_person(report)
        return self.proven.complained(sent, report.feedback, complainers, _when(report))

    def _a_person(self, report: MailReport) -> bool:
        """Whether it comes from an address to which we write: then it is a person's letter, whatever its form."""
        return bool(report.sender) and self.register.knows(canonical(report.sender))

    def _about(self, report: MailReport) -> Sent | None:
        """Which mail of ours a report speaks of, by what only those know who had it."""
        return self.register.by_token(report.token) or self.register.by_references(report.references)

    @property
    def proven(self) -> Proven:
        return Proven(self.ledger, self.suppressions)

    # ---- bounces ------------------------------------------------------------------------------------

    def _bounced(self, report: MailReport) -> list[Consequence]:
        """By VERP token, else by our Message-ID; without them nothing is done about anybody."""
        sent = self._about(report)
        # Nobody is gone who says so themselves: a program answers for people who have left. Nor because another person
        # says so to whom we write.
        if (
            sent
            and report.by_system
            and sent.canonical != canonical(report.sender)
            and not self._a_person(report)
        ):
            return [self.proven.bounced(sent, _said_of(sent, report), _when(report))]
        if sent and sent.address:
            told = (
                f"this may be a person writing about a bounce. If it is a bounce: {suppressing(sent.address)}"
            )
            return [for_you(told, sent.address, sent.release)]
        return [
            self._unproven(recipient, report) for recipient in report.recipients if recipient.address
        ] or [for_you("a bounce that names nobody: read it yourself")]

    def _unproven(self, recipient: FailedRecipient, report: MailReport) -> Consequence:
        """A recipient of a report that proves nothing, for a person: anybody can write one that names anybody."""
        sent = self.register.by_address(canonical(recipient.address), _when(report))
        if sent is None:
            return for_you(f"not about an email from here: {recipient.said}", recipient.address)
        told = f"reported as bounced, but nothing proves that this is about our email: {recipient.said}"
        told += f". If you believe it: {suppressing(sent.address)}"
        return for_you(told, sent.address, sent.release)

    # ---- wishes to be taken off ---------------------------------------------------------------------

    def _unsubscribed(self, report: MailReport) -> Consequence:
        """Whose wish it is: by the token they return, else by From, if it is proven and exactly as we have it on
        file."""
        address, release = self._by_token(report.wish.token if report.wish else "")
        detail = f"asked by {report.sender}" if address and canonical(address) != report.sender else ""
        if not address:
            address, answers = report.sender, self._has_our_mail(report)
            if not (answers or report.vouching.vouched):
                return for_you(self._unproven_wish(report), address)
            if not (answers or self.register.knows(canonical(address)) or self.on_a_list(address)):
                return for_you("asks to be taken off, but this address is on no list", address)
            detail = "" if answers else report.vouching.said
        if report.wish and not report.wish.clear:
            told = "may be asking to be taken off, or may mean something else: read it. If they are asking:"
            return for_you(f"{told} {suppressing(address)}", address, release)
        try:
            new = self.suppressions.add(address, "unsubscribed", "mail")
        except AddressError as error:
            return for_you(f"asks to be taken off: {error}", address)
        return Consequence(address, Done.UNSUBSCRIBED, detail if new else "was already suppressed", release)

    def _by_token(self, token: str) -> tuple[str, str]:
        """Whom a token names that stands in the wish itself, and the release; "" where it names nobody."""
        sent = self.register.by_token(token.lower()) if token else None
        if sent and sent.address:
            return sent.address, sent.release
        try:
            return (read_unsubscribe_token(token, self.secret_key) if token else ""), ""
        except (UnsubscribeTokenError, ValueError):
            return "", ""  # damaged, or made with another key: the From address may still tell

    def _has_our_mail(self, report: MailReport) -> bool:
        """Whether who wrote it shows that they got a mail of ours at this very address, as every answer to one does
        (In-Reply-To). Of other people's mail that it shows, nothing follows: an answer to all bears them too."""
        sent = (self.register.by_token(report.token), *self.register.all_by_references(report.references))
        return any(mail.canonical == canonical(report.sender) for mail in sent if mail)

    def _unproven_wish(self, report: MailReport) -> str:
        told = f"asks to be taken off, but nothing proves who wrote it ({report.vouching.said})"
        command = suppressing(report.sender)
        if self.register.knows(canonical(report.sender)):
            return f"{told}. If it was them: {command}"
        return f"{told}, and this address was never mailed from here. If it is on a list: {command}"


def _said_of(sent: Sent, report: MailReport) -> FailedRecipient:
    """What the report says about the recipient of our mail, whom a forwarder may have given another address."""
    own = [r for r in report.recipients if canonical(r.address) == sent.canonical]
    unknown = FailedRecipient(sent.address, Severity.SOFT, "", "", "no known reason")
    return next(iter([*own, *report.recipients]), unknown)


def _when(report: MailReport) -> datetime:
    """The report's own date, as the same report read again must count as the same; now where it is absurd."""
    now = datetime.now(UTC)
    at = report.at
    return at if at and now - timedelta(days=3650) < at < now + timedelta(days=1) else now
