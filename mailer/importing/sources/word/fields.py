"""Fields, which Word works out by itself (ECMA-376-1 §17.16): results stay, links become links, page numbers go."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailer.importing.sources.word.drawings import PICTURE
from mailer.importing.sources.word.names import Element, descendants, q, remove, text, unwrap, value
from mailer.importing.sources.word.parts import Story
from mailer.importing.sources.word.places import place_of

HREF = "href"
"""An attribute of a run: where it leads."""
PAGE_NUMBERS = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"))
_WITHOUT_RESULT = frozenset(("FORMDROPDOWN", "SYMBOL", "EQ", "INCLUDETEXT", "BARCODE", "DISPLAYBARCODE"))
_OF_THE_FILE = frozenset((
    "AUTHOR", "LASTSAVEDBY", "USERNAME", "USERINITIALS", "USERADDRESS", "FILENAME", "DOCPROPERTY", "DOCVARIABLE",
    "INFO", "TEMPLATE", "COMMENTS", "KEYWORDS",
))  # fmt: skip
"""What says something of the document or of who wrote it."""
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(\\\S)|(\S+)')
_PAGE = re.compile(
    r"(?:[\W\d_]|\b(?:pages?|seite|página|pagina|pág|pag|pg|p|of|von|de|sur|di)\b)*", re.IGNORECASE
)
_LINKS = ("http:", "https:", "mailto:", "tel:")


@dataclass(slots=True)
class _Field:
    begin: Element
    instruction: str = ""
    result: list[Element] | None = None
    """Its runs, once the result has begun."""


@dataclass(slots=True)
class Fields:
    """What was found in a document's fields and links, as remarks."""

    remarks: list[str] = field(default_factory=list)

    def resolve(self, story: Story) -> None:
        """Leaves of all fields of a story what they show; a run that leads somewhere gets the attribute `HREF`."""
        for paragraph in descendants(story.root, "w:p") if story.kind.startswith("page") else ():
            if only_numbers_pages(paragraph):
                paragraph.clear()
        for link in descendants(story.root, "w:hyperlink"):
            self._link(link, story)
        for simple in descendants(story.root, "w:fldSimple"):
            runs = descendants(simple, "w:r")
            self._apply(value(simple, "w:instr"), runs, simple)
            if simple.getparent() is not None:
                unwrap(simple)
        self._resolve_complex(story.root)

    def _link(self, link: Element, story: Story) -> None:
        target, anchor = story.targets.get(value(link, "r:id")), value(link, "w:anchor")
        if target is not None and target.outside:
            self._lead(descendants(link, "w:r"), target.to, anchor)
        unwrap(link)

    def _resolve_complex(self, root: Element) -> None:
        """Fields that begin, divide and end by marks, within each other and over paragraphs."""
        opened: list[_Field] = []
        gone: list[Element] = []
        for run in descendants(root, "w:r"):
            marked = False
            for each in list(run):
                if each.tag == q("w:fldChar"):
                    marked = True
                    self._mark(value(each, "w:fldCharType"), each, opened)
                elif each.tag == q("w:instrText"):
                    marked = True
                    if opened:
                        opened[-1].instruction += each.text or ""
                elif any(each_field.result is None for each_field in opened):
                    gone.append(each)  # part of an instruction, whatever it looks like
                    continue
            for one in opened:
                if one.result is not None and not marked:
                    one.result.append(run)
        for each in (*gone, *descendants(root, "w:fldChar", "w:instrText")):
            if each.tag != q("w:rPr"):
                remove(each)

    def _mark(self, kind: str, mark: Element, opened: list[_Field]) -> None:
        if kind == "begin":
            opened.append(_Field(mark))
        elif kind == "separate" and opened:
            opened[-1].result = []
        elif kind == "end" and opened:
            done = opened.pop()
            self._apply(done.instruction, done.result or [], done.begin)

    def _apply(self, instruction: str, runs: list[Element], where: Element) -> None:
        words = [next(filter(None, found.groups()), "") for found in _ARGUMENT.finditer(instruction)]
        kind = words[0].upper() if words else ""
        shown = "".join(map(text, runs))
        if kind == "HYPERLINK":
            self._lead(runs, *_address(words[1:]))
        elif kind in PAGE_NUMBERS:
            for run in runs:
                remove(run)
        elif kind == "FORMCHECKBOX":
            self._checkbox(where)
        elif kind == "MERGEFIELD":
            self.remarks.append(
                f"“{shown}” is filled by a mail merge in Word: it stands as it is ({place_of(where)})."
            )
        elif kind in _OF_THE_FILE and shown:
            self.remarks.append(
                f"“{shown}” is what Word says of the document or its author ({kind}): see whether it may leave "
                f"({place_of(where)})."
            )
        elif kind in _WITHOUT_RESULT and not shown:
            self.remarks.append(f"A field ({kind}) shows something that can't be read ({place_of(where)}).")

    def _lead(self, runs: list[Element], address: str, anchor: str) -> None:
        if not address:
            return
        if not address.lower().startswith(_LINKS):
            place = place_of(runs[0]) if runs else ""
            self.remarks.append(
                f"A link leads to a file or a place of the author's own; it was left out ({place})."
            )
            return
        if any(run.get(PICTURE) for run in runs):
            self.remarks.append(f"A picture leads to {address}; its link was left out ({place_of(runs[0])}).")
        for run in runs:
            run.set(HREF, f"{address.partition('#')[0]}#{anchor}" if anchor else address)

    def _checkbox(self, mark: Element) -> None:
        box = next(mark.iter(q("w:checkBox")), None)
        checked = None if box is None else box.find(q("w:checked"))
        if checked is None and box is not None:
            checked = box.find(q("w:default"))
        on = checked is not None and value(checked, default="1") in ("1", "true", "on")
        sign = mark.makeelement(q("w:t"))
        sign.text = "☒" if on else "☐"
        mark.addprevious(sign)


def only_numbers_pages(paragraph: Element) -> bool:
    """Whether a paragraph says no more than “Page 1 of 3”."""
    codes = [each.text or "" for each in paragraph.iter(q("w:instrText"))]
    codes += [value(each, "w:instr") for each in paragraph.iter(q("w:fldSimple"))]
    kinds = {(code.split() or [""])[0].upper() for code in codes}
    return bool(kinds & PAGE_NUMBERS) and _PAGE.fullmatch(text(paragraph)) is not None


def _address(words: list[str]) -> tuple[str, str]:
    """Where a HYPERLINK leads, and to which place there; what is behind other switches is not for the reader."""
    address, anchor, switch = "", "", ""
    for word in words:
        if re.fullmatch(r"\\[a-zA-Z]", word):
            switch = word.lower() if word.lower() in ("\\l", "\\o", "\\t") else ""
        elif switch == "\\l":
            anchor, switch = word, ""
        elif switch:
            switch = ""
        elif not address:
            address = word.replace("\\\\", "\\")
    return address, anchor
