"""Before and after a sending: what changed, a second person's word, who did what."""

from mailer.cli.review.approve import approve
from mailer.cli.review.diff import diff
from mailer.cli.review.log import log

__all__ = ["approve", "diff", "log"]
