"""The ledger itself: going on with one that does not know everything."""

from __future__ import annotations

import click

from mailer.cli import COULD_NOT_START, DONE
from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, on_a_terminal, row, say


@click.group(short_help="Go on after the record of who got what was lost.")
def ledger() -> None:
    """The record of who got what, where something has happened to it."""


@ledger.command(
    short_help="Go on with a ledger that was lost or is an older copy.",
    epilog="Example:  mailer ledger adopt harbour-report",
)
@click.argument("release", required=False)
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
def adopt(release: str | None, yes: bool) -> int:
    """Go on with a ledger that was lost, or put back from an older copy. First try to find the newest one.

    More was sent than it knows. So whoever it does not know to have the release is uncertain from now on, whoever is
    sent it later too: they get it only by name (`mailer resume RELEASE --uncertain ADDRESS`).
    """
    from mailer.cli.asking import typed
    from mailer.delivery import Ledger, doubts

    workspace = workspace_here()
    with Ledger(workspace.ledger) as book:
        found = doubts(book)
        if release:
            name = workspace.release_called(release)
            found = [doubt for doubt in found if doubt.testimony.release == name]
        if not found:
            say(
                "As far as can be told, the ledger knows everything that was sent: nothing is to be adopted.",
                err=True,
            )
            return DONE
        for doubt in found:
            row(doubt.testimony.release, str(doubt))
        if not yes and not on_a_terminal():
            say("There is no terminal to confirm on: nothing was changed. Scripts say --yes.", err=True)
            return COULD_NOT_START
        say(
            "Whoever is not known to have it will be uncertain. If there is a newer ledger.db, in a backup or where "
            "the folder is synchronised, put that one back instead.",
            err=True,
        )
        question = "Type adopt to go on with this ledger"
        if not yes and not typed(question, "adopt", otherwise="Nothing was changed."):
            return COULD_NOT_START
        for doubt in found:
            name = doubt.testimony.release
            number = book.adopt(name)
            say(f"“{name}”: {count(number, 'recipient is', 'recipients are')} uncertain now, and so is whoever "
                f"it is sent to later. `mailer status {name} --recipients` names them.", err=True)  # fmt: skip
    return DONE
