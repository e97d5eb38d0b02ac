"""What comes after a release: corrections, updates, withdrawals, follow-ups."""

from mailer.pipeline.following.chain import Link, chain_of, superseded_by, up_from

__all__ = ["Link", "chain_of", "superseded_by", "up_from"]
