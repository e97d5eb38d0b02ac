"""What is seen of a sending: the progress bar meanwhile, the report afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from mailer.cli.terminal.output import count, row, say, say_json, style
from mailer.delivery import Progress, Report, Request
from mailer.model import Status
from mailer.visible import visible

# ---- meanwhile ----------------------------------------------------------------------------------------


@contextmanager
def progress_bar() -> Iterator[Any]:
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
        task = bar.add_task(
            "", total=None, rate="-", left="", counts="", visible=False
        )  # until something leaves

        def show(progress: Progress) -> None:
            words = [f"{number:,} {name}" for name, number in (
                ("accepted", progress.accepted), ("deferred", progress.deferred),
                ("rejected", progress.rejected), ("uncertain", progress.uncertain)) if number]  # fmt: skip
            left = progress.seconds_left
            bar.update(
                task, visible=True, total=progress.total, completed=progress.done, rate=_rate(progress.rate),
                left="" if left is None else f"{_time(int(left))} left", counts=", ".join(words),
            )  # fmt: skip

        yield show


def _rate(messages: float) -> str:
    """Of a second."""
    return f"{messages:.1f}" if 0 < messages < 10 else f"{messages:.0f}"


def _time(seconds: int) -> str:
    """As a clock: 0:09, 32:20, 5:32:20."""
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


_ASKED = {
    "pause": "Paused at the desk by {}. It goes on when somebody says so there; Ctrl-C ends it.",
    "go on": "Going on: so says {} at the desk.",
    "stop": "Stopped at the desk by {}: finishing what is in flight.",
}


def tell_request(request: Request) -> None:
    """What somebody at the desk has asked of this sending."""
    row(_ASKED[request.kind].format(request.giver), err=True)


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
    tell_halt(report)
    for address, reply in report.suppress[:20]:
        row(f"  {address}: {reply}", err=True)
        row(f"    if that is permanent: mailer suppress {address}", err=True)
    for sentence in report.how_to_go_on():
        row(sentence, err=True)


def tell_halt(report: Report) -> None:
    if report.halted:
        say(style("Halted:", fg="red", bold=True), f" {visible(report.halted)}\n  {report.hint}", err=True)
