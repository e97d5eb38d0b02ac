"""Whether a release's links lead anywhere: looked up only if somebody asks, as strangers' servers see it."""

from mailer.checks.links.look_up import looked_up
from mailer.checks.links.visit import Answer, Visitor, is_public

__all__ = ["Answer", "Visitor", "is_public", "looked_up"]
