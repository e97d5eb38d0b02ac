"""What has a computer run `mailer post` every minute: a systemd user timer, a launch agent, a planned task.

Each is a file or two in the user's own folder, and the commands that put it in force. They run as that user.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from mailer.errors import WorkspaceError
from mailer.visible import visible
from mailer.workspace.folder import Workspace

_SERVICE = """\
[Unit]
Description=mailer post: what is due in {description}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command}
TimeoutStartSec=infinity
"""
"""Not `Restart=`: the next minute tries again. A sending may take hours, and systemd.timer(5) starts no second one
meanwhile."""

_TIMER = """\
[Unit]
Description=mailer post, every minute

[Timer]
OnCalendar=*:*:00
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
"""

_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>mailer post: what is due in {folder}</Description></RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Repetition><Interval>PT1M</Interval></Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author"><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>-m mailer post</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


@dataclass(frozen=True, slots=True)
class Timer:
    """What is written and run on one kind of computer.

    Attributes:
        files: contents by path.
        start, stop: commands, each a list of arguments.
        told: what whoever installs it should know.
    """

    files: Mapping[Path, bytes]
    start: tuple[tuple[str, ...], ...]
    stop: tuple[tuple[str, ...], ...]
    told: str

    @property
    def installed(self) -> bool:
        return all(path.is_file() for path in self.files)


def timer_of(workspace: Workspace, platform: str = sys.platform) -> Timer:
    """What `mailer post --install` would do here.

    Args:
        platform: as `sys.platform` names it.

    Raises:
        WorkspaceError: the folder is called so that no such file can name it.
    """
    _must_be_nameable(workspace.root.resolve(), platform)
    name = f"mailer-post-{_label(workspace.root)}"
    if platform == "win32":
        return _task(name, workspace)
    return _launch_agent(name, workspace) if platform == "darwin" else _systemd(name, workspace)


def _must_be_nameable(folder: Path, platform: str) -> None:
    """A line break would begin another line of a unit file, and a backslash at its end hold on to the next one."""
    name = str(folder)
    if not name.isprintable() or (platform != "win32" and name.endswith(("\\", " "))):
        raise WorkspaceError(
            f"{visible(name)}: a folder of this name can't be run by a timer.",
            "Rename it: without line breaks and control characters, and no blank or backslash at its end.",
        )


def _label(folder: Path) -> str:
    """A name that no other workspace of this user has."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "workspace"
    return f"{plain}-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:6]}"


def _systemd(name: str, workspace: Workspace) -> Timer:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    root = str(workspace.root.resolve())
    service = _SERVICE.format(
        description=_unescaped(root),
        folder=_unescaped(root),
        command=" ".join(map(_systemd_word, (sys.executable, "-m", "mailer", "post"))),
    )
    unit = f"{name}.timer"
    return Timer(
        {folder / f"{name}.service": service.encode(), folder / unit: _TIMER.encode()},
        (("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", unit)),
        (("systemctl", "--user", "disable", "--now", unit),),
        "It runs while you are logged in. To have it run when you are not: loginctl enable-linger\n"
        f"What it did: journalctl --user -u {name}",
    )


def _unescaped(text: str) -> str:
    """In a unit file `%` begins a specifier (systemd.unit(5)); blanks in a path of its own line need no quotes."""
    return text.replace("%", "%%")


def _systemd_word(word: str) -> str:
    """One word of a command line in quotes (systemd.service(5), “Command lines”); `$` would begin a variable."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{quoted}"' if re.search(r"[^\w/.@:+%-]", word) else quoted


def _launch_agent(name: str, workspace: Workspace) -> Timer:
    label = f"org.mailer.{name}"
    path = Path.home() / "Library" / "LaunchAgents" / f"{label}.plist"
    log = str(workspace.private / "post.log")
    agent = {
        "Label": label,
        "ProgramArguments": [sys.executable, "-m", "mailer", "post"],
        "WorkingDirectory": str(workspace.root.resolve()),
        "StartInterval": 60,
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    return Timer(
        {path: plistlib.dumps(agent)},
        (("launchctl", "load", "-w", str(path)),),
        (("launchctl", "unload", "-w", str(path)),),
        f"It runs while you are logged in and the Mac is awake. What it did: {log}",
    )


def _task(name: str, workspace: Workspace) -> Timer:
    path = workspace.private / f"{name}.xml"
    xml = _TASK.format(program=escape(sys.executable), folder=escape(str(workspace.root.resolve())))
    return Timer(
        {path: xml.encode("utf-16")},
        (("schtasks", "/Create", "/F", "/TN", name, "/XML", str(path)),),
        (("schtasks", "/Delete", "/TN", name, "/F"),),
        "It runs while you are logged in. What it did: the history of the task in Task Scheduler.",
    )
