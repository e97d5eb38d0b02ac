"""Which computer this is: a ledger in a file is one computer's, and a copy of it on another one must not send too.

What the system calls itself is for its own eyes (machine-id(5) asks that it be shown to nobody), so what is kept is a
hash of it, with a name of ours: nothing else knows this computer by it.
"""

from __future__ import annotations

import hmac
import re
import secrets
import socket
import subprocess
import sys
from pathlib import Path

from mailer.errors import LedgerError
from mailer.workspace.private import private_file, private_folder

LINUX = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
"""The first that has one counts. In a container there may be none, or an empty one."""

_OURS = b"release-mailer: whose ledger"
_AN_ID = re.compile(r"[0-9a-f]{32}")


def machine_id() -> str:
    """This computer's, the same after a restart, an update and a change of its name. 32 hexadecimal digits.

    Raises:
        LedgerError: it has none, and one of our own can't be kept.
    """
    return hmac.digest(_OURS, (_of_the_system() or _of_our_own()).encode(), "sha256").hex()[:32]


def machine_name() -> str:
    """What people call it."""
    return socket.gethostname() or "a computer without a name"


def _of_the_system() -> str:
    """What the system calls itself; "": it does not."""
    try:
        if sys.platform == "linux":
            return _on_linux()
        if sys.platform == "darwin":
            return _on_a_mac()
        if sys.platform == "win32":
            return _on_windows()
    except (OSError, subprocess.CalledProcessError):
        pass
    return ""


def _on_linux() -> str:
    for path in LINUX:
        try:
            found = path.read_text("ascii").strip().lower()
        except (OSError, ValueError):
            continue
        if _AN_ID.fullmatch(found) and found != "0" * 32:  # "uninitialized" is none
            return found
    return ""


def _on_a_mac() -> str:
    command = ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r'"IOPlatformUUID" = "([0-9A-Fa-f-]{36})"', said)
    return found[1].lower() if found else ""


def _on_windows() -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    key, how = r"SOFTWARE\Microsoft\Cryptography", winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, how) as opened:
        return str(winreg.QueryValueEx(opened, "MachineGuid")[0]).strip().lower()


def _of_our_own() -> str:
    """One that we made ourselves and keep in the user's own folder."""
    from platformdirs import user_state_path

    path = user_state_path("mailer") / "machine-id"
    try:
        private_folder(path.parent)
        private_file(path)
        with path.open("r+", encoding="ascii") as file:
            found = file.read().strip()
            if not _AN_ID.fullmatch(found):
                found = secrets.token_hex(16)
                file.seek(0)
                file.write(f"{found}\n")
                file.truncate()
    except (OSError, ValueError, RuntimeError) as error:
        raise LedgerError(
            f"This computer can't be told from others: it has no id of its own (such as {LINUX[0]}), and {path} can't"
            f" be written: {error}.",
            "Nothing is sent without one. In a container, mount one of the two.",
        ) from None
    return found
