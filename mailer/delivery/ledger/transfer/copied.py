"""Copying all rows from one ledger into another, and finding that both say the same."""

from __future__ import annotations

from collections.abc import Callable

from mailer.delivery.ledger.store import Connection, filled
from mailer.delivery.ledger.sums import Sum, Summing, called, differing, releases, sums
from mailer.delivery.ledger.tables import TABLES
from mailer.delivery.ledger.transfer.at_rest import Refused


def copied(
    source: Connection, target: Connection, in_between: Callable[[], None] = lambda: None
) -> dict[str, Sum]:
    """Copies all tables, ids included, in the transactions of these connections, and reads them again.

    Args:
        in_between: called when all is copied, before it is read again.

    Returns:
        What was copied, by release.

    Raises:
        Refused: the copy does not say what the original does.
    """
    summing = Summing()
    for table in TABLES:
        filled(target, table.name, table.columns, summing.rows_of(source, table))
    in_between()
    here = summing.by_release(releases(source))
    if wrong := differing(here, sums(target)):
        raise Refused(
            f"What was copied is not the same: {', '.join(map(called, wrong))}.",
            "Nothing was moved. Is there something wrong with a disk?",
        )
    return here
