"""A rehearsal and a proof: all of a sending but the real thing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailer.cli import DONE, UNFINISHED
from mailer.cli.asking import Flags, somebody_must_say_so
from mailer.cli.sending import insecure_must_matter
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, print_audience, row, say, tell
from mailer.cli.terminal.report import tell_halt
from mailer.pipeline.rehearsal import prove, rehearse
from mailer.release.values import moment_text

if TYPE_CHECKING:
    from mailer.model import Recipient
    from mailer.pipeline import Prepared
    from mailer.settings import Settings


def tell_when(leaves: datetime | None, zone: str) -> None:
    """For which moment it is rehearsed or proofed, where one was named: a release without a date bears that day's, and
    an embargo may have ended by then.

    Args:
        zone: the office's (IANA).
    """
    if leaves:
        tell("When", f"as it will be on {moment_text(leaves.astimezone(ZoneInfo(zone)))}")


def rehearse_and_show(prepared: Prepared, settings: Settings, out: Path | None) -> int:
    """The rehearsal, and where to look at it."""
    rehearsed = rehearse(prepared, settings, out)
    print_audience(prepared)
    say(f"Rehearsed {count(rehearsed.report.accepted, 'message')}: nothing left this computer.", err=True)
    if rehearsed.refused:
        refused = count(rehearsed.refused, "recipient")
        say(f"{refused} would not be mailed: not in ALLOW_ONLY, or suppressed since.", err=True)
    say("See: ", err=True, nl=False)
    row(str(rehearsed.page))
    return DONE


def prove_and_show(
    prepared: Prepared,
    settings: Settings,
    addresses: tuple[str, ...],
    flags: Flags,
    given: Recipient | None = None,
) -> int:
    """The proof, and what became of it. `given`: as this person would get it."""
    prepared.must_be_sound()
    settings.must_name_a_server()
    insecure_must_matter(settings, flags)
    somebody_must_say_so(flags)
    finished = True
    for proof in prove(prepared, settings, addresses, cleartext=flags.insecure, given=given):
        for standing in proof.standings:
            row(standing.address, standing.state.value, standing.reply, proof.language)
        tell_halt(proof.report)
        finished = finished and proof.report.finished
        logged(
            prepared.workspace, "proof", prepared.release.name,
            language=proof.language, recipients=list(addresses), accepted=proof.report.accepted,
            **({"as": given.address} if given else {}),
        )  # fmt: skip
    return DONE if finished else UNFINISHED
