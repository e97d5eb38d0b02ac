"""What comes after a release: its correction, a follow-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailer.cli.options import settings_of, workspace_here
from mailer.cli.terminal.output import row, say, tell

if TYPE_CHECKING:
    from mailer.model import Kind
    from mailer.pipeline.following.begun import Begun
    from mailer.workspace import Workspace


@click.command(
    short_help="Begin the correction of a release, its update or its withdrawal.",
    epilog="Example:  mailer correct harbour-report",
)
@click.argument("release")
@click.option("--update", is_flag=True, help="An update: there is news, and nothing was wrong.")
@click.option("--withdraw", is_flag=True, help="A withdrawal: nobody is to use it.")
def correct(release: str, update: bool, withdraw: bool) -> None:
    """Begin the correction of a release that was sent: a file for each of its languages, which you go on with.

    If you have put the mistake right in the release's own file, the sentences that changed are offered as what the
    correction says. It goes to exactly those who have the release, or may have it, each in their language and thread.
    """
    from mailer.model import Kind

    if update and withdraw:
        raise click.UsageError("--update and --withdraw contradict each other.")
    workspace = workspace_here()
    kind = Kind.UPDATE if update else Kind.WITHDRAWAL if withdraw else Kind.CORRECTION
    begun = _begun(workspace, release, kind)
    for language, changes in begun.changes.items():
        for old, new in changes:
            tell("Was", f"{language}: {old or '—'}")
            tell("Is", f"{language}: {new or '—'}")
    if kind is not Kind.WITHDRAWAL and not any(begun.changes.values()):
        say(
            "Nothing of what was sent has changed yet: put it right in the new files, and say what changed.",
            err=True,
        )
    _how_to_go_on(begun)


@click.command(
    short_help="Begin a short note to those who have a release.",
    epilog="Example:  mailer follow-up harbour-report",
)
@click.argument("release")
def follow_up(release: str) -> None:
    """Begin a follow-up of a release that was sent: a short note, in the thread of each reader's copy.

    Write it, then send it to whom you choose of those who have the release: `mailer send NAME --where …`. Whoever had
    another mail of yours a short while ago is left out (`Follow up after:` in newsroom.md).
    """
    from mailer.model import Kind

    workspace = workspace_here()
    _how_to_go_on(_begun(workspace, release, Kind.FOLLOW_UP))


def _begun(workspace: Workspace, release: str, kind: Kind) -> Begun:
    from mailer.cli.terminal.logged import logged
    from mailer.model import Kind
    from mailer.pipeline.following.begun import begin_following

    begun = begin_following(workspace, settings_of(workspace), release, kind)
    logged(
        workspace,
        "follow-up" if kind is Kind.FOLLOW_UP else "correct",
        begun.name,
        follows=workspace.release_called(release),
    )
    for path in begun.paths:
        row(workspace.shown(path))
    return begun


def _how_to_go_on(begun: Begun) -> None:
    row(f"Read and correct it, then look at it: mailer preview {begun.name}", err=True)
