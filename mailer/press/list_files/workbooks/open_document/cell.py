"""One cell of an OpenDocument sheet: its value, its paragraphs, what is struck out in them (part 3, §9.1.4, §6.1)."""

from __future__ import annotations

from mailer.press.list_files.workbooks.cell_texts import LONGEST_CELL, iso_date, number, whole
from mailer.press.list_files.workbooks.excel.rich_text import RichText
from mailer.press.list_files.workbooks.open_document.styles import Styles
from mailer.press.list_files.workbooks.refused import too_large


class Cell:
    """The cell that is read. `starts`, `ends` and `characters` are handlers of what is within it.

    Attributes:
        repeated: for how many columns it stands.
        style: its own style's name, or "".
    """

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._text = RichText()
        self._attributes: dict[str, str] = {}
        self._paragraphs = self._within = self._length = 0
        self._spans: list[bool] = []
        self.repeated, self.style = 1, ""
        self.starts = {"p": self._paragraph, "span": self._span, "s": self._blanks, "tab": self._tab,
                       "line-break": self._break}  # fmt: skip
        self.ends = {"p": self._paragraph_ends, "span": self._span_ends}

    def begin(self, attributes: dict[str, str]) -> None:
        """A cell, by its attributes."""
        self._text.take()
        self._attributes = attributes
        self._paragraphs = self._within = self._length = 0
        self._spans.clear()
        repeated = attributes.get("table:number-columns-repeated")
        self.repeated = whole(repeated) if repeated else 1
        self.style = attributes.get("table:style-name", "")

    def paragraph(self, text: str) -> None:
        """Its only one, with nothing but a text in it."""
        self._paragraphs = 1
        self._add(text)

    def take(self) -> tuple[str, bool, bool]:
        """Its text as a person reads it, whether all of it is struck out by itself, and whether some of it was."""
        text, struck, partly = self._text.take()
        return self._value() or text, struck, partly

    @property
    def uncalculated(self) -> bool:
        """Whether it is a formula that nobody has calculated."""
        return "table:formula" in self._attributes and not (
            self._paragraphs or self._attributes.get("office:value-type")
        )

    def characters(self, text: str) -> None:
        """Text, of the cell or between cells."""
        if self._within:
            self._add(text)

    def _value(self) -> str:
        """What a number or a date says of itself, whatever its cell shows of it."""
        kind, get = self._attributes.get("office:value-type"), self._attributes.get
        if kind == "date":
            return iso_date(get("office:date-value", ""))
        if kind == "boolean":
            return "yes" if get("office:boolean-value") == "true" else "no"
        if kind == "float" and get("office:value"):
            return number(get("office:value", ""))
        return get("office:string-value", "") if kind == "string" and not self._paragraphs else ""

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_CELL:
            raise too_large(f"a cell has more than {LONGEST_CELL:,} characters")
        self._text.add(text, struck=any(self._spans))

    def _paragraph(self, _: dict[str, str]) -> None:
        if self._paragraphs:
            self._add("\n")
        self._paragraphs += 1
        self._within += 1

    def _paragraph_ends(self) -> None:
        self._within = max(self._within - 1, 0)

    def _span(self, attributes: dict[str, str]) -> None:
        self._spans.append(self._styles.strikes_out(attributes.get("text:style-name", "")))

    def _span_ends(self) -> None:
        if self._spans:
            self._spans.pop()

    def _blanks(self, attributes: dict[str, str]) -> None:
        self.characters(" " * min(whole(attributes.get("text:c", "1")), LONGEST_CELL + 1))

    def _tab(self, _: dict[str, str]) -> None:
        self.characters("\t")

    def _break(self, _: dict[str, str]) -> None:
        self.characters("\n")
