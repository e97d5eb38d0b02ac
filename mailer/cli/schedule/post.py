"""`mailer post`: what is due leaves. Something calls it every minute; it may be called twice at once."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import click

from mailer.cli import COULD_NOT_START, DONE, INTERRUPTED, UNFINISHED
from mailer.cli.options import settings_of, workspace_here
from mailer.cli.terminal.output import on_a_terminal, row, say

if TYPE_CHECKING:
    from mailer.delivery import Ledger
    from mailer.pipeline.planned import Planned
    from mailer.workspace import Workspace

_AGAIN = 60.0
"""Seconds until what could not begin, as its server did not answer, is tried again."""

_LOOK = 5.0
"""Seconds until it is looked again for what is due."""


@click.command(
    short_help="Send what is due: for a timer that runs every minute.",
    epilog="Example:  mailer post --install",
)
@click.argument("release", required=False)
@click.option(
    "--install", is_flag=True, help="Have this computer run it every minute; shown first, and asked."
)
@click.option("--uninstall", is_flag=True, help="Undo that.")
@click.option("--yes", is_flag=True, help="With --install or --uninstall: don't ask.")
def post(release: str | None, install: bool, uninstall: bool, yes: bool) -> int:
    """Send every release whose planned time has come, and only those; with RELEASE, only that one.

    The order that was given with `mailer send --at` is all the consent it takes. What is more than ten minutes late is
    asked about; without a terminal it stays where it is, and the exit code is 1.
    """
    workspace = workspace_here()
    if install and uninstall:
        raise click.UsageError("--install and --uninstall contradict each other.")
    if (install or uninstall) and release:
        raise click.UsageError("RELEASE has no effect with --install and --uninstall: leave it out.")
    if install or uninstall:
        from mailer.cli.schedule import installing

        return installing.install(workspace, yes=yes) if install else installing.uninstall(workspace, yes=yes)
    if yes:
        raise click.UsageError("--yes has no effect: what is due was agreed to when it was ordered.")
    if release:
        return _post(workspace, workspace.release_called(release))
    return _Round(workspace).run()


def _post(workspace: Workspace, name: str) -> int:
    """One release, in this process."""
    from mailer.delivery import Ledger
    from mailer.errors import BeingSent
    from mailer.pipeline import holding
    from mailer.pipeline.planned import When, planned_of

    with Ledger(workspace.ledger) as ledger:
        due = planned_of(ledger, name, time.time())
        if due is None:
            say(f"Nothing of “{name}” is planned for a time.", err=True)
            return DONE
        if due.when is not When.DUE:
            return _not_now(workspace, due)
        try:
            with holding(ledger, name):
                somebody_was_quicker = ledger.orders(name)[-1] != due.order
                return DONE if somebody_was_quicker else _depart(workspace, ledger, due)
        except BeingSent:
            return DONE


def _depart(workspace: Workspace, ledger: Ledger, due: Planned) -> int:
    """What is held, and due: it leaves, and that it did is written down."""
    from mailer.cli.asking import Flags, print_outgoing
    from mailer.cli.sending import Departure
    from mailer.delivery.consent import LastWords
    from mailer.errors import TransportError, Unreachable
    from mailer.pipeline import outgoing
    from mailer.pipeline.planned import begin, end, must_be_what_was_ordered, must_go_as_ordered

    settings = settings_of(workspace)
    departure = Departure(workspace, settings, Flags(yes=True))
    mailing = ledger.mailing(due.mailing.release)
    word = LastWords(ledger).of(mailing.id)
    if word is None or word.held_up:
        return DONE
    leaving = outgoing.of_resume(ledger, mailing, workspace, settings)
    must_be_what_was_ordered(due.said, leaving)
    must_go_as_ordered(due.said, workspace, settings)
    departure.must_be_approved(mailing, ledger)
    print_outgoing(leaving, settings, ledger)
    try:
        departure.may_begin(leaving, asked=True)
        begun = begin(ledger, mailing, leaving, word)
        if begun is None:  # something was said of it meanwhile: the next minute sees to that
            return DONE
        departure.log("post", begun, ledger.orders(begun.release)[-1])
        code = departure.deliver(begun, ledger, heed_after=word.request)
    except Unreachable:
        raise  # the next minute tries again: no password was sent
    except TransportError:
        end(ledger, mailing.release)
        raise
    # Interrupted without a terminal, this machine goes down, and goes on with it when it is up again.
    if code != INTERRUPTED or on_a_terminal() or departure.stopped:
        end(ledger, mailing.release)
    return code


def _not_now(workspace: Workspace, planned: Planned) -> int:
    """What is not due: it is to come, or a person has to look at it."""
    from mailer.cli import sending
    from mailer.cli.asking import Flags
    from mailer.delivery import Ledger
    from mailer.pipeline import Instructions, outgoing
    from mailer.pipeline.planned import When

    if planned.when is When.TO_COME:
        say(f"“{planned.mailing.release}” is not due yet: `mailer schedule` shows when.", err=True)
        return DONE
    if on_a_terminal():
        settings = settings_of(workspace)
        with Ledger(workspace.ledger) as ledger:
            leaving = outgoing.of_resume(ledger, planned.mailing, workspace, settings)
        unmarked = leaving.embargoed(time.time()) and leaving.unmarked.number > 0
        said = Flags(include_unmarked=unmarked)  # who stands in the queue was let in by the order
        return sending.resume(planned.mailing.release, workspace, settings, said, Instructions())
    row(_for_a_person(planned), err=True)
    return UNFINISHED


def _for_a_person(planned: Planned) -> str:
    from mailer.pipeline.outgoing import at_the_office
    from mailer.pipeline.planned import When
    from mailer.release.values import moment_text

    name, left = planned.mailing.release, f"{planned.number:,} left"
    moment = moment_text(at_the_office(planned.moment, planned.mailing.zone))
    if planned.when is When.STOPPED:
        return f"NOT SENT: “{name}”, {left}: it ended before everybody had it. Find out why, then: mailer resume {name}"
    return (
        f"NOT SENT: “{name}”, {left}: it was planned for {moment}, more than ten minutes ago. Should it still go out? "
        f"mailer resume {name} --now, or mailer discard {name}"
    )


class _Round:
    """All that is due, each in a process of its own: one that waits for a busy server keeps no other from its time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._tried: dict[str, float] = {}
        self._code = DONE

    def run(self) -> int:
        try:
            self._look()
            looked = time.monotonic()
            while self._running:
                time.sleep(0.1)
                self._reap()
                if time.monotonic() - looked > _LOOK:  # a sending may take hours, and others be due meanwhile
                    self._look()
                    looked = time.monotonic()
        except KeyboardInterrupt:  # whom we started has heard it too
            for process in self._running.values():
                process.wait()
            if on_a_terminal():
                self._stop()
            return INTERRUPTED
        return self._code

    def _stop(self) -> None:
        """Somebody has stopped it: what was begun is for a person to look at, and not for the next minute."""
        from mailer.delivery import Ledger
        from mailer.pipeline.planned import end

        with Ledger(self._workspace.ledger) as ledger:
            for name in self._running:
                end(ledger, name)

    def _look(self) -> None:
        from mailer.delivery import Ledger
        from mailer.pipeline.planned import When, is_being_sent, left_to_workers, planned

        now = time.time()
        with Ledger(self._workspace.ledger) as ledger:
            found = [each for each in planned(ledger, now) if each.when is not When.TO_COME]
            found = [each for each in found if not left_to_workers(ledger, each)]
            free = [each for each in found if each.when is When.DUE or not is_being_sent(ledger, each)]
        for each in free:
            name = each.mailing.release
            if name in self._running or now - self._tried.get(name, 0.0) < _AGAIN:
                continue
            self._tried[name] = now if each.when is When.DUE else float("inf")
            if each.when is When.DUE:
                command = [sys.executable, "-m", "mailer", "post", "--", name]
                self._running[name] = subprocess.Popen(  # noqa: S603 - this very program
                    command, cwd=self._workspace.root, stdin=subprocess.DEVNULL
                )
            else:
                self._worst(self._asked_about(each))

    def _asked_about(self, each: Planned) -> int:
        """What is late: that it may not leave is no reason to keep others from leaving."""
        from mailer.errors import MailerError

        try:
            return _not_now(self._workspace, each)
        except MailerError as error:
            row(f"NOT SENT: “{each.mailing.release}”: {error.message} {error.hint}", err=True)
            return COULD_NOT_START

    def _reap(self) -> None:
        for name, process in list(self._running.items()):
            if (code := process.poll()) is not None:
                del self._running[name]
                self._worst(code)

    def _worst(self, code: int) -> None:
        self._code = max(self._code, min(abs(code), COULD_NOT_START))
