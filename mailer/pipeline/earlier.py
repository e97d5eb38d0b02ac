"""A release as it was at a proof, at an approval or when it was sent, beside what it would be now."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mailer.delivery import Ledger, Snapshot, Snapshots, whoever_we_are
from mailer.errors import MailerError
from mailer.message import Addressee, Composition
from mailer.pipeline.composing import compositions_of
from mailer.pipeline.prepared import Prepared
from mailer.settings import Settings

Since = Literal["proof", "approval", "sending"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a release was, and what it is.

    Attributes:
        since: the occasion of the earlier one, at `at` (seconds since 1970), `by` whom; of a sending "".
        before, now: the mail of each edition, by language, for nobody in particular.
    """

    since: Since
    at: float
    by: str
    before: Mapping[str, bytes]
    now: Mapping[str, bytes]


def keep_proof(prepared: Prepared, settings: Settings) -> None:
    """Remembers what was proofed, for `mailer diff`."""
    editions = {lang: c.freeze() for lang, c in compositions_of(prepared, settings).items()}
    with Ledger(prepared.workspace.ledger) as ledger:
        Snapshots(ledger).keep(
            Snapshot(prepared.release.name, "proof", time.time(), whoever_we_are(), editions)
        )


def compared(prepared: Prepared, settings: Settings, ledger: Ledger, since: Since | None = None) -> Earlier:
    """The release beside an earlier state of it.

    Args:
        since: which; None: the newest that there is.

    Raises:
        MailerError: there is none.
        LedgerError: what was kept can't be read.
    """
    name = prepared.release.name
    found = [state for state in _states(ledger, name) if since in (None, state.since)]
    if not found:
        when = {"proof": "proofed", "approval": "approved", "sending": "sent"}
        told = when[since] if since else "proofed, approved or sent"
        raise MailerError(
            f"“{name}” was never {told} from here, so there is nothing to compare it with.",
            f"`mailer send {name} --test ADDRESS` sends a proof.",
        )
    newest = max(found, key=lambda state: state.at)
    now = {lang: _mail(c) for lang, c in compositions_of(prepared, settings).items()}
    before = {lang: _mail(Composition.thaw(frozen)) for lang, frozen in newest.editions.items()}
    return Earlier(newest.since, newest.at, newest.by, before, now)


@dataclass(frozen=True, slots=True)
class _State:
    since: Since
    at: float
    by: str
    editions: Mapping[str, bytes]


def _states(ledger: Ledger, name: str) -> list[_State]:
    kept: tuple[Literal["proof", "approval"], ...] = ("proof", "approval")
    snapshots = (Snapshots(ledger).latest(name, occasion) for occasion in kept)
    states = [_State(s.occasion, s.at, s.by or s.account, s.editions) for s in snapshots if s]
    mailing = ledger.find(name)
    if mailing:
        states.append(_State("sending", mailing.created, "", ledger.editions(mailing)))
    return states


def _mail(composition: Composition) -> bytes:
    """As somebody gets it of whom nothing is known."""
    domain = composition.head.sender.domain
    reader = f"reader@{domain}"
    return composition.fill(Addressee(reader, "", {}, f"<comparison@{domain}>"))
