"""What several commands take: the workspace, its settings, and the choice of recipients."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from mailer.errors import ListError, WorkspaceError

if TYPE_CHECKING:
    from mailer.press import Choice, Suppressions
    from mailer.settings import Settings
    from mailer.workspace import Workspace

Command = TypeVar("Command", bound=Callable[..., Any])


def workspace_here() -> Workspace:
    """The workspace around the current folder. What is written from here on is for the office's own eyes.

    Raises:
        WorkspaceError: there is none.
    """
    from mailer.workspace import find_workspace
    from mailer.workspace.private import keep_to_the_office

    workspace = find_workspace(Path.cwd())
    keep_to_the_office(workspace)
    return workspace


def settings_of(workspace: Workspace, **flags: object) -> Settings:
    """Flags over the environment over `.env` over defaults.

    Raises:
        SettingsError: naming every key that can't be used.
    """
    from mailer.settings import read_settings

    return read_settings(workspace.root, None, "", **flags)


CHOOSING = ("lists", "except_lists", "where", "not_got", "limit", "include_unmarked")
"""The parameters of `choosing`."""


def only_these(names: Collection[str], when: str) -> None:
    """Refuses every option that was given and is not among these: what has no effect was meant to have one.

    Args:
        names: of parameters.
        when: what makes the others have no effect, to go on with "--json has no effect …".

    Raises:
        click.UsageError: naming all of them.
    """
    ctx = click.get_current_context()
    idle = [
        parameter.opts[0]
        for parameter in ctx.command.params
        if isinstance(parameter, click.Option)
        and parameter.name not in names
        and ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    ]
    if idle:
        have = "has" if len(idle) == 1 else "have"
        raise click.UsageError(
            f"{', '.join(idle)} {have} no effect {when}: leave {'it' if len(idle) == 1 else 'them'} out."
        )


def choosing(command: Command) -> Command:
    """The options by which a command chooses recipients: --list, --except, --where, --limit."""
    options = (
        click.option(
            "--list",
            "lists",
            multiple=True,
            metavar="LIST",
            help="A press list, by name or path. Repeatable.",
        ),
        click.option(
            "--except",
            "except_lists",
            multiple=True,
            metavar="LIST",
            help="Leave out everybody on this list.",
        ),
        click.option(
            "--where",
            default="",
            metavar="EXPR",
            help="""Only those for whom this is true, for example
            'language == "es" and "mexico" in tags'.""",
        ),
        click.option(
            "--not-got", default="", metavar="RELEASE", help="Only those who did not get this release."
        ),
        click.option("--limit", type=click.IntRange(1), help="At most this many recipients."),
        click.option(
            "--include-unmarked",
            is_flag=True,
            help="Under embargo: also those whom no list marks as accepting embargoes.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def correcting(command: Command) -> Command:
    """The options by which a correction goes to others than those who can read it in the language of their copy."""
    newcomers = click.option(
        "--newcomers",
        is_flag=True,
        help="Send a correction also to those on the lists who never got the earlier text.",
    )
    any_language = click.option(
        "--any-language",
        is_flag=True,
        help="Send a correction also to those who got the text in a language it lacks.",
    )
    return newcomers(any_language(command))


def chosen(
    workspace: Workspace,
    lists: tuple[str, ...],
    except_lists: tuple[str, ...],
    where: str,
    limit: int | None,
    not_got: str,
    include_unmarked: bool,
) -> Choice:
    """The choice that these options make."""
    from mailer.pipeline import not_those_who_got
    from mailer.press import Choice

    choice = Choice(
        lists=lists, except_lists=except_lists, where=where, limit=limit, include_unmarked=include_unmarked
    )
    return not_those_who_got(workspace, choice, not_got) if not_got else choice


def workspace_if_any() -> Workspace | None:
    """The workspace around the current folder; None where there is none, as a list given by its path needs none."""
    try:
        return workspace_here()
    except WorkspaceError:
        return None


def suppressions_of(workspace: Workspace | None, looked_at: str = "") -> Suppressions | None:
    """Who is not mailed; None outside of a workspace.

    Args:
        looked_at: a list by name or path. What may be the suppressions too, and blocks all else, can be looked at.

    Raises:
        ListError: nobody may be mailed.
    """
    from mailer.press import Suppressions

    if workspace is None:
        return None
    try:
        return Suppressions(workspace.suppressed)
    except ListError:
        if not (looked_at and workspace.means_suppressed(looked_at)):
            raise
        return None


def parsed(text: str) -> str:
    """An address from the command line, as mailed.

    Raises:
        click.BadParameter: it is none.
    """
    from mailer.press import AddressError, parse_address

    try:
        return parse_address(text)
    except AddressError as error:
        raise click.BadParameter(f"“{text}”: {error}", param_hint="ADDRESS") from None
