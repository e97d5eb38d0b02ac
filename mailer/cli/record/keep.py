"""The record of a release: what the office keeps, and its version for the web."""

from __future__ import annotations

from pathlib import Path

import click

from mailer.cli.options import workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, print_findings, row, say
from mailer.errors import CheckFailed
from mailer.visible import visible


@click.command(
    short_help="Write the record of a release, to be read without mailer.",
    epilog="Example:  mailer archive harbour-report --out ~/Records",
)
@click.argument("release")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder in which the archive's own is made; by default .mailer/archive.",
)
def archive(release: str, out: Path | None) -> None:
    """Write what was sent, to whom, by whose word, and what became of it, into a new folder: mails, tables for Excel,
    a page to print, sums of all files. A lawyer can read it without mailer.

    It holds names and addresses: keep it as you keep the press lists.
    """
    from mailer.publish import archive as archive_

    workspace = workspace_here()
    made = archive_(workspace, release, out)
    name = workspace.release_called(release)
    logged(workspace, "archive", name, folder=workspace.shown(made.folder))
    row(workspace.shown(made.folder))
    if made.doubt:
        say(
            f"Not the complete record: {visible(made.doubt)}. `mailer ledger adopt` tells you more.", err=True
        )
    elif not made.sent:
        say("This release was never sent from here, and the archive says so.", err=True)
    if not made.sent:
        return
    states = ", ".join(f"{number:,} {state}" for state, number in made.states.items())
    say(f"Recipients: {states or 'none'}. Begin with README.txt or summary.html.", err=True)
    if made.differs:
        say(
            "The release's file is not what was sent any more: source/differences.txt shows what differs.",
            err=True,
        )
    if out:
        say("`mailer forget` looks into .mailer only: it won't find whom this folder names.", err=True)


@click.command(
    short_help="Write the web version of a release, feeds and index.",
    epilog="Example:  mailer publish harbour-report --out /srv/www/news",
)
@click.argument("release")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the site; by default site/ in the workspace.",
)
@click.option(
    "--under-embargo", is_flag=True, help="Write the page before its embargo ends; nothing leads to it."
)
def publish(release: str, out: Path | None, under_embargo: bool) -> None:
    """Write the web version of a release: a page per language, pictures in press sizes, ninjs, and the newsroom's index
    and feeds. Any web server can serve the folder; nothing is uploaded.

    Publish a release again after you have changed it. A correction says so on the page that it corrects, and a
    withdrawal takes its place. Files made by others are left alone.
    """
    from mailer.publish import publish as publish_

    workspace = workspace_here()
    try:
        made = publish_(workspace, release, out, under_embargo=under_embargo)
    except CheckFailed as error:
        print_findings(error.findings, err=True)
        raise
    print_findings(made.findings, err=True)
    name, folder = workspace.release_called(release), workspace.shown(made.folder)
    logged(workspace, "publish", name, folder=folder, files=len(made.written))
    for path in made.written:
        row(workspace.shown(made.folder / path))
    pages = ", ".join(str(made.folder / page.path) for page in made.pages)
    say(f"{count(len(made.written), 'file')} written. Open: {pages}", err=True)
    if made.embargoed:
        say("It is under embargo: no index and no feed leads to it. Publish it again when the embargo is over.",
            err=True)  # fmt: skip
    if not made.feeds:
        say("There are no feeds, as they name full addresses: write Web: https://… into newsroom.md, the address "
            "under which this folder is served.", err=True)  # fmt: skip
