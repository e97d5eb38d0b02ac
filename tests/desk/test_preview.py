"""`mailer preview` in a real browser: it follows every save, shows what is sent, and lets nothing in or out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect
from support.browser import chromium, serving

from mailer.workspace import Workspace, make_workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("desk") / "press-office")


@pytest.fixture(scope="module")
def url(office: Workspace) -> Iterator[str]:
    with serving("preview", "harbour-report", "--no-browser", cwd=office.root) as address:
        yield address


@pytest.fixture
def requested() -> list[Request]:
    return []


@pytest.fixture
def page(browser: Browser, url: str, requested: list[Request]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    shown = context.new_page()
    shown.on("request", lambda request: requested.append(request))
    shown.goto(url)
    expect(mail(shown).locator("h1")).to_contain_text("Harbour Water")
    yield shown
    context.close()


def mail(page: Page):
    return page.frame_locator("#shown")


@pytest.fixture
def release(office: Workspace) -> Iterator[Path]:
    """The release's file; what a test writes into it is undone."""
    path = office.releases / "harbour-report.md"
    before = path.read_text("utf-8")
    yield path
    path.write_text(before, "utf-8")


def test_a_saved_edit_shows_without_a_reload_by_hand(page: Page, release: Path) -> None:
    page.evaluate("window.stayed = true")
    release.write_text(
        release.read_text("utf-8").replace("Volunteers took", "Four hundred volunteers took"), "utf-8"
    )
    expect(mail(page).locator("body")).to_contain_text("Four hundred volunteers took", timeout=10_000)
    assert page.evaluate("window.stayed") is True


def test_the_reader_keeps_their_place_when_a_file_is_saved(page: Page, release: Path) -> None:
    page.evaluate("document.getElementById('shown').contentWindow.scrollTo(0, 500)")
    release.write_text(release.read_text("utf-8").replace("Volunteers took", "Many volunteers took"), "utf-8")
    expect(mail(page).locator("body")).to_contain_text("Many volunteers took", timeout=10_000)
    page.wait_for_timeout(300)
    assert page.evaluate("document.getElementById('shown').contentWindow.scrollY") == 500


def test_a_script_in_a_release_stays_text(page: Page, release: Path) -> None:
    text = release.read_text("utf-8").replace(
        "Volunteers took", "<script>document.title='owned'</script> Volunteers took"
    )
    release.write_text(text, "utf-8")
    expect(mail(page).locator("body")).to_contain_text(
        "<script>document.title='owned'</script>", timeout=10_000
    )
    assert mail(page).locator("script").count() == 0
    assert "owned" not in page.title()


def test_a_template_and_a_list_are_watched_too(page: Page, office: Workspace) -> None:
    theme = office.templates / "default"
    theme.mkdir(parents=True)
    block = "{% macro dateline(node) %}<span>[{{ node.content }}]</span>{% endmacro %}"
    (theme / "blocks.html.j2").write_text(block, "utf-8")
    expect(mail(page).locator("body")).to_contain_text("[Portmellon—]", timeout=10_000)
    (theme / "blocks.html.j2").unlink()
    expect(mail(page).locator("body")).not_to_contain_text("[Portmellon—]", timeout=10_000)
    with (office.lists / "press.csv").open("a", encoding="utf-8") as file:
        file.write("new.person@example.net,New Person,,en,,\n")
    expect(page.locator("#audience")).to_contain_text("12 recipients", timeout=10_000)


def test_a_broken_release_is_explained_and_recovers(page: Page, release: Path) -> None:
    whole = release.read_text("utf-8")
    release.write_text(
        whole.replace("Headline:", "Headlin:").replace("November 23, 2026\n", "7/8/2018\n", 1), "utf-8"
    )
    expect(page.locator("#faults")).to_contain_text("did you mean headline?", timeout=10_000)
    expect(page.locator("#faults")).to_contain_text("ambiguous")
    expect(page.locator("#faults")).to_contain_text("releases/harbour-report.md:3")
    assert "Traceback" not in page.content()
    release.write_text(whole, "utf-8")
    expect(page.locator("#faults")).to_be_hidden(timeout=10_000)


