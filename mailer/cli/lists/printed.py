"""A list as staff or a program read it: its people, and what is to be said about its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailer.cli.lists.reviewed import Reviewed
from mailer.cli.terminal.later import JsonArray, JsonObject, Later
from mailer.cli.terminal.output import (
    COLOURS,
    count,
    print_findings,
    row,
    row_of,
    seen,
    style,
)
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.model import Recipient
    from mailer.press import PressList, Problem, Suppressions


class ProblemLines:
    """What is to be said about a list's rows, as compilers say it; said when the list has been read to its end."""

    def __init__(self, press_list: PressList) -> None:
        self._press_list = press_list
        self._lines = Later()

    def add(self, problem: Problem) -> None:
        where = visible(self._press_list.shown)
        level = style(problem.level, fg=COLOURS[problem.level], bold=True)
        reason = style(f"[{problem.reason or problem.id}]", dim=True)
        self._lines.add(seen(f"{where}:{problem.line}: ", level, f": {visible(problem.message)} ", reason))

    def say(self, reviewed: Reviewed, *, err: bool = True) -> None:
        """What is to be said about the file, then about its rows, then the list in one line."""
        press_list = self._press_list
        print_findings(press_list.findings, err=err)
        self._lines.say(err=err)
        how = ", ".join(filter(None, (press_list.encoding, press_list.delimiter)))
        numbers = f"{count(reviewed.people, 'recipient')}, {reviewed.left_out:,} left out"
        row(f"{press_list.shown}: {numbers} ({how}).", err=err)


def print_list(press_list: PressList, suppressions: Suppressions | None) -> None:
    """Everybody, then the problems.

    Raises:
        ListError: the file turns out unreadable on the way; nothing was printed then.
    """
    people, problems = Later(), ProblemLines(press_list)
    reviewed = Reviewed(press_list, suppressions, problems.add)
    for person in reviewed:
        languages, tags = ",".join(person.languages), ",".join(sorted(person.tags))
        people.add(row_of(person.address, person.name, person.outlet, languages, tags))
    people.say()
    problems.say(reviewed)


def print_json(press_list: PressList, suppressions: Suppressions | None) -> None:
    """The same as one JSON document.

    Raises:
        ListError: as of `print_list`.
    """
    people, problems = JsonArray(), _of_file(press_list)
    for person in Reviewed(press_list, suppressions, lambda problem: problems.add(_of_row(problem))):
        people.add(_of_person(person))
    document = JsonObject()
    document.add("encoding", press_list.encoding)
    document.add("delimiter", press_list.delimiter)
    document.add("columns", press_list.columns)
    document.add("recipients", people)
    document.add("problems", problems)
    document.say()


def print_problems(press_list: PressList, suppressions: Suppressions | None) -> Reviewed:
    """The problems, on stdout.

    Raises:
        ListError: as of `print_list`.
    """
    problems = ProblemLines(press_list)
    reviewed = Reviewed(press_list, suppressions, problems.add)
    reviewed.to_the_end()
    problems.say(reviewed, err=False)
    return reviewed


def problems_as_json(press_list: PressList, suppressions: Suppressions | None) -> tuple[JsonArray, Reviewed]:
    """The problems as an array, and the list that has them.

    Raises:
        ListError: as of `print_list`.
    """
    problems = _of_file(press_list)
    reviewed = Reviewed(press_list, suppressions, lambda problem: problems.add(_of_row(problem)))
    reviewed.to_the_end()
    return problems, reviewed


def with_hint(message: str, hint: str) -> str:
    return f"{message} — {hint}" if hint else message


def _of_file(press_list: PressList) -> JsonArray:
    """What is to be said about the file; what is said about its rows follows."""
    of_file = JsonArray()
    for finding in press_list.findings:
        line = finding.where.line if finding.where else 0
        message = with_hint(finding.message, finding.hint)
        of_file.add({"line": line, "level": finding.level, "message": message, "id": finding.id})
    return of_file


def _of_row(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "level": problem.level,
        "message": problem.message,
        "id": problem.id,
        "reason": problem.reason,
        "address": problem.address,
    }


def _of_person(person: Recipient) -> dict[str, Any]:
    return {
        "address": person.address,
        "name": person.name,
        "outlet": person.outlet,
        "languages": person.languages,
        "tags": sorted(person.tags),
        "fields": dict(person.fields),
        "line": person.where.line if person.where else 0,
    }
