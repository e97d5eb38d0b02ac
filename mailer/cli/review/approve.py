"""A second person's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mailer.cli import COULD_NOT_START, DONE
from mailer.cli.options import choosing, chosen, correcting, settings_of, workspace_here
from mailer.errors import CheckFailed

if TYPE_CHECKING:
    from mailer.pipeline import Prepared
    from mailer.workspace import Workspace


@click.command(
    short_help="Approve a release, as a second person.",
    epilog='Example:  mailer approve harbour-report --by "Marta Ruiz" --list press',
)
@click.argument("release")
@click.option("--by", required=True, metavar="NAME", help="Your name, as newsroom.md has it.")
@choosing
@correcting
@click.option(
    "--at",
    default="",
    metavar="TIME",
    help="When it is to leave, as for `mailer send`: it decides who gets it.",
)
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
def approve(release: str, by: str, at: str, yes: bool, **choice: Any) -> int:
    """Approve a release: its text in every language, and the people it goes to.

    You see what would leave, and type the number of people. If newsroom.md names approvers, `mailer send` sends
    nothing new without this, and nothing that has changed since: not a word, and to nobody who was not among these
    people. That somebody has been taken off since is no change. Say here, too, what you will say there about who gets
    it: --list, --newcomers, --at.
    """
    from mailer.cli.asking import Flags, number_typed, print_outgoing
    from mailer.cli.terminal.logged import logged
    from mailer.cli.terminal.output import count, on_a_terminal, print_findings, say
    from mailer.delivery import Ledger
    from mailer.pipeline import approval, outgoing
    from mailer.pipeline.sending import must_be_fit_to_leave, must_not_spread_what_was_corrected

    workspace = workspace_here()
    settings = settings_of(workspace)
    planned = Flags(at=at).planned
    prepared = _prepared(workspace, release, planned, **choice)
    name = approval.approver_called(prepared, by)
    print_findings([f for f in prepared.findings if f.level != "notice"], err=True)
    try:
        must_be_fit_to_leave(prepared)
    except CheckFailed as failed:
        raise CheckFailed(failed.findings, "approved") from None
    with Ledger(workspace.ledger) as ledger:
        leaving = outgoing.of_send(prepared, settings, ledger, planned=planned)
        must_not_spread_what_was_corrected(leaving)
        approval.must_be_what_was_sent(prepared, settings, ledger)
        number = approval.number_of(prepared, settings, ledger)
        print_outgoing(leaving, settings, ledger, prepared)
        if not yes and not on_a_terminal():
            say(
                "There is no terminal to confirm on, so nothing was approved. In a script, use --yes.",
                err=True,
            )
            return COULD_NOT_START
        if not yes and not number_typed(number, f"approve this as {name}", otherwise="Nothing was approved."):
            return COULD_NOT_START
        kept = approval.approve(prepared, settings, ledger, name)
    people = count(number, "recipient")
    say(f"Approved by {name}: {people}. `mailer send` sends this, and nothing else.", err=True)
    logged(workspace, "approve", kept.release, by=kept.by, recipients=number)
    return DONE


def _prepared(
    workspace: Workspace, release: str, planned: float, *, newcomers: bool, any_language: bool, **choice: Any
) -> Prepared:
    """As `mailer send` prepares it."""
    from mailer import pipeline

    leaves = datetime.fromtimestamp(planned, UTC) if planned else None
    whom = replace(chosen(workspace, **choice), newcomers=newcomers)
    prepared = pipeline.prepare(workspace, release, whom, leaves=leaves)
    return pipeline.in_any_language(prepared) if any_language else prepared
