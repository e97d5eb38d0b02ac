"""Tables for a spreadsheet: everybody, and every answer; written as they are read, however many there are."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TextIO

from mailer.delivery import Attempt, Recorded, Standing
from mailer.press.formulas import as_text
from mailer.visible import visible

FORGOTTEN = "(forgotten at their own wish)"
_BOM = "\ufeff"
"""By which Excel knows UTF-8."""


@dataclass(slots=True)
class Told:
    """What the tables say, counted while they were written; moments in seconds since 1970, 0 = none."""

    states: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    forgotten: int = 0
    first_accepted: float = 0.0
    last_accepted: float = 0.0
    first_bounce: float = 0.0
    last_bounce: float = 0.0
    answers: int = 0


def write_recipients(
    people: Iterable[Recorded],
    discarded: Iterable[Standing],
    file: TextIO,
    told: Told,
    when: Callable[[float], str],
) -> None:
    """recipients.csv: a row for each person, those who were taken off the queue last.

    Args:
        when: how a moment is written.
    """
    write = _table(file, "address", "name", "edition", "state", "accepted", "last heard", "server's reply", "server",
                   "attempts", "message-id")  # fmt: skip
    for each in people:
        told.states[each.state.value] += 1
        told.languages[each.language] += 1
        told.forgotten += not each.address
        write(each.address or FORGOTTEN, each.name, each.language, each.state.value, when(each.accepted), when(each.at),
              each.reply, each.host, str(each.attempts), each.message_id)  # fmt: skip
    for left in discarded:
        told.states[left.state.value] += 1
        write(left.address or FORGOTTEN, "", "", left.state.value, "", when(left.at), left.reply, "", "0", "")


def write_answers(
    answers: Iterable[tuple[str, Attempt]], file: TextIO, told: Told, when: Callable[[float], str]
) -> None:
    """answers.csv: a row for each answer of a server, and for each bounce."""
    write = _table(file, "when", "address", "code", "enhanced code", "what was said", "server")
    for address, answer in answers:
        told.answers += 1
        if answer.accepts:
            told.first_accepted = told.first_accepted or answer.at
            told.last_accepted = answer.at
        elif answer.host == "bounce":
            told.first_bounce = told.first_bounce or answer.at
            told.last_bounce = answer.at
        write(
            when(answer.at),
            address or FORGOTTEN,
            str(answer.code or ""),
            answer.enhanced,
            answer.text,
            answer.host,
        )


def _table(file: TextIO, *headers: str) -> Callable[..., object]:
    file.write(_BOM)
    writer = csv.writer(file)
    writer.writerow(headers)
    return lambda *cells: writer.writerow([as_text(visible(cell)) for cell in cells])
