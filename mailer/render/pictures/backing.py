"""A ground for what is drawn on nothing: dark letters on a transparent logo can't be read on a dark page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailer.render.colours import luminance

if TYPE_CHECKING:
    from PIL import Image

LIGHT, DARK = "#ffffff", "#191f22"
"""The sheet that pictures lie on, on a light and on a dark page (clients.css)."""

GROUNDS = (LIGHT, DARK, "#767676")
"""What may be put behind a picture: invisible on the page that it was drawn for, or, where it has dark and light
letters, a grey from which both stand out."""

ENOUGH = 3.0
"""The contrast of what is drawn and is no text (WCAG 2.2 §1.4.11)."""

_LOST = 0.1
"""The share of what is drawn that may be lost on a page; a logo has shadows and fine lines."""

_SIDE, _OPAQUE = 200, 64
"""Pixels of the copy that is looked at, and the alpha from which one of them counts as drawn."""


def ground_for(picture: Image.Image) -> str:
    """The colour to put behind a picture (RGBA), or "" where it can be seen on light and dark pages as it is."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    if max(lost(small, page) for page in (LIGHT, DARK)) <= _LOST:
        return ""
    return min(GROUNDS, key=lambda ground: lost(small, ground))


def lost(picture: Image.Image, page: str) -> float:
    """The share of what is drawn (0 to 1) that nobody sees on a page of this colour.

    A shape counts as seen if any of it stands out: white paper with dark words on it is seen on a white page.

    Args:
        picture: RGBA.
    """
    from PIL import Image, ImageChops, ImageFilter

    drawn = picture.getchannel("A").point(lambda alpha: 255 if alpha >= _OPAQUE else 0)
    total = drawn.histogram()[255]
    if not total:
        return 0.0
    out = Image.frombytes("L", picture.size, bytes(_standing_out(picture, page)))
    seen = ImageChops.darker(out, drawn)
    while True:  # each time one pixel further, as far as the shapes reach that it begins in
        more = ImageChops.darker(seen.filter(ImageFilter.MaxFilter(3)), drawn)
        if more == seen:
            return 1 - seen.histogram()[255] / total
        seen = more


def _standing_out(picture: Image.Image, page: str) -> Iterator[int]:
    """For each pixel 255, if its contrast to the page is enough, else 0."""
    ground = luminance(page)
    linear = [luminance(f"#{value:02x}{value:02x}{value:02x}") for value in range(256)]
    octets = picture.convert("RGB").tobytes()
    for red, green, blue in zip(octets[::3], octets[1::3], octets[2::3], strict=True):
        light = 0.2126 * linear[red] + 0.7152 * linear[green] + 0.0722 * linear[blue]
        brighter, darker = max(light, ground), min(light, ground)
        yield 255 if (brighter + 0.05) / (darker + 0.05) >= ENOUGH else 0


def on_ground(picture: Image.Image, ground: str) -> Image.Image:
    """A picture (RGBA) on a ground that reaches a little beyond it: RGB."""
    from PIL import Image

    room = max(2, round(min(picture.size) * 0.08))
    backed = Image.new("RGB", (picture.width + 2 * room, picture.height + 2 * room), ground)
    backed.paste(picture, (room, room), picture)
    return backed
