"""Everybody to whom an offer would go, as an offer keeps them: digests, by which somebody more is found, or somebody
whose mail says another thing now. No address stands in an offer: who is forgotten is in none.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailer.delivery import Ledger
from mailer.delivery.snapshots import DIGEST
from mailer.message import Composition
from mailer.model import Status
from mailer.pipeline.approval import readers_of, slots_of
from mailer.pipeline.approval.signed import Reader
from mailer.pipeline.composing import compositions_of
from mailer.pipeline.crowd import Crowd
from mailer.pipeline.prepared import Prepared
from mailer.press import Suppressions
from mailer.settings import Settings
from mailer.workspace import Workspace

MOST = 20_000
"""Of more people an offer keeps one digest of all: an offer is made each time that somebody looks."""

_WAITING = (Status.QUEUED, Status.DEFERRED, Status.SENDING)
"""Whom a killed sender left as being sent waits again."""
_KEY = b"offer"
_OCTETS = 6
"""Of a digest: two among twenty thousand are the same once in a million offers, and then a name is not told. Whether
the people are the same is decided by the digest of all of them (`Outgoing.recipients`)."""


@dataclass(frozen=True, slots=True)
class People:
    """Who gets it.

    Attributes:
        kept: JSON: by the digest of an address, the digest of what that person gets; or one of all, beyond `MOST`.
        addresses: by the digest, for whoever tells a difference.
    """

    kept: dict[str, str] | str
    addresses: Mapping[str, str]

    @classmethod
    def of(cls, readers: Iterable[Reader], compositions: Mapping[str, Composition]) -> People:
        slots = slots_of(compositions)
        kept, addresses = dict[str, str](), dict[str, str]()
        for reader in readers:
            both = reader.digests(slots, _KEY)
            who, what = (_short(piece) for piece in (both[:DIGEST], both[DIGEST:]))
            kept[who], addresses[who] = what, reader.address
        if len(kept) <= MOST:
            return cls(kept, addresses)
        return cls(hashlib.sha256(repr(sorted(kept.items())).encode()).hexdigest(), addresses)


def _short(digest: bytes) -> str:
    return base64.b64encode(digest[:_OCTETS]).decode()


def digest_of(prepared: Prepared, settings: Settings, ledger: Ledger) -> str:
    """A digest of what is prepared, and of all to whom it would go, as an approval binds them: for an approver who
    has looked at it, and types a number later."""
    compositions = compositions_of(prepared, settings)
    people = People.of(readers_of(prepared, settings, ledger), compositions).kept
    digest = hashlib.sha256(json.dumps(people, sort_keys=True).encode())
    for language, composition in sorted(compositions.items()):
        digest.update(language.encode() + composition.freeze())
    return digest.hexdigest()


def of_send(prepared: Prepared, settings: Settings, ledger: Ledger) -> Iterator[Reader]:
    """Newcomers, and who stands in the queue and is mailed, as `outgoing.of_send` counts them."""
    name, crowd = prepared.release.name, Crowd(Suppressions(prepared.workspace.suppressed), settings)
    there, lost = ledger.find(name) is not None, ledger.lost(name)
    for reader in readers_of(prepared, settings, ledger):
        state = ledger.state_of(name, reader.canonical) if there else None
        new = state is None and not lost
        if new or (state in _WAITING and not crowd.why_not(reader.canonical)):
            yield reader


def of_rest(
    workspace: Workspace, name: str, settings: Settings, ledger: Ledger, uncertain: Collection[str]
) -> Iterator[Reader]:
    """Who stands in the queue and is mailed, and who gets it again, as `outgoing.of_resume` counts them."""
    crowd = Crowd(Suppressions(workspace.suppressed), settings)
    for each in ledger.waiting(name):
        if not crowd.why_not(each.canonical):
            yield Reader(each.canonical, each.address, each.name, each.language, each.fields)
    for each in ledger.reached(name):
        if each.canonical in uncertain:
            yield Reader(each.canonical, each.address, each.name, each.language, each.fields)
