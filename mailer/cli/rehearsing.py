"""Everything of a sending but the real thing: the rehearsal, whose wire is a folder, and the proof for the office."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailer import pipeline
from mailer.cli import DONE, UNFINISHED
from mailer.cli.asking import How, somebody_must_say_so
from mailer.cli.report import tell_halt
from mailer.cli.sending import insecure_must_matter, must_be_sound, must_have_server
from mailer.cli.show import count, print_audience, row, say
from mailer.delivery import Ledger, RehearsalTransport, SmtpTransport
from mailer.model import Status
from mailer.workspace.private import private_folder

if TYPE_CHECKING:
    from mailer.pipeline import Prepared
    from mailer.settings import Settings


def rehearse(prepared: Prepared, settings: Settings, out: Path | None) -> int:
    """The same, with a throw-away ledger and a folder for a wire."""
    must_be_sound(prepared)
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


def prove(prepared: Prepared, settings: Settings, addresses: tuple[str, ...], how: How) -> int:
    """The real mail to a few addresses of the office, every edition of it, outside the ledger."""
    must_be_sound(prepared)
    must_have_server(settings)
    insecure_must_matter(settings, how)
    somebody_must_say_so(how)
    transport = SmtpTransport(settings, cleartext=how.insecure)
    finished = True
    for edition in prepared.release.editions:
        proof = pipeline.only(prepared, addresses, edition.language)
        with _throw_away_ledger(prepared.workspace.private) as ledger:
            mailing = pipeline.queue(proof, settings, ledger, prefix="[TEST] ", thorough=True)
            report = pipeline.deliver(mailing, ledger, transport, prepared.workspace, settings, max_wait=0)
            for line in ledger.recipients(mailing.release):
                row(line.address, line.state.value, line.reply, edition.language)
        tell_halt(report)
        finished = finished and report.finished
        if report.halted:
            break
    return DONE if finished else UNFINISHED


@contextmanager
def _throw_away_ledger(private: Path) -> Iterator[Ledger]:
    """A ledger that remembers nothing of what it was used for. It lies in the workspace, where disk space is."""
    private_folder(private)
    with (
        tempfile.TemporaryDirectory(dir=private, prefix="throw-away-") as folder,
        Ledger(Path(folder) / "ledger.db", witnessed=False) as ledger,
    ):
        yield ledger
