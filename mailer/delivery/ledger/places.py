"""Connections that all who send by one ledger have together, whichever computers they are on."""

from __future__ import annotations

from typing import Protocol


class Places(Protocol):
    """Those at one mail server; each sender takes as many as it needs and finds."""

    def have(self, number: int) -> bool:
        """Whether this process may have so many connections now. Takes what is missing, where it is free.

        Raises:
            LedgerError: that can't be told.
        """

    def keep(self, number: int) -> None:
        """Gives back all but so many."""
