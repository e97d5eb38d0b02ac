"""Beginning: a workspace, a release."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import row, say
from mailer.visible import visible


@click.command(
    short_help="Create a workspace: the folder you work in.", epilog="Example:  mailer init press-office"
)
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Create a workspace: newsroom.md, a sample release and a sample list.

    It is made for an invented organisation. Everything that is only a sample is listed: replace it with your own.
    Until then you can look at everything, rehearse it and send a proof, but nothing can be sent.
    """
    from mailer.checks import sample_places
    from mailer.delivery.ledger.sqlite.witness import forget_place
    from mailer.workspace import make_workspace

    workspace = make_workspace(folder)
    forget_place(workspace.private / "ledger.db")
    copy = "copy .env.example .env      " if sys.platform == "win32" else "cp .env.example .env        "
    row(str(workspace.root))
    say(
        f"Created a workspace in {visible(str(folder))}. It is a sample, for an invented organisation:",
        err=True,
    )
    for place in sample_places(workspace):
        row(f"  {place.where}: {place}", err=True)
    say(
        "Nothing can be sent while a release still contains any of this; `mailer check` shows what is left. Next:\n"
        f"  cd {visible(str(folder))}\n"
        "  edit newsroom.md            who you are: your organisation\n"
        "  edit newsroom.es.md         the same in Spanish; or delete it\n"
        "  mailer check harbour-report check the sample release\n"
        '  mailer new "Your headline"  write your own\n'
        f"  {copy}then fill in your mail server's details",
        err=True,
    )


@click.command(
    short_help="Start a new release.",
    epilog='Example:  mailer new "Harbour report finds cleaner water" --kind "media advisory"',
)
@click.argument("headline")
@click.option(
    "--kind",
    default="press release",
    show_default=True,
    help="press release, media advisory, statement, correction, update, withdrawal or follow-up.",
)
@click.option("--lang", default="", metavar="TAG", help="Language (BCP 47); by default, the newsroom's.")
def new(headline: str, kind: str, lang: str) -> None:
    """Start a release: a file in releases/ with its header filled in."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mailer.errors import ValueFault
    from mailer.release import new_release, parse_kind, read_newsroom
    from mailer.workspace.endings import DOCUMENTS, IMPORT_IT

    if Path(headline).suffix.lower() in DOCUMENTS:
        it = IMPORT_IT.format(shlex.quote(headline))
        raise click.UsageError(f"“{headline}” is a document, not a headline; {it}")
    workspace = workspace_here()
    try:
        wanted = parse_kind(kind, workspace)
    except ValueFault as fault:
        raise click.BadParameter(str(fault), param_hint="--kind") from None
    newsroom = read_newsroom(workspace, lang)
    today = datetime.now(ZoneInfo(newsroom.zone)).date()
    path = new_release(workspace, headline, kind=wanted, language=lang or newsroom.language, today=today)
    row(workspace.shown(path))
    row(f"Write it, then preview it: mailer preview {workspace.release_name(path)}", err=True)
