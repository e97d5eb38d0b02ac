"""A mailing's turn with a worker: what must hold, what is sent, and what is written down of how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mailer.delivery import Ledger, Mailing, Progress, Report, Request, SmtpTransport, Stop, log_in
from mailer.delivery.consent import LastWord, LastWords
from mailer.errors import (
    AuthorizationUnanswered,
    BeingSent,
    LedgerError,
    MailerError,
    TakenOver,
    TransportError,
    Unreachable,
)
from mailer.model import Status
from mailer.pipeline import Instructions, deliver, holding, outgoing
from mailer.pipeline.approval import queue_must_be_approved
from mailer.pipeline.planned import begin, must_be_what_was_ordered, said_last
from mailer.pipeline.working.due import Due, Looked
from mailer.pipeline.working.ending import AGAIN, SOON, Ending, Office, end_it
from mailer.pipeline.working.figures import Figures
from mailer.pipeline.working.news import News, Tell
from mailer.pipeline.working.turn import OTHERS, Turn
from mailer.workspace.database_url import DatabaseUrl

_ASKED = {"pause": "Paused by {}.", "go on": "Going on: so says {}.", "stop": "Stopped by {}."}

_MAX_WAIT = 1800.0
"""Seconds for which deferred recipients are waited for once everybody else is done, as `mailer post` does."""


class Service:
    """
    Args:
        office, stop, tell, figures, beat: as for `Worker`.
        is_over: why a mailing that has been served for so many seconds is to be left, or "".
    """

    def __init__(
        self,
        office: Office,
        stop: Stop,
        tell: Tell,
        figures: Figures,
        is_over: Callable[[Due, Ledger, float], str],
        beat: Callable[[], None],
    ) -> None:
        self._office, self._stop, self._tell, self._figures = office, stop, tell, figures
        self._is_over, self._beat = is_over, beat
        self._ending = Ending(office, stop, tell, figures)
        self._transport = SmtpTransport(office.settings)
        self._not_before: dict[int, tuple[int, float]] = {}
        self._served_at: dict[int, float] = {}
        self._resting_since: dict[int, float] = {}
        self._said: dict[int, str] = {}

    # ---- whose turn it is ------------------------------------------------------------------------

    def may_try(self, due: Due) -> bool:
        """Whether it may be tried now: what could not be sent rests for a while, unless something was ordered since."""
        order, until = self._not_before.get(due.mailing.id, (0, 0.0))
        return order != due.word.order or time.monotonic() >= until

    def next(self, due: Sequence[Due]) -> Due | None:
        """Whoever was not begun yet comes first, then whoever was served the longest ago."""
        free = [each for each in due if self.may_try(each)]
        return min(
            free, key=lambda d: (d.begun, self._served_at.get(d.mailing.id, 0.0), d.word.order), default=None
        )

    def waits_for(self, looked: Looked) -> bool:
        """Whether some of those who were deferred are to be tried again by this worker."""
        return any(due.mailing.id in self._served_at for due, _ in looked.resting)

    def _later(self, due: Due, seconds: float) -> None:
        self._not_before[due.mailing.id] = (due.word.order, time.monotonic() + seconds)

    # ---- a turn ----------------------------------------------------------------------------------

    def serve(self, ledger: Ledger, due: Due) -> bool:
        """Sends of a mailing until nobody is left, or its turn is over.

        Returns:
            Whether a person has to look at it.

        Raises:
            TransportError: the login is refused, or the server is not who it should be.
            LedgerError: the database is away.
        """
        key = due.mailing.id
        self._served_at[key] = time.monotonic()
        turn = Turn(self._stop, lambda seconds: self._is_over(due, ledger, seconds), self._beat)
        try:
            word, mailing = self.word_of(ledger, due), None
            if word and word.order == due.word.order and not word.held_up:
                mailing = self._begun(ledger, replace(due, word=word))
            if word is None or mailing is None:
                self._later(due, SOON)
                return False
            report = self._delivered(ledger, mailing, word, turn)
        except (BeingSent, TakenOver):  # somebody else is at it
            self._later(due, SOON)
            return False
        except (Unreachable, AuthorizationUnanswered) as error:
            self._later(due, AGAIN)
            self._once(due, News("server_away", f"{error.message} It is tried again.", "warning", _name(due)))
            return True
        except MailerError as error:
            if isinstance(error, TransportError) or may_come_back(error, self._office.ledger):
                raise
            self._later(due, AGAIN)
            said = f"Not sent: {error.message} {error.hint}".rstrip()
            self._once(due, News("not_sent", said, "error", _name(due)))
            return True
        self._said.pop(key, None)
        if turn.over == OTHERS and not report.counts.get(Status.QUEUED):
            self._resting_since.setdefault(key, time.monotonic())
        ended = self._ending.after(ledger, due, turn, report)
        if word := self.word_of(ledger, due):
            self._later(replace(due, word=word), ended.again_in)
        return ended.for_a_person

    def _once(self, due: Due, news: News) -> None:
        """What is tried again each minute is told when it changes."""
        if self._said.get(due.mailing.id) != news.said:
            self._said[due.mailing.id] = news.said
            self._tell(news)

    def _begun(self, ledger: Ledger, due: Due) -> Mailing | None:
        """The mailing, when all that must hold does, and it is written down that it begins; None: something was said of
        it meanwhile.

        Raises:
            MailerError: something does not hold.
        """
        name, workspace, settings = due.mailing.release, self._office.workspace, self._office.settings
        through = outgoing.relay_of(settings)
        log_in(
            settings
        )  # which may take its time: nobody is kept from it by somebody who is stopped in there
        with holding(ledger, name):
            mailing: Mailing | None = ledger.mailing(name)
            assert mailing
            leaving = outgoing.of_resume(ledger, mailing, workspace, settings)
            if said := said_last(ledger.orders(name)):
                must_be_what_was_ordered(said, leaving)
            queue_must_be_approved(workspace, mailing, settings, ledger)
            order = None
            if not due.begun:
                mailing = begin(ledger, mailing, leaving, due.word, through)
                order = ledger.orders(name)[-1]
            elif self.word_of(ledger, due) != due.word:
                mailing = None
        if mailing is None:
            return None
        event, verb = ("begun", "Begins") if order else ("goes_on", "Goes on")
        said_of_it = f"{verb}: {leaving.number:,} to be mailed, through {through}."
        self._tell(News(event, said_of_it, "info", name, {"recipients": leaving.number}, order))
        return mailing

    def _delivered(self, ledger: Ledger, mailing: Mailing, word: LastWord, turn: Turn) -> Report:
        waited = time.monotonic() - self._resting_since.get(mailing.id, time.monotonic())
        self._figures.begin_turn(mailing.release)

        def on_progress(progress: Progress) -> None:
            turn.on_progress(progress)
            self._figures.progress(progress)

        try:
            return deliver(
                mailing, ledger, self._transport, self._office.workspace, self._office.settings,
                Instructions(
                    max_wait=max(0.0, _MAX_WAIT - waited),
                    stop=turn,
                    on_progress=on_progress,
                    on_request=lambda request: self._hear(mailing.release, request),
                    heed_after=word.request,
                ),
            )  # fmt: skip
        finally:
            self._figures.end_turn()

    def _hear(self, name: str, request: Request) -> None:
        said = _ASKED[request.kind].format(request.giver.replace("@", " at "))
        self._tell(News(request.kind.replace(" ", "_"), said, "warning", name))

    def word_of(self, ledger: Ledger, due: Due) -> LastWord | None:
        """The last word about it at this moment."""
        return LastWords(ledger).of(due.mailing.id)

    def give_up(self, ledger: Ledger, due: Due, until: float) -> bool:
        """Ends a mailing whose deferred are not due before this worker has waited long enough.

        Args:
            until: when they are, by the ledger's clock.

        Returns:
            Whether it did, so that a person has to look at it.
        """
        since = self._resting_since.setdefault(due.mailing.id, time.monotonic())
        if until - ledger.clock()() <= _MAX_WAIT - (time.monotonic() - since):
            return False
        end_it(ledger, due)
        said = f"Ended: whoever is left was deferred again and again. To go on: mailer resume {_name(due)} --queue"
        self._tell(News("left_over", said, "warning", _name(due)))
        return True


def _name(due: Due) -> str:
    return due.mailing.release


def may_come_back(error: MailerError, place: Path | DatabaseUrl) -> bool:
    """Whether a database is away, which may be there again in a while."""
    if not isinstance(place, DatabaseUrl) or not isinstance(error, LedgerError):
        return False
    from mailer.delivery.ledger.postgres.database import DatabaseAway

    return isinstance(error, DatabaseAway)
