"""Where a release stands, as far as it is known: from the ledger alone, where anything of it ever left or is to leave;
else from the files, as pre-flight finds them.

| state | says |
|---|---|
| draft | nothing of it has left and nothing is to. Nobody has looked at it yet, or pre-flight finds errors |
| can't be read | its file has faults; whoever opens it is told which |
| checked | pre-flight finds no errors in the files and lists as they are now. (Warnings are counted.) |
| approved | newsroom.md asks for an approval, and one holds for the text and the people as they are now |
| scheduled | somebody has ordered it for a time that is to come; or that has passed, and nothing has begun (*late*) |
| sending | people are left, its time has come, and a process has the mailing in hand at this moment |
| unfinished | people are left, and no process has it in hand, or somebody has stopped what was planned: see its page |
| sent | nobody is left: each was accepted or refused by a server, or it is uncertain. Never "delivered" |
| corrected | it was sent, and so was a correction, an update or a withdrawal of it, to somebody at least |
| taken back | everybody was taken off its queue before they got it |
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Literal

from mailer.desk.office import Office
from mailer.desk.rooms.releases.listing import Listed
from mailer.errors import MailerError, ReleaseError, TemplateError
from mailer.model import Kind, Status

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Mailing
    from mailer.pipeline import Prepared

Mark = Literal["", "done", "open", "broken"]

_LEFT = (Status.QUEUED, Status.DEFERRED, Status.SENDING, Status.DOT)
_SUPERSEDING = {kind.value: kind for kind in Kind if kind.supersedes}
_REPLACED = {Kind.CORRECTION: "Corrected", Kind.UPDATE: "Updated", Kind.WITHDRAWAL: "Withdrawn"}
_GOT_SOMEWHERE = (Status.ACCEPTED, Status.BOUNCED)


@dataclass(frozen=True, slots=True)
class State:
    """Where a release stands.

    Attributes:
        said: the state, in a word or two; `more`: what there is to know beside it.
        mailing: its id, where the ledger has one: what became of it stands on its page.
        is_known: False: pre-flight has to look, which takes a moment.
    """

    said: str
    more: str = ""
    mark: Mark = ""
    mailing: int = 0
    is_known: bool = True


def from_ledger(ledger: Ledger, mailing: Mailing, mailings: Collection[Mailing]) -> State:
    """Of a release that the ledger knows.

    Args:
        mailings: all that there are.
    """
    counts = ledger.counts(mailing.release)
    left = sum(counts.get(status, 0) for status in _LEFT)
    accepted = sum(counts.get(status, 0) for status in _GOT_SOMEWHERE)  # whatever came back later
    number = sum(counts.values()) - counts.get(Status.DISCARDED, 0)
    if not number:
        return State("Taken back", "nobody has it", mailing=mailing.id, is_known=False)
    so_far = f"accepted for {accepted:,} of {number:,}"
    if left:
        return _unfinished(ledger, mailing, left, so_far)
    for later in mailings:
        kind = _SUPERSEDING.get(later.kind)
        if later.follows == mailing.release and kind and _reached_somebody(ledger, later):
            return State(_REPLACED[kind], f"by “{later.subject}”", "done", mailing.id)
    refused = _listed_counts(counts)
    return State("Sent", f"{so_far}{f'; {refused}' if refused else ''}", "done", mailing.id)


def _unfinished(ledger: Ledger, mailing: Mailing, left: int, so_far: str) -> State:
    from mailer.pipeline.outgoing import at_the_office
    from mailer.pipeline.planned import When, is_held_up, planned_of

    plan = planned_of(ledger, mailing.release, time.time())
    if ledger.is_held(mailing.id) and not (plan and plan.when is When.TO_COME):
        return State("Sending", f"{so_far} so far", "open", mailing.id)
    goes = plan and plan.when is not When.STOPPED and not is_held_up(ledger, mailing, plan.order)
    if plan and goes:
        at = at_the_office(plan.moment, mailing.zone)
        said = f"{at.day} {at:%B %Y, %H:%M} ({mailing.zone or 'UTC'}), to {left:,}"
        if plan.when is When.LATE:
            return State("Late", f"it was to leave on {said}", "broken", mailing.id)
        return State("Scheduled", said, "open", mailing.id)
    return State("Unfinished", f"{so_far}; {left:,} left", "broken", mailing.id)


def _reached_somebody(ledger: Ledger, mailing: Mailing) -> bool:
    counts = ledger.counts(mailing.release)
    return any(counts.get(status) for status in _GOT_SOMEWHERE)


def _listed_counts(counts: Mapping[Status, int]) -> str:
    told = {
        Status.REJECTED: "refused or not sent after all",
        Status.BOUNCED: "came back",
        Status.UNCERTAIN: "uncertain",
    }
    return ", ".join(f"{counts[status]:,} {word}" for status, word in told.items() if counts.get(status))


class Verdicts:
    """What pre-flight says of releases of which nothing has left. Each is looked at when somebody sees it, one at a
    time, and again when anything has changed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: dict[str, tuple[object, State]] = {}
        self._lock = Lock()

    def known(self, release: Listed) -> State:
        """What is known without looking."""
        if not release.readable:
            return State("Can’t be read yet", "open it to see why", "broken")
        found = self._known.get(release.name)
        if found and found[0] == self._moment(release):
            return found[1]
        return State("Draft", is_known=False)

    def look(self, release: Listed) -> State:
        """What is known after looking."""
        with self._lock:
            if (state := self.known(release)).is_known:
                return state
            moment = self._moment(release)
            state = self._state(release.name)
            self._known[release.name] = (moment, state)
            return state

    def _moment(self, release: Listed) -> object:
        """What else may change a verdict than this release: any file, the ledger, the day."""
        counters = self._office.changes.counters
        return release.stamps, counters["files"], counters["ledger"], datetime.now(UTC).date()

    def _state(self, name: str) -> State:
        from mailer import pipeline

        office = self._office
        try:
            path = office.workspace.own_release(name)
            prepared = pipeline.prepare(office.workspace, str(path), office.choice)
        except MailerError as error:
            can_not = "read" if isinstance(error, ReleaseError | TemplateError) else "sent"
            return State(f"Can’t be {can_not} yet", error.message.split("\n")[0], "broken")
        errors = sum(finding.level == "error" for finding in prepared.findings)
        warnings = sum(finding.level == "warning" for finding in prepared.findings)
        told = ", ".join(filter(None, (_number(errors, "error"), _number(warnings, "warning"))))
        if errors:
            return State("Draft", told)
        return self._approved(prepared, told) or State("Checked", told or "no errors", "done")

    def _approved(self, prepared: Prepared, told: str) -> State | None:
        from mailer.pipeline.approval import must_be_approved

        if not prepared.release.original.newsroom.approvers:
            return None
        with self._office.ledger() as ledger:
            if ledger is None:
                return State("Checked", "not approved yet", "done")
            try:
                approval = must_be_approved(prepared, self._office.settings, ledger)
            except MailerError:
                return State("Checked", "not approved as it is now", "done")
        return State("Approved", f"by {approval.by}", "done") if approval else None


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}" if number else ""
