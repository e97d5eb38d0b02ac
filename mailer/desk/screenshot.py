"""A picture of a rendered mail, by a browser that is installed anyway."""

from __future__ import annotations

import os
import shutil
import subprocess
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
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise WorkspaceError(
            "No browser for a screenshot was found.", f"Install Chromium, one of: {', '.join(BROWSERS)}."
        )
    picture = page.with_suffix(".png")
    with tempfile.TemporaryDirectory() as profile:
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
