"""What is planned: shown, moved to another time, cancelled."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mailer.cli.options import settings_of, workspace_here
from mailer.cli.terminal.output import count, row, say, say_json

if TYPE_CHECKING:
    from mailer.pipeline.planned import Planned
    from mailer.settings import Settings
    from mailer.workspace import Workspace


@click.group(
    short_help="Show, move and cancel what is planned for a time.",
    invoke_without_command=True,
    epilog="Example:  mailer schedule move harbour-report '2026-11-24 09:00 Europe/Madrid'",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_context
def schedule(ctx: click.Context, as_json: bool) -> None:
    """Show what is planned: which release, when, to how many, ordered by whom. Then move it, or cancel it.

    What is planned leaves by `mailer post`, by a `mailer work`, or by the `mailer send --at` that waits for it.
    """
    if ctx.invoked_subcommand is not None:
        if as_json:
            raise click.UsageError("--json has no effect on a change: leave it out.")
        return
    from mailer.delivery import Ledger
    from mailer.pipeline.planned import planned

    workspace = workspace_here()
    with Ledger(workspace.ledger) as ledger:
        found = planned(ledger, time.time())
    if as_json:
        say_json([_as_data(each) for each in found])
        return
    settings = _settings_as_they_are(workspace)
    for each in found:
        row(*_said(each, workspace, settings))
    if not found:
        say("Nothing is planned.", err=True)


def _settings_as_they_are(workspace: Workspace) -> Settings | None:
    """None: they can't be read, and what is planned is shown for all that."""
    from mailer.errors import SettingsError

    try:
        return settings_of(workspace)
    except SettingsError:
        return None


def _said(each: Planned, workspace: Workspace, settings: Settings | None) -> list[str]:
    from mailer.pipeline.outgoing import at_the_office
    from mailer.pipeline.planned import NO_SERVER, other_relay
    from mailer.release.values import moment_text

    mailing = each.mailing
    relay = other_relay(each.said, workspace, settings) if settings else ""
    set_now = "and no server is set now" if relay == NO_SERVER else f"not {relay} as it is set now"
    elsewhere = f"through {each.said.relay}, {set_now}"
    embargo = f"embargo until {moment_text(at_the_office(mailing.embargo, mailing.zone))}"
    return [
        mailing.release,
        each.when.value,
        moment_text(at_the_office(each.moment, mailing.zone)),
        count(each.number, "recipient"),
        f"ordered by {each.said.giver}",
        *([embargo] if mailing.embargo > time.time() else []),
        *([elsewhere] if relay else []),
    ]


def _as_data(each: Planned) -> dict[str, Any]:
    return {
        "release": each.mailing.release, "state": each.when.value, "planned": _iso(each.moment), "number": each.number,
        "giver": each.said.giver, "relay": each.said.relay, "given": _iso(each.said.given),
        "embargo": _iso(each.mailing.embargo),
    }  # fmt: skip


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""


@schedule.command(
    short_help="Plan a release for another time.",
    epilog="Example:  mailer schedule move harbour-report '2026-11-24 09:00 Europe/Madrid'",
)
@click.argument("release")
@click.argument("time_", metavar="TIME")
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
@click.option("--under-embargo", is_flag=True, help="It leaves under an embargo; otherwise you are asked.")
@click.option(
    "--include-unmarked",
    is_flag=True,
    help="Under embargo: also those whom no list marks as accepting embargoes.",
)
def move(release: str, time_: str, **flags: bool) -> int:
    """Plan a release for another time. It is a new order: you see what would leave, and type its number."""
    from mailer.cli import sending
    from mailer.cli.asking import Flags
    from mailer.delivery import Ledger
    from mailer.pipeline import holding
    from mailer.pipeline.planned import must_be_planned

    workspace = workspace_here()
    name = workspace.release_called(release)
    said = Flags(at=time_, no_wait=True, **flags)  # type: ignore[arg-type]
    try:
        said.planned  # noqa: B018 - it is read here so that what is wrong with it is told of what was typed
    except click.BadParameter as fault:
        raise click.BadParameter(fault.message, param_hint="TIME") from None
    departure = sending.Departure(workspace, settings_of(workspace), said)
    with Ledger(workspace.ledger) as ledger:
        must_be_planned(ledger, name, time.time())
        with holding(ledger, name):
            return departure.move(ledger.mailing(name), ledger)


@schedule.command(
    short_help="Take back what is planned.", epilog="Example:  mailer schedule cancel harbour-report"
)
@click.argument("release")
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
def cancel(release: str, yes: bool) -> int:
    """Take back what is planned, as `mailer discard` does: whoever certainly hasn't got it yet leaves the queue."""
    from mailer.cli import sending
    from mailer.delivery import Ledger
    from mailer.pipeline.planned import must_be_planned

    workspace = workspace_here()
    name = workspace.release_called(release)
    with Ledger(workspace.ledger) as ledger:
        must_be_planned(ledger, name, time.time())
    return sending.discard(name, workspace, yes=yes)
