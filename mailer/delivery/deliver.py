"""Draining a mailing's queue. Kill it at any line; run it again to continue."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from mailer.delivery.consent import Heeding, Request, Requests, nobody_is_told
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.records import Mailing
from mailer.delivery.limits import Gate, Limits, StillWanted
from mailer.delivery.messages import Signing
from mailer.delivery.pace import Pace, Schedule, Stop
from mailer.delivery.report import NAMED, Progress, Report
from mailer.delivery.run import Run
from mailer.delivery.tally import REFUSED_SHARE
from mailer.delivery.transport import Transport
from mailer.model import Status
from mailer.settings import Rate


def deliver(
    mailing: Mailing,
    ledger: Ledger,
    transport: Transport,
    *,
    max_wait: float = 1800.0,
    rates: Sequence[Rate] = (),
    allow_only: Sequence[str] = (),
    still_wanted: StillWanted | None = None,
    uncertain: Iterable[str] = (),
    refused_share: float | None = REFUSED_SHARE,
    signing: Signing | None = None,
    schedule: Schedule | None = None,
    stop: Stop | None = None,
    now: Callable[[], float] | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_request: Callable[[Request], None] = nobody_is_told,
    heed_after: int | None = None,
) -> Report:
    """Drains the queue of a mailing; waits for its planned time first. What somebody asks of it meanwhile (`Requests`)
    it heeds: to pause, so that nothing new is begun, to go on, or to stop.

    Args:
        mailing: of `Ledger.queue` or `Ledger.mailing`.
        transport: `SmtpTransport`, or `RehearsalTransport` with a throw-away ledger.
        max_wait: seconds that the run waits for deferred recipients once everybody else is done; 0: one
            attempt each.
        rates: windows over all connections (SMTP_RATE); what earlier runs sent counts, and what others send now.
        allow_only: globs of addresses (ALLOW_ONLY); whoever matches none of them stays queued. Empty: all.
        still_wanted: asked at the moment of sending, by each process that sends, whether somebody was suppressed
            since queueing. Such recipients become rejected. None: nobody was.
        uncertain: canonical addresses in state uncertain that a person wants sent again.
        refused_share: halt when more than this share of at least 20 recipients are refused; None: never.
        signing: DKIM, if the settings have a key for it; None: no signature.
        schedule: pauses before deferred recipients are tried again.
        stop: pressed once, what is in flight is finished; twice, the run ends at once.
        now: the wall clock, by which the planned time comes; in seconds since 1970. None: the ledger's own.
        on_progress: called about ten times a second.
        on_request: called when somebody has asked for a pause, to go on, or to stop.
        heed_after: the last request that was looked at before; None: none came since it was.

    Raises:
        TransportError: the server can't be reached or won't have us, and nothing was sent.
        LedgerError: someone else is sending this, or the ledger can't be written, which stops the sending.
    """
    started, stop, schedule = time.monotonic(), stop or Stop(), schedule or Schedule()
    with ledger.claims(mailing, uncertain) as claims:
        clock = ledger.clock()
        heeding = Heeding(Requests(ledger), claims, stop, on_request, schedule.linger, heed_after)
        limits = Limits(
            max_wait, Pace(ledger, rates, clock), tuple(allow_only), Gate(still_wanted), refused_share,
            schedule, signing,
        )  # fmt: skip
        run = Run(
            ledger, mailing, claims, limits, stop, heeding, on_progress, clock, now or ledger.store.wall
        )
        try:
            transport.carry(run)
        finally:
            run.finish()
    return Report(
        mailing.release,
        ledger.counts(mailing.release),
        run.tally.accepted,
        time.monotonic() - started,
        run.halted,
        run.hint,
        tuple(run.tally.suppress),
        tuple(line.address for line in islice(ledger.recipients(mailing.release, Status.UNCERTAIN), NAMED)),
    )
