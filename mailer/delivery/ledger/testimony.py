"""What was told of a sending outside the ledger, and what of it the ledger does not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a witness says.

    Attributes:
        created: when the mailing was made (seconds since 1970): which ledger is meant.
        sequence: as far as the ledger had come.
        durable: and as far as it was surely on the disk.
        accepted: how many messages had been accepted.
        clean: the sending came to its end.
        boot: the boot of the machine that it is about.
        at: when it was written, in seconds since 1970.
    """

    release: str
    created: float
    sequence: int
    accepted: int
    clean: bool
    boot: str
    at: float
    durable: int = 0

    def reached(self, boot: str) -> int:
        """The sequence that the ledger must have come to, seen from this boot of the machine."""
        return self.sequence if self.clean or (boot and boot == self.boot) else self.durable


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a witness says, and the ledger does not know.

    Attributes:
        testimony: the furthest there is.
        known: how many the ledger knows as accepted; None: it does not know the release at all.
    """

    testimony: Testimony
    known: int | None

    def __str__(self) -> str:
        told = self.testimony
        when = datetime.fromtimestamp(told.at).astimezone().isoformat(" ", "minutes")
        accepted = f"{told.accepted:,} accepted" if told.accepted else "some may have left"
        said = f"a sending of {when}, {accepted}"
        if self.known is None:
            return f"the ledger knows nothing of “{told.release}” ({said})"
        return f"the ledger knows of {self.known:,} accepted for “{told.release}”, but more was sent ({said})"
