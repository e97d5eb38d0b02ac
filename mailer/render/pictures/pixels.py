"""The pixels of a picture and nothing beside them: upright, in sRGB, eight bits a channel, no larger than is shown."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from PIL import Image

TALLEST = 8192
"""Pixels of a picture's height, as some mail programs show none that is taller; a JPEG ends at 65,535."""

_ORIENTATION = 0x0112
_TURNED = (
    None, None, "FLIP_LEFT_RIGHT", "ROTATE_180", "FLIP_TOP_BOTTOM",
    "TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90",
)  # fmt: skip
"""What sets upright a picture that the camera held so (Exif 2.32 §4.6.4): Pillow's names, by the number."""


def saved(picture: Image.Image, form: str, **how: Any) -> bytes:
    """A picture as a file, without any metadata."""
    out = io.BytesIO()
    picture.save(out, form, exif=b"", icc_profile=None, **how)
    return out.getvalue()


def orientation(image: Image.Image) -> int:
    """How the camera was held, 1 (upright) to 8."""
    said = image.getexif().get(_ORIENTATION, 1)
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def upright_in_srgb(image: Image.Image, widest: int) -> tuple[Image.Image, int]:
    """A picture in RGB or, where some of its pixels are transparent, RGBA, and how wide it was before it was shrunk.

    It is shrunk before anything else is done with it: all further work is on the pixels that are mailed.

    Args:
        widest: in pixels.
    """
    size = image.size
    if image.format in ("JPEG", "MPO"):
        image.draft(
            None, (widest, widest)
        )  # decodes a half, a quarter or an eighth of the pixels of a large one
    image.load()
    turned = orientation(image)
    aside = turned > 4
    natural = (
        image.width if image.format == "TIFF" else size[aside]
    )  # Pillow turns TIFF itself while it loads
    picture = _eight_bits(image)
    picture = within(picture, *((TALLEST, widest) if aside else (widest, TALLEST)))
    picture = _in_srgb(picture, image.info.get("icc_profile"))
    picture = _turned(picture, turned)
    picture.info = {}
    return picture, natural


def see_through(picture: Image.Image) -> bool:
    """Whether any pixel of a picture is transparent, if only a little."""
    return picture.mode == "RGBA" and any(picture.getchannel("A").histogram()[:255])


def within(picture: Image.Image, widest: int, tallest: int = TALLEST) -> Image.Image:
    """A picture no larger than this, of the same proportions."""
    from PIL import Image

    share = min(widest / picture.width, tallest / picture.height)
    if share >= 1:
        return picture
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _eight_bits(image: Image.Image) -> Image.Image:
    """In a mode that can be shrunk, of eight bits a channel: L, RGB, CMYK or LAB; RGBA where it is transparent."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # Pillow's own conversion makes white of all that is brighter than 255
        wide = image.convert("I")
        most = 65535 if image.mode.startswith("I;16") else max(255, *cast(tuple[int, int], wide.getextrema()))
        return wide.point(lambda value: value * (255 / most)).convert("L")
    return image if image.mode in ("L", "RGB", "CMYK", "LAB") else image.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """What programs take colours for that have no profile. What was said by a profile is carried out first."""
    from PIL import Image, ImageCms

    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    if profile or colours.mode == "LAB":
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # a damaged profile says nothing
            source = (
                ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
            )
            srgb = ImageCms.createProfile("sRGB")
            colours = ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB") or colours
    colours = colours.convert("RGB")
    return Image.merge("RGBA", (*colours.split(), alpha)) if alpha and see_through(picture) else colours


def _turned(picture: Image.Image, turned: int) -> Image.Image:
    from PIL import Image

    method = _TURNED[turned]
    return picture.transpose(Image.Transpose[method]) if method else picture
