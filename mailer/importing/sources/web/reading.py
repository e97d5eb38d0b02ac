"""What is gathered while a page is read, besides its blocks."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from mailer.importing.document import Figure, Leak, Picture
from mailer.importing.pictures import PictureFault, taken_over
from mailer.importing.sources.addresses import link_of
from mailer.importing.sources.web.looks import Styles


@dataclass(slots=True)
class Reading:
    """One page, its circumstances and what was found.

    Attributes:
        notes: by the fragment (without #) that a link names: the key of the note that it cites.
        resources: pictures that came along, by the name under which the page refers to them ("cid:…", "images/a.png").
        base: the page's own address, or "".
        accept_changes: whether tracked changes are taken as accepted.
        styles: the page's style sheet.
        skipped: elements that are read elsewhere: notes, comments.
        white_page: a program for texts wrote it, so white letters without a colour behind them are not seen. What is
            behind those of other pages is said by style sheets that are not there.
        told: of elements that are paragraphs: where they stand and the name of their style, as another source knows it.
        pictures, leaks, accepted, remarks: as in `SourceDocument`.
    """

    notes: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, bytes] = field(default_factory=dict)
    base: str = ""
    accept_changes: bool = False
    styles: Styles = field(default_factory=Styles)
    skipped: set[Any] = field(default_factory=set)
    white_page: bool = False
    told: Mapping[Any, tuple[str, str]] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    accepted: list[Leak] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    paragraphs: int = 0

    @property
    def place(self) -> str:
        """Where the next paragraph will stand."""
        return f"paragraph {self.paragraphs + 1}"

    def remark(self, sentence: str) -> None:
        if sentence and sentence not in self.remarks:
            self.remarks.append(sentence)

    def leak(self, leak: Leak) -> None:
        (self.accepted if leak.acceptable and self.accept_changes else self.leaks).append(leak)

    def link(self, address: str) -> str:
        found = link_of(address, self.base)
        self.remark(found.remark)
        return found.address

    def figure(self, element: Any) -> Figure | None:
        """What an `img` shows, or None where it shows nothing."""
        source = (element.get("src") or element.get("data-src") or "").strip()
        alt = " ".join((element.get("alt") or "").split())
        if {(element.get(side) or "").removesuffix("px") for side in ("width", "height")} & {"0", "1"}:
            self.remark("A picture of one pixel, which only counts who reads, was left out.")
            return None
        content = embedded_content(source) if source[:5].lower() == "data:" else self._resource(source)
        if content:
            return self._kept(content, alt)
        address = self.link(source) if _scheme(source) in ("http", "https") or self.base else ""
        if address.startswith(("http://", "https://")):
            self.remark(
                f"The picture {address} is on the web and was not fetched: save it beside the release."
            )
            return Figure("", alt, address, self.place)
        self.remark(f"A picture near {self.place} did not come along: save it from the source.")
        return Figure("", alt, "", self.place)

    def _resource(self, source: str) -> bytes:
        for name in (source, unquote(source), unquote(source).removeprefix("./")):
            if name in self.resources:
                return self.resources[name]
        return b""

    def _kept(self, content: bytes, alt: str) -> Figure:
        try:
            picture = taken_over(content)
        except PictureFault as fault:
            self.remark(f"A picture near {self.place} was left out: it {fault}.")
            return Figure("", alt, "", self.place)
        key = next((key for key, known in self.pictures.items() if known == picture), "")
        if not key:
            key = f"picture-{len(self.pictures) + 1}"
            self.pictures[key] = picture
        return Figure(key, alt, "", self.place)


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def embedded_content(source: str) -> bytes:
    """What a `data:` address holds (RFC 2397), or nothing."""
    head, comma, data = source.partition(",")
    if not comma:
        return b""
    if not head.lower().rstrip().endswith(";base64"):
        return unquote_to_bytes(data)
    data = re.sub(r"[^A-Za-z0-9+/]", "", unquote(data) if "%" in data else data)
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4))
    except binascii.Error:
        return b""
