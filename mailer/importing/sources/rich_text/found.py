"""What is found in rich text besides its text: notes, margins, pictures, changes, comments."""

from __future__ import annotations

import binascii
import re
from typing import Literal, cast

from mailer.importing.document import Block, Figure, Leak, Margin, Picture
from mailer.importing.pictures import MOST_BYTES, PictureFault, taken_over
from mailer.importing.sources.rich_text.container import Container, Places
from mailer.importing.sources.shaping.every_run import paragraphs

_Kind = Literal["insertion", "deletion", "move", "hidden text"]


class Found:
    """Gathers it."""

    def __init__(self, *, accept_changes: bool) -> None:
        self.places = Places()
        self.notes: dict[str, tuple[Block, ...]] = {}
        self.margins: list[Margin] = []
        self.pictures: dict[str, Picture] = {}
        self.remarks: list[str] = []
        self.authors: list[str] = []
        self.language = 0
        self._accept = accept_changes
        self._changes: list[tuple[_Kind, int, str, str, list[str]]] = []
        self._open = False
        """Whether the last change may go on: no text stood behind it."""
        self._comments: list[Leak] = []
        self._comment: dict[str, str] = {}
        self._picture: list[bytes] = []
        self._size = 0
        self._name = self._alt = ""

    def remark(self, sentence: str) -> None:
        if sentence and sentence not in self.remarks:
            self.remarks.append(sentence)

    # Changes and comments

    def change(self, kind: str, text: str, author: int, when: str) -> None:
        """Words that were inserted or deleted; what follows by the same author belongs to the same change."""
        last = self._changes[-1] if self._changes else None
        if last and self._open and last[:2] == (kind, author) and last[3] == str(self.places):
            last[4].append(text)
        else:
            self._changes.append((cast(_Kind, kind), author, when, str(self.places), [text]))
        self._open = True

    def unmarked(self) -> None:
        """Text that nobody changed stands here."""
        self._open = False

    def hidden(self, text: str) -> None:
        self.change("hidden text", text, 0, "")

    def comment_head(self, name: str, said: str) -> None:
        """Who made the comment that comes: `\\atnid` has initials, `\\atnauthor` a name."""
        self._comment[name] = said

    def leaks(self) -> tuple[tuple[Leak, ...], tuple[Leak, ...]]:
        """What must not leave, and what was accepted."""
        leaks, accepted = list(self._comments), list[Leak]()
        for kind, author, when, place, parts in self._changes:
            text = " ".join("".join(parts).split())
            who = self.authors[author] if 0 < author < len(self.authors) else ""
            if not text:
                continue
            acceptable = kind != "hidden text"
            leak = Leak(kind, text, place, who, when, acceptable)
            (accepted if acceptable and self._accept else leaks).append(leak)
        return tuple(leaks), tuple(accepted)

    # Notes and margins

    def new_note(self) -> str:
        key = str(len(self.notes) + 1)
        self.notes[key] = ()
        return key

    def container(self, container: Container, blocks: tuple[Block, ...]) -> None:
        """A note, a comment, a page head or a box has ended."""
        said = " ".join(paragraph.text for paragraph in paragraphs(blocks))
        if container.kind == "note":
            self.notes[container.key] = blocks
        elif container.kind == "comment":
            who = self._comment.get("atnauthor") or self._comment.get("atnid", "")
            self._comments.append(Leak("comment", " ".join(said.split()), container.place, who))
            self._comment = {}
        elif said.strip() and all(margin.blocks != blocks for margin in self.margins):
            kind = cast(Literal["page header", "page footer", "text box"], container.kind)
            place = container.place if kind == "text box" else kind
            self.margins.append(Margin(kind, blocks, place))

    # Pictures

    def begin_picture(self) -> None:
        self._picture, self._size, self._alt = [], 0, ""

    def picture_digits(self, digits: bytes) -> None:
        """Bytes of the picture in hexadecimal digits, which may be divided anywhere."""
        if self._size <= 2 * MOST_BYTES:
            self._picture.append(digits)
            self._size += len(digits)

    def picture_bytes(self, content: bytes) -> None:
        self.picture_digits(binascii.hexlify(content[: MOST_BYTES + 1]))

    def property(self, name: str, said: str) -> None:
        """`\\sn` names a property of a picture, `\\sv` is its value."""
        if name == "sn":
            self._name = said
        elif self._name == "wzDescription":
            self._alt = said

    def end_picture(self) -> Figure:
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", b"".join(self._picture))
        place = str(self.places)
        try:
            picture = taken_over(binascii.unhexlify(digits[: len(digits) // 2 * 2]))
        except PictureFault as fault:
            self.remark(f"A picture near {place} was left out: it {fault}.")
            return Figure("", self._alt, "", place)
        key = next((key for key, known in self.pictures.items() if known == picture), "")
        if not key:
            key = f"picture-{len(self.pictures) + 1}"
            self.pictures[key] = picture
        return Figure(key, self._alt, "", place)
