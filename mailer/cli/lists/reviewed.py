"""A list's rows as a mailing to it alone would take them, one after the other, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailer.model import Recipient
    from mailer.press import PressList, Problem, Suppressions


class Reviewed:
    """Iterating reads the list, once: those whom a mailing to it alone would reach, none of whom is kept.

    Args:
        suppressions: None: nobody is left out for them.
        on_problem: called with whatever is to be said about a row.

    Attributes:
        people: how many were met so far.
        left_out: how many rows are not mailed.
        to_fix: how many of these somebody should mend.
    """

    def __init__(
        self,
        press_list: PressList,
        suppressions: Suppressions | None,
        on_problem: Callable[[Problem], None] = lambda problem: None,
    ) -> None:
        self._press_list, self._suppressions, self._on_problem = press_list, suppressions, on_problem
        self.people = self.left_out = self.to_fix = 0

    def __iter__(self) -> Iterator[Recipient]:
        """
        Raises:
            ListError: the file turns out unreadable on the way.
        """
        from mailer.model import Recipient
        from mailer.press import review

        for row in review(self._press_list, self._suppressions):
            if isinstance(row, Recipient):
                self.people += 1
                yield row
            else:
                self.left_out += row.reason is not None
                self.to_fix += row.level == "error"
                self._on_problem(row)

    def to_the_end(self) -> None:
        """Reads all of it, where nobody asks who they are."""
        for _ in self:
            pass
