"""Control words that say how characters and paragraphs look from here on (RTF 1.9.1, "Document Text")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mailer.importing.sources.rich_text.state import State

_Act = Callable[[State, int | None], None]


def _switch(attribute: str) -> _Act:
    """On, unless its number is 0."""

    def act(state: State, number: int | None) -> None:
        setattr(state, attribute, number != 0)

    return act


def _value(attribute: str, highest: int) -> _Act:
    def act(state: State, number: int | None) -> None:
        setattr(state, attribute, max(0, min(number or 0, highest)))

    return act


def _moved(attribute: str) -> _Act:
    def act(state: State, number: int | None) -> None:
        setattr(state, attribute, number != 0)
        state.moved = number != 0

    return act


def _size(state: State, number: int | None) -> None:
    state.size = 24 if number is None else number


def _time(state: State, number: int | None) -> None:
    state.when = (number or 0) & 0xFFFFFFFF


def _level_line(state: State, _: int | None) -> None:
    state.raised = False


def _up(state: State, number: int | None) -> None:
    state.raised = number is None or number > 0


def _aligned(centred: bool) -> _Act:
    def act(state: State, _: int | None) -> None:
        state.centred = centred

    return act


PROPERTIES: Mapping[str, _Act] = MappingProxyType({
    "b": _switch("bold"), "i": _switch("italic"), "super": _switch("raised"), "nosupersub": _level_line,
    "sub": _level_line, "dn": _level_line, "up": _up, "v": _switch("hidden"), "strike": _switch("struck"),
    "striked": _switch("struck"), "revised": _switch("inserted"), "deleted": _switch("deleted"),
    "mvf": _moved("deleted"), "mvt": _moved("inserted"), "revauth": _value("author", 10_000),
    "revauthdel": _value("author", 10_000), "mvauth": _value("author", 10_000), "revdttm": _time, "revdttmdel": _time,
    "mvdate": _time, "plain": lambda state, _: state.plain(), "pard": lambda state, _: state.new_paragraph(),
    "qc": _aligned(True), "ql": _aligned(False), "qr": _aligned(False), "qj": _aligned(False),
    "outlinelevel": _value("outline", 9), "s": _value("style", 10_000), "ilvl": _value("level", 8),
    "fs": _size, "cf": _value("colour", 10_000),
    **dict.fromkeys(("cb", "chcbpat", "highlight", "cbpat", "clcbpat"), _value("behind", 10_000)),
    "intbl": _switch("in_table"), "uc": _value("fallback", 20),
})  # fmt: skip
"""By control word: what it does to the state, given its number."""
