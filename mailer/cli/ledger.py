"""The ledger itself: whose it is, where it is, going on with one that does not know everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailer.cli import COULD_NOT_START, DONE, UNFINISHED
from mailer.cli.options import workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, on_a_terminal, row, say

if TYPE_CHECKING:
    from mailer.delivery import Ledger
    from mailer.workspace import Workspace


@click.group(short_help="Move the record of who got what, or take it over.")
def ledger() -> None:
    """Where the ledger is, the record of who got what, and which computer sends by it."""


@ledger.command(
    short_help="Carry on here: on another computer, or after the ledger was lost.",
    epilog="Example:  mailer ledger adopt harbour-report",
)
@click.argument("release", required=False)
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
def adopt(release: str | None, yes: bool) -> int:
    """Carry on with the ledger as it is, on this computer.

    Where it belongs to another computer: this one takes it over, and the other one is refused from then on.

    Where it was lost, or replaced by an older copy: more was sent than it knows. First try to find the newest one.
    Everybody not recorded as having the release becomes uncertain, and so does anyone added later: they get it only
    by name (`mailer resume RELEASE --uncertain ADDRESS`). A database can't tell that it was put back from an older
    backup: name each release that was sent since.
    """
    from mailer.workspace.database_url import DatabaseUrl

    workspace = workspace_here()
    if isinstance(workspace.ledger, DatabaseUrl):
        return _go_on_in_database(workspace, release, yes)
    taken_over = _take_over(workspace, yes)
    if taken_over is False:
        return COULD_NOT_START
    return _go_on(workspace, release, yes, quietly=taken_over is True)


def _agreed(what: str, yes: bool) -> bool:
    """Whether somebody has said so, in a word that they typed."""
    from mailer.cli.asking import typed

    if not yes and not on_a_terminal():
        say("There is no terminal to confirm on, so nothing was changed. In a script, use --yes.", err=True)
        return False
    return yes or typed(f"Type adopt to {what}", "adopt", otherwise="Nothing was changed.")


def _take_over(workspace: Workspace, yes: bool) -> bool | None:
    """Makes it this computer's; None: it was not another one's, False: nobody said so."""
    from mailer.delivery.ledger.machine import machine_name
    from mailer.delivery.ledger.sqlite.store import FileStore
    from mailer.workspace.database_url import DatabaseUrl

    place = workspace.ledger
    if isinstance(place, DatabaseUrl) or not workspace.has_ledger():
        return None
    with FileStore(place) as store:
        other = store.other_computer()
        if not other:
            return None
        _say_what_it_means(other, machine_name())
        if not _agreed("take it over", yes):
            return False
        store.take_over()
    logged(workspace, "ledger adopt", of=other)
    say(f"The ledger belongs to this computer now, {machine_name()}.", err=True)
    return True


def _say_what_it_means(other: str, this: str) -> None:
    say(
        f"The ledger belongs to another computer, {other}. If you take it over, {this} sends by it from now on,"
        f" and {other} is refused.\n"
        f"First make sure that nothing is being sent or planned there. Where a program keeps the folder in step, wait"
        f" until it has finished on both: then {other} is refused as well. If this is a copy, {other} will not hear of"
        " it: nothing may be sent there any more, as each would send to everybody.",
        err=True,
    )


def _go_on(workspace: Workspace, release: str | None, yes: bool, *, quietly: bool) -> int:
    """With a ledger that does not know everything. `quietly`: where it does, nothing is said."""
    from mailer.delivery import Ledger

    with Ledger(workspace.ledger) as book:
        found = book.doubts()
        if release:
            name = workspace.release_called(release)
            found = [doubt for doubt in found if doubt.testimony.release == name]
        if not found:
            if not quietly:
                say("As far as mailer can tell, the ledger is complete: there is nothing to adopt.", err=True)
            return DONE
        for doubt in found:
            row(doubt.testimony.release, str(doubt))
        say(
            "Anyone not known to have it becomes uncertain. If there is a newer ledger.db, in a backup or where "
            "the folder is synchronised, put that back instead.",
            err=True,
        )
        if not _agreed("carry on with this ledger", yes):
            return COULD_NOT_START
        for doubt in found:
            _adopted(workspace, book, doubt.testimony.release)
    return DONE


def _go_on_in_database(workspace: Workspace, release: str | None, yes: bool) -> int:
    """Nothing is kept beside a database that would know of more than it does: a person says which release."""
    from mailer.delivery import Ledger

    with Ledger(workspace.ledger) as book:
        if not release:
            say(
                "A database can't tell that it was put back from an older backup. If it was, name each release that "
                "was sent since, before anybody sends: `mailer ledger adopt RELEASE`. `mailer log` on each computer "
                "knows which. If it was not, there is nothing to adopt.",
                err=True,
            )
            return COULD_NOT_START
        name = workspace.release_called(release)
        say(f"Anyone not known to have “{name}” becomes uncertain. Do this only if the database was put back from a "
            "backup; if there is a newer one, have that put back instead.", err=True)  # fmt: skip
        if not _agreed("carry on with this ledger", yes):
            return COULD_NOT_START
        _adopted(workspace, book, name)
    return DONE


def _adopted(workspace: Workspace, book: Ledger, name: str) -> None:
    number = book.adopt(name)
    logged(workspace, "ledger adopt", name, uncertain=number)
    say(f"“{name}”: {count(number, 'recipient is', 'recipients are')} uncertain now, and so is anyone "
        f"it is sent to later. `mailer status {name} --recipients` names them.", err=True)  # fmt: skip


@ledger.command(
    short_help="Keep the ledger in another place.", epilog="Example:  mailer ledger move ~/mailer/ledger.db"
)
@click.argument("destination")
def move(destination: str) -> int:
    """Move the ledger to another file, such as one outside of a folder that is synchronised; or into a PostgreSQL
    database that several computers share (postgresql://…), and back into a file.

    Nothing of it may be being sent. It is copied and compared; .env says from then on where it is, and what is left
    behind is marked: whoever opens it is told where the ledger went. Interrupted, it is run again.
    """
    from mailer.pipeline.moving import move

    workspace = workspace_here()
    moved = move(workspace, destination)
    for release, found in moved.sums.items():
        if release:
            row(release, count(found.recipients, "recipient"), found.digest)
    mailings = count(len(moved.sums) - 1, "mailing")
    logged(workspace, "ledger move", to=str(moved.destination))
    say(f"Moved: {mailings}, compared with the original. The ledger is {moved.destination} now.", err=True)
    if moved.to_say:
        say(f"One thing is left to do. {moved.to_say} Until then mailer does not find the ledger.", err=True)
    return UNFINISHED if moved.to_say else DONE
