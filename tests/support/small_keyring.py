"""A keyring of a few lines, for tests: PYTHON_KEYRING_BACKEND=support.small_keyring.SmallKeyring.

It keeps entries in the file that SMALL_KEYRING names, takes as much for one as Windows does, and is locked while a file
beside it, SMALL_KEYRING.locked, is there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

LIMIT = 2560
"""Octets of UTF-16 for one entry (CRED_MAX_CREDENTIAL_BLOB_SIZE)."""


class SmallKeyring(KeyringBackend):
    priority = 5
    name = "small keyring"

    def _entries(self) -> dict[str, str]:
        path = Path(os.environ["SMALL_KEYRING"])
        if path.with_name(f"{path.name}.locked").exists():
            raise KeyringLocked("the keyring is locked")
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def _keep(self, entries: dict[str, str]) -> None:
        Path(os.environ["SMALL_KEYRING"]).write_text(json.dumps(entries), "utf-8")

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le")) > LIMIT:
            raise PasswordSetError("(1783, 'CredWrite', 'The stub received bad data')")
        self._keep(self._entries() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        if entries.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("there is no such entry")
        self._keep(entries)
