"""The frozen message of each language, filled for one recipient after the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.claims import Claim
from mailer.delivery.ledger.records import Mailing
from mailer.message import Addressee, Composition
from mailer.message.dkim import read_signer
from mailer.model import Envelope
from mailer.settings import Settings


@dataclass(frozen=True, slots=True)
class Signing:
    """What is put into a message when it leaves: DKIM_* and SMTP_PRESET of the settings, and the folder that
    DKIM_KEY_FILE is relative to."""

    settings: Settings
    folder: Path


class Messages:
    """
    Args:
        ledger, mailing: where the frozen messages are.
        signing: sign each message, if the settings have a key; and the fields of the provider that carries it, which
            is not frozen: a mailing may be resumed through another one.

    Raises:
        SettingsError: the key can't be used.
    """

    def __init__(self, ledger: Ledger, mailing: Mailing, signing: Signing | None = None) -> None:
        self._mailing = mailing
        self._signer = read_signer(signing.settings, signing.folder) if signing else None
        self._provider = signing.settings.events_provider if signing else ""
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
            provider=self._provider,
        )
        content = self._compositions[claim.language].fill(addressee)
        if self._signer:
            content = self._signer.sign(content)
        return Envelope(self._mailing.mail_from.replace("{token}", claim.token), claim.address, content)
