"""From mammoth's HTML to blocks."""

from __future__ import annotations

import io
from typing import Any

from mailer.importing.document import Block
from mailer.importing.sources.web.blocks import blocks_of
from mailer.importing.sources.web.reading import Reading
from mailer.importing.sources.word.plain import MARK, STORY, STYLE_MAP, Marked

_PREFIX = "word-"
_INLINE = frozenset(("a", "em", "strong", "sup", "sub", "br", "img", "input", "s"))


class Page:
    """A document as HTML, with the margins apart.

    Args:
        document: what `PlainDocument` made.
        marked: its paragraphs.
        sources: what an `img` is to name for each picture, by its number.
    """

    def __init__(self, document: bytes, marked: dict[str, Marked], sources: list[dict[str, str]]) -> None:
        import mammoth
        from lxml import html

        def picture(image: Any) -> dict[str, str]:
            with image.open() as file:
                return sources[int(file.read())]

        made = mammoth.convert_to_html(
            io.BytesIO(document),
            id_prefix=_PREFIX,
            style_map=STYLE_MAP,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(picture),
        )
        self._marked = marked
        self.told: dict[Any, tuple[str, str]] = {}
        """Of paragraphs: where they stand, and the name of their style."""
        self._text = html.fragment_fromstring(f"<div>{made.value}</div>")
        self._notes = self._take_notes()
        self._stories = self._take_stories()
        self.notes = {f"{_PREFIX}{name}": str(number) for number, name in enumerate(self._notes, 1)}
        """By the fragment that a link names: the key of the note which it cites, as they are cited first."""
        for root in (self._text, *self._notes.values(), *self._stories.values()):
            self._finish(root)

    def text(self, reading: Reading) -> tuple[Block, ...]:
        return blocks_of(self._text, reading=reading)

    def note_texts(self, reading: Reading) -> dict[str, tuple[Block, ...]]:
        return {
            self.notes[_PREFIX + name]: blocks_of(note, reading=reading) for name, note in self._notes.items()
        }

    def story(self, index: int, reading: Reading) -> tuple[Block, ...]:
        return blocks_of(self._stories[index], reading=reading)

    def _take_notes(self) -> dict[str, Any]:
        """The notes, which are the last list, in the order in which they are cited."""
        last = self._text[-1] if len(self._text) and self._text[-1].tag == "ol" else None
        items = [
            each for each in (() if last is None else last) if (each.get("id") or "").startswith(_PREFIX)
        ]
        if last is None or not items:
            return {}
        last.drop_tree()
        for back in [each for item in items for each in item.iter("a")]:
            if (back.get("href") or "").startswith("#"):
                back.drop_tree()
        notes: dict[str, Any] = {}
        for item in items:  # one that is cited twice is there twice
            notes.setdefault(item.get("id").removeprefix(_PREFIX), item)
        return notes

    def _take_stories(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        current = None
        for element in list(self._text):
            begins = next(
                (a.get("id") for a in element.iter("a") if a.get("id", "").startswith(_PREFIX + STORY)), ""
            )
            if begins:
                index = int(begins.removeprefix(_PREFIX + STORY))
                current = found[index] = element
                element.clear()
                element.tag = "div"
                element.drop_tree()
            elif current is not None:
                current.append(element)
        return found

    def _finish(self, root: Any) -> None:
        numbers: dict[Any, int] = {}
        for link in list(root.iter("a")):
            name = (link.get("id") or "").removeprefix(_PREFIX)
            if (link.get("href") or "").startswith("#"):
                link.text = ""  # the mark of a note is made anew where it is printed
                for inner in list(link):
                    inner.drop_tree()
            if not name.startswith(MARK):
                continue
            owner, marked = link.getparent(), self._marked[name]
            link.drop_tree()
            if owner.tag == "li":
                numbers[owner] = marked.number
                owner = _paragraph_in(owner)
            self.told[owner] = marked.place, marked.style
            # Tabs are meant: a contact's lines are set by them.
            owner.set("style", "white-space:pre" + ";text-align:center" * marked.centred)
        for image in list(root.iter("img")):
            if not image.get("src"):  # it could not be taken over, as was said
                image.drop_tree()
        for items in list(root.iter("ol")):
            _count(items, numbers)


def _paragraph_in(item: Any) -> Any:
    """Puts the text of an item into a paragraph, which mammoth leaves away."""
    paragraph = item.makeelement("p")
    paragraph.text, item.text = item.text, None
    for each in list(item):
        if each.tag not in _INLINE:
            break
        paragraph.append(each)
    item.insert(0, paragraph)
    return paragraph


def _count(items: Any, numbers: dict[Any, int]) -> None:
    """Says where a list begins to count; one that begins anew in the middle becomes two."""
    current, expected = items, 0
    for item in list(items):
        number = numbers.get(item, expected or 1)
        if not expected:
            if number > 1:
                current.set("start", str(number))
        elif number != expected:
            following = items.makeelement("ol")
            if number > 1:
                following.set("start", str(number))
            current.addnext(following)
            following.tail, current.tail = current.tail, None
            current = following
        if current is not items:
            current.append(item)
        expected = number + 1
