"""A helper process of a run, started by helpers.py with signals blocked:
`python -m mailer.delivery.smtp.helper_process DESCRIPTOR`."""

from __future__ import annotations

import select
import sys
import time
from collections import deque
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection

from mailer.authorization import AccessToken
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.claim import GROUP, Claim
from mailer.delivery.ledger.sqlite.hold import Tenure
from mailer.delivery.ledger.sqlite.journal import FileJournal
from mailer.delivery.ledger.sqlite.store import FileStore
from mailer.delivery.limits import NOTHING_LOST, Gate
from mailer.delivery.messages import Messages
from mailer.delivery.replies import Verdict
from mailer.delivery.run import MOST_DROPS
from mailer.delivery.smtp.helpers import Assignment
from mailer.delivery.smtp.loop import Loop
from mailer.delivery.transport import Dispatch, NoLogin, NoToken, Parcel, Paused, Permission, SharedWork
from mailer.errors import LedgerError, MailerError, TransportError
from mailer.model import Outcome, Status

_LOOK = 0.02
"""Seconds between looks at what the coordinator says."""

_LONG = 3600.0

_NOTHING_MORE = Dispatch()


class HelperWork:
    """The `Work` of one helper. The coordinator claims and decides; here messages are filled, sent and written down."""

    def __init__(self, connection: Connection, ledger: Ledger, assignment: Assignment) -> None:
        self._connection, self._schedule = connection, assignment.schedule
        handover = assignment.handover
        assert isinstance(ledger.store, FileStore)  # in a database, each process claims by itself
        self.tenure = Tenure(ledger.store, handover.fence)
        self.tenure.join()
        self._messages = Messages(ledger, ledger.mailing(handover.release), handover.signing)
        self._gate = Gate(handover.still_wanted)
        self._journal = FileJournal(self.tenure, assignment.schedule.retry_after, ledger.clock())
        self._portion = 1
        self._backlog: deque[Claim] = deque()
        self._again: deque[Parcel] = deque()
        self._in_hand = 0
        self._accepted = 0
        self._others: list[tuple[str, Verdict, Outcome]] = []
        self._asked = self._working = self._leaving = self._finishing = self._gone = self._paused = False
        self._no_login: NoLogin | None = None
        self._token: Future[AccessToken] = Future()
        self._last: Dispatch | None = None
        self._looked = self._starving_since = 0.0

    # ---- the work -------------------------------------------------------------------------------

    def take(self) -> Parcel | None:
        """See `Work.take`."""
        if self._hungry:
            self._listen()
            self._tell()
        while not (self._finishing or self._paused) and (self._again or self._backlog):
            parcel = self._again.popleft() if self._again else None
            claim = parcel.claim if parcel else self._backlog.popleft()
            if self._still_to_be_mailed(claim):
                self._in_hand += 1
                return parcel or Parcel(claim, self._messages.envelope(claim))
        return None

    def _still_to_be_mailed(self, claim: Claim) -> bool:
        """Asked when its turn has come: what the coordinator found when it handed out a group may be minutes old."""
        try:
            reason = self._gate.still_to_be_mailed(claim)
        except MailerError as error:  # whether they may be mailed can't be told, so nobody is
            self.halt(error.message, error.hint or NOTHING_LOST)
            return False
        if reason:
            outcome = Outcome(Status.REJECTED, text=reason)
            self._journal.remember(claim, outcome, "")
            self._others.append((claim.address, Verdict.REJECTED, outcome))
        return not reason

    def wait(self) -> float | None:
        """See `Work.wait`. After a while without work, connections are not kept."""
        if (self._again or self._backlog) and not self._paused:
            self._starving_since = 0.0
            return None if self._finishing else 0.0
        self._journal.flush()
        self._listen()
        self._tell()
        if self._finishing:
            return None
        now = time.monotonic()
        self._starving_since = self._starving_since or now
        return _LOOK if now - self._starving_since < self._schedule.linger else _LONG

    def left(self) -> int:
        """See `Work.left`. There is always enough for every connection of a helper, but in a pause."""
        return 0 if self._finishing or self._paused else _MANY

    def places(self, server: str, most: int) -> None:
        """See `Work.places`. Helpers exist for a file alone."""

    def shared(self) -> SharedWork | None:
        """See `Work.shared`."""
        return None

    def ask(self, parcels: Sequence[Parcel]) -> Permission:
        """See `Work.ask`."""
        may_leave = [parcel.claim.id for parcel in parcels if self._still_to_be_mailed(parcel.claim)]
        return Permission(parcels, may_leave, self._journal.ask(may_leave), self._withheld)

    def _withheld(self, statuses: Collection[Status], number: int) -> None:
        self._in_hand -= number
        if self._accepted >= GROUP or self._others:
            self._tell()

    def flush(self) -> None:
        """See `Work.flush`."""
        self._journal.flush()

    def settle(self, parcel: Parcel, verdict: Verdict, outcome: Outcome, host: str) -> None:
        """See `Work.settle`."""
        self._in_hand -= 1
        self._journal.remember(parcel.claim, outcome, host)
        if verdict is Verdict.ACCEPTED:
            self._accepted += 1
        else:
            self._others.append((parcel.claim.address, verdict, outcome))
        if not self._working:
            self._working = True
            self._tell()

    def give_back(self, parcel: Parcel, why: str, *, suspect: bool = True) -> None:
        """See `Work.give_back`."""
        parcel.drops += suspect
        if parcel.drops >= MOST_DROPS:
            self.settle(parcel, Verdict.DEFERRED, Outcome(Status.DEFERRED, text=why), "")
        else:
            self._in_hand -= 1
            self._journal.unmark(parcel.claim)
            self._again.append(parcel)

    def halt(self, reason: str, hint: str = "", window: int = 0) -> None:
        """See `Work.halt`."""
        self._finishing = True
        if window:
            self._journal.flush()  # the coordinator counts what the ledger knows
        self._tell(Dispatch(failed=(reason, hint), window=window))

    def bar_login(self, why: NoLogin) -> None:
        """See `Work.bar_login`. The coordinator tells the others."""
        self._no_login = why
        self._tell()

    @property
    def no_login(self) -> NoLogin | None:
        """See `Work.no_login`. What another one has learnt may have come just now."""
        self._listen()
        return self._no_login

    @property
    def aborting(self) -> bool:
        """See `Work.aborting`: when the coordinator is gone."""
        if time.monotonic() - self._looked > _LOOK:
            self._listen()
            self._gate.look()
        return self._gone

    # ---- the coordinator ------------------------------------------------------------------------

    def ask_for_token(self, refused: str) -> Future[AccessToken]:
        """See `login.tokens.Ask`: only the coordinator can get one."""
        self._token = Future()
        self._tell(Dispatch(wants_token=True, refused_token=refused))
        return self._token

    def _listen(self) -> None:
        self._looked = time.monotonic()
        try:
            while select.select([self._connection], [], [], 0)[0]:
                word = self._connection.recv()
                if word is None:
                    self._finishing = True
                elif isinstance(word, Paused):
                    self._paused = not word.over
                elif isinstance(word, NoLogin):
                    self._no_login = word
                elif isinstance(word, AccessToken):
                    self._token.set_result(word)
                elif isinstance(word, NoToken):
                    self._token.set_exception(TransportError(word.message, word.hint))
                else:
                    self._asked = False
                    self._portion = len(word)
                    self._backlog.extend(word)
        except (EOFError, OSError):
            self._gone = self._finishing = True

    @property
    def _hungry(self) -> bool:
        """Half of what came last is left, or less."""
        return 2 * len(self._backlog) < max(2, self._portion) and not self._leaving

    def _tell(self, more: Dispatch = _NOTHING_MORE) -> None:
        """Reports, if there is news: what has come in, and what else is in `more`."""
        hungry = self._hungry
        dispatch = replace(
            more,
            accepted=self._accepted,
            others=tuple(self._others),
            hungry=hungry,
            idle=not (self._in_hand or self._backlog or self._again),
            working=self._working,
            no_login=self._no_login,
        )
        news = self._accepted or self._others or (hungry and not self._asked) or more.wants_token
        if dispatch == self._last and not news:
            return
        self._last, self._accepted, self._others = dispatch, 0, []
        self._asked = self._asked or hungry
        try:
            self._connection.send(dispatch)
        except OSError:
            self._gone = self._finishing = True

    def finish(self, error: MailerError | None = None) -> None:
        """Writes the rest, and takes leave."""
        if error is None:
            self._journal.flush()
        else:
            with suppress(MailerError):  # what has failed once may go now
                self._journal.flush()
        self.tenure.close()
        failed = (error.message, error.hint) if error else None
        self._tell(Dispatch(failed=failed, ledger_failed=isinstance(error, LedgerError)))

    def leave(self) -> None:
        """No connection can be had: gives back what is unsent, so that the others go on without this process. Claims
        may be on the way to it; they have come before the coordinator's word that these were all."""
        self._journal.flush()
        self._leaving = True
        self._tell(Dispatch(leaving=True))
        while not self._finishing:
            select.select([self._connection], [], [])
            self._listen()
        unsent = (*self._backlog, *(parcel.claim for parcel in self._again))
        self._backlog.clear()
        self._again.clear()
        self._tell(Dispatch(unsent=unsent))


_MANY = 1_000_000


def main(descriptor: int) -> None:
    """Carries what the coordinator hands over, until it says that this was all, or is gone."""
    connection = Connection(descriptor)
    assignment = connection.recv()
    assert isinstance(assignment, Assignment)
    handover = assignment.handover
    with Ledger(handover.ledger, witnessed=handover.witnessed) as ledger:
        work = HelperWork(connection, ledger, assignment)
        try:
            _carry(work, assignment)
        except MailerError as error:
            work.finish(error)


def _carry(work: HelperWork, assignment: Assignment) -> None:
    try:
        ask = work.ask_for_token if assignment.settings.by_token else None
        Loop(assignment.settings, assignment.schedule, work, ask, helping=True).carry()
    except TransportError:
        work.leave()
    else:
        work.finish()


if __name__ == "__main__":
    main(int(sys.argv[1]))
