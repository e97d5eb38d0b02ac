"""A file becomes a `Release`."""

from mailer.release.body import NODE_TYPES, plain_text
from mailer.release.newsroom import read_newsroom
from mailer.release.read import digest, read_release
from mailer.release.write import new_release

__all__ = [
    "NODE_TYPES",
    "digest",
    "new_release",
    "plain_text",
    "read_newsroom",
    "read_release",
]
