"""What a press list may be called: its file has to be found again, on any system and by any colleague."""

from __future__ import annotations

import re

from mailer.errors import WorkspaceError
from mailer.visible import visible
from mailer.workspace.endings import LIST_ENDINGS

_LONGEST = 200
"""Octets, so that an ending still fits into what file systems allow: 255."""
_SHOWN = 60
_OF_WINDOWS = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:\..*)?", re.IGNORECASE
)
"""Devices, whatever ending they are given ("Naming Files, Paths, and Namespaces", Microsoft Learn)."""
_NO_FILE = '<>:"/\\|?*'


def list_called(name: str) -> str:
    """The name of a list that somebody wants to make: `press.csv` means the list press.

    Raises:
        WorkspaceError: no list can be called so: its file would be a folder, a device or a path, or be seen by nobody.
    """
    bare = name[:-4] if name.lower().endswith(".csv") else name
    if why := _why_not(bare):
        shown = visible(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")
        raise WorkspaceError(f"A list can't be called “{shown}”. {why}.", "Choose a plain name: --as press")
    return bare


def _why_not(name: str) -> str:
    if not name.strip():
        return "It needs a name"
    if odd := next((sign for sign in name if sign in _NO_FILE), ""):
        return f"“{odd}” can't be part of a file's name"
    if not name.isprintable():
        return "It contains characters that can't be seen"
    if not name.strip("."):
        return "That means a folder"
    if name.startswith((".", "~$")):
        return "A file whose name begins like that is hidden, and is no list"
    if name != name.strip() or name.endswith("."):
        return "A name can't begin or end with a space, or end with a full stop"
    if _OF_WINDOWS.fullmatch(name):
        return "Windows has a device of that name"
    if name.lower().endswith(LIST_ENDINGS):
        return "That is another kind of file, and lists are written as .csv"
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST:
        return "A file name can't be that long"
    return ""
