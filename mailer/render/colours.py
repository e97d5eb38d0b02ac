"""The brand's colour, made readable: in light, in dark, and where a client recolours the mail on its own.

WCAG 2.2 §1.4.3 wants a contrast of 4.5. Outlook and Gmail's apps go further: in dark mode they turn what is
nearly white into dark grey and what is nearly black into light grey, and leave the colours between as they
are. So text is nearly black (it is turned together with the white behind it), and a filled area and the text on
it are turned together, or not at all.

Where no words stand on it, the brand's colour is what newsroom.md says.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

DEFAULT = "#14506b"
SHEET, SHEET_DARK, CARD_DARK = "#ffffff", "#191f22", "#232a2e"
INK, PALE, WHITE = "#12181b", "#ebebeb", "#ffffff"
DIM_INK = "#444444"
"""The darkest text that clients leave as it is."""

ENOUGH = 4.6
"""The contrast of text, with a little to spare for rounding."""

TURNED, STAYS = 0.045, 0.06
"""Relative luminance up to which clients turn a colour, and from which it stays."""

BRIGHT, LIGHT, LIGHTEST = 0.25, 0.55, 0.85
"""Relative luminance from which dark words are to be preferred; from which a colour is nearer to a light one than to a
dark one; and above which every client turns it."""

SOME_TURN = 0.7
"""Relative luminance above which clients that turn everything turn an area, too."""

NEARLY_WHITE = 0.85
"""Lightness (of HLS) from which an area can't be seen on a white page."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Attributes:
    brand: as it was written; for bands and bars, which no words stand on.
    fill: of buttons; `on_fill` is the text there.
    bright: the same at full strength, where nobody recolours; `on_bright` is the text there.
    text: of coloured words and links on white or light grey.
    tint: behind black words.
    dark: of areas and words on a dark page; `tint_dark` of what is behind light words there.
    """

    brand: str
    fill: str
    on_fill: str
    bright: str
    on_bright: str
    text: str
    tint: str
    dark: str
    tint_dark: str


def palette(brand: str) -> Palette:
    """A brand's colours, darkened or lightened no more than reading needs."""
    brand = brand or DEFAULT
    fill, on_fill = _filled(brand)
    full = BRIGHT <= luminance(brand) < SOME_TURN
    return Palette(
        brand=brand,
        fill=fill,
        on_fill=on_fill,
        bright=brand if full else fill,
        on_bright=INK if full else on_fill,
        text=_until(brand, lambda c: luminance(c) <= TURNED, -0.01),
        tint=next(c for share in range(14, -1, -1) if luminance(c := _mixed(brand, SHEET, share)) > LIGHTEST),
        dark=_until(brand, lambda c: contrast(c, CARD_DARK) >= ENOUGH, 0.01),
        tint_dark=_mixed(_until(brand, lambda c: luminance(c) >= TURNED, 0.01), SHEET_DARK, 28),
    )


def _filled(brand: str) -> tuple[str, str]:
    """An area and the words on it, which clients turn together or not at all."""
    light = luminance(brand)
    if light <= TURNED:
        return brand, WHITE
    if light < LIGHT or _nearly_white(brand):
        dark = _until(brand, lambda c: contrast(c, PALE) >= ENOUGH, -0.01)
        return _until(dark, lambda c: luminance(c) >= STAYS, 0.01), PALE
    fill = _until(brand, lambda c: luminance(c) > SOME_TURN, 0.01)
    return fill, INK if luminance(fill) > LIGHTEST else DIM_INK


def _nearly_white(colour: str) -> bool:
    return colorsys.rgb_to_hls(*_channels(colour))[1] > NEARLY_WHITE


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rrggbb`, 0 to 1."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _channels(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _mixed(colour: str, ground: str, share: int) -> str:
    """So many parts in a hundred of a colour on a ground."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(255 * (c * share + g * (100 - share)) / 100):02x}" for c, g in pairs)


def _until(colour: str, holds: Callable[[str], bool], step: float) -> str:
    """The colour, lightened or darkened in steps of lightness until a condition holds."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while not holds(colour) and 0 < lightness + step < 1:
        lightness += step
        colour = "#" + "".join(
            f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, lightness, saturation)
        )
    return colour
