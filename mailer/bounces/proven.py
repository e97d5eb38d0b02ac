"""What follows for somebody once it is proven that a report is about the mail that they had: in the ledger, and in
lists/suppressed.csv."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailer.bounces.consequences import Consequence, Done, for_you, suppressing
from mailer.bounces.reading import FailedRecipient, Severity
from mailer.bounces.register import Sent
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.feedback import Feedback
from mailer.press import Suppressions

SOFT_BOUNCES, SOFT_DAYS = 3, 14
"""So many soft bounces, the first and the last at least so many days apart, suppress an address."""


@dataclass(frozen=True, slots=True)
class Proven:
    """
    Raises:
        LedgerError, ListError: from every method: it can't be written down.
    """

    ledger: Ledger
    suppressions: Suppressions

    def bounced(self, sent: Sent, recipient: FailedRecipient, at: datetime) -> Consequence:
        """A bounce that is proven, in the ledger; and in suppressed.csv, if it says that the address is dead."""
        if not sent.address:
            told = "somebody whose data was removed; nothing is kept"
            return Consequence("", Done.BOUNCED, told, sent.release)
        soft = recipient.severity is Severity.SOFT
        what = f"{recipient.status} {recipient.cause}".strip()
        detail = f"{what}: {recipient.said}" if recipient.said else what
        found = Feedback(self.ledger).bounced(
            sent.token,
            soft=soft,
            enhanced=recipient.status,
            text=recipient.said or recipient.cause,
            at=at.timestamp(),
        )
        assert found is not None, "it was found by this token a moment ago"
        why = ""
        if recipient.severity is Severity.HARD:
            why = f"bounced: {what}"
        elif soft and found.soft >= SOFT_BOUNCES and found.soft_days >= SOFT_DAYS:
            why = f"bounced {found.soft} times in {found.soft_days:.0f} days: {recipient.cause}"
        if why and self.suppressions.add(sent.address, why, f"bounce of {sent.release}"):
            return Consequence(sent.address, Done.SUPPRESSED, detail, sent.release)
        if recipient.severity is Severity.ABOUT_US:
            detail += " (about us, not about the address, so not suppressed)"
        elif soft:
            detail += f" (soft, no. {found.soft} in half a year)"
        return Consequence(sent.address, Done.BOUNCED, detail, sent.release)

    def complained(self, sent: Sent, feedback: str, complainers: Iterable[str], at: datetime) -> Consequence:
        """A complaint about a mail of somebody's. Other reports, as of a virus or that it is no spam after all (RFC
        6430), are for a person, and so is whoever complains about another's mail.

        Args:
            feedback: RFC 5965's type; "abuse" if somebody pressed “spam”.
            complainers: canonical addresses of who is known to have done so.
        """
        theirs = all(address == sent.canonical for address in complainers)
        if feedback != "abuse" or not theirs:
            what = feedback or "spam"
            told = f"reported to us ({what}), perhaps by somebody else"
            told += f". To stop mailing them: {suppressing(sent.address)}"
            return for_you(told, sent.address, sent.release)
        Feedback(self.ledger).complained(sent.token, at.timestamp())
        new = self.suppressions.add(
            sent.address, "reported our email as spam", f"complaint about {sent.release}"
        )
        detail = "reported our email as spam" + ("" if new else " (was already suppressed)")
        return Consequence(sent.address, Done.SUPPRESSED, detail, sent.release)
