"""Looking at lists: everybody on one, what is wrong with them, two compared, all about one person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli import COULD_NOT_START, DONE, UNFINISHED
from mailer.cli.lists.opened import list_options, open_list
from mailer.cli.lists.printed import print_json, print_list, print_problems, problems_as_json, with_hint
from mailer.cli.options import parsed, suppressions_of, workspace_here, workspace_if_any
from mailer.cli.terminal.later import JsonObject
from mailer.cli.terminal.output import row, say_json
from mailer.errors import ListError

if TYPE_CHECKING:
    from mailer.press import Answers


@click.command(
    short_help="Show everybody on a list, and every row left out.",
    epilog="Example:  mailer lists show press --json",
)
@click.argument("name", metavar="NAME|FILE")
@list_options
@click.option("--json", "as_json", is_flag=True, help="Recipients and problems as JSON on stdout.")
def show(name: str, answers: Answers, as_json: bool) -> int:
    """Show everybody on a list, and every row that is left out, with its line and the reason.

    Exit code 2 if the file is refused.
    """
    suppressions = suppressions_of(workspace_if_any(), looked_at=name)
    try:
        (print_json if as_json else print_list)(open_list(name, answers), suppressions)
    except ListError as error:
        if not as_json:
            raise
        faults = [
            {"line": f.line, "level": "error", "message": with_hint(f.message, f.hint)} for f in error.faults
        ]
        say_json({"recipients": [], "problems": faults})
        return COULD_NOT_START
    return DONE


@click.command(
    short_help="Show what is wrong with lists, or worth a look.",
    epilog="Example:  mailer lists check press regional",
)
@click.argument("names", nargs=-1, metavar="[NAME|FILE]…")
@list_options
@click.option("--json", "as_json", is_flag=True, help="Problems of each list as JSON on stdout.")
def check(names: tuple[str, ...], answers: Answers, as_json: bool) -> int:
    """Show what is wrong with lists, or worth a look: with the lists named, or with all of them.

    Exit code 1 if a row has to be fixed or a file is refused.
    """
    suppressions = suppressions_of(workspace_if_any())
    lists: Sequence[str | Path] = names or workspace_here().press_lists()
    document = JsonObject()
    wrong = False
    for name in dict.fromkeys(lists):
        try:
            press_list = open_list(name, answers)
            if as_json:
                problems, reviewed = problems_as_json(press_list, suppressions)
                document.add(str(name), problems)
            else:
                reviewed = print_problems(press_list, suppressions)
            wrong = wrong or reviewed.to_fix > 0
        except ListError as error:
            wrong = True
            if as_json:
                document.add(
                    str(name), [{"line": f.line, "level": "error", "message": str(f)} for f in error.faults]
                )
            else:
                for fault in error.faults:
                    row(str(fault))
    if as_json:
        document.say()
    return UNFINISHED if wrong else DONE


@click.command(
    short_help="Compare two lists: who is on only one of them.",
    epilog="Example:  mailer lists diff press press-2025.csv",
)
@click.argument("first")
@click.argument("second")
def diff(first: str, second: str) -> None:
    """Compare two lists: - is only on the first, + only on the second."""
    from mailer.press import diff as compare

    difference = compare(open_list(first), open_list(second))
    for sign, people in (("-", difference.only_first), ("+", difference.only_second)):
        for person in people:
            row(f"{sign} {person.address}", person.name)
    row(
        f"{len(difference.only_first):,} only on {first}, {len(difference.only_second):,} only on {second}, "
        f"{difference.both:,} on both.",
        err=True,
    )


@click.command(
    short_help="Print everything held about a person, as JSON.",
    epilog="Example:  mailer lists export ana@example.net > ana.json",
)
@click.argument("address")
def export(address: str) -> None:
    """Print everything held about a person, from the lists and the record of mailings, as JSON."""
    from mailer.pipeline.privacy import kept_about

    say_json(kept_about(workspace_here(), parsed(address)))
