"""Sending a release: for real, as a rehearsal, as a proof; draining what is left, or taking it back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from mailer.cli.options import (
    CHOOSING,
    choosing,
    chosen,
    correcting,
    only_these,
    parsed,
    settings_of,
    workspace_here,
)
from mailer.cli.terminal.output import print_findings

Command = TypeVar("Command", bound=Callable[..., Any])


def sending(command: Command) -> Command:
    """The options of whatever sends for real."""
    options = (
        click.option("--yes", is_flag=True, help="Don't ask. For scripts."),
        click.option(
            "--at", default="", metavar="TIME", help="Wait until then, for example '2026-11-24 06:00 Europe/Madrid'."
        ),
        click.option(
            "--no-wait", is_flag=True, help="With --at: keep the order and end; `mailer post` sends it at its time."
        ),
        click.option("--queue", is_flag=True, help="Only queue it: a `mailer work` sends it."),
        click.option("--now", is_flag=True, help="Send now, whatever time was planned before."),
        click.option(
            "--under-embargo", is_flag=True, help="Send although it is under embargo; otherwise you are asked."
        ),
        click.option(
            "--max-wait", type=click.FloatRange(0), default=30.0, show_default=True, metavar="MINUTES",
            help="How long to keep trying deferred recipients; 0: one attempt each.",
        ),
        click.option(
            "--insecure", is_flag=True, help="Allow SMTP_SECURITY=none with a server on another machine."
        ),
        click.option("--json", "as_json", is_flag=True, help="The report as JSON on stdout."),
        click.option(
            "--csv", type=click.Path(path_type=Path, dir_okay=False), help="What became of each, as a spreadsheet."
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    short_help="Send a release to press lists, rehearse it, or send a proof.",
    epilog="Example:  mailer send harbour-report --list press --where 'language == \"es\"'",
)
@click.argument("release", required=False)
@choosing
@click.option(
    "--dry-run", is_flag=True, help="Rehearse: write every message as an .eml file, open no connection."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the rehearsal; by default .mailer/rehearsals/….",
)
@click.option(
    "--test",
    "proof",
    multiple=True,
    metavar="ADDRESS",
    help="Send a proof of every edition, marked [TEST], to this address only. Repeatable.",
)
@click.option(
    "--as",
    "given",
    default="",
    metavar="ADDRESS",
    help="With --test: as this person would get it: their edition, name, and what is filled in.",
)
@click.option(
    "--order", type=click.IntRange(1, sys.maxsize), help="What the desk was told to send.", hidden=True
)
@correcting
@sending
def send(
    release: str | None,
    proof: tuple[str, ...],
    given: str,
    order: int | None,
    dry_run: bool,
    out: Path | None,
    **flags: Any,
) -> int:
    """Send a release to press lists.

    It is checked first. Then you see everything that will leave: who gets it, what they get, and
    from whom; you type the number of recipients. You can interrupt it at any moment: `mailer resume` carries on,
    and nobody gets it twice.
    """
    if order is not None:
        from mailer.cli.ordered import send_ordered

        only_these({"order"}, "with --order")
        if release:
            raise click.UsageError("RELEASE has no effect with --order: leave it out.")
        return send_ordered(order, workspace_here())
    if release is None:
        raise click.MissingParameter(param_hint="'RELEASE'", param_type="argument")
    if given and not proof:
        raise click.UsageError("--as has no effect without --test: leave it out.")
    if dry_run:
        only_these(
            {"dry_run", "out", "at", "newcomers", "any_language", *CHOOSING}, "on a rehearsal (--dry-run)"
        )
    elif proof:
        only_these({"proof", "given", "at", "lists", "yes", "insecure"}, "on a proof (--test)")
    elif flags["queue"] or flags["no_wait"]:
        _only_what_an_order_says({"newcomers", "any_language", *CHOOSING}, queue=flags["queue"])
    elif out:
        raise click.UsageError("--out has no effect without --dry-run: leave it out.")
    return _sent(release, tuple(map(parsed, proof)), parsed(given) if given else "", dry_run, out, **flags)


def _only_what_an_order_says(more: set[str], *, queue: bool) -> None:
    """Refuses what another process would have to be told that sends it."""
    order = {"yes", "at", "under_embargo", *more}
    if queue:
        only_these({"queue", "now", "insecure", *order}, "with --queue")
    else:
        only_these({"no_wait", *order}, "with --no-wait")


def _sent(
    release: str,
    addresses: tuple[str, ...],
    given: str,
    dry_run: bool,
    out: Path | None,
    *,
    newcomers: bool,
    any_language: bool,
    **flags: Any,
) -> int:
    """For real; as a rehearsal; or as a proof, where there are addresses for it."""
    from datetime import UTC, datetime

    from mailer import pipeline
    from mailer.checks import BLOCK_SENDING
    from mailer.cli import sending
    from mailer.cli.asking import Flags
    from mailer.cli.review import trial

    workspace = workspace_here()
    settings = settings_of(workspace)
    choice = chosen(workspace, **{name: flags.pop(name) for name in CHOOSING})
    said = Flags(**flags, include_unmarked=choice.include_unmarked)
    leaves = datetime.fromtimestamp(said.planned, UTC) if said.planned else None
    leaves = datetime.now(UTC) if said.now else leaves
    choice = choice if addresses else replace(choice, allow_only=settings.allow_only, newcomers=newcomers)
    prepared = pipeline.prepare(workspace, release, choice, leaves=leaves)
    prepared = pipeline.in_any_language(prepared) if any_language else prepared
    person = pipeline.as_addressed(prepared, given) if given else None
    if addresses:
        prepared = pipeline.only(prepared, addresses, prepared.release.original.language)
    told_later = () if addresses or dry_run else BLOCK_SENDING
    print_findings([f for f in prepared.findings if f.level != "notice" and f.id not in told_later], err=True)
    if dry_run or addresses:
        trial.tell_when(leaves, prepared.release.original.newsroom.zone)
    if dry_run:
        return trial.rehearse_and_show(prepared, settings, out)
    if addresses:
        return trial.prove_and_show(prepared, settings, addresses, said, person)
    return sending.send(prepared, settings, said)


@click.command(
    short_help="Send what is left of a release.",
    epilog="Example:  mailer resume harbour-report --uncertain ana@example.net",
)
@click.argument("release")
@click.option(
    "--uncertain",
    multiple=True,
    metavar="ADDRESS",
    help="Send again to this recipient, who may already have it. Repeatable.",
)
@sending
@click.option(
    "--include-unmarked",
    is_flag=True,
    help="Under embargo: also those whom no list marks as accepting embargoes.",
)
@click.option(
    "--any-share", is_flag=True, help="Carry on even if more than a tenth of the recipients are refused."
)
def resume(release: str, uncertain: tuple[str, ...], any_share: bool, **flags: Any) -> int:
    """Send what is left of a release. No list or release is read again: what was queued is what goes out.

    You see what would leave, and type the number of recipients. A planned time is kept.
    """
    from mailer.cli import sending
    from mailer.cli.asking import Flags
    from mailer.pipeline import Instructions
    from mailer.press import canonical

    if flags["queue"] or flags["no_wait"]:
        _only_what_an_order_says({"include_unmarked"}, queue=flags["queue"])
    workspace = workspace_here()
    settings = settings_of(workspace)
    again = tuple(dict.fromkeys(canonical(parsed(address)) for address in uncertain))
    instructions = Instructions(uncertain=again)
    if any_share:
        instructions = replace(instructions, refused_share=None)
    name = workspace.release_called(release)
    return sending.resume(name, workspace, settings, Flags(**flags), instructions)


@click.command(
    short_help="Take back what is left of a release.", epilog="Example:  mailer discard harbour-report"
)
@click.argument("release")
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
def discard(release: str, yes: bool) -> int:
    """Take back what is left of a release: everyone who certainly hasn't got it yet leaves the queue.

    You see who they are, and type their number. The record keeps what was taken back, and by whom
    (`mailer status`). If the release is sent again, they count as new.
    """
    from mailer.cli import sending

    workspace = workspace_here()
    return sending.discard(workspace.release_called(release), workspace, yes=yes)
