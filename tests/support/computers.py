"""Computers, each with a name, an id and a user's own folder of its own: namespaces of this one's kernel (unshare(1)).

What they have in common is the disk: a folder that both have is as a drive of the network, or as a synchronised folder at the
moment when it is in step.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from support.forked import can_fork
from support.terminal import COMMAND, Ran, environment, on_a_computer

MACHINE_ID = Path("/etc/machine-id")


@dataclass(frozen=True)
class Computer:
    """
    Attributes:
        name: its host name.
        own: a folder for what is its own.
        drive: a folder that is on a drive of another kind here, and that kind, such as ("…", "nfs4"): a file system of its
            own in memory, of which the kernel's table says so. What lay there is hidden.
    """

    name: str
    own: Path
    drive: tuple[Path, str] | None = None

    def mailer(self, *arguments: str, cwd: Path, typed: str = "", before: str = "", **settings: str) -> Ran:
        """Run a command to its end.

        Args:
            before: what a shell does first, with that drive there.
        """
        its = environment(**settings) | {"XDG_STATE_HOME": str(self._folder("state"))}
        if _is_root() and can_fork(its):
            return on_a_computer(self._script(before), arguments, cwd, its, typed)
        script = f'PROCESS=$$\n{self._script(before)}\nexec "$@"'  # which keeps its number, and what is mounted there
        ran = subprocess.run(
            [*_unshare(), "sh", "-ec", script, "sh", *COMMAND, *arguments],
            cwd=cwd, env=its, input=typed, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def _script(self, before: str) -> str:
        number = self._folder("etc") / "machine-id"
        if not number.exists():
            number.write_text(f"{os.urandom(16).hex()}\n")
        lines = [
            f"hostname {shlex.quote(self.name)}",
            f"mount --bind {shlex.quote(str(number))} {MACHINE_ID}",
        ]
        if self.drive:
            folder, kind = shlex.quote(str(self.drive[0])), self.drive[1]
            table = shlex.quote(str(self._folder("etc") / "mountinfo"))
            lines += [f"mount -t tmpfs tmpfs {folder}", f'cd "$PWD"; {before or ":"}',
                      f"sed 's/ - tmpfs tmpfs / - {kind} tmpfs /' /proc/$PROCESS/mountinfo > {table}",
                      f"mount --bind {table} /proc/$PROCESS/mountinfo"]  # fmt: skip
        return "\n".join(lines)

    def _folder(self, name: str) -> Path:
        folder = self.own / self.name / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def computer(name: str, own: Path, drive: tuple[Path, str] | None = None) -> Computer:
    """Skips where the system allows none."""
    if not _allowed():
        pytest.skip("this system lets nobody have namespaces of their own, or has no /etc/machine-id")
    return Computer(name, own, drive)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _unshare() -> list[str]:
    as_root = [] if _is_root() else ["--user", "--map-root-user"]
    return ["unshare", *as_root, "--mount", "--uts"]


@cache
def _allowed() -> bool:
    if not shutil.which("unshare") or not MACHINE_ID.is_file():
        return False
    tried = f"hostname somewhere && mount --bind /dev/null {MACHINE_ID}"
    return subprocess.run([*_unshare(), "sh", "-c", tried], capture_output=True).returncode == 0
