"""Who got what."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mailer.cli.options import workspace_here
from mailer.cli.show import json_text, row, say, say_json


@click.command(epilog="Example:  mailer status harbour-report --recipients")
@click.argument("release", required=False)
@click.option("--recipients", is_flag=True, help="A line each: address, state, reply, separated by tabs.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def status(release: str | None, recipients: bool, as_json: bool) -> None:
    """Who got what: counts by state for each release, or a line for each of its recipients."""
    from mailer.delivery import Ledger

    workspace = workspace_here()
    if recipients and not release:
        raise click.UsageError("--recipients needs a RELEASE.")
    with Ledger(workspace.ledger) as ledger:
        name = workspace.release_name(Path(f"{(release or '').removesuffix('.md')}.md"))
        mailings = [ledger.mailing(name)] if release else ledger.mailings()
        if recipients:
            _recipients(ledger, name, as_json=as_json)
        elif as_json:
            rows = [
                {
                    "release": m.release, "kind": m.kind, "subject": m.subject, "created": _time(m.created),
                    "follows": m.follows, "counts": {s.value: n for s, n in ledger.counts(m.release).items()},
                }
                for m in mailings
            ]  # fmt: skip
            say_json(rows)
        else:
            for m in mailings:
                counts = ", ".join(f"{n:,} {s.value}" for s, n in ledger.counts(m.release).items())
                row(m.release, _time(m.created), counts, m.subject)
            if not mailings:
                say("Nothing was sent from here yet.", err=True)


def _recipients(ledger: object, release: str, *, as_json: bool) -> None:
    from mailer.delivery import Ledger

    assert isinstance(ledger, Ledger)
    lines = ledger.recipients(release)
    if not as_json:
        for line in lines:
            row(line.address, line.state.value, line.reply)
        return
    say("[", nl=False)
    for number, line in enumerate(lines):
        data = {
            "address": line.address, "state": line.state.value, "reply": line.reply,
            "at": _time(line.at), "server": line.host, "attempts": line.attempts,
        }  # fmt: skip
        say("," if number else "", "\n ", json_text(data), nl=False)
    say("\n]")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
