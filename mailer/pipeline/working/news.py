"""What a worker tells while it works: an event, a sentence for people, numbers for programs.

None of it names a recipient: logs are kept elsewhere, for longer, and `mailer forget` does not reach them. Who is
uncertain or was refused stands in the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from mailer.delivery import Order, Report

Level = Literal["info", "warning", "error"]

_ADDRESS = re.compile(r"[^\s<>()\[\],;:“”\"']+(?:@|%40)[^\s<>()\[\],;:“”\"']+", re.IGNORECASE)
_DATABASE = re.compile(r"//[^/?#@]+@[^?#@]*")
"""As we show its URL, behind `postgresql:`. A URL in a server's answer may name a recipient."""


@dataclass(frozen=True, slots=True)
class News:
    """
    Attributes:
        event: what happened; docs/guide/several-senders.md lists them.
        said: the same for people, one sentence or more; addresses are taken out of it.
        release: which one it is about, or "".
        numbers: what programs want to know of it.
        order: what was written down that it began.
        report: what came of a turn.
    """

    event: str
    said: str
    level: Level = "info"
    release: str = ""
    numbers: dict[str, float | int] = field(default_factory=dict)
    order: Order | None = None
    report: Report | None = None

    @property
    def text(self) -> str:
        """What may be told anywhere."""
        return without_addresses(self.said)


Tell = Callable[[News], None]


def without_addresses(text: str) -> str:
    """What others said, without whom they said it of. A database's user in its URL is no recipient."""
    return _ADDRESS.sub(lambda found: found[0] if _of_a_database(found) else "(address)", text)


def _of_a_database(found: re.Match[str]) -> bool:
    before = found.string[: found.start()]
    return before.endswith(("postgresql:", "postgres:")) and _DATABASE.fullmatch(found[0]) is not None
