"""A release as it was at a proof, at an approval or when it was sent, beside what it would be now."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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


@dataclass(frozen=True, slots=True)
class Tried:
    """The newest proof, or the newest rehearsal.

    Attributes:
        at: when, in seconds since 1970; `by` whom.
        editions: what was sent or written, as `Composition.freeze` has it, by language.
        number: of messages.
        page: of a rehearsal, its summary.
    """

    at: float
    by: str
    editions: Mapping[str, bytes]
    number: int = 0
    page: str = ""


def keep_proof(prepared: Prepared, settings: Settings) -> None:
    """Remembers what was proofed, for `mailer diff`; outside the ledger, which knows of real sendings alone.

    Raises:
        OSError: it can't be written.
    """
    _keep(_kept_in(prepared, "proofs"), prepared, settings)


def keep_rehearsal(prepared: Prepared, settings: Settings, number: int, page: Path) -> None:
    """Remembers what was rehearsed.

    Args:
        number: of messages that were written.
        page: their summary.

    Raises:
        OSError: it can't be written.
    """
    _keep(_kept_in(prepared, "rehearsals"), prepared, settings, number=number, page=str(page.resolve()))


def proof_of(prepared: Prepared) -> Tried | None:
    """The newest proof of all editions; None: there was none, or nothing can be made of what is there."""
    return _tried(_kept_in(prepared, "proofs"))


def rehearsal_of(prepared: Prepared) -> Tried | None:
    """The newest rehearsal; None: likewise."""
    return _tried(_kept_in(prepared, "rehearsals"))


def _kept_in(prepared: Prepared, folder: str) -> Path:
    return prepared.workspace.private / folder / f"{prepared.release.name}.json"


def _keep(path: Path, prepared: Prepared, settings: Settings, **more: Any) -> None:
    editions = {lang: c.freeze().decode() for lang, c in compositions_of(prepared, settings).items()}
    private_folder(path.parent)
    if path.is_symlink():  # a folder that somebody else made may lead anywhere
        path.unlink()
    with in_place_of(path) as file:
        said = {"at": time.time(), "account": whoever_we_are(), "editions": editions} | more
        file.write(json.dumps(said, ensure_ascii=False).encode())


def _tried(path: Path) -> Tried | None:
    try:
        said = json.loads(path.read_bytes())
        editions = {str(lang): str(text).encode() for lang, text in said["editions"].items()}
        number, page = int(said.get("number", 0)), str(said.get("page", ""))
        return Tried(float(said["at"]), str(said["account"]), editions, number, page)
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
    now = {lang: mail_of(c) for lang, c in compositions_of(prepared, settings).items()}
    before = {lang: mail_of(Composition.thaw(frozen)) for lang, frozen in newest.editions.items()}
    return Earlier(newest.since, newest.at, newest.by, before, now)


@dataclass(frozen=True, slots=True)
class _State:
    since: Since
    at: float
    by: str
    editions: Mapping[str, bytes]


def _states(prepared: Prepared, ledger: Ledger | None) -> list[_State]:
    name = prepared.release.name
    proof = proof_of(prepared)
    states = [_State("proof", proof.at, proof.by, proof.editions)] if proof else []
    if ledger is None:
        return states
    if approval := Snapshots(ledger).latest(name):
        states.append(_State("approval", approval.at, approval.by, approval.editions))
    mailing = ledger.find(name)
    if mailing:
        states.append(_State("sending", mailing.created, "", ledger.editions(mailing)))
    return states


def mail_of(composition: Composition) -> bytes:
    """As somebody gets it of whom nothing is known."""
    domain = composition.head.sender.domain
    reader = f"reader@{domain}"
    return composition.fill(Addressee(reader, "", {}, f"<comparison@{domain}>"))
