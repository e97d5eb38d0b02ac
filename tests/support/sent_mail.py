"""A workspace from which a release went out to a few people: what bounces can be about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from mailer.delivery import Entry, FrozenEdition, FrozenRelease, Ledger
from mailer.model import Status
from mailer.workspace import Workspace

SENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Before the day on which the corpus of bounces came back."""


def send_to(
    workspace: Workspace, *addresses: str, release: str = "harbour-report", at: datetime = SENT
) -> dict[str, str]:
    """Puts a release into the ledger as accepted by the next hop; returns each address's token."""
    draft = FrozenRelease(release, "press release", "Harbour report", "bounces+{token}@example.org", "example.org",
                  {"en": FrozenEdition("digest", b"frozen")})  # fmt: skip
    with Ledger(workspace.ledger) as ledger:
        ledger.queue(draft, (Entry(address.lower(), address, "", "en", {}) for address in addresses))
    with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'a' WHERE state = 'q'")
        db.execute("UPDATE mailings SET created = ? WHERE release = ?", (at.timestamp(), release))
        rows = db.execute(
            "SELECT address, token FROM deliveries JOIN mailings ON mailings.id = mailing WHERE release = ?",
            (release,),
        )
        return dict(rows.fetchall())


def state_of(workspace: Workspace, address: str, release: str = "harbour-report") -> Status | None:
    with Ledger(workspace.ledger) as ledger:
        return ledger.state_of(release, address)


def returned(content: bytes, token: str, *, days: float = 1, only_message_id: bool = False) -> bytes:
    """A mail of the corpus as it came back for this token, so many days after the sending."""
    from support.returned import MESSAGE_ID, TOKEN, VERP

    when = format_datetime(SENT + timedelta(days=days)).encode()
    if only_message_id:
        content = content.replace(VERP.encode(), b"press@example.org")
    assert TOKEN.encode() in content or only_message_id
    content = content.replace(b"Date: Tue, 3 Mar 2026 09:00:05 +0000", b"Date: " + when)
    content = content.replace(b"Date: Tue, 3 Mar 2026 10:12:00 +0000", b"Date: " + when)
    assert MESSAGE_ID.encode() in content or not only_message_id
    return content.replace(TOKEN.encode(), token.encode())
