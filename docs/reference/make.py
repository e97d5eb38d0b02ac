"""Write commands.md from the commands themselves: `python docs/reference/make.py`. A test holds the page to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from mailer.cli import cli

PAGE = Path(__file__).parent / "commands.md"

HEAD = """\
# Commands

Made from the commands' own help by `python docs/reference/make.py`; a test holds it to that.

`RELEASE` is a name (`releases/NAME.md`) or a path, and so is a `LIST` (`lists/NAME.csv`, `.xlsx`, `.tsv`,
`.txt`). The workspace is the nearest folder, climbing, that has a `newsroom.md`. Data goes to stdout, talk to stderr.

| exit code | means |
|---|---|
| 0 | done |
| 1 | finished, but with rejected, deferred or uncertain recipients, or with findings of level error |
| 2 | could not start: usage, settings, a file that can't be read, no terminal to confirm on |
| 130 | interrupted; `mailer resume` goes on |

`mailer --debug COMMAND …` shows a traceback when something goes wrong.

What others wrote (a server's answer, a list, a file's name) is shown as text: what would steer the terminal or turn a
line around appears as its escape, `\\x1b` or `\\u202e`, and a line end in a cell as a blank. JSON escapes it too and
loses nothing.

Pipes and files get UTF-8 on Windows, whatever the code page: PowerShell reads it after
`[Console]::OutputEncoding = [Text.Encoding]::UTF8`. An encoding that you ask for, by `PYTHONIOENCODING` or a locale
that is not UTF-8, is kept: what it lacks is written in plain signs (`"` for “) or as an escape (`\\u0142`), and JSON is
ASCII then. For spreadsheets there is `--csv`.
"""


def page() -> str:
    """The whole page."""
    context = click.Context(cli, info_name="mailer", help_option_names=["-h", "--help"])
    return HEAD + "".join(
        section for name in cli.list_commands(context) for section in _sections(context, name)
    )


def _sections(parent: click.Context, name: str) -> Iterator[str]:
    group = parent.command
    assert isinstance(group, click.Group)
    command = group.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _sections(context, inner)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
