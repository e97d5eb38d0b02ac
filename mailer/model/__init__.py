"""Every noun of the house, as frozen data. No I/O, and from outside only markdown-it's node type.

A `Release` has one `Edition` per language. An `Edition` and a `Newsroom` become a `Rendered`; a
`Rendered` and a `Recipient` become an `Envelope`; an `Envelope` has an `Outcome`.
"""

from mailer.model.findings import Finding, Level, Where
from mailer.model.mail import Envelope, Outcome, Part, Rendered, Status
from mailer.model.people import Audience, LeftOut, Recipient
from mailer.model.release import (
    Attachment,
    Boilerplate,
    Contact,
    Edition,
    Event,
    Image,
    Kind,
    Mailbox,
    Newsroom,
    Note,
    Release,
    Silence,
)
from mailer.model.slots import MERGE_SLOT, SLOT_SIGN, Slot, slot_field, slot_sign

__all__ = [
    "MERGE_SLOT",
    "SLOT_SIGN",
    "Attachment",
    "Audience",
    "Boilerplate",
    "Contact",
    "Edition",
    "Envelope",
    "Event",
    "Finding",
    "Image",
    "Kind",
    "LeftOut",
    "Level",
    "Mailbox",
    "Newsroom",
    "Note",
    "Outcome",
    "Part",
    "Recipient",
    "Release",
    "Rendered",
    "Silence",
    "Slot",
    "Status",
    "Where",
    "slot_field",
    "slot_sign",
]
