"""Where sign-ins are kept: outside the workspace, which is copied, shared and backed up."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from mailer.authorization.kept.keyring_entry import KeyringEntry, KeyringRefuses
from mailer.authorization.kept.sign_in import SignIn
from mailer.errors import AuthorizationError
from mailer.workspace.durable import in_place_of, sync_folder

_ANEW = "Sign in anew: mailer login"


class Store:
    """The tokens of one mailbox, for all workspaces of this user: by token endpoint, application and user name. In the
    system's keyring, else in a file. Both may hold one, where the keyring did not take the later: the later counts.

    Args:
        server, client, user: as `SignIn` has them.
    """

    def __init__(self, server: str, client: str, user: str) -> None:
        key = "\n".join((server, client, user.lower()))
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._file = sign_ins_folder() / f"{name}.json"
        self._keyring = KeyringEntry(f"{user} at {urlsplit(server).hostname} [{name[:8]}]")

    @property
    def lock(self) -> Path:
        """The file that whoever replaces the tokens locks."""
        return self._file.with_suffix(".lock")

    def read(self) -> SignIn | None:
        """
        Raises:
            AuthorizationError: it is there, and can't be read.
        """
        refused, kept = "", [self._read_file()]
        try:
            kept.append(self._keyring.read())
        except KeyringRefuses as error:
            refused = f"The keyring ({self._keyring.title}) does not hand out the sign-in: {error}."
        sign_ins = []
        for text in filter(None, kept):
            try:
                sign_ins.append(SignIn.read(text))
            except ValueError:
                refused = "What is kept of the sign-in is not what mailer wrote."
        if refused and not sign_ins:
            raise AuthorizationError(refused, f"Is the keyring locked? Unlock it. {_ANEW}")
        return max(sign_ins, key=lambda sign_in: sign_in.number, default=None)

    def write(self, sign_in: SignIn) -> str:
        """Returns when it is safe on the disk, or the keyring has it.

        Returns:
            Where it is kept, for people.

        Raises:
            AuthorizationError: it can't be written.
        """
        try:
            self._keyring.write(sign_in.written())
        except KeyringRefuses as error:
            self._write_file(sign_in)
            why = f": the keyring ({self._keyring.title}) refused it ({error})" if self._keyring.title else ""
            return f"{self._file}, which only this account can read{why}"
        self._delete_file()
        return f"the keyring ({self._keyring.title})"

    def delete(self) -> bool:
        """Whether there was one.

        Raises:
            AuthorizationError: it can't be deleted.
        """
        in_file = self._delete_file()
        try:
            return self._keyring.delete() or in_file
        except KeyringRefuses as error:
            raise AuthorizationError(
                f"The keyring ({self._keyring.title}) does not let go of the sign-in: {error}.",
                "Delete it there.",
            ) from None

    def _read_file(self) -> str | None:
        try:
            self._shut()
            return self._file.read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AuthorizationError(f"{self._file} can't be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise AuthorizationError(f"{self._file} is not what mailer wrote.", _ANEW) from None

    def _write_file(self, sign_in: SignIn) -> None:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._shut()
            with in_place_of(self._file) as file:
                file.write(sign_in.written().encode())
        except OSError as error:
            raise AuthorizationError(f"{self._file} can't be written: {error.strerror}.") from None

    def _delete_file(self) -> bool:
        try:
            self._file.unlink()
            sync_folder(self._file.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AuthorizationError(f"{self._file} can't be deleted: {error.strerror}.") from None
        return True

    def _shut(self) -> None:
        """Takes from other accounts what they could read, where something has opened it. Windows keeps a person's
        folders to that person by itself."""
        if os.name != "nt":
            for path, mode in ((self._file.parent, 0o700), (self._file, 0o600)):
                with suppress(FileNotFoundError):
                    if path.stat().st_mode & 0o077:
                        path.chmod(mode)


def sign_ins_folder() -> Path:
    """The user's own folder for them.

    Raises:
        AuthorizationError: this system knows none.
    """
    from platformdirs import user_data_path

    folder = user_data_path("mailer", appauthor=False) / "sign-ins"
    if not folder.is_absolute():
        raise AuthorizationError("This account has no home folder, where a sign-in could be kept.")
    return folder
