"""Text that is in a document and that nobody sees: hidden by Word, white on white, too small to be seen."""

from __future__ import annotations

from dataclasses import replace

from mailer.importing.document import Leak
from mailer.importing.sources.word.formatting.styles import Styles
from mailer.importing.sources.word.leaks import INSPECT, SHOW, SPLIT
from mailer.importing.sources.word.leaks.changes import join_with_next
from mailer.importing.sources.word.names import (
    Element,
    ancestor,
    child,
    descendants,
    is_on,
    number,
    q,
    remove,
    text,
    value,
)
from mailer.importing.sources.word.places import place_of

_TINY = 4
"""Half-points: a letter of two thirds of a millimetre."""
_FLAT = 40
"""Twips: a line or a row that is never higher shows nothing of a letter."""
_NARROW = 10
"""Percent of a letter's width."""
_FAR = 5_000
"""Twips: so far outside of its place (nine centimetres) nothing of a paragraph is on the page."""
_NEARLY_WHITE = 0xFA
_TRANSPARENT = 95_000
"""Thousandths of a percent."""
_PAPER = frozenset(("background1", "light1", "bg1", "lt1"))
"""A theme's names for the colour of the page."""
_MARKERS = {
    "black": "000000", "yellow": "FFFF00", "red": "FF0000", "blue": "0000FF", "green": "00FF00", "cyan": "00FFFF",
    "magenta": "FF00FF",
}  # fmt: skip
"""The highlighter's colours (ECMA-376-1 §17.18.40)."""
_FORMATTED = "formatted as hidden"


