"""What a mail is, from its bytes alone: nothing here reads or writes a file, a ledger or a mailbox.

`report.py` is the way through: bytes → `parsed` (header, texts, status fields) → `signs` → `kinds` → `recipients`, with
the `severity` of each failure.
"""

from mailer.bounces.reading.kinds import MailKind
from mailer.bounces.reading.recipients import FailedRecipient
from mailer.bounces.reading.report import MailReport, OurAddresses, read_report
from mailer.bounces.reading.severity import Severity

__all__ = ["FailedRecipient", "MailKind", "MailReport", "OurAddresses", "Severity", "read_report"]
