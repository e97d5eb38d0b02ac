"""Looking at lists by themselves: one as it would be mailed, two compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailer.model import Recipient
from mailer.press.addresses import canonical
from mailer.press.list_files.problems import left_out
from mailer.press.list_files.read import PressList
from mailer.press.list_files.rows import Row
from mailer.press.reasons import Reason
from mailer.press.suppressions.suppressions import Suppressions


def review(press_list: PressList, suppressions: Suppressions | None = None) -> Iterator[Row]:
    """A list's rows as a mailing to it alone would take them: duplicates and suppressed people are problems.

    Raises:
        ListError: the file turns out unreadable on the way.
    """
    first: dict[str, int] = {}
    for row in press_list.rows():
        if not isinstance(row, Recipient):
            yield row
            continue
        assert row.where is not None
        line, key = row.where.line, canonical(row.address)
        entry = suppressions.get(key) if suppressions else None
        if key in first:
            message = f"{row.address} is already on line {first[key]}"
            yield left_out(line, Reason.DUPLICATE, message, row.address)
        elif entry is not None:
            yield left_out(line, Reason.SUPPRESSED, f"{row.address}: {entry}", row.address)
        else:
            yield row
        first.setdefault(key, line)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two lists compared by canonical address: who stands on one only, and how many on both."""

    only_first: tuple[Recipient, ...]
    only_second: tuple[Recipient, ...]
    both: int


def diff(first: PressList, second: PressList) -> Difference:
    """Who joined and who left between two lists.

    Raises:
        ListError: one of them can't be read.
    """
    old = {canonical(person.address): person for person in first}
    new = {canonical(person.address): person for person in second}
    return Difference(
        tuple(person for key, person in old.items() if key not in new),
        tuple(person for key, person in new.items() if key not in old),
        len(old.keys() & new.keys()),
    )
