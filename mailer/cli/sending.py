"""How `send`, `resume` and `discard` go about it: what would leave is shown and asked about, then it leaves."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mailer import pipeline
from mailer.authorization import access_tokens
from mailer.cli import COULD_NOT_START, DONE, INTERRUPTED, UNFINISHED
from mailer.cli.asking import (
    Flags,
    agreed,
    number_typed,
    print_outgoing,
    somebody_must_say_so,
    tell_approval,
)
from mailer.cli.terminal.interrupting import interruptible
from mailer.cli.terminal.logged import end_of, logged, said_of
from mailer.cli.terminal.output import count, on_a_terminal, print_findings, row, say
from mailer.cli.terminal.report import print_report, progress_bar, tell_request
from mailer.cli.terminal.spreadsheet import must_be_writable, write_spreadsheet
from mailer.cli.work.queued import left_to_others
from mailer.delivery import Ledger, SmtpTransport, Stop, is_loopback, log_in
from mailer.errors import CheckFailed
from mailer.model import Status
from mailer.pipeline import Instructions, outgoing
from mailer.pipeline.approval import must_be_approved, queue_must_be_approved
from mailer.pipeline.planned import ending
from mailer.pipeline.sending import (
    must_be_fit_to_leave,
    must_not_spread_what_was_corrected,
    take_back,
    waiting_for,
)
from mailer.release.values import moment_text

if TYPE_CHECKING:
    from mailer.delivery import Mailing, Order, Report, Request
    from mailer.pipeline import Prepared
    from mailer.pipeline.outgoing import Outgoing
    from mailer.settings import Settings
    from mailer.workspace import Workspace

WAITING = (Status.QUEUED, Status.DEFERRED)


# ---- for real -------------------------------------------------------------------------------------------


def send(prepared: Prepared, settings: Settings, flags: Flags) -> int:
    """The real thing: shown, asked about, and once the server has let us in, queued and delivered."""
    prepared.must_be_sound()
    _must_be_fit(prepared)
    departure = Departure(prepared.workspace, settings, flags)
    name = prepared.release.name
    with Ledger(prepared.workspace.ledger) as ledger, pipeline.holding(ledger, name):
        approved = must_be_approved(prepared, settings, ledger)
        leaving = outgoing.of_send(prepared, settings, ledger, planned=flags.planned, at_once=flags.now)
        _time_must_matter(flags, ledger.find(name), leaving)
        must_not_spread_what_was_corrected(leaving)
        if not leaving.number:
            say("There are no new recipients: nothing is left to send to these.", err=True)
            return departure.deliver(pipeline.queue(prepared, settings, ledger), ledger)
        print_outgoing(leaving, settings, ledger, prepared)
        if approved:
            tell_approval(approved, leaving)
        if not departure.may_begin(leaving):
            return COULD_NOT_START
        order = departure.order("send", leaving, ledger)
        mailing = pipeline.queue(prepared, settings, ledger, order)
        departure.log("send", mailing, order)
        return departure.deliver(mailing, ledger)


def resume(
    name: str,
    workspace: Workspace,
    settings: Settings,
    flags: Flags,
    instructions: Instructions,
) -> int:
    """What is left in the queue: shown, asked about, delivered.

    Args:
        name: the release's.
    """
    departure = Departure(workspace, settings, flags, instructions)
    with Ledger(workspace.ledger) as ledger:
        ledger.mailing(name)  # else a misspelt name would be held
        with pipeline.holding(ledger, name):
            return departure.resume(ledger.mailing(name), ledger)


class Departure:
    """What `send`, `resume` and an order of the desk's have in common.

    Attributes:
        report: what came of it; None: nothing was to leave yet.
        stopped: somebody at the desk has said so.

    Raises:
        MailerError: nobody is there to say so, no server is set, or what is to be written at the end can't be.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        flags: Flags,
        instructions: Instructions = Instructions(),  # noqa: B008 - it is frozen
    ) -> None:
        self._workspace, self._settings, self._flags = workspace, settings, flags
        self._instructions = replace(instructions, max_wait=flags.max_wait * 60)
        settings.must_name_a_server()
        insecure_must_matter(settings, flags)
        somebody_must_say_so(flags)
        self._transport = SmtpTransport(settings, cleartext=flags.insecure)
        self._ordered = self.stopped = False
        self.report: Report | None = None
        if tokens := access_tokens(settings):
            tokens.current()  # who has not signed in is told so before the question
        if flags.csv:
            must_be_writable(flags.csv, workspace)

    def may_begin(self, leaving: Outgoing, *, asked: bool = False) -> bool:
        """Whether somebody says so, and the server lets us in: nothing is queued before.

        Args:
            asked: somebody has said so before.
        """
        if not asked and not agreed(leaving, self._flags):
            return False
        log_in(self._settings, cleartext=self._flags.insecure)
        return True

    def must_be_approved(self, mailing: Mailing, ledger: Ledger) -> None:
        """
        Raises:
            MailerError: newsroom.md asks for an approval, and what is queued has none.
        """
        queue_must_be_approved(self._workspace, mailing, self._settings, ledger)

    def order(self, kind: str, leaving: Outgoing, ledger: Ledger) -> Order:
        """What is written down of it. What is left to `mailer work` is for this moment: found late, it is for a person
        to look at."""
        now = ledger.store.wall()
        order = replace(leaving.order(kind, self._settings, now), given=now)
        return replace(order, planned=order.planned or now, relay="") if self._flags.queue else order

    def log(self, did: str, mailing: Mailing, order: Order) -> None:
        """By whose word it leaves."""
        self._ordered = True
        logged(self._workspace, did, mailing.release, **said_of(order))

    def move(self, mailing: Mailing, ledger: Ledger) -> int:
        """Another time for what is queued: asked about, and kept. No server is needed for that."""
        self.must_be_approved(mailing, ledger)
        leaving = outgoing.of_resume(
            ledger, mailing, self._workspace, self._settings, planned=self._flags.planned
        )
        _time_must_matter(self._flags, mailing, leaving)
        print_outgoing(leaving, self._settings, ledger)
        if not agreed(leaving, self._flags):
            return COULD_NOT_START
        order = self.order("move", leaving, ledger)
        mailing = ledger.order(mailing, order)
        self.log("move", mailing, order)
        return self.deliver(mailing, ledger)

    def resume(self, mailing: Mailing, ledger: Ledger) -> int:
        flags = self._flags
        leaving = outgoing.of_resume(
            ledger, mailing, self._workspace, self._settings,
            uncertain=self._instructions.uncertain, planned=flags.planned, at_once=flags.now,
        )  # fmt: skip
        _time_must_matter(flags, mailing, leaving)
        if leaving.number:
            print_outgoing(leaving, self._settings, ledger)
            self.must_be_approved(mailing, ledger)
            if not self.may_begin(leaving):
                return COULD_NOT_START
            order = self.order("resume", leaving, ledger)
            mailing = ledger.order(mailing, order)
            self.log("resume", mailing, order)
        return self.deliver(mailing, ledger)

    def _hear(self, request: Request) -> None:
        self.stopped = request.kind == "stop"
        tell_request(request)

    def deliver(self, mailing: Mailing, ledger: Ledger, heed_after: int | None = None) -> int:
        """Drains the queue with a progress bar, and reports. Signals are ours until that is done."""
        flags, stop = self._flags, Stop()
        if left_to_others(flags, mailing, ledger, self._workspace):
            return DONE
        with interruptible(stop), ending(ledger, mailing.release):
            if mailing.planned > time.time():
                when = moment_text(outgoing.at_the_office(mailing.planned, mailing.zone))
                say(
                    f"Waiting until {when}. Ctrl-C stops waiting; the queue and the time are kept, and where `mailer"
                    " post` is run it sends it then.",
                    err=True,
                )
            with progress_bar() as on_progress:
                watched = replace(
                    self._instructions,
                    stop=stop,
                    on_progress=on_progress,
                    on_request=self._hear,
                    heed_after=heed_after,
                )
                report = pipeline.deliver(
                    mailing, ledger, self._transport, self._workspace, self._settings, watched
                )
            self.report = report
            if self._ordered:
                logged(self._workspace, "end of sending", mailing.release, **end_of(report))
            print_report(report, as_json=flags.as_json)
            if flags.csv:
                write_spreadsheet(ledger, mailing, flags.csv)
        if 0 < ledger.mailing(mailing.release).planned < time.time() and on_a_terminal():
            # What was agreed to was another time, and those in doubt were named for that one.
            self._flags = replace(flags, yes=False, at="", now=False)
            self._instructions = replace(
                self._instructions, uncertain=(), refused_share=Instructions().refused_share
            )
            return self.resume(ledger.mailing(mailing.release), ledger)
        if stop.finishing and not report.finished:
            return INTERRUPTED
        return DONE if report.finished else UNFINISHED


