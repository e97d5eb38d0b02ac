"""Columns that say who may be mailed: found by the words of their header, and asked about where those don't decide.

Every tool has a name of its own for the same fact (`Unsubscribed from all email`, `HasOptedOutOfEmail`, `CLEAN_TIME`,
`EMAIL_BLACKLISTED`), so a header is told by a phrase in it. What sounds like such a column and isn't understood is
never guessed at: nobody of the list is mailed until staff have said what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Literal

from mailer.errors import Fault
from mailer.press.clean_text import shortened
from mailer.press.list_files.cell_values import NEVER, NO, YES, activity, opted_out, word_of
from mailer.press.list_files.words import headers, phrases, plain, spaced, table
from mailer.press.reasons import Reason

Kind = Literal["", "opted_out", "status", "consent", "perhaps_out", "perhaps_status", "ask"]
"""What a header says about mailing: "" nothing; the last three, that its cells or staff must decide. The last two stay
where no cell of the sample does: one further down may."""

GATES: tuple[Kind, ...] = ("status", "consent", "opted_out")
"""What a column that says who may be mailed can be; a list may have several."""

LONGEST_HEADER = 200
"""Characters: what is longer names no column."""

_EXACT: dict[str, Kind] = {plain(word): role for role in GATES for word in headers()[role]}
_PHRASES = {name: phrases(lines) for name, lines in table("gates").items()}
_IN_ORDER: tuple[Kind, ...] = ("opted_out", "perhaps_out", "status", "consent", "perhaps_status", "ask")
_DATE = re.compile(
    r"(?:19|20)\d\d$|(?=.{6,40}$).*(?:\b(?:19|20)\d\d\b|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|(?:19|20)\d{6}|\d{4}年).*"
)
_NO_CONTACT = re.compile(r"\b(?:not|never|t|dont) (?:\w+ ){0,2}contact\b(?! (?:by|via|on|per)\b)")
"""Where a phone stands beside it, `Do not call or contact` still means mail; `Do not contact by phone` does not."""
_MOST_SHOWN = 4


@lru_cache(maxsize=4096)
def gate_of(header: str) -> Kind:
    """What a header says about who may be mailed."""
    if len(header) > LONGEST_HEADER:
        return ""
    exact = _EXACT.get(plain(header))
    if exact:
        return exact
    words = spaced(header)
    if not words or _PHRASES["harmless"].search(words):
        return ""
    kind: Kind = next((kind for kind in _IN_ORDER if _PHRASES[kind].search(words)), "")
    if kind in ("status", "consent", "ask") and _PHRASES["negated"].search(words):
        kind = "ask"
    if kind and _PHRASES["elsewhere"].search(words) and not _PHRASES["mail"].search(words):
        return "ask" if _NO_CONTACT.search(words) else ""
    return kind


def dated(text: str) -> bool:
    """Whether a cell holds a date: when somebody opted in, or out."""
    return _DATE.match(text) is not None


def _yes_no_or_date(text: str) -> bool:
    word = word_of(text)
    return word in YES or word in NO or word in NEVER or dated(text)


def _status(text: str) -> bool:
    words = spaced(text)
    says_out = _PHRASES["opted_out"].search(words) and not _PHRASES["harmless"].search(words)
    return activity(text) is not None or bool(says_out)


def says_out(words: str, *, outright: bool = False) -> bool:
    """Whether words beside an address, `(unsubscribed)` or `left in May`, say that its person is not to be mailed.

    Args:
        outright: only if they can't be a name: somebody writes for Left Foot Forward.
    """
    words = words[:LONGEST_HEADER]
    if outright:
        return _PHRASES["opted_out"].search(spaced(words)) is not None
    found = any(_PHRASES[kind].search(spaced(words)) for kind in ("opted_out", "perhaps_out"))
    return found or activity(words.strip(" -–—|/.,;:!()[]<>\"'“”") or "?") is False


def consents(text: str) -> bool | None:
    """Whether the cell of a consent column gives it; None where it says neither. Nothing is no consent."""
    active = activity(text) if text else False
    return True if active is None and dated(text) else active


@lru_cache(maxsize=1024)
def why_out(kind: str, value: str) -> tuple[Reason | None, str]:
    """Why nobody is mailed whose column of that kind has this cell, if so, and a remark about the cell."""
    if kind == "opted_out":
        return (Reason.OPTED_OUT if opted_out(value) else None), ""
    if kind == "perhaps_status":
        return (
            Reason.NOT_ACTIVE if len(value) > 3 and _status(value) and activity(value) is not True else None
        ), ""
    if kind == "ask":
        return Reason.NOT_ACTIVE, " (not known to mean active)"
    active = activity(value) if kind == "status" else consents(value)
    if active:
        return None, ""
    return Reason.NOT_ACTIVE, "" if active is False else " (not known to mean active)"


_UNDERSTOOD: dict[Kind, Callable[[str], bool]] = {
    "perhaps_out": _yes_no_or_date,
    "consent": lambda text: consents(text) is not None,
    "status": _status,
}


def read_gate(header: str, values: Sequence[str]) -> tuple[Kind, str]:
    """What a column is, by its header and its filled cells, and what is to be asked about it, or "".

    Cells that are not understood where others are say no: such a person is left out, and named.
    """
    kind = gate_of(header)
    if kind in ("", "opted_out"):
        return kind, ""
    understood = _UNDERSTOOD.get(kind)
    if kind == "perhaps_out" and understood and all(map(understood, values)):
        return "opted_out", ""
    if kind == "status" and not values:
        return kind, ""
    if kind == "perhaps_status":
        return ("status" if any(len(value) > 3 and _status(value) for value in values) else kind), ""
    if kind in ("status", "consent") and understood and any(map(understood, values)):
        return kind, ""
    return (kind, "") if kind == "ask" and not values else (kind, _seen(values))


def _seen(values: Collection[str]) -> str:
    kinds = list(dict.fromkeys(values))
    if not kinds:
        return "it is empty"
    shown = ", ".join(f"“{shortened(value, 30)}”" for value in kinds[:_MOST_SHOWN])
    return f"it holds {shown}" + (" …" if len(kinds) > _MOST_SHOWN else "")


def question(header: str, number: int, seen: str, where: tuple[str, int], how: str) -> Fault:
    """The question about a column that sounds as if it said who may be mailed.

    Args:
        number: of the column, from 1.
        seen: what it holds.
        where: path and line of the header.
        how: how to answer, from `Answers.how`.
    """
    message = (
        f"does “{shortened(header)}” (column {number}) say who may be mailed? {seen[:1].upper()}{seen[1:]}"
    )
    return Fault(*where, message, how)
