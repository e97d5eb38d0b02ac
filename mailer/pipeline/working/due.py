"""Which mailings are due for whoever serves them all, which are left to a person, and which are to come.

Due is what was ordered and not taken back, paused or stopped since, whose time has come, and of which somebody is to
be tried now. What nobody has begun ten minutes after its time is for a person to look at: what was right at six may be
wrong at noon. What has begun goes on as long as somebody was there for it: a server that answered, or this process,
which had it in view all the time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from mailer.delivery import LATE, Ledger, Mailing
from mailer.delivery.consent import LastWord, LastWords
from mailer.delivery.ledger.boot import since_boot
from mailer.workspace.database_url import DatabaseUrl

_ORDERED = ("send", "resume", "move")

_LOOK_AGAIN, _LOOK_RARELY = 60.0, 3600.0
"""Seconds until a mailing in which nobody waited is looked at again: one of the last day, and an older one."""

_DAY = 86_400.0
_OLD = 7 * _DAY
"""Seconds after which nobody is told any more that something was left over: `mailer status` has it."""


@dataclass(frozen=True, slots=True)
class Due:
    """A mailing of which somebody may be mailed now.

    Attributes:
        word: the last word about it.
    """

    mailing: Mailing
    word: LastWord

    @property
    def begun(self) -> bool:
        """Whether a sender has written down that it began."""
        return self.word.kind == "post"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look has found.

    Attributes:
        due: to be sent now.
        late: too late to begin, or to go on with, unless a person says so; of the last seven days.
        resting: everybody who is left was deferred, until when by the ledger's clock.
        held_up: somebody has asked for a pause or a stop.
    """

    due: list[Due] = field(default_factory=list)
    late: list[Due] = field(default_factory=list)
    resting: list[tuple[Due, float]] = field(default_factory=list)
    held_up: list[Due] = field(default_factory=list)


class View:
    """What one process sees of a ledger, again and again.

    It remembers what it has seen due: what goes on under its eyes is not late, however long its turn, its server or the
    ledger lets it wait. A look that comes more than ten minutes after the last one sees everything for the first time.
    """

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        self._last_look = float("-inf")
        self._nobody: dict[int, tuple[int, float]] = {}
        self._late: dict[int, tuple[int, float]] = {}

    def awake(self) -> None:
        """This process is here, though the ledger may not be."""
        now = since_boot()
        if now - self._last_look > LATE:
            self._seen.clear()
        self._last_look = now

    def look(self, ledger: Ledger) -> Looked:
        """
        Raises:
            LedgerError: it can't be read.
        """
        self.awake()
        ledger.store.reap()
        now, words, found = ledger.store.wall(), LastWords(ledger), Looked()
        last = words.all()
        for mailing in ledger.mailings():
            word = last.get(mailing.id)
            if word and self._may_be_sent(ledger, mailing, word, now):
                self._sort(Due(mailing, word), words, found, ledger, now)
        self._seen = {d.mailing.id: d.word.order for d in (*found.due, *(rest for rest, _ in found.resting))}
        return found

    def _may_be_sent(self, ledger: Ledger, mailing: Mailing, word: LastWord, now: float) -> bool:
        """Whether somebody has said so, for about now. Who sends from a process of their own is in nobody's way; in a
        database others go on with what that was killed over, for they can't wait for its computer to be there again."""
        if word.kind == "post":
            return mailing.planned <= now
        if word.kind not in _ORDERED or mailing.planned > now:
            return False
        if mailing.planned:
            return True
        return isinstance(ledger.place, DatabaseUrl) and not ledger.is_held(mailing.id)

    def _sort(self, due: Due, words: LastWords, found: Looked, ledger: Ledger, now: float) -> None:
        key = due.mailing.id
        if _holds(self._nobody, due):
            return
        queued = words.anybody_queued(key) or _left_behind(ledger, words, key)
        deferred = None if queued else words.next_due(key)
        if not queued and deferred is None:
            again = _LOOK_AGAIN if now - due.word.given < _DAY else _LOOK_RARELY
            self._nobody[key] = (due.word.order, time.monotonic() + again)
        elif due.word.held_up:
            found.held_up.append(due)
        elif self._is_late(due, words, now, deferred or 0.0):
            if now - due.word.said_at < _OLD:
                found.late.append(due)
        elif deferred is not None and deferred > ledger.clock()():
            found.resting.append((due, deferred))
        else:
            found.due.append(due)

    def _is_late(self, due: Due, words: LastWords, now: float, deferred: float) -> bool:
        if due.mailing.planned:  # nobody has been claimed yet
            return now - due.mailing.planned > LATE
        if now - due.word.said_at <= LATE or self._seen.get(due.mailing.id) == due.word.order:
            return False
        if _holds(self._late, due):
            return True
        if late := now - max(words.heard(due.mailing.id), deferred) > LATE:
            self._late[due.mailing.id] = (due.word.order, time.monotonic() + _LOOK_AGAIN)
        return late


def _left_behind(ledger: Ledger, words: LastWords, mailing: int) -> bool:
    """Whether somebody in a file was claimed by a sender that is gone: whoever takes the mailing next finds out how
    they stand. In a database that was done before the look."""
    shared = isinstance(ledger.place, DatabaseUrl)
    return not shared and words.anybody_claimed(mailing) and not ledger.is_held(mailing)


def _holds(known: dict[int, tuple[int, float]], due: Due) -> bool:
    """Whether what was found out at an earlier look still stands."""
    order, until = known.get(due.mailing.id, (0, 0.0))
    return order == due.word.order and time.monotonic() < until
