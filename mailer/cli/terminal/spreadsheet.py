"""What became of each, as a file for a spreadsheet (`--csv`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.terminal.output import row, say
from mailer.delivery import write_csv

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Mailing


def must_be_writable(path: Path) -> None:
    """Asked before anything leaves: afterwards it would be too late to say so."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise click.BadParameter(
            f"{path} can't be written: {error.strerror}. Nothing was sent.", param_hint="--csv"
        ) from None


def write_spreadsheet(ledger: Ledger, mailing: Mailing, path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(ledger.recipients(mailing.release), file)
    except OSError as error:  # what was sent was sent: this is no reason to end as if it had not been
        say(f"{path} could not be written: {error.strerror}. Nothing else is wrong; the ledger has it all: "
            f"`mailer status {mailing.release} --recipients`.", err=True)  # fmt: skip
        return
    row(f"What became of each: {path}", err=True)
