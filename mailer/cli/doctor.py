"""Whether the way out is open."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import settings_of, workspace_here
from mailer.cli.terminal.output import say, say_json, style
from mailer.visible import visible

SIGNS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "notice": ("✓", "green")}
_REMARK = ("·", "cyan")
"""Of a notice with a hint: nothing is wrong, but nothing is proven either."""
_COLUMN = len("private-files")


@click.command(short_help="Check the connection to your mail server.", epilog="Example:  mailer doctor")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON on stdout.")
def doctor(as_json: bool) -> int:
    """Check the connection to your mail server: TLS, login, sizes, what SMTP_PRESET has set, and what DNS says about
    your domain; and how many people have reported your mail as spam. It also says where your ledger is and whether it
    may be used from here, and checks whether other accounts on this computer can read your lists, your ledger or your
    password.

    Nothing is sent. Exit code 1 if something must be fixed first.
    """
    from mailer.delivery import diagnose, look_at_ledger
    from mailer.release import read_newsroom
    from mailer.workspace.private import exposed

    workspace = workspace_here()
    settings = settings_of(workspace)
    settings.must_name_a_server()
    findings = []
    keys = [workspace.root / settings.dkim_key_file] if settings.dkim_key_file else []
    sender = read_newsroom(workspace).sender
    outside = diagnose(settings, sender.domain, sender=sender.address)
    place = workspace.ledger
    its_ledger = look_at_ledger(place, workspace.shown(place))
    for finding in chain(exposed(workspace, *keys), its_ledger, outside):
        findings.append(finding)
        if not as_json:
            sign, colour = _REMARK if finding.level == "notice" and finding.hint else SIGNS[finding.level]
            say(style(sign, fg=colour, bold=True), f" {finding.id:<{_COLUMN}} {visible(finding.message)}")
            if finding.hint:
                say(f"{'':{_COLUMN + 3}}{visible(finding.hint)}")
    if as_json:
        say_json([asdict(finding) for finding in findings])
    return UNFINISHED if any(finding.level == "error" for finding in findings) else DONE
