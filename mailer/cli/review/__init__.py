"""Before a sending: what changed, and a second person's word."""

from mailer.cli.review.approve import approve
from mailer.cli.review.diff import diff

__all__ = ["approve", "diff"]
