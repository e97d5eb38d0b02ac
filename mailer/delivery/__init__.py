"""Bytes become outcomes, and are remembered.

The pipeline's whole use of this stage::

    with Ledger(workspace.ledger) as ledger:
        draft = Draft(release.name, kind, subject, mail_from, sender.domain,
                      {language: Frozen(digest, composition.freeze()) for …})
        entries = (Entry(canonical(r.address), r.address, r.name, language, merge_values(r)) for r in …)
        mailing = ledger.queue(draft, entries)             # or ledger.mailing(name), for resume
        transport = SmtpTransport(settings)                # or RehearsalTransport(folder): throw-away ledger
        report = deliver(mailing, ledger, transport, rates=settings.smtp_rate,
                         allow_only=settings.allow_only, still_wanted=StillWanted(workspace.suppressed),
                         signing=Signing(settings, workspace.root), on_progress=…, stop=…)
"""

from mailer.delivery.adopting import adopt
from mailer.delivery.doctor import examine
from mailer.delivery.doubt import doubts
from mailer.delivery.filling import Signing
from mailer.delivery.held import Held
from mailer.delivery.ledger import Ledger
from mailer.delivery.lock import whoever_we_are
from mailer.delivery.orders import AddressDigest
from mailer.delivery.reaching import log_in
from mailer.delivery.records import Bounced, Draft, Entry, Frozen, Line, Mailing, Order, Reached
from mailer.delivery.rehearse import RehearsalTransport
from mailer.delivery.replies import Verdict, judge
from mailer.delivery.report import Progress, Report, write_csv
from mailer.delivery.resolving import is_loopback
from mailer.delivery.run import LATE
from mailer.delivery.schedule import Schedule
from mailer.delivery.sender import deliver
from mailer.delivery.smtp import SmtpTransport
from mailer.delivery.stop import SIGNALS, Stop
from mailer.delivery.work import Parcel, Transport, Work

__all__ = [
    "LATE",
    "SIGNALS",
    "AddressDigest",
    "Bounced",
    "Draft",
    "Entry",
    "Frozen",
    "Held",
    "Ledger",
    "Line",
    "Mailing",
    "Order",
    "Parcel",
    "Progress",
    "Reached",
    "RehearsalTransport",
    "Report",
    "Schedule",
    "Signing",
    "SmtpTransport",
    "Stop",
    "Transport",
    "Verdict",
    "Work",
    "adopt",
    "deliver",
    "doubts",
    "examine",
    "is_loopback",
    "judge",
    "log_in",
    "whoever_we_are",
    "write_csv",
]