def discard(name: str, workspace: Workspace, *, yes: bool) -> int:
    """Takes back what waits: shown, asked about, remembered."""
    with Ledger(workspace.ledger) as ledger:
        ledger.mailing(name)
        with pipeline.holding(ledger, name):
            mailing, waiting = ledger.mailing(name), waiting_for(ledger, name)
            for standing in ledger.recipients(name, *WAITING):
                row(standing.address, standing.state.value, standing.reply)
            if not waiting.number:
                say(f"Nothing of “{name}” is waiting to be sent.", err=True)
                return DONE
            if not yes and not on_a_terminal():
                say(
                    "There is no terminal to confirm on, so nothing was taken back. In a script, use --yes.",
                    err=True,
                )
                return COULD_NOT_START
            what = f"take back “{name}”: nothing more is sent to these {count(waiting.number, 'person', 'people')}"
            if not yes and not number_typed(waiting.number, what):
                return COULD_NOT_START
            taken = take_back(ledger, mailing, waiting)
            logged(workspace, "discard", name, recipients=taken)
    say(
        f"Taken back: {count(taken, 'recipient')}. If the release is sent again, they count as new.",
        err=True,
    )
    return DONE


# ---- what must be so ------------------------------------------------------------------------------------


def _must_be_fit(prepared: Prepared) -> None:
    try:
        must_be_fit_to_leave(prepared)
    except CheckFailed as failed:
        print_findings(failed.findings, err=True)  # shown as warnings before, which they are no longer
        raise


def _time_must_matter(flags: Flags, mailing: Mailing | None, leaving: Outgoing) -> None:
    if flags.now and flags.at:
        raise click.UsageError("--now and --at contradict each other.")
    if flags.now and not (mailing and mailing.planned):
        raise click.UsageError("--now has no effect: no time was planned before.")
    if flags.no_wait and leaving.planned <= time.time():
        raise click.UsageError("--no-wait has no effect without a time that is to come: --at TIME.")
    if flags.under_embargo and not leaving.embargoed(time.time()):
        raise click.UsageError("--under-embargo has no effect: it is not under embargo when it leaves.")
    if flags.include_unmarked and not (leaving.embargoed(time.time()) and leaving.unmarked.number):
        raise click.UsageError(
            "--include-unmarked has no effect: nobody unmarked would get it under embargo."
        )


def insecure_must_matter(settings: Settings, flags: Flags) -> None:
    """
    Raises:
        click.UsageError: --insecure was given, and nothing is sent unencrypted to another machine.
    """
    if flags.insecure and (settings.smtp_security != "none" or is_loopback(settings.smtp_host)):
        raise click.UsageError("--insecure has no effect: nothing is sent unencrypted to another machine.")
