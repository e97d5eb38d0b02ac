"""What was sent, to whom, by whose word, and what became of it: remembered before the first connection is made.

`Ledger` is the whole of it; `Claims` is a mailing in the hands of the process that sends it.
"""

from mailer.delivery.ledger.claims import Claim, Claims
from mailer.delivery.ledger.ledger import Ledger

__all__ = ["Claim", "Claims", "Ledger"]