def test_findings_of_check_stand_beside_the_mail(page: Page, release: Path) -> None:
    release.write_text(release.read_text("utf-8").replace("Volunteers took", "Volunteers **took"), "utf-8")
    found = page.locator("#findings .finding.error").first
    expect(found).to_contain_text("leftover", timeout=10_000)
    expect(found).to_contain_text("releases/harbour-report.md:1")


def test_it_shows_what_a_chosen_recipient_would_get(page: Page) -> None:
    expect(mail(page).locator("body")).to_contain_text("Dear colleague,")
    page.fill("#for", "priya.n@example.com")
    expect(mail(page).locator("body")).to_contain_text("Dear Priya,")
    expect(page.locator("#from-to")).to_contain_text("priya.n@example.com")
    page.fill("#for", "lucia.ferrer@example.net")
    expect(mail(page).locator("h1")).to_contain_text("El agua de los puertos")
    page.select_option("#edition", "en")
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")


def test_recipients_are_found_by_name_or_outlet(page: Page) -> None:
    page.fill("#for", "quay")
    expect(page.locator("#recipients option")).to_have_count(2)


def test_phone_width_and_dark_mode_are_the_mails_own(page: Page) -> None:
    def width() -> float:
        return page.evaluate("document.getElementById('shown').getBoundingClientRect().width")

    def colour() -> str:
        return mail(page).locator(".sheet").evaluate("e => getComputedStyle(e).backgroundColor")

    assert width() > 600
    assert colour() == "rgb(255, 255, 255)"
    page.get_by_text("Phone", exact=True).click()
    expect(page.locator("#frame")).to_have_css("width", "390px")
    page.get_by_text("Dark", exact=True).click()
    expect(mail(page).locator(".sheet")).not_to_have_css("background-color", "rgb(255, 255, 255)")
    channels = [int(c) for c in colour().removeprefix("rgb(").rstrip(")").split(",")]
    assert max(channels) < 60


def test_text_headers_and_source_are_those_of_the_message(page: Page) -> None:
    page.get_by_role("tab", name="Text part").click()
    expect(page.locator("#text pre")).to_contain_text("READ THE STUDY:\nhttps://example.org/harbour-report")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#headers tbody")).to_contain_text("List-Unsubscribe")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#source pre")).to_contain_text("Content-Transfer-Encoding: quoted-printable")


def test_nothing_is_loaded_from_anywhere_else(
    page: Page, release: Path, url: str, requested: list[Request]
) -> None:
    text = release.read_text("utf-8").replace(
        "## Notes", "![A harbour](https://tracker.example.net/pixel.png)\n\n## Notes"
    )
    release.write_text(text, "utf-8")
    expect(mail(page).locator("img.picture")).to_have_count(1, timeout=10_000)
    page.wait_for_timeout(300)
    here = urlsplit(url).netloc
    away = [r.url for r in requested if urlsplit(r.url).scheme != "data" and urlsplit(r.url).netloc != here]
    # The browser tells of the request that the policy stopped; none may have got an answer.
    assert all(r.failure for r in requested if r.url in away), away


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_only_our_own_host_is_answered(url: str, host: str) -> None:
    assert httpx.get(url, headers={"Host": host}).status_code == 421


def test_the_mail_may_run_and_fetch_nothing(url: str) -> None:
    base = url.partition("?")[0]
    policy = httpx.get(f"{base}mail?show=harbour-report").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_used_without_a_mouse(
    browser: Browser, url: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    unlabelled = page.evaluate(
        "[...document.querySelectorAll('input, select, button')]"
        ".filter(e => !e.labels?.length && !e.textContent.trim()).length"
    )
    assert unlabelled == 0
    assert page.locator("h1").count() == 1
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement !== document.body")
    context.close()
