"""A document that is a zip file of XML parts (Word's, OpenDocument's), read within limits.

A zip of a kilobyte may unpack to gigabytes, and XML may grow once more where a tree is made of it. So a part passes
through expat block by block while it is unpacked, and what it has is counted there; only what has passed becomes a
tree. A document type is refused, and with it every entity: none is in such a document. Nothing is ever unpacked to a
disk, so that a part's name can lead nowhere.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from posixpath import normpath
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from lxml import etree

LARGEST_FILE = 64 << 20
"""Bytes of the file itself."""
MOST_PARTS = 5_000
LARGEST_PART = 16 << 20
"""Bytes that one part of XML may unpack to."""
MOST_XML = 32 << 20
"""Bytes that all of them may unpack to, of those that are read."""
MOST_TAGS = 100_000
"""Elements in all of them: a tree of them takes memory for each."""
DEEPEST = 120
"""Elements within each other."""

SAVE_AGAIN = "open it in the program that made it and save it again"
COPY_TEXT = "copy the text into a new document and import that"

_BLOCK = 1 << 16
_WHAT_ZIPFILE_RAISES = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, LookupError, struct.error, zlib.error,
    NotImplementedError,
)  # fmt: skip
"""For a directory or a stream that lies."""


class PackageFault(ValueError):
    """A document can't be read.

    Args:
        message: what is wrong with it, without a full stop.
        hint: what to do about it.
    """

    def __init__(self, message: str, hint: str = SAVE_AGAIN) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def too_large(what: str) -> PackageFault:
    """The document goes over one of our limits, which `what` says."""
    return PackageFault(f"too large to be read safely: {what}", COPY_TEXT)


class Package:
    """The parts of a document, by name. What one instance reads counts together.

    Args:
        content: of the file.

    Raises:
        PackageFault: it is no zip, or its directory goes over a limit.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) > LARGEST_FILE:
            raise too_large(f"the file has more than {LARGEST_FILE >> 20} MB")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _WHAT_ZIPFILE_RAISES:
            raise PackageFault("the file is damaged: it can't be unpacked") from None
        entries = self._zip.infolist()
        if len(entries) > MOST_PARTS:
            raise too_large(f"it consists of more than {MOST_PARTS:,} files")
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            # Names of parts differ in more than case: which of two would the other program show?
            if self._parts.setdefault(entry.filename.lower().lstrip("/"), entry) is not entry:
                raise PackageFault(f"the file is damaged: “{entry.filename}” is in it twice")
        self._left, self._tags = MOST_XML, MOST_TAGS

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    @property
    def names(self) -> tuple[str, ...]:
        """Of all parts, as the file says them."""
        return tuple(entry.filename.lstrip("/") for entry in self._parts.values())

    def content(self, part: str, largest: int, limit: str = "") -> bytes:
        """A part as it is.

        Args:
            largest: bytes that it may unpack to.
            limit: the limit that is broken where it unpacks to more.

        Raises:
            PackageFault: it isn't there, is damaged, or larger.
        """
        return b"".join(self._blocks(part, largest, limit))

    def xml(self, part: str) -> bytes:
        """A part of XML that has been counted: a tree of it is safe.

        Raises:
            PackageFault: it isn't there, is damaged, or goes over a limit.
        """
        counted = _Counted(part, self)
        kept = []
        try:
            for block in self._blocks(part, LARGEST_PART):
                self._left -= len(block)
                if self._left < 0:
                    raise too_large(f"its text unpacks to more than {MOST_XML >> 20} MB")
                counted.parser.Parse(block, False)
                kept.append(block)
            counted.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise PackageFault(f"the file is damaged: “{part}” can't be read ({error})") from None
        return b"".join(kept)

    def tree(self, part: str) -> etree._Element:
        """A part of XML as a tree, without comments and processing instructions.

        Raises:
            PackageFault: it isn't there, is damaged, or goes over a limit.
        """
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(self.xml(part), parser)
        except etree.XMLSyntaxError as error:
            raise PackageFault(f"the file is damaged: “{part}” can't be read ({error.msg})") from None

    def tag(self) -> None:
        """One more element was read.

        Raises:
            PackageFault: that was one too many.
        """
        self._tags -= 1
        if self._tags < 0:
            raise too_large(f"it has more than {MOST_TAGS:,} elements")

    def _blocks(self, part: str, largest: int, limit: str = "") -> list[bytes]:
        entry = self._parts.get(part.lower())
        if entry is None:
            raise PackageFault(f"the file is damaged: “{part}” is not in it")
        if entry.flag_bits & 1:
            raise PackageFault("it has a password", "open it, remove the password and save it again")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # No other is allowed (ECMA-376-2 §7.3.5), and an LZMA dictionary alone may ask for 4 GB.
            raise PackageFault("the file is packed in a way that no word processor uses")
        blocks, left = [], largest
        try:
            with self._zip.open(entry) as file:
                while block := file.read(_BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise too_large(limit or f"“{part}” unpacks to more than {largest >> 20} MB")
                    blocks.append(block)
        except PackageFault:
            raise
        except _WHAT_ZIPFILE_RAISES as error:
            raise PackageFault(f"the file is damaged: “{part}” can't be read ({error})") from None
        return blocks


class _Counted:
    """What expat sees of a part."""

    def __init__(self, part: str, package: Package) -> None:
        self.parser = expat.ParserCreate()
        self._part, self._package, self._depth = part, package, 0
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, *_: object) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise too_large(f"its elements are nested more than {DEEPEST} deep")
        self._package.tag()

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _doctype(self, *_: object) -> None:
        raise PackageFault(f"“{self._part}” declares entities, which no word processor does")


def joined(folder: str, target: str) -> str:
    """The name of a part that is named in another: relative to that one's folder, or from the top."""
    path = target if target.startswith("/") else f"/{folder}/{target}"
    return normpath(path.replace("\\", "/")).lstrip("/")
