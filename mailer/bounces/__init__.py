"""Mail that comes back: bounces, delays, automatic replies, wishes to be taken off.

`read_report` says what a mail is, from its bytes alone; `collect` reads mailboxes and does what follows.
"""

from mailer.bounces.collect import Mailboxes, collect, office_of
from mailer.bounces.intake import Deed, Handled
from mailer.bounces.reading.report import FailedRecipient, MailKind, MailReport, Office, read_report
from mailer.bounces.reading.severity import Severity

__all__ = [
    "Deed",
    "FailedRecipient",
    "Handled",
    "MailKind",
    "MailReport",
    "Mailboxes",
    "Office",
    "Severity",
    "collect",
    "office_of",
    "read_report",
]
