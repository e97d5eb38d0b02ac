"""What a press list's reader says about a row that is not simply a recipient."""

from __future__ import annotations

from dataclasses import dataclass

from mailer.model import Level
from mailer.press.addresses import LONGEST
from mailer.press.clean_text import shortened
from mailer.press.reasons import Reason

_TO_BE_MENDED = (Reason.NO_ADDRESS, Reason.BAD_ADDRESS, Reason.UNSAFE, Reason.UNCLOSED_QUOTE, Reason.NO_VALUE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be said about a row.

    Attributes:
        line: 1-based line of the file (row of a spreadsheet) at which the row begins.
        level: "error": the row can't be used; "warning": it is used, but look at it; "notice": it was
            left out on purpose.
        message: one sentence for staff.
        id: the kind of problem, in kebab-case.
        reason: why the row is not a recipient; None for one that is, with this to be said about it.
        address: as the list has it, or ""; cut where it is longer than an address can be.
        bars: it says of the person, not of the row alone, that they are not to be mailed: wherever else they stand.
    """

    line: int
    level: Level
    message: str
    id: str
    reason: Reason | None = None
    address: str = ""
    bars: bool = False


def left_out(line: int, reason: Reason, message: str, address: str = "", *, bars: bool = False) -> Problem:
    """A row that is not mailed: an error where somebody should mend it, else a notice."""
    level: Level = "error" if reason in _TO_BE_MENDED else "notice"
    id_ = reason.name.lower().replace("_", "-")
    return Problem(line, level, message, id_, reason, shortened(address, LONGEST), bars)


def warning(line: int, id_: str, message: str, address: str = "") -> Problem:
    """Something to look at in a row that is used."""
    return Problem(line, "warning", message, id_, None, address)
