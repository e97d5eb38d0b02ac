"""The seconds between somebody's word and the first of it that leaves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mailer.cli.terminal.interrupting import interruptible
from mailer.delivery import Stop
from mailer.delivery.consent import Requests

if TYPE_CHECKING:
    from mailer.delivery import Ledger
    from mailer.delivery.consent import Offer

_LOOK = 0.2
"""Seconds between two looks at what is asked of us."""


_SLEPT = 60.0
"""Seconds that pass for nobody who works: the computer was asleep meanwhile, or its clock was put right."""


class Awake:
    """Whether whoever sends was awake since it took its order in hand. What was to leave in half a minute does not
    leave in the morning, when a closed laptop is opened: by then nobody watches who could stop it."""

    def __init__(self) -> None:
        self._wall, self._steady = time.time(), time.monotonic()

    def slept(self, since: float | None = None) -> bool:
        """
        Args:
            since: of the steady clock, when it was last looked; None: it has worked meanwhile, for as long as it took.
        """
        # Some systems' steady clocks stand still while they sleep, and others' go on.
        gone = time.time() - self._wall - (time.monotonic() - self._steady)
        return gone > _SLEPT or (since is not None and time.monotonic() - since > _SLEPT)


def count_down(ledger: Ledger, offer: Offer, awake: Awake) -> str:
    """Waits for the moment at which it leaves. Who asks for a pause in these seconds stops the clock, until they say
    how it goes on. What is asked after that, the sending heeds: we have hold of the mailing since before.

    Returns:
        Why nothing is to leave; "": it leaves.
    """
    requests, stop, heard = Requests(ledger), Stop(), 0
    hold = ledger.hold_of(offer.mailing, offer.release)
    looked: float | None = None
    # A clock that is put back in these seconds must not keep it for hours.
    leaves = time.monotonic() + max(0.0, offer.leaves - time.time())
    with interruptible(stop):
        while True:
            newest = requests.newest(offer.mailing)
            # What was asked of an earlier sender is over. (The clock may have been put back since.)
            ours = newest and (newest.id > hold.asked_before or newest.at >= offer.given)
            asked = newest if ours else None
            if asked and asked.id != heard:
                heard = asked.id
                requests.hear(asked, hold.fence.token)
            if stop.finishing:
                return "The sender was told to end before anything left."
            if asked and asked.kind == "stop":
                return f"Stopped by {asked.giver} before anything left."
            if awake.slept(looked):
                return "This computer was asleep, or its clock was changed, before anything left: nothing was sent."
            looked = time.monotonic()
            left = leaves - time.monotonic()
            if left <= 0 and not (asked and asked.kind == "pause"):
                return ""
            time.sleep(min(_LOOK, max(left, 0.01)))
