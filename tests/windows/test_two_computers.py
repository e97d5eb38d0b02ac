"""On Windows too: a ledger is one computer's, and on a disk of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from support.smtp_faulty import FaultyServer
from support.windows import Windows

from mailer.workspace import Workspace

_SET_ID = """
import sys, winreg
with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\\Microsoft\\Cryptography", 0,
                    winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY) as key:
    print(winreg.QueryValueEx(key, "MachineGuid")[0], end="")
    winreg.SetValueEx(key, "MachineGuid", 0, winreg.REG_SZ, sys.argv[1])
"""

_SHARED_BY = """
import sys
from pathlib import Path
from mailer.workspace.whereabouts import shared_by
print(shared_by(Path(sys.argv[1])), end="")
"""

_REGISTER = """
import sys, winreg
root = r"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\SyncRootManager\\%s\\UserSyncRoots" % sys.argv[1]
with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, root) as key:
    winreg.SetValueEx(key, "S-1-5-21-1", 0, winreg.REG_SZ, sys.argv[2])
"""


def server_of(server: FaultyServer) -> dict[str, str]:
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}


def test_another_computer_is_refused_until_it_takes_the_ledger_over(
    windows: Windows, office: Workspace
) -> None:
    send = ("send", "harbour-report", "--yes")
    with FaultyServer() as server:
        assert windows.run(*send, "--limit", "4", cwd=office.root, **server_of(server)).code == 0
        with closing(sqlite3.connect(office.private / "ledger.db")) as db:
            ((kept, _),) = db.execute("SELECT id, name FROM machine").fetchall()
        own = windows.script(_SET_ID, "0f3cd0a5-0000-4000-8000-1234567890ab", cwd=office.root)
        try:
            assert len(own) == 36 and kept not in own
            refused = windows.run(*send, cwd=office.root, **server_of(server))
            assert (refused.code, len(server.accepted)) == (2, 4), refused.err
            assert "belongs to another computer" in refused.err
            assert windows.run("ledger", "adopt", "--yes", cwd=office.root).code == 0
            assert windows.run(*send, cwd=office.root, **server_of(server)).code == 0
        finally:
            windows.script(_SET_ID, own, cwd=office.root)
        assert len(server.accepted) == len({address for address, _ in server.accepted}) == 11


def test_it_is_moved_out_of_a_synchronised_folder(windows: Windows, office: Workspace) -> None:
    """What Windows itself knows of such folders, with the drive's letter; and one that says so by a file."""
    send = ("send", "harbour-report", "--yes")
    windows.script(_REGISTER, "Nextcloud!S-1!ana", windows.path(office.root.parent), cwd=office.root)
    said = windows.script(_SHARED_BY, windows.path(office.private / "ledger.db"), cwd=office.root)
    assert said == "in a folder that Nextcloud keeps in step with other computers"
    with FaultyServer() as server:
        refused = windows.run(*send, cwd=office.root, **server_of(server))
        assert (refused.code, server.accepted) == (2, []) and "Nextcloud" in refused.err
        moved = windows.run("ledger", "move", r"C:\Own Place\ledger.db", cwd=office.root)
        assert moved.code == 0, moved.err
        assert (windows.drive / "Own Place" / "ledger.db").is_file()
        assert windows.run(*send, cwd=office.root, **server_of(server)).code == 0
        (office.root / ".env").unlink()
        left = windows.run(*send, cwd=office.root, **server_of(server))
        assert left.code == 2 and "was moved to" in left.err
        assert len(server.accepted) == 11


def test_what_is_a_share_and_what_is_not(windows: Windows, office: Workspace, tmp_path: Path) -> None:
    for path, said in (
        (r"\\server\press\office\ledger.db", "on a network drive (a share)"),
        (r"\\?\UNC\server\press\ledger.db", "on a network drive (a share)"),
        (r"C:\office\ledger.db", ""),
        (r"\\?\C:\office\ledger.db", ""),
        (windows.path(tmp_path / "ledger.db"), ""),
    ):
        assert windows.script(_SHARED_BY, path, cwd=office.root) == said, path
