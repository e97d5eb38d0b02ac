"""Pictures: hosted ones stay where they are, those of the workspace travel inside the mail, made small enough."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailer.errors import Fault, TemplateError
from mailer.model import Part
from mailer.render.pictures.encoded import encoded
from mailer.workspace import Workspace
from mailer.workspace.enclosures import EnclosureError, read_enclosure

COLUMN = 536
"""CSS pixels of the text column: the widest a picture is shown."""

_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif"}


@dataclass(frozen=True, slots=True)
class Picture:
    """What an `img` needs; `height` is 0 where the picture is on the web and nobody has looked.

    Attributes:
        width: the widest it is shown, in CSS pixels: that of the column, or its own where it is narrower.
    """

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
        self.stills: list[str] = []
        """Files that move, and of which the first picture alone is small enough to be mailed."""

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
            made = encoded(enclosure.content, most)
        except EnclosureError as fault:
            raise TemplateError([Fault(file, 0, fault.message, fault.hint)]) from None
        if made.stilled:
            self.stills.append(file)
        number = len(self.parts) + 1
        content_id = f"picture{number}@{self._domain}"
        name = enclosure.path.stem + _SUFFIXES[made.media_type]
        self.parts.append(Part(name, made.media_type, made.content, content_id))
        shown = min(most, made.natural)
        return Picture(f"cid:{content_id}", shown, max(1, round(made.height * shown / made.width)))
