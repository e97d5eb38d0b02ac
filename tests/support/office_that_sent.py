"""A press office whose release went out for real: by `mailer send` to an SMTP server, whose mails tell the tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from mailer.delivery import Ledger
from mailer.desk.inbox import Inbox
from mailer.model import Status
from mailer.press import Suppressions
from mailer.workspace import Workspace
from support.own_office import make_own_office
from support.terminal import Ran, mailer

RELEASE = "harbour-report"
OFFICE = {"ENVELOPE_FROM": "bounces+{token}@example.org", "UNSUBSCRIBE_MAILTO": "unsubscribe@example.org", "SECRET_KEY": "k" * 40}  # fmt: skip


@dataclass(frozen=True)
class OfficeThatSent:
    """
    Attributes:
        tokens: of each mail that arrived, by its recipient.
        settings: with which it sent, and reads what comes back.
    """

    workspace: Workspace
    tokens: dict[str, str]
    settings: dict[str, str]

    def reads(self, *mails: bytes, **settings: str) -> Ran:
        """`mailer bounces --mbox` over these mails, with these settings besides the office's own."""
        box = self.workspace.root / "returned.mbox"
        box.write_bytes(b"".join(b"From x Tue Mar  3 09:00:05 2026\n" + mail + b"\n\n" for mail in mails))
        return self._ran("--mbox", str(box), **settings)

    def reads_folder(self, *mails: bytes) -> Ran:
        """`mailer bounces --maildir` over these mails, each a file, in their order."""
        folder = self.workspace.root / "Maildir"
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails):
            (folder / "new" / f"{number:04}.mail").write_bytes(mail)
        return self._ran("--maildir", str(folder))

    def _ran(self, *arguments: str, **settings: str) -> Ran:
        ran = mailer("bounces", *arguments, cwd=self.workspace.root, **(self.settings | settings))
        assert "Traceback" not in ran.out + ran.err
        return ran

    def suppressed(self) -> set[str]:
        """Who is, since the release went out."""
        return {entry.address for entry in Suppressions(self.workspace.suppressed)} - {
            "gone.away@example.com"
        }

    def bounced(self) -> set[str]:
        """Those of whom the ledger no longer says that the next hop accepted their mail."""
        with Ledger(self.workspace.ledger) as ledger:
            return {line.address for line in ledger.recipients(RELEASE) if line.state is not Status.ACCEPTED}


@contextmanager
def office_that_sent(folder: Path, **settings: str) -> Iterator[OfficeThatSent]:
    """Sends a release.

    Args:
        settings: others than the office's own.
    """
    settings = OFFICE | settings
    workspace = make_own_office(folder / "press-office")
    with Inbox(folder / "mailbox") as inbox:
        server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}
        sent = mailer("send", RELEASE, "--yes", cwd=workspace.root, **server, **settings)
        assert sent.code == 0, sent.err
        tokens = {}
        for received in inbox.received():
            mail = message_from_bytes(received.path.read_bytes())
            address = re.search(r"[^\s<>]+@[^\s<>]+", str(mail["To"]))
            assert address is not None
            tokens[address[0]] = str(mail["Message-ID"]).strip("<>").partition("@")[0]
    yield OfficeThatSent(workspace, tokens, settings)
