"""How a page's text looks: what tags, style attributes and the page's own style sheet say that a release can keep.

Of CSS this knows what word processors write: simple selectors (`p`, `.c3`, `span.c3`), the last rule wins. Google Docs
and Word keep bold and italic there. Whatever needs a cascade is a web page's business, and no release depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mailer.importing.document import Run
from mailer.importing.sources.web.unseen import unseen, white

Declarations = Mapping[str, str]
_SIMPLE = re.compile(r"(?:\*|[a-z][a-z0-9]*)?(?:[.#][\w-]+)?", re.IGNORECASE)
_UNSEEN = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_MOST_RULES = 5_000


@dataclass(frozen=True, slots=True)
class Look:
    """What a stretch of text inherits."""

    bold: bool = False
    italic: bool = False
    raised: bool = False
    href: str = ""
    note: str = ""
    kept: bool = False
    """Line ends and tabs of the source are meant, as in `pre`."""
    quoted: bool = False
    centred: bool = False
    place: str = ""
    """Where it stands, where its source says so."""
    heading: int = 0
    style: str = ""
    white: bool = False
    coloured: bool = False
    """Something coloured is behind it, or a picture."""
    unseen: bool = False
    """It has no size. What stands in it may have one again: themes of mails set 0 around their columns."""

    def run(self, text: str) -> Run:
        return Run(text, self.bold, self.italic, self.raised, self.href, self.note)


def declarations(text: str) -> dict[str, str]:
    """A style attribute as properties in lower case; values without `!important`."""
    found = {}
    for each in (re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) if "/*" in text else text).split(";"):
        name, colon, value = each.partition(":")
        if colon:
            found[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return found


class Styles:
    """A page's own style sheet.

    Args:
        sheets: the contents of its `<style>` elements.
    """

    def __init__(self, *sheets: str) -> None:
        self._rules: dict[str, dict[str, str]] = {}
        for sheet in sheets:
            for rule in _UNSEEN.sub("", _without_at_blocks(sheet)).split("}")[:_MOST_RULES]:
                selectors, _, declared = rule.partition("{")
                said = declarations(declared)
                for selector in selectors.rpartition(";")[2].split(","):
                    if _SIMPLE.fullmatch(name := selector.strip()):
                        self._rules.setdefault(name.lower(), {}).update(said)

    def of(self, element: Any) -> Declarations:
        """What is said about an element itself: by its tag, its classes, its style attribute, in this order."""
        style = element.get("style")
        if not self._rules:
            return declarations(style) if style else MappingProxyType({})
        tag = element.tag
        merged = dict(self._rules.get(tag, ()))
        for name in (element.get("class") or "").lower().split():
            merged |= self._rules.get(f".{name}", {})
            merged |= self._rules.get(f"{tag}.{name}", {})
        if name := (element.get("id") or "").lower():
            merged |= self._rules.get(f"#{name}", {}) | self._rules.get(f"{tag}#{name}", {})
        return merged | declarations(style or "")


def _without_at_blocks(sheet: str) -> str:
    """A style sheet without `@media print { … }` and its like: what they say is not what one sees."""
    kept, at = [], 0
    for match in re.finditer(r"@[\w-]+[^{};]{0,500}([{;])", sheet):
        if match.start() < at:
            continue
        kept.append(sheet[at : match.start()])
        at = match.end()
        depth, start = match[1] == "{", at
        while depth and (brace := re.compile(r"[{}]").search(sheet, at)):
            depth += 1 if brace[0] == "{" else -1
            at = brace.end()
        if re.fullmatch(r"@media\s+(?:only\s+)?(?:all|screen)\s*\{", match[0], re.IGNORECASE):
            kept.append(sheet[start : at - 1])
    return "".join((*kept, sheet[at:]))


def struck(style: Declarations) -> bool:
    """Whether a line goes through the text of an element."""
    return "line-through" in f"{style.get('text-decoration', '')} {style.get('text-decoration-line', '')}"


_NO_COLOUR = frozenset(
    ("none", "transparent", "inherit", "initial", "unset", "repeat", "scroll", "0%", "0", "auto")
)
_ABOVE = re.compile(r"super|text-super|0*(?:[1-9]\d*|\.\d+|\d+\.\d+)(?:px|pt|em|%)")
_BOLD, _ITALIC = frozenset(("b", "strong")), frozenset(("i", "em", "cite", "dfn"))


def inherited(look: Look, element: Any, style: Declarations) -> Look:
    """The look of what stands in an element, of the look around it."""
    tag = element.tag
    bold = look.bold or tag in _BOLD
    italic = look.italic or tag in _ITALIC
    raised = look.raised or tag == "sup"
    if weight := style.get("font-weight"):
        bold = weight in ("bold", "bolder") or (weight.isdecimal() and int(weight[:5]) >= 600)
    if slant := style.get("font-style"):
        italic = slant.startswith(("italic", "oblique"))
    if upright := style.get("vertical-align"):
        raised = bool(_ABOVE.fullmatch(upright)) or (raised and upright not in ("baseline", "sub"))
    colour = style.get("color") or ((element.get("color") or "").strip().lower() if tag == "font" else "")
    behind = " ".join(
        filter(None, (style.get(f"background{more}") for more in ("", "-color", "-image", "-url")))
    )
    behind = (behind + " " + (element.get("bgcolor") or element.get("background") or "")).strip().lower()
    align = style.get("text-align") or (element.get("align") or "").lower()
    spaces = style.get("white-space", "")
    return replace(
        look,
        bold=bold,
        italic=italic,
        raised=raised,
        kept=spaces.startswith(("pre", "break")) if spaces else look.kept or tag == "pre",
        quoted=look.quoted or tag == "blockquote",
        unseen=unseen(look.unseen, style),
        white=white(colour) if colour and colour != "inherit" else look.white,
        coloured=look.coloured or any(not white(each) and each not in _NO_COLOUR for each in behind.split()),
        centred=align in ("center", "-webkit-center") if align else look.centred or tag == "center",
    )
