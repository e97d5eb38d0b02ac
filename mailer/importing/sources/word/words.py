"""Every visible word of a Word document, read straight from its XML and by another way than the one that makes blocks:
what an import has kept is held against this.

It knows nothing of styles, lists, tables and links. It looks at each element once, from top to bottom. Hidden text
counts too: it stops an import anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.importing.sources.word.drawings import words_of_graphic
from mailer.importing.sources.word.fields import PAGE_NUMBERS, only_numbers_pages
from mailer.importing.sources.word.inline import linear, symbol
from mailer.importing.sources.word.names import Element, child, is_on, q, value
from mailer.importing.sources.word.parts import Story, Target, WordParts

_UNREAD = frozenset(map(q, (
    "w:del", "w:moveFrom", "w:delText", "w:instrText", "w:delInstrText", "w:pPr", "w:rPr", "w:tblPr", "w:sectPr",
    "w:sdtPr", "w:rt", "w:softHyphen",
)))  # fmt: skip
_SENTENCE = 20
"""Letters: fewer may stand in a text by chance."""
_ENDS = frozenset(map(q, ("w:br", "w:cr", "w:tab", "w:ptab")))


@dataclass(slots=True)
class _Words:
    """The words of one story.

    Attributes:
        margin: it is a page header or footer.
        boxes: the texts of its text boxes and drawings, apart.
    """

    parts: WordParts
    targets: dict[str, Target]
    margin: bool = False
    boxes: list[str] = field(default_factory=list)
    _fields: list[str | None] = field(default_factory=list)
    """Instructions of the fields that are open, None once their result has begun and is to be read."""

    def of(self, element: Element) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: Element) -> Iterator[str]:
        tag = element.tag
        if tag in _UNREAD:
            yield from ()
        elif tag == q("w:fldChar"):
            self._field(value(element, "w:fldCharType"))
        elif tag == q("w:t"):
            yield self._shown((element.text or "").replace("\u00ad", ""))
        elif tag == q("w:sym"):
            yield self._shown(symbol(value(element, "w:font"), value(element, "w:char")))
        elif tag == q("w:noBreakHyphen"):
            yield self._shown("\u2011")
        elif tag in _ENDS:
            yield " "
        elif tag == q("m:oMath"):
            yield f" {linear(element)} "
        elif tag == q("w:ruby"):
            yield from self._inside(element)
            reading = child(element, "w:rt")
            yield "" if reading is None else f" ({''.join(self._inside(reading))})"
        else:
            yield from self._of_holder(element)

    def _of_holder(self, element: Element) -> Iterator[str]:
        tag = element.tag
        if tag == q("mc:AlternateContent"):
            yield self._alternative(element)
        elif tag == q("w:txbxContent"):
            self._box("".join(self._inside(element)))
        elif tag in (q("c:chart"), q("dgm:relIds")):
            self._graphic(value(element, "r:id") or value(element, "r:dm"))
        elif tag == q("v:textpath"):
            self._box(element.get("string", ""))
        elif tag == q("a:t"):
            self._box(element.text or "")
        elif _is_unseen(element) or (tag == q("w:p") and self.margin and only_numbers_pages(element)):
            return
        else:
            yield from self._inside(element)
            if tag == q("w:p") and not _runs_on(element):
                yield "\n"

    def _alternative(self, element: Element) -> str:
        """What is there for newer programs, or, where that says nothing, what is there for older ones."""
        boxes = len(self.boxes)
        for form in element:
            words = self.of(form)
            if words.strip() or len(self.boxes) > boxes:
                return words
        return ""

    def _inside(self, element: Element) -> Iterator[str]:
        for each in element:
            if each.tag == q("w:r"):  # instructions are told from results here
                yield from self._run(each)
            else:
                yield from self._pieces(each)

    def _run(self, run: Element) -> Iterator[str]:
        notes = (q("w:footnoteReference"), q("w:endnoteReference"))
        marked = any(value(note, "w:customMarkFollows") in ("1", "true", "on") for note in run.iter(*notes))
        for each in () if marked else run:
            if each.tag == q("w:instrText") and self._fields and self._fields[-1] is not None:
                self._fields[-1] += each.text or ""
            yield from self._pieces(each)

    def _field(self, mark: str) -> None:
        if mark == "begin":
            self._fields.append("")
        elif mark == "end" and self._fields:
            self._fields.pop()
        elif mark == "separate" and self._fields and _kind(self._fields[-1] or "") not in PAGE_NUMBERS:
            self._fields[-1] = None

    def _shown(self, words: str) -> str:
        return "" if any(instruction is not None for instruction in self._fields) else words

    def _box(self, words: str) -> None:
        if words.strip() and words not in self.boxes:
            self.boxes.append(words)

    def _graphic(self, key: str) -> None:
        target = self.targets.get(key)
        if target is not None and target.to in self.parts.package:
            self._box("\n".join(words_of_graphic(self.parts.package.tree(target.to))))


def visible_words(parts: WordParts) -> str:
    """All that a document shows, once: text, notes, page headers and footers, text boxes.

    What is inserted counts, what is deleted does not.
    """
    body = parts.stories[0]
    text = _Words(parts, body.targets)
    shown = [text.of(body.root)]
    others, boxes = [], list(text.boxes)
    for story in parts.stories[1:]:
        words = _Words(parts, story.targets, story.kind.startswith("page"))
        others.append((story, words.of(story.root)))
        boxes += words.boxes
    cited = _cited(body)
    margins: list[str] = []
    for story, words_of_it in others:
        if story.key:
            shown += [words_of_it] if story.key in cited else []
        else:
            margins.append(words_of_it)
    for each in dict.fromkeys((*margins, *(box for box in boxes if not repeats(box, shown[0])))):
        shown.append(each)
    return "\n".join(filter(None, (re.sub(r"[^\S\n]+", " ", each).strip() for each in shown)))


def repeats(box: str, body: str) -> bool:
    """Whether what a text box says stands in the text too, as where a sentence of it is set in large letters."""
    said = _letters(box)
    return len(said) >= _SENTENCE and said in _letters(body)


def _letters(text: str) -> str:
    """A text's letters and digits: blanks and signs differ between a box and the text."""
    return re.sub(r"[\W_]+", "", text)


def _cited(body: Story) -> set[str]:
    """The notes that are cited from text that is shown."""
    gone = (q("w:del"), q("w:moveFrom"))
    return {
        f"{kind}-{value(each, 'w:id')}"
        for kind in ("footnote", "endnote")
        for each in body.root.iter(q(f"w:{kind}Reference"))
        if next(each.iterancestors(*gone), None) is None
    }


def _kind(instruction: str) -> str:
    return (instruction.split() or [""])[0].upper()


def _is_unseen(element: Element) -> bool:
    """A field that nobody filled in, a row that was deleted, the number of a page."""
    if element.tag == q("w:sdt"):
        empty = child(element, "w:sdtPr", "w:showingPlcHdr")
        return empty is not None and is_on(empty)
    if element.tag == q("w:tr"):
        return child(element, "w:trPr", "w:del") is not None
    return element.tag == q("w:fldSimple") and _kind(value(element, "w:instr")) in PAGE_NUMBERS


def _runs_on(paragraph: Element) -> bool:
    """Whether the next paragraph follows without a break: a large first letter, a deleted mark."""
    properties = child(paragraph, "w:pPr")
    frame, marks = child(properties, "w:framePr"), child(properties, "w:rPr")
    return value(frame, "w:dropCap", "none") != "none" or any(
        child(marks, name) is not None for name in ("w:del", "w:moveFrom")
    )
