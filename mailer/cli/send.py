"""Sending a release: for real, as a rehearsal, as a proof; and draining what is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mailer.cli.options import choosing, chosen, settings_of, workspace_here
from mailer.cli.people import parsed
from mailer.cli.show import print_findings


@click.command(epilog="Example:  mailer send harbour-report --list press --where 'language == \"es\"'")
@click.argument("release")
@choosing
@click.option("--dry-run", is_flag=True, help="Rehearse: write every message as .eml, open no connection.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the rehearsal; .mailer/rehearsals/… unless given.",
)
@click.option(
    "--test",
    "proof",
    multiple=True,
    metavar="ADDRESS",
    help="A proof, [TEST] in its subject, to this address only. Repeatable.",
)
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
@click.option(
    "--at", default="", metavar="TIME", help="Wait until then, as '2026-11-24 06:00 Europe/Madrid'."
)
@click.option(
    "--max-wait",
    type=click.FloatRange(0),
    default=30.0,
    show_default=True,
    metavar="MINUTES",
    help="How long to go on trying deferred recipients; 0: one attempt each.",
)
@click.option("--insecure", is_flag=True, help="Allow SMTP_SECURITY=none to a server on another machine.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON on stdout.")
@click.option(
    "--csv", type=click.Path(path_type=Path, dir_okay=False), help="What became of each, as a spreadsheet."
)
def send(release: str, proof: tuple[str, ...], dry_run: bool, out: Path | None, **how: Any) -> int:
    """Send a release to press lists.

    It is checked first. Then you see whom it goes to, what, and from whom, and type the number of
    recipients. Interrupt it at any moment: `mailer resume` goes on, and nobody gets it twice.
    """
    from mailer import pipeline
    from mailer.cli import sending

    workspace = workspace_here()
    settings = settings_of(workspace)
    choice = chosen(
        workspace, **{name: how.pop(name) for name in ("lists", "except_lists", "where", "limit", "not_got")}
    )
    prepared = pipeline.prepare(workspace, release, choice)
    if proof:
        prepared = pipeline.only(prepared, tuple(map(parsed, proof)))
    print_findings([finding for finding in prepared.findings if finding.level != "notice"], err=True)
    if dry_run:
        return sending.rehearse(prepared, settings, out)
    if proof:
        return sending.prove(prepared, settings, insecure=how["insecure"])
    return sending.send(prepared, settings, sending.How(**how))


@click.command(epilog="Example:  mailer resume harbour-report --uncertain ana@example.net")
@click.argument("release")
@click.option(
    "--uncertain",
    multiple=True,
    metavar="ADDRESS",
    help="Send again to this one, who may have it already. Repeatable.",
)
@click.option("--max-wait", type=click.FloatRange(0), default=30.0, show_default=True, metavar="MINUTES",
              help="How long to go on trying deferred recipients; 0: one attempt each.")  # fmt: skip
@click.option("--insecure", is_flag=True, help="Allow SMTP_SECURITY=none to a server on another machine.")
@click.option(
    "--any-share", is_flag=True, help="Go on even where more than a tenth of the recipients are refused."
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON on stdout.")
@click.option(
    "--csv", type=click.Path(path_type=Path, dir_okay=False), help="What became of each, as a spreadsheet."
)
def resume(release: str, uncertain: tuple[str, ...], any_share: bool, **how: Any) -> int:
    """Send what is left of a release. Reads no list and no release: what was frozen is what goes out."""
    from mailer.cli import sending
    from mailer.delivery import Ledger
    from mailer.press import canonical

    workspace = workspace_here()
    settings = settings_of(workspace)
    name = workspace.release_name(Path(release if release.endswith(".md") else f"{release}.md"))
    again = tuple(canonical(parsed(address)) for address in uncertain)
    with Ledger(workspace.ledger) as ledger:
        mailing = ledger.mailing(name)
        more = {"uncertain": again} | ({"refused_share": None} if any_share else {})
        return sending.deliver(mailing, ledger, workspace, settings, sending.How(**how), **more)
