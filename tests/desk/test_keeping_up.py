"""Pages that keep up by themselves, and somebody who looks for something on them meanwhile: on every page that has a
field to look by, found by the page itself, what was asked for last is what is shown, whatever comes in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from support.browser import chromium
from support.desk import Desk, desk
from support.desk_pages import furnished
from support.filters import Filter, Held, filters_of, source_of
from support.writing import eventually

from mailer.desk.pages import HERE

PAGES = {
    "/": ["list"],
    "/lists/press": ["found"],
    "/suppressed": ["found"],
    "/m/1": ["people"],
    "/r/pier-opens/who": ["audience-found"],
    "/r/pier-opens/send": ["leaving"],
}
"""Where somebody can look for something, and the pieces that show what is found. `Who has it?` stands on each."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with (
        furnished(tmp_path_factory.mktemp("desk") / "press-office") as office,
        desk(office.workspace, browser, **office.settings) as running,
    ):
        yield running


@pytest.fixture(params=PAGES)
def page(opened: Desk, request: pytest.FixtureRequest) -> Iterator[Page]:
    shown = opened.page(request.param)
    shown.set_viewport_size({"width": 1400, "height": 500})
    yield shown
    shown.context.close()
    opened.assert_clean()


def filters(page: Page, *, news: bool) -> list[Filter]:
    """One of each kind of field, so that nothing is tried twice."""
    kinds: dict[tuple[str, str], Filter] = {}
    for each in filters_of(page):
        if each.news or not news:
            kinds.setdefault((each.source, each.kind), each)
    return list(kinds.values())


_FOUND: dict[tuple[str, Filter], str] = {}


def looked_for(page: Page, of: Filter) -> str:
    """What is shown once somebody has looked for something, and nothing has come in between."""
    if (page.url, of) not in _FOUND:
        _FOUND[page.url, of] = _looked_for(page, of)
    return _FOUND[page.url, of]


def _at_rest(page: Page, of: Filter) -> str:
    """What is shown when nothing more comes by itself, as what a check has found does a moment after the page."""
    before = ""
    for _ in range(60):
        now = of.shown(page)
        if now == before and page.locator(".htmx-request").count() == 0:
            return now
        before = now
        page.wait_for_timeout(500)
    raise AssertionError(f"{of} never comes to rest")


def _looked_for(page: Page, of: Filter) -> str:
    before = _at_rest(page, of)
    with page.expect_request_finished(lambda request: source_of(request) == of.source):
        of.fill_in(page)
    found = _at_rest(page, of)
    assert found != before, f"{of} finds something else"
    again(page)
    return found


@contextmanager
def without_scripts(page: Page) -> Iterator[Callable[[], None]]:
    """A page whose scripts don't run before what is given is called."""
    waiting: list[Route] = []

    def come() -> None:
        eventually(page, lambda: bool(waiting), "the script is asked for")
        waiting[0].continue_()

    page.route("**/vendor.js", lambda route: waiting.append(route))
    yield come
    page.unroute_all()


def again(page: Page) -> None:
    page.goto(re.sub(r"\?.*", "", page.url))


def test_every_field_that_one_looks_by_is_tried() -> None:
    """A page with another one is to stand in `PAGES`."""
    wanted = {piece for pieces in PAGES.values() for piece in pieces} | {"who-found"}
    written = [
        element
        for path in (HERE / "pages").rglob("*.j2")
        for element in re.findall(
            r"<(?:form|input)[^>]*hx-trigger=\"(?:input|change)[^>]*>", path.read_text("utf-8")
        )
    ]
    assert {re.findall(r"hx-target=\"#([^\"]+)\"", element)[0] for element in written} == wanted
    assert all('hx-sync="this:replace"' in element for element in written), "what is typed last is asked for"


def test_news_that_were_asked_before_bring_nothing_back(page: Page) -> None:
    """The server is asked for the piece as it was, somebody looks for something, and gets the old piece's answer last."""
    for each in filters(page, news=True):
        found = looked_for(page, each)
        held = Held(page, each.piece)
        each.tell_news(page)
        held.wait()
        each.fill_in(page)
        eventually(page, lambda each=each, found=found: each.shown(page) == found, f"{each} finds the same")
        page.evaluate(
            "{ const it = document.activeElement; it.selectionStart && it.setSelectionRange(1, 1); }"
        )
        held.let_go()
        eventually(
            page, lambda held=held: held.asked > 1, "what has changed is asked again, for what is shown now"
        )
        expect(page.locator(".htmx-request")).to_have_count(0)
        assert each.shown(page) == found, each
        expect(each.control(page)).to_be_focused()
        assert page.evaluate("document.activeElement.selectionStart ?? 1") == 1, each
        again(page)


