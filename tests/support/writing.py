"""The writing page of a release in a real browser, and what a person does there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from mailer.workspace import Workspace
from support.browser import context_of
from support.desk import DESKTOP, REPORTING

RELEASE = """\
---
Kind: Press release
Headline: Petrels Return to the Bay
Note: Dear {{ first_name | colleague }}, call Edda.
Date: November 23, 2026
Dateline: Skerry Head
Lang: en
---

The petrels are back, after eleven years.[^1]

They nest below the old light, and three pairs have eggs.

- storm petrel
- fulmar

[^1]: Count of the trust, <https://petrel.example.org/count>.
"""


def release(workspace: Workspace, name: str, text: str = RELEASE) -> Path:
    """A release's file, as somebody saved it a while ago."""
    path = workspace.releases / f"{name}.md"
    path.write_bytes(text.encode())
    return path


@contextmanager
def writing(
    browser: Browser, client: httpx.Client, name: str, query: str = "", *, but: str = "$^", **how: Any
) -> Iterator[Page]:
    """The page of a release; what its console complained of fails the test.

    Args:
        but: a pattern of what it is expected to complain of.
    """
    context = context_of(browser, client, **{"viewport": DESKTOP, **how})
    context.add_init_script(REPORTING)
    try:
        page = opened(context, client, name, query)
        yield page
        unexpected = [said for said in complaints(page) if not re.search(but, said)]
        assert not unexpected, unexpected
    finally:
        context.close()


def opened(context: BrowserContext, client: httpx.Client, name: str, query: str = "") -> Page:
    page = context.new_page()
    page.on("console", lambda said: complaints(page).append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints(page).append(str(error)))
    page.goto(f"{client.base_url}/r/{name}{query}")
    expect(editor(page)).to_be_visible()
    return page


_COMPLAINTS: dict[Page, list[str]] = {}


def complaints(page: Page) -> list[str]:
    """What the browser's console said of errors."""
    return _COMPLAINTS.setdefault(page, [])


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text of the release")


def saved(page: Page) -> Locator:
    return page.locator("#saved")


def text(page: Page) -> str:
    """What stands in the editor, all of it."""
    return str(
        page.evaluate("""async () => {
        const { editor } = await import(document.querySelector('script[src*="editor.js"]').src);
        return editor.state.doc.toString();
    }""")
    )


def put_cursor(page: Page, behind: str) -> None:
    """The cursor behind some words, as a click would put it."""
    page.evaluate(
        """async (words) => {
        const { editor } = await import(document.querySelector('script[src*="editor.js"]').src);
        const at = editor.state.doc.toString().indexOf(words);
        if (at < 0) throw new Error(`no ${words}`);
        editor.dispatch({ selection: { anchor: at + words.length }, scrollIntoView: true });
        editor.focus();
    }""",
        behind,
    )


def paste(page: Page, html: str, plain: str) -> None:
    """Ctrl-V, as a browser tells a page of it."""
    page.evaluate(
        """([html, plain]) => {
            const clipboardData = new DataTransfer();
            if (html) clipboardData.setData("text/html", html);
            clipboardData.setData("text/plain", plain);
            const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            document.querySelector(".cm-content").dispatchEvent(event);
        }""",
        [html, plain],
    )


def tell(page: Page, event: str, detail: object) -> None:
    """What another part of the page says."""
    page.evaluate(
        "([event, detail]) => document.body.dispatchEvent(new CustomEvent(event, { detail }))",
        [event, detail],
    )


def eventually(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Waits until something holds, and fails where it does not within a while: longer than a page waits for an answer to
    what it saves (20 s) and then asks again."""
    for _ in range(900):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)
