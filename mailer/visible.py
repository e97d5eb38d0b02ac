"""Foreign text made visible: what a server, a mail or a file says can't steer a terminal or turn a line around.

A reply that holds `ESC ] 0 ; …` would rename the window, `ESC [ 2 J` would clear it, a backspace would unwrite
what stands before it, and U+202E would show an address in reverse. None of that is text, so it is shown as what
it is: `\\x1b`, `\\x08`, `\\u202e`.
"""

from __future__ import annotations

_JOINERS = "\u200c\u200d"
"""Non-joiner and joiner: part of words in Persian and of many an emoji; they move nothing."""


def visible(text: str) -> str:
    """Text on one line in which each character can be seen.

    Line ends, tabs and odd blanks become a blank; controls, formatting marks, lone surrogates, private and
    unassigned characters become escapes.

    Args:
        text: anything that was not written by us.
    """
    if text.isprintable():  # nearly always
        return text
    return "".join(_seen(character) for character in text)


def _seen(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f\x85":
        return " "
    return character.encode("unicode_escape").decode("ascii")
