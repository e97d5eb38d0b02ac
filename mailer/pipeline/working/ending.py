"""How a mailing's turn ended: what is told, what is written down, and when it is tried again."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mailer.delivery import Ledger, Report, Stop
from mailer.delivery.consent import LastWords
from mailer.delivery.limits import AWAY
from mailer.model import Status
from mailer.pipeline.planned import end
from mailer.pipeline.working.due import Due
from mailer.pipeline.working.figures import Figures
from mailer.pipeline.working.news import Level, News, Tell
from mailer.pipeline.working.turn import OTHERS, Turn
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl

AGAIN = 60.0
"""Seconds until what could not be sent is tried again, if nothing was ordered in between."""

SOON = 2.0
"""The same, where somebody else has it in hand."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where a worker works.

    Attributes:
        workspace: for the suppressions, the newsroom's approvers, the DKIM key.
        settings: this machine's.
    """

    workspace: Workspace
    settings: Settings

    @property
    def ledger(self) -> Path | DatabaseUrl:
        return self.workspace.ledger


class Ended(NamedTuple):
    """
    Attributes:
        for_a_person: somebody has to look at it, if nobody tries again (`work --once`).
        again_in: seconds for which this worker leaves it alone, unless something is ordered.
    """

    for_a_person: bool = False
    again_in: float = 0.0


class Ending:
    """
    Args:
        office, stop, tell, figures: as for `Worker`.
    """

    def __init__(self, office: Office, stop: Stop, tell: Tell, figures: Figures) -> None:
        self._office, self._stop, self._tell, self._figures = office, stop, tell, figures

    def after(self, ledger: Ledger, due: Due, turn: Turn, report: Report) -> Ended:
        """Tells what came of a turn, and writes down that it ended where nobody is to go on by themselves."""
        counts = report.counts
        queued, deferred = counts.get(Status.QUEUED, 0), counts.get(Status.DEFERRED, 0)
        left = f"{queued + deferred:,} left"
        if report.halted:
            return self._halted(ledger, due, report)
        if turn.stopped:
            end_it(ledger, due)
            self._came(report, "left_over", f"Ended, as somebody asked for it: {left}.", "warning")
        elif not queued and not deferred:
            return self._nobody_left(report)
        elif turn.over == OTHERS:
            self._came(report, "handed_on", f"Others have their turn: {left}.")
        elif turn.over:
            self._came(report, "handed_on", f"It was stopped, taken back or ordered anew: {left}.")
        elif self._stop.finishing:
            self._came(report, "handed_on", f"This sender ends: {left}, for the next one.")
        elif deferred:
            return self._left_over(ledger, due, report)
        elif self._office.settings.allow_only:
            said = f"ALLOW_ONLY keeps this machine from mailing the rest: {left}."
            self._came(report, "left_over", said, "warning")
            return Ended(again_in=float("inf"))
        else:  # somebody else has given them back this very moment
            return Ended(again_in=SOON)
        return Ended()

    def _came(self, report: Report, event: str, said: str, level: Level = "info") -> None:
        """Tells of a turn with its numbers."""
        numbers: dict[str, float | int] = {"accepted": report.accepted, "seconds": round(report.seconds, 3)}
        numbers |= {
            state.value: number for state, number in report.counts.items() if state is not Status.ACCEPTED
        }
        numbers["accepted_by_all"] = report.counts.get(Status.ACCEPTED, 0)
        self._tell(News(event, said, level, report.release, numbers, report=report))

    def _nobody_left(self, report: Report) -> Ended:
        counts, name = report.counts, report.release
        if elsewhere := counts.get(Status.SENDING, 0) + counts.get(Status.DOT, 0):
            self._came(report, "handed_on", f"Another sender has the last {elsewhere:,} in hand.")
            return Ended()
        said = f"Done: {report.accepted:,} accepted here, {counts.get(Status.ACCEPTED, 0):,} in all"
        odd = {status: counts.get(status, 0) for status in (Status.REJECTED, Status.UNCERTAIN)}
        said += "".join(f", {number:,} {status.value}" for status, number in odd.items() if number)
        if any(odd.values()):
            said += f". `mailer status {name} --recipients` names them"
        self._came(report, "finished", f"{said}.", "warning" if any(odd.values()) else "info")
        return Ended(for_a_person=any(odd.values()))

    def _halted(self, ledger: Ledger, due: Due, report: Report) -> Ended:
        """Something is wrong: with us, with the list, or only with the line."""
        if report.hint == AWAY:
            self._came(report, "handed_on", f"{report.halted} It goes on at once.", "warning")
            return Ended()
        if not _answers(self._office.settings):
            self._came(report, "server_away", f"{report.halted} It is tried again.", "warning")
            return Ended(for_a_person=True, again_in=AGAIN)
        self._figures.halted += 1
        end_it(ledger, due)
        self._came(report, "halted", f"Halted: {report.halted} {report.hint}", "error")
        return Ended(for_a_person=True)

    def _left_over(self, ledger: Ledger, due: Due, report: Report) -> Ended:
        end_it(ledger, due)
        deferred = report.counts.get(Status.DEFERRED, 0)
        said = (
            f"Ended: {deferred:,} were deferred again and again, and are not tried any more. To go on: mailer resume"
            f" {report.release} --queue"
        )
        self._came(report, "left_over", said, "warning")
        return Ended(for_a_person=True)


def end_it(ledger: Ledger, due: Due) -> None:
    """Writes down that it has ended, unless somebody has said something else meanwhile."""
    word = LastWords(ledger).of(due.mailing.id)
    if word and word.kind == "post":
        end(ledger, due.mailing.release)


def _answers(settings: Settings) -> bool:
    """Whether the server is there. Nothing is said to it: a password that was refused is not sent again."""
    try:
        socket.create_connection((settings.smtp_host, settings.port), timeout=10).close()
    except OSError:
        return False
    return True