def test_news_while_somebody_looks_for_something_come_after_it(page: Page) -> None:
    """Nothing that was asked for is lost, and nothing of the news."""
    for each in filters(page, news=True):
        found = looked_for(page, each)
        held, news = Held(page, each.source), []
        page.on("request", lambda request, news=news: news.append(request.url))
        each.fill_in(page)
        held.wait()
        news.clear()
        each.tell_news(page)
        page.wait_for_timeout(100)
        held.let_go()
        eventually(page, lambda news=news: bool(news), "the news were asked for")
        expect(page.locator(".htmx-request")).to_have_count(0)
        assert each.shown(page) == found, each
        again(page)


def test_what_an_answer_brings_along_is_not_older_than_the_news(opened: Desk) -> None:
    """The steps come with what somebody chose. They asked for themselves meanwhile, and were answered first."""
    page = opened.page("/r/pier-opens/send")
    chosen = next(each for each in filters(page, news=False) if each.piece == "leaving")
    held = Held(page, chosen.source)
    chosen.fill_in(page)
    held.wait()

    def tell() -> None:
        page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:ledger', { bubbles: true }))")

    with page.expect_response(lambda answer: "part=steps" in answer.url):
        tell()
    with page.expect_request(lambda request: "part=steps" in request.url):
        held.let_go()
    page.context.close()
    opened.assert_clean()


def test_what_is_filled_in_before_the_scripts_are_there_is_looked_for(page: Page) -> None:
    """A computer that has much to do shows a page long before its scripts run."""
    path = re.sub(r"^https?://[^/]+", "", page.url)
    assert {each.piece for each in filters_of(page)} == {*PAGES[path], "who-found"}
    for each in filters(page, news=False):
        if each.source == "who" and path != "/":
            continue  # the same everywhere
        with without_scripts(page) as come:
            page.goto(page.url, wait_until="commit")
            expect(each.control(page)).to_be_visible()
            value = each.fill_in(page)
            with page.expect_request(each.asks_with(value)):
                come()
        again(page)


def test_what_gets_no_answer_is_asked_again(page: Page, opened: Desk) -> None:
    """As when the computer changes its network, and the browser drops what is under way."""
    for each in filters(page, news=True):
        found = looked_for(page, each)
        with unanswered(page, lambda request, each=each: source_of(request) == each.source):
            each.fill_in(page)
            eventually(
                page, lambda each=each, found=found: each.shown(page) == found, f"{each} finds the same"
            )
        with unanswered(page, lambda request, each=each: source_of(request) == each.piece) as asked:
            each.tell_news(page)
            eventually(page, lambda asked=asked: len(asked) > 1, "the news are asked for again")
        assert each.shown(page) == found, each
        again(page)
    opened.complaints[:] = [
        said for said in opened.complaints if not re.search("ERR_FAILED|Failed to fetch", said)
    ]


@contextmanager
def unanswered(page: Page, which: Callable[[Request], bool]) -> Iterator[list[str]]:
    """The first request of a kind that gets no answer; what was asked of that kind."""
    asked: list[str] = []

    def drop(route: Route) -> None:
        if which(route.request):
            asked.append(route.request.url)
        if len(asked) == 1 and which(route.request):
            route.abort()
        else:
            route.fallback()

    page.route("**/*", drop)
    yield asked
    page.unroute("**/*", drop)


def test_whoever_tabs_through_a_piece_stays_where_they_are(page: Page) -> None:
    """When news come, the focus and the place in the page are as they were."""
    for each in filters(page, news=True):
        link = page.locator(f"#{each.piece} a").last
        link.focus()
        link.evaluate("it => scrollTo(0, document.body.scrollHeight)")
        before = page.evaluate("[scrollY, document.activeElement.href]")
        with page.expect_response(
            lambda answer, each=each: answer.request.headers.get("hx-source", "").endswith(f"#{each.piece}")
        ):
            each.tell_news(page)
        expect(page.locator(".htmx-request")).to_have_count(0)
        assert page.evaluate("[scrollY, document.activeElement.href]") == before, each
