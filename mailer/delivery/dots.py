"""Final dots that wait for the ledger's permission, and who is in charge of them: others go on meanwhile."""

from __future__ import annotations

import selectors
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from mailer.delivery.ledger.boot import since_boot
from mailer.delivery.transport import Parcel, Permission, Work
from mailer.errors import LedgerError

PERMITTED_FOR = 5.0
"""Seconds for which a final dot may leave after that was asked for. Whoever was asleep in between asks again: in the
meantime somebody may have found that nothing is heard of this process (postgres/lease.py)."""

_ROUNDS = 4
"""Times that it is asked again without a word to anybody."""

_TOO_SLOW = (
    f"The ledger takes too long: more than {PERMITTED_FOR:g} seconds, several times, to write down who is next.",
    "What had not left is given back. Is the disk, the database or the line to it overloaded? Once that is over, "
    "`mailer resume` goes on.",
)


class Waiting(Protocol):
    """Whoever has messages that are complete but for their ends."""

    ready: list[Parcel]


_Sender = TypeVar("_Sender", bound=Waiting)


class Dots(Generic[_Sender]):
    """
    Args:
        work: which is asked.
        selector: it wakes up when the answer has come.

    Attributes:
        asked: whose dots were asked for, and wait.
    """

    def __init__(self, work: Work, selector: selectors.BaseSelector) -> None:
        self._work, self._selector = work, selector
        self.asked: list[_Sender] = []
        self._permission: Permission | None = None
        self._socket: int | None = None
        self._when = 0.0

    def ask(self, senders: list[_Sender]) -> bool:
        """Asks for the dots of all that these have ready; whether there are any.

        Raises:
            LedgerError: nothing may leave.
        """
        if senders:
            self._permission = self._ask(senders)
            self.asked = senders
            self._socket = self._permission.socket
            if self._socket is not None:
                self._selector.register(self._socket, selectors.EVENT_READ)
        return bool(senders)

    def _ask(self, senders: list[_Sender]) -> Permission:
        self._when = since_boot()
        return self._work.ask([parcel for sender in senders for parcel in sender.ready])

    @property
    def answered(self) -> bool:
        """Whether what was asked is answered."""
        return self._permission is not None and self._permission.is_there

    def let_go(self) -> Iterator[_Sender]:
        """Those who were asked for, one after the other: what they have ready now is what may leave at this moment.

        Raises:
            LedgerError: nothing may leave.
        """
        senders, permission = self._take()
        self.asked = senders  # whatever fails from here on, nothing of theirs has left
        self._take_away(senders, permission)
        for place, sender in enumerate(senders):
            self._make_fresh(senders[place:])
            self.asked = senders[place + 1 :]
            yield sender

    def _make_fresh(self, senders: list[_Sender]) -> None:
        """Asks again, where it took too long until now; also where that takes too long again, a few times.

        Raises:
            LedgerError: nothing may leave.
        """
        rounds = 0
        while since_boot() - self._when > PERMITTED_FOR:
            if rounds == _ROUNDS:
                raise LedgerError(*_TOO_SLOW)
            rounds += 1
            self._take_away(senders, self._ask(senders))

    def drop(self) -> None:
        """Nobody waits any more: what was asked for has not left, and does not leave."""
        senders, _ = self._take()
        for sender in senders:
            for parcel in sender.ready:
                self._work.give_back(parcel, "it was broken off", suspect=False)

    def _take(self) -> tuple[list[_Sender], Permission | None]:
        taken = self.asked, self._permission
        if self._socket is not None:
            self._selector.unregister(self._socket)
        self.asked, self._permission, self._socket = [], None, None
        return taken

    @staticmethod
    def _take_away(senders: list[_Sender], permission: Permission | None) -> None:
        withheld = permission.withheld() if permission else frozenset[Parcel]()
        for sender in senders:
            sender.ready = [parcel for parcel in sender.ready if parcel not in withheld]
