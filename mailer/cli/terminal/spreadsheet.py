"""What became of each, as a file for a spreadsheet (`--csv`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.terminal.output import row, say
from mailer.delivery import REPORT_COLUMNS, write_csv

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Mailing
    from mailer.workspace import Workspace


def must_be_writable(path: Path, workspace: Workspace) -> None:
    """Asked before anything leaves: afterwards it would be too late to say so.

    Raises:
        click.BadParameter: it can't be written; or it would take the place of another file, or of a press list.
    """
    there = path.exists()
    try:
        if path.is_file() and not _is_report(path):
            raise _refused(f"{path} is there already, and is no report: it would be lost. Name another file.")
        if path.resolve().parent == workspace.lists.resolve():
            raise _refused(f"{path} would be taken for a press list. Name a file elsewhere.")
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise _refused(f"{path} can't be written: {error.strerror}.") from None


def _refused(why: str) -> click.BadParameter:
    return click.BadParameter(f"{why} Nothing was sent.", param_hint="--csv")


def _is_report(path: Path) -> bool:
    """Whether a file is an earlier report, or empty; also as another program has saved it, with its own delimiter."""
    with path.open("rb") as file:
        first = file.readline(1000).decode("utf-8-sig", "replace")
    return not first or re.findall(r"\w+", first) == list(REPORT_COLUMNS)


def write_spreadsheet(ledger: Ledger, mailing: Mailing, path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(ledger.recipients(mailing.release), file)
    except OSError as error:  # what was sent was sent: this is no reason to end as if it had not been
        say(f"{path} could not be written: {error.strerror}. Nothing else is wrong; the ledger has it all: "
            f"`mailer status {mailing.release} --recipients`.", err=True)  # fmt: skip
        return
    row(f"What became of each: {path}", err=True)
