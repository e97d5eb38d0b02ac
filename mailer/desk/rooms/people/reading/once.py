"""What `press.review` says of a list, in one pass: whoever a later row bars is told of at the end."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.model import Recipient
from mailer.press import PressList, Problem, Reason, canonical
from mailer.press.audience_on_disk import FirstLines
from mailer.press.list_files.problems import left_out
from mailer.press.list_files.rows import Row as ListRow

Barred = dict[str, tuple[Reason, str]]
"""By canonical address, why somebody is not to be mailed whatever their other rows say, and which row says so."""


def reviewed_once(press_list: PressList, barred: Barred) -> Iterator[ListRow]:
    """A list's rows, duplicates as problems.

    Args:
        barred: filled on the way. Whoever is among them at the end is no recipient, on none of their rows.

    Raises:
        ListError: the file turns out unreadable on the way.
    """
    first = FirstLines()
    for row in press_list.rows():
        if isinstance(row, Recipient):
            assert row.where is not None
            line = row.where.line
            if earlier := first.before(canonical(row.address), line):
                what = f"{row.address} is already on line {earlier}"
                yield left_out(line, Reason.DUPLICATE, what, row.address)
                continue
        elif row.bars and row.reason is not None:
            barred.setdefault(canonical(row.address), (row.reason, f"{row.message}, on line {row.line}"))
        yield row


def barred_row(line: int, address: str, why: tuple[Reason, str]) -> Problem:
    """What becomes of a row of somebody whom another one bars."""
    return left_out(line, why[0], f"{address}: {why[1]}", address)
