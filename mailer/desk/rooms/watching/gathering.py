"""What is known of a mailing is looked up: in the ledger, at its lock, at the end of the log."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path

from mailer.delivery import Ledger, Order, Request, Requests, Tidings
from mailer.delivery.consent import Offers
from mailer.delivery.tidings import Head, Why
from mailer.desk.office import Office
from mailer.desk.rooms.watching.known import LATELY, Known
from mailer.desk.rooms.watching.recall import Recall
from mailer.desk.rooms.watching.standing import NAMED, Standing, standing_of
from mailer.errors import SettingsError, WorkspaceError
from mailer.model import Status
from mailer.pipeline.following import superseded_by
from mailer.pipeline.planned import other_relay, said_last
from mailer.settings import read_settings
from mailer.visible import visible
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.log import last_lines

_TRIES = 3
_LAST_OCTETS = 2_000
_NO_WORD = (Status.REJECTED,)


@dataclass(frozen=True, slots=True)
class Seen:
    """A mailing as its page shows it.

    Attributes:
        reasons: why some have nothing, or may have.
        orders, requests: all of them, oldest first.
        written: the release's file is there.
    """

    head: Head
    standing: Standing
    reasons: tuple[Why, ...]
    orders: tuple[Order, ...]
    requests: tuple[Request, ...]
    written: bool

    @property
    def known(self) -> Known:
        return self.standing.known

    @property
    def title(self) -> str:
        """Its subject; before it is queued, the headline that whoever said yes was shown."""
        offered = self.known.offer.what.get("title") if self.known.offer else ""
        return self.head.subject or str(offered or self.head.release)


def look(office: Office, ledger: Ledger, number: int, recall: Recall | None = None) -> Seen:
    """
    Args:
        number: the mailing's id.
        recall: of this ledger; None: everything is counted.

    Raises:
        WorkspaceError: there is none.
        LedgerError: the ledger can't be read.
    """
    tidings, recall = Tidings(ledger, number), recall or Recall(ledger.place)
    head = tidings.head()
    if head is None:
        raise no_such(number)
    orders = tuple(ledger.orders(head.release)) if head.ready else ()
    requests = tuple(Requests(ledger).all(number))
    held, head, counts = _at_one_moment(ledger, tidings, head, recall)
    reasons = recall.of((number, "reasons"), lambda: tuple(tidings.reasons()))
    unsent = sum(why.number for why in reasons if why.state is Status.REJECTED and not why.code)
    in_doubt = (Status.UNCERTAIN,) if held else (Status.UNCERTAIN, Status.DOT)
    now, offer = time.time(), Offers(ledger).newest(number)
    asked = requests[-1] if requests else None
    known = Known(
        now, counts, held, unsent, _holder(ledger, head, orders, asked), head.since, orders, offer,
        asked, head.planned, head.zone, tidings.last_accepted(),
        tidings.accepted_lately(now - LATELY) if held else 0,
        halted="" if held else _halted(office.workspace, head.release, orders),
        refused=_refused(tidings) if counts.get(Status.REJECTED) else (),
        in_doubt=tuple(_called(p.address) for p in tidings.people(in_doubt, most=NAMED)),
        last_word="" if offer is None or offer.said or held else _last_word(office.workspace, f"order-{offer.id}"),
        corrected_by=superseded_by(ledger, head.release) if head.ready else "",
        lost=head.lost > 0,
        why_not_yet=_why_not(office.workspace, head) if not held and 0 < head.planned <= now else "",
        elsewhere=_elsewhere(office, orders) if head.planned else "",
        by_workers=isinstance(ledger.place, DatabaseUrl) and bool(orders) and not orders[-1].relay,
    )  # fmt: skip
    return Seen(
        head, standing_of(known), reasons, orders, requests, is_written(office.workspace, head.release)
    )


def _holder(ledger: Ledger, head: Head, orders: Sequence[Order], asked: Request | None) -> str:
    """The holder's token. Who sends out of a database need not hold the mailing, and there may be several: where one
    of them has heard what was asked since the last order, that one's."""
    ordered = max((order.given for order in orders if order.kind != "stop"), default=0.0)
    if asked and asked.heard and asked.at >= ordered and isinstance(ledger.place, DatabaseUrl):
        process = asked.heard.partition(" ")[2]
        if process in (head.holder.partition(" ")[2], *ledger.store.senders(head.id)):
            return asked.heard
    return head.holder


def no_such(number: int) -> WorkspaceError:
    return WorkspaceError(f"There is no mailing {number} in the ledger.", "Choose one from the releases.")


def _at_one_moment(
    ledger: Ledger, tidings: Tidings, head: Head, recall: Recall
) -> tuple[bool, Head, dict[Status, int]]:
    """Whether somebody has hold of it, and the counts of that very time. A sender that begins between two looks would
    be taken for one that was killed."""
    held = ledger.is_held(head.id)
    for _ in range(_TRIES):
        head = tidings.head() or head
        counts = recall.of((head.id, "counts"), lambda: _counts(tidings))
        again = ledger.is_held(head.id)
        if again == held:
            break
        held = again
    return held, head, counts


def _counts(tidings: Tidings) -> dict[Status, int]:
    taken_back = sum(1 for _ in tidings.taken_back())
    return tidings.counts() | ({Status.DISCARDED: taken_back} if taken_back else {})


def _refused(tidings: Tidings) -> tuple[str, ...]:
    """The first of those whom a server refused; whom we did not mail after all has no host."""
    found = [_called(p.address) for p in tidings.people(_NO_WORD, most=20 * NAMED) if p.host]
    return tuple(found[: NAMED + 1])


def _called(address: str) -> str:
    return address or "somebody who was forgotten"


def _halted(workspace: Workspace, release: str, orders: tuple[Order, ...]) -> str:
    """Why the last run halted, by the log; "": it did not, or nothing says so."""
    try:
        lines = last_lines(workspace)
    except OSError:
        return ""
    for line in reversed(lines):
        if line.release == release and line.did == "end of sending":
            given = [order.given for order in orders if order.kind not in ("discard", "stop")]
            is_of_it = bool(given) and line.at.timestamp() >= given[-1]
            return str(line.details.get("halted", "")) if is_of_it else ""
    return ""


def _last_word(workspace: Workspace, heard: str) -> str:
    """The last line that a sender said, which the desk has kept (`processes.begin`)."""
    lines = _last_lines(workspace.private / "desk" / f"{heard}.txt")
    return visible(lines[-1]) if lines else ""


def _why_not(workspace: Workspace, head: Head) -> str:
    """Why what is due has not begun, as the `mailer post` said that a desk has started since; "": nobody knows."""
    path = workspace.private / "desk" / f"post-{head.id}.txt"
    try:
        if path.stat().st_mtime < head.planned:
            return ""
    except OSError:
        return ""
    return visible(" ".join(_last_lines(path)).rpartition("Error: ")[2])


def _elsewhere(office: Office, orders: Sequence[Order]) -> str:
    """The server that the settings name now, where what is planned was ordered through another: it would not leave."""
    said = said_last(orders)
    try:
        settings = read_settings(office.workspace.root, office.environment())
        return other_relay(said, office.workspace, settings) if said else ""
    except SettingsError:  # which is told where settings are
        return ""


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, SEEK_END) - _LAST_OCTETS))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip()]


def is_written(workspace: Workspace, release: str) -> bool:
    """Whether there is such a file in releases/."""
    try:
        workspace.own_release(release)
    except WorkspaceError:
        return False
    return True
