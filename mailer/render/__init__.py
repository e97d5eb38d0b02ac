"""`Release` → `Rendered`."""

from mailer.render.merge import fill, merge_values
from mailer.render.phones import numbers_of
from mailer.render.preheader import says_again
from mailer.render.renderer import render

__all__ = ["fill", "merge_values", "numbers_of", "render", "says_again"]
