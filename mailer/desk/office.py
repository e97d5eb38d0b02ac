"""What all rooms of the desk share: the workspace, how to reach its server, and what was prepared of its releases.

Nothing of it is truth: that is in the files and in the ledger, and every page is made of them anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from mailer.desk.changes import Changes
from mailer.settings import NAMES, Settings
from mailer.workspace import Workspace

if TYPE_CHECKING:  # the first page is there before all of that has been read
    from mailer.delivery import Ledger
    from mailer.pipeline import Prepared
    from mailer.press import Choice


KEPT = 12
"""Prepared releases at once; each has its audience. Whichever was not asked for longest goes."""


class Office:
    """A workspace at the desk.

    Args:
        choice: recipients to begin with, where `mailer preview` was told some; else each release's own.
        training: nothing leaves this computer, and the pages say so. No command that the desk starts has a setting of
            our environment.
        demo: the same, in a workspace that `mailer demo` made.
        server: settings (by their keys in `.env`) that beat those of `.env` for every command that the desk starts.

    Attributes:
        changes: bumped by whoever sees files, ledger or mailbox change.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        *,
        choice: Choice | None = None,
        training: bool = False,
        demo: bool = False,
        server: Mapping[str, str] | None = None,
    ) -> None:
        self.workspace, self.settings = workspace, settings
        self._choice, self.training, self.demo = choice, training or demo, demo
        self.changes = Changes()
        self._server = dict(server or {})
        self._prepared: dict[tuple[str, Choice, str], Prepared] = {}
        self._lock = Lock()

    @property
    def choice(self) -> Choice:
        """Recipients to begin with."""
        from mailer.press import Choice

        return self._choice or Choice()

    def forget(self) -> None:
        """A file was saved: nothing that was prepared holds any more."""
        with self._lock:
            self._prepared.clear()

    def environment(self) -> dict[str, str]:
        """Of a command that the desk starts: ours, and the server that it is told."""
        kept = {name: value for name, value in os.environ.items() if not (self.training and name in NAMES)}
        return kept | self._server | {"PYTHONUTF8": "1"}

    @property
    def mailbox(self) -> Path | None:
        """Where the messages of the local mailbox lie; None: there is none, and never was."""
        from mailer.desk.inbox import mailbox_of

        folder = mailbox_of(self.workspace)
        return folder if folder.is_dir() else None

    def prepare(self, name: str, *, choice: Choice | None = None, theme: str = "") -> Prepared:
        """A release of releases/ and no other file, prepared anew only when a file has changed. What leaves is never
        decided by this: whoever sends prepares for itself.

        Args:
            name: plain, as it stands in a page's address.

        Raises:
            WorkspaceError: there is no release of that name.
            MailerError: what `pipeline.prepare` raises.
        """
        from mailer import pipeline

        path = self.workspace.own_release(name)
        key = (self.workspace.release_name(path), choice or self.choice, theme)
        with self._lock:
            prepared = self._prepared.pop(key, None)
            if prepared is None:
                prepared = pipeline.prepare(self.workspace, str(path), key[1], theme=theme)
            self._prepared[key] = prepared
            while len(self._prepared) > KEPT:
                del self._prepared[next(iter(self._prepared))]
            return prepared

    @contextmanager
    def ledger(self) -> Iterator[Ledger | None]:
        """The ledger for a moment; None: nothing was sent from here, and looking makes no ledger."""
        if not self.workspace.has_ledger():
            yield None
            return
        from mailer.delivery import Ledger

        with Ledger(self.workspace.ledger) as ledger:
            yield ledger
