"""A ledger that does not know everything that was sent: it was lost, or an older copy stands in its place."""

from __future__ import annotations

from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.ledger.records import ARRIVED
from mailer.delivery.ledger.sqlite.database import Database
from mailer.delivery.ledger.sqlite.witness import Witness, all_of
from mailer.delivery.ledger.testimony import Doubt, Testimony
from mailer.errors import LedgerError


def doubt_about(database: Database, release: str) -> Doubt | None:
    """What is witnessed of a release and not in the ledger; None: nothing.

    Raises:
        LedgerError: what is witnessed can't be read.
    """
    if not database.witnessed:
        return None
    return _doubt(database, release, Witness(database.path, release).read())


def doubts(database: Database) -> list[Doubt]:
    """Of all releases."""
    told: dict[str, list[Testimony]] = {}
    for testimony in all_of(database.path) if database.witnessed else ():
        told.setdefault(testimony.release, []).append(testimony)
    return [doubt for release, those in told.items() if (doubt := _doubt(database, release, those))]


def must_be_whole(database: Database, release: str) -> None:
    """
    Raises:
        LedgerError: more was sent of a release than the ledger knows.
    """
    if found := doubt_about(database, release):
        raise LedgerError(
            f"{database.path} is not the complete record: {found}.",
            "It was lost or replaced by an older copy, so nothing is sent: many people would get it twice. Put the "
            "newest ledger.db back, along with the ledger.db-wal that was beside it. If there is none, run "
            f"`mailer ledger adopt {release}`.",
        )


def _doubt(database: Database, release: str, told: list[Testimony]) -> Doubt | None:
    with database.reading() as db:
        row = db.execute(
            "SELECT id, created, sequence FROM mailings WHERE release = ?", (release,)
        ).fetchone()
        mailing, created, sequence = row or (0, 0.0, 0)
        here = boot_id() if told else ""
        wrong = [t for t in told if t.created != created or t.reached(here) > sequence]
        if not wrong:
            return None
        furthest = max(wrong, key=lambda testimony: testimony.at)
        query = "SELECT count(*) FROM deliveries WHERE mailing = ? AND instr(?, state)"
        known = int(db.execute(query, (mailing, ARRIVED)).fetchone()[0])
    strange = furthest.created != created and not known
    return Doubt(furthest, None if strange else known)
