"""Whether the way out is open."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import settings_of, workspace_here
from mailer.cli.show import say, say_json, style
from mailer.visible import visible

SIGNS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "notice": ("✓", "green")}


@click.command(epilog="Example:  mailer doctor")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON on stdout.")
def doctor(as_json: bool) -> int:
    """Look at the way out: the server, TLS, login, sizes, and what DNS says of the sender's domain. And whether
    other accounts of this computer can read your lists, your ledger or your password.

    Nothing is sent. Exit code 1 where something must be mended first.
    """
    from mailer.delivery.doctor import examine
    from mailer.errors import SettingsError
    from mailer.release import read_newsroom
    from mailer.workspace.private import exposed

    workspace = workspace_here()
    settings = settings_of(workspace)
    if not settings.smtp_host:
        raise SettingsError(
            "No mail server is set: SMTP_HOST is empty.", "Copy .env.example to .env and fill it in."
        )
    findings = []
    keys = [workspace.root / settings.dkim_key_file] if settings.dkim_key_file else []
    outside = examine(settings, read_newsroom(workspace).sender.domain)
    for finding in chain(exposed(workspace, *keys), outside):
        findings.append(finding)
        if not as_json:
            sign, colour = SIGNS[finding.level]
            say(style(sign, fg=colour, bold=True), f" {finding.id:<10} {visible(finding.message)}")
            if finding.hint:
                say(f"             {visible(finding.hint)}")
    if as_json:
        say_json([asdict(finding) for finding in findings])
    return UNFINISHED if any(finding.level == "error" for finding in findings) else DONE
