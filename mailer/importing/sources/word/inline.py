"""What stands in paragraphs, in the few elements that every reader of Word's XML knows. What has no such element
becomes text: symbols, formulas, ruby, ticked boxes; what only holds other things is taken away around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailer.importing.sources.package import PackageFault
from mailer.importing.sources.word.leaks.changes import join_with_next
from mailer.importing.sources.word.names import (
    Element,
    ancestor,
    child,
    descendants,
    is_on,
    q,
    remove,
    text,
    unwrap,
    value,
)
from mailer.importing.sources.word.places import place_of

_HOLDERS = (
    "w:smartTag", "w:customXml", "w:bdo", "w:dir", "w:sdtContent", "m:oMathPara",
)  # fmt: skip
_SAVE = "open it in Word, choose File → Save As, and save it as a new .docx"


@dataclass(slots=True)
class Inline:
    """What was seen on the way.

    Attributes:
        soft_hyphens: how many were taken out.
    """

    soft_hyphens: int = 0
    remarks: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """The remarks, the number of soft hyphens first."""
        many = self.soft_hyphens
        said = "1 soft hyphen was taken out." if many == 1 else f"{many} soft hyphens were taken out."
        return [said, *self.remarks] if many else self.remarks

    def simplify(self, root: Element) -> None:
        """Makes all of a story plain.

        Raises:
            PackageFault: a part of it is a file of another kind, which only Word can show.
        """
        if descendants(root, "w:altChunk", "w:subDoc"):
            raise PackageFault(
                "a part of the text is another file inside it, which only Word can open", _SAVE
            )
        self._content_controls(root)
        for name in _HOLDERS:
            for each in descendants(root, name):
                unwrap(each)
        self._formulas(root)
        for ruby in descendants(root, "w:ruby"):
            _take_ruby_apart(ruby)
        for each in descendants(root, "w:cr"):
            each.tag = q("w:br")
        for each in descendants(root, "w:ptab"):
            each.tag = q("w:tab")
        for each in descendants(root, "w:br"):
            each.attrib.clear()  # the end of a page or a column ends a line too
        for each in descendants(root, "w:softHyphen"):
            self.soft_hyphens += 1
            remove(each)
        for each in descendants(root, "w:sym", "w:t"):
            self._letters(each)
        self._drop_caps(root)

    def _content_controls(self, root: Element) -> None:
        for control in descendants(root, "w:sdt"):
            content = child(control, "w:sdtContent")
            empty = child(control, "w:sdtPr", "w:showingPlcHdr")
            if content is None:
                remove(control)
            elif empty is not None and is_on(empty):
                if said := text(content):
                    self.remarks.append(f"A field that nobody filled in was left out: “{said}”.")
                around = [each for each in content if each.tag in (q("w:p"), q("w:tc"), q("w:tr"))]
                for each in descendants(content, "w:r"):
                    remove(each)
                unwrap(control, around)
            else:
                unwrap(control, list(content))

    def _formulas(self, root: Element) -> None:
        for formula in descendants(root, "m:oMath"):
            written = linear(formula)
            self.remarks.append(f"A formula became plain text: “{written}” ({place_of(formula)}).")
            run = formula.makeelement(q("w:r"))
            letters = run.makeelement(q("w:t"))
            letters.text = written
            run.append(letters)
            parent = formula.getparent()
            if parent.tag in (q("w:p"), q("w:hyperlink")):
                parent[parent.index(formula)] = run
            else:  # a formula of its own, without a paragraph around it
                paragraph = formula.makeelement(q("w:p"))
                paragraph.append(run)
                parent[parent.index(formula)] = paragraph

    def _letters(self, element: Element) -> None:
        """Letters of symbol fonts as the letters that they look like; soft hyphens go."""
        if element.tag == q("w:sym"):
            font, code = value(element, "w:font"), value(element, "w:char")
            written = symbol(font, code)
            if written == "\ufffd":
                self.remarks.append(f"A sign of the font “{font}” isn't known ({place_of(element)}).")
            element.tag = q("w:t")
            element.attrib.clear()
            element.text = written
            return
        letters = re.sub(r"[\t\n\r]", " ", element.text or "")  # in text they are no more than blanks
        if "\u00ad" in letters:
            self.soft_hyphens += letters.count("\u00ad")
            letters = letters.replace("\u00ad", "")
        run = ancestor(element, "w:r")
        font = value(child(run, "w:rPr", "w:rFonts"), "w:ascii")
        if any("\uf000" <= letter <= "\uf0ff" for letter in letters):
            letters = "".join(
                symbol(font or "Symbol", f"{ord(letter):X}") if "\uf000" <= letter <= "\uf0ff" else letter
                for letter in letters
            )
        element.text = letters

    def _drop_caps(self, root: Element) -> None:
        """A large first letter is a paragraph of its own in Word."""
        for frame in descendants(root, "w:framePr"):
            paragraph = ancestor(frame, "w:p")
            if value(frame, "w:dropCap", "none") != "none" and paragraph is not None:
                join_with_next(paragraph)


def symbol(font: str, code: str) -> str:
    """A letter of a symbol font as a letter that looks like it; U+FFFD where it isn't known.

    Args:
        code: its number in the font, hexadecimal; those from F000 on are the same as those from 0 on.
    """
    from mammoth.docx.dingbats import dingbats

    try:
        number = int(code, 16)
    except ValueError:
        return "\ufffd"
    found = dingbats.get((font, number)) or dingbats.get((font, number & 0xFF if number >> 8 == 0xF0 else -1))
    if found is None and not 0xF000 <= number <= 0xF8FF and 0x20 < number < 0xD800:
        found = number  # an ordinary letter of an ordinary font
    return "\ufffd" if found is None else chr(found)


def linear(formula: Element) -> str:
    """A formula in one line: a/b, x^2, a_1 (as Unicode's “nearly plain text” has them)."""

    def of(element: Element) -> str:
        return "".join(map(said, element))

    def said(element: Element) -> str:
        local = element.tag.rpartition("}")[2]
        parts = [of(each) for each in element if not each.tag.endswith("Pr")]
        if local == "t":
            return element.text or ""
        if local in ("f", "sSup", "sSub") and len(parts) == 2:
            sign = {"f": "/", "sSup": "^", "sSub": "_"}[local]
            return sign.join(part if len(part) < 2 or part.isalnum() else f"({part})" for part in parts)
        return of(element)

    written = " ".join(of(formula).split())
    every = [each.text or "" for each in formula.iter() if str(each.tag).endswith("}t")]
    if _letters_of(written) != _letters_of("".join(every)):
        return " ".join(" ".join(every).split())  # an odd formula: its words at least, in their order
    return written


def _letters_of(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _take_ruby_apart(ruby: Element) -> None:
    """The text, and how it is read in brackets behind it."""
    base, above = child(ruby, "w:rubyBase"), child(ruby, "w:rt")
    run = ancestor(ruby, "w:r")
    if run is None:
        return
    written = run.makeelement(q("w:t"))
    reading = "" if above is None else text(above)
    written.text = (text(base) if base is not None else "") + (f" ({reading})" if reading else "")
    run[run.index(ruby)] = written
