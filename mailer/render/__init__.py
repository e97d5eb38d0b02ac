"""`Release` → `Rendered`."""

from mailer.render.merge import fill, merge_values
from mailer.render.photo_metadata import without_metadata
from mailer.render.renderer import render

__all__ = ["fill", "merge_values", "render", "without_metadata"]
