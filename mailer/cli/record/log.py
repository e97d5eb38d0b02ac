"""Who did what when."""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

import click

from mailer.cli.options import workspace_here
from mailer.errors import WorkspaceError

_SHOWN = 50


@click.command(short_help="Show who did what, and when.", epilog="Example:  mailer log harbour-report")
@click.argument("release", required=False)
@click.option(
    "--last",
    type=click.IntRange(1),
    default=_SHOWN,
    show_default=True,
    help="At most so many lines, the newest.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
def log(release: str | None, last: int, as_json: bool) -> None:
    """Show who did what, and when: sent, resumed, took back, approved, suppressed, forgot, and so on.

    What became of each recipient is told by `mailer status`. The log is a file in .mailer/ with a line of JSON for each
    act; no password, and no address of anybody who was forgotten, stands in it.
    """
    from mailer.cli.terminal.output import row, say, say_json
    from mailer.workspace.log import read_log

    workspace = workspace_here()
    name = workspace.release_called(release) if release else ""
    try:
        lines = deque(
            (line for line in read_log(workspace) if not name or line.release == name), min(last, sys.maxsize)
        )
    except OSError as error:
        raise WorkspaceError(f"The log in {workspace.private} can't be read: {error.strerror}.") from None
    if as_json:
        say_json(
            [
                {"at": line.at.isoformat(), "who": line.who, "did": line.did, "release": line.release}
                | line.details
                for line in lines
            ]
        )
        return
    for line in lines:
        at = line.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        row(at, line.who, line.did, line.release or "—", _said(line.details))
    if not lines:
        say("Nothing has been done here yet." if not name else f"Nothing was done about “{name}”.", err=True)


def _said(details: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in details.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {number}" for name, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
