"""One person, for staff who ask: on which lists, in or out and why, every mail they had, what they answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.delivery import Answer, History, Ledger, PastMail
from mailer.errors import ListError
from mailer.model import Recipient
from mailer.pipeline.several.suppressions import hear
from mailer.press import Suppression, Suppressions, canonical, kept_about, parse_address, read_list, review
from mailer.press.addresses import mentioned
from mailer.press.suppressions.elsewhere import WHOSE
from mailer.settings import Settings, allows
from mailer.workspace import Workspace

MAILED = "mailed"
ELSEWHERE = "named in another column"
UNREADABLE = "the list can't be read"


@dataclass(frozen=True, slots=True)
class OnList:
    """A row that names somebody.

    Attributes:
        path: the list's, as staff would name it.
        line: of the file, from 1; 0: of the file as a whole.
        standing: `MAILED`, the reason why not, `ELSEWHERE` or `UNREADABLE`.
        detail: what the row says of them, or more about the reason.
    """

    path: str
    line: int
    standing: str
    detail: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about an address.

    Attributes:
        suppressed: why they are never mailed; None: they may be.
        allowed: whether this machine may mail them (ALLOW_ONLY).
        mails: those that were taken back, then every release that they had or are to have, by age.
    """

    address: str
    on_lists: tuple[OnList, ...]
    suppressed: Suppression | None
    allowed: bool
    mails: tuple[PastMail, ...]

    @property
    def lists(self) -> list[str]:
        """The lists from which they are mailed, by name."""
        return list(dict.fromkeys(Path(row.path).stem for row in self.on_lists if row.standing == MAILED))

    @property
    def is_known(self) -> bool:
        """Whether anything is known about them; that a list can't be read is not about them."""
        named = any(row.standing != UNREADABLE for row in self.on_lists)
        return bool(named or self.mails or self.suppressed)

    @property
    def gets(self) -> bool:
        """Whether a release that goes to their lists reaches them."""
        return bool(self.lists) and self.suppressed is None and self.allowed

    @property
    def why(self) -> str:
        """Why they are in or out, as the end of “ana@example.net …”."""
        if self.suppressed is not None:
            source = self.suppressed.source
            return f"is never mailed: {self.suppressed}{f', {source}' if source.startswith(WHOSE) else ''}"
        if not self.lists:
            reasons = dict.fromkeys(
                f"{row.standing} ({row.path}:{row.line})" for row in self.on_lists if row.line
            )
            return f"is on no list that would mail them{': ' if reasons else ''}{', '.join(reasons)}"
        if not self.allowed:
            return "is not among those whom this machine may mail (ALLOW_ONLY)"
        return f"gets a release that goes to {' or '.join(self.lists)}"

    @property
    def last(self) -> PastMail | None:
        """The newest mail that left for them, or was to."""
        tried = [mail for mail in self.mails if not mail.taken_back]
        return tried[-1] if tried else None

    @property
    def answers(self) -> list[Answer]:
        """All that they, or a program for them, answered, by age."""
        return sorted(
            (answer for mail in self.mails for answer in mail.answers), key=lambda answer: answer.at
        )


def look_up(workspace: Workspace, settings: Settings, address: str) -> Person:
    """Everything about a person that staff may ask.

    Raises:
        AddressError: it is no address.
        ListError: it can't be told who is suppressed.
        LedgerError: the ledger can't be read.
    """
    mailed = parse_address(address)
    key = canonical(mailed)
    mails: list[PastMail] = []
    if workspace.has_ledger():
        with Ledger(workspace.ledger) as ledger:
            mails = History(ledger).of(key)
            hear(workspace, ledger)
    suppressions = Suppressions(workspace.suppressed)
    return Person(
        mailed,
        tuple(_rows(workspace, suppressions, key, mailed)),
        suppressions.get(mailed),
        allows(settings.allow_only, mailed),
        tuple(mails),
    )


def _rows(workspace: Workspace, suppressions: Suppressions, key: str, address: str) -> Iterator[OnList]:
    named = {(row.path, row.line): row.cells for row in kept_about(workspace, address)}
    own = workspace.shown(workspace.suppressed)
    for path in workspace.press_lists():
        shown = workspace.shown(path)
        try:
            for row in review(read_list(path, shown=shown), suppressions):
                # What can't be used is as the list has it: an address, and words that are not understood.
                if key not in map(canonical, (row.address, *mentioned(row.address))):
                    continue
                line = (row.where.line if row.where else 0) if isinstance(row, Recipient) else row.line
                cells = named.pop((shown, line), {})
                if isinstance(row, Recipient):
                    yield OnList(shown, line, MAILED, _said(cells, row.address))
                elif row.reason is not None:
                    yield OnList(shown, line, row.reason, row.message)
        except ListError as error:
            yield OnList(shown, 0, UNREADABLE, error.faults[0].message)
    for (shown, line), cells in named.items():
        if shown != own:
            yield OnList(shown, line, ELSEWHERE, _said(cells, address))


def _said(cells: dict[str, str], address: str) -> str:
    """What a row says of somebody, beside their address."""
    return ", ".join(cell for cell in cells.values() if canonical(cell) != canonical(address))
