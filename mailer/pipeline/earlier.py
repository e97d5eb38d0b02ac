"""A release as it was at a proof, at an approval or when it was sent, beside what it would be now."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mailer.delivery import Ledger, Snapshots, whoever_we_are
from mailer.errors import MailerError
from mailer.message import Addressee, Composition
from mailer.pipeline.composing import compositions_of
from mailer.pipeline.prepared import Prepared
from mailer.settings import Settings
from mailer.workspace.durable import in_place_of
from mailer.workspace.private import private_folder

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
    """Remembers what was proofed, for `mailer diff`; outside the ledger, which knows of real sendings alone.

    Raises:
        OSError: it can't be written.
    """
    editions = {lang: c.freeze().decode() for lang, c in compositions_of(prepared, settings).items()}
    path = _proof_of(prepared)
    private_folder(path.parent)
    if path.is_symlink():  # a folder that somebody else made may lead anywhere
        path.unlink()
    with in_place_of(path) as file:
        said = {"at": time.time(), "account": whoever_we_are(), "editions": editions}
        file.write(json.dumps(said, ensure_ascii=False).encode())


def _proof_of(prepared: Prepared) -> Path:
    return prepared.workspace.private / "proofs" / f"{prepared.release.name}.json"


def _proof(prepared: Prepared) -> _State | None:
    """The newest proof; None: there was none, or nothing can be made of what is there."""
    try:
        said = json.loads(_proof_of(prepared).read_bytes())
        editions = {str(lang): str(text).encode() for lang, text in said["editions"].items()}
        return _State("proof", float(said["at"]), str(said["account"]), editions)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def compared(
    prepared: Prepared, settings: Settings, ledger: Ledger | None, since: Since | None = None
) -> Earlier:
    """The release beside an earlier state of it.

    Args:
        ledger: None: nothing was sent or approved from here.
        since: which; None: the newest that there is.

    Raises:
        MailerError: there is none.
        LedgerError: what was kept can't be read.
    """
    name = prepared.release.name
    found = [state for state in _states(prepared, ledger) if since in (None, state.since)]
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


def _states(prepared: Prepared, ledger: Ledger | None) -> list[_State]:
    name = prepared.release.name
    states = [proof] if (proof := _proof(prepared)) else []
    if ledger is None:
        return states
    if approval := Snapshots(ledger).latest(name, "approval"):
        states.append(_State("approval", approval.at, approval.by, approval.editions))
    mailing = ledger.find(name)
    if mailing:
        states.append(_State("sending", mailing.created, "", ledger.editions(mailing)))
    return states


def _mail(composition: Composition) -> bytes:
    """As somebody gets it of whom nothing is known."""
    domain = composition.head.sender.domain
    reader = f"reader@{domain}"
    return composition.fill(Addressee(reader, "", {}, f"<comparison@{domain}>"))
