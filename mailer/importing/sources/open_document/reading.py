"""What is gathered while a text document is read, besides its blocks."""

from __future__ import annotations

from typing import Any

from mailer.importing.document import Block, Figure, Leak, Margin, Picture
from mailer.importing.pictures import MOST_BYTES, PictureFault, taken_over
from mailer.importing.sources.addresses import link_of
from mailer.importing.sources.open_document.changes import Change, plain_text, said_by
from mailer.importing.sources.open_document.names import attribute, name_of
from mailer.importing.sources.open_document.styles import Styles
from mailer.importing.sources.package import Package, PackageFault


class Reading:
    """One document.

    Args:
        changes: its tracked changes, by name.
    """

    def __init__(
        self, package: Package, styles: Styles, accept_changes: bool, changes: dict[str, Change]
    ) -> None:
        self.styles = styles
        self.notes: dict[str, tuple[Block, ...]] = {}
        self.pictures: dict[str, Picture] = {}
        self.boxes: list[Margin] = []
        self.leaks: list[Leak] = []
        self.accepted: list[Leak] = []
        self.remarks: list[str] = []
        self.paragraphs = 0
        self.counted: dict[str, int] = {}
        """For each style of a list that counts, how far it did."""
        self._package, self._accept_changes, self._changes = package, accept_changes, changes
        self._open: list[Change] = []

    @property
    def place(self) -> str:
        """Where the next paragraph will stand."""
        return f"paragraph {self.paragraphs + 1}"

    def remark(self, sentence: str) -> None:
        if sentence and sentence not in self.remarks:
            self.remarks.append(sentence)

    def link(self, address: str) -> str:
        found = link_of(address)
        self.remark(found.remark)
        return found.address

    def read(self, text: str) -> None:
        """Takes note of text as it stands: it belongs to the insertions that are open."""
        for change in self._open:
            change.words.append(text)

    def change(self, name: str, tag: str) -> None:
        """Takes note of where a tracked change begins, ends, or is."""
        change = self._changes.get(name)
        if change is None:
            return
        change.place = change.place or self.place
        if tag == "text:change-start":
            self._open.append(change)
        elif change in self._open:
            self._open.remove(change)

    def finish_changes(self) -> None:
        """Makes leaks of all tracked changes; those that the text refers to nowhere too."""
        for change in {id(each): each for each in self._changes.values()}.values():
            (self.accepted if self._accept_changes else self.leaks).append(change.leak())

    def comment(self, element: Any) -> None:
        who, when = said_by(element)
        words = " ".join(plain_text(each) for each in element if name_of(each.tag) in ("text:p", "text:list"))
        self.leaks.append(Leak("comment", words, self.place, who, when))

    def hidden(self, text: str) -> None:
        if text := " ".join(text.split()):
            self.leaks.append(Leak("hidden text", text, self.place))

    def struck(self, text: str) -> None:
        if text := " ".join(text.split()):
            leak = Leak("deletion", text, self.place, acceptable=True)
            (self.accepted if self._accept_changes else self.leaks).append(leak)

    def figure(self, frame: Any) -> Figure | None:
        """What a frame shows, or None where it shows no picture."""
        alts = {name_of(each.tag): " ".join("".join(each.itertext()).split()) for each in frame}
        alt = alts.get("svg:title") or alts.get("svg:desc") or ""
        images = [each for each in frame if name_of(each.tag) == "draw:image"]
        fault = ""
        for image in images:
            address = attribute(image, "xlink:href")
            if address.startswith(("http://", "https://")):
                self.remark(
                    f"The picture {address} is on the web and was not fetched: save it beside the release."
                )
                return Figure("", alt, address, self.place)
            try:
                picture = taken_over(self._package.content(address.removeprefix("./"), MOST_BYTES))
            except (PictureFault, PackageFault) as error:
                fault = str(error)
                continue
            key = next((key for key, known in self.pictures.items() if known == picture), "")
            if not key:
                key = f"picture-{len(self.pictures) + 1}"
                self.pictures[key] = picture
            return Figure(key, alt, "", self.place)
        if not images:
            return None
        self.remark(f"A picture near {self.place} was left out: it {fault or 'is not in the document'}.")
        return Figure("", alt, "", self.place)
