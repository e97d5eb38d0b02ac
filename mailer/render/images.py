"""Pictures: hosted ones stay where they are, those of the workspace travel inside the mail, made small enough."""

from __future__ import annotations

import io
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.errors import Fault, TemplateError
from mailer.model import Part

if TYPE_CHECKING:
    from PIL import Image

COLUMN = 536
"""CSS pixels of the text column: the widest a picture is shown."""

BUDGET = 350 * 1024
"""Octets that one picture may have, as base64 adds a third and some press lists are read on phones."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What an `img` needs; `height` is 0 where the picture is on the web and nobody has looked."""

    src: str
    width: int
    height: int = 0


class Pictures:
    """The pictures of one edition. Each file becomes one `Part`, however often it is shown."""

    def __init__(self, root: Path, domain: str) -> None:
        self._root, self._domain = root, domain
        self._found: dict[str, Picture] = {}
        self.parts: list[Part] = []

    def __call__(self, file: str, most: int = COLUMN) -> Picture:
        """
        Args:
            file: a path in the workspace, or a web address.
            most: width in CSS pixels that it may take.

        Raises:
            TemplateError: the file is no picture that mail programs can show.
        """
        if file.lower().startswith(("http://", "https://")):
            return Picture(file, most)
        if file not in self._found:
            self._found[file] = self._embedded(file, most)
        return self._found[file]

    def _embedded(self, file: str, most: int) -> Picture:
        from PIL import Image, UnidentifiedImageError

        path = self._root / file
        try:
            with Image.open(path) as image:
                content, media_type = _compressed(path, image, most)
            with Image.open(io.BytesIO(content)) as shown:
                width = min(most, shown.width)
                height = round(shown.height * width / shown.width)
        except (UnidentifiedImageError, OSError) as error:
            why = "it is not there" if isinstance(error, FileNotFoundError) else "no mail program can show it"
            raise TemplateError(
                [Fault(file, 0, f"this picture can't be used: {why}", "use PNG or JPEG")]
            ) from None
        number = len(self.parts) + 1
        suffix = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif"}[media_type]
        self.parts.append(Part(path.stem + suffix, media_type, content, f"picture{number}@{self._domain}"))
        return Picture(f"cid:picture{number}@{self._domain}", width, height)


def _compressed(path: Path, image: Image.Image, most: int) -> tuple[bytes, str]:
    """The file as it is where it is small enough; else at twice the width shown (for sharp screens), and then
    at ever lower quality. A photograph that a camera only marked as turned is turned: Word-based Outlook
    ignores the mark."""
    from PIL import ExifTags, Image, ImageOps

    media_type = Image.MIME.get(image.format or "", "")
    content = path.read_bytes()
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
