"""Pictures: hosted ones stay where they are, those of the workspace travel inside the mail, made small enough."""

from __future__ import annotations

import io
import mimetypes
import struct
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailer.errors import Fault, TemplateError
from mailer.model import Part
from mailer.workspace import Workspace
from mailer.workspace.enclosures import EnclosureError, read_enclosure

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
        except EnclosureError as fault:
            raise TemplateError([Fault(file, 0, fault.message, fault.hint)]) from None
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
    """A picture's pixels alone, at twice the width shown at most (for sharp screens), small enough to be mailed.

    What cameras and programs write beside the pixels stays in the house: the place, the camera, a thumbnail of what
    was cut away, a comment. What it says about the pixels is carried out first: turned as the camera held it
    (Word-based Outlook ignores the mark), and in sRGB, which is what programs take colours for without a profile.
    """
    from PIL import Image

    if getattr(image, "is_animated", False) and image.format == "GIF" and image.width <= 2 * most:
        moving = _moving(image)
        if len(moving) <= BUDGET:
            return moving, "image/gif"
    if len(content) <= BUDGET and _can_stay(image, most):
        image.info.pop("comment", None)
        return _saved(image, "JPEG", quality="keep", optimize=True), "image/jpeg"
    picture = _upright_in_srgb(image)
    if picture.width > 2 * most:
        height = max(1, round(picture.height * 2 * most / picture.width))
        picture = picture.resize((2 * most, height), Image.Resampling.LANCZOS)
    transparent = "A" in picture.getbands()
    if transparent or image.format in ("PNG", "GIF", "BMP"):
        lossless = _saved(picture, "PNG", optimize=True)
        if transparent or len(lossless) <= BUDGET:
            return lossless, "image/png"
    picture = picture.convert("RGB")
    for quality in (85, 75, 65, 50, 35):
        lossy = _saved(picture, "JPEG", quality=quality, optimize=True, progressive=True)
        if len(lossy) <= BUDGET:
            break
    return lossy, "image/jpeg"


def _can_stay(image: Image.Image, most: int) -> bool:
    """Whether a JPEG's compressed pixels can be kept as they are: nothing is to be turned, shrunk or converted."""
    from PIL import ExifTags

    turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
    fits = image.width <= 2 * most and image.mode in ("RGB", "L")
    return image.format == "JPEG" and fits and not turned and "icc_profile" not in image.info


def _upright_in_srgb(image: Image.Image) -> Image.Image:
    """The pixels with nothing beside them, in RGB or, where some of them are transparent, RGBA."""
    from PIL import Image, ImageCms, ImageOps

    profile = image.info.get("icc_profile")
    picture = ImageOps.exif_transpose(image) or image
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    alpha = picture.convert("RGBA").getchannel("A") if transparent else None
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # a damaged profile says nothing
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            opaque = picture.convert("RGB") if picture.mode == "RGBA" else picture
            converted = ImageCms.profileToProfile(
                opaque, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            picture = converted or picture
    picture = picture.convert("RGB")
    if alpha is not None:
        picture.putalpha(alpha)
    return Image.frombytes(picture.mode, picture.size, picture.tobytes())


def _moving(image: Image.Image) -> bytes:
    """An animation, without its comments."""
    image.info.pop("comment", None)
    return _saved(image, "GIF", save_all=True, comment=b"")


def _saved(picture: Image.Image, form: str, **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, exif=b"", icc_profile=None, **how)
    return out.getvalue()


def media_type_of(file: str) -> str:
    return mimetypes.guess_type(file)[0] or "application/octet-stream"
