"""A text before and after, word by word: the lines that differ, with what is the same in them cut short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailer.cli.terminal.output import Styled, say, style
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.importing.changed_lines import Pieces

_AROUND = 24
"""Characters of what is the same that are shown beside what is not."""
_NO_BREAK = str.maketrans({"\u00a0": "␣", "\u202f": "␣"})


def print_changes(shown: str, before: str, after: str, *, numbered: bool = True) -> None:
    """Each changed line on stdout, blank ones aside: where it stood, as it was, as it would be.

    Args:
        shown: the file, as staff would name it.
        numbered: say the line, too.
    """
    from mailer.importing.changed_lines import changed_lines

    for change in changed_lines(before, after):
        goes, comes = change.pieces()
        say(style(f"{shown}:{change.line}" if numbered else shown, bold=True))
        for sign, pieces, colour in (("-", goes, "red"), ("+", comes, "green")):
            if pieces:
                say(style(f"  {sign} ", fg=colour), *_coloured(pieces, sign, colour))


def _coloured(pieces: Pieces, sign: str, colour: str) -> Iterator[Styled | str]:
    for number, (same, text) in enumerate(pieces):
        if same:
            yield visible(_short(text, first=number == 0, last=number == len(pieces) - 1))
        else:
            yield style(_seen(text, goes=sign == "-"), fg=colour, bold=True)


def _seen(text: str, *, goes: bool) -> str:
    """Of blanks that go or come, one must see which: two lines could look the same otherwise."""
    return (text.replace(" ", "·") if goes and text.isspace() else text).translate(_NO_BREAK)


def _short(text: str, *, first: bool, last: bool) -> str:
    """What is the same, without its midst; at an end of the line, without its end."""
    if len(text) <= 2 * _AROUND + 3:
        return text
    front, back = text[:_AROUND], text[-_AROUND:]
    return f"… {back}" if first else f"{front} …" if last else f"{front} … {back}"
