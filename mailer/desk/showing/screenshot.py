"""A picture of a rendered mail, by a browser that is installed anyway."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mailer.errors import WorkspaceError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
PLACES = {
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    ),
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
}
"""Where browsers stand that no PATH leads to: on Windows and macOS, all of them."""

SECONDS = 60


def _as_root() -> list[str]:
    """Chromium keeps foreign pages in a sandbox of its own, which it can't set up for root."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def screenshot(page: Path, *, width: int = 800, height: int = 1800) -> Path:
    """Write a PNG beside an HTML file. Nothing of the page is fetched from anywhere.

    Args:
        width, height: of the picture, in CSS pixels.

    Raises:
        WorkspaceError: no browser is installed, or it made no picture.
    """
    browser = _browser()
    picture = page.with_suffix(".png")
    # A browser's helpers may outlive it by a moment, and on Windows what they have open can't be deleted.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            browser, "--headless", *_as_root(), "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", f"--window-size={width},{height}",
            f"--screenshot={picture.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - no shell
        except (subprocess.SubprocessError, OSError) as error:
            raise WorkspaceError(
                f"{Path(browser).name} made no screenshot: {type(error).__name__}."
            ) from None
    return picture


def _browser() -> str:
    places = (os.path.expandvars(place) for place in PLACES.get(sys.platform, ()))
    found = next(filter(None, map(shutil.which, (*BROWSERS, *places))), None)
    if found is None:
        raise WorkspaceError(
            "No browser was found for the screenshot.",
            "Install Chrome, Edge or Chromium in its usual location.",
        )
    return found
