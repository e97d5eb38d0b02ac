"""The whole job at once, without any configuration."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.terminal.output import count, row, say
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.desk.inbox import Inbox, Received
    from mailer.workspace import Workspace

SAMPLE = "harbour-report"


@click.command(
    short_help="Send a sample release to yourself and look at it.",
    epilog="Example:  mailer demo --no-browser",
)
@click.option("--no-browser", is_flag=True, help="Only print what arrived; for machines without a browser.")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), help="Create the sample workspace here and keep it."
)
def demo(no_browser: bool, folder: Path | None) -> int:
    """Create a sample workspace, send its release to its press list for real, and show what arrived: in the desk, where
    you can go on, write and send again.

    The mail server is part of this very process: nothing leaves the computer.
    """
    from mailer.desk.inbox import only_a_mailbox
    from mailer.desk.office import Office
    from mailer.desk.serve import serve_desk
    from mailer.desk.training import ending_in_order
    from mailer.settings import read_settings
    from mailer.workspace import make_workspace
    from mailer.workspace.private import keep_to_the_office

    folder = folder or Path(tempfile.mkdtemp(prefix="mailer-demo-")) / "press-office"
    workspace = make_workspace(folder)
    keep_to_the_office(workspace)
    row(f"A workspace for an invented organisation: {workspace.root}", err=True)
    with ending_in_order(), only_a_mailbox(workspace) as inbox:
        finished = _send_to_ourselves(workspace, inbox)
        received = inbox.received()
        _print_arrived(workspace, received)
        say(
            f"\nGo on from here:\n  cd {visible(str(workspace.root))}\n"
            f"  mailer preview {SAMPLE}              look at the email while you edit it\n"
            f"  mailer status {SAMPLE} --recipients  who got it\n"
            f"  mailer send {SAMPLE} --dry-run       rehearse",
            err=True,
        )
        if not no_browser:
            office = Office(workspace, read_settings(workspace.root), demo=True)
            serve_desk(office, at="/mailbox", say=lambda url: say(f"{url}\nPress Ctrl-C to stop.", err=True))
    return DONE if finished and received else UNFINISHED


def _send_to_ourselves(workspace: Workspace, inbox: Inbox) -> bool:
    """A real send through a local SMTP server, remembered in the workspace's ledger; whether it was finished."""
    from mailer import pipeline
    from mailer.cli.terminal.report import print_report
    from mailer.delivery import Ledger, SmtpTransport
    from mailer.press import Choice
    from mailer.settings import read_settings

    settings = read_settings(workspace.root)
    prepared = pipeline.prepare(workspace, SAMPLE, Choice())
    with Ledger(workspace.ledger, witnessed=False) as ledger:  # mail to ourselves
        mailing = pipeline.queue(prepared, settings, ledger)
        say(f"Sending {SAMPLE} through 127.0.0.1:{inbox.port} …", err=True)
        report = pipeline.deliver(mailing, ledger, SmtpTransport(settings), workspace, settings)
    print_report(report, as_json=False)
    for person in prepared.audience.left_out:
        row(f"  left out: {person.address} ({person.reason})", err=True)
    return report.finished


def _print_arrived(workspace: Workspace, received: list[Received]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{count(len(received), 'message')} arrived", title_justify="left", box=None, pad_edge=False
    )
    for heading in ("To", "Subject", "Language", "File"):
        table.add_column(heading, overflow="fold" if heading != "File" else "ellipsis", header_style="bold")
    for mail in received:
        table.add_row(*map(visible, (mail.to, mail.subject, mail.language, mail.path.name)))
    Console(markup=False).print(table)
    row(f"They are in {workspace.private / 'mailbox'}; open any of them in a mail program.", err=True)
