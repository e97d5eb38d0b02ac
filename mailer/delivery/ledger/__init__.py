"""What was sent, to whom, by whose word, and what became of it: remembered before the first connection is made.

`Ledger` is the whole of it; store.py says what it is kept in.
"""

from mailer.delivery.ledger.claim import Claim
from mailer.delivery.ledger.ledger import Ledger

__all__ = ["Claim", "Ledger"]
