"""How findings, audiences and reports look in a terminal. Data goes to stdout, talk to stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from mailer.model import Audience, Finding

COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan"}


def talk() -> Console:
    """A rich console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def count(number: int, noun: str) -> str:
    """3, "recipient" → "3 recipients"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_findings(findings: Sequence[Finding], *, err: bool = False) -> None:
    """A line for each finding, as compilers do: `path:line: level: message [id]`, then the hint."""
    for finding in findings:
        where = f"{finding.where}: " if finding.where else ""
        level = click.style(finding.level, fg=COLOURS[finding.level], bold=True)
        click.echo(f"{where}{level}: {finding.message} {click.style(f'[{finding.id}]', dim=True)}", err=err)
        if finding.hint:
            click.echo(f"    {finding.hint}", err=err)


def tally(findings: Sequence[Finding]) -> str:
    """ "2 errors, 1 warning", or "nothing to complain about"."""
    levels = Counter(finding.level for finding in findings)
    words = [count(levels[level], level) for level in ("error", "warning", "notice") if levels[level]]
    return ", ".join(words) or "nothing to complain about"


def print_left_out(audience: Audience, *, most: int = 5) -> None:
    """How many were left out for each reason, and the first of them by name."""
    reasons = Counter(person.reason for person in audience.left_out)
    for reason, number in reasons.most_common():
        names = [person.address for person in audience.left_out if person.reason == reason][:most]
        more = f" and {number - most:,} more" if number > most else ""
        click.echo(f"  left out, {reason}: {number:,} ({', '.join(names)}{more})", err=True)
