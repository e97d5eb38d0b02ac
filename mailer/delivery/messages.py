"""The frozen message of each language, filled for one recipient after the other; or for one, to be looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.claim import Claim
from mailer.delivery.ledger.records import ACCEPTS, READY, Mailing, status_of
from mailer.message import Addressee, Composition
from mailer.message.dkim import read_signer
from mailer.model import Envelope, Status
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
        self._ledger, self._mailing, self._settled = ledger, mailing, False
        self._signer = read_signer(signing.settings, signing.folder) if signing else None
        self._provider = signing.settings.events_provider if signing else ""
        self._compositions = self._frozen()

    def _frozen(self) -> dict[str, Composition]:
        editions = self._ledger.editions(self._mailing)
        return {language: Composition.thaw(frozen) for language, frozen in editions.items()}

    def _settle(self) -> None:
        """Until somebody is claimed the release may be queued with another text: while this waits for its time, or is
        paused. From then on it stays."""
        self._mailing = self._ledger.mailing(self._mailing.release)
        self._compositions, self._settled = self._frozen(), True

    def envelope(self, claim: Claim) -> Envelope:
        """The message for a recipient, with the same Message-ID at every attempt. They are claimed."""
        if not self._settled:
            self._settle()
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


@dataclass(frozen=True, slots=True)
class OwnMail:
    """The mail of somebody to whom a release went, or waits to go.

    Attributes:
        values: what filled its slots.
        at: when a server took it, in seconds since 1970; 0: none has.
        content: as it left, but for a signature and what a provider wants in its header.
    """

    address: str
    name: str
    language: str
    state: Status
    values: Mapping[str, str]
    at: float
    content: bytes


def own_mail(ledger: Ledger, release: str, canonical: str) -> OwnMail | None:
    """What the ledger holds of somebody's mail; None: a release was never queued for them, or they were forgotten.

    Raises:
        LedgerError: a newer version of mailer froze it.
    """
    mailing = ledger.find(release)
    if mailing is None:
        return None
    with ledger.reading() as db:
        row = db.execute(
            "SELECT address, name, language, state, fields, token, in_reply_to,"  # noqa: S608
            " (SELECT min(at) FROM attempts WHERE delivery = d.id),"
            f" (SELECT min(at) FROM attempts WHERE delivery = d.id AND {ACCEPTS}) FROM deliveries AS d"
            f" WHERE mailing = ? AND canonical = ? AND address <> '' AND {READY}",
            (mailing.id, canonical),
        ).fetchone()
    if row is None:
        return None
    address, name, language, state, fields, token, parent, tried, at = row
    values: dict[str, str] = json.loads(fields)
    moment = datetime.fromtimestamp(tried, UTC) if tried else None
    addressee = Addressee(address, name, values, f"<{token}@{mailing.domain}>", parent, moment)
    content = Composition.thaw(ledger.editions(mailing)[language]).fill(addressee)
    return OwnMail(address, name, language, status_of(state), values, at or 0.0, content)
