"""A look at what would leave: what is shown of it, and all that forbids it."""

from __future__ import annotations

from dataclasses import dataclass

from mailer.delivery import Ledger, Snapshot
from mailer.errors import MailerError
from mailer.pipeline.composing import compositions_of
from mailer.pipeline.earlier import proof_of
from mailer.pipeline.offering.asked import Asked
from mailer.pipeline.offering.permitted import approval_for, broken, rules_for_sending, rules_for_the_rest
from mailer.pipeline.offering.shown import Shown, shown, shown_of_rest
from mailer.pipeline.offering.tried import since
from mailer.pipeline.outgoing import Outgoing
from mailer.pipeline.prepared import Prepared
from mailer.settings import Settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Look:
    """What would leave if somebody said yes.

    Attributes:
        prepared: None: of the rest, no file is read.
        shown: None where something forbids it.
        forbidden: why nothing may leave; [] where it may.
    """

    leaving: Outgoing
    prepared: Prepared | None
    shown: Shown | None
    forbidden: list[MailerError]

    def must_be_permitted(self) -> Shown:
        """
        Raises:
            MailerError: something forbids it; the first of it.
        """
        if self.shown is None:
            raise self.forbidden[0]
        return self.shown


def looked_at(asked: Asked, workspace: Workspace, name: str, settings: Settings, ledger: Ledger) -> Look:
    """Everything anew, from the files and the ledger.

    Raises:
        MailerError: the release, a list or what was frozen can't be read; or it can't be said what would leave.
    """
    if asked.rest:
        return _at_rest(asked, workspace, name, settings, ledger)
    prepared = asked.prepared(workspace, name, settings)
    leaving = asked.leaving(prepared, settings, ledger)
    forbidden = broken(rules_for_sending(prepared, leaving, settings, ledger, asked))
    approved: Snapshot | None = None
    try:
        approved = approval_for(prepared, settings, ledger) if not forbidden else None
    except MailerError as error:
        forbidden.append(error)
    seen = None
    if not forbidden:
        proofed = _of_proof(prepared, settings)
        seen = shown(prepared, leaving, settings, ledger, asked, approved=approved, proofed=proofed)
    return Look(leaving, prepared, seen, forbidden)


def _at_rest(asked: Asked, workspace: Workspace, name: str, settings: Settings, ledger: Ledger) -> Look:
    leaving = asked.leaving_of_rest(workspace, name, settings, ledger)
    mailing = ledger.mailing(name)
    forbidden = broken(rules_for_the_rest(workspace, mailing, leaving, settings, ledger, asked))
    seen = None if forbidden else shown_of_rest(workspace, leaving, settings, ledger, asked)
    return Look(leaving, None, seen, forbidden)


def _of_proof(prepared: Prepared, settings: Settings) -> str:
    """What somebody is asked about who had none."""
    proof = proof_of(prepared)
    if proof is None:
        return "Nobody has had a proof of it."
    now = {language: c.freeze() for language, c in compositions_of(prepared, settings).items()}
    changed = since(proof.editions, now)
    return f"It has changed since the last proof: {changed.said}." if changed else ""
