"""A line in the log, from a command that has just done something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailer.cli.terminal.output import say

if TYPE_CHECKING:
    from mailer.delivery import Order, Report
    from mailer.workspace import Workspace


def logged(workspace: Workspace, did: str, release: str = "", **details: Any) -> None:
    """Writes down who did what. That it can't be is told, and stops nothing: what was done was done, and the ledger has
    it."""
    from mailer.delivery import whoever_we_are
    from mailer.workspace.log import log_of, write_log

    try:
        write_log(workspace, whoever_we_are(), did, release, **details)
    except OSError as error:
        say(
            f"{workspace.shown(log_of(workspace))} could not be written: {error.strerror or error}. Nothing else is"
            " wrong.",
            err=True,
        )


def said_of(order: Order) -> dict[str, Any]:
    """What the log says of an order."""
    said: dict[str, Any] = {"recipients": order.number}
    if order.relay:  # `mailer post` goes by an order that has said it
        said |= {"sender": order.sender, "relay": order.relay}
    if order.planned:
        said["planned"] = datetime.fromtimestamp(order.planned, UTC).isoformat(timespec="seconds")
    return said


def end_of(report: Report) -> dict[str, Any]:
    """What the log says of how a sending ended."""
    said: dict[str, Any] = {"accepted": report.accepted}
    said["states"] = {state.value: number for state, number in report.counts.items()}
    return said | ({"halted": report.halted} if report.halted else {})
