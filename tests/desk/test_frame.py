"""What stands around every page: keys, what is said aloud, and one stream of news for all tabs of a browser."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support.axe import violations
from support.browser import chromium, context_of, entered, free_port, serving
from support.desk import Desk, desk, until
from support.own_office import make_own_office
from support.terminal import environment, start

from mailer.desk.inbox import mailbox_of
from mailer.desk.serve import listen
from mailer.workspace import Workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_own_office(tmp_path_factory.mktemp("desk") / "press-office")
    mailbox_of(made).mkdir(parents=True)
    return made


@pytest.fixture(scope="module")
def opened(office: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(office, browser) as running:
        yield running


# ---- keys -------------------------------------------------------------------------------------------------

PLACES = {
    "g r": "/",
    "g l": "/lists",
    "g m": "/mailbox",
    "g s": "/settings",
    "g x": "/suppressed",
    "n": "/new",
}


@pytest.mark.parametrize("keys", PLACES)
def test_a_key_leads_to_a_place(opened: Desk, keys: str) -> None:
    page = opened.page("/lists" if keys == "g r" else "/")
    for key in keys.split():
        page.keyboard.press(key)
    page.wait_for_url(f"{opened.base}{PLACES[keys]}")
    page.context.close()


def test_the_keys_of_a_page_are_shown_and_put_away_again(opened: Desk) -> None:
    page = opened.page("/")
    page.locator("#live").wait_for()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    for key, said in (
        ("g r", "Releases"),
        ("n", "New release"),
        ("/", "Who has it?"),
        ("f", "Search releases"),
    ):
        row = dialog.get_by_role("row").filter(has=page.get_by_text(said, exact=True))
        assert row.locator("td").first.inner_text() == key
    assert violations(page) == []
    page.keyboard.press("n")
    expect(dialog).to_be_visible(timeout=1000), "keys of the page do nothing behind it"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    expect(dialog).to_be_visible()
    page.context.close()


def test_no_key_does_anything_while_somebody_types(opened: Desk) -> None:
    page = opened.page("/new")
    page.fill("#headline", "")
    page.locator("#headline").press_sequentially("g l? n/")
    assert page.input_value("#headline") == "g l? n/"
    page.locator("#kind").focus()
    page.keyboard.press("n")
    assert page.url == f"{opened.base}/new"
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("key", ["Control+n", "Alt+n", "Meta+n"])
def test_no_key_does_anything_together_with_another(opened: Desk, key: str) -> None:
    page = opened.page("/")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.url == f"{opened.base}/"
    page.context.close()


def test_the_slash_begins_to_ask_who_has_it(opened: Desk) -> None:
    page = opened.page("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "who"
    page.keyboard.type("thorne")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{opened.base}/who?q=thorne")
    page.context.close()


def test_keys_can_be_switched_off(opened: Desk) -> None:
    """WCAG 2.2, 2.1.4: whoever speaks to their computer would set off a key with every word."""
    page = opened.page("/")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys are on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    assert page.url == f"{opened.base}/"
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys are on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url(f"{opened.base}/new")
    page.context.close()


def test_the_first_stop_of_the_tab_key_skips_to_the_page(opened: Desk) -> None:
    page = opened.page("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.context.close()


def test_what_is_said_aloud_is_said_every_ten_seconds_at_most_and_then_the_newest(opened: Desk) -> None:
    page = opened.context().new_page()
    page.clock.install()
    page.goto(f"{opened.base}/")
    say = "async text => (await import(document.querySelector('script[src*=\"/frame.js\"]').src)).announce(text)"
    aloud = page.locator("#aloud")
    page.evaluate(say, "first")
    page.clock.run_for(50)
    expect(aloud).to_have_text("first")
    for word in ("second", "third", "fourth"):
        page.evaluate(say, word)
        page.clock.run_for(2000)
        expect(aloud).to_have_text("first")
    page.clock.run_for(4000)
    expect(aloud).to_have_text("fourth")
    page.context.close()


def test_a_second_click_posts_nothing_a_second_time(opened: Desk, office: Workspace) -> None:
    page = opened.page("/new")
    posted: list[str] = []
    # The page where one ends up posts too, for its preview.
    page.on(
        "request",
        lambda request: (
            posted.append(request.url) if request.method == "POST" and request.url.endswith("/new") else None
        ),
    )
    page.fill("#headline", "Clicked twice")
    page.evaluate(
        "() => { const b = document.querySelector('.begins .primary'); b.click(); b.click(); b.form.requestSubmit(); }"
    )
    page.wait_for_url(f"{opened.base}/r/clicked-twice")
    assert len(posted) == 1
    assert not list(office.releases.glob("clicked-twice-2.md"))
    (office.releases / "clicked-twice.md").unlink()
    page.context.close()


def test_paper_shows_the_page_and_nothing_around_it(opened: Desk) -> None:
    page = opened.page("/")
    page.emulate_media(media="print")
    expect(page.locator(".rooms")).to_be_hidden()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()
    page.context.close()


# ---- one stream of news -----------------------------------------------------------------------------------

TABS = 12
LISTENING = "() => { window.heard = []; for (const s of ['files', 'ledger', 'mailbox']) document.body.addEventListener('desk:' + s, () => heard.push(s)); }"


def streams(opened: Desk) -> int:
    return sum(url.endswith("/events") for url in opened.requested)


def save_something(office: Workspace, number: int) -> None:
    (office.releases / "harbour-report.md").open("a").write(f"\nParagraph {number}.\n")


def test_twelve_tabs_load_and_all_hear_the_news_by_one_stream(browser: Browser, workspace: Workspace) -> None:
    """Six connections to a host are all that a browser opens. With a stream for each tab the seventh never loaded."""
    with desk(workspace, browser) as opened:
        context = opened.context()
        tabs = [open_tab(opened, context) for _ in range(TABS)]
        for tab in tabs:
            expect(tab.get_by_role("heading", level=1)).to_have_text("Releases")
            tab.evaluate(LISTENING)
        assert streams(opened) == 1
        save_something(workspace, 1)
        for tab in tabs:
            until(tab, "heard.includes('files')")
        tabs[0].close()  # the first one listens for all; another one takes over
        tabs[5].close()
        rest = [tab for tab in tabs if not tab.is_closed()]
        for tab in rest:
            tab.evaluate("heard.length = 0")
        wait_for(lambda: streams(opened) == 2, rest[0])
        save_something(workspace, 2)
        for tab in rest:
            until(tab, "heard.includes('files')")
        opened.assert_clean()


def open_tab(opened: Desk, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{opened.base}/")
    return page


def wait_for(holds: Callable[[], bool], page: Page) -> None:
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to that")


def test_a_page_that_one_comes_back_to_hears_what_happened_meanwhile(
    browser: Browser, workspace: Workspace
) -> None:
    with desk(workspace, browser) as opened:
        page = opened.page("/new")
        page.evaluate(LISTENING)
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
        until(page, "async () => !(await navigator.locks.query()).held.length")
        save_something(workspace, 1)
        page.wait_for_timeout(1000)
        assert page.evaluate("heard") == [], "kept in the browser's cache, it keeps no lock and no stream"
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        until(page, "heard.includes('files')")
        opened.assert_clean()


def test_what_changes_while_nobody_looks_at_a_page_is_told_when_somebody_does(
    browser: Browser, workspace: Workspace
) -> None:
    hide = "is => { Object.defineProperty(document, 'hidden', {get: () => is, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"
    with desk(workspace, browser) as opened:
        page = opened.page("/new")
        page.evaluate(LISTENING)
        page.evaluate(hide, True)
        save_something(workspace, 1)
        page.wait_for_timeout(1000)
        save_something(workspace, 2)
        page.wait_for_timeout(1000)
        assert page.evaluate("heard") == []
        page.evaluate(hide, False)
        until(page, "heard.length == 1")


def test_what_changed_between_a_pages_making_and_its_first_news_is_told(
    browser: Browser, workspace: Workspace
) -> None:
    """The stream begins with what is, and the page says with what it was made: nothing is missed in between."""
    with desk(workspace, browser) as opened:
        page = opened.context().new_page()
        page.route("**/events", lambda route: (page.wait_for_timeout(1500), route.continue_())[1])
        page.add_init_script("addEventListener('DOMContentLoaded', " + LISTENING + ", {once: true})")
        page.on("framenavigated", lambda _: save_something(workspace, 1))
        page.goto(f"{opened.base}/new")
        until(page, "heard.includes('files')")


def test_a_page_says_that_the_desk_has_stopped_and_goes_on_when_it_is_back(
    browser: Browser, workspace: Workspace
) -> None:
    """Started again at the same port it is another desk: its old cookie opens nothing, and all that a page knew is old."""
    port = str(free_port())
    with serving("desk", "--no-browser", "--port", port, cwd=workspace.root) as url, entered(url) as client:
        context = context_of(browser, client)
        page = context.new_page()
        page.goto(str(client.base_url))
        page.evaluate(LISTENING)
        second = context.new_page()
        second.goto(f"{client.base_url}/new")
    for tab in (page, second):
        expect(tab.locator("#live")).to_contain_text("The desk has stopped")
    expect(page.locator("#aloud")).to_contain_text("The desk has stopped")
    with serving("desk", "--no-browser", "--port", port, cwd=workspace.root) as url:
        for tab in (page, second):
            expect(tab.locator("#live")).to_contain_text("The desk was started anew")
        third = context.new_page()
        third.goto(url)
        for tab in (page, second, third):
            expect(tab.locator("#live")).to_have_text("Up to date")
        until(page, "['files', 'ledger', 'mailbox'].every(s => heard.includes(s))")
    context.close()


def test_a_desk_with_open_pages_stops_at_once_and_quietly(browser: Browser, workspace: Workspace) -> None:
    process = start("desk", "--no-browser", cwd=workspace.root)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with entered(url) as client:
        context = context_of(browser, client)
        page = context.new_page()
        page.goto(str(client.base_url))
        expect(page.locator("#live")).to_have_text("Up to date")
        until(page, "async () => (await navigator.locks.query()).held.length")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        context.close()
    assert err == "Press Ctrl-C to stop.\n"


# ---- what goes wrong --------------------------------------------------------------------------------------


def test_what_is_not_there_is_a_page_of_the_desk(opened: Desk) -> None:
    page = opened.page("/no/such/place")
    expect(page.get_by_role("heading", level=1)).to_have_text("This can’t be shown")
    expect(page.locator("main")).to_contain_text("There is nothing at this address.")
    expect(page.get_by_role("link", name="Releases", exact=True)).to_be_visible()
    assert violations(page) == []
    page.context.close()
    opened.assert_clean(but="404")
    opened.complaints.clear()


def test_the_statuses_of_what_cannot_be_done(opened: Desk) -> None:
    for answer, status in (
        (opened.client.get("/nothing"), 404),
        (opened.post("/lists/none/none/none"), 404),
        (opened.client.get("/events/"), 404),
        (opened.post("/"), 405),
    ):
        assert answer.status_code in (status, 307 if status == 404 else status), answer.request.url
        assert answer.status_code == 307 or "This can’t be shown" in answer.text


def test_a_head_is_answered_as_a_get_is_without_its_body(opened: Desk) -> None:
    for path in ("/", "/new", "/lists", "/events", "/nothing"):
        answer = opened.client.head(path)
        assert answer.status_code == (404 if path == "/nothing" else 200)
        assert answer.content == b""


def test_a_desk_that_is_stopped_while_a_page_is_made_stops_quietly(
    workspace: Workspace, broken: Path
) -> None:
    page = broken / "mailer" / "desk" / "pages" / "releases" / "new.html.j2"
    page.write_text("{% for n in range(40_000_000) %}{% endfor %}", "utf-8")
    its = environment() | {"PYTHONPATH": str(broken)}
    command = [sys.executable, "-m", "mailer", "desk", "--no-browser"]
    process = subprocess.Popen(command, cwd=workspace.root, env=its, stdout=-1, stderr=-1, text=True)
    assert process.stdout is not None
    with entered(process.stdout.readline().strip()) as client:
        with pytest.raises(httpx.TimeoutException):
            client.get("/new", timeout=1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert err == "Press Ctrl-C to stop.\n"


@pytest.fixture
def broken(workspace: Workspace, tmp_path: Path) -> Path:
    """A `mailer` of which a page fails: a copy, with a template that says what is not there."""
    copy = tmp_path / "copy"
    shutil.copytree(
        Path(__file__).parents[2] / "mailer", copy / "mailer", ignore=shutil.ignore_patterns("bundle")
    )
    page = copy / "mailer" / "desk" / "pages" / "releases" / "new.html.j2"
    page.write_text(page.read_text("utf-8") + "{% block more %}{% endblock %}{{ 1 / 0 }}", "utf-8")
    page.write_text("{{ 1 / 0 }}", "utf-8")
    return copy


@pytest.mark.parametrize("debug", [False, True])
def test_a_page_that_fails_says_so_and_the_terminal_stays_quiet(
    workspace: Workspace, broken: Path, debug: bool
) -> None:
    command = [sys.executable, "-m", "mailer", *(["--debug"] if debug else []), "desk", "--no-browser"]
    its = environment() | {"PYTHONPATH": str(broken)}
    process = subprocess.Popen(command, cwd=workspace.root, env=its, stdout=-1, stderr=-1, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with entered(url) as client:
        answer = client.get("/new")
        assert answer.status_code == 500
        assert "Something went wrong inside mailer (ZeroDivisionError: division by zero)." in answer.text
        assert "Releases</a>" in answer.text, "in the desk's look, with a way on"
        time.sleep(0.2)
        other = client.get("/")
        assert other.status_code == 200, "nothing else is affected"
        ports = {each.extensions["network_stream"].get_extra_info("client_addr") for each in (answer, other)}
        assert len(ports) == 1, "what is asked next meets no end of the connection"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert ("Traceback" in err) == debug
    if not debug:
        assert err == "Press Ctrl-C to stop.\n"
    (line,) = re.findall(r".*ZeroDivisionError.*", (workspace.private / "log").read_text("utf-8"))
    assert '"page": "/new"' in line


def test_a_piece_that_fails_is_a_note_in_its_place(opened: Desk) -> None:
    answer = opened.client.get(
        "/checked/nothing", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert answer.status_code == 404
    assert "<html" not in answer.text
    assert 'class="note error"' in answer.text


def test_too_much_is_refused_before_anybody_reads_it(opened: Desk) -> None:
    megabyte = b"a" * 1_000_000
    for path, megabytes in (("/new", 3), ("/import", 90)):
        body = (megabyte for _ in range(megabytes))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = opened.client.post(
            path, content=body, headers={"Origin": opened.base, "Sec-Fetch-Site": "same-origin", **kind}
        )
        assert answer.status_code == 413, path
        assert "This is larger than" in answer.text
    assert httpx.get(f"{opened.base}/", cookies=opened.client.cookies).status_code == 200


def test_a_browser_that_posts_too_much_is_shown_why(opened: Desk, tmp_path: Path) -> None:
    """It shows no answer while it is still posting: a server that hangs up leaves it with an error of its own."""
    (tmp_path / "large.docx").write_bytes(b"PK\x03\x04" + bytes(120_000_000))
    page = opened.page("/import", java_script_enabled=False)
    page.set_input_files("#document", tmp_path / "large.docx")
    page.get_by_role("button", name="Import it").click()
    expect(page.locator("main")).to_contain_text("This is larger than 64 MB.")
    page.context.close()


def test_no_part_of_an_answer_waits_for_the_part_before() -> None:
    """An answer leaves in two writes. Where the second one waits until the first is acknowledged (Nagle, RFC 896), every
    answer takes 40 ms, as that is delayed."""

    async def accepted() -> int:
        found = asyncio.get_running_loop().create_future()

        def heard(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(
                writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            )
            writer.close()

        listener = listen(0)
        async with await asyncio.start_server(heard, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            option = int(await found)
            writer.close()
        return option

    assert asyncio.run(accepted()) != 0
