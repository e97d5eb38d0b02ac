"""The brand's colour, made readable (WCAG 2.2 §1.4.3: at least 4.5 to 1), in light and in dark."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

WHITE, INK, CARD, CARD_DARK = "#ffffff", "#101416", "#f3f6f7", "#232a2e"
DEFAULT = "#14506b"
ENOUGH = 4.6


@dataclass(frozen=True, slots=True)
class Palette:
    """`accent` is readable on white and light grey, `accent_dark` on the dark page; `on_accent` on a button."""

    accent: str
    accent_dark: str
    on_accent: str


def palette(brand: str) -> Palette:
    """A brand's colours, darkened or lightened no more than reading needs."""
    brand = brand or DEFAULT
    accent = _adapted(brand, against=CARD, step=-0.02)
    return Palette(accent, _adapted(brand, against=CARD_DARK, step=0.02), WHITE)


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _channels(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _luminance(colour: str) -> float:
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _adapted(colour: str, *, against: str, step: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while contrast(colour, against) < ENOUGH and 0 < lightness + step < 1:
        lightness += step
        colour = "#" + "".join(
            f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, lightness, saturation)
        )
    return colour
