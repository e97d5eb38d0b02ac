"""How `send` and `resume` go about it: the question, the progress bar, Ctrl-C, the report."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer import pipeline
from mailer.cli import COULD_NOT_START, DONE, INTERRUPTED, UNFINISHED
from mailer.cli.show import count, on_a_terminal, print_audience, row, say, say_json, style
from mailer.delivery import (
    Ledger,
    Progress,
    RehearsalTransport,
    Report,
    SmtpTransport,
    Stop,
    Transport,
    write_csv,
)
from mailer.errors import CheckFailed, SettingsError
from mailer.model import Status
from mailer.private import private_folder
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.delivery import Mailing
    from mailer.pipeline import Prepared
    from mailer.settings import Settings
    from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class How:
    """What the flags say about sending. `max_wait` in minutes."""

    yes: bool = False
    at: str = ""
    max_wait: float = 30.0
    insecure: bool = False
    as_json: bool = False
    csv: Path | None = None


def send(prepared: Prepared, settings: Settings, how: How) -> int:
    """The real thing: shown, asked about, queued, delivered."""
    _must_be_sound(prepared)
    _server_of(settings)
    moment = _moment(how.at)
    with Ledger(prepared.workspace.ledger) as ledger:
        newcomers = pipeline.newcomers(prepared, ledger)
        print_summary(prepared, settings, newcomers, moment)
        if newcomers and not _agreed(newcomers, yes=how.yes):
            return COULD_NOT_START
        mailing = pipeline.queue(prepared, settings, ledger)
        if not newcomers:
            row(
                f"Nobody new. What is left of the queue is sent; `mailer status {mailing.release}` shows all.",
                err=True,
            )
        _wait_until(moment)
        return deliver(mailing, ledger, prepared.workspace, settings, how)


def rehearse(prepared: Prepared, settings: Settings, out: Path | None) -> int:
    """The same, with a throw-away ledger and a folder for a wire."""
    _must_be_sound(prepared)
    private = prepared.workspace.private
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
    folder = out or private / "rehearsals" / f"{prepared.release.name}-{stamp}"
    transport = RehearsalTransport(folder)
    with _throw_away_ledger(private) as ledger:
        mailing = pipeline.queue(prepared, settings, ledger, thorough=True)
        report = pipeline.deliver(mailing, ledger, transport, prepared.workspace, settings, rates=())
        refused = report.counts.get(Status.REJECTED, 0)
    print_audience(prepared)
    say(f"Rehearsed {count(report.accepted, 'message')}: nothing left this computer.", err=True)
    if refused:
        say(f"{count(refused, 'recipient')} would not be mailed: ALLOW_ONLY, or suppressed since.", err=True)
    say("Look at: ", err=True, nl=False)
    row(str(transport.page))
    return DONE


def prove(prepared: Prepared, settings: Settings, *, insecure: bool) -> int:
    """The real mail to a few addresses of the office, outside the ledger."""
    _must_be_sound(prepared)
    _server_of(settings)
    transport = SmtpTransport(settings, cleartext=insecure)
    with _throw_away_ledger(prepared.workspace.private) as ledger:
        mailing = pipeline.queue(prepared, settings, ledger, prefix="[TEST] ", thorough=True)
        report = pipeline.deliver(mailing, ledger, transport, prepared.workspace, settings, max_wait=0)
        for line in ledger.recipients(mailing.release):
            row(line.address, line.state.value, line.reply)
    _tell_halt(report)
    return DONE if report.finished else UNFINISHED


def deliver(
    mailing: Mailing, ledger: Ledger, workspace: Workspace, settings: Settings, how: How, **more: Any
) -> int:
    """Drain a queue with a progress bar, and report."""
    _server_of(settings)
    transport: Transport = SmtpTransport(settings, cleartext=how.insecure)
    stop = Stop()
    with _interruptible(stop), _progress() as on_progress:
        report = pipeline.deliver(
            mailing, ledger, transport, workspace, settings,
            stop=stop, on_progress=on_progress, max_wait=how.max_wait * 60, **more,
        )  # fmt: skip
    print_report(report, as_json=how.as_json)
    if how.csv:
        with how.csv.open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(ledger.recipients(mailing.release), file)
        row(f"What became of each: {how.csv}", err=True)
    if stop.finishing and not report.finished:
        return INTERRUPTED
    return DONE if report.finished else UNFINISHED


# ---- before -------------------------------------------------------------------------------------------


def _must_be_sound(prepared: Prepared) -> None:
    if any(finding.level == "error" for finding in prepared.findings):
        raise CheckFailed(prepared.findings)


def _server_of(settings: Settings) -> None:
    if not settings.smtp_host:
        raise SettingsError(
            "No mail server is set: SMTP_HOST is empty.",
            "Copy .env.example to .env and fill it in. To rehearse without a server: --dry-run",
        )


def _moment(at: str) -> datetime | None:
    from mailer.release.values import parse_moment

    try:
        return parse_moment(at) if at else None
    except ValueError as error:
        raise click.BadParameter("; ".join(map(str, error.args)), param_hint="--at") from None


def _wait_until(moment: datetime | None) -> None:
    if moment is None:
        return
    say(f"Waiting until {moment:%Y-%m-%d %H:%M %Z}. Ctrl-C leaves the queue as it is.", err=True)
    while (left := moment.timestamp() - time.time()) > 0:
        time.sleep(min(left, 1.0))  # in short steps: a laptop that slept must not oversleep


def print_summary(prepared: Prepared, settings: Settings, newcomers: int, moment: datetime | None) -> None:
    """Whom, what, from whom: what is read before the number is typed."""
    original = prepared.release.original
    sender = original.newsroom.sender
    lines = {
        "What": f"{original.kind.value.capitalize()}: {original.headline}",
        "Subject": original.subject,
        "From": f"{sender.name or original.newsroom.name} <{sender.address}>",
        "Through": f"{settings.smtp_host}:{settings.port} ({settings.smtp_security})",
        "When": f"{moment:%Y-%m-%d %H:%M %Z}" if moment else "now",
    }
    if original.embargo:
        lines["Embargo"] = f"until {original.embargo:%Y-%m-%d %H:%M %Z}"
    if settings.allow_only:
        lines["Only to"] = f"{', '.join(settings.allow_only)} (ALLOW_ONLY)"
    for name, value in lines.items():
        say(style(f"{name:>8}", bold=True), f"  {visible(value)}", err=True)
    already = len(prepared.audience.recipients) - newcomers
    print_audience(prepared, already=already)


def _agreed(newcomers: int, *, yes: bool) -> bool:
    """The typed number of recipients. Without a terminal to ask on, nothing is sent."""
    if yes:
        return True
    if not on_a_terminal():
        say("There is no terminal to confirm on: nothing was sent. Scripts say --yes.", err=True)
        return False
    typed = click.prompt(f"\nType {newcomers} to send", default="", show_default=False, err=True)
    if typed.strip().replace(",", "") == str(newcomers):
        return True
    say("Nothing was sent.", err=True)
    return False


@contextmanager
def _throw_away_ledger(private: Path) -> Iterator[Ledger]:
    """A ledger that remembers nothing of what it was used for. It lies in the workspace, where disk space is."""
    private_folder(private)
    with (
        tempfile.TemporaryDirectory(dir=private, prefix="throw-away-") as folder,
        Ledger(Path(folder) / "ledger.db") as ledger,
    ):
        yield ledger


# ---- meanwhile ----------------------------------------------------------------------------------------


@contextmanager
def _interruptible(stop: Stop) -> Iterator[None]:
    """Ctrl-C once finishes the messages in flight, twice stops at once."""

    def press(*_: object) -> None:
        stop.press()
        said = (
            "Finishing what is in flight; press again to stop at once." if not stop.aborting else "Stopping."
        )
        say(f"\n{said}", err=True)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar with rate, time left and counts; in a file or a pipe, nothing: the report says it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True, highlight=False)
    columns = (
        BarColumn(bar_width=None), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}/s"), TextColumn("{task.fields[left]}"), TextColumn("{task.fields[counts]}"),
    )  # fmt: skip
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, rate="-", left="", counts="")

        def show(progress: Progress) -> None:
            words = [f"{number:,} {name}" for name, number in (
                ("accepted", progress.accepted), ("deferred", progress.deferred),
                ("rejected", progress.rejected), ("uncertain", progress.uncertain)) if number]  # fmt: skip
            left = progress.seconds_left
            bar.update(
                task, total=progress.total, completed=progress.done, rate=f"{progress.rate:.0f}",
                left="" if left is None else f"{int(left) // 60}:{int(left) % 60:02} left", counts=", ".join(words),
            )  # fmt: skip

        yield show


# ---- afterwards ---------------------------------------------------------------------------------------

COLOURS = {
    Status.ACCEPTED: "green",
    Status.REJECTED: "red",
    Status.UNCERTAIN: "yellow",
    Status.DEFERRED: "yellow",
}


def print_report(report: Report, *, as_json: bool) -> None:
    """What came of it: counts, and how to go on. Never "delivered": the next hop accepted it."""
    if as_json:
        data = asdict(report) | {"finished": report.finished, "how_to_go_on": report.how_to_go_on()}
        say_json(data)
        return
    for state, number in report.counts.items():
        say(style(f"{state.value:>10}", fg=COLOURS.get(state), bold=True), f"  {number:,}", err=True)
    speed = f", {report.accepted / report.seconds:.0f} a second" if report.seconds > 1 else ""
    say(f"{count(report.accepted, 'message')} accepted in {report.seconds:.1f} s{speed}.", err=True)
    _tell_halt(report)
    for address, reply in report.suppress[:20]:
        row(f"  {address}: {reply}", err=True)
        row(f"    if that is for good: mailer suppress {address}", err=True)
    for sentence in report.how_to_go_on():
        row(sentence, err=True)


def _tell_halt(report: Report) -> None:
    if report.halted:
        say(style("Halted:", fg="red", bold=True), f" {visible(report.halted)}\n  {report.hint}", err=True)
