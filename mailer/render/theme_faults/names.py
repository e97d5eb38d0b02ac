"""What templates may use: docs/reference/themes.md lists it, and a test holds both to what the renderer gives."""

from __future__ import annotations

from mailer.model import Edition, Newsroom
from mailer.render.colours import Palette

NAMES = frozenset((
    "release", "newsroom", "labels", "kind", "kind_key", "immediate", "colour", "day", "moment", "elsewhere", "period",
    "tel", "picture", "further_images", "calendar_link", "web_address", "file_name", "file_facts", "address_lines",
    "stylesheet", "blocks", "part", "slot", "merged", "underlined", "aligned", "upright", "sentence_case",
    "has_italics", "language_of",
))  # fmt: skip

JINJAS = frozenset((
    "range", "dict", "lipsum", "cycler", "joiner", "namespace", "loop", "self", "super", "caller", "varargs", "kwargs",
    "true", "false", "none",
))  # fmt: skip
"""What every template of Jinja's has."""


def _public(noun: type) -> frozenset[str]:
    return frozenset(name for name in dir(noun) if not name.startswith("_"))


ATTRIBUTES: dict[str, frozenset[str]] = {
    "release": _public(Edition),
    "newsroom": _public(Newsroom),
    "colour": _public(Palette),
}
"""What stands behind the dot of a name."""
