"""The XML of one part of an Office file, element by element: by expat, and the plain of it past expat.

expat calls Python twice for each element, which is what reading a workbook takes its time for. Nearly all of a workbook
is elements of one name, one after the other, in the one form that the program at hand writes. So where expat has just
come to the end of one, whatever follows may be read by another who knows that form and nothing else (`Plain`); what he
does not know goes to expat, which sees a document with some elements fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from mailer.press.list_files.workbooks.refused import PackageError, too_large

DEEPEST = 64
"""Elements within each other; expat needs memory for each that is open."""
LONGEST_TAG = 1 << 20
"""Bytes of a tag or comment, which expat keeps until its end; also of a plain element."""
MOST_NAMES = 10_000
"""Different names of elements and attributes, which expat never forgets."""

_NO_CHARACTERS = ("\ufffe", "\uffff")

_Start = Callable[[dict[str, str]], None]
_Text = Callable[[str], None]
_End = Callable[[], None]
_Callbacks = tuple[_Start | None, _Text | None, _End | None]


@dataclass(frozen=True, slots=True)
class Plain:
    """Elements that may be read without expat.

    Attributes:
        name: theirs, such as `row`.
        around: how many elements are open around one.
        take: reads elements of a text from a position on, and returns where it came to: the text's end, or the
            first that it does not know. It may know only what is well-formed, without references, and without
            characters below a blank.
    """

    name: str
    around: int
    take: Callable[[str, int], int]


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is called while a part is read, by an element's name without its prefix.

    Attributes:
        starts: with its attributes.
        texts: at its end, with its text; for elements that have no others within.
        ends: at its end.
        longest_text: characters that one of `texts` may have.
        characters: with each piece of text outside of `texts`.
        plain: elements for which nothing of this is called where they are plain.
    """

    starts: Mapping[str, _Start]
    texts: Mapping[str, _Text] = field(default_factory=dict)
    ends: Mapping[str, _End] = field(default_factory=dict)
    longest_text: int = 0
    characters: _Text | None = None
    plain: Plain | None = None


class XmlPart:
    """A part as it is read. Bytes go in, and handlers are called.

    Args:
        part: its name, for what is said of it.
        parsed: is given all that expat is about to have.
    """

    def __init__(self, part: str, handlers: Handlers, parsed: Callable[[bytes], None]) -> None:
        self._part = part
        self._parsed = parsed
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate(intern=self._names)
        self._elements = _Elements(self._parser, handlers)
        self._plain = handlers.plain
        self._closing = f"</{handlers.plain.name}>" if handlers.plain else ""
        self._fed = 0
        self._waiting = b""
        self._unknown = 1

    def feed(self, block: bytes) -> None:
        """The next bytes.

        Raises:
            PackageError: a limit is exceeded; also what handlers raise.
            expat.ExpatError: this is not XML.
        """
        if self._plain is None:
            self._parse(block)
            return
        closing = self._closing.encode()
        if not self._resting():
            end = block.find(closing) + len(closing)
            if end < len(closing):
                self._parse(block)
                return
            self._parse(block[:end])
            block = block[end:]
            if not self._resting():
                self._parse(block)
                return
        content = self._waiting + block
        end = content.rfind(closing) + len(closing)
        if end < len(closing):
            self._waiting = content
            if len(content) > LONGEST_TAG:
                self._give_up(b"")
            return
        self._waiting = content[end:]
        self._known(content[:end])

    def close(self) -> None:
        """There are no more.

        Raises:
            expat.ExpatError: there should be.
        """
        self._give_up(b"")
        self._parser.Parse(b"", True)

    def _known(self, content: bytes) -> None:
        """Whole elements, or something that ends like one."""
        assert self._plain is not None
        try:
            text = content.decode()
        except UnicodeDecodeError:
            self._give_up(content)
            return
        if not text.isascii() and any(character in text for character in _NO_CHARACTERS):
            self._give_up(content)
            return
        at = 0
        while (now := self._plain.take(text, at)) < len(text):
            # Where little is plain, ever more goes to expat at once.
            self._unknown = 1 if now > at else self._unknown * 2
            at = text.find(self._closing, now + self._unknown - 1) + len(self._closing)
            at = at if at >= len(self._closing) else len(text)
            self._parse(text[now:at].encode())
            if not self._resting():
                self._give_up(text[at:].encode())
                return

    def _resting(self) -> bool:
        """Whether expat has just come to the end of such an element, among others of its kind."""
        return (
            self._plain is not None
            and self._elements.utf8
            and self._elements.depth == self._plain.around
            and self._elements.plain_ended + len(self._closing) == self._fed
        )

    def _give_up(self, content: bytes) -> None:
        content, self._waiting = content + self._waiting, b""
        if content:
            self._parse(content)

    def _parse(self, content: bytes) -> None:
        self._parsed(content)
        self._fed += len(content)
        self._parser.Parse(content, False)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > LONGEST_TAG or len(self._names) > MOST_NAMES:
            raise too_large(f"“{self._part}” contains something that no Office program writes")


class _Elements:
    """What expat calls: dispatch by local name, depth, and the text of the elements that are asked for.

    Attributes:
        depth: elements that are open.
        plain_ended: byte at which the tag began that ended the last element of `Handlers.plain`'s name.
        utf8: whether the part is, as far as it says.
    """

    def __init__(self, parser: expat.XMLParserType, handlers: Handlers) -> None:
        self._parser = parser
        self._handlers = handlers
        self._found: dict[str, _Callbacks] = {}
        self._pieces: list[str] = []
        self._length = 0
        self._plain = handlers.plain.name if handlers.plain else ""
        self.depth = 0
        self.plain_ended = -1 << 40
        self.utf8 = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declared
        parser.CharacterDataHandler = handlers.characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise too_large(f"its elements are nested more than {DEEPEST} deep")
        start, text, _ = self._found.get(name) or self._look_up(name)
        if start is not None:
            start(attributes)
        if text is not None:
            self._pieces.clear()
            self._length = 0
            self._parser.CharacterDataHandler = self._characters

    def _look_up(self, name: str) -> _Callbacks:
        local, all_ = name.rpartition(":")[2], self._handlers
        callbacks = (all_.starts.get(local), all_.texts.get(local), all_.ends.get(local))
        return self._found.setdefault(name, callbacks)

    def _characters(self, data: str) -> None:
        self._length += len(data)
        if self._length > self._handlers.longest_text:
            raise too_large(f"a cell has more than {self._handlers.longest_text:,} characters")
        self._pieces.append(data)

    def _end(self, name: str) -> None:
        self.depth -= 1
        _, text, end = self._found[name]
        if text is not None:
            self._parser.CharacterDataHandler = self._handlers.characters
            text("".join(self._pieces))
        if end is not None:
            end()
        if name == self._plain:
            self.plain_ended = self._parser.CurrentByteIndex

    def _doctype(self, *_: object) -> None:
        raise PackageError("it declares entities, which no Office program does")

    def _declared(self, _: str, encoding: str | None, __: int) -> None:
        self.utf8 = encoding is None or encoding.lower() == "utf-8"
