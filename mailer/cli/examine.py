"""Looking a release over before anybody gets it: check, render, themes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import choice_of, choosing, settings_of, workspace_here
from mailer.cli.show import count, print_findings, print_left_out, tally


@click.command(epilog="Example:  mailer check harbour-report --list press --json")
@click.argument("release")
@choosing
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON on stdout.")
def check(
    release: str,
    lists: tuple[str, ...],
    except_lists: tuple[str, ...],
    where: str,
    limit: int | None,
    as_json: bool,
) -> int:
    """Pre-flight: everything that should be looked at before a release goes out.

    Exit code 1 where a finding is an error: such a release can't be sent.
    """
    from mailer.pipeline import prepare

    prepared = prepare(workspace_here(), release, choice_of(lists, except_lists, where, limit))
    if as_json:
        click.echo(
            json.dumps([asdict(finding) for finding in prepared.findings], indent=2, ensure_ascii=False)
        )
    else:
        print_findings(prepared.findings)
        click.echo(
            f"{prepared.release.name}: {tally(prepared.findings)}; "
            f"{count(len(prepared.audience.recipients), 'recipient')}, "
            f"{len(prepared.audience.left_out):,} left out.",
            err=True,
        )
        print_left_out(prepared.audience)
    return UNFINISHED if any(finding.level == "error" for finding in prepared.findings) else DONE


@click.command(epilog="Example:  mailer render harbour-report --out /tmp/look --for ana@example.net")
@click.argument("release")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files; .mailer/rendered unless given.",
)
@click.option("--for", "address", default="", metavar="ADDRESS", help="As this recipient would get it.")
@click.option("--theme", default="", help="Another theme than the release's own.")
@click.option("--png", is_flag=True, help="A screenshot too, where a browser is installed.")
def render(release: str, out: Path | None, address: str, theme: str, png: bool) -> None:
    """Write the rendered email: NAME.LANG.html, .txt and .eml, one of each a language."""
    from mailer.pipeline import render_files

    workspace = workspace_here()
    folder = out or workspace.private / "rendered"
    written = render_files(
        workspace, settings_of(workspace), release, folder, address=address, theme=theme, screenshots=png
    )
    for path in written:
        click.echo(path)


@click.command(epilog="Example:  mailer themes")
def themes() -> None:
    """List the themes a release can name, and where each comes from."""
    from mailer.workspace import built_in_templates

    workspace = workspace_here()
    for name in workspace.themes():
        origins = [
            origin
            for origin, base in (("workspace", workspace.templates), ("built in", built_in_templates()))
            if (base / name).is_dir()
        ]
        origins = origins[:1] if workspace.templates == built_in_templates() else origins
        about = next((p for base in workspace.theme(name) if (p := base / "theme.txt").is_file()), None)
        click.echo(f"{name}\t{', '.join(origins)}\t{about.read_text('utf-8').strip() if about else ''}")
