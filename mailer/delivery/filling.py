"""The frozen message of each language, filled for one recipient after the other."""

from __future__ import annotations

from mailer.delivery.held import Claim
from mailer.delivery.ledger import Ledger
from mailer.delivery.records import Mailing
from mailer.message import Addressee, Composition
from mailer.model import Envelope


class Filler:
    """
    Args:
        ledger, mailing: where the frozen messages are.
    """

    def __init__(self, ledger: Ledger, mailing: Mailing) -> None:
        self._mailing = mailing
        self._compositions = {
            language: Composition.thaw(frozen) for language, frozen in ledger.editions(mailing).items()
        }

    def envelope(self, claim: Claim) -> Envelope:
        """The message for a recipient, with the same Message-ID at every attempt."""
        addressee = Addressee(
            address=claim.address,
            name=claim.name,
            values=claim.fields,
            message_id=f"<{claim.token}@{self._mailing.domain}>",
            in_reply_to=claim.in_reply_to,
        )
        return Envelope(
            self._mailing.mail_from.replace("{token}", claim.token),
            claim.address,
            self._compositions[claim.language].fill(addressee),
        )
