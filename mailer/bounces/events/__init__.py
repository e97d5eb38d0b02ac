"""What providers tell about mail that they took, as events: posts to the office's server, kept in a spool.

`Spool` keeps them as they came; `read_events` says what they mean, from their bytes alone.
"""

from mailer.bounces.events.event import Event, Meanings
from mailer.bounces.events.reading import MEANINGS, read_events
from mailer.bounces.events.spool import Kept, Spool, SpoolFull, read_kept

__all__ = [
    "MEANINGS",
    "Event",
    "Kept",
    "Meanings",
    "Spool",
    "SpoolFull",
    "read_events",
    "read_kept",
]
