"""A file becomes a `Release`."""

from mailer.release.body import NODE_TYPES, plain_text
from mailer.release.kinds import kinds_of_labels, parse_kind
from mailer.release.languages import direction_of, is_other, script_of
from mailer.release.newsroom import read_newsroom
from mailer.release.read import digest, read_release
from mailer.release.writing.new import new_release

__all__ = [
    "NODE_TYPES",
    "digest",
    "direction_of",
    "is_other",
    "kinds_of_labels",
    "new_release",
    "parse_kind",
    "plain_text",
    "read_newsroom",
    "read_release",
    "script_of",
]
