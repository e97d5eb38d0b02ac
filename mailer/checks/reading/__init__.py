"""A release as an editor reads it: its passages, their words, and the days and hours that they name.

Each is made once for all checks; what is looked for again and again is never searched for twice.
"""

from mailer.checks.reading.days import Hour, NamedDay, days_in, hours_in, weekday_name
from mailer.checks.reading.manuscript import HIDDEN, Address, Manuscript, Passage, Word, manuscript_of

__all__ = [
    "HIDDEN", "Address", "Hour", "Manuscript", "NamedDay", "Passage", "Word", "days_in", "hours_in", "manuscript_of",
    "weekday_name",
]  # fmt: skip
