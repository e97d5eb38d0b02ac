"""A sender that serves every mailing that is due, one at a time, on as many machines as one likes.

It reads no list and no release: what was ordered is in the ledger, frozen. What must hold before anything leaves is
what `mailer resume` and `mailer post` ask for, and is asked for at each turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from mailer.delivery import Ledger, Stop
from mailer.errors import LedgerError
from mailer.pipeline.outgoing import at_the_office
from mailer.pipeline.working.due import Due, Looked, View
from mailer.pipeline.working.ending import Office
from mailer.pipeline.working.figures import Figures
from mailer.pipeline.working.news import News, Tell
from mailer.pipeline.working.served import Service, may_come_back
from mailer.pipeline.working.turn import OTHERS, TURN
from mailer.release.values import moment_text

_LOOK = 2.0
"""Seconds between looks, while nothing is due."""

_WAITS = (1, 2, 4, 8, 15, 30, 60)
"""Seconds until a database that is away is tried for again; the last one repeats."""

_ALL_BEGUN_IN = 300.0
"""Seconds in which each of many that are due has its first turn, as none may begin late for the others."""


class Worker:
    """
    Args:
        office: the workspace, and this machine's settings.
        stop: pressed once, what is in flight is finished, and the worker ends; twice, at once.
        tell: hears what happens.
        figures: what is counted.
        once: end when nothing is due.
        beat: called several times a second, as long as it goes on.

    Attributes:
        for_a_person: whether something was left that a person has to look at.
    """

    def __init__(
        self,
        office: Office,
        stop: Stop,
        tell: Tell,
        figures: Figures,
        *,
        once: bool = False,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._office, self._stop, self._tell, self._figures = office, stop, tell, figures
        self._once, self._beat = once, beat
        self._view = View()
        self._service = Service(office, stop, tell, figures, self._is_over, beat)
        self._waits = 0
        self._idle = False
        self._told_late: dict[int, int] = {}
        self.for_a_person = False

    def run(self) -> None:
        """Works until it is told to stop; or, once, until nothing is due.

        Raises:
            TransportError: this machine's login is refused, or its server is not who it should be: tried again, it
                would lock the account.
            LedgerError: a ledger that is a file can't be read or written.
        """
        while not self._stop.finishing:
            try:
                with Ledger(self._office.ledger) as ledger:
                    self._reached()
                    self._work(ledger)
                    return
            except LedgerError as error:
                if not may_come_back(error, self._office.ledger):
                    raise
                self._figures.ledger_up = False
                pause = _WAITS[min(self._waits, len(_WAITS) - 1)]
                self._waits += 1
                said = f"{error.message} Trying again in {pause} s."
                self._tell(News("ledger_away", said, "error", numbers={"seconds": pause}))
                self._rest(pause)

    def _reached(self) -> None:
        self._figures.ledger_up = True
        if self._waits:
            self._tell(News("ledger_back", "The ledger is there again."))

    def _work(self, ledger: Ledger) -> None:
        while not self._stop.finishing:
            looked = self._view.look(ledger)
            self._waits = 0
            self._count(looked)
            self._tell_late(looked)
            if due := self._service.next(looked.due):
                self._idle = False
                self.for_a_person |= self._service.serve(ledger, due)
                continue
            for resting, until in looked.resting:
                self.for_a_person |= self._service.give_up(ledger, resting, until)
            if self._once and not self._service.waits_for(looked):
                return
            if not self._idle:
                self._idle = True
                self._tell(News("idle", "Nothing is due."))
            self._rest(_LOOK)

    def _count(self, looked: Looked) -> None:
        self._figures.due = len(looked.due)
        self._figures.resting = len(looked.resting)
        self._figures.late = len(looked.late)
        self._figures.held_up = len(looked.held_up)

    def _tell_late(self, looked: Looked) -> None:
        """Once for each order."""
        for due in looked.late:
            if self._told_late.get(due.mailing.id) == due.word.order:
                continue
            self._told_late[due.mailing.id] = due.word.order
            self.for_a_person = True
            mailing, name = due.mailing, due.mailing.release
            moment = moment_text(at_the_office(mailing.planned or due.word.given, mailing.zone))
            go_on = f"mailer resume {name} --queue{' --now' if mailing.planned else ''}"
            said = (
                f"Not sent: it was to leave on {moment}, and nothing was heard of it for more than ten minutes. Should"
                f" it still go out? {go_on}, or mailer discard {name}"
            )
            self._tell(News("late", said, "warning", name))

    def _is_over(self, served: Due, ledger: Ledger, seconds: float) -> str:
        """Why a mailing that has been served for so many seconds is to be left, or ""."""
        try:
            looked = self._view.look(ledger)
        except LedgerError:
            return ""  # the run itself finds that out
        self._count(looked)
        word = self._service.word_of(ledger, served)
        if word is None or word.kind != "post":
            return "taken back"
        others = [due for due in looked.due if due.mailing.id != served.mailing.id]
        others = [due for due in others if self._service.may_try(due)]
        if others and seconds > min(TURN, _ALL_BEGUN_IN / (len(others) + 1)):
            return OTHERS
        return ""

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stop.finishing:
            self._beat()
            self._view.awake()
            time.sleep(0.1)
