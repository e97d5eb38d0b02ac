"""What is read before the number is typed, and the questions. Without a terminal and without --yes, nothing leaves."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.terminal.output import count, on_a_terminal, print_audience, say, tell
from mailer.errors import MailerError, ValueFault
from mailer.pipeline.estimate import Estimate, estimate
from mailer.pipeline.sending import (
    must_be_said_to_a_script,
    must_spare_whom_an_embargo_shuts_out,
    queued_under,
)
from mailer.release.values import moment_text
from mailer.settings import rate_text
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Snapshot
    from mailer.pipeline import Prepared
    from mailer.pipeline.outgoing import Outgoing
    from mailer.settings import Settings


@dataclass(frozen=True, slots=True)
class Flags:
    """What the flags say about sending. `max_wait` in minutes; `at` and `now` about when; with `no_wait` and `queue`
    another process does it."""

    yes: bool = False
    at: str = ""
    now: bool = False
    no_wait: bool = False
    queue: bool = False
    under_embargo: bool = False
    include_unmarked: bool = False
    max_wait: float = 30.0
    insecure: bool = False
    as_json: bool = False
    csv: Path | None = None

    @property
    def planned(self) -> float:
        """`at` in seconds since 1970; 0: not given.

        Raises:
            click.BadParameter: it is no moment, or has passed.
        """
        from mailer.release.values import parse_moment

        if not self.at:
            return 0.0
        try:
            planned = parse_moment(self.at)
        except ValueFault as fault:
            raise click.BadParameter(str(fault), param_hint="--at") from None
        if planned.timestamp() <= time.time():
            raise click.BadParameter(f"{moment_text(planned)} has passed", param_hint="--at")
        return planned.timestamp()


def somebody_must_say_so(flags: Flags) -> None:
    """
    Raises:
        MailerError: there is no --yes, and nobody to ask.
    """
    if not flags.yes and not on_a_terminal():
        raise MailerError(
            "There is no terminal to confirm on, so nothing was sent.",
            "In a script, use --yes; it agrees to everything that is shown.",
        )


def print_outgoing(
    outgoing: Outgoing, settings: Settings, ledger: Ledger, prepared: Prepared | None = None
) -> None:
    """Whom, what, from whom, when, and until when.

    Args:
        ledger: knows what has left already at the pace that is allowed.
        prepared: where lists were read for it.
    """
    tell("What", outgoing.title)
    for what in ("Subject", "From"):
        for number, readers in enumerate(outgoing.readers):
            said = (
                readers.subject if what == "Subject" else f"{readers.sender.name} <{readers.sender.address}>"
            )
            tell("" if number else what, f"{readers.language}: {said}")
    if settings.smtp_host:  # an approval needs none
        by_preset = f", SMTP_PRESET={settings.smtp_preset}" if settings.preset else ""
        tell("Through", f"{settings.smtp_host}:{settings.port} ({settings.smtp_security}){by_preset}")
    tell("When", _when(outgoing))
    if outgoing.embargo > time.time():
        tell("Embargo", f"until {moment_text(outgoing.moment(outgoing.embargo))}")
        if said := queued_under(outgoing):
            tell("", said.strip())
    if settings.allow_only:
        tell("Only to", f"{', '.join(settings.allow_only)} (ALLOW_ONLY)")
    if prepared:
        print_audience(prepared, _to_whom(outgoing))
    else:
        _tell_date(outgoing, ledger)
        tell("To", _to_whom(outgoing))
        languages = ", ".join(f"{r.language} {r.number:,}" for r in outgoing.readers if r.number)
        tell("", f"editions: {languages}")
    for reason, group in outgoing.kept_back.items():
        tell("Left out", f"from the queue, {reason}: {group}")
    for name, number in outgoing.alike:
        tell(
            "Again?",
            f"“{name}” has the same text: {count(number, 'of these people has', 'of these people have')} it.",
        )
    if reckoned := estimate(outgoing, settings.smtp_rate, ledger):
        rates = " and ".join(rate_text(rate) for rate in settings.smtp_rate)
        tell("Pace", f"{count(outgoing.number, 'recipient')} at {rates}: {_until_when(outgoing, reckoned)}")


def _tell_date(outgoing: Outgoing, ledger: Ledger) -> None:
    from mailer.pipeline.planned import dated_later

    for number, line in enumerate(filter(None, dated_later(ledger, outgoing, time.time()))):
        tell("" if number else "Dated", line)


def _until_when(outgoing: Outgoing, reckoned: Estimate) -> str:
    """When it is done, and what comes between, as the clock at the office shows it."""
    if not reckoned.held_up:
        return "as fast as the server takes them"
    first, *others = reckoned.waves
    said = []
    if first.first - reckoned.start > 60:
        said.append(
            f"the first leaves at {_clock(outgoing, first.first)}, as that much has been sent already"
        )
    if others:
        today = outgoing.moment(first.last).date() == _today(outgoing)
        day = "today" if today else f"until {_clock(outgoing, first.last)}"
        rest = _clock(outgoing, others[0].first)
        said.append(f"{first.number:,} of {outgoing.number:,} {day}, the rest from {rest}")
    said.append(f"done about {_clock(outgoing, reckoned.done)}")
    if reckoned.after_embargo:
        late = count(reckoned.after_embargo, "of them leaves", "of them leave")
        said.append(f"{late} after the end of the embargo, {_clock(outgoing, outgoing.embargo)}")
    return "; ".join(said)


def _today(outgoing: Outgoing) -> date:
    return outgoing.moment(time.time()).date()


def _clock(outgoing: Outgoing, seconds: float) -> str:
    """A moment to the minute, with the day where it is not today, and the zone where this computer has another one."""
    at = outgoing.moment(seconds)
    days = (at.date() - _today(outgoing)).days
    day = {0: "", 1: "tomorrow "}.get(days, f"{at.date()} ")
    elsewhere = at.utcoffset() != datetime.fromtimestamp(seconds).astimezone().utcoffset()
    return f"{day}{at:%H:%M}{f' {at.tzinfo}' if elsewhere else ''}"


def tell_approval(approval: Snapshot, outgoing: Outgoing) -> None:
    """Who has approved it, when, and from whose account where that is this one: the computer can't tell two people who
    share it apart."""
    from mailer.delivery import whoever_we_are

    same = ", from this same account" if approval.account == whoever_we_are() else f" ({approval.account})"
    tell("Approved", f"by {approval.by}, {moment_text(outgoing.moment(approval.at))}{same}")


def _to_whom(outgoing: Outgoing) -> str:
    """Everybody who gets it, and where they come from."""
    parts = []
    if outgoing.newcomers and outgoing.newcomers != outgoing.number:
        parts.append(f"{outgoing.newcomers:,} new")
    if outgoing.waiting.number:
        parts.append(f"{outgoing.waiting} in the queue from before")
    if outgoing.again.number:
        parts.append(f"{outgoing.again} who may already have it")
    if outgoing.already:
        parts.append(f"{count(outgoing.already, 'more has it, or may', 'more have it, or may')} have it")
    if outgoing.in_doubt:
        parts.append(f"{outgoing.in_doubt:,} more may have it, because the ledger was adopted")
    if outgoing.refused:
        parts.append(f"{outgoing.refused:,} more {'was' if outgoing.refused == 1 else 'were'} refused before")
    said = count(outgoing.number, "recipient")
    return f"{said}: {', '.join(parts)}" if parts else said


def _when(outgoing: Outgoing) -> str:
    if not outgoing.planned:
        return "now"
    planned = moment_text(outgoing.moment(outgoing.planned))
    if outgoing.planned > time.time():
        return planned
    return f"now; it was planned for {planned}"


def agreed(outgoing: Outgoing, flags: Flags) -> bool:
    """Whether it may leave: the number is typed, a running embargo is confirmed.

    Raises:
        MailerError: a script has to say more than --yes, or somebody in the queue accepts no embargoes.
    """
    now = time.time()
    must_spare_whom_an_embargo_shuts_out(outgoing, now, unmarked=flags.include_unmarked)
    if flags.yes:
        must_be_said_to_a_script(outgoing, now, under_embargo=flags.under_embargo)
        return True
    late = f", {outgoing.late(now) / 3600:.1f} hours late" if outgoing.late(now) else ""
    if not typed(f"Type {outgoing.number} to send{late}", str(outgoing.number)):
        return False
    unmarked = (
        f"; {outgoing.unmarked} of them never said that they keep embargoes"
        if outgoing.unmarked.number
        else ""
    )
    return not outgoing.embargoed(now) or flags.under_embargo or typed(
        f"It is under embargo until {moment_text(outgoing.moment(outgoing.embargo))}: anyone who gets it now can read"
        f" it now{unmarked}. Type embargo to send it anyway",
        "embargo",
    )  # fmt: skip


def typed(question: str, answer: str, *, otherwise: str = "Nothing was sent.") -> bool:
    """Whether somebody types exactly this."""
    said = click.prompt(f"\n{visible(question)}", default="", show_default=False, err=True)
    if said.strip().replace(",", "").lower() == answer:
        return True
    say(otherwise, err=True)
    return False


def number_typed(number: int, what: str, *, otherwise: str = "Nothing was sent.") -> bool:
    """Whether somebody types a number to have something done, in a few words."""
    return typed(f"Type {number} to {what}", str(number), otherwise=otherwise)
