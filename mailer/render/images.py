"""Pictures: hosted ones stay where they are, those of the workspace travel inside the mail, made small enough."""

from __future__ import annotations

import io
import mimetypes
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.enclosures import EnclosureError, read_enclosure
from mailer.errors import Fault, TemplateError
from mailer.model import Part
from mailer.workspace import Workspace

if TYPE_CHECKING:
    from PIL import Image

COLUMN = 536
"""CSS pixels of the text column: the widest a picture is shown."""

PIXELS = 120_000_000
"""More than any camera of a press office has; such a picture takes half a gigabyte of memory."""

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
"""What is read. Pillow knows dozens more, one of which (EPS) would start another program on a foreign file."""

BUDGET = 350 * 1024
"""Octets that one picture may have, as base64 adds a third and some press lists are read on phones."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What an `img` needs; `height` is 0 where the picture is on the web and nobody has looked."""

    src: str
    width: int
    height: int = 0


class Pictures:
    """The pictures of one edition. Each file becomes one `Part`, however often it is shown.

    Args:
        beside: the folder of the release, where its own pictures may lie.
        domain: of the Content-IDs.
    """

    def __init__(self, workspace: Workspace, beside: Path, domain: str) -> None:
        self._workspace, self._beside, self._domain = workspace, beside, domain
        self._found: dict[str, Picture] = {}
        self.parts: list[Part] = []

    def __call__(self, file: str, most: int = COLUMN) -> Picture:
        """
        Args:
            file: a path in the workspace or beside the release, or a web address.
            most: width in CSS pixels that it may take.

        Raises:
            TemplateError: it may not be mailed, or is not a picture that mail programs can show.
        """
        if file.lower().startswith(("http://", "https://")):
            return Picture(file, most)
        if file not in self._found:
            self._found[file] = self._embedded(file, most)
        return self._found[file]

    def _embedded(self, file: str, most: int) -> Picture:
        try:
            enclosure = read_enclosure(self._workspace, file, self._beside)
            content, media_type, (width, height) = _shrunk(enclosure.content, most)
        except EnclosureError as error:
            raise TemplateError([Fault(file, 0, *error.args)]) from None
        number = len(self.parts) + 1
        name = (
            enclosure.path.stem + {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif"}[media_type]
        )
        self.parts.append(Part(name, media_type, content, f"picture{number}@{self._domain}"))
        shown = min(most, width)
        return Picture(f"cid:picture{number}@{self._domain}", shown, round(height * shown / width))


def _shrunk(content: bytes, most: int) -> tuple[bytes, str, tuple[int, int]]:
    """A picture's octets as they are mailed, their media type, and width and height.

    Raises:
        EnclosureError: no mail program can show it, or it is too large to be worked on.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # PIXELS is our own limit
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > PIXELS:
                    raise EnclosureError(
                        f"this picture has {image.width * image.height / 1e6:.0f} megapixels",
                        "make it smaller",
                    )
                small, media_type = _compressed(content, image, most)
            with Image.open(io.BytesIO(small)) as shown:
                return small, media_type, shown.size
    except (
        OSError,
        SyntaxError,
        struct.error,
        EOFError,
        Image.DecompressionBombError,
        OverflowError,
    ) as error:
        raise EnclosureError(f"this picture can't be used: {_said(error)}", "use PNG or JPEG") from None


def _said(error: Exception) -> str:
    from PIL import UnidentifiedImageError

    return "no mail program can show it" if isinstance(error, UnidentifiedImageError) else "it is damaged"


def _compressed(content: bytes, image: Image.Image, most: int) -> tuple[bytes, str]:
    """The file as it is where it is small enough; else at twice the width shown (for sharp screens), and then
    at ever lower quality. A photograph that a camera only marked as turned is turned: Word-based Outlook
    ignores the mark."""
    from PIL import ExifTags, Image, ImageOps

    media_type = Image.MIME.get(image.format or "", "")
    if (
        media_type in ("image/jpeg", "image/png", "image/gif")
        and len(content) <= BUDGET
        and image.width <= 2 * most
        and image.getexif().get(ExifTags.Base.Orientation, 1) == 1
    ):
        return content, media_type
    picture = ImageOps.exif_transpose(image) or image
    if picture.width > 2 * most:
        picture = picture.resize(
            (2 * most, round(picture.height * 2 * most / picture.width)), Image.Resampling.LANCZOS
        )
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    if transparent:
        out = io.BytesIO()
        picture.convert("RGBA").save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    picture = picture.convert("RGB")
    for quality in (85, 75, 65, 50, 35):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= BUDGET:
            break
    return out.getvalue(), "image/jpeg"


def media_type_of(file: str) -> str:
    return mimetypes.guess_type(file)[0] or "application/octet-stream"
