"""An Office file as its parts (Open Packaging Conventions, ECMA-376-2), each streamed within limits.

A zip of a kilobyte may unpack to gigabytes, and XML may grow once more where a tree is made of it. So no part
is unpacked as a whole and no tree is built: parts pass through expat block by block, and what they have is
counted while they do. A document type is refused, and with it every entity: none is in an Office file.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath, split
from xml.parsers import expat

LARGEST_FILE = 32 << 20
"""Bytes of the file itself: its directory is read as a whole."""
MOST_PARTS = 10_000
UNPACKED = 128 << 20
"""Bytes that parts may unpack to, over all that is read of the file."""
SMALL_PART = 16 << 20
"""Bytes of a part that is remembered rather than passed on: styles, names of sheets, relationships."""
MOST_TAGS = 8_000_000
"""Over all that is read of the file."""
DEEPEST = 64
"""Elements within each other; expat needs memory for each that is open."""
LONGEST_TAG = 1 << 20
"""Bytes of a tag or comment, which expat keeps until its end."""
MOST_NAMES = 10_000
"""Different names of elements and attributes, which expat never forgets."""

_BLOCK = 1 << 16
_SAVE_AGAIN = "open it and save it again as “Excel workbook (.xlsx)”"
NOT_A_WORKBOOK = "this is not an Excel workbook (.xlsx), or it is damaged"
SAVE_AS_CSV = "save the sheet as “CSV UTF-8” and use that"

_WHAT_ZIPFILE_RAISES = (OSError, EOFError, ValueError, RuntimeError, LookupError, struct.error, zlib.error)
"""Besides its own BadZipFile, for a directory or a stream that lies."""


_Start = Callable[[dict[str, str]], None]
_Text = Callable[[str], None]
_End = Callable[[], None]
_Callbacks = tuple[_Start | None, _Text | None, _End | None]


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is called while a part is read, by an element's name without its prefix.

    Attributes:
        starts: with its attributes.
        texts: at its end, with its text; for elements that have no others within.
        ends: at its end.
        longest_text: characters that one of `texts` may have.
    """

    starts: Mapping[str, _Start]
    texts: Mapping[str, _Text] = field(default_factory=dict)
    ends: Mapping[str, _End] = field(default_factory=dict)
    longest_text: int = 0


class PackageError(ValueError):
    """What is wrong with a file, for staff.

    Attributes:
        hint: what to do about it.
        line: row of a sheet, or 0.
    """

    def __init__(self, message: str, hint: str = _SAVE_AGAIN, line: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line


def too_large(what: str, line: int = 0) -> PackageError:
    """The file goes over one of our limits, which `what` says."""
    return PackageError(f"too large to be read safely: {what}", SAVE_AS_CSV, line)


class Package:
    """A zip file whose parts are streamed. What one instance reads counts together.

    Raises:
        PackageError: it is no zip, or its directory goes over a limit.
    """

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > LARGEST_FILE:
            raise too_large(f"the file is larger than {LARGEST_FILE >> 20} MB")
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, *_WHAT_ZIPFILE_RAISES):
            raise PackageError(NOT_A_WORKBOOK) from None
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._left = UNPACKED
        self._tags = MOST_TAGS
        try:
            self._take_in(self._zip.infolist())
        except PackageError:
            self.close()
            raise

    def _take_in(self, entries: Collection[zipfile.ZipInfo]) -> None:
        if len(entries) > MOST_PARTS:
            raise too_large(f"it consists of more than {MOST_PARTS:,} files")
        for entry in entries:
            # Names of parts differ in more than case: which of two would Excel show?
            if self._parts.setdefault(entry.filename.lower(), entry) is not entry:
                raise PackageError(f"the file is damaged: “{entry.filename}” is in it twice")

    def close(self) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Where a part's relationships lead: id → (the last word of the kind, part). Nothing outside the file."""
        found: dict[str, tuple[str, str]] = {}
        folder, name = split(part)
        relationships = join(folder, "_rels", f"{name}.rels")

        def take(attributes: dict[str, str]) -> None:
            if attributes.get("TargetMode") != "External":
                target = normpath(join("/", folder, attributes.get("Target", ""))).lstrip("/")
                found[attributes.get("Id", "")] = attributes.get("Type", "").rpartition("/")[2], target

        if relationships in self:
            self.read(relationships, Handlers({"Relationship": take}))
        return found

    def read(self, part: str, handlers: Handlers) -> None:
        """Reads a small part through.

        Raises:
            PackageError: it is damaged, or goes over a limit.
        """
        for _ in self.stream(part, handlers, SMALL_PART):
            pass

    def stream(self, part: str, handlers: Handlers, largest: int = UNPACKED) -> Iterator[None]:
        """Reads a part block by block; the caller takes what its handlers have found after each.

        Args:
            largest: bytes that this part may unpack to.

        Raises:
            PackageError: it is damaged, or goes over a limit; also what handlers raise.
        """
        entry = self._entry(part, largest)
        names: dict[str, str] = {}
        parser = expat.ParserCreate(intern=names)
        _Elements(parser, handlers)
        fed = 0
        try:
            with self._zip.open(entry) as file:
                while block := file.read(_BLOCK):
                    fed += len(block)
                    self._count(block, fed, largest)
                    parser.Parse(block, False)
                    if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TAG or len(names) > MOST_NAMES:
                        raise too_large(f"“{part}” contains something that no Office program writes")
                    yield
                parser.Parse(b"", True)
                yield
        except PackageError:
            raise
        except (zipfile.BadZipFile, expat.ExpatError, *_WHAT_ZIPFILE_RAISES) as error:
            raise PackageError(f"the file is damaged: “{part}” can't be read ({error})") from None

    def _entry(self, part: str, largest: int) -> zipfile.ZipInfo:
        entry = self._parts.get(part.lower())
        if entry is None:
            raise PackageError(f"the file is damaged: “{part}” is not in it")
        if entry.flag_bits & 1:
            raise PackageError("it has a password", "open it, remove the password and save it again")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # Conventions allow no other, and an LZMA dictionary alone may ask for 4 GB.
            raise PackageError("the file is packed in a way that no Office program uses")
        if entry.file_size > largest:
            raise too_large(f"“{part}” unpacks to more than {largest >> 20} MB")
        return entry

    def _count(self, block: bytes, fed: int, largest: int) -> None:
        if fed > largest:
            raise too_large(f"a part unpacks to more than {largest >> 20} MB")
        self._left -= len(block)
        self._tags -= block.count(b"<")
        if self._left < 0:
            raise too_large(f"it unpacks to more than {UNPACKED >> 20} MB")
        if self._tags < 0:
            raise too_large(f"it has more than {MOST_TAGS:,} tags")


class _Elements:
    """What expat calls: dispatch by local name, depth, and the text of the elements that are asked for."""

    def __init__(self, parser: expat.XMLParserType, handlers: Handlers) -> None:
        self._parser = parser
        self._handlers = handlers
        self._found: dict[str, _Callbacks] = {}
        self._pieces: list[str] = []
        self._depth = self._length = 0
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
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
        self._depth -= 1
        _, text, end = self._found[name]
        if text is not None:
            self._parser.CharacterDataHandler = None
            text("".join(self._pieces))
        if end is not None:
            end()

    def _doctype(self, *_: object) -> None:
        raise PackageError("it declares entities, which no Office program does")
