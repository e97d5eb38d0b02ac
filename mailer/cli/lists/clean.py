"""What could be mended in a list: shown, and done if somebody says so."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.lists.opened import open_list
from mailer.cli.options import workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, on_a_terminal, row, say, say_json
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.press.tidying import Proposal

KINDS = ("duplicate", "suppressed", "bounced", "typo", "nobody", "stale")


@click.command(
    short_help="Propose what to mend in a list: typos, bounced, stale.",
    epilog="Example:  mailer lists clean press --only typo",
)
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--only", multiple=True, type=click.Choice(KINDS), help="Only this kind of proposal. Repeatable."
)
@click.option("--keep", multiple=True, metavar="ADDRESS", help="No proposal for this address. Repeatable.")
@click.option("--apply", "applied", is_flag=True, help="Make the changes, after asking.")
@click.option("--yes", is_flag=True, help="With --apply: don't ask.")
@click.option("--json", "as_json", is_flag=True, help="The proposals as JSON on stdout.")
def clean(
    name: str, only: tuple[str, ...], keep: tuple[str, ...], applied: bool, yes: bool, as_json: bool
) -> int:
    """Propose what to mend in a list: likely typos, duplicates, people whose email bounced, who are suppressed or
    whom nobody has looked at for years.

    Nothing is changed without --apply. With it, you are asked first, and the list as it was is kept.
    Exit code 1 if something is left that only a person can decide.
    """
    from mailer.pipeline.cleaning import make_changes, proposals
    from mailer.press import canonical
    from mailer.press.mending import can_be_mended

    if yes and not applied:
        raise click.UsageError("--yes has no effect without --apply: leave it out.")
    workspace, press_list = workspace_here(), open_list(name)
    now = datetime.now().astimezone()
    spared = {canonical(address) for address in keep}
    found = [
        proposal
        for proposal in proposals(workspace, press_list, now.date())
        if (not only or proposal.kind in only) and canonical(proposal.address) not in spared
    ]
    ready = [p for p in found if p.becomes is not None]
    by_hand = len(found) - len(ready)
    if as_json:
        say_json([_as_data(proposal) for proposal in found])
    for proposal in () if as_json else found:
        row(f"{press_list.shown}:{proposal.line}", proposal.kind, _change(proposal), proposal.why)
    if not applied:
        chosen = [part for kind in only for part in ("--only", kind)]
        chosen += [part for address in keep for part in ("--keep", address)]
        _say_what_next(press_list.shown, shlex.join([name, *chosen]), len(ready), by_hand)
        return UNFINISHED if by_hand else DONE
    if not ready:
        say("Nothing was changed: there is nothing that can be done without a person.", err=True)
        return UNFINISHED if by_hand else DONE
    if not can_be_mended(press_list):
        raise MailerError(
            f"{press_list.shown} can't be changed from here: it is not plain rows of text.",
            f"Make the changes in the program that wrote it, or import it first: mailer lists add {press_list.shown}",
        )
    if not yes:
        _ask(press_list.shown, ready)
    kept = make_changes(workspace, press_list, ready, now)
    logged(workspace, "lists clean", list=press_list.shown, rows=len(ready))
    say(f"{count(len(ready), 'row')} changed. The list as it was: {workspace.shown(kept)}", err=True)
    return UNFINISHED if by_hand else DONE


def _ask(shown: str, ready: list[Proposal]) -> None:
    if not on_a_terminal():
        raise MailerError("There is no terminal to confirm on, so nothing was changed.", "Add --yes.")
    removed = sum(not proposal.becomes for proposal in ready)
    parts = [f"correct {count(len(ready) - removed, 'address', 'addresses')}"] if removed < len(ready) else []
    parts += [f"remove {count(removed, 'row')}"] if removed else []
    click.confirm(f"In {shown}, {' and '.join(parts)}?", abort=True, err=True)


def _say_what_next(shown: str, again: str, ready: int, by_hand: int) -> None:
    if not ready and not by_hand:
        say(f"{shown}: nothing to propose.", err=True)
        return
    say(f"{shown}: {count(ready + by_hand, 'proposal')}. Nothing was changed.", err=True)
    if ready:
        say(f"To make {count(ready, 'change')}: mailer lists clean {again} --apply", err=True)
    if by_hand:
        say(f"Only you can decide about {count(by_hand, 'row')}.", err=True)


def _change(proposal: Proposal) -> str:
    if proposal.becomes is None:
        return f"{proposal.address}: look at it"
    return (
        f"{proposal.address} → {proposal.becomes}"
        if proposal.becomes
        else f"{proposal.address}: remove the row"
    )


def _as_data(proposal: Proposal) -> dict[str, object]:
    return {
        "line": proposal.line, "kind": proposal.kind, "address": proposal.address, "why": proposal.why,
        "becomes": proposal.becomes, "by_hand": proposal.becomes is None,
    }  # fmt: skip
