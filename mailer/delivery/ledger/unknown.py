"""What a ledger says, and this version of mailer does not understand."""

from __future__ import annotations

from mailer.errors import LedgerError


class UnknownState(LedgerError):
    """A recipient is in a state that this version does not know.

    Args:
        letter: which.
        place: of the ledger; "": whoever reads it will say.
    """

    def __init__(self, letter: str, place: str = "") -> None:
        super().__init__(
            f"The ledger{place and f' {place}'} has recipients in a state that this version of mailer does not know:"
            f" {letter!r}.",
            "Nothing is sent from it. If a newer version of mailer wrote it, update this one. Otherwise it is "
            "damaged: keep it, and ask the people who look after mailer; an older copy does not know who has been "
            "mailed since.",
        )
        self.letter = letter
