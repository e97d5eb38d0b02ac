"""What a run and a transport say to each other: the run hands out parcels, the transport reports back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mailer.delivery.ledger.claim import Answer, Claim
from mailer.delivery.ledger.places import Places
from mailer.delivery.ledger.store import Fence
from mailer.delivery.limits import StillWanted
from mailer.delivery.messages import Signing
from mailer.delivery.replies import Verdict
from mailer.model import Envelope, Outcome, Status


@dataclass(slots=True, eq=False)
class Parcel:
    """A claimed recipient with the message for them. `drops` counts lost connections before the final dot."""

    claim: Claim
    envelope: Envelope
    drops: int = 0


class Permission:
    """What was asked of the ledger before final dots leave. Until `withheld` returns, not one of them may leave.

    Args:
        parcels: whose dots are about to leave.
        asked: those of them that the ledger was asked for (`Claim.id`): the others are not to leave, whatever it says.
        answer: the ledger's.
        hear: is told once whom the ledger withholds, and how many are withheld in all.
    """

    def __init__(
        self,
        parcels: Sequence[Parcel],
        asked: Sequence[int],
        answer: Answer,
        hear: Callable[[Collection[Status], int], None],
    ) -> None:
        self._parcels, self._asked, self._answer, self._hear = parcels, asked, answer, hear

    @property
    def socket(self) -> int | None:
        """See `Answer.socket`."""
        return self._answer.socket

    @property
    def is_there(self) -> bool:
        """See `Answer.is_there`."""
        return self._answer.is_there

    def withheld(self) -> frozenset[Parcel]:
        """Those that are not to leave after all, settled already: their dots never leave.

        Raises:
            LedgerError: it can't be written, so nothing may leave.
        """
        withheld = self._answer.withheld()
        found = frozenset[Parcel]()
        if withheld or len(self._asked) < len(self._parcels):
            leaving = set(self._asked).difference(withheld)
            found = frozenset(parcel for parcel in self._parcels if parcel.claim.id not in leaving)
        self._hear(withheld.values(), len(found))
        return found


@dataclass(frozen=True, slots=True)
class NoLogin:
    """Why no login is tried any more in this run, and what to do about it."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class NoToken:
    """Why a helper gets no access token, and what to do about it."""

    message: str
    hint: str


class Work(Protocol):
    """A run as a transport sees it."""

    def take(self) -> Parcel | None:
        """What to send next; None: nothing right now, see `wait`."""

    def wait(self) -> float | None:
        """Seconds until `take` may have more; None: never, finish what is in flight and leave."""

    def left(self) -> int:
        """How many parcels there may be to take, at most."""

    def ask(self, parcels: Sequence[Parcel]) -> Permission:
        """Has it written down that these messages are about to be complete on the wire, and what became of others.
        Until the permission is there, not one final dot may leave.

        Raises:
            LedgerError: it can't be written, so nothing may leave.
        """

    def flush(self) -> None:
        """Writes down what became of whom so far: there is a moment for it.

        Raises:
            LedgerError: it can't be written.
        """

    def settle(self, parcel: Parcel, verdict: Verdict, outcome: Outcome, host: str) -> None:
        """What became of a parcel; `host`: who said so."""

    def give_back(self, parcel: Parcel, why: str, *, suspect: bool = True) -> None:
        """The line broke while the message was surely incomplete: it may be tried again.

        Args:
            suspect: whether the message may be what breaks lines; one that does so a few times is put off.
        """

    def halt(self, reason: str, hint: str = "", window: int = 0) -> None:
        """The server does not want us, no recipient is to blame: `take` has nothing any more.

        Args:
            window: a quota is used up that holds for so many seconds; the hint goes on with when there is room again.
        """

    def bar_login(self, why: NoLogin) -> None:
        """The server refused a login, or hung up on it: no other one is tried in this run, whoever would."""

    @property
    def no_login(self) -> NoLogin | None:
        """Why no login may be tried; None: it may."""

    def places(self, server: str, most: int) -> Places | None:
        """See `Store.places`."""

    def shared(self) -> SharedWork | None:
        """The same run for several processes; None: one has to do it."""

    @property
    def aborting(self) -> bool:
        """Whether to drop everything at once, without waiting for answers."""


@dataclass(frozen=True, slots=True)
class Paused:
    """What a helper is told: begin nothing for now; or, `over`, go on."""

    over: bool = False


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What a helper process reports.

    Attributes:
        accepted: how many more messages were.
        others: what became of other recipients: address, verdict, outcome.
        hungry: it will soon run out of claims.
        idle: it has nothing in hand.
        working: a message of it got an answer.
        failed: why nobody can go on: message and hint.
        window: of the quota that is used up (`Work.halt`); 0: of none.
        ledger_failed: that is because the ledger can't be written.
        no_login: the server refused it a login.
        wants_token: to open a connection.
        refused_token: the value of the one that the server has just refused to it; secret.
        leaving: it has no connection, and gets none. It waits for word that no more claims come.
        unsent: its last dispatch, after that: these claims it gives back. Whatever may be complete on the wire is
            not among them.
    """

    accepted: int = 0
    others: tuple[tuple[str, Verdict, Outcome], ...] = ()
    hungry: bool = False
    idle: bool = False
    working: bool = False
    failed: tuple[str, str] | None = None
    window: int = 0
    ledger_failed: bool = False
    no_login: NoLogin | None = None
    wants_token: bool = False
    refused_token: str = field(default="", repr=False)
    leaving: bool = False
    unsent: tuple[Claim, ...] | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What a helper process needs to take part in a run.

    Attributes:
        witnessed: as the ledger was opened.
        lock: the descriptor of the mailing's lock.
        fence: the holder's token.
        still_wanted: see `deliver`; a helper asks for itself.
    """

    ledger: Path
    witnessed: bool
    release: str
    lock: int
    fence: Fence
    signing: Signing | None
    still_wanted: StillWanted | None = None


class SharedWork(Work, Protocol):
    """A run that several processes may carry: claims go out, dispatches come in."""

    @property
    def handover(self) -> Handover:
        """For the helpers."""

    @property
    def ending(self) -> bool:
        """Whether nothing more is to be begun."""

    @property
    def paused(self) -> bool:
        """Whether nothing is to be begun for now."""

    def hand_out(self) -> list[Claim]:
        """A group of claims; empty: see `wait`."""

    def hear(self, dispatch: Dispatch) -> None:
        """Counts, takes back what is unsent, and decides whether to go on."""


class Transport(Protocol):
    """Carries messages somewhere."""

    def carry(self, work: Work) -> None:
        """Takes parcels until there are no more, and settles or gives back each one.

        Raises:
            TransportError: not a single message could be handed over, as the server can't be reached or
                won't have us.
        """
