"""An Office file as its parts (Open Packaging Conventions, ECMA-376-2), each streamed within limits.

A zip of a kilobyte may unpack to gigabytes, and XML may grow once more where a tree is made of it. So no part
is unpacked as a whole and no tree is built: parts pass through expat block by block, and what they have is
counted while they do. A document type is refused, and with it every entity: none is in an Office file.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from posixpath import join, normpath, split
from xml.parsers import expat

from mailer.press.list_files.workbooks.refused import PackageError, has_password, too_large
from mailer.press.list_files.workbooks.xml_part import Handlers, XmlPart

LARGEST_FILE = 32 << 20
"""Bytes of the file itself: its directory is read as a whole."""
MOST_PARTS = 10_000
UNPACKED = 128 << 20
"""Bytes that parts may unpack to, over all that is read of the file."""
SMALL_PART = 16 << 20
"""Bytes of a part that is remembered rather than passed on: styles, names of sheets, relationships."""
MOST_TAGS = 6_000_000
"""Over all that is read of the file; without those of `Plain` elements, which take a tenth of the time."""

_BLOCK = 1 << 16
NOT_A_WORKBOOK = "this is not an Excel workbook (.xlsx), or it is damaged"

_WHAT_ZIPFILE_RAISES = (OSError, EOFError, ValueError, RuntimeError, LookupError, struct.error, zlib.error)
"""Besides its own BadZipFile, for a directory or a stream that lies."""


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
        self._tags = self._most_tags = MOST_TAGS
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

    def allow_tags(self, number: int) -> None:
        """Sets how many tags may be read, where it is another number than `MOST_TAGS`."""
        self._tags = self._most_tags = number

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
        xml, fed = XmlPart(part, handlers, self._parsed), 0
        try:
            with self._zip.open(entry) as file:
                while block := file.read(_BLOCK):
                    fed += len(block)
                    self._count(block, fed, largest)
                    xml.feed(block)
                    yield
                xml.close()
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
            raise has_password()
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
        if self._left < 0:
            raise too_large(f"it unpacks to more than {UNPACKED >> 20} MB")

    def _parsed(self, content: bytes) -> None:
        """expat is about to have this."""
        self._tags -= content.count(b"<")
        if self._tags < 0:
            raise too_large(f"it has more than {self._most_tags:,} tags")
