"""`mailer work`: a sender that serves every mailing that is due, until it is told to end."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from mailer.cli import COULD_NOT_START, DONE, INTERRUPTED, UNFINISHED
from mailer.cli.options import settings_of, workspace_here

if TYPE_CHECKING:
    from mailer.pipeline.working import Tell


@click.command(
    short_help="Send whatever is due, all the time: for a server.",
    epilog="Example:  mailer work --metrics 127.0.0.1:9464",
)
@click.option("--once", is_flag=True, help="End when nothing is due.")
@click.option(
    "--metrics", default="", metavar="HOST:PORT", help="Answer there with what was counted (OpenMetrics)."
)
@click.option("--log-json", is_flag=True, help="Tell what happens as a line of JSON each.")
def work(once: bool, metrics: str, log_json: bool) -> int:
    """Send every mailing that is due, one turn each, until Ctrl-C or SIGTERM, which finish what is in flight.

    What was ordered with `mailer send --queue` or `--at` is all the consent it takes; it reads no list and no release.
    How the server is reached is this machine's `.env`. Of a ledger in a database as many of them work at once as you
    like. What is more than ten minutes late waits for a person.
    """
    from mailer.cli.terminal.failures import as_told
    from mailer.cli.work.metrics import address_of
    from mailer.cli.work.telling import teller
    from mailer.pipeline.working import News

    place, tell = address_of(metrics) if metrics else None, teller(as_json=log_json)
    try:
        return _work(tell, once, place)
    except Exception as error:
        if not log_json:
            raise
        told = as_told(error)
        tell(News("ended", f"{told.message} {told.hint}".rstrip(), "error"))
        return COULD_NOT_START


def _work(tell: Tell, once: bool, metrics: tuple[str, int] | None) -> int:
    from mailer.cli.terminal.interrupting import interruptible
    from mailer.cli.work.metrics import Metrics, served
    from mailer.cli.work.supervisor import Supervisor
    from mailer.cli.work.telling import told_and_logged
    from mailer.delivery import Stop
    from mailer.pipeline.working import Figures, News, Office, Worker

    workspace = workspace_here()
    settings = settings_of(workspace)
    settings.must_name_a_server()
    figures, stop = Figures(), Stop()
    supervisor = Supervisor(os.environ, lambda: figures.status)

    def hear(text: str) -> None:
        supervisor.stopping()
        tell(News("stopping", text))

    worker = Worker(
        Office(workspace, settings),
        stop,
        told_and_logged(workspace, tell),
        figures,
        once=once,
        beat=supervisor.beat,
    )
    with ExitStack() as stack:
        where = f"through {settings.smtp_host}:{settings.port}"
        if metrics:
            where += f"; {stack.enter_context(served(Metrics(figures, workspace.ledger), *metrics))}"
        stack.enter_context(interruptible(stop, hear))
        tell(News("started", f"Sending what is due in {workspace.ledger}, {where}."))
        supervisor.ready()
        worker.run()
        supervisor.stopping()  # where it took no time, nobody was told before
    tell(News("ended", "Ended.", numbers={"accepted": figures.accepted}))
    if stop.aborting:
        return INTERRUPTED
    return UNFINISHED if once and worker.for_a_person and not stop.finishing else DONE
