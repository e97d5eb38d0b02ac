"""Names of files and folders that somebody else may have chosen, and whether a path stays where it should."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

_LONGEST_NAME = 200
"""Octets, so that an ending still fits into what file systems allow: 255."""
_LONGEST_IN_ADDRESS = 80
_DEVICE = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]|index|by-kind|")
"""Devices of Windows ("Naming Files, Paths, and Namespaces", Microsoft Learn), and pages of the site itself."""


def is_plain_name(name: str) -> bool:
    """Whether this can be nothing but the name of a file or folder, on any system: no path, not hidden."""
    return bool(
        name
        and name == PurePosixPath(name).name == PureWindowsPath(name).name
        and not name.startswith(".")
        and name.isprintable()
        and len(name.encode()) <= _LONGEST_NAME
    )


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path, with every link followed, ends inside a folder (or is it)."""
    return path.resolve().is_relative_to(folder.resolve())


def web_name(name: str) -> str:
    """A name of a file for an address: small letters of ASCII, digits and hyphens, never a path or a device.

    One that loses more than capitals, blanks and underscores by that is told from others by six digits of its hash.
    """
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:_LONGEST_IN_ADDRESS].strip("-")
    if plain == re.sub(r"[\s_]", "-", name.lower()) and not _DEVICE.fullmatch(plain):
        return plain
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}".lstrip("-")


def page_name(release: str, language: str = "") -> str:
    """What the page of a release is called on the newsroom's site: `harbour-report.html`, `harbour-report.es.html`.

    Args:
        language: of a translation (BCP 47); "" for the original.
    """
    return f"{web_name(release)}{f'.{language.lower()}' if language else ''}.html"
