"""Where sign-ins are kept: outside the workspace, which is copied, shared and backed up."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from mailer.authorization.sign_in import SignIn
from mailer.errors import AuthorizationError
from mailer.workspace.durable import in_place_of


class Store:
    """The tokens of one mailbox, for all workspaces of this user: by token endpoint, application and user name.

    Args:
        server, client, user: as `SignIn` has them.
    """

    def __init__(self, server: str, client: str, user: str) -> None:
        key = "\n".join((server, client, user.lower()))
        self.name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self.file = sign_ins_folder() / f"{self.name}.json"

    def read(self) -> SignIn | None:
        """
        Raises:
            AuthorizationError: it is there, and can't be read.
        """
        try:
            self._shut()
            text = self.file.read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AuthorizationError(f"{self.file} can't be read: {error.strerror}.") from None
        try:
            return SignIn.read(text)
        except ValueError:
            raise AuthorizationError(
                f"{self.file} is not what mailer wrote.", "Sign in anew: mailer login"
            ) from None

    def write(self, sign_in: SignIn) -> None:
        """Returns when it is safe on the disk.

        Raises:
            AuthorizationError: it can't be written.
        """
        try:
            folder = self.file.parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._shut()
            with in_place_of(self.file) as file:
                file.write(sign_in.written().encode())
        except OSError as error:
            raise AuthorizationError(f"{self.file} can't be written: {error.strerror}.") from None

    def _shut(self) -> None:
        """Takes from other accounts what they could read, where something has opened it."""
        if os.name != "nt":
            for path, mode in ((self.file.parent, 0o700), (self.file, 0o600)):
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
