"""A ledger held against the list of what a server accepted, as numbers and names: `smtp_mailing.reconcile` asserts, this
tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailer.model import Status


@dataclass(frozen=True)
class Compared:
    """Addresses.

    Attributes:
        uncertain: of whom the ledger says so; undelivered: of these, who has nothing.
        twice: who got it more than once.
        lost: whom nobody will mail, nor a person be asked about, and who has nothing.
        wrong: of whom the ledger says what is not so, and what it says.
    """

    uncertain: tuple[str, ...]
    undelivered: tuple[str, ...]
    twice: tuple[str, ...]
    lost: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not (self.twice or self.lost or self.wrong)


def compare(
    found: Mapping[str, Status], accepted: Iterable[tuple[str, bytes]], addresses: Iterable[str]
) -> Compared:
    """
    Args:
        found: what the ledger says, after a mailing came to its end.
        accepted: what the server has taken, to whom.
        addresses: everybody who was to be mailed.
    """
    times = Counter(address for address, _ in accepted)
    uncertain = [address for address, state in found.items() if state is Status.UNCERTAIN]
    wrong = [
        f"{address}: {state}, and the server took {times[address]}"
        for address, state in found.items()
        if (state is Status.ACCEPTED and not times[address])
        or (state not in (Status.ACCEPTED, Status.UNCERTAIN) and times[address])
    ]
    named = (Status.ACCEPTED, Status.UNCERTAIN, Status.REJECTED)
    return Compared(
        tuple(uncertain),
        tuple(address for address in uncertain if not times[address]),
        tuple(address for address, number in times.items() if number > 1),
        tuple(a for a in addresses if not times[a] and found.get(a) not in named),
        tuple(wrong),
    )
