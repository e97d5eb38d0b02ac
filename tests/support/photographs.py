"""Pictures of mails and pages in Chromium, as small PNG files: for the documentation."""

from __future__ import annotations

import io
from email import message_from_bytes, policy
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

COLOURS = 256
"""Of a picture's palette. With as many, none of a page of text differs by more than 6 of 255 from what it was."""


def html_of(mail: Path) -> str:
    """The HTML part of a `.eml` file."""
    part = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("html",))
    assert part is not None, f"{mail} has no HTML part"
    return str(part.get_content())


def photograph(browser: Browser, html: str, size: tuple[int, int], scheme: str) -> Image.Image:
    """The top of a mail. Nothing is fetched.

    Args:
        size: of the window, in CSS pixels, which are the picture's.
        scheme: "light" or "dark", what the reader's system prefers.
    """
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    try:
        page = context.new_page()
        page.route("**/*", lambda route: route.abort())
        page.set_content(html)
        return seen(page)
    finally:
        context.close()


def seen(page: Page) -> Image.Image:
    """What the window shows."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(picture: Image.Image, path: Path, colours: int = COLOURS) -> None:
    """Write it with a palette: a third of the size, and nobody sees it.

    MAXCOVERAGE keeps a colour that is rare, such as the green of a small check mark; a round of k-means makes those of
    large areas exact.
    """
    few = picture.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
