"""Looking a release over before anybody gets it: check, render."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import choosing, chosen, only_these, parsed, settings_of, workspace_here
from mailer.cli.terminal.findings import print_by_place, print_silenced
from mailer.cli.terminal.output import print_audience, row, say, say_json, tally
from mailer.visible import visible


@click.command(
    short_help="Check a release before it goes out.",
    epilog="Example:  mailer check harbour-report --list press --json",
)
@click.argument("release")
@choosing
@click.option("--links", is_flag=True, help="Look up whether its links lead anywhere: asks their servers.")
@click.option("--all", "in_whole", is_flag=True, help="Show what is silenced, too, with the reasons.")
@click.option(
    "--json", "as_json", is_flag=True, help="Findings as JSON on stdout, silenced ones with their reason."
)
def check(release: str, links: bool, in_whole: bool, as_json: bool, **choosing: Any) -> int:
    """Pre-flight: everything that needs attention before a release goes out.

    Exit code 1 if a finding is an error: the release can't be sent then.
    """
    from mailer.pipeline import prepare

    if as_json and in_whole:
        raise click.UsageError("--json holds everything: --all has no effect beside it.")
    workspace = workspace_here()
    prepared = prepare(workspace, release, chosen(workspace, **choosing), links=links)
    if as_json:
        shown = [asdict(finding) | {"silenced": ""} for finding in prepared.findings]
        say_json(shown + [asdict(each.finding) | {"silenced": each.because} for each in prepared.silenced])
    else:
        print_by_place(prepared.findings, [str(edition.path) for edition in prepared.release.editions])
        print_silenced(prepared.silenced, in_whole=in_whole)
        say(f"{visible(prepared.release.name)}: {tally(prepared.findings)}.", err=True)
        print_audience(prepared)
    return UNFINISHED if any(finding.level == "error" for finding in prepared.findings) else DONE


@click.command(
    short_help="Write the email as .html, .txt and .eml files.",
    epilog="Example:  mailer render harbour-report --out /tmp/look --for ana@example.net",
)
@click.argument("release")
@choosing
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files; by default .mailer/rendered.",
)
@click.option("--for", "address", default="", metavar="ADDRESS", help="As this recipient would get it.")
@click.option("--theme", default="", help="Use another theme than the release's own.")
@click.option("--png", is_flag=True, help="Take a screenshot too, if a browser is installed.")
def render(release: str, out: Path | None, address: str, theme: str, png: bool, **choosing: Any) -> None:
    """Write the rendered email: NAME.LANG.html, .txt and .eml, one of each per language."""
    from mailer import pipeline
    from mailer.desk.showing.message_view import view_of
    from mailer.desk.showing.screenshot import screenshot

    if not address:
        only_these({"out", "theme", "png"}, "without --for: the email is rendered for nobody in particular")
    workspace = workspace_here()
    settings = settings_of(workspace)
    prepared = pipeline.prepare(workspace, release, chosen(workspace, **choosing), theme=theme)
    recipient = pipeline.as_addressed(prepared, parsed(address) if address else "")
    editions = prepared.release.editions
    if address:
        editions = (prepared.release.edition_for(recipient.languages),)
    folder = out or workspace.private / "rendered"
    for edition in editions:
        content = pipeline.example_message(prepared, settings, edition, recipient)
        view = view_of(content)
        for suffix, data in (("html", view.html.encode()), ("txt", view.text.encode()), ("eml", content)):
            row(str(_written(folder / f"{prepared.release.name}.{edition.language}.{suffix}", data)))
        if png:
            row(str(screenshot(folder / f"{prepared.release.name}.{edition.language}.html")))


def _written(path: Path, content: bytes) -> Path:
    from mailer.errors import WorkspaceError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise WorkspaceError(
            f"{path} can't be written: {error.strerror}.", "Choose another folder with --out."
        ) from None
    return path
