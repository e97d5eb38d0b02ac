"""How `send`, `resume` and `discard` go about it: what would leave is shown and asked about, then it leaves."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer import pipeline
from mailer.checks import must_be_ready
from mailer.cli import COULD_NOT_START, DONE, INTERRUPTED, UNFINISHED
from mailer.cli.asking import How, agreed, number_typed, print_outgoing, somebody_must_say_so
from mailer.cli.interrupting import interruptible
from mailer.cli.report import print_report, progress_bar
from mailer.cli.show import count, on_a_terminal, print_findings, row, say
from mailer.delivery import (
    AddressDigest,
    Ledger,
    Order,
    SmtpTransport,
    Stop,
    is_loopback,
    log_in,
    whoever_we_are,
    write_csv,
)
from mailer.errors import CheckFailed, SettingsError
from mailer.model import Status
from mailer.pipeline import outgoing
from mailer.release.values import moment_text

if TYPE_CHECKING:
    from mailer.delivery import Mailing
    from mailer.pipeline import Prepared
    from mailer.pipeline.outgoing import Outgoing
    from mailer.settings import Settings
    from mailer.workspace import Workspace

WAITING = (Status.QUEUED, Status.DEFERRED)


# ---- for real -------------------------------------------------------------------------------------------


def send(prepared: Prepared, settings: Settings, how: How) -> int:
    """The real thing: shown, asked about, and once the server has let us in, queued and delivered."""
    must_be_sound(prepared)
    _must_be_ready(prepared)
    departure = _Departure(prepared.workspace, settings, how)
    name = prepared.release.name
    with Ledger(prepared.workspace.ledger) as ledger, pipeline.holding(ledger, name):
        leaving = outgoing.of_send(prepared, settings, ledger, planned=how.planned, at_once=how.now)
        _time_must_matter(how, ledger.find(name), leaving)
        if not leaving.number:
            say("Nobody new: nothing is left to be sent to these recipients.", err=True)
            return departure.deliver(pipeline.queue(prepared, settings, ledger), ledger)
        print_outgoing(leaving, settings, prepared)
        if not departure.may_begin(leaving):
            return COULD_NOT_START
        order = leaving.order("send", settings, time.time())
        return departure.deliver(pipeline.queue(prepared, settings, ledger, order), ledger)


def resume(
    name: str,
    workspace: Workspace,
    settings: Settings,
    how: How,
    uncertain: tuple[str, ...] = (),
    **more: Any,
) -> int:
    """What is left in the queue: shown, asked about, delivered.

    Args:
        name: the release's.
        uncertain: canonical addresses of people in doubt who are to get it again.
        more: further arguments of `delivery.deliver`.
    """
    departure = _Departure(workspace, settings, how)
    with Ledger(workspace.ledger) as ledger:
        ledger.mailing(name)  # else a misspelt name would be held
        with pipeline.holding(ledger, name):
            return departure.resume(ledger.mailing(name), ledger, uncertain, **more)


class _Departure:
    """What `send` and `resume` have in common.

    Raises:
        MailerError: nobody is there to say so, no server is set, or what is to be written at the end can't be.
    """

    def __init__(self, workspace: Workspace, settings: Settings, how: How) -> None:
        self._workspace, self._settings, self._how = workspace, settings, how
        must_have_server(settings)
        insecure_must_matter(settings, how)
        somebody_must_say_so(how)
        self._transport = SmtpTransport(settings, cleartext=how.insecure)
        if how.csv:
            _must_be_writable(how.csv)

    def may_begin(self, leaving: Outgoing) -> bool:
        """Whether somebody says so, and the server lets us in: nothing is queued before."""
        if not agreed(leaving, self._how):
            return False
        log_in(self._settings, cleartext=self._how.insecure)
        return True

    def resume(self, mailing: Mailing, ledger: Ledger, uncertain: tuple[str, ...] = (), **more: Any) -> int:
        how = self._how
        leaving = outgoing.of_resume(
            ledger, mailing, self._workspace, self._settings,
            uncertain=uncertain, planned=how.planned, at_once=how.now,
        )  # fmt: skip
        _time_must_matter(how, mailing, leaving)
        if leaving.number:
            print_outgoing(leaving, self._settings)
            if not self.may_begin(leaving):
                return COULD_NOT_START
            mailing = ledger.order(mailing, leaving.order("resume", self._settings, time.time()))
        return self.deliver(mailing, ledger, uncertain=uncertain, **more)

    def deliver(self, mailing: Mailing, ledger: Ledger, **more: Any) -> int:
        """Drains the queue with a progress bar, and reports. Signals are ours until that is done."""
        how, stop = self._how, Stop()
        with interruptible(stop):
            if mailing.planned > time.time():
                when = moment_text(outgoing.at_the_office(mailing.planned, mailing.zone))
                say(f"Waiting until {when}. Ctrl-C leaves the queue as it is; the time is kept.", err=True)
            with progress_bar() as on_progress:
                report = pipeline.deliver(
                    mailing, ledger, self._transport, self._workspace, self._settings,
                    stop=stop, on_progress=on_progress, max_wait=how.max_wait * 60, **more,
                )  # fmt: skip
            print_report(report, as_json=how.as_json)
            if how.csv:
                _write_spreadsheet(ledger, mailing, how.csv)
        if 0 < ledger.mailing(mailing.release).planned < time.time() and on_a_terminal():
            self._how = replace(how, yes=False, at="", now=False)  # what was agreed to was another time
            return self.resume(ledger.mailing(mailing.release), ledger)
        if stop.finishing and not report.finished:
            return INTERRUPTED
        return DONE if report.finished else UNFINISHED


def _time_must_matter(how: How, mailing: Mailing | None, leaving: Outgoing) -> None:
    if how.now and how.at:
        raise click.UsageError("--now and --at contradict each other.")
    if how.now and not (mailing and mailing.planned):
        raise click.UsageError("--now has no effect: no time was planned before.")
    if how.under_embargo and not leaving.embargoed(time.time()):
        raise click.UsageError("--under-embargo has no effect: it does not leave under an embargo.")


def discard(name: str, workspace: Workspace, *, yes: bool) -> int:
    """Takes back what waits: shown, asked about, remembered."""
    with Ledger(workspace.ledger) as ledger:
        ledger.mailing(name)
        with pipeline.holding(ledger, name):
            mailing = ledger.mailing(name)
            waiting = AddressDigest.of(person.canonical for person in ledger.waiting(name))
            for line in ledger.recipients(name, *WAITING):
                row(line.address, line.state.value, line.reply)
            if not waiting.number:
                say(f"Nothing of “{name}” waits to be sent.", err=True)
                return DONE
            if not yes and not on_a_terminal():
                say(
                    "There is no terminal to confirm on: nothing was taken back. Scripts say --yes.", err=True
                )
                return COULD_NOT_START
            what = f"take back: of “{name}”, nothing leaves for these {count(waiting.number, 'person', 'people')}"
            if not yes and not number_typed(waiting.number, what):
                return COULD_NOT_START
            order = Order("discard", waiting.number, str(waiting), giver=whoever_we_are())
            taken = ledger.discard(mailing, order)
    say(
        f"Taken back: {count(taken, 'recipient')}. Who is on a list when it is sent again is new to it.",
        err=True,
    )
    return DONE


# ---- what must be so ------------------------------------------------------------------------------------


def must_be_sound(prepared: Prepared) -> None:
    """
    Raises:
        CheckFailed: pre-flight found errors.
    """
    if any(finding.level == "error" for finding in prepared.findings):
        raise CheckFailed(prepared.findings)


def _must_be_ready(prepared: Prepared) -> None:
    try:
        must_be_ready(prepared.findings)
    except CheckFailed as failed:
        print_findings(failed.findings, err=True)  # shown as warnings before, which they are no longer
        raise


def must_have_server(settings: Settings) -> None:
    """
    Raises:
        SettingsError: none is set.
    """
    if not settings.smtp_host:
        raise SettingsError(
            "No mail server is set: SMTP_HOST is empty.",
            "Copy .env.example to .env and fill it in. To rehearse without a server: --dry-run",
        )


def insecure_must_matter(settings: Settings, how: How) -> None:
    if how.insecure and (settings.smtp_security != "none" or is_loopback(settings.smtp_host)):
        raise click.UsageError(
            "--insecure has no effect: mail does not leave unencrypted for another machine."
        )


def _must_be_writable(path: Path) -> None:
    """Asked before anything leaves: afterwards it would be too late to say so."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise click.BadParameter(
            f"{path} can't be written: {error.strerror}. Nothing was sent.", param_hint="--csv"
        ) from None


def _write_spreadsheet(ledger: Ledger, mailing: Mailing, path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(ledger.recipients(mailing.release), file)
    except OSError as error:  # what was sent was sent: this is no reason to end as if it had not been
        say(f"{path} could not be written: {error.strerror}. Nothing else is amiss; the ledger has it all: "
            f"`mailer status {mailing.release} --recipients`.", err=True)  # fmt: skip
        return
    row(f"What became of each: {path}", err=True)
