"""What follows a release under embargo says what that says, so it leaves under the same one, or when that is over."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.delivery import Mailing
from mailer.errors import MailerError
from mailer.release.values import moment_text


def must_not_give_away(
    followed: Mailing | None, name: str, embargo: float, planned: float, *, queued: bool = False
) -> None:
    """
    Args:
        followed: what it follows; None: nothing, or nothing that the ledger knows.
        name, embargo: its own.
        planned: nothing of it leaves before; as the embargo in seconds since 1970, 0: now.
        queued: it leaves as it was frozen, whatever is written into its file.

    Raises:
        MailerError: it would leave before the embargo of the other ends, and is under none.
    """
    if followed and followed.embargo > max(planned, time.time(), embargo):
        until = moment_text(datetime.fromtimestamp(followed.embargo, ZoneInfo(followed.zone or "UTC")))
        hint = (
            "Write the same Embargo: into it, or send it then (--at). Was the embargo lifted early? That is a release"
            " of its own, without Corrects:, to the lists that you choose."
        )
        if queued:
            hint = (
                f"`mailer resume {name} --at TIME` sends it then. Or `mailer discard {name}`, write the same Embargo:"
                " into its file, and send it again."
            )
        raise MailerError(
            f"“{followed.release}” is under embargo until {until}, and “{name}” would give it away: nothing was sent.",
            hint,
        )
