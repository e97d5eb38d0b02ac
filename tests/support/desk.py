"""The desk of an office, in a real browser: everything that its pages say to the console or ask of anybody is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from mailer.workspace import Workspace
from support.browser import context_of, entered, serving

REPORTING = """addEventListener("securitypolicyviolation", (event) => console.error(
  `policy: ${event.effectiveDirective} refuses ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));"""

DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 380, "height": 800}


class Desk:
    """A desk that runs, and the pages that were opened of it.

    Attributes:
        client: has the cookie too, for what needs no browser. Of what it posts, say `post` and not `client.post`.
        complaints: errors and warnings of all consoles, uncaught exceptions, breaches of the policy.
        requested: every address that any page asked for.
    """

    def __init__(self, browser: Browser, client: httpx.Client) -> None:
        self.client = client
        self.base = str(client.base_url).rstrip("/")
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def context(self, **how: Any) -> BrowserContext:
        """A browser's context that has entered. `how` is Playwright's: `viewport`, `color_scheme`, `java_script_enabled` …"""
        context = context_of(self._browser, self.client, **{"viewport": DESKTOP, **how})
        context.add_init_script(REPORTING)
        context.on("request", lambda request: self.requested.append(request.url))
        context.on("console", self._heard)
        context.on("weberror", lambda thrown: self.complaints.append(f"thrown: {thrown.error}"))
        self._contexts.append(context)
        return context

    def page(self, path: str = "/", **how: Any) -> Page:
        """A page in a browser of its own, opened."""
        page = self.context(**how).new_page()
        page.goto(f"{self.base}{path}")
        return page

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """As a form of ours posts."""
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        return self.client.post(path, data=data, headers=headers, **more)

    def _heard(self, message: ConsoleMessage) -> None:
        if "ERR_NETWORK_CHANGED" in message.text:
            return  # another test gave this computer another network for a moment: the page asks again
        if message.type in ("error", "warning"):
            where = message.page.url if message.page else ""
            self.complaints.append(f"{where}: {message.type}: {message.text}")

    def assert_clean(self, *, but: str = "$^") -> None:
        """Nothing was complained of, and nothing left this computer.

        Args:
            but: a pattern of what is expected.
        """
        complaints = [said for said in self.complaints if not re.search(but, said)]
        assert complaints == [], complaints
        foreign = [url for url in self.requested if not self._ours(url)]
        assert foreign == [], foreign

    def _ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in ("data", "blob", "about") or f"{parts.scheme}://{parts.netloc}" == self.base

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


@contextmanager
def desk(
    workspace: Workspace, browser: Browser, *arguments: str, command: str = "desk", **settings: str
) -> Iterator[Desk]:
    """The desk of a workspace.

    Args:
        browser: of a fixture of the module: `with chromium() as running: yield running`.
        arguments: further ones of the command; `settings` are set in its environment.
    """
    with (
        serving(command, *arguments, "--no-browser", cwd=workspace.root, **settings) as url,
        entered(url) as client,
    ):
        opened = Desk(browser, client)
        try:
            yield opened
        finally:
            opened.close()


def until(page: Page, expression: str, arg: object = None, *, pause: int = 100) -> None:
    """Waits until an expression holds in a page. (`wait_for_function` makes a program of a string inside of it, unless
    it holds at once, and our policy refuses that.)

    Args:
        arg: where the expression is a function, what it is called with.
        pause: milliseconds between two looks.
    """
    for _ in range(30_000 // pause):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(pause)
    raise AssertionError(f"it never came to that: {expression}")
