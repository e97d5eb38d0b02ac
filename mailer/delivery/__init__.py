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

from mailer.delivery.consent import Request, Requests
from mailer.delivery.deliver import deliver
from mailer.delivery.doctor import diagnose, look_at_ledger
from mailer.delivery.history import History, Recorded
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.feedback import Feedback
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
from mailer.delivery.ledger.sqlite.lock import whoever_we_are
from mailer.delivery.messages import OwnMail, Signing, own_mail
from mailer.delivery.pace import SIGNALS, Schedule, Stop, departures
from mailer.delivery.rehearsal import RehearsalTransport
from mailer.delivery.replies import Verdict, judge
from mailer.delivery.report import REPORT_COLUMNS, Progress, Report, csv_of, write_csv
from mailer.delivery.run import LATE
from mailer.delivery.smtp.login.redaction import Redaction
from mailer.delivery.smtp.probe import log_in
from mailer.delivery.smtp.resolving import is_loopback
from mailer.delivery.smtp.transport import SmtpTransport
from mailer.delivery.snapshots import Snapshot, Snapshots
from mailer.delivery.tally import REFUSED_SHARE
from mailer.delivery.tidings import Tidings
from mailer.delivery.transport import Parcel, Transport, Work

__all__ = [
    "LATE",
    "REFUSED_SHARE",
    "REPORT_COLUMNS",
    "SIGNALS",
    "AddressDigest",
    "Answer",
    "Attempt",
    "Bounced",
    "EarlierRecipient",
    "Entry",
    "Feedback",
    "FrozenEdition",
    "FrozenRelease",
    "History",
    "LastMail",
    "Ledger",
    "Mailing",
    "Order",
    "OwnMail",
    "Parcel",
    "PastMail",
    "Progress",
    "Recorded",
    "Redaction",
    "RehearsalTransport",
    "Report",
    "Request",
    "Requests",
    "Schedule",
    "Signing",
    "SmtpTransport",
    "Snapshot",
    "Snapshots",
    "Standing",
    "Stop",
    "Tidings",
    "Transport",
    "Verdict",
    "Work",
    "csv_of",
    "deliver",
    "departures",
    "diagnose",
    "is_loopback",
    "judge",
    "log_in",
    "look_at_ledger",
    "own_mail",
    "whoever_we_are",
    "write_csv",
]
