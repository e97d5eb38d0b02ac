"""The command line: parse, call the pipeline, print. No logic lives here.

Families of commands are files of this folder. A family is imported only when one of its commands is
asked for, and imports the stages it needs inside its functions, so that `mailer --help` stays quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from mailer.errors import CheckFailed, MailerError

FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("demo", ("demo",)),
    ("write", ("init", "new")),
    ("examine", ("check", "render", "themes")),
    ("look", ("preview", "desk", "unsubscribe-server")),
    ("send", ("send", "resume")),
    ("status", ("status",)),
    ("lists", ("lists",)),
    ("people", ("suppress", "unsuppress", "forget")),
    ("mailboxes", ("bounces",)),
    ("doctor", ("doctor",)),
)
"""Every family's module and its commands, in the order in which `--help` shows them."""

DONE, UNFINISHED, COULD_NOT_START, INTERRUPTED = 0, 1, 2, 130


class Families(click.Group):
    """A group whose commands are found in their family's module by name, when first needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for _, names in FAMILIES for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for family, names in FAMILIES:
            if cmd_name in names:
                command = getattr(import_module(f"mailer.cli.{family}"), cmd_name.replace("-", "_"))
                assert isinstance(command, click.Command)
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            meant = f" Did you mean “{near[0]}”?" if near else ""
            ctx.fail(f"There is no command “{args[0]}”.{meant}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Families,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with: mailer demo",
)
@click.version_option(package_name="release-mailer", prog_name="mailer")
@click.option("--debug", is_flag=True, help="Show a traceback when something goes wrong.")
def cli(debug: bool) -> None:
    """Write a press release, look at it, rehearse it, send it to press lists, and know who got it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code (see docs/reference/commands.md).

    Args:
        arguments: as after the program's name; `sys.argv[1:]` by default.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    try:
        code = cli.main([a for a in arguments if a != "--debug"], prog_name="mailer", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except click.ClickException as error:
        error.show()
        return COULD_NOT_START
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; point stdout elsewhere so that exit stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except MailerError as error:
        if debug:
            raise
        return _tell(error)
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"{click.style('Error:', fg='red', bold=True)} something went wrong inside mailer "
            f"({type(error).__name__}: {error}).\n  This is a defect of ours. "
            "Run it again with --debug and report what it prints.",
            err=True,
        )
        return COULD_NOT_START


def _tell(error: MailerError) -> int:
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    return UNFINISHED if isinstance(error, CheckFailed) else COULD_NOT_START
