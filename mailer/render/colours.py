"""The brand's colour, made readable: in light, in dark, and where a client recolours the mail on its own.

WCAG 2.2 §1.4.3 wants a contrast of 4.5. Outlook and Gmail's apps go further: in dark mode they turn what is
nearly white into dark grey and what is nearly black into light grey, and leave the colours between as they
are. So text is nearly black (it is turned together with the white behind it), and a filled area and the text on
it are both of the middle (they stay together).
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

DEFAULT = "#14506b"
CARD_DARK = "#232a2e"
PALE = "#ebebeb"

ENOUGH = 4.6
"""The contrast of text, with a little to spare for rounding."""

TURNED, STAYS = 0.045, 0.06
"""Relative luminance up to which clients turn a colour, and from which it stays."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Attributes:
    fill: of buttons, rules and the like; `on_fill` is the text there.
    text: of coloured words and links on white or light grey.
    dark: both, on a dark page.
    """

    fill: str
    on_fill: str
    text: str
    dark: str


def palette(brand: str) -> Palette:
    """A brand's colours, darkened or lightened no more than reading needs."""
    brand = brand or DEFAULT
    fill = _until(brand, lambda c: contrast(c, PALE) >= ENOUGH, -0.01)
    fill = _until(fill, lambda c: luminance(c) >= STAYS, 0.01)
    return Palette(
        fill=fill,
        on_fill=PALE,
        text=_until(fill, lambda c: luminance(c) <= TURNED, -0.01),
        dark=_until(fill, lambda c: contrast(c, CARD_DARK) >= ENOUGH, 0.01),
    )


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


def _until(colour: str, holds: Callable[[str], bool], step: float) -> str:
    """The colour, lightened or darkened in steps of lightness until a condition holds."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while not holds(colour) and 0 < lightness + step < 1:
        lightness += step
        colour = "#" + "".join(
            f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, lightness, saturation)
        )
    return colour
