"""Pictures made for a test, and what a mail makes of them."""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image

from mailer.model import Part, Rendered
from mailer.render import render
from mailer.workspace import Workspace
from support.releases import written

_OCTETS = {"L": 1, "I;16": 2, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}


def noise(mode: str, size: tuple[int, int], seed: int = 1) -> Image.Image:
    """What no format can make smaller, and the same each time."""
    octets = random.Random(seed).randbytes(size[0] * size[1] * _OCTETS[mode])
    return Image.frombytes(mode, size, octets)


def showing(workspace: Workspace, name: str, picture: Image.Image | bytes, **how: object) -> Rendered:
    """A mail that shows a picture, which is written to images/ in the workspace."""
    path: Path = workspace.root / "images" / name
    path.parent.mkdir(exist_ok=True)
    if isinstance(picture, bytes):
        path.write_bytes(picture)
    else:
        picture.save(path, **how)
    fields = f"Headline: One\nImages:\n  - file: images/{name}\n    alt: A quay"
    return render(written(workspace, "Text.", fields), workspace.theme("default"))


def the_part(mail: Rendered) -> Part:
    (part,) = mail.related
    return part


def opened(part: Part) -> Image.Image:
    image = Image.open(io.BytesIO(part.content))
    image.load()
    return image
