"""Rich text read token by token: what each group and control word does to what is being read."""

from __future__ import annotations

import re

from mailer.importing.document import Block, Run
from mailer.importing.sources.addresses import link_of
from mailer.importing.sources.rich_text import words_known as known
from mailer.importing.sources.rich_text.code_pages import CodePages, Unicode
from mailer.importing.sources.rich_text.container import Container
from mailer.importing.sources.rich_text.found import Found
from mailer.importing.sources.rich_text.properties import PROPERTIES
from mailer.importing.sources.rich_text.state import State, when_said
from mailer.importing.sources.rich_text.tokens import Token

_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:\\[a-z]\s+)*"?([^"\s]+)"?', re.IGNORECASE)
_ANCHOR = re.compile(r"\s*HYPERLINK\s+\\l\b", re.IGNORECASE)
_TINY = 4
"""Half-points."""
_NUMBER_OF_PAGE = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)


class Reader:
    """Takes tokens.

    Args:
        found: takes what is found besides the text.
        styles: names of the document's styles, by number.
        white: numbers of the colours that nobody sees on paper.
    """

    def __init__(self, found: Found, styles: dict[int, str], white: frozenset[int] = frozenset()) -> None:
        self._white = white
        self._found, self._styles = found, styles
        self._places = found.places
        self._state = State()
        self._stack: list[State] = []
        self._containers = [Container("text", self._places, styles)]
        self._bytes = bytearray()
        self._skip = 0
        """Characters that stand for a `\\u` before them."""
        self._unicode, self._pages = Unicode(), CodePages()
        self._gathered: dict[str, list[str]] = {}
        self._instructions: list[str] = []
        self._head = False

    def take(self, token: Token) -> None:
        """Reads one token."""
        kind = token.kind
        if kind == "text":
            self._take_bytes(token)
            return
        self._flush()
        if kind == "open":
            self._skip = 0
            self._stack.append(self._state)
            self._state = self._state.inner()
        elif kind == "close":
            self._skip = 0
            self._close()
        elif kind == "binary":
            if self._state.destination == "pict":
                self._found.picture_bytes(token.content)
        elif self._skip and (token.name in known.CHARACTERS or (kind == "symbol" and token.name != "*")):
            self._skip -= 1
        elif kind == "word":
            self._word(token.name, token.number)
        else:
            self._symbol(token.name)

    def finish(self) -> tuple[Block, ...]:
        """The blocks of the text, when all tokens were taken."""
        self._flush()
        while len(self._containers) > 1:  # the file was cut off
            self._end_container()
        return self._containers[0].finish(self._state)

    # Text

    def _take_bytes(self, token: Token) -> None:
        content = token.content
        if self._state.destination == "pict" and not token.name:
            self._found.picture_digits(content)
            return
        if self._skip:
            dropped = min(self._skip, len(content))
            self._skip -= dropped
            content = content[dropped:]
        if self._state.destination != "skip":
            self._bytes += content

    def _flush(self) -> None:
        if not self._bytes:
            return
        content, self._bytes = bytes(self._bytes), bytearray()
        self._text(self._pages.decoded(content, self._state.code_page))

    def _text(self, text: str) -> None:
        state, found = self._state, self._found
        if state.destination == "skip":
            return
        if state.destination == "listtext":
            self._containers[-1].mark += text
        elif state.destination:
            self._gathered.setdefault(state.destination, []).append(text)
        elif state.hidden or self._is_unseen(state):
            found.hidden(text)
        elif state.deleted or state.struck:
            found.change("move" if state.moved else "deletion", text, state.author, when_said(state.when))
        else:
            if state.inserted:
                found.change(
                    "move" if state.moved else "insertion", text, state.author, when_said(state.when)
                )
            elif text.strip():
                found.unmarked()
            self._containers[-1].text.add(state.run(text))

    def _is_unseen(self, state: State) -> bool:
        """Whether letters are white on the paper, or too small for anybody to read."""
        return state.size <= _TINY or (state.colour in self._white and not state.behind)

    def _mark(self, mark: str) -> None:
        if self._state.destination == "listtext":
            self._containers[-1].mark += mark
        elif not self._state.destination and not (self._state.hidden or self._state.deleted):
            self._containers[-1].text.mark(mark, self._state.run(""))
        else:
            self._text(" ")

    # Groups

    def _open(self, name: str) -> None:
        """A destination: what follows in this group is not text, or text of its own."""
        state = self._state
        if state.destination == "skip":
            return
        if name in known.CONTAINERS:
            kind = known.CONTAINERS[name]
            key = self._found.new_note() if kind == "note" else ""
            if key:
                self._containers[-1].text.add(Run("", raised=True, note=key))
            self._containers.append(Container(kind, self._places, self._styles, key))
            state.destination, state.opened = "", name
            state.plain()
            state.new_paragraph()
            state.href = ""
        elif name in known.GATHERED:
            destination = "listtext" if name in ("listtext", "pntext") else name
            state.destination = state.opened = destination
            self._gathered.pop(destination, None)
            if name == "pict":
                self._found.begin_picture()
        elif name == "field":
            self._instructions.append("")
            state.opened = name
        elif name == "fldrslt" and self._instructions:
            instruction = self._instructions[-1]
            if _NUMBER_OF_PAGE.match(instruction):
                state.destination = "skip"
            elif not _ANCHOR.match(instruction) and (match := _HYPERLINK.match(instruction)):
                link = link_of(match[1])
                self._found.remark(link.remark)
                state.href = link.address
        elif name == "ud" and state.destination == "upr":
            state.destination = ""

    def _close(self) -> None:
        opened, closed = self._state.opened, self._state
        said = " ".join("".join(self._gathered.get(opened, ())).split()) if opened else ""
        if self._stack:
            self._state = self._stack.pop()
        if opened in known.CONTAINERS:
            self._end_container(closed)
        elif opened == "fldinst":
            if self._instructions:
                self._instructions[-1] = "".join(self._gathered.get("fldinst", ()))
        elif opened == "field":
            self._instructions = self._instructions[:-1]
        elif opened == "pict":
            self._containers[-1].figure(self._found.end_picture())
        elif opened in ("sn", "sv"):
            self._found.property(opened, said)
        elif opened in ("atnid", "atnauthor", "atndate"):
            self._found.comment_head(opened, said)
        elif closed.destination == "revtbl" and opened != "revtbl" and self._state.destination == "revtbl":
            self._found.authors.append(
                " ".join("".join(self._gathered.pop("revtbl", ())).split()).rstrip(";")
            )

    def _end_container(self, state: State | None = None) -> None:
        container = self._containers.pop()
        self._found.container(container, container.finish(state or State()))

    # Control words

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._state.starred = True
        elif symbol in "\r\n":
            self._containers[-1].end_paragraph(self._state) if not self._state.destination else None
        elif symbol == "\t":
            self._mark("\t")
        elif symbol in known.SYMBOLS:
            self._text(known.SYMBOLS[symbol])

    def _word(self, name: str, number: int | None) -> None:
        state = self._state
        starred, state.starred = state.starred, False
        if name == "object" and state.destination != "skip":
            self._found.remark(
                "What another program put into the document (a workbook, a chart) was left out."
            )
        if name in known.UNREAD or (
            starred
            and name not in known.CONTAINERS
            and name not in known.GATHERED
            and name not in known.READ_THROUGH
        ):
            state.destination = "skip"
        elif name in known.CONTAINERS or name in known.GATHERED or name in known.READ_THROUGH:
            self._open(name)
        elif state.destination == "skip":
            return
        elif name == "u" and number is not None:
            self._skip = state.fallback
            self._text(self._unicode.character(number))
        elif name in known.CHARACTERS:
            self._text(known.CHARACTERS[name])
        elif name == "tab":
            self._mark("\t")
        elif name in known.LINE_ENDS:
            self._mark("\n")
        elif name in known.PARAGRAPH_ENDS or name in ("cell", "nestcell", "row", "trowd", "trhdr"):
            if not state.destination:
                self._ends(name)
        elif state.destination == "fonttbl":
            self._pages.declare(name, number)
        elif (act := PROPERTIES.get(name)) is not None:
            act(state, number)
        else:
            self._of_document(name, number)

    def _ends(self, name: str) -> None:
        container, state = self._containers[-1], self._state
        if name == "cell":
            container.end_cell(state)
        elif name == "row":
            container.end_row(head=self._head)
            self._head = False
        elif name == "trhdr":
            self._head = True
        elif name == "trowd":
            self._head = False
        else:
            container.end_paragraph(state)

    def _of_document(self, name: str, number: int | None) -> None:
        if name == "f" and number is not None:
            self._state.code_page = self._pages.of_font(number)
        elif name == "deflang" and number:
            self._found.language = number
        elif len(self._stack) == 1:
            self._pages.declare(name, number)
