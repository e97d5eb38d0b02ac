"""A picture as it is mailed: a file that every mail program shows, with pixels and nothing else, and small enough."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailer.render.pictures.backing import ground_for, on_ground
from mailer.render.pictures.moving import first_frame, moves, moving
from mailer.render.pictures.pixels import orientation, saved, upright_in_srgb, within
from mailer.workspace.enclosures import EnclosureError

if TYPE_CHECKING:
    from PIL import Image

PIXELS = 120_000_000
"""More than any camera of a press office has; such a picture takes half a gigabyte of memory."""

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
"""What is read. Pillow knows dozens more, one of which (EPS) would start another program on a foreign file."""

BUDGET = 350 * 1024
"""Octets that one picture may have, as base64 adds a third and some press lists are read on phones."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as it is mailed.

    Attributes:
        width, height: of its pixels.
        natural: how wide it was before it was made smaller, in pixels: it is never shown wider.
        stilled: it moves, and this is its first picture alone.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    natural: int
    stilled: bool = False


def encoded(content: bytes, most: int) -> Encoded:
    """A picture's octets as they are mailed: at twice the width shown at most (for sharp screens), within `BUDGET`.

    Args:
        content: a file of one of `FORMATS`.
        most: CSS pixels that it may take in width.

    Raises:
        EnclosureError: no mail program can show it, or it is too large to be worked on.
    """
    with opened(content) as image:
        return _encoded(content, image, most)


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """A picture to be worked on, of one of `FORMATS`. Whatever fails while it is worked on is the picture's fault.

    Raises:
        EnclosureError: no mail program can show it, or it is too large to be worked on.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # PIXELS is our own limit; what is odd in a file that can be shown is fine
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > PIXELS:
                    megapixels = f"{image.width * image.height / 1e6:.0f} megapixels"
                    raise EnclosureError(f"this picture has {megapixels}", "make it smaller")
                yield image
                return
    except UnidentifiedImageError:
        said = "no mail program can show it"
    except (OSError, SyntaxError, struct.error, EOFError, ValueError, LookupError, TypeError, OverflowError,
            ArithmeticError, Image.DecompressionBombError) as error:  # fmt: skip
        if isinstance(error, EnclosureError):
            raise
        said = "it is damaged"
    raise EnclosureError(f"this picture can't be used: {said}", "use PNG or JPEG")


def _encoded(content: bytes, image: Image.Image, most: int) -> Encoded:
    moved = moves(image)
    if moved:
        gif = moving(content, image, most, BUDGET)
        if gif:
            return Encoded(gif.content, "image/gif", *gif.size, gif.natural)
        image.seek(first_frame(image))
    if _can_stay(image, len(content), most):
        image.info.pop("comment", None)
        kept = saved(image, "JPEG", quality="keep", optimize=True)
        if len(kept) <= BUDGET:
            return Encoded(kept, "image/jpeg", *image.size, image.width)
    form = image.format
    picture, natural = upright_in_srgb(image, 2 * most)
    if picture.mode == "RGBA" and (ground := ground_for(picture)):
        width = picture.width
        picture = on_ground(picture, ground)
        natural = round(natural * picture.width / width)
    small, media_type, size = _small_enough(picture, form in ("PNG", "GIF", "BMP"))
    return Encoded(small, media_type, *size, natural, moved)


def _can_stay(image: Image.Image, octets: int, most: int) -> bool:
    """Whether a JPEG's compressed pixels can be kept as they are: nothing is to be turned, shrunk or converted."""
    fits = octets <= BUDGET and image.width <= 2 * most and image.mode in ("RGB", "L")
    return image.format == "JPEG" and fits and orientation(image) == 1 and "icc_profile" not in image.info


def _small_enough(picture: Image.Image, drawn: bool) -> tuple[bytes, str, tuple[int, int]]:
    """A picture's octets, media type and size: with as many of its pixels as the budget allows.

    Args:
        drawn: it comes from a format of drawings and screenshots, which lose by JPEG.
    """
    small = picture
    while True:
        least = b""
        for least, media_type in _tries(small, drawn):
            if len(least) <= BUDGET:
                return least, media_type, small.size
        share = min(0.9, (BUDGET / len(least)) ** 0.5)
        small = within(picture, max(1, int(small.width * share)))
        drawn = False


def _tries(picture: Image.Image, drawn: bool) -> Iterator[tuple[bytes, str]]:
    """Ways to encode these pixels, best first."""
    from PIL import Image

    if drawn or picture.mode == "RGBA":
        yield saved(picture, "PNG", optimize=True), "image/png"
    if picture.mode == "RGBA":  # of the colours with their transparency, the 256 that matter most
        yield saved(picture.quantize(256, Image.Quantize.FASTOCTREE), "PNG", optimize=True), "image/png"
        return
    for quality in (85, 75, 65, 50, 35):
        yield saved(picture, "JPEG", quality=quality, optimize=True, progressive=True), "image/jpeg"
