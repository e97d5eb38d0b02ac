"""What the desk offers somebody to say yes to, and what must hold when they have: the same on the page, when it is
posted, and in the process that sends (docs/decisions/orders.md).

    asked = Asked(lists=("press",))                        # whom, and when
    look = looked_at(asked, workspace, name, settings, ledger)
    look.forbidden                                         # [] or nothing is offered
    Offers(ledger).make(name, look.shown.what)             # and later, anew:
    differences(offer.what, look.shown.what, look.shown.addresses)
"""

from mailer.pipeline.offering.alive import NEVER_BEGUN, at_work, is_alive, may_begin
from mailer.pipeline.offering.asked import Asked
from mailer.pipeline.offering.differing import changed_words, differences
from mailer.pipeline.offering.look import Look, looked_at
from mailer.pipeline.offering.people import digest_of
from mailer.pipeline.offering.shown import Shown, shown, shown_of_rest
from mailer.pipeline.offering.tried import Since, since

__all__ = [
    "NEVER_BEGUN",
    "Asked",
    "Look",
    "Shown",
    "Since",
    "at_work",
    "changed_words",
    "differences",
    "digest_of",
    "is_alive",
    "looked_at",
    "may_begin",
    "shown",
    "shown_of_rest",
    "since",
]
