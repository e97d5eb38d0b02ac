"""How findings, audiences and reports look in a terminal. Data goes to stdout, talk to stderr.

Whatever a command says goes through `say`, `row` or `say_json`: nearly all of it holds text that others wrote, and none
of that may steer the terminal (`mailer.visible`). A test keeps `click.echo` out of the other files.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.model import Finding
    from mailer.pipeline import Prepared

MOST = 3
"""Of those left out for one reason, so many are named."""

COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan"}


class Styled(str):
    """Visible text with colours of ours, made by `style`."""


def style(text: str, *, fg: str | None = None, bold: bool | None = None, dim: bool | None = None) -> Styled:
    """Text in colours, which are left out where there is no terminal."""
    return Styled(click.style(visible(text), fg=fg, bold=bold, dim=dim))


def say(*parts: str, err: bool = False, nl: bool = True) -> None:
    """Parts, one behind the other, as text that can be seen. Line ends stay: they are ours.

    Args:
        err: talk, to stderr.
        nl: end the line.
    """
    click.echo(seen(*parts), err=err, nl=nl)


def row(*cells: str, err: bool = False) -> None:
    """A line of cells, between them tabs; no cell can begin a line or a cell of its own."""
    click.echo(row_of(*cells), err=err)


def seen(*parts: str) -> Styled:
    """What `say` would say."""
    return Styled("".join(map(_seen, parts)))


def row_of(*cells: str) -> Styled:
    """What `row` would say."""
    return Styled("\t".join(cell if isinstance(cell, Styled) else visible(cell) for cell in cells))


def _seen(part: str) -> str:
    return part if isinstance(part, Styled) else "\n".join(map(visible, part.split("\n")))


def say_json(data: Any) -> None:
    """Data on stdout, for programs and people."""
    click.echo(json_text(data, indent=2))


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON that a terminal can show and any program can read: what can't be seen is escaped, which changes nothing of
    what it says. Where stdout is not UTF-8, all that is not ASCII is escaped too (RFC 8259 §8.1)."""
    return _all_seen(json.dumps(data, indent=indent, ensure_ascii=not _speaks_utf_8()))


def json_item(data: Any, depth: int) -> str:
    """As `json_text` with an indent of 2, so many levels deep: for the millions of items of a list. `json` itself takes
    thrice the time, as it lays out in Python, sign by sign; here its encoder in C is asked for each value.

    Args:
        data: dicts with names that are text, lists, tuples, and values.
    """
    encode = (_ASCII if not _speaks_utf_8() else _UTF_8).encode
    return _all_seen(_laid_out(data, encode, "\n" + "  " * depth))


_ASCII, _UTF_8 = json.JSONEncoder(), json.JSONEncoder(ensure_ascii=False)


def _laid_out(data: Any, encode: Callable[[Any], str], margin: str) -> str:
    inner = f"{margin}  "
    if data and isinstance(data, dict):
        members = [
            f"{inner}{encode(name)}: {_laid_out(value, encode, inner)}" for name, value in data.items()
        ]
        return f"{{{','.join(members)}{margin}}}"
    if data and isinstance(data, list | tuple):
        return f"[{','.join([f'{inner}{_laid_out(value, encode, inner)}' for value in data])}{margin}]"
    return encode(data)


def _all_seen(text: str) -> str:
    if text.replace("\n", "").isprintable():  # nearly always
        return text
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def _speaks_utf_8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def on_a_terminal() -> bool:
    """Whether somebody is there to answer a question."""
    if sys.stdin is None:  # pythonw, or a closed stdin
        return False
    if sys.platform == "win32":  # where `isatty` takes NUL for a terminal: a planned task would be asked
        import ctypes
        import msvcrt

        mode = ctypes.c_uint32()
        console = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        return bool(ctypes.WinDLL("kernel32").GetConsoleMode(console, ctypes.byref(mode)))
    return sys.stdin.isatty()


def count(number: int, noun: str, nouns: str = "") -> str:
    """3, "recipient" → "3 recipients".

    Args:
        nouns: of several, where it is not the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def print_findings(findings: Sequence[Finding], *, err: bool = False) -> None:
    """A line for each finding, as compilers do: `path:line: level: message [id]`, then the hint."""
    for finding in findings:
        where = f"{finding.where}: " if finding.where else ""
        level = style(finding.level, fg=COLOURS[finding.level], bold=True)
        say(
            visible(where),
            level,
            visible(f": {finding.message} "),
            style(f"[{finding.id}]", dim=True),
            err=err,
        )
        if finding.hint:
            row(f"    {finding.hint}", err=err)


def tally(findings: Sequence[Finding]) -> str:
    """ "2 errors, 1 warning", or "no problems found"."""
    levels = Counter(finding.level for finding in findings)
    words = [count(levels[level], level) for level in ("error", "warning", "notice") if levels[level]]
    return ", ".join(words) or "no problems found"


def print_audience(prepared: Prepared, to: str = "") -> None:
    """How many get it, by list and language; how many are left out for each reason, the first by name.

    Args:
        to: who gets it, where that is not everybody whom the lists name.
    """
    from mailer.press import count_audience

    counts = count_audience(prepared.audience)
    languages = Counter(
        prepared.release.edition_for(r.languages).language for r in prepared.audience.recipients
    )
    tell("To", to or count(len(prepared.audience.recipients), "recipient"))
    if counts.by_list:
        tell("", "lists: " + ", ".join(f"{name} {number:,}" for name, number in counts.by_list))
    if len(prepared.release.editions) > 1 and languages:
        tell("", "editions: " + ", ".join(f"{name} {number:,}" for name, number in languages.most_common()))
    for reason, number in counts.by_reason:
        who = [
            person.address
            for person in islice((p for p in prepared.audience.left_out if p.reason == reason), MOST)
        ]
        more = f" and {number - MOST:,} more" if number > MOST else ""
        tell("Left out", f"{reason}: {number:,} ({', '.join(who)}{more})")


def tell(name: str, text: str) -> None:
    """A line of a summary, on stderr: what it is about, and what is said."""
    say(style(f"{name:>8}", bold=True), f"  {visible(text)}", err=True)
