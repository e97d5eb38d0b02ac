"""Tracked changes: found, told, and resolved as if all of them had been accepted (ECMA-376-1 §17.13.5).

What is told is everything; what is left is the text that Word shows under “No Markup”. An import that was not allowed
to accept changes stops because of what was told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, TypeAlias

from mailer.importing.document import Leak
from mailer.importing.sources.word.leaks import ACCEPT
from mailer.importing.sources.word.names import (
    Element,
    ancestor,
    child,
    descendants,
    properties,
    q,
    remove,
    text,
    texts,
    unwrap,
    value,
)
from mailer.importing.sources.word.places import place_of

Kind: TypeAlias = Literal["insertion", "deletion", "move", "formatting"]

_PAGE = "(the format of the page)"
_ADDED, _GONE = ("w:ins", "w:moveTo"), ("w:del", "w:moveFrom")
_KINDS: dict[str, Kind] = {
    q("w:ins"): "insertion", q("w:moveTo"): "move", q("w:del"): "deletion", q("w:moveFrom"): "move",
    q("w:cellIns"): "insertion", q("w:cellDel"): "deletion", q("w:cellMerge"): "formatting",
}  # fmt: skip
_FORMATTING = (
    "w:rPrChange", "w:pPrChange", "w:sectPrChange", "w:tblPrChange", "w:tblPrExChange", "w:trPrChange", "w:tcPrChange",
    "w:tblGridChange", "w:numberingChange",
)  # fmt: skip
_KINDS |= {q(name): "formatting" for name in _FORMATTING}
_MARKS = tuple(
    f"w:{name}Range{end}"
    for name in ("moveFrom", "moveTo", "customXmlIns", "customXmlDel", "customXmlMoveFrom", "customXmlMoveTo")
    for end in ("Start", "End")
)
_HOLD_MARKS = frozenset(map(q, ("w:rPr", "w:trPr", "w:numPr", "w:ctrlPr")))
"""Elements in which a change stands for a mark: the end of a paragraph, a row, a number."""


def take_changes(root: Element) -> list[Leak]:
    """Finds all tracked changes of a story, and resolves them.

    Returns:
        They, in order; what one author did in one paragraph in one go is one.
    """
    found = list(_merged(_changes(root)))
    _resolve(root)
    return found


def _changes(root: Element) -> Iterator[tuple[Element, Leak]]:
    moved = {text(each) for each in root.iter(q("w:moveFrom")) if each.getparent().tag not in _HOLD_MARKS}
    for change in root.iter(*_KINDS):
        kind, words = _KINDS[change.tag], _words(change)
        if words is None or (change.tag == q("w:moveTo") and text(change) in moved):  # told where it was
            continue
        author, when = value(change, "w:author"), value(change, "w:date")
        yield change, Leak(kind, words, place_of(change), author, when, acceptable=True, remedy=ACCEPT)


def _words(change: Element) -> str | None:
    """What a change is about; "¶" for the end of a paragraph; None where another change says it."""
    parent = change.getparent()
    if parent.tag == q("m:r") or (parent.tag == q("w:rPr") and parent.getparent().tag == q("m:r")):
        return text(ancestor(change, "m:r"))
    if (mark := ancestor(change, "m:ctrlPr")) is not None:  # of a fraction, a root (ECMA-376-1 §22.1.2.23)
        return text(mark.getparent().getparent())
    if change.tag in map(q, _FORMATTING) or change.tag == q("w:cellMerge"):
        about = ancestor(change, "w:r", "w:p", "w:tc", "w:tbl")
        return _PAGE if about is None else text(about) or _PAGE
    if parent.tag == q("w:rPr"):
        mark = parent.getparent()
        return "¶" if mark is not None and mark.tag == q("w:pPr") else None
    if parent.tag == q("w:numPr"):
        return text(ancestor(change, "w:p"))
    if parent.tag in (q("w:trPr"), q("w:tcPr")):
        return text(parent.getparent())
    if parent.tag in _HOLD_MARKS:
        return None
    inner = [each for each in change.iter(q("w:del")) if each is not change]
    words = "".join(texts(change))
    for each in inner:
        words = words.replace("".join(texts(each)), "", 1)
    return words if words.strip() else (None if inner else _without_words(change))


def _without_words(change: Element) -> str | None:
    """What was inserted or deleted, where it isn't words."""
    if any(True for _ in change.iter(q("w:drawing"), q("w:pict"), q("w:object"))):
        return "(a picture or shape)"
    if any(True for _ in change.iter(q("w:footnoteReference"), q("w:endnoteReference"))):
        return "(a note)"
    return "(blanks)" if any(True for _ in change.iter(q("w:r"))) else None


