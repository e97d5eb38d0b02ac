"""What comes back: bounces, delays, automatic replies, wishes to be taken off, as mail or as events of a provider.

`read_report` says what a mail is, from its bytes alone; `collect` reads all that came and does what follows.
"""

from mailer.bounces.collect import collect, our_addresses
from mailer.bounces.consequences import Consequence, Done, HandledMail
from mailer.bounces.reading import (
    FailedRecipient,
    MailKind,
    MailReport,
    OurAddresses,
    Severity,
    read_report,
)
from mailer.bounces.sources import Sources

__all__ = [
    "Consequence",
    "Done",
    "FailedRecipient",
    "HandledMail",
    "MailKind",
    "MailReport",
    "OurAddresses",
    "Severity",
    "Sources",
    "collect",
    "our_addresses",
    "read_report",
]
