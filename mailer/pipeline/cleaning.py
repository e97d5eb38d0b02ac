"""What could be mended in a list, by its rows and by what became of mail to its people; and mending it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path

from mailer.bounces.reading.severity import Severity, cause_of, status_code
from mailer.delivery import History, LastMail, Ledger
from mailer.model import Status
from mailer.press import PressList, Suppressions
from mailer.press.mending import mend
from mailer.press.tidying import Kind, Proposal, propose
from mailer.workspace import Workspace

FAILED = (Status.BOUNCED, Status.REJECTED, Status.DEFERRED)
IN_A_ROW = 3
"""So many mails one after the other that did not arrive make an address one to ask about, whatever the reasons."""


def proposals(workspace: Workspace, press_list: PressList, today: date) -> list[Proposal]:
    """What could be mended in a list; nothing is changed.

    Raises:
        ListError: the list, or the one of those who are never mailed, can't be read.
        LedgerError: the ledger can't be read.
    """
    suppressions = Suppressions(workspace.suppressed)
    return list(propose(press_list, suppressions, _failing(workspace), today))


def make_changes(
    workspace: Workspace, press_list: PressList, agreed: Iterable[Proposal], now: datetime
) -> Path:
    """Makes the changes that were agreed to, those among them that need no person's hand.

    Returns:
        where the list is kept as it was.

    Raises:
        ListError: the list has changed meanwhile, or can't be written. Then it is as it was.
    """
    folder = workspace.private / "lists-before"
    folder.mkdir(parents=True, exist_ok=True)
    stem, suffix = f"{press_list.path.stem}-{now:%Y%m%d-%H%M%S}", press_list.path.suffix
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))  # two may come within a second
    keep = next(path for name in names if not os.path.lexists(path := folder / f"{name}{suffix}"))
    changes = {p.line: (p.address, p.becomes) for p in agreed if p.becomes is not None}
    mend(press_list, changes, keep)
    return keep


def _failing(workspace: Workspace) -> dict[str, tuple[Kind, str]]:
    """Whose mail does not arrive, by canonical address."""
    if not workspace.has_ledger():
        return {}
    found: dict[str, tuple[Kind, str]] = {}
    with Ledger(workspace.ledger) as ledger:
        history = History(ledger)
        for last in history.last_mails(*FAILED):
            cause = cause_of(status_code("", last.answer), last.answer)
            if cause.severity is Severity.HARD and last.state is not Status.DEFERRED:
                found[last.canonical] = Kind.BOUNCED, f"{last.release}: {last.answer or cause.name}"
            elif cause.severity is Severity.SOFT and _in_a_row(history, last):
                found[last.canonical] = (
                    Kind.STALE,
                    f"none of the last {IN_A_ROW} emails arrived: {last.answer}",
                )
    return found


def _in_a_row(history: History, last: LastMail) -> bool:
    states = [mail.state for mail in history.of(last.canonical) if not mail.taken_back][-IN_A_ROW:]
    return len(states) == IN_A_ROW and all(state in FAILED for state in states)
