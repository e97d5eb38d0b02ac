"""Whether somebody whose message is about to leave may still be mailed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mailer.errors import ListError
from mailer.press.suppressions.being_saved import PATIENCE_FOR_SAVING, until_read
from mailer.press.suppressions.suppressed_rows import Suppression, hashed
from mailer.press.suppressions.suppressions import Suppressions

_BETWEEN_LOOKS = 0.25
"""Seconds from one `look` to the next, at least."""


class StillWanted:
    """Asked about each recipient right before, for as long as a run lasts: `still_wanted(canonical)` is why they are
    not to be mailed, or "".

    **Whoever was suppressed when the run began, or at any look since, stays so for the run**, whatever becomes of the
    file: a drive that is shared puts yesterday's copy back, somebody saves what they opened an hour ago. The next run
    takes the file as it finds it.

    It may be sent to another process, and looks for itself there.

    Args:
        path: suppressed.csv.

    Raises:
        ListError: here and whenever it is asked: the file is missing, odd, not alone, or has lost its end. Who may be
            mailed can't be told, so nobody is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: Suppressions | None = None
        self._named: Mapping[str, Suppression] = {}
        self._gone: dict[str, Suppression] = {}
        self._looked = 0.0
        self._open(patience=0)

    def __call__(self, canonical: str) -> str:
        entry = self._now().get(canonical) or self._known_once(canonical)
        return str(entry) if entry else ""

    def look(self) -> None:
        """Sees who is suppressed now, so that they stay so though nobody asks for a long time. Whether something is
        wrong with the file, whoever asks next is told."""
        if time.monotonic() - self._looked >= _BETWEEN_LOOKS:
            with suppress(ListError):
                self._now()
            self._looked = time.monotonic()

    def __getstate__(self) -> Path:
        return self._path

    def __setstate__(self, path: Path) -> None:
        self._path, self._found = path, None
        self._named, self._gone, self._looked = {}, {}, 0.0

    def _open(self, patience: float) -> Suppressions:
        self._found = until_read(lambda: Suppressions(self._path, watched=True), patience)
        self._keep(self._found)
        return self._found

    def _now(self) -> Suppressions:
        """Those suppressed at this moment."""
        found = self._found
        if found is None:  # in another process: who sent us here has found the file fine
            return self._open(PATIENCE_FOR_SAVING)
        changed = True
        try:
            changed = found.refresh()
        finally:
            if changed:
                self._keep(found)
        return found

    def _keep(self, found: Suppressions) -> None:
        """Remembers those whom the file does not name any more, and those who are only on their way into it."""
        if found.named is not self._named:
            self._gone |= {key: entry for key, entry in self._named.items() if key not in found.named}
            self._named = found.named
        self._gone |= found.wishes

    def _known_once(self, canonical: str) -> Suppression | None:
        gone = self._gone
        return gone.get(canonical) or gone.get(hashed(canonical)) if gone else None
