"""Clocks are put forward in spring and back in autumn: a time on the clock may be none, or stand for two moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailer.errors import ValueFault


def must_be_one_moment(at: datetime) -> datetime:
    """The same, where the clock of its zone shows it once on that day.

    Args:
        at: as it was written; its tzinfo is a zone of the IANA database.

    Raises:
        ValueFault: it is skipped, or comes twice; both readings are offered.
    """
    first, second = at.replace(fold=0), at.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return at
    said = f"{at:%Y-%m-%d} {at:%H:%M} in {at.tzinfo}"
    if comes_twice(at):
        raise ValueFault(
            f"{said} comes twice, as clocks are put back that night",
            f"write {_utc(first)} for the first one, or {_utc(second)} for the second",
        )
    gap = abs((second.utcoffset() or timedelta()) - (first.utcoffset() or timedelta()))
    raise ValueFault(
        f"there is no {said}: clocks are put forward then",
        f"write {_there(at - gap)} or {_there(at + gap)}",
    )


def comes_twice(at: datetime) -> bool:
    """Whether its zone's clock shows this time twice on that day (PEP 495: the offset with fold=0 is greater)."""
    first, second = (at.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return first > second


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _there(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at.tzinfo}"
