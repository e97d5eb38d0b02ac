"""Pictures in press sizes: for print, for the web, and to choose from; none has where or with what it was taken."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mailer.errors import Fault, TemplateError
from mailer.photo_metadata import without_metadata
from mailer.publish.site.page import PressPicture, Rendition
from mailer.render.pictures.encoded import opened
from mailer.render.pictures.pixels import orientation, saved, upright_in_srgb, within
from mailer.workspace import Workspace, web_name
from mailer.workspace.enclosures import EnclosureError, read_enclosure

if TYPE_CHECKING:
    from PIL import Image

WIDTHS = (2400, 1200, 400)
"""Pixels: 20 cm in print at 300 dpi; a page's column on a sharp screen; a list to choose from. None is made larger."""

_DRAWN = ("PNG", "GIF", "BMP")
_QUALITY = 88


class PressPictures:
    """The pictures of a release, each file once, however many editions show it.

    Args:
        beside: the folder of the release, where its own pictures may lie.
        folder: of the release's files, relative to the site's.
    """

    def __init__(self, workspace: Workspace, beside: Path, folder: str) -> None:
        self._workspace, self._beside, self._folder = workspace, beside, folder
        self._found: dict[str, tuple[Rendition, ...]] = {}
        self.files: dict[str, bytes] = {}

    def __call__(self, file: str, alt: str = "", caption: str = "", credit: str = "") -> PressPicture:
        """A picture of the workspace in every size.

        Raises:
            TemplateError: it may not leave the workspace, or is no picture.
        """
        if file not in self._found:
            try:
                content = read_enclosure(self._workspace, file, self._beside).content
                self._found[file] = tuple(self._sizes(file, content))
            except EnclosureError as fault:
                raise TemplateError([Fault(file, 0, fault.message, fault.hint)]) from None
        return PressPicture(file, alt, caption, credit, self._found[file])

    def _sizes(self, file: str, content: bytes) -> list[Rendition]:
        stem = self._stem(PurePosixPath(file.replace("\\", "/")).stem)
        with opened(content) as image:
            drawn = image.format in _DRAWN
            kept = self._as_it_came(stem, content, image)
            picture, _ = upright_in_srgb(image, WIDTHS[0])
            found = [kept] if kept else []
            for width in (width for width in WIDTHS if width < picture.width or width == WIDTHS[0]):
                small = within(picture, width)
                if not (kept and small.width >= kept.width):
                    found.append(self._saved(stem, small, drawn))
        return found

    def _stem(self, name: str) -> str:
        """Two pictures of one name lie in different folders."""
        stem = base = web_name(name)
        number = 2
        while any(path.startswith(f"{self._folder}/{stem}-") for path in self.files):
            stem, number = f"{base}-{number}", number + 1
        return stem

    def _as_it_came(self, stem: str, content: bytes, image: Image.Image) -> Rendition | None:
        """A JPEG that is right for print keeps its pixels, profile, and the credit in it, by which desks work."""
        if image.format != "JPEG" or image.width > WIDTHS[0] or orientation(image) != 1:
            return None
        clean = without_metadata(content)
        if clean is None:
            return None
        return self._kept(f"{stem}-{image.width}.jpg", clean, "image/jpeg", image.size)

    def _saved(self, stem: str, picture: Image.Image, drawn: bool) -> Rendition:
        tries = []
        if picture.mode == "RGBA" or drawn:
            tries.append((saved(picture, "PNG", optimize=True), "png", "image/png"))
        if picture.mode != "RGBA":
            made = saved(picture, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
            tries.append((made, "jpg", "image/jpeg"))
        content, ending, media_type = min(tries, key=lambda made: len(made[0]))
        return self._kept(f"{stem}-{picture.width}.{ending}", content, media_type, picture.size)

    def _kept(self, name: str, content: bytes, media_type: str, size: tuple[int, int]) -> Rendition:
        path = f"{self._folder}/{name}"
        self.files[path] = content
        return Rendition(path, media_type, *size, len(content))
