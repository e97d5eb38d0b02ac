"""docs/guide/preview.md: what the page keeps out, and what it shows of a file that can't be read."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect
from support.browser import chromium, context_of, entered, serving
from support.office import RELEASE, Office
from support.promises import promise

PAGE = "docs/guide/preview.md"


@pytest.fixture
def opened(office: Office) -> Iterator[httpx.Client]:
    with (
        serving("preview", RELEASE, "--no-browser", cwd=office.workspace.root) as url,
        entered(url) as client,
    ):
        client.headers["X-Opened"] = url
        yield client


def posted(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    """As a script of the page posts."""
    own = str(client.base_url).rstrip("/")
    return client.post(path, data=form, headers={"Origin": own, "Sec-Fetch-Site": "same-origin"})


@promise(
    PAGE,
    "The page listens on 127.0.0.1 alone, and is for the browser that opened it.",
    "The address that is opened holds a key of this one run; the first browser that brings it gets a"
    " cookie, and"
    " from then on the key opens nothing, so that nobody finds it later in a history.",
    "Every request needs that cookie, must be for 127.0.0.1 or localhost, and must not come from"
    " another web site,"
    " not even to read: a page that you have open beside the preview gets nothing out of it.",
)
def test_another_page_and_another_browser_try(opened: httpx.Client) -> None:
    scene = f"/r/{RELEASE}/mail"
    assert "Harbour Water" in opened.get(scene).text
    found_in_a_history = httpx.get(opened.headers["X-Opened"])
    assert (found_in_a_history.status_code, "Harbour" in found_in_a_history.text) == (403, False)
    assert httpx.get(opened.base_url.join(scene)).status_code == 403, "without the cookie"
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ):
        answer = opened.get(scene, headers=headers)
        assert answer.status_code in (400, 403, 421), headers
        assert "Harbour" not in answer.text


@promise(
    PAGE,
    "What can be asked for is a release of `releases/` by its name, a theme by its name, and the"
    " messages of one"
    " folder: no path, and no link that leads elsewhere.",
)
def test_other_files_are_asked_for(office: Office, opened: httpx.Client) -> None:
    (office.workspace.root / "secret.md").write_text(
        "---\nHeadline: Before its time\n---\n\nSecret.\n", "utf-8"
    )
    (office.workspace.releases / "linked.md").symlink_to(office.workspace.root / "secret.md")
    for wanted in (
        "../secret",
        str(office.workspace.root / "secret"),
        "linked",
        "../newsroom",
        "..%2fsecret",
    ):
        for path in ("mail", "header", "findings"):
            assert "Before its time" not in opened.get(f"/r/{quote(wanted, safe='%')}/{path}").text, wanted
        assert "Before its time" not in posted(opened, f"/r/{quote(wanted, safe='%')}/preview").text, wanted
    theme = posted(opened, f"/r/{RELEASE}/preview", theme="../templates").json()
    assert "No theme" in theme["faults"][0][1]


@promise(
    PAGE,
    "When a file can't be read, the page lists what is wrong, with file and line, and below that"
    " keeps the last version that could be read.",
    "Fix it and save, and the preview carries on.",
)
def test_saved_in_the_middle_of_a_word(office: Office, opened: httpx.Client) -> None:
    whole = office.release().read_text("utf-8")
    with chromium() as browser, context_of(browser, opened).new_page() as page:
        page.goto(str(opened.base_url.join(f"/r/{RELEASE}")))
        mail = page.frame_locator("#shown").locator("h1")
        expect(mail).to_contain_text("Harbour Water Is Cleaner")
        office.edit(office.release(), "Headline:", "Headl")
        expect(page.locator("#view-faults")).to_contain_text(f"releases/{RELEASE}.md:", timeout=30_000)
        expect(mail).to_contain_text("Harbour Water Is Cleaner")
        office.release().write_text(whole.replace("Harbour Water Is", "Harbour Water Today Is", 1), "utf-8")
        expect(mail).to_contain_text("Harbour Water Today Is", timeout=30_000)
        expect(page.locator("#view-faults")).to_be_hidden()


@promise(PAGE, "An error keeps the release from being sent.")
def test_an_error_that_nobody_looked_at(office: Office, opened: httpx.Client) -> None:
    office.edit(office.release(), "Volunteers took", "TODO took")
    assert "placeholder-text" in posted(opened, f"/r/{RELEASE}/findings").text
    assert office.run("send", RELEASE, "--yes").code == 1
    assert office.nothing_was_ever_sent()
