"""What people say at a page: yes to what it has shown them (offers), and wait, go on or stop to a sender (requests).

The page and the sender are two processes, of which each may be killed; all that passes between them is in the ledger.
"""

from mailer.delivery.consent.heeding import Heeding, nobody_is_told
from mailer.delivery.consent.last_words import LastWord, LastWords, last_word
from mailer.delivery.consent.offers import AT_WORK, Busy, Expired, NonceUsed, Offer, Offers
from mailer.delivery.consent.requests import Request, Requests

__all__ = [
    "AT_WORK",
    "Busy",
    "Expired",
    "Heeding",
    "LastWord",
    "LastWords",
    "NonceUsed",
    "Offer",
    "Offers",
    "Request",
    "Requests",
    "last_word",
    "nobody_is_told",
]
