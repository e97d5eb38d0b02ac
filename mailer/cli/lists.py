"""Press lists: which there are, what is in them, what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli import COULD_NOT_START, DONE, UNFINISHED
from mailer.cli.options import parsed, suppressions_of, workspace_here, workspace_if_any
from mailer.cli.terminal.output import COLOURS, count, print_findings, row, say, say_json, style
from mailer.errors import ListError, WorkspaceError
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.model import Recipient
    from mailer.press import PressList, Problem, Suppressions
    from mailer.workspace import Workspace


@click.group(
    short_help="Show, check, compare and import press lists.",
    invoke_without_command=True,
    epilog="Example:  mailer lists show press",
)
@click.pass_context
def lists(ctx: click.Context) -> None:
    """Show, check, compare and import press lists. Without a command: show which lists there are.

    A list is any .csv, .xlsx, .ods, .xls, .xlsm, .tsv or .txt file in lists/, as other programs export it.
    """
    if ctx.invoked_subcommand is not None:
        return
    workspace = workspace_here()
    suppressions = suppressions_of(workspace)
    for path in workspace.press_lists():
        row(path.stem, *_in_short(workspace, path, suppressions))


def _in_short(workspace: Workspace, path: Path, suppressions: Suppressions | None) -> tuple[str, ...]:
    from mailer.press import read_list

    try:
        press_list = read_list(path, shown=workspace.shown(path))
        people, problems = _read(press_list, suppressions)
    except ListError as error:
        return (f"can't be read: {error.faults[0].message}",)
    mend = sum(problem.level == "error" for problem in problems)
    return f"{count(len(people), 'recipient')}, {count(mend, 'row')} to fix", press_list.encoding


def _list_options(command: Any) -> Any:
    column = click.option(
        "--column", default="", metavar="HEADER", help="The column of addresses to use: header or number."
    )
    encoding = click.option(
        "--encoding", default="", metavar="NAME", help="The encoding, if the guess is wrong, e.g. cp1250."
    )
    return column(encoding(command))


@lists.command(
    short_help="Show everybody on a list, and every row left out.",
    epilog="Example:  mailer lists show press --json",
)
@click.argument("name", metavar="NAME|FILE")
@_list_options
@click.option("--json", "as_json", is_flag=True, help="Recipients and problems as JSON on stdout.")
def show(name: str, column: str, encoding: str, as_json: bool) -> int:
    """Show everybody on a list, and every row that is left out, with its line and the reason.

    Exit code 2 if the file is refused.
    """
    suppressions = suppressions_of(workspace_if_any(), looked_at=name)
    try:
        press_list = _open(name, column, encoding)
        people, problems = _read(press_list, suppressions)
    except ListError as error:
        if not as_json:
            raise
        faults = [
            {"line": f.line, "level": "error", "message": _with_hint(f.message, f.hint)} for f in error.faults
        ]
        say_json({"recipients": [], "problems": faults})
        return COULD_NOT_START
    if as_json:
        _print_json(press_list, people, problems)
        return DONE
    for person in people:
        languages, tags = ",".join(person.languages), ",".join(sorted(person.tags))
        row(person.address, person.name, person.outlet, languages, tags)
    _tell(press_list, people, problems)
    return DONE


@lists.command(
    short_help="Show what is wrong with lists, or worth a look.",
    epilog="Example:  mailer lists check press regional",
)
@click.argument("names", nargs=-1, metavar="[NAME|FILE]…")
@_list_options
@click.option("--json", "as_json", is_flag=True, help="Problems of each list as JSON on stdout.")
def check(names: tuple[str, ...], column: str, encoding: str, as_json: bool) -> int:
    """Show what is wrong with lists, or worth a look: with the lists named, or with all of them.

    Exit code 1 if a row has to be fixed or a file is refused.
    """
    wrong = False
    found: dict[str, list[dict[str, Any]]] = {}
    suppressions = suppressions_of(workspace_if_any())
    for name in names or workspace_here().press_lists():
        try:
            press_list = _open(name, column, encoding)
            people, problems = _read(press_list, suppressions)
        except ListError as error:
            wrong = True
            found[str(name)] = [
                {"line": fault.line, "level": "error", "message": str(fault)} for fault in error.faults
            ]
            if not as_json:
                for fault in error.faults:
                    row(str(fault))
            continue
        found[str(name)] = _problems_as_data(press_list, problems)
        wrong = wrong or any(problem.level == "error" for problem in problems)
        if not as_json:
            _tell(press_list, people, problems, err=False)
    if as_json:
        say_json(found)
    return UNFINISHED if wrong else DONE


@lists.command(
    short_help="Compare two lists: who is on only one of them.",
    epilog="Example:  mailer lists diff press press-2025.csv",
)
@click.argument("first")
@click.argument("second")
def diff(first: str, second: str) -> None:
    """Compare two lists: - is only on the first, + only on the second."""
    from mailer.press import diff as compare

    difference = compare(_open(first), _open(second))
    for sign, people in (("-", difference.only_first), ("+", difference.only_second)):
        for person in people:
            row(f"{sign} {person.address}", person.name)
    row(
        f"{len(difference.only_first):,} only on {first}, {len(difference.only_second):,} only on {second}, "
        f"{difference.both:,} on both.",
        err=True,
    )


@lists.command(
    short_help="Import an exported file into lists/, cleaned up.",
    epilog="Example:  mailer lists add ~/Downloads/contacts.xlsx --as press",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "name", default="", metavar="NAME", help="The list's name; by default, the file's.")
@click.option("--replace", is_flag=True, help="Replace an existing list of that name.")
@_list_options
def add(file: Path, name: str, replace: bool, column: str, encoding: str) -> None:
    """Import an exported file into lists/, cleaned up: UTF-8, one address per row, nobody twice.

    Rows that can't be used are left out and named. Nobody who is suppressed comes back this way.
    """
    from mailer.press import Suppressions, read_list, write_list

    workspace = workspace_here()
    target = workspace.lists / f"{name or file.stem}.csv"
    if workspace.is_suppressed(target):
        what = (
            f"A list can't be called “{name or file.stem}”: that name is for the people who are never mailed."
        )
        hint = "Choose another name with --as. To stop mailing somebody: mailer suppress ADDRESS…"
        raise WorkspaceError(what, hint)
    if name and Path(name).name != name:
        raise WorkspaceError(f"A list can't be called “{name}”.", "Choose a plain name with --as.")
    if target.exists() and not replace:
        raise WorkspaceError(
            f"{workspace.shown(target)} already exists.", "Add --replace, or choose another name with --as."
        )
    press_list = read_list(file, shown=str(file), column=column, encoding=encoding)
    suppressions = Suppressions(workspace.suppressed)
    people, problems = _read(press_list, None)
    write_list(target, people, press_list.header.columns.keys)
    row(workspace.shown(target))
    _tell(press_list, people, problems)
    known = sum(person.address in suppressions for person in people)
    if known:
        say(f"Suppressed, and still never mailed: {count(known, 'recipient')}.", err=True)


@lists.command(
    short_help="Print everything held about a person, as JSON.",
    epilog="Example:  mailer lists export ana@example.net > ana.json",
)
@click.argument("address")
def export(address: str) -> None:
    """Print everything held about a person, from the lists and the record of mailings, as JSON."""
    from mailer.pipeline.privacy import kept_about

    say_json(kept_about(workspace_here(), parsed(address)))


def _open(name: str | Path, column: str = "", encoding: str = "") -> PressList:
    """A list by name or path."""
    from mailer.press import read_list

    workspace, path = workspace_if_any(), Path(name)
    if isinstance(name, str):
        if workspace is None and not path.is_file():
            workspace = workspace_here()  # says what to do
        path = workspace.list_path(name) if workspace else path
    shown = workspace.shown(path) if workspace else visible(str(path))
    return read_list(path, shown=shown, column=column, encoding=encoding)


def _read(press_list: PressList, suppressions: Suppressions | None) -> tuple[list[Recipient], list[Problem]]:
    """Whom a mailing to this list alone would reach, and what is to be said about its rows."""
    from mailer.model import Recipient
    from mailer.press import review

    people: list[Recipient] = []
    problems: list[Problem] = []
    for found in review(press_list, suppressions):
        if isinstance(found, Recipient):
            people.append(found)
        else:
            problems.append(found)
    return people, problems


def _print_json(press_list: PressList, people: list[Recipient], problems: list[Problem]) -> None:
    recipients = [
        {
            "address": person.address,
            "name": person.name,
            "outlet": person.outlet,
            "languages": person.languages,
            "tags": sorted(person.tags),
            "fields": dict(person.fields),
            "line": person.where.line if person.where else 0,
        }
        for person in people
    ]
    content = {
        "encoding": press_list.encoding,
        "delimiter": press_list.delimiter,
        "columns": press_list.columns,
        "recipients": recipients,
        "problems": _problems_as_data(press_list, problems),
    }
    say_json(content)


def _problems_as_data(press_list: PressList, problems: list[Problem]) -> list[dict[str, Any]]:
    """What is to be said about the file, then about its rows."""
    of_file = [
        {
            "line": finding.where.line if finding.where else 0,
            "level": finding.level,
            "message": _with_hint(finding.message, finding.hint),
            "id": finding.id,
        }
        for finding in press_list.findings
    ]
    of_rows = [
        {
            "line": problem.line,
            "level": problem.level,
            "message": problem.message,
            "id": problem.id,
            "reason": problem.reason,
            "address": problem.address,
        }
        for problem in problems
    ]
    return of_file + of_rows


def _with_hint(message: str, hint: str) -> str:
    return f"{message} — {hint}" if hint else message


def _tell(
    press_list: PressList, people: Sequence[Recipient], problems: Sequence[Problem], *, err: bool = True
) -> None:
    """Problems as compilers print them, then the list in one line."""
    print_findings(press_list.findings, err=err)
    for problem in problems:
        where, level = visible(press_list.shown), style(problem.level, fg=COLOURS[problem.level], bold=True)
        reason = style(f"[{problem.reason or problem.id}]", dim=True)
        say(f"{where}:{problem.line}: ", level, f": {visible(problem.message)} ", reason, err=err)
    left_out = sum(problem.reason is not None for problem in problems)
    how = ", ".join(filter(None, (press_list.encoding, press_list.delimiter)))
    row(f"{press_list.shown}: {count(len(people), 'recipient')}, {left_out:,} left out ({how}).", err=err)
