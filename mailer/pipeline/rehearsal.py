"""Everything of a sending but the real thing: the rehearsal, whose wire is a folder, and the proof for the office."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailer import pipeline
from mailer.delivery import Ledger, RehearsalTransport, Report, SmtpTransport, Standing
from mailer.model import Recipient, Status
from mailer.pipeline.audience import in_the_name_of, only
from mailer.pipeline.earlier import keep_proof, keep_rehearsal
from mailer.pipeline.prepared import Prepared
from mailer.pipeline.sending import Instructions
from mailer.settings import Settings
from mailer.workspace.private import private_folder


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal made.

    Attributes:
        report: as of a sending; "accepted" are the messages in the folder.
        page: the summary, beside the messages.
    """

    report: Report
    page: Path

    @property
    def refused(self) -> int:
        """How many recipients would not be mailed, though they are in the audience."""
        return self.report.counts.get(Status.REJECTED, 0)


def rehearse(prepared: Prepared, settings: Settings, folder: Path | None = None) -> Rehearsed:
    """A sending with a throw-away ledger, and a folder for a wire.

    Args:
        folder: where the messages go; a new one in the workspace by default.

    Raises:
        CheckFailed: pre-flight found errors.
        TransportError: the folder can't be written, or is not empty.
    """
    prepared.must_be_sound()
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
    private = prepared.workspace.private
    transport = RehearsalTransport(folder or private / "rehearsals" / f"{prepared.release.name}-{stamp}")
    with throw_away_ledger(private) as ledger:
        mailing = pipeline.queue(prepared, settings, ledger, thorough=True)
        at_once = Instructions(rates=())
        report = pipeline.deliver(mailing, ledger, transport, prepared.workspace, settings, at_once)
    if not report.halted:
        with suppress(OSError):  # it was rehearsed; the desk will say that it was not
            keep_rehearsal(prepared, settings, report.accepted, transport.page)
    return Rehearsed(report, transport.page)


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of the proof of one edition.

    Attributes:
        language: the edition's (BCP 47).
        standings: where each of its recipients stands.
    """

    language: str
    report: Report
    standings: tuple[Standing, ...]


def prove(
    prepared: Prepared,
    settings: Settings,
    addresses: tuple[str, ...],
    *,
    cleartext: bool = False,
    given: Recipient | None = None,
) -> Iterator[Proof]:
    """The real mail to a few addresses of the office, [TEST] in its subject, every edition of it, outside the ledger.
    Ends where the server does not want us.

    Args:
        cleartext: allow SMTP_SECURITY=none to another machine.
        given: as this person would get it, in their edition alone, which is no proof of the others.

    Raises:
        CheckFailed: pre-flight found errors.
        SettingsError, TransportError: there is no way out.
    """
    prepared.must_be_sound()
    transport = SmtpTransport(settings, cleartext=cleartext)
    editions = prepared.release.editions
    chosen = (prepared.release.edition_for(given.languages),) if given else editions
    proofed = len(chosen) < len(editions)
    for edition in chosen:
        of_edition = only(prepared, addresses, edition.language)
        if given:
            of_edition = in_the_name_of(of_edition, given)
        with throw_away_ledger(prepared.workspace.private) as ledger:
            mailing = pipeline.queue(of_edition, settings, ledger, prefix="[TEST] ", thorough=True)
            once = Instructions(max_wait=0)
            report = pipeline.deliver(mailing, ledger, transport, prepared.workspace, settings, once)
            standings = tuple(ledger.recipients(mailing.release))
        if report.accepted and not proofed:
            with suppress(OSError):  # it was sent; what can't be kept is compared with nothing
                keep_proof(prepared, settings)
            proofed = True
        yield Proof(edition.language, report, standings)
        if report.halted:
            return


@contextmanager
def throw_away_ledger(private: Path) -> Iterator[Ledger]:
    """A ledger that remembers nothing of what it was used for. It lies in the workspace, where disk space is.

    Args:
        private: the workspace's folder for what is the tool's.
    """
    private_folder(private)
    with (
        tempfile.TemporaryDirectory(dir=private, prefix="throw-away-") as folder,
        Ledger(Path(folder) / "ledger.db", witnessed=False) as ledger,
    ):
        yield ledger
