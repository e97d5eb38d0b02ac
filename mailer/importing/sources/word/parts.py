"""The parts of a Word document that say something: the text, its notes, what stands in the margins, and what they
are read by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename, dirname

from mailer.importing.sources.package import Package, PackageFault, joined
from mailer.importing.sources.word.names import Element, as_transitional, child, descendants, is_on, q, value


@dataclass(frozen=True, slots=True)
class Target:
    """Where a relationship leads.

    Attributes:
        kind: the last word of its type: "hyperlink", "image".
        to: a part's name, or an address where it is `outside`.
    """

    kind: str
    to: str
    outside: bool


@dataclass(slots=True)
class Story:
    """A stretch of text of its own: the body, one note, a page header.

    Attributes:
        kind: which, in words for staff: "text", "footnote", "endnote", "page header", "page footer", "text box".
        root: the element whose children are its paragraphs and tables.
        targets: its part's relationships, by id.
        key: of a note: its kind and the number that the file gives it.
        place: where it is, in words for staff; "" for the body.
    """

    kind: str
    root: Element
    targets: dict[str, Target]
    key: str = ""
    place: str = ""


@dataclass(slots=True)
class WordParts:
    """A document, parsed.

    Attributes:
        main: the name of the part that holds the text.
        comments: the roots of parts with comments.
        resolved: ids (`w14:paraId`) of the last paragraphs of comments that were marked as done.
        unseen: words of page headers that Word does not show.
    """

    package: Package
    main: str
    document: Element
    targets: dict[str, Target]
    styles: Element | None = None
    numbering: Element | None = None
    stories: list[Story] = field(default_factory=list)
    comments: list[Element] = field(default_factory=list)
    resolved: frozenset[str] = frozenset()
    unseen: list[Story] = field(default_factory=list)


_OTHERS = {
    "workbook": "an Excel workbook", "worksheet": "an Excel workbook", "presentation": "a PowerPoint presentation",
}  # fmt: skip


def targets_of(package: Package, part: str) -> dict[str, Target]:
    """A part's relationships, by id (ECMA-376-2 §6.5)."""
    name = f"{dirname(part)}/_rels/{basename(part)}.rels".lstrip("/")
    if name not in package:
        return {}
    found = {}
    for each in package.tree(name).iter("{*}Relationship"):
        outside, to = each.get("TargetMode") == "External", each.get("Target", "")
        found[each.get("Id", "")] = Target(
            each.get("Type", "").rpartition("/")[2], to if outside else joined(dirname(part), to), outside
        )
    return found


def parse(package: Package) -> WordParts:
    """Finds and parses a document's parts.

    Raises:
        PackageFault: it is no Word document, is damaged, or goes over a limit.
    """
    main = next(
        (to.to for to in targets_of(package, "").values() if to.kind == "officeDocument"), "word/document.xml"
    )
    if main not in package:
        raise PackageFault("this is not a Word document (.docx), or it is damaged")
    document = as_transitional(package.tree(main))
    if document.tag != q("w:document"):
        what = _OTHERS.get(document.tag.rpartition("}")[2], "not a Word document (.docx)")
        raise PackageFault(f"this is {what}", "put the text into a Word document or a text file")
    body = child(document, "w:body")
    if body is None:
        raise PackageFault("the file is damaged: it has no text")
    parts = WordParts(package, main, document, targets_of(package, main))
    parts.styles, parts.numbering = _root(parts, "styles"), _root(parts, "numbering")
    parts.stories = [Story("text", body, parts.targets), *_notes(parts, body)]
    shown, unseen = _margins(parts)
    parts.stories += shown
    parts.unseen = unseen
    _take_comments(parts)
    return parts


def _named(parts: WordParts, kind: str) -> list[str]:
    """The parts to which the text has a relationship of that kind, and that are there."""
    names = (to.to for to in parts.targets.values() if to.kind == kind and not to.outside)
    return list(dict.fromkeys(name for name in names if name in parts.package))


def _root(parts: WordParts, kind: str) -> Element | None:
    return next((as_transitional(parts.package.tree(name)) for name in _named(parts, kind)), None)


def _notes(parts: WordParts, body: Element) -> Iterator[Story]:
    """The notes that the text cites, in the order in which it does; others are not shown."""
    for kind in ("footnote", "endnote"):
        name = next(iter(_named(parts, f"{kind}s")), None)
        root = None if name is None else as_transitional(parts.package.tree(name))
        notes = {} if root is None else {value(note, "w:id"): note for note in root.iter(q(f"w:{kind}"))}
        targets = targets_of(parts.package, name) if name else {}
        cited = dict.fromkeys(value(each, "w:id") for each in body.iter(q(f"w:{kind}Reference")))
        for count, key in enumerate(cited, 1):
            if key in notes:
                yield Story(kind, notes[key], targets, f"{kind}-{key}", f"{kind} {count}")


def _margins(parts: WordParts) -> tuple[list[Story], list[Story]]:
    """Page headers and footers, each once, and those that are there and not shown (ECMA-376-1 §17.10)."""
    settings = _root(parts, "settings")
    even = child(settings, "w:evenAndOddHeaders")
    shown: dict[str, Story] = {}
    unseen: dict[str, Story] = {}
    for section in descendants(parts.document, "w:sectPr"):
        title = child(section, "w:titlePg")
        for each in (*section.iter(q("w:headerReference")), *section.iter(q("w:footerReference"))):
            target = parts.targets.get(value(each, "r:id"))
            if target is None or target.outside or target.to not in parts.package:
                continue
            which = value(each, "w:type", "default")
            switch = {"first": title, "even": even}.get(which, each)
            kind = "page header" if each.tag == q("w:headerReference") else "page footer"
            on = switch is each or (switch is not None and is_on(switch))
            found = shown.get(target.to) or unseen.get(target.to)
            if found is None:
                root = as_transitional(parts.package.tree(target.to))
                where = {"first": " of a first page", "even": " of even pages"}.get(which, "")
                found = Story(kind, root, targets_of(parts.package, target.to), "", kind + where)
            (shown if on else unseen).setdefault(target.to, found)
    return list(shown.values()), [story for name, story in unseen.items() if name not in shown]


_COMMENTS = re.compile(r"comments\w*\.xml", re.IGNORECASE)


def _take_comments(parts: WordParts) -> None:
    """All comments, whatever leads to them: those that Word has lost sight of travel with a document too."""
    names = dict.fromkeys((
        *_named(parts, "comments"),
        *(name for name in parts.package.names if _COMMENTS.fullmatch(basename(name))),
    ))  # fmt: skip
    done = set()
    for name in names:
        root = as_transitional(parts.package.tree(name))
        if root.tag == q("w:comments"):
            parts.comments.append(root)
        for each in root.iter(q("w15:commentEx")):
            if value(each, "w15:done") in ("1", "true"):
                done.add(value(each, "w15:paraId"))
    parts.resolved = frozenset(done)
