"""A list as staff or a program read it: its people, and what is to be said about its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mailer.cli.terminal.output import COLOURS, count, print_findings, row, say, say_json, style
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.model import Recipient
    from mailer.press import PressList, Problem


def print_json(press_list: PressList, people: list[Recipient], problems: list[Problem]) -> None:
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
        "problems": problems_as_data(press_list, problems),
    }
    say_json(content)


def problems_as_data(press_list: PressList, problems: list[Problem]) -> list[dict[str, Any]]:
    """What is to be said about the file, then about its rows."""
    of_file = [
        {
            "line": finding.where.line if finding.where else 0,
            "level": finding.level,
            "message": with_hint(finding.message, finding.hint),
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


def with_hint(message: str, hint: str) -> str:
    return f"{message} — {hint}" if hint else message


def tell(
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
