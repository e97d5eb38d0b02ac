"""People's wishes: never to be mailed, to be mailed again, to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import only_these, parsed, settings_of, workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, on_a_terminal, row, say
from mailer.errors import ListError, MailerError

if TYPE_CHECKING:
    from mailer.press import Occurrence
    from mailer.workspace import Workspace


@click.command(
    short_help="Never mail these addresses again.",
    epilog="Example:  mailer suppress ana@example.net --reason 'asked by phone'",
)
@click.argument("addresses", nargs=-1, metavar="ADDRESS…")
@click.option(
    "--reason", default="unsubscribed", show_default=True, help="The reason, for colleagues to read."
)
@click.option("--source", default="by hand", show_default=True, help="Where the request came from.")
@click.option("--begin", is_flag=True, help="Make lists/suppressed.csv in a workspace that never had one.")
def suppress(addresses: tuple[str, ...], reason: str, source: str, begin: bool) -> None:
    """Never mail these addresses again, whatever list they are on.

    A missing lists/suppressed.csv is only created with --begin: it may have been moved, and the people it names
    would be mailed. Where several computers share a ledger, it has the people whom the ledger knows it to have named.
    """
    from mailer.pipeline.several import suppressions as several

    if not addresses and not begin:
        raise click.UsageError("Give one or more addresses.")
    if not addresses:
        only_these({"begin"}, "without an ADDRESS")
    workspace = workspace_here()
    wanted = [parsed(address) for address in addresses]
    if begin:
        number = several.begin(workspace)
        known = f"{count(number, 'address', 'addresses')}, as the ledger knows them"
        said = known if number else "nobody is suppressed yet"
        row(workspace.shown(workspace.suppressed), f"created: {said}")
    suppressions = several.suppressions_of(workspace, to_add=True)
    for mailed in wanted:
        new = suppressions.add(mailed, reason, source)
        row(mailed, "suppressed" if new else "was already suppressed")
        if new:
            logged(workspace, "suppress", address=mailed, reason=reason, source=source)
    _say_what_blocks(workspace)


def _say_what_blocks(workspace: Workspace) -> None:
    """Whoever has just moved a wish over from another file learns here that it still lies there."""
    from mailer.press import Suppressions

    try:
        Suppressions(workspace.suppressed)
    except ListError as error:
        say(f"Done, but nobody can be mailed yet:\n{error}", err=True)


@click.command(short_help="Mail these addresses again.", epilog="Example:  mailer unsuppress ana@example.net")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.option(
    "--everywhere",
    is_flag=True,
    help="Whatever other computers have said, where they share a ledger in PostgreSQL.",
)
def unsuppress(addresses: tuple[str, ...], everywhere: bool) -> int:
    """Mail these addresses again: only if the person has asked for it.

    Where several computers share a ledger, each has a list of its own, and whoever is on any of them is not mailed.
    This takes them off this computer's, and names the others. --everywhere takes them off what those have said; a
    computer whose file still names them says so again when something is next sent from there.

    Exit code 1 if one of them was not suppressed, or still is.
    """
    from mailer.pipeline.several.suppressions import agree, shared_by, suppressions_of
    from mailer.press import Suppressions, canonical

    workspace = workspace_here()
    if everywhere and shared_by(workspace) is None:
        raise click.UsageError(
            "--everywhere is for a ledger that several computers share (LEDGER_URL): there is none."
        )
    agree(workspace)
    suppressions = suppressions_of(workspace)
    missing = False
    for mailed in [parsed(address) for address in addresses]:
        elsewhere = suppressions.elsewhere.get(canonical(mailed))
        removed = suppressions.remove(mailed, everywhere=everywhere) + (everywhere and elsewhere is not None)
        agree(workspace)
        left = Suppressions(workspace.suppressed).get(mailed)
        missing = missing or not removed or left is not None
        if left:
            row(mailed, f"still suppressed: {left}, {left.source}")
        else:
            row(mailed, "no longer suppressed" if removed else "was not suppressed")
        if everywhere and elsewhere and not left:
            say(f"They were {elsewhere.source}: where that file still names them, delete the line, or they are "
                "suppressed again when something is next sent from there.", err=True)  # fmt: skip
        if removed:
            details = {"everywhere": "yes"} if everywhere else {}
            logged(workspace, "unsuppress", "", address=mailed, **details)
    return UNFINISHED if missing else DONE


@click.command(
    short_help="Remove a person from all lists and the record.",
    epilog="Example:  mailer forget ana@example.net",
)
@click.argument("address")
@click.option("--yes", is_flag=True, help="Don't ask.")
def forget(address: str, yes: bool) -> int:
    """Remove a person from all lists and from the record of mailings.

    What stays is a hash of the address, which keeps them suppressed. Exit code 1 if something is left
    that only a person can remove.
    """
    from mailer.pipeline import privacy

    workspace = workspace_here()
    mailed = parsed(address)
    if not yes and not on_a_terminal():
        raise MailerError("There is no terminal to confirm on, so nothing was removed.", "Add --yes.")
    if not yes:
        click.confirm(f"Permanently remove {mailed} from all lists and the record?", abort=True, err=True)
    done = privacy.forget(workspace, mailed, settings_of(workspace))
    logged(workspace, "forget", rows=len(done.removed), mailings=done.mailings or 0)
    for found in done.removed:
        row(_place(found), "removed")
    if done.mailings is not None:
        row(workspace.shown(workspace.ledger), f"removed from {count(done.mailings, 'mailing')}")
    left = [_place(found) for found in done.by_hand] + [workspace.shown(path) for path in done.files]
    for place in left:
        row(place, "remove this by hand", err=True)
    say(f"{mailed} stays suppressed, by a hash of the address.", err=True)
    return UNFINISHED if left else DONE


def _place(found: Occurrence) -> str:
    return f"{found.path}:{found.line}" if found.line else found.path
