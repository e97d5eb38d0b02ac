"""What is on a page and nobody sees: not shown, without colour or size, outside of it (CSS 2.2 and its modules)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_Declarations = Mapping[str, str]
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(px|pt|em|rem|ex|%|in|cm|mm|vw|vh)?")
_PIXELS = {
    "": 1,
    "px": 1,
    "pt": 1.33,
    "em": 16,
    "rem": 16,
    "ex": 8,
    "%": 0.16,
    "in": 96,
    "cm": 38,
    "mm": 3.8,
    "vw": 10,
    "vh": 10,
}
_TINY = 2
"""Pixels: of letters that nobody can read."""
_FAR = -500
"""Pixels: so far to the left or above, nothing of a word is on the page."""
_FAINT = 0.05
_NOWHERE = re.compile(
    r"scale(?:3d|x|y)?\(\s*0*\.?0*\s*[,)]|(?:inset\(\s*(?:100|[5-9]\d)%|circle\(\s*0|polygon\(\s*0[^1-9]*\))"
)
_FONT_SIZE = re.compile(r"(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%)?)(?:\s*/\s*\S+)?\s+\S")


def hidden(element: Any, style: _Declarations) -> bool:
    """Whether a reader of the page sees neither an element nor anything in it."""
    return (
        style.get("display") == "none"
        or style.get("mso-hide") == "all"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("content-visibility") == "hidden"
        or element.get("hidden") is not None
        or (
            element.get("role") != "presentation" and _without_colour(style)
        )  # text over the picture of a PDF's page
        or _outside(style)
        or _without_room(style)
    )


def unseen(around: bool, style: _Declarations) -> bool:
    """Whether text in an element has no size.

    Args:
        around: whether that around the element has none.
    """
    size = style.get("font-size", "")
    if not size and (short := _FONT_SIZE.search(style.get("font", ""))):
        size = short[1]
    pixels = _pixels(size)
    return around if pixels is None else pixels <= _TINY


def white(colour: str) -> bool:
    """Whether a colour of CSS is white, or can hardly be told from it."""
    digits = re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})(?:f{1,2})?", colour)
    if digits:
        step = len(digits[1]) // 3
        parts = [int(digits[1][at : at + step] * (3 - step), 16) for at in range(0, len(digits[1]), step)]
        return min(parts) >= 0xFA
    numbers = re.fullmatch(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+[\d.%]+)?\s*\)", colour)
    return colour in ("white", "snow", "window") or bool(
        numbers and min(int(each[:4]) for each in numbers.groups()) >= 0xFA
    )


def _without_colour(style: _Declarations) -> bool:
    opacity = style.get("opacity") or "".join(re.findall(r"opacity\(([^)]*)\)", style.get("filter", "")))
    said = _LENGTH.fullmatch(opacity)
    if said and float(said[1]) / (100 if said[2] == "%" else 1) <= _FAINT:
        return True
    colour = style.get("color", "")
    clear = colour == "transparent" or re.fullmatch(r"(?:rgb|hsl)a?\(.*[,/]\s*0*\.?0*%?\s*\)", colour)
    clipped = "text" in (style.get("background-clip", ""), style.get("-webkit-background-clip", ""))
    filled = style.get("-webkit-text-fill-color", colour) != colour
    return bool(
        clear and not clipped and not filled and not re.fullmatch(r"(?:rgb|hsl)\([^,]*,[^,]*,[^,]*\)", colour)
    )


def _outside(style: _Declarations) -> bool:
    placed = style.get("position") in ("absolute", "fixed")
    for name in (*(("left", "top", "right", "bottom") * placed), "text-indent"):
        pixels = _pixels(style.get(name, ""))
        if pixels is not None and pixels <= _FAR:
            return True
    cut = re.fullmatch(r"rect\(([^)]*)\)", style.get("clip", ""))
    if placed and cut and all((_pixels(each) or 0) <= 1 for each in re.split(r"[\s,]+", cut[1].strip())):
        return "auto" not in cut[1]
    return bool(_NOWHERE.search(f"{style.get('transform', '')} {style.get('clip-path', '')}"))


def _without_room(style: _Declarations) -> bool:
    """A box without height or width that shows nothing of what runs over."""
    if not {"hidden", "clip"} & set(f"{style.get('overflow', '')} {style.get('overflow-y', '')}".split()):
        return False
    sizes = (_pixels(style.get(name, "")) for name in ("height", "max-height", "width", "max-width"))
    return any(pixels is not None and pixels <= 1 for pixels in sizes)


def _pixels(length: str) -> float | None:
    """A length in pixels, roughly; None for what is none."""
    found = _LENGTH.fullmatch(length.removeprefix("calc(").removesuffix(")").strip())
    return float(found[1]) * _PIXELS[found[2] or ""] if found else None
