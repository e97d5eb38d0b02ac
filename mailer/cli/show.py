"""How findings, audiences and reports look in a terminal. Data goes to stdout, talk to stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from mailer.model import Finding
    from mailer.pipeline import Prepared

MOST = 3
"""Of those left out for one reason, so many are named."""

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


def print_audience(prepared: Prepared, *, already: int = 0) -> None:
    """How many get it, by list and language; how many are left out for each reason, the first by name."""
    from mailer.press import count_audience

    counts = count_audience(prepared.audience)
    languages = Counter(
        prepared.release.edition_for(r.languages).language for r in prepared.audience.recipients
    )
    _say("To", f"{count(len(prepared.audience.recipients) - already, 'recipient')}")
    if already:
        _say("", f"{already:,} more have it already, or are queued")
    if counts.by_list:
        _say("", "lists: " + ", ".join(f"{name} {number:,}" for name, number in counts.by_list))
    if len(prepared.release.editions) > 1:
        _say("", "editions: " + ", ".join(f"{name} {number:,}" for name, number in languages.most_common()))
    for reason, number in counts.by_reason:
        who = [
            person.address
            for person in islice((p for p in prepared.audience.left_out if p.reason == reason), MOST)
        ]
        more = f" and {number - MOST:,} more" if number > MOST else ""
        _say("Left out", f"{reason}: {number:,} ({', '.join(who)}{more})")


def _say(name: str, text: str) -> None:
    click.echo(f"{click.style(f'{name:>8}', bold=True)}  {text}", err=True)
