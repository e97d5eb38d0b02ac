"""A picture of a mail in a real Thunderbird, under Xvfb: of Debian's packages `thunderbird` and `xvfb`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageGrab

SECONDS = 90
"""What it may take until the mail stands there."""
STILL = 3
"""Seconds without a change after which all is there."""

PREFERENCES: dict[str, str | bool | int] = {
    # An account, so that nobody is asked to make one; it has no server.
    "mail.accountmanager.accounts": "account1",
    "mail.accountmanager.localfoldersserver": "server1",
    "mail.account.account1.server": "server1",
    "mail.server.server1.type": "none",
    "mail.server.server1.userName": "nobody",
    "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.name": "Local Folders",
    "mail.server.server1.directory-rel": "[ProfD]Mail/Local Folders",
    "mail.provider.suppress_dialog_on_startup": True,
    # Nothing is asked, offered or told at a first start.
    "app.donation.eoy.version.viewed": 999,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    # Nothing is fetched.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "extensions.update.enabled": False,
    "network.manage-offline-status": False,
    "offline.startup_state": 3,
    "toolkit.telemetry.enabled": False,
}


def photograph(mail: Path, size: tuple[int, int]) -> Image.Image:
    """The window that shows a mail.

    Args:
        mail: its `.eml` file.
        size: of the window, in pixels.

    Raises:
        SystemExit: a program is missing, or shows nothing.
    """
    for program in ("thunderbird", "Xvfb"):
        if not shutil.which(program):
            sys.exit(f"{program} is not installed: apt-get install thunderbird xvfb")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _display(size) as display:
        profile = _profile(Path(folder), size)
        command = ("thunderbird", "--no-remote", "--profile", str(profile), "-file", str(mail.resolve()))
        running = subprocess.Popen(
            command, env={**os.environ, "DISPLAY": display, "HOME": folder, "MOZ_NO_REMOTE": "1"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return _when_still(display)
        finally:
            running.terminate()
            running.wait(20)


def _profile(folder: Path, size: tuple[int, int]) -> Path:
    profile = folder / "profile"
    (profile / "Mail" / "Local Folders").mkdir(parents=True)
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    width, height = map(str, size)
    window = {"width": width, "height": height, "screenX": "0", "screenY": "0", "sizemode": "normal"}
    windows = {"chrome://messenger/content/messageWindow.xhtml": {"messengerWindow": window}}
    (profile / "xulstore.json").write_text(json.dumps(windows), "utf-8")
    return profile


@contextmanager
def _display(size: tuple[int, int]) -> Iterator[str]:
    """A screen of that size with nothing on it; Xvfb picks a free number."""
    reads, writes = os.pipe()
    command = (
        "Xvfb",
        "-displayfd",
        str(writes),
        "-screen",
        "0",
        "{}x{}x24".format(*size),
        "-nolisten",
        "tcp",
    )
    running = subprocess.Popen(command, pass_fds=(writes,), stderr=subprocess.DEVNULL)
    os.close(writes)
    try:
        with os.fdopen(reads) as number:
            yield f":{number.readline().strip()}"
    finally:
        running.terminate()
        running.wait(20)


def _when_still(display: str) -> Image.Image:
    """The screen, once it shows a page of many colours, and has not changed for some time."""
    end, since, before = time.monotonic() + SECONDS, time.monotonic(), b""
    while time.monotonic() < end:
        time.sleep(0.5)
        screen = ImageGrab.grab(xdisplay=display)
        if screen.tobytes() != before:
            since, before = time.monotonic(), screen.tobytes()
        shows = screen.getcolors(32) is None  # an empty window has a handful
        if shows and time.monotonic() - since > STILL:
            return screen
    sys.exit(f"Thunderbird shows no mail after {SECONDS} s")
