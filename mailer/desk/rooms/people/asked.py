"""What a page of a list is asked for, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from mailer.desk.rooms.people.reading.rows import Wanted
from mailer.press.clean_text import folded

PAGE = 50
"""Rows of a page."""
SHOWN = ("people", "problems", "left-out", "proposals")
LONGEST_QUESTION = 200
"""Characters of words to search for; no name is longer."""


def words_of(text: str) -> tuple[str, ...]:
    """The words that somebody searches for, as a roll keeps them."""
    return tuple(folded(text[:LONGEST_QUESTION]).split())


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a list.

    Attributes:
        path: of the address.
        show: one of `SHOWN`.
        words: as they were typed.
        marks: key and value of each filter.
        kind: of problem, or "".
        page: from 1.
        line: a row that is looked at by itself, or 0.
    """

    path: str
    show: str = SHOWN[0]
    words: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    page: int = 1
    line: int = 0

    @property
    def wanted(self) -> Wanted:
        return Wanted(words_of(self.words), self.marks, self.kind)

    @property
    def filtered(self) -> bool:
        return bool(self.words.strip() or self.marks or self.kind)

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE

    def marked(self, key: str) -> str:
        """What is filtered by under this key, or ""."""
        return dict(self.marks).get(key, "")

    def link(self, *, show: str | None = None, page: int = 1, kind: str | None = None) -> str:
        """The address of another page of this list, with the same filters where they mean something there."""
        there = self.show if show is None else show
        kind = (self.kind if there == self.show else "") if kind is None else kind
        said = [("show", there if there != SHOWN[0] else ""), ("q", self.words), ("kind", kind)]
        said += self.marks if there == SHOWN[0] else ()
        said += [("page", str(page) if page > 1 else "")]
        query = urlencode([(name, value) for name, value in said if value])
        return f"{self.path}?{query}" if query else self.path


def asked_of(request: Request) -> Asked:
    """What a page's address asks for; what is odd in it counts for nothing."""
    said = request.query_params
    marks = [(key, value) for key, value in said.multi_items()
             if value and (key in ("language", "outlet", "tag") or key.startswith("c."))]  # fmt: skip
    show = said.get("show", "")
    return Asked(
        request.url.path,
        show if show in SHOWN else SHOWN[0],
        said.get("q", "")[:LONGEST_QUESTION],
        tuple(marks),
        said.get("kind", ""),
        _number(said.get("page", ""), 1),
        _number(said.get("line", ""), 0),
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 8 and int(text) else otherwise
