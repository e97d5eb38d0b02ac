"""Whether a file lies on a disk of this computer alone: not on a network drive, nor in a folder that a program keeps in
step with other computers.

Such a program is known by what it leaves in its folder or says about itself, not by what the folder is called: a folder
called Dropbox may be anybody's.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = frozenset((
    *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "ftp", "ncpfs", "9p", "afs", "coda"),
    *("ceph", "lustre", "beegfs", "glusterfs", "gpfs", "ocfs2", "gfs2", "vboxsf", "vmhgfs", "prl_fs"),
    *("sshfs", "rclone", "s3fs", "gcsfuse", "gvfsd-fuse", "vmhgfs-fuse", "davfs2", "curlftpfs", "smbnetfs"),
    *("onedriver", "google-drive-ocamlfuse", "juicefs", "mfs", "seaf-fuse"),
))  # fmt: skip
"""Kinds of file systems that other computers have at the same time; of FUSE's, what follows its name. virtiofs is not
among them: containers have the folders of their own computer by it."""

_DRIVE_REMOTE = 4
_LEFT_BEHIND = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".849C9593-D756-4E56-8D6E-42412F2A707B": "OneDrive",
    ".tmp.driveupload": "Google Drive",
    ".tmp.drivedownload": "Google Drive",
    ".shortcut-targets-by-id": "Google Drive",
    ".stfolder": "Syncthing",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".SynologyWorkingDirectory": "Synology Drive",
}
_DATABASE_OF_NEXTCLOUD = re.compile(r"\._?sync_[0-9a-f]{6,}\.db", re.ASCII)
_ONEDRIVE = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_PROVIDERS = {
    "OneDrive": "OneDrive",
    "GoogleDrive": "Google Drive",
    "Dropbox": "Dropbox",
    "Box": "Box",
    "iCloud": "iCloud Drive",
    "iCloudDrive": "iCloud Drive",
    "Nextcloud": "Nextcloud",
}


def shared_by(path: Path, environ: Mapping[str, str] | None = None) -> str:
    """By what other computers have a file too, to go on with "the file is …"; "": by nothing that we know.

    Args:
        path: the file; it need not be there yet, nor all folders above it.
        environ: the environment; this process's by default.
    """
    environ = os.environ if environ is None else environ
    there = Path(os.path.realpath(path))
    if kind := _network_kind(there):
        return f"on a network drive ({kind})"
    if program := _kept_in_step_by(there, environ):
        return f"in a folder that {program} keeps in step with other computers"
    return ""


def _network_kind(path: Path) -> str:
    with suppress(OSError, ValueError):
        if sys.platform == "linux":
            return _of_network(_kind_on_linux(path))
        if sys.platform == "darwin":
            return _of_network(_kind_on_a_mac(path))
        if sys.platform == "win32":
            return _kind_on_windows(path)
    return ""


def _of_network(kind: str) -> str:
    """The kind, if it is one of a network's. `fuse.sshfs` is FUSE's sshfs."""
    return kind if kind.removeprefix("fuse.") in NETWORK else ""


def _kind_on_linux(path: Path) -> str:
    """The kind of what is mounted nearest above a path (proc_pid_mountinfo(5)); of two on the same folder the last one
    is on top."""
    found, kind = -1, ""
    for line in MOUNTS.read_text("utf-8", "surrogateescape").splitlines():
        fields = line.split(" ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if len(point.parts) >= found and path.is_relative_to(point):
            found, kind = len(point.parts), fields[fields.index("-", 6) + 1]
    return kind


def _kind_on_a_mac(path: Path) -> str:
    """`f_fstypename` of statfs(2): 16 octets, behind 72 of numbers."""
    import ctypes

    libc = ctypes.CDLL(None)
    statfs = getattr(libc, "statfs$INODE64", None) or libc.statfs
    room = ctypes.create_string_buffer(4096)
    if statfs(os.fsencode(_nearest(path)), room) != 0:
        return ""
    return room.raw[72:88].partition(b"\0")[0].decode("ascii", "replace")


def _kind_on_windows(path: Path) -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    plain = str(path).removeprefix("\\\\?\\")
    if plain.startswith(("\\\\", "UNC\\")):
        return "a share"
    drive = os.path.splitdrive(plain)[0]
    remote = drive and ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
    return f"{drive} is a share" if remote else ""


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that is there."""
    return next((each for each in (path, *path.parents) if os.path.lexists(each)), path)