class Hidden:
    """Finds and takes out what can't be seen.

    Args:
        document: the root of the part that holds the text; it may say that the page is not white.
    """

    def __init__(self, styles: Styles, document: Element) -> None:
        self._styles = styles
        background = value(child(document, "w:background"), "w:color", "FFFFFF")
        self._white_page = background.lower() == "auto" or _white(background)

    def take(self, root: Element) -> list[Leak]:
        """Takes a story's hidden text out; what stands together is one leak."""
        found: list[Leak] = []
        self._take_rows(root, found)
        self._take_covered_cells(root, found)
        self._take_drawings(root, found)
        last: Element | None = None
        for run in descendants(root, "w:r", "m:r"):
            how = self._how(run) if text(run) or descendants(run, "w:sym") else ""
            if not how:
                last = None if text(run) else last
                continue
            words, place = text(run), f"{place_of(run)}, {how}"
            if last is not None and last is ancestor(run, "w:p") and found[-1].place.endswith(how):
                found[-1] = replace(found[-1], text=f"{found[-1].text} {words}".strip())
            else:
                found.append(_leak(words, place, INSPECT if how == _FORMATTED else SHOW))
            last = ancestor(run, "w:p")
            remove(run)
        self._join(root)
        return found

    def _how(self, run: Element) -> str:
        if self._styles.is_set(run, "vanish"):
            return _FORMATTED
        if descendants(run, "w:drawing", "w:pict", "w:object"):
            return ""  # the text in it has runs of its own
        size = number(value(self._styles.of_run(run, "sz")), 24)
        if 0 < size <= _TINY:
            return f"{size / 2:g} pt small"
        if 0 < number(value(self._styles.of_run(run, "w")), 100) <= _NARROW:
            return "squeezed to nothing"
        if self._cut_off(run):
            return "where nobody sees it"
        return self._colourless(run)

    def _colourless(self, run: Element) -> str:
        fill = child(run, "w:rPr", "w14:textFill")
        solid = child(fill, "w14:solidFill")
        if child(run, "w:rPr", "w14:textOutline") is None and (
            child(fill, "w14:noFill") is not None
            or any(number(value(each, "w14:val")) > _TRANSPARENT for each in _each(solid, "w14:alpha"))
        ):
            return "without colour"
        colour = self._styles.of_run(run, "color")
        white = any(_white(value(each, "w14:val")) for each in _each(solid, "w14:srgbClr"))
        white = white or any(value(each, "w14:val") in _PAPER for each in _each(solid, "w14:schemeClr"))
        if (white or _white(_hex(colour))) and self._on_white(run):
            return "white on white"
        return "of the colour behind it" if self._drowned(run, _hex(colour)) else ""

    def _drowned(self, run: Element, colour: str) -> bool:
        """Whether a run's own shading or highlight has the colour of its letters; those of no colour are black."""
        colour = "000000" if colour.lower() in ("", "auto") else colour.upper()
        marker = value(self._styles.of_run(run, "highlight"), default="none")
        behind = _MARKERS.get(marker) or value(self._styles.of_run(run, "shd"), "w:fill").upper()
        own = value(child(run, "w:rPr", "w:color")) not in ("", "auto")  # without, Word takes white on black
        return behind == colour and colour != "FFFFFF" and (own or marker == "black")

    def _cut_off(self, run: Element) -> bool:
        """Whether a run stands in a line or row without height, or far outside of the page."""
        paragraph = ancestor(run, "w:p")
        if paragraph is not None:
            lines = self._styles.of_paragraph(paragraph, "spacing")
            if value(lines, "w:lineRule") == "exact" and 0 < number(value(lines, "w:line")) <= _FLAT:
                return True
            frame = self._styles.of_paragraph(paragraph, "framePr")
            indent = self._styles.of_paragraph(paragraph, "ind")
            places = [
                value(frame, "w:x"),
                value(frame, "w:y"),
                value(indent, "w:left"),
                value(indent, "w:start"),
            ]
            if any(number(each) < -_FAR for each in places):
                return True
        row = ancestor(run, "w:tr")
        height = child(row, "w:trPr", "w:trHeight")
        return value(height, "w:hRule") == "exact" and 0 < number(value(height)) <= _FLAT

    def _on_white(self, run: Element) -> bool:
        """Whether nothing coloured is behind a run. What is behind a text box can't be told from its XML."""
        if not self._white_page or ancestor(run, "w:txbxContent") is not None:
            return False
        highlight = value(self._styles.of_run(run, "highlight"), default="none")
        if highlight not in ("none", "white") or _coloured(self._styles.of_run(run, "shd")):
            return False
        paragraph = ancestor(run, "w:p")
        if paragraph is not None and _coloured(self._styles.of_paragraph(paragraph, "shd")):
            return False
        for around in run.iterancestors(q("w:tc"), q("w:tbl")):
            name = "w:tcPr" if around.tag == q("w:tc") else "w:tblPr"
            if _coloured(child(around, name, "w:shd")):
                return False
            if around.tag == q("w:tbl") and self._styles.table_says(around, "shd"):
                return False
        return True

    def _take_rows(self, root: Element, found: list[Leak]) -> None:
        for row in descendants(root, "w:tr"):
            switch = child(row, "w:trPr", "w:hidden")
            if switch is not None and is_on(switch):
                found.append(_leak(text(row), f"{place_of(row)}, a hidden row of a table", SHOW))
                remove(row)

    def _take_covered_cells(self, root: Element, found: list[Leak]) -> None:
        """What stands in a cell that the cell above covers: Word keeps it, and shows it when they are split."""
        for cell in descendants(root, "w:tc"):
            merged = child(cell, "w:tcPr", "w:vMerge")
            first = cell.getparent().getprevious()
            if (
                merged is None
                or value(merged, default="continue") != "continue"
                or first is None
                or not text(cell)
            ):
                continue
            if first.tag == q("w:tr"):
                found.append(_leak(text(cell), f"{place_of(cell)}, under a merged cell", SPLIT))
                for run in descendants(cell, "w:r"):
                    remove(run)

    def _take_drawings(self, root: Element, found: list[Leak]) -> None:
        for properties in descendants(root, "wp:docPr"):
            drawing = ancestor(properties, "w:drawing")
            if properties.get("hidden") in ("1", "true") and drawing is not None:
                words = text(drawing) or "(a picture or shape)"
                found.append(_leak(words, f"{place_of(drawing)}, a hidden drawing", SHOW))
                remove(drawing)

    def _join(self, root: Element) -> None:
        """Where the end of a paragraph is hidden, Word shows the next one on the same line (“style separators” too)."""
        for paragraph in descendants(root, "w:p"):
            mark = child(paragraph, "w:pPr", "w:rPr", "w:vanish")
            if mark is not None and is_on(mark):
                join_with_next(paragraph, " ")


def _leak(words: str, place: str, remedy: str) -> Leak:
    return Leak("hidden text", words, place, remedy=remedy)


def _each(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else descendants(element, name)


def _hex(colour: Element | None) -> str:
    """A colour; the theme's own white says so without digits that count (ECMA-376-1 §17.3.2.6)."""
    themed = value(colour, "w:themeColor")
    changed = value(colour, "w:themeShade") or value(colour, "w:themeTint")
    return "FFFFFF" if themed in _PAPER and not changed else value(colour)


def _white(colour: str) -> bool:
    """Whether a colour ("FFFFFF") can't be told from white."""
    try:
        return len(colour) == 6 and min(bytes.fromhex(colour)) >= _NEARLY_WHITE
    except ValueError:
        return False


def _coloured(shading: Element | None) -> bool:
    """Whether a shading is there and is not white (ECMA-376-1 §17.3.5: a pattern of two colours)."""
    if shading is None or value(shading) == "nil":
        return False
    fill = value(shading, "w:fill", "auto")
    return value(shading, default="clear") != "clear" or not (fill.lower() in ("auto", "") or _white(fill))
