"""`Release` → `Rendered`."""

from mailer.render.merge import fill, merge_values
from mailer.render.render import render
from mailer.render.unmarked import unmarked

__all__ = ["fill", "merge_values", "render", "unmarked"]