def _merged(changes: Iterator[tuple[Element, Leak]]) -> Iterator[Leak]:
    """What Word keeps in pieces as one: each run is a change of its own there."""
    last: Leak | None = None
    before: Element | None = None
    for change, leak in changes:
        if last is not None and _alike(last, leak):
            last = replace(last, text=_joined(last, leak, adjacent=change.getprevious() is before))
        else:
            yield from () if last is None else (_on_one_line(last),)
            last = leak
        before = change
    if last is not None:
        yield _on_one_line(last)


def _joined(one: Leak, other: Leak, *, adjacent: bool) -> str:
    if "¶" in (one.text, other.text):
        return other.text if one.text == "¶" else one.text
    if one.kind == "formatting" and (one.text in other.text or other.text in one.text):
        return max(one.text, other.text, key=len)  # of a paragraph and of a run in it
    return one.text + ("" if adjacent else " … ") + other.text


def _on_one_line(leak: Leak) -> Leak:
    return replace(leak, text=" ".join(leak.text.split()))


def _alike(one: Leak, other: Leak) -> bool:
    return (one.kind, one.author, one.place) == (other.kind, other.author, other.place)


def _resolve(root: Element) -> None:
    for name in (*_FORMATTING, *_MARKS):
        for each in descendants(root, name):
            remove(each)
    for row in descendants(root, "w:tr"):
        if child(row, "w:trPr", "w:del") is not None:
            remove(row)
    for cell in descendants(root, "w:tc"):
        if child(cell, "w:tcPr", "w:cellDel") is not None:
            remove(cell)
    for each in descendants(root, "m:r"):
        if any(child(around, name) is not None for around in (each, child(each, "w:rPr")) for name in _GONE):
            remove(each)
    for each in descendants(root, *_GONE):
        if each.getparent().tag not in _HOLD_MARKS:
            remove(each)
    for each in descendants(root, "w:delText", "w:delInstrText"):
        remove(each)
    for each in descendants(root, *_ADDED):
        if each.getparent().tag not in _HOLD_MARKS:
            unwrap(each)
    for paragraph in descendants(root, "w:p"):
        mark = child(paragraph, "w:pPr", "w:rPr")
        if any(child(mark, name) is not None for name in _GONE):
            join_with_next(paragraph)
    for row in descendants(root, "w:tr"):
        if child(row, "w:tc") is None and not descendants(row, "w:tc"):
            remove(row)
    for table in descendants(root, "w:tbl"):
        if not descendants(table, "w:tr"):
            remove(table)


def join_with_next(paragraph: Element, between: str = "") -> None:
    """Puts a paragraph's content at the beginning of the next one, as Word does where the mark at its end is not there.

    Args:
        between: text that is put between the two.
    """
    following = paragraph.getnext()
    while following is not None and following.tag in (
        q("w:bookmarkStart"),
        q("w:bookmarkEnd"),
        q("w:proofErr"),
    ):
        following = following.getnext()
    content = [each for each in paragraph if each.tag != q("w:pPr")]
    if following is None or following.tag != q("w:p"):
        if not content and (paragraph.getprevious() is not None or following is not None):
            remove(paragraph)
        return
    if content and between:
        run = paragraph.makeelement(q("w:r"))
        blank = run.makeelement(q("w:t"))
        blank.text = between
        run.append(blank)
        content.append(run)
    at = following.index(properties(following, "w:pPr")) + 1
    following[at:at] = content
    if content and "place" in paragraph.attrib:
        following.set("place", paragraph.get("place"))
    remove(paragraph)
