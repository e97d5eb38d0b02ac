"""Going on with a ledger that does not know everything: whoever may have been mailed is uncertain from then on."""

from __future__ import annotations

import time

from mailer.delivery import queueing
from mailer.delivery.hold import testimony_of
from mailer.delivery.ledger import Ledger
from mailer.delivery.witness import Witness


def adopt(ledger: Ledger, release: str) -> int:
    """Goes on with a ledger although it does not know everything that was sent of a release: whoever is not known to
    have it, or to be refused, is uncertain; and so is everybody who is queued for it from now on.

    Returns:
        How many are uncertain now who were not.

    Raises:
        LedgerError: somebody else holds the release, or it can't be written.
    """
    with ledger.writing() as db:
        mailing = queueing.reserve(db, release)
    hold = ledger.hold_of(mailing, release)
    hold.take(whole=False)
    try:
        witness = Witness(ledger.path, release)
        beyond = max((testimony.sequence for testimony in witness.read()), default=0)
        with hold.writing(durable=True) as db:
            number = queueing.put_in_doubt(db, mailing, "qds.")
            db.execute(
                "UPDATE mailings SET lost = ?, planned = 0, sequence = max(sequence, ?) + 1 WHERE id = ?",
                (time.time(), beyond, mailing),
            )
        witness.write(testimony_of(ledger, mailing, clean=True))
    finally:
        hold.release()
    return number
