"""What the ledger knows of mail: what went out, found by what comes back; and what came back and was dealt with."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.records import LETTERS, status_of
from mailer.model import Status

_LEFT_US = (Status.SENDING, Status.DOT, Status.ACCEPTED, Status.UNCERTAIN, Status.DEFERRED, Status.BOUNCED)
_BY_ADDRESS_FOR = 30 * 86400
"""Seconds after a sending in which a bounce that names but an address may be about it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One of our mails. `address` is "" for a person who was forgotten."""

    token: str
    release: str
    canonical: str
    address: str
    state: Status


class MailRegister:
    """What went out, and what came back and was dealt with.

    Args:
        ledger: where it is kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._replies_indexed = ledger, False
        with ledger.writing() as db:
            ledger.store.index_for_bounces(db)

    def by_token(self, token: str) -> Sent | None:
        """The mail with this token, as in a VERP address."""
        return self._find("token = ?", token)

    def by_references(self, references: Iterable[str]) -> Sent | None:
        """The first of these Message-IDs that is ours."""
        return next(self.all_by_references(references), None)

    def all_by_references(self, references: Iterable[str]) -> Iterator[Sent]:
        """Those of these Message-IDs that are ours."""
        for reference in references:
            token, _, domain = reference.strip("<>").partition("@")
            found = self._find("token = ? AND domain = ?", token, domain.lower())
            if found:
                yield found

    def by_reply(self, replies: Iterable[str]) -> Sent | None:
        """The mail that a server accepted with one of these texts, as they name the id that it has there."""
        for reply in replies:
            self._index_replies()
            accepted = "SELECT delivery FROM attempts WHERE text = ? AND code BETWEEN 200 AND 299"
            if found := self._find(f"d.id IN ({accepted})", reply):
                return found
        return None

    def _index_replies(self) -> None:
        """Made when it is first asked for: most offices do without."""
        if self._replies_indexed:
            return
        self._replies_indexed = True
        with self._ledger.writing() as db:
            self._ledger.store.index_for_replies(db)

    def by_address(self, canonical: str, at: datetime) -> Sent | None:
        """The newest mail to an address in the month before `at`."""
        begin = at.timestamp() - _BY_ADDRESS_FOR
        return self._find(
            "canonical = ? AND created BETWEEN ? AND ?", canonical, begin, at.timestamp() + 86400
        )

    def knows(self, canonical: str) -> bool:
        """Whether anything was ever sent to this address."""
        return self._find("canonical = ?", canonical) is not None

    def _find(self, where: str, *values: str | float) -> Sent | None:
        letters = "".join(LETTERS[status] for status in _LEFT_US)
        with self._ledger.reading() as db:
            row = db.execute(
                "SELECT token, release, canonical, address, state FROM deliveries AS d"  # noqa: S608
                f" JOIN mailings AS m ON m.id = mailing WHERE instr(?, state) > 0 AND {where}"
                " ORDER BY d.id DESC LIMIT 1",
                (letters, *values),
            ).fetchone()
            if row is None:
                return None
            token, release, canonical, address, state = row
            return Sent(token, release, canonical, address, status_of(state))

    def answered(self, mail: Sent, at: datetime, *, automatic: bool) -> None:
        """Records that its recipient answered a mail of ours, or that a program did for them: that, and nothing of what
        it says."""
        with self._ledger.writing() as db:
            db.execute(
                "INSERT INTO answers (delivery, at, automatic) SELECT id, ?, ? FROM deliveries WHERE token = ?"
                " AND address <> '' ON CONFLICT DO NOTHING",
                (at.timestamp(), int(automatic), mail.token),
            )

    def accepted_after_all(self, mail: Sent, at: datetime, said: str) -> bool:
        """Records that a server has one of our mails, where nobody knew, or whoever sends it has not heard it yet.
        False where it was known by now."""
        unknown = LETTERS[Status.UNCERTAIN] + LETTERS[Status.DOT]
        with self._ledger.writing() as db:
            found = db.execute(
                "UPDATE deliveries SET state = ? WHERE token = ? AND instr(?, state) > 0 RETURNING id",
                (LETTERS[Status.ACCEPTED], mail.token, unknown),
            ).fetchone()
            if found:
                db.execute(
                    "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, 0, '', ?, 'event')",
                    (found[0], at.timestamp(), said),
                )
        return found is not None

    # ---- what was dealt with ----------------------------------------------------------------------

    def dealt_with(self, content: bytes) -> bool:
        return self.knows_digest(digest(content))

    def remember(self, content: bytes) -> None:
        self.remember_digests((digest(content),))

    def knows_digest(self, digest: str) -> bool:
        with self._ledger.reading() as db:
            query = "SELECT 1 FROM mail_dealt_with WHERE digest = ?"
            return db.execute(query, (digest,)).fetchone() is not None

    def remember_digests(self, digests: Iterable[str], *, durable: bool = False) -> None:
        """
        Args:
            durable: all that was written so far is safe on the disk when this returns, if one of them is new.
        """
        with self._ledger.writing(durable=durable) as db:
            now = time.time()
            db.executemany(
                "INSERT INTO mail_dealt_with (digest, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                ((each, now) for each in digests),
            )

    def read_up_to(self, folder: str, validity: int) -> int:
        """The highest UID that was dealt with; 0 where the folder is new, or was made anew."""
        with self._ledger.reading() as db:
            query = "SELECT uid FROM folders_read WHERE folder = ? AND validity = ?"
            row = db.execute(query, (folder, validity)).fetchone()
        return int(row[0]) if row else 0

    def has_read(self, folder: str, validity: int, uid: int) -> None:
        with self._ledger.writing() as db:
            db.execute(
                "INSERT INTO folders_read (folder, validity, uid) VALUES (?, ?, ?) ON CONFLICT (folder) DO UPDATE"
                " SET validity = excluded.validity, uid = excluded.uid",
                (folder, validity, uid),
            )


_MAILBOX_FIELDS = re.compile(
    rb"^(?:Status|X-Status|X-Keywords|X-UID|X-IMAP\w*|X-Mozilla-\w+|Content-Length|Lines):[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)


def digest(content: bytes) -> str:
    """The same for a mail wherever it lies: without line ends' form and what mail programs add to its header."""
    head, gap, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
    kept = _MAILBOX_FIELDS.sub(b"", head + b"\n")
    return hashlib.sha256(kept + gap + body.rstrip(b"\n")).hexdigest()
