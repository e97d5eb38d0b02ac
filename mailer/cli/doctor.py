"""Whether the way out is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import settings_of, workspace_here
from mailer.cli.terminal.output import say, say_json, style
from mailer.errors import LedgerError
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.model import Finding
    from mailer.workspace import Workspace

SIGNS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "notice": ("✓", "green")}
_REMARK = ("·", "cyan")
"""Of a notice with a hint: nothing is wrong, but nothing is proven either."""
_COLUMN = len("private-files")


@click.command(short_help="Check the connection to your mail server.", epilog="Example:  mailer doctor")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON on stdout.")
def doctor(as_json: bool) -> int:
    """Check the connection to your mail server: TLS, login, sizes, what SMTP_PRESET has set, and what DNS says about
    your domain; and how many people have reported your mail as spam. It also checks whether other accounts on this
    computer can read your lists, your ledger or your password.

    Nothing is sent. Exit code 1 if something must be fixed first.
    """
    from mailer.delivery import diagnose
    from mailer.release import read_newsroom
    from mailer.workspace.private import exposed

    workspace = workspace_here()
    settings = settings_of(workspace)
    settings.must_name_a_server()
    findings = []
    keys = [workspace.root / settings.dkim_key_file] if settings.dkim_key_file else []
    sender = read_newsroom(workspace).sender
    outside = diagnose(settings, sender.domain, sender=sender.address)
    for finding in chain(exposed(workspace, *keys), outside, _told_about_us(workspace)):
        findings.append(finding)
        if not as_json:
            sign, colour = _REMARK if finding.level == "notice" and finding.hint else SIGNS[finding.level]
            say(style(sign, fg=colour, bold=True), f" {finding.id:<{_COLUMN}} {visible(finding.message)}")
            if finding.hint:
                say(f"{'':{_COLUMN + 3}}{visible(finding.hint)}")
    if as_json:
        say_json([asdict(finding) for finding in findings])
    return UNFINISHED if any(finding.level == "error" for finding in findings) else DONE


def _told_about_us(workspace: Workspace) -> Iterator[Finding]:
    """What the ledger knows of complaints, if anything was ever sent from here."""
    from mailer.delivery import Ledger, complaint_rate
    from mailer.model import Finding

    if not workspace.ledger.exists():
        return
    try:
        with Ledger(workspace.ledger) as ledger:
            rate = complaint_rate(ledger)
    except LedgerError as error:
        yield Finding("complaints", "error", error.message, error.hint)
    else:
        if rate:
            yield rate
