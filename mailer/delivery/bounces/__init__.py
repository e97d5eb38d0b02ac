"""Mail that comes back: bounces, delays, automatic replies, wishes to be taken off.

`read_report` says what a mail is; `Intake` does what follows from it; mailboxes.py and imap.py fetch it.
"""

from mailer.delivery.bounces.report import FailedRecipient, MailKind, MailReport, Office, read_report
from mailer.delivery.bounces.severity import Severity

__all__ = ["FailedRecipient", "MailKind", "MailReport", "Office", "Severity", "read_report"]
