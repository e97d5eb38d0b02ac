"""A real Chromium, and the page of a `mailer preview` process in it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from support.terminal import start

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is the same engine without the windows, menus and profile around it, which cost a page twice its own time."""

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync")  # fmt: skip

expect.set_options(timeout=30_000)  # milliseconds; as long as for all else that a page is to do

PATIENCE = 60
"""Seconds for an answer: on a busy computer the first page takes a while."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """An installed Chromium; skips, saying so, where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium is installed (.ci/run installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*arguments: str, cwd: Path, **settings: str) -> Iterator[str]:
    """A `mailer` process that serves a page, as its address."""
    process = start(*arguments, cwd=cwd, **settings)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), process.stderr.read() if process.stderr else ""
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


@contextmanager
def entered(url: str) -> Iterator[httpx.Client]:
    """A client that has opened the page's address, once, and was given its cookie. Paths are the page's."""
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    with httpx.Client(base_url=base, verify=False, timeout=PATIENCE) as client:  # no TLS here
        answer = client.get(url, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        yield client


def context_of(browser: Browser, client: httpx.Client, **how: Any) -> BrowserContext:
    """A browser's context with the cookie of a client that has entered."""
    context = browser.new_context(**how)
    context.add_cookies(
        [
            {"name": name, "value": value, "url": str(client.base_url)}
            for name, value in client.cookies.items()
        ]
    )
    return context
