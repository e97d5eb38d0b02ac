"""The command line: parse, call the pipeline, print. No logic lives here.

Families of commands are files of this folder. A family is imported only when one of its commands is
asked for, and imports the stages it needs inside its functions, so that `mailer --help` stays quick.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

import click

from mailer.cli.terminal.failures import as_told
from mailer.cli.terminal.output import row, say, style
from mailer.cli.terminal.streams import never_fail_at_a_character
from mailer.errors import CheckFailed, MailerError, SourceError
from mailer.visible import visible

FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("demo", ("demo",)),
    ("write", ("init", "new", "import", "fix")),
    ("themes", ("themes", "theme")),
    ("preflight", ("check", "render")),
    ("preview", ("preview", "desk")),
    ("review", ("diff", "approve")),
    ("send", ("send", "resume", "discard")),
    ("schedule", ("post", "schedule")),
    ("work", ("work",)),
    ("following", ("correct", "follow-up")),
    ("status", ("status",)),
    ("record", ("archive", "publish", "log")),
    ("ledger", ("ledger",)),
    ("lists", ("lists",)),
    ("people", ("people",)),
    ("suppress", ("suppress", "unsuppress", "forget")),
    ("bounces", ("bounces",)),
    ("preview", ("unsubscribe-server",)),
    ("login", ("login", "logout")),
    ("doctor", ("doctor",)),
)
"""Every family's module and its commands, in the order in which `--help` shows them."""

HEADINGS = {
    "demo": "Write",
    "check": "Look before it goes",
    "approve": "Send",
    "status": "Afterwards",
    "lists": "People",
    "login": "Your server",
}
"""Over which command which heading stands in `--help`."""

DONE, UNFINISHED, COULD_NOT_START, INTERRUPTED = 0, 1, 2, 130


class Families(click.Group):
    """A group whose commands are found in their family's module by name, when first needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for _, names in FAMILIES for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Under their headings, in one column of names."""
        names = self.list_commands(ctx)
        width = max(map(len, names))
        sections: list[tuple[str, list[tuple[str, str]]]] = []
        for name in names:
            if name in HEADINGS:
                sections.append((HEADINGS[name], []))
            command = self.get_command(ctx, name)
            sections[-1][1].append((name.ljust(width), command.get_short_help_str(100) if command else ""))
        for heading, rows in sections:
            with formatter.section(heading):
                formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for family, names in FAMILIES:
            if cmd_name in names:
                name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
                command = getattr(import_module(f"mailer.cli.{family}"), name)
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
    never_fail_at_a_character()
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    try:
        code = _run([argument for argument in arguments if argument != "--debug"], debug)
        return code if isinstance(code, int) else DONE
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        say(told.getvalue(), err=True, nl=False)
        return COULD_NOT_START
    except (click.Abort, KeyboardInterrupt):
        say("\nInterrupted.", err=True)
        return INTERRUPTED
    except Exception as error:
        if _reader_has_gone(error):  # point stdout elsewhere, so that exit stays quiet
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        if debug:
            say(traceback.format_exc(), err=True, nl=False)
        return _tell(as_told(error))


def _run(arguments: list[str], debug: bool) -> object:
    for argument in arguments:
        if not _is_text(argument):
            raise click.UsageError(f"“{argument}” is not valid text in this system's character set.")
    return cli.main(arguments, prog_name="mailer", standalone_mode=False, obj=debug)


def _is_text(argument: str) -> bool:
    """Bytes that the system's character set has no letters for come as lone surrogates (PEP 383)."""
    return not any("\ud800" <= character <= "\udfff" or character == "\0" for character in argument)


def _reader_has_gone(error: Exception) -> bool:
    """Whether whoever read our output (head, less, more) has ended. On Windows that is an invalid argument."""
    nameless = isinstance(error, OSError) and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and nameless)


def _tell(error: MailerError) -> int:
    lines = list(map(str, error.faults)) if isinstance(error, SourceError) else [error.message]
    say(style("Error:", fg="red", bold=True), " ", visible(lines[0] if lines else ""), err=True)
    for line in lines[1:]:
        row(line, err=True)
    if error.hint:
        row(f"  {error.hint}", err=True)
    return UNFINISHED if isinstance(error, CheckFailed) else COULD_NOT_START
