"""What was copied in another program: the HTML on the clipboard, else its plain text.

Each system has a program that prints it: `osascript` on macOS, PowerShell on Windows, `wl-paste` on Wayland, `xclip` on
X11. Nothing is written to the clipboard.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from mailer.errors import DocumentError, Fault
from mailer.importing.document import SourceDocument

NAME = "clipboard"
_PATIENCE = 20
"""Seconds: PowerShell takes some to start; a program that owns the clipboard may never answer."""
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What the clipboard holds, each "" where it doesn't."""

    html: str = ""
    text: str = ""


def read_clipboard(*, accept_changes: bool = False) -> SourceDocument:
    """Reads what was copied.

    Args:
        accept_changes: takes tracked changes as accepted.

    Raises:
        DocumentError: there is no text on it, or no program that shows it, with what to install.
    """
    copied = on_clipboard()
    if copied.html.strip():
        from mailer.importing.sources.web import normalise

        return normalise(copied.html, accept_changes=accept_changes)
    if not copied.text.strip():
        raise _fault(
            "there is no text on the clipboard", "copy the release in the program where it is, and try again"
        )
    from mailer.importing.sources import read_as

    return read_as("plain", copied.text.encode("utf-8", "replace"), NAME)


def on_clipboard() -> Copied:
    """What is on this system's clipboard.

    Raises:
        DocumentError: no program shows it.
    """
    if sys.platform == "darwin":
        return _of_mac()
    if sys.platform == "win32":
        return _of_windows("powershell")
    if os.environ.get("WAYLAND_DISPLAY") and shutil.which("wl-paste"):
        return _of_targets(["wl-paste", "--no-newline", "--type"], ["wl-paste", "--list-types"])
    if os.environ.get("DISPLAY") and shutil.which("xclip"):
        xclip = ["xclip", "-selection", "clipboard", "-out", "-target"]
        return _of_targets(xclip, [*xclip, "TARGETS"])
    if os.environ.get("WSL_DISTRO_NAME") and shutil.which("powershell.exe"):
        return _of_windows("powershell.exe")
    if os.environ.get("WAYLAND_DISPLAY"):
        raise _fault(
            "nothing here can read the clipboard", "install wl-clipboard (it has wl-paste), and try again"
        )
    if os.environ.get("DISPLAY"):
        raise _fault("nothing here can read the clipboard", "install xclip, and try again")
    raise _fault("this session has no clipboard", "save the text as a file, and import that")


def _fault(message: str, hint: str = "") -> DocumentError:
    return DocumentError([Fault(NAME, 0, message, hint)])


def _printed(command: list[str]) -> bytes:
    """What a program prints; nothing where it fails, which is how they say that there is none of this kind."""
    try:
        ran = subprocess.run(command, capture_output=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL)  # noqa: S603
    except FileNotFoundError:
        raise _fault(
            f"{command[0]} is not there, which reads the clipboard", f"install {command[0]}"
        ) from None
    except (OSError, subprocess.TimeoutExpired):
        raise _fault(
            f"{command[0]} doesn’t answer, which reads the clipboard", "copy the text again"
        ) from None
    if len(ran.stdout) > _MOST_BYTES:
        raise _fault("what was copied has more than 64 MB", "copy the text of the release alone")
    return ran.stdout if ran.returncode == 0 else b""


def _of_mac() -> Copied:
    data = _printed(["osascript", "-e", "the clipboard as «class HTML»"])
    text = _printed(["osascript", "-e", "the clipboard as «class utf8»"])
    return Copied(html_of_osascript(data), text.decode("utf-8", "replace").rstrip("\n"))


def html_of_osascript(printed: bytes) -> str:
    """The HTML that AppleScript prints as `«data HTML3C68…»`: its bytes in hexadecimal digits."""
    match = re.search(rb"HTML([0-9A-Fa-f]+)", printed)
    try:
        return binascii.unhexlify(match[1]).decode("utf-8", "replace") if match else ""
    except binascii.Error:
        return ""


_POWERSHELL = (
    "Add-Type -AssemblyName System.Windows.Forms; foreach ($format in 'Html','UnicodeText') "
    "{ $text = [Windows.Forms.Clipboard]::GetText($format); "
    "[Console]::Out.WriteLine([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($text))) }"
)
"""Two lines of base64: a console's code page spoils everything else."""


def _of_windows(powershell: str) -> Copied:
    command = [powershell, "-NoProfile", "-NonInteractive", "-STA", "-Command", _POWERSHELL]
    lines = _printed(command).split()
    try:
        html, text = (base64.b64decode(line) for line in (*lines, b"", b"")[:2])
    except binascii.Error:
        raise _fault(
            "what PowerShell says of the clipboard can’t be read", "save the text as a file"
        ) from None
    return Copied(html_of_windows(html), text.decode("utf-8", "replace"))


def html_of_windows(clipped: bytes) -> str:
    """The page in what Windows calls HTML Format (CF_HTML): fields that count bytes, then the page.

    The counts tell whether .NET took the page's UTF-8 for Windows-1252, as it does in Windows PowerShell.
    """
    head = clipped[:2000].partition(b"<")[0]
    fields = dict(re.findall(rb"(\w+):(-?\d+)", head))
    end = int(fields.get(b"EndHTML", b"-1"))
    for spoiled in ("cp1252", "latin-1"):
        try:
            mended = clipped.decode("utf-8").encode(spoiled)
            mended.decode("utf-8")
        except UnicodeError:
            continue
        if 0 < end <= len(mended.rstrip(b"\x00")) < len(clipped.rstrip(b"\x00")) and end != len(
            clipped.rstrip(b"\x00")
        ):
            clipped = mended
            break
    start = int(fields.get(b"StartHTML", b"-1"))
    if start < 0 or end <= start:
        start, end = (int(fields.get(name, b"-1")) for name in (b"StartFragment", b"EndFragment"))
    page = clipped[start:end] if 0 <= start < end else clipped[len(head) :]
    return page.decode("utf-8", "replace").strip("\x00")


def _of_targets(show: list[str], list_them: list[str]) -> Copied:
    from mailer.importing.sources.web.tree import text_of

    targets = _printed(list_them).decode("utf-8", "replace").split()
    html = text_of(_printed([*show, "text/html"])) if "text/html" in targets else ""
    text = b""
    for target in ("text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING"):
        if target in targets:
            text = _printed([*show, target])
            break
    return Copied(html, text.decode("utf-8", "replace"))
