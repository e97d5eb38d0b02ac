"""The record of a release: its version for the web."""

from __future__ import annotations

from pathlib import Path

import click

from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, print_findings, row, say


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
    withdrawal takes its place. Files that mailer did not make are left alone.
    """
    from mailer.publish import publish as publish_

    made = publish_(workspace_here(), release, out, under_embargo=under_embargo)
    print_findings(made.findings, err=True)
    for path in made.written:
        row(str(made.folder / path))
    pages = ", ".join(str(made.folder / page.path) for page in made.pages)
    say(f"{count(len(made.written), 'file')} written. Open: {pages}", err=True)
    if made.embargoed:
        say("It is under embargo: no index and no feed leads to it. Publish it again when the embargo is over.",
            err=True)  # fmt: skip
    if not made.feeds:
        say("There are no feeds, as they name full addresses: write Web: https://… into newsroom.md, the address "
            "under which this folder is served.", err=True)  # fmt: skip
