"""Bytes become outcomes, and are remembered.

The pipeline's whole use of this stage::

    with Ledger(workspace.ledger) as ledger:
        frozen = FrozenRelease(release.name, kind, subject, mail_from, sender.domain,
                       {language: FrozenEdition(digest, composition.freeze()) for …})
        entries = (Entry(canonical(r.address), r.address, r.name, language, merge_values(r)) for r in …)
        mailing = ledger.queue(frozen, entries)            # or ledger.mailing(name), for resume
        transport = SmtpTransport(settings)                # or RehearsalTransport(folder): throw-away ledger
        report = deliver(mailing, ledger, transport, rates=settings.smtp_rate,
                         allow_only=settings.allow_only, still_wanted=StillWanted(workspace.suppressed),
                         signing=Signing(settings, workspace.root), on_progress=…, stop=…)
"""

from mailer.delivery.deliver import deliver
from mailer.delivery.doctor import complaint_rate, diagnose
from mailer.delivery.history import History, Recorded
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.claims import Claims
from mailer.delivery.ledger.doubt import doubts
from mailer.delivery.ledger.lock import whoever_we_are
from mailer.delivery.ledger.queueing import AddressDigest
from mailer.delivery.ledger.records import (
    Answer,
    Attempt,
    Bounced,
    EarlierRecipient,
    Entry,
    FrozenEdition,
    FrozenRelease,
    LastMail,
    Mailing,
    Order,
    PastMail,
    Standing,
)
from mailer.delivery.messages import Signing
from mailer.delivery.pace import SIGNALS, Schedule, Stop, departures
from mailer.delivery.rehearsal import RehearsalTransport
from mailer.delivery.replies import Verdict, judge
from mailer.delivery.report import Progress, Report, write_csv
from mailer.delivery.run import LATE
from mailer.delivery.smtp.login.redaction import Redaction
from mailer.delivery.smtp.probe import log_in
from mailer.delivery.smtp.resolving import is_loopback
from mailer.delivery.smtp.transport import SmtpTransport
from mailer.delivery.snapshots import Snapshot, Snapshots
from mailer.delivery.tally import REFUSED_SHARE
from mailer.delivery.transport import Parcel, Transport, Work

__all__ = [
    "LATE",
    "REFUSED_SHARE",
    "SIGNALS",
    "AddressDigest",
    "Answer",
    "Attempt",
    "Bounced",
    "Claims",
    "EarlierRecipient",
    "Entry",
    "FrozenEdition",
    "FrozenRelease",
    "History",
    "LastMail",
    "Ledger",
    "Mailing",
    "Order",
    "Parcel",
    "PastMail",
    "Progress",
    "Recorded",
    "Redaction",
    "RehearsalTransport",
    "Report",
    "Schedule",
    "Signing",
    "SmtpTransport",
    "Snapshot",
    "Snapshots",
    "Standing",
    "Stop",
    "Transport",
    "Verdict",
    "Work",
    "complaint_rate",
    "deliver",
    "departures",
    "diagnose",
    "doubts",
    "is_loopback",
    "judge",
    "log_in",
    "whoever_we_are",
    "write_csv",
]
