"""What came of a run, and of each recipient."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import TextIO

from mailer.delivery.ledger.records import Standing
from mailer.model import Status
from mailer.visible import visible

NAMED = 5
"""So many of those in doubt are named."""

_ELSEWHERE = (Status.SENDING, Status.DOT)
"""At the end of a run: in the hands of another sender, of which a ledger in a database may have several."""
_UNFINISHED = (Status.QUEUED, Status.REJECTED, Status.DEFERRED, Status.UNCERTAIN, *_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: recipients this run set out to mail.
        rate: accepted a second, lately.
        earliest: seconds until the last of them may go, by the allowed rate; 0: any time.
    """

    total: int
    accepted: int
    deferred: int
    rejected: int
    uncertain: int
    rate: float
    earliest: float = 0.0

    @property
    def done(self) -> int:
        return self.accepted + self.rejected + self.uncertain

    @property
    def seconds_left(self) -> float | None:
        left = self.total - self.done
        by_rate = left / self.rate if self.rate else None
        return max(by_rate or 0.0, self.earliest) if left and self.earliest else by_rate


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run.

    Attributes:
        release: its name.
        counts: how many recipients are in which state now, of all runs.
        accepted: by the next hop, in this run.
        seconds: how long this run took.
        halted: why it stopped before the end, or "".
        hint: what to do about that, or "".
        in_doubt: the first of those who are uncertain.
        suppress: addresses that a reply proposes for suppression, with that reply.
    """

    release: str
    counts: dict[Status, int]
    accepted: int
    seconds: float
    halted: str = ""
    hint: str = ""
    suppress: tuple[tuple[str, str], ...] = ()
    in_doubt: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether every recipient was accepted: nobody is left, refused or in doubt."""
        return not self.halted and not any(self.counts.get(state) for state in _UNFINISHED)

    def how_to_go_on(self) -> tuple[str, ...]:
        """What is left to do, a sentence each; () when nothing is."""
        waiting = self.counts.get(Status.QUEUED, 0) + self.counts.get(Status.DEFERRED, 0)
        uncertain = self.counts.get(Status.UNCERTAIN, 0)
        elsewhere = sum(self.counts.get(state, 0) for state in _ELSEWHERE)
        advice = []
        if waiting:
            advice.append(
                f"{waiting:,} not sent yet: `mailer resume {self.release}` carries on where this stopped."
            )
        if elsewhere:
            advice.append(
                f"{elsewhere:,} are in the hands of another sender: `mailer status {self.release}` shows what becomes "
                "of them. If it is gone, `mailer resume` takes them over after a minute."
            )
        if uncertain:
            more = f" and {uncertain - len(self.in_doubt):,} more" if uncertain > len(self.in_doubt) else ""
            advice.append(
                f"{uncertain:,} may or may not have it ({', '.join(self.in_doubt)}{more}): the connection broke before "
                "the server's answer. "
                f"`mailer status {self.release} --recipients` names them; ask them or check the server's log, then run "
                f"`mailer resume {self.release} --uncertain ADDRESS` for those who don't have it."
            )
        return tuple(advice)


REPORT_COLUMNS = ("address", "state", "reply", "at", "server", "attempts")
"""Of a report for a spreadsheet: by their names it is known for one."""


def write_csv(lines: Iterable[Standing], file: TextIO) -> None:
    """Recipients for a spreadsheet: a cell that starts like a formula gets an apostrophe (CWE-1236)."""
    file.writelines(csv_of(lines))


def csv_of(lines: Iterable[Standing]) -> Iterator[str]:
    """The same as a stream, a line each."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(REPORT_COLUMNS)
    for line in lines:
        at = datetime.fromtimestamp(line.at, UTC).isoformat(" ", "seconds") if line.at else ""
        cells = (line.address, line.state.value, line.reply, at, line.host, line.attempts)
        writer.writerow([_harmless(visible(str(cell))) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip()[:1] in tuple("=+-@\t\r|%") and cell.strip() else cell
