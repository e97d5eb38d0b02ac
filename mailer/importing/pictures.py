"""Pictures that came inside a document: the pixels that are shown there, in a form that a mail can carry."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailer.importing.document import Picture
from mailer.photo_metadata import without_metadata

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MOST_BYTES = 32 << 20
MOST_PIXELS = 120_000_000
"""Of a picture that is taken over as it is; as many as one that a mail shows may have (`render.pictures`)."""
MOST_DECODED = 40_000_000
"""Pixels of one that has to be made anew, which takes four bytes for each, twice."""
FORMATS: Mapping[str, str] = MappingProxyType({
    "JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp",
})  # fmt: skip
"""What is taken over as it is: Pillow's name of the form, and its media type."""
_MADE_ANEW = ("BMP", "TIFF")
_OPENED = (*(FORMATS.keys() - {"MPO"}), *_MADE_ANEW)
"""An MPO begins as a JPEG; Pillow finds out itself."""
_ORIENTATION = 0x0112
"""How the camera was held (Exif 2.32 §4.6.4)."""
_MARKS = (
    (b"\x01\0\0\0", "an EMF drawing"), (b"\xd7\xcd\xc6\x9a", "a WMF drawing"), (b"\1\0\x09\0", "a WMF drawing"),
    (b"\x1f\x8b", "a packed drawing"), (b"%!PS", "an EPS drawing"), (b"%PDF", "a PDF"),
)  # fmt: skip


class PictureFault(ValueError):
    """A picture can't be taken over; its message says what it is, as in “the picture is an EMF drawing”."""


@dataclass(frozen=True, slots=True)
class Crop:
    """What a document does not show of a picture, as shares of its width and height."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0

    def __bool__(self) -> bool:
        return max(self.left, self.top, self.right, self.bottom) > 0


def taken_over(content: bytes, crop: Crop | None = None) -> Picture:
    """A picture without metadata, and without what a document does not show of it.

    Pixels stay as they are, byte for byte, unless something is cut off or mails can't show a picture of its kind.

    Args:
        content: of a file that should be one.

    Raises:
        PictureFault: it is none, none that can be shown, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    if len(content) > MOST_BYTES:
        raise PictureFault(f"has more than {MOST_BYTES >> 20} MB")
    try:
        image = Image.open(io.BytesIO(content), formats=_OPENED)
    except UnidentifiedImageError:
        raise PictureFault(f"is {_kind(content)}") from None
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise PictureFault("is damaged or too large to be opened") from None
    pixels, media_type = image.width * image.height, FORMATS.get(image.format or "")
    if pixels > (MOST_DECODED if crop or not media_type else MOST_PIXELS):
        raise PictureFault(f"has {pixels / 1e6:,.0f} megapixels")
    if media_type and not crop:
        plain = without_metadata(content, credit=False)
        if plain is None:
            raise PictureFault("is damaged")
        return Picture(plain, media_type)
    return _made_anew(image, crop or Crop())


def _made_anew(image: ImageFile, crop: Crop) -> Picture:
    from PIL import Image

    try:
        image.load()
        form = image.format if image.format in ("JPEG", "MPO") else "PNG"
        profile, turned = image.info.get("icc_profile"), image.getexif().get(_ORIENTATION, 1)
        width, height = image.size
        box = (
            round(width * max(crop.left, 0)),
            round(height * max(crop.top, 0)),
            round(width * (1 - max(crop.right, 0))),
            round(height * (1 - max(crop.bottom, 0))),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            raise PictureFault("is cut down to nothing")
        shown: Image.Image = image
        if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK") or (
            image.mode == "CMYK" and form == "PNG"
        ):
            shown = image.convert("RGBA" if "A" in image.mode else "RGB")
        shown = shown.crop(box)
        shown.info = {name: shown.info[name] for name in ("transparency",) if name in shown.info}
        out = io.BytesIO()
        if form == "PNG":
            shown.save(out, "PNG", icc_profile=profile)
        else:
            exif = Image.Exif()
            exif[_ORIENTATION] = turned
            shown.save(out, "JPEG", quality=92, icc_profile=profile, exif=exif)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise error if isinstance(error, PictureFault) else PictureFault("is damaged") from None
    return Picture(out.getvalue(), "image/png" if form == "PNG" else "image/jpeg")


def _kind(content: bytes) -> str:
    if b"<svg" in content[:4096]:
        return "an SVG drawing"
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    return "in a form that mail programs don't show"
