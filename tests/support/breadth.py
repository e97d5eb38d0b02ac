"""How many values of a kind are tried: some in every run, all of them with MAILER_SEARCH=wide."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

WIDE = os.environ.get("MAILER_SEARCH") == "wide"
"""Look further than what must hold before anything lands: it takes hours."""

Value = TypeVar("Value")


def some(values: Iterable[Value], most: int) -> list[Value]:
    """So many, spread over all of them and the same in each run; all where one looks widely.

    For what is tried by a whole command or a whole page for each value, where the values differ in what one function
    makes of them, and that function is tried with all of them.
    """
    every = list(values)
    if WIDE or len(every) <= most:
        return every
    return [every[number * len(every) // most] for number in range(most)]