def _kept_in_step_by(path: Path, environ: Mapping[str, str]) -> str:
    """The program's name; ""."""
    for folder in path.parents:
        if program := _left_in(folder):
            return program
    for folder, program in _told_roots(environ):
        with suppress(OSError, ValueError, RuntimeError):
            if path.is_relative_to(os.path.realpath(folder)):
                return program
    return ""


def _left_in(folder: Path) -> str:
    """Whose folder it is, by what lies in it."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - as cheap as it gets
    except OSError:  # of another account, which we may pass through
        names = [name for name in _LEFT_BEHIND if os.path.lexists(folder / name)]
    for name in names:
        if name == ".dropbox" and not (folder / name).is_file():
            continue  # in the home folder, where Dropbox keeps its own things: the folder is not kept in step for that
        if name in _LEFT_BEHIND:
            return _LEFT_BEHIND[name]
        if _DATABASE_OF_NEXTCLOUD.fullmatch(name):
            return "Nextcloud"
    return ""


def _told_roots(environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Folders that programs say they keep in step, with the program's name."""
    for name in _ONEDRIVE:
        if value := environ.get(name):
            yield Path(value), "OneDrive"
    try:
        home = Path.home()
    except RuntimeError:
        return
    for base in (home / ".dropbox", *(Path(environ[n]) / "Dropbox" for n in _APPLICATIONS if environ.get(n))):
        yield from ((folder, "Dropbox") for folder in _of_dropbox(base / "info.json"))
    if sys.platform == "darwin":
        yield from _on_a_mac(home)
    if sys.platform == "win32":
        yield home / "iCloudDrive", "iCloud Drive"
        yield from _registered()


_APPLICATIONS = ("APPDATA", "LOCALAPPDATA")


def _of_dropbox(info: Path) -> Iterator[Path]:
    """Where Dropbox says that its folders are: {"personal": {"path": …}, "business": {"path": …}}."""
    with suppress(OSError, ValueError):
        accounts = json.loads(info.read_text("utf-8"))
        for account in accounts.values() if isinstance(accounts, dict) else ():
            if isinstance(account, dict) and isinstance(account.get("path"), str) and account["path"]:
                yield Path(account["path"])


def _on_a_mac(home: Path) -> Iterator[tuple[Path, str]]:
    """iCloud Drive, Desktop and Documents where they are in it, and what other programs have there since macOS 12.3."""
    documents = home / "Library" / "Mobile Documents"
    yield documents, "iCloud Drive"
    for name in ("Desktop", "Documents"):
        if (documents / "com~apple~CloudDocs" / name).is_symlink():
            yield home / name, "iCloud Drive"
    with suppress(OSError):
        for folder in (home / "Library" / "CloudStorage").iterdir():
            yield folder, _program(folder.name.partition("-")[0])


def _registered() -> Iterator[tuple[Path, str]]:
    """Windows: what programs have registered as roots of theirs, with Windows' own means for that."""
    if sys.platform != "win32":
        return
    import winreg

    manager = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager"
    with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, manager) as roots:
        for number in range(winreg.QueryInfoKey(roots)[0]):
            name = winreg.EnumKey(roots, number)
            with suppress(OSError), winreg.OpenKey(roots, f"{name}\\UserSyncRoots") as users:
                for place in range(winreg.QueryInfoKey(users)[1]):
                    yield Path(str(winreg.EnumValue(users, place)[1])), _program(name.partition("!")[0])


def _program(name: str) -> str:
    return _PROVIDERS.get(name, name)
