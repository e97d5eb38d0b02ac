"""`--queue`, `--no-wait`: the order stands in the ledger, and another process sends it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mailer.cli.terminal.output import say
from mailer.pipeline.outgoing import at_the_office
from mailer.release.values import moment_text
from mailer.workspace.database_url import DatabaseUrl

if TYPE_CHECKING:
    from mailer.cli.asking import Flags
    from mailer.delivery import Ledger, Mailing
    from mailer.workspace import Workspace


def left_to_others(flags: Flags, mailing: Mailing, ledger: Ledger, workspace: Workspace) -> bool:
    """Whether this process is not to send it; then it is told who does."""
    if flags.queue and mailing.planned:
        _tell_queued(mailing, ledger)
        return True
    if flags.no_wait and mailing.planned > time.time():
        from mailer.cli.schedule.installing import tell_kept

        tell_kept(mailing, workspace)
        return True
    return False


def _tell_queued(mailing: Mailing, ledger: Ledger) -> None:
    """Who sends it, and what to do if nobody does."""
    name, shared = mailing.release, isinstance(ledger.place, DatabaseUrl)
    when = "now"
    if mailing.planned > time.time():
        when = f"on {moment_text(at_the_office(mailing.planned, mailing.zone))}"
    where = "on whichever computer shares this ledger" if shared else "on this computer"
    say(
        f"Queued: it leaves {when}, by a `mailer work` {where}, through the mail server that is set there."
        f" `mailer status {name}` shows how far it is.",
        err=True,
    )
    if not shared:
        say(f"Without one, `mailer post` sends it, or `mailer resume {name}`.", err=True)
