"""Themes: which there are, beginning one, and what is wrong with one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import print_findings, row, say, say_json, tally
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.workspace import Workspace


@click.command(short_help="List the themes.", epilog="Example:  mailer themes")
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
        about = workspace.about_theme(name)
        row(name, ", ".join(origins), about.text, *([f"from {about.base}"] if about.base else []))


@click.group(short_help="Begin a theme of your own, and check it.")
def theme() -> None:
    """Begin a theme of your own, and check it. `mailer themes` lists those there are."""


@theme.command(
    short_help="Begin a theme: a small one with comments, ready to be changed.",
    epilog="Example:  mailer theme new spring-campaign --from letter",
)
@click.argument("name")
@click.option(
    "--from", "base", default="default", show_default=True, metavar="THEME", help="The theme to begin from."
)
def new(name: str, base: str) -> None:
    """Begin a theme: a folder in templates/ with a few changes to another theme, and comments that explain them.

    It can be used at once. Whatever it doesn't change stays as the other theme has it.
    """
    workspace = workspace_here()
    folder = workspace.make_theme(name, base)
    for path in sorted(folder.iterdir()):
        row(workspace.shown(path))
    release = _newest(workspace) or "RELEASE"
    say(
        f"Created the theme {visible(name)}, which changes a few things of {visible(base)}. Next:\n"
        f"  mailer preview {visible(release)}    choose the theme {visible(name)} there; the page follows every save\n"
        f"  edit templates/{visible(name)}/layout.css\n"
        f"  mailer theme check {visible(name)}   whether anything is misspelt or left out\n"
        f"  write “Theme: {visible(name)}” into newsroom.md, or into a release, to use it",
        err=True,
    )


def _newest(workspace: Workspace) -> str:
    """The release that was saved last, "" where there is none."""
    paths = [path for path in workspace.releases.glob("*.md") if path.is_file()]
    return workspace.release_name(max(paths, key=lambda path: path.stat().st_mtime)) if paths else ""


@theme.command(
    short_help="Find what is misspelt in a theme, and what it leaves out.",
    epilog="Example:  mailer theme check spring-campaign",
)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON on stdout.")
def check(name: str | None, as_json: bool) -> int:
    """Find what is misspelt in a theme and so has no effect, what can't be rendered, and what the theme leaves out of
    an email. Without a name: in each of your own themes.

    To see what is left out, a release in which every field is written is rendered, as every kind of release. Exit
    code 1 if anything was found.
    """
    from mailer.checks import check_theme

    workspace = workspace_here()
    names = (name,) if name else workspace.own_themes()
    if not names:
        say("There is no theme of your own in templates/: mailer theme new NAME begins one.", err=True)
    findings = {each: check_theme(workspace, each) for each in names}
    if as_json:
        say_json([asdict(finding) for found in findings.values() for finding in found])
    for each, found in findings.items():
        if not as_json:
            print_findings(found)
        say(f"{visible(each)}: {tally(found)}.", err=True)
    return UNFINISHED if any(findings.values()) else DONE
