"""What the office holds about a person, and how it forgets them: lists, ledger, other files (GDPR Art. 15, 17)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mailer import press
from mailer.delivery import History, Ledger, PastMail
from mailer.errors import WorkspaceError
from mailer.pipeline.approval.signed import forget_in_approvals
from mailer.pipeline.several.suppressions import agree, suppressions_of
from mailer.press import Occurrence, canonical
from mailer.press.list_files.write import locked
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.log import forget_in_log, log_of


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done, and what is left to do.

    Attributes:
        removed: rows of lists that were taken out.
        mailings: in how many mailings they were, that are in the ledger no more; None: there is no ledger.
        by_hand: rows of lists that only a person can take out.
        files: other files that name them, likewise.
    """

    removed: tuple[Occurrence, ...]
    mailings: int | None
    by_hand: tuple[Occurrence, ...]
    files: tuple[Path, ...]


def forget(workspace: Workspace, address: str, settings: Settings) -> Forgotten:
    """Removes a person from all lists and from the ledger, approvals included. What stays is a hash of
    the address, which keeps them suppressed.

    Raises:
        AddressError: it is no address.
        ListError, LedgerError, WorkspaceError: a file can't be written.
    """
    lists = press.forget(workspace, address, source="by hand", suppressions=suppressions_of(workspace))
    mailings = None
    if workspace.has_ledger():
        with Ledger(workspace.ledger) as ledger:
            mailings = History(ledger).forget(canonical(address))
            forget_in_approvals(canonical(address), settings, ledger)
            agree(workspace, ledger)  # what was heard of other computers may name them
    try:
        with locked(workspace.private / "forget"):
            forget_in_log(workspace, address, canonical(address))
    except OSError as error:
        raise WorkspaceError(
            f"{workspace.shown(log_of(workspace))} can't be written anew: {error.strerror}.",
            "They were removed from lists and ledger; run the command again once it can.",
        ) from None
    return Forgotten(lists.removed, mailings, lists.by_hand, tuple(press.files_naming(workspace, address)))


def kept_about(workspace: Workspace, address: str) -> dict[str, Any]:
    """All that is held about a person, ready for JSON: by list, by mailing, and the other files that name them.

    Raises:
        AddressError: it is no address.
        LedgerError: the ledger can't be read.
    """
    mailings: list[dict[str, Any]] = []
    if workspace.has_ledger():
        with Ledger(workspace.ledger) as ledger:
            mailings = [_as_data(mail) for mail in History(ledger).of(canonical(address))]
    return {
        "address": address,
        "lists": [
            {"file": row.path, "line": row.line, "cells": row.cells}
            for row in press.kept_about(workspace, address)
        ],
        "mailings": mailings,
        "files": [workspace.shown(path) for path in press.files_naming(workspace, address)],
    }


def _as_data(mail: PastMail) -> dict[str, Any]:
    data = asdict(mail)
    data["state"] = mail.state.value
    return data
