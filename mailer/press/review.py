"""Looking at lists by themselves: one as it would be mailed, two compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailer.model import Recipient
from mailer.press.addresses import canonical, plain_address
from mailer.press.audience_on_disk import AudienceOnDisk, FirstLines
from mailer.press.list_files.problems import Problem, left_out
from mailer.press.list_files.read import PressList
from mailer.press.list_files.rows import Row
from mailer.press.reasons import Reason
from mailer.press.suppressions.suppressions import Suppressions


def review(press_list: PressList, suppressions: Suppressions | None = None) -> Iterator[Row]:
    """A list's rows as a mailing to it alone would take them: duplicates and suppressed people are problems.

    Raises:
        ListError: the file turns out unreadable on the way.
    """
    first, barred = FirstLines(), _barred(press_list)
    for row in press_list.rows():
        if not isinstance(row, Recipient):
            yield row
            continue
        assert row.where is not None
        line, key = row.where.line, canonical(row.address)
        entry = suppressions.get(key) if suppressions is not None else None
        if barred is not None and (said := barred.barred(key)):
            yield left_out(line, Reason(said[0]), f"{row.address}: {said[1]}", row.address)
        elif earlier := first.before(key, line):
            yield left_out(line, Reason.DUPLICATE, f"{row.address} is already on line {earlier}", row.address)
        elif entry is not None:
            yield left_out(line, Reason.SUPPRESSED, f"{row.address}: {entry}", row.address)
        else:
            yield row


def _barred(press_list: PressList) -> AudienceOnDisk | None:
    """Who is not to be mailed according to a row, and may stand on another one too; None where no row can say so."""
    columns = press_list.header.columns
    says_so = columns.gates or "tags" in columns.roles or press_list.cards
    if not says_so and all(map(plain_address, _address_cells(press_list))):
        return None
    found = None
    for row in press_list.rows():
        if isinstance(row, Problem) and row.bars and row.reason is not None:
            found = found or AudienceOnDisk()
            found.bar(canonical(row.address), row.reason, f"{row.message}, on line {row.line}")
    return found


def _address_cells(press_list: PressList) -> Iterator[str]:
    """The cells beside whose address something may stand: `jane@example.org (unsubscribed)`."""
    column = press_list.header.columns.address
    for row in press_list.raw_rows():
        cell = "".join(row.cells[column : column + 1])
        if "@" in cell:
            yield cell


@dataclass(frozen=True, slots=True)
class Difference:
    """Two lists compared by canonical address: who stands on one only, and how many on both.

    Whoever stands on a list several times counts once, as its first row has them. People are read from disk, each time
    that one of these is iterated.
    """

    only_first: Collection[Recipient]
    only_second: Collection[Recipient]
    both: int


class _Brought(Collection[Recipient]):
    """Those whom one of the lists alone has."""

    def __init__(self, people: AudienceOnDisk, source: int, size: int) -> None:
        self._people, self._source, self._size = people, source, size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Recipient]:
        return self._people.brought(self._source)

    def __contains__(self, person: object) -> bool:
        return any(person == other for other in self)


def diff(first: PressList, second: PressList) -> Difference:
    """Who joined and who left between two lists.

    Raises:
        ListError: one of them can't be read.
    """
    people = AudienceOnDisk()
    people.source(first.shown, first.header.columns.keys)
    old = sum(people.add(canonical(person.address), person) for person in first)
    people.source(second.shown, second.header.columns.keys)
    new = both = 0
    for person in second:
        key = canonical(person.address)
        if people.drop(key, 0, "on both"):
            both += 1
        else:
            new += people.add(key, person)
    return Difference(_Brought(people, 0, old - both), _Brought(people, 1, new), both)
