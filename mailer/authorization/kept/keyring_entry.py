"""A text in the system's keyring, where there is one that keeps what it is given."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

_SERVICE = "mailer"
_PIECE = 1000
"""Characters. Windows takes 2,560 octets of UTF-16 for one entry; Microsoft's tokens are longer."""
_MOST_PIECES = 40
_SPLIT = "in pieces "
_TRIES = 3
"""So often it is read: another process may just have replaced it, and taken the pieces of before away."""


class KeyringRefuses(Exception):
    """The keyring is locked, broken or full. The text says which, and nothing of what it keeps."""


class KeyringEntry:
    """
    Args:
        name: of the entry, as people see it in their keyring.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._backend = _backend()

    @property
    def title(self) -> str:
        """The keyring's name; "": there is none."""
        return str(self._backend.name) if self._backend else ""

    def read(self) -> str | None:
        """
        Raises:
            KeyringRefuses
        """
        for _ in range(_TRIES):
            head = self._get(self._name)
            if head is None or not head.startswith(_SPLIT):
                return head
            slot, number = self._split(head)
            pieces = [self._get(self._piece(slot, place)) for place in range(number)]
            whole = [piece for piece in pieces if piece is not None]
            if len(whole) == number:
                return "".join(whole)
        raise KeyringRefuses("a part of the entry is missing")

    def write(self, text: str) -> None:
        """Whole where the keyring takes it, else in pieces: beside those that are there, so that a process that is
        killed leaves the one or the other.

        Raises:
            KeyringRefuses
        """
        if self._backend is None:
            raise KeyringRefuses("there is none")
        before, slot, number = self._get(self._name), 1, 0
        if before and before.startswith(_SPLIT):
            with suppress(KeyringRefuses):  # whatever it is, it goes
                slot, number = self._split(before)
        try:
            self._set(self._name, text)
        except KeyringRefuses:
            pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
            if len(pieces) > _MOST_PIECES:
                raise
            for place, piece in enumerate(pieces):
                self._set(self._piece(1 - slot, place), piece)
            self._set(self._name, _SPLIT + json.dumps([1 - slot, len(pieces)]))
        self._delete_pieces(slot, number)

    def delete(self) -> bool:
        """Whether there was one.

        Raises:
            KeyringRefuses
        """
        head = self._get(self._name)
        if self._backend is None or head is None:
            return False
        try:
            self._backend.delete_password(_SERVICE, self._name)
        except Exception as error:  # whatever the backends of others raise
            raise KeyringRefuses(type(error).__name__) from None
        if head.startswith(_SPLIT):
            with suppress(KeyringRefuses):
                self._delete_pieces(*self._split(head))
        return True

    def _piece(self, slot: int, place: int) -> str:
        return f"{self._name} ({'ab'[slot]}{place + 1})"

    def _split(self, head: str) -> tuple[int, int]:
        try:
            slot, number = json.loads(head.removeprefix(_SPLIT))
            return int(bool(slot)), min(int(number), _MOST_PIECES)
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise KeyringRefuses("the entry is not what mailer wrote") from None

    def _delete_pieces(self, slot: int, number: int) -> None:
        assert self._backend is not None
        for place in range(number):
            with suppress(Exception):
                self._backend.delete_password(_SERVICE, self._piece(slot, place))

    def _get(self, name: str) -> str | None:
        if self._backend is None:
            return None
        try:
            kept = self._backend.get_password(_SERVICE, name)
        except Exception as error:
            raise KeyringRefuses(type(error).__name__) from None
        return None if kept is None else str(kept)

    def _set(self, name: str, text: str) -> None:
        assert self._backend is not None
        try:
            self._backend.set_password(_SERVICE, name, text)
        except Exception as error:
            raise KeyringRefuses(type(error).__name__) from None


def _backend() -> Any:
    """The system's keyring; None where the package is not installed, or has found none that is one: a file in clear is
    worth no more than ours (keyring rates what is fit for use with 1 and more)."""
    try:
        from keyring import get_keyring

        backend = get_keyring()
        return backend if backend.priority >= 1 else None
    except Exception:  # whatever the backends of others raise where there is no session to ask
        return None
