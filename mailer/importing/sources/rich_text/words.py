"""Every visible word of rich text, one after the other, without blocks or looks."""

from __future__ import annotations

from mailer.importing.sources.rich_text.code_pages import CodePages, Unicode
from mailer.importing.sources.rich_text.tokens import tokens
from mailer.importing.sources.rich_text.words_known import (
    CHARACTERS,
    CONTAINERS,
    GATHERED,
    READ_THROUGH,
    SYMBOLS,
    UNREAD,
)

_APART = frozenset(("par", "line", "tab", "cell", "row", "sect", "page", "column", "lbr", "nestcell"))
_ON_OFF = {"v": "hidden", "deleted": "deleted", "strike": "struck", "striked": "struck", "mvf": "deleted"}


def words_of(content: bytes) -> str:
    """The words of all that is shown: text, notes, page heads, boxes; no comments, nothing deleted or hidden."""
    return " ".join("".join(_Words(content).parts).split())


class _Words:
    """A stack of what holds: whether text is shown, what hides it, its code page."""

    def __init__(self, content: bytes) -> None:
        self.parts: list[str] = []
        self._pages, self._unicode = CodePages(), Unicode()
        self._stack: list[tuple[bool, frozenset[str], str, int]] = []
        self._shown, self._off, self._page, self._fallback = True, frozenset[str](), "", 1
        self._starred = False
        self._skip = 0
        self._instruction: list[bytes] | None = None
        """What the field that is being read inserts, while it says so."""
        pending = bytearray()
        for kind, name, number, piece in tokens(content):
            if kind == "text":
                dropped = min(self._skip, len(piece))
                self._skip -= dropped
                pending += piece[dropped:]
                continue
            if pending:
                self._add(bytes(pending))
                pending.clear()
            if kind in ("open", "close"):
                self._skip = 0
                self._brace(opens=kind == "open")
            elif self._skip and (name in CHARACTERS or (kind == "symbol" and name != "*")):
                self._skip -= 1
            elif kind == "word":
                self._word(name, number)
            elif kind == "symbol":
                self._symbol(name)

    def _brace(self, *, opens: bool) -> None:
        if opens:
            self._stack.append((self._shown, self._off, self._page, self._fallback))
        elif self._stack:
            self._shown, self._off, self._page, self._fallback = self._stack.pop()
        self._starred = False

    def _add(self, content: bytes) -> None:
        if self._instruction is not None:
            self._instruction.append(content)
        if self._shown and not self._off:
            self.parts.append(self._pages.decoded(content, self._page))

    def _put(self, text: str) -> None:
        if self._shown and not self._off:
            self.parts.append(text)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        else:
            self._put(SYMBOLS.get(symbol, " " if symbol in "\r\n\t" else ""))

    def _word(self, name: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if name in CONTAINERS:
            self._shown = self._shown and name != "annotation"
            self._off = frozenset()
            self._put(" ")
        elif name == "fldinst":
            self._instruction, self._shown = [], False
        elif name == "fldrslt":
            said, self._instruction = b"".join(self._instruction or ()), None
            self._shown = self._shown and not said.strip().upper().startswith((b"PAGE", b"NUMPAGES"))
        elif name == "ud" and len(self._stack) > 1:
            self._shown = self._stack[-2][0]  # as before the group that has both
        elif name in UNREAD or name in GATHERED or (starred and name not in READ_THROUGH):
            self._shown = False
        elif name in _ON_OFF:
            self._off = self._off - {_ON_OFF[name]} if number == 0 else self._off | {_ON_OFF[name]}
        elif name == "plain":
            self._off, self._page = frozenset(), ""
        elif name == "u" and number is not None:
            self._skip = self._fallback
            self._put(self._unicode.character(number))
        elif name in CHARACTERS or name in _APART:
            self._put(CHARACTERS.get(name, " "))
        elif name == "uc":
            self._fallback = max(0, min(number or 0, 20))
        else:
            self._pages.declare(name, number)
            if name == "f" and number is not None:
                self._page = self._pages.of_font(number)
