"""Which file or database is the ledger; whether other computers have it too; which computer this is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.smtp_mailing import queued

from mailer.delivery import Ledger
from mailer.delivery.ledger import machine
from mailer.delivery.ledger.machine import machine_id
from mailer.desk.inbox import only_a_mailbox
from mailer.errors import LedgerError, SettingsError
from mailer.settings import read_settings
from mailer.workspace import Workspace, whereabouts
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.whereabouts import shared_by

pytestmark = pytest.mark.own_ledger

SECRET = "hunter2-and-more"
URL = f"postgresql://mailer:{SECRET}@db.example.org/mailer"

# ---- the settings ---------------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    (tmp_path / "office").mkdir()
    return Workspace(tmp_path / "office")


def says(office: Workspace, text: str) -> None:
    (office.root / ".env").write_text(text)


def test_it_is_in_the_workspace_unless_a_setting_says_otherwise(
    office: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.ledger == office.private / "ledger.db" and not office.has_ledger()
    says(office, "LEDGER_PATH=kept/ledger.db\n")
    assert office.ledger == office.root / "kept" / "ledger.db"
    says(office, f"LEDGER_PATH={tmp_path / 'a.db'}\n")
    assert office.ledger == tmp_path / "a.db" and not office.has_ledger()
    (tmp_path / "a.db").touch()
    assert office.has_ledger()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    says(office, "LEDGER_PATH=~/mine/ledger.db\n")
    assert office.ledger == tmp_path / "mine" / "ledger.db"
    monkeypatch.setenv("LEDGER_PATH", str(tmp_path / "b.db"))
    assert office.ledger == tmp_path / "b.db", "the environment beats .env"


def test_a_database_is_there_and_its_password_is_shown_nowhere(office: Workspace) -> None:
    says(office, f"LEDGER_URL={URL}\n")
    assert office.ledger == DatabaseUrl(URL) and office.has_ledger()
    settings = read_settings(office.root)
    for shown in (str(office.ledger), repr(office.ledger), office.shown(office.ledger), repr(settings)):
        assert SECRET not in shown
    assert office.shown(office.ledger) == "postgresql://mailer@db.example.org/mailer"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"LEDGER_URL={URL.replace('postgresql', 'mysql')}\n", "must begin with postgresql://"),
        (f"LEDGER_URL={URL}\nLEDGER_PATH=a.db\n", "both set"),
        ("LEDGER_PATH=.\n", "is a folder"),
        (f"LEDGER_PATH={URL}\n", "address is LEDGER_URL"),
        ("LEDGER_PAHT=a.db\n", "not a setting that mailer knows"),
        ("LEDGER_PATH=~nobody-of-that-name/ledger.db\n", "can't be used"),
    ],
)
def test_a_setting_that_cant_be_used_is_an_error_and_no_other_ledger(
    office: Workspace, text: str, fault: str
) -> None:
    says(office, text)
    with pytest.raises(SettingsError, match=fault) as refused:
        _ = office.ledger
    assert SECRET not in str(refused.value)
    assert not office.private.exists()


def test_what_is_wrong_with_the_server_keeps_nobody_from_looking(office: Workspace) -> None:
    says(office, "SMTP_PORT=many\nLEDGER_PATH=a.db\n")
    assert office.ledger == office.root / "a.db"


def test_where_one_practises_the_offices_own_ledger_is_out_of_reach(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = office.private / "ledger.db"
    for name, value in (("LEDGER_PATH", str(tmp_path / "real.db")), ("LEDGER_URL", URL)):
        with monkeypatch.context() as patched, only_a_mailbox(office):
            patched.setenv(name, value)
            says(office, f"{name}={value}\n")
            assert office.ledger == own


def test_one_that_was_only_looked_at_is_no_reason_to_refuse(office: Workspace, tmp_path: Path) -> None:
    Ledger(office.ledger).close()
    says(office, f"LEDGER_PATH={tmp_path / 'a.db'}\n")
    assert office.ledger == tmp_path / "a.db"
    with Ledger(office.private / "ledger.db") as ledger:
        queued(ledger, 1)
        with pytest.raises(SettingsError, match="not moved"):  # it stands in the write-ahead log only
            _ = office.ledger
    with pytest.raises(SettingsError, match="not moved") as refused:
        _ = office.ledger
    assert f"mailer ledger move {tmp_path / 'a.db'}" in refused.value.hint


# ---- folders that others have too -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "program"),
    [
        (".dropbox", "Dropbox"),
        (".dropbox.cache/", "Dropbox"),
        (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
        (".tmp.drivedownload/", "Google Drive"),
        (".shortcut-targets-by-id/", "Google Drive"),
        (".stfolder/", "Syncthing"),
        (".stfolder", "Syncthing"),
        (".sync_1a2b3c4d5e6f.db", "Nextcloud"),
        ("._sync_1a2b3c4d5e6f.db", "Nextcloud"),
        (".owncloudsync.log", "ownCloud"),
    ],
)
def test_a_folder_is_known_by_what_a_program_leaves_in_it(tmp_path: Path, left: str, program: str) -> None:
    folder = tmp_path / "anything" / "press" / ".mailer"
    folder.mkdir(parents=True)
    assert shared_by(folder / "ledger.db") == ""
    mark = tmp_path / "anything" / left.rstrip("/")
    mark.mkdir() if left.endswith("/") else mark.touch()
    assert program in shared_by(folder / "ledger.db")
    assert program in shared_by(folder / "not" / "yet" / "there.db")
    assert shared_by(tmp_path / "elsewhere" / "ledger.db") == ""
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert program in shared_by(link / "ledger.db"), "by whatever name one comes there"


@pytest.mark.parametrize(
    "looks_like",
    ["Dropbox/", "OneDrive/", "Google Drive/", ".dropbox/", "sync_1a2b3c4d.db", ".sync_notes.db", ".git/"],
)
def test_what_only_looks_like_one_raises_no_alarm(tmp_path: Path, looks_like: str) -> None:
    """`.dropbox` is a folder where Dropbox keeps its own things: in the home folder of everybody who has it."""
    mark = tmp_path / looks_like.rstrip("/")
    mark.mkdir() if looks_like.endswith("/") else mark.touch()
    assert shared_by((mark if mark.is_dir() else tmp_path) / "office" / "ledger.db") == ""


def test_dropbox_says_where_its_folders_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".dropbox").mkdir()
    told = {"personal": {"path": str(tmp_path / "Files")}, "business": {"path": None}, "odd": []}
    (tmp_path / ".dropbox" / "info.json").write_text(json.dumps(told))
    assert "Dropbox" in shared_by(tmp_path / "Files" / "office" / "ledger.db")
    assert shared_by(tmp_path / "Filestore" / "ledger.db") == "" == shared_by(tmp_path / "ledger.db")
    (tmp_path / ".dropbox" / "info.json").write_text("{")
    assert shared_by(tmp_path / "Files" / "ledger.db") == ""


def test_onedrive_is_in_the_environment(tmp_path: Path) -> None:
    environ = {"OneDriveCommercial": str(tmp_path / "Firm"), "OneDrive": ""}
    assert "OneDrive" in shared_by(tmp_path / "Firm" / "office" / "ledger.db", environ)
    assert shared_by(tmp_path / "Other" / "ledger.db", environ) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says so in a table")
def test_of_what_is_mounted_the_nearest_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "MOUNTS", tmp_path / "mountinfo")
    root = os.path.realpath(tmp_path)
    (tmp_path / "mountinfo").write_text(
        "22 27 0:21 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw\n"
        f"23 22 0:22 / {root}/share rw - nfs4 server:/export rw\n"
        f"24 23 0:23 / {root}/share/own\\040disk rw shared:3 - xfs /dev/vdb rw\n"
        f"25 22 0:24 / {root}/twice rw - cifs //server/x rw\n"
        f"26 25 0:25 / {root}/twice rw - tmpfs tmpfs rw\n"
        f"27 22 0:26 / {root}/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw\n"
        f"28 22 0:27 / {root}/crypt rw - fuse.gocryptfs x rw\n"
    )
    assert shared_by(tmp_path / "share" / "a" / "ledger.db") == "on a network drive (nfs4)"
    assert shared_by(tmp_path / "gvfs" / "ledger.db") == "on a network drive (fuse.gvfsd-fuse)"
    for own in (
        "ledger.db",
        "share/own disk/ledger.db",
        "shared/ledger.db",
        "twice/ledger.db",
        "crypt/ledger.db",
    ):
        assert shared_by(tmp_path / own) == "", own


def test_on_a_mac_icloud_and_its_like_have_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(whereabouts, "_kind_on_a_mac", lambda path: "apfs")
    monkeypatch.setenv("HOME", str(tmp_path))
    clouds = tmp_path / "Library" / "Mobile Documents" / "com~apple~CloudDocs"
    clouds.mkdir(parents=True)
    (tmp_path / "Library" / "CloudStorage" / "GoogleDrive-ana@example.org").mkdir(parents=True)
    assert shared_by(clouds / "office" / "ledger.db").startswith("in a folder that iCloud Drive")
    there = tmp_path / "Library" / "CloudStorage" / "GoogleDrive-ana@example.org" / "My Drive" / "ledger.db"
    assert "Google Drive" in shared_by(there)
    assert shared_by(tmp_path / "Documents" / "office" / "ledger.db") == ""
    (clouds / "Documents").symlink_to(tmp_path / "Documents")
    assert "iCloud Drive" in shared_by(tmp_path / "Documents" / "office" / "ledger.db")
    monkeypatch.setattr(whereabouts, "_kind_on_a_mac", lambda path: "smbfs")
    assert shared_by(tmp_path / "ledger.db") == "on a network drive (smbfs)"


# ---- which computer this is -----------------------------------------------------------------------------


@pytest.fixture
def without_an_id(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As in a container; the user's own folder for it."""
    (tmp_path / "machine-id").write_text("uninitialized\n")
    monkeypatch.setattr(machine, "LINUX", (tmp_path / "machine-id", tmp_path / "none"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "mailer" / "machine-id"


@pytest.mark.skipif(sys.platform != "linux", reason="about Linux")
def test_the_first_that_has_one_counts(
    without_an_id: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = "0123456789abcdef" * 2
    (tmp_path / "second").write_text(f"{number}\n")
    monkeypatch.setattr(machine, "LINUX", (tmp_path / "machine-id", tmp_path / "second"))
    assert machine_id() == machine_id() != number
    assert len(machine_id()) == 32 and not without_an_id.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="about Linux")
def test_where_there_is_none_one_of_ours_is_kept(
    without_an_id: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machine_id()
    assert first == machine_id() and without_an_id.stat().st_mode & 0o077 == 0
    assert first not in without_an_id.read_text()
    without_an_id.write_text("spoilt")
    assert machine_id() != first, "nobody knows it any more"


@pytest.mark.skipif(sys.platform != "linux", reason="about Linux")
def test_where_none_can_be_kept_nothing_is_sent(without_an_id: Path, tmp_path: Path) -> None:
    without_an_id.mkdir(parents=True)
    with (
        Ledger(tmp_path / "ledger.db") as ledger,
        pytest.raises(LedgerError, match="can't be told from others"),
    ):
        queued(ledger, 1)


def test_a_mac_and_its_id(monkeypatch: pytest.MonkeyPatch, without_an_id: Path) -> None:
    said = '  |   "IOPlatformSerialNumber" = "C02"\n  |   "IOPlatformUUID" = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"\n'

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        assert command == ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]
        return subprocess.CompletedProcess(command, 0, said, "")

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", run)
    assert len(machine_id()) == 32 and not without_an_id.exists()


def test_a_throw_away_ledger_is_anybodys(tmp_path: Path) -> None:
    """A rehearsal's: nothing leaves by it, wherever its temporary folder is, and whosever copy it is."""
    (tmp_path / ".stfolder").mkdir()
    with Ledger(tmp_path / "ledger.db", witnessed=False) as ledger:
        assert queued(ledger, 2).added == 2
    with Ledger(tmp_path / "ledger.db") as ledger, pytest.raises(LedgerError, match="Syncthing"):
        queued(ledger, 3)
