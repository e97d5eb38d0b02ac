"""What an approval holds of people, and what proves that it is the office's: digests and a signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mailer.delivery import Ledger, Snapshot, Snapshots
from mailer.delivery.snapshots import DIGEST
from mailer.errors import SettingsError
from mailer.settings import Settings

_BOTH = 2 * DIGEST  # of a recipient: whose address, and what they are sent


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to whom it goes, and what is theirs alone."""

    canonical: str
    address: str
    name: str
    language: str
    values: Mapping[str, str]

    def digests(self, slots: Mapping[str, list[str]], key: bytes) -> bytes:
        """As an approval keeps them. `slots`: what the edition of each language has filled in."""
        filled = [self.values.get(field, "") for field in slots.get(self.language, ())]
        said = json.dumps([self.canonical, self.address, self.name, self.language, filled])
        return _digest(self.canonical, key) + _digest(said, key)


def forget_in_approvals(address: str, settings: Settings, ledger: Ledger) -> None:
    """Takes a canonical address out of all approvals, which stay good for the others. One of another key goes."""
    snapshots = Snapshots(ledger)
    for approval in snapshots.all():
        key = office_key(settings) if settings.secret_key else b""
        if not key or not hmac.compare_digest(approval.signature, signature(approval, key)):
            snapshots.drop(approval)
            continue
        theirs, people = _digest(address, key), list(pieces(approval.people))
        kept = [each for each in people if each[:DIGEST] != theirs]
        if len(kept) < len(people):
            without = replace(approval, people=b"".join(kept))
            snapshots.keep(replace(without, signature=signature(without, key)))


def pieces(people: bytes) -> Iterator[bytes]:
    return (people[start : start + _BOTH] for start in range(0, len(people), _BOTH))


def office_key(settings: Settings) -> bytes:
    if not settings.secret_key:
        raise SettingsError(
            "SECRET_KEY is empty: an approval is signed with it.",
            "Put a long random text into .env, the same on every computer of the office.",
        )
    return hashlib.sha256(b"approval\0" + settings.secret_key.encode()).digest()


def _digest(text: str, key: bytes) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")[:DIGEST]


def signature(approval: Snapshot, key: bytes) -> str:
    """Over everything that an approval says (HMAC, RFC 2104)."""
    said = [
        approval.release,
        approval.at,
        approval.account,
        approval.by,
        hashlib.sha256(approval.people).hexdigest(),
        {language: hashlib.sha256(frozen).hexdigest() for language, frozen in approval.editions.items()},
    ]
    return hmac.digest(key, json.dumps(said, sort_keys=True).encode(), "sha256").hex()
