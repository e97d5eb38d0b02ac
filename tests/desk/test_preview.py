"""`mailer preview` in a real browser: it follows every save, shows what is sent, and lets nothing in or out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect
from support.browser import chromium, context_of, entered, serving
from support.own_office import make_own_office

from mailer.delivery import Ledger, RehearsalTransport
from mailer.desk.releases_shelf import ReleasesShelf
from mailer.desk.shelf import Asked
from mailer.pipeline import deliver, prepare, queue
from mailer.press import Choice
from mailer.settings import read_settings
from mailer.workspace import Workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("desk") / "press-office")


@pytest.fixture(scope="module")
def client(office: Workspace) -> Iterator[httpx.Client]:
    with (
        serving("preview", "harbour-report", "--no-browser", cwd=office.root) as address,
        entered(address) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def url(client: httpx.Client) -> str:
    return str(client.base_url.join("/?show=harbour-report"))


@pytest.fixture
def requested() -> list[Request]:
    return []


@pytest.fixture
def page(browser: Browser, client: httpx.Client, url: str, requested: list[Request]) -> Iterator[Page]:
    context = context_of(browser, client, viewport={"width": 1280, "height": 900})
    shown = context.new_page()
    shown.on("request", lambda request: requested.append(request))
    shown.goto(url)
    expect(mail(shown).locator("h1")).to_contain_text("Harbour Water")
    yield shown
    context.close()


def choose(page: Page, address: str) -> None:
    page.fill("#for", address)
    page.press("#for", "Enter")


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
    expect(mail(page).locator("body")).to_contain_text("Four hundred volunteers took")
    assert page.evaluate("window.stayed") is True


def test_the_reader_keeps_their_place_when_a_file_is_saved(page: Page, release: Path) -> None:
    page.evaluate("document.getElementById('shown').contentWindow.scrollTo(0, 500)")
    release.write_text(release.read_text("utf-8").replace("Volunteers took", "Many volunteers took"), "utf-8")
    expect(mail(page).locator("body")).to_contain_text("Many volunteers took")
    page.wait_for_timeout(300)
    assert page.evaluate("document.getElementById('shown').contentWindow.scrollY") == 500


def test_a_script_in_a_release_stays_text(page: Page, release: Path) -> None:
    text = release.read_text("utf-8").replace(
        "Volunteers took", "<script>document.title='owned'</script> Volunteers took"
    )
    release.write_text(text, "utf-8")
    expect(mail(page).locator("body")).to_contain_text("<script>document.title='owned'</script>")
    assert mail(page).locator("script").count() == 0
    assert "owned" not in page.title()


def test_a_template_and_a_list_are_watched_too(page: Page, office: Workspace) -> None:
    theme = office.templates / "default"
    theme.mkdir(parents=True)
    block = "{% macro dateline(node) %}<span>[{{ node.content }}]</span>{% endmacro %}"
    (theme / "blocks.html.j2").write_text(block, "utf-8")
    expect(mail(page).locator("body")).to_contain_text("[Portmellon—]")
    (theme / "blocks.html.j2").unlink()
    expect(mail(page).locator("body")).not_to_contain_text("[Portmellon—]")
    with (office.lists / "press.csv").open("a", encoding="utf-8") as file:
        file.write("new.person@example.net,New Person,,en,,\n")
    expect(page.locator("#audience")).to_contain_text("12 recipients")


def test_a_broken_release_is_explained_and_recovers(page: Page, release: Path) -> None:
    whole = release.read_text("utf-8")
    release.write_text(
        whole.replace("Headline:", "Headlin:").replace("November 23, 2026\n", "7/8/2018\n", 1), "utf-8"
    )
    expect(page.locator("#faults")).to_contain_text("did you mean headline?")
    expect(page.locator("#faults")).to_contain_text("ambiguous")
    expect(page.locator("#faults")).to_contain_text("releases/harbour-report.md:3")
    assert "Traceback" not in page.content()
    release.write_text(whole, "utf-8")
    expect(page.locator("#faults")).to_be_hidden()


def test_findings_of_check_stand_beside_the_mail(page: Page, release: Path) -> None:
    release.write_text(release.read_text("utf-8").replace("Volunteers took", "Volunteers **took"), "utf-8")
    found = page.locator("#findings .finding.error").first
    expect(found).to_contain_text("leftover")
    expect(found).to_contain_text("releases/harbour-report.md:1")


def test_it_shows_what_a_chosen_recipient_would_get(page: Page) -> None:
    expect(mail(page).locator("body")).to_contain_text("Dear colleague,")
    choose(page, "priya.n@example.com")
    expect(mail(page).locator("body")).to_contain_text("Dear Priya,")
    expect(page.locator("#envelope")).to_contain_text("Priya Natarajan <priya.n@example.com>")
    choose(page, "lucia.ferrer@example.net")
    expect(mail(page).locator("h1")).to_contain_text("El agua de los puertos")
    page.select_option("#edition", "en")
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")


def test_whoever_is_on_no_list_would_not_get_it_and_the_page_says_so(page: Page) -> None:
    choose(page, "nobody@example.net")
    expect(page.locator("#faults")).to_contain_text("nobody@example.net would not get it")
    choose(page, "no address")
    expect(page.locator("#faults")).to_contain_text("Choose somebody from the list")
    choose(page, "")
    expect(page.locator("#faults")).to_be_hidden()
    expect(mail(page).locator("body")).to_contain_text("Dear colleague,")


def test_recipients_are_found_by_name_or_outlet_from_the_keyboard(page: Page) -> None:
    page.focus("#for")
    page.keyboard.type("quay")
    expect(page.locator("#people [role=option]")).to_have_count(2)
    expect(page.locator("#people [role=option]").nth(1)).to_contain_text("The Daily Quay")
    assert page.get_attribute("#for", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    first = page.get_attribute("#for", "aria-activedescendant")
    assert page.locator(f"#{first}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    expect(page.locator("#envelope")).to_contain_text("priya.n@example.com")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.click("#for")
    page.get_by_text("Our own office").click()
    expect(page.locator("#envelope")).to_contain_text("To newsdesk@example.org")


def test_what_was_chosen_outlives_a_reload(page: Page) -> None:
    choose(page, "lucia.ferrer@example.net")
    expect(page.locator("#edition")).to_have_value("es")
    page.select_option("#edition", "en")
    page.get_by_text("Phone", exact=True).click()
    page.reload()
    expect(page.locator("#edition")).to_have_value("en")
    expect(page.locator("#for")).to_have_value("lucia.ferrer@example.net")
    expect(page.get_by_role("radio", name="Phone")).to_be_checked()
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")


def test_another_theme_can_be_looked_at(page: Page, office: Workspace) -> None:
    theme = office.templates / "loud"
    theme.mkdir(parents=True)
    block = "{% macro dateline(node) %}<b>LOUD {{ node.content }}</b>{% endmacro %}"
    (theme / "blocks.html.j2").write_text(block, "utf-8")
    expect(page.locator("#theme option", has_text="loud")).to_have_count(1)
    page.select_option("#theme", "loud")
    expect(mail(page).locator("body")).to_contain_text("LOUD Portmellon")
    page.select_option("#theme", "default")
    expect(mail(page).locator("body")).not_to_contain_text("LOUD")


def test_phone_width_and_dark_mode_are_the_mails_own(page: Page) -> None:
    def width() -> float:
        return page.evaluate("document.getElementById('shown').getBoundingClientRect().width")

    def colour() -> str:
        return mail(page).locator(".sheet").evaluate("e => getComputedStyle(e).backgroundColor")

    assert width() > 600
    assert colour() == "rgb(255, 255, 255)"
    page.get_by_text("Phone", exact=True).click()
    expect(page.locator("#frame")).to_have_css("width", "412px")  # with the telephone around it
    expect(page.locator("#shown")).to_have_css("width", "390px")
    page.get_by_text("Dark", exact=True).click()
    expect(mail(page).locator(".sheet")).not_to_have_css("background-color", "rgb(255, 255, 255)")
    channels = [int(c) for c in colour().removeprefix("rgb(").rstrip(")").split(",")]
    assert max(channels) < 60


def test_text_headers_and_source_are_those_of_the_message(page: Page) -> None:
    page.get_by_role("tab", name="Text").click()
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
    expect(mail(page).locator("img.picture")).to_have_count(1)
    page.wait_for_timeout(300)
    here = urlsplit(url).netloc
    away = [r.url for r in requested if urlsplit(r.url).scheme != "data" and urlsplit(r.url).netloc != here]
    # The browser tells of the request that the policy stopped; none may have got an answer.
    assert all(r.failure for r in requested if r.url in away), away


def test_a_correction_is_shown_threaded_to_what_that_person_got(office: Workspace) -> None:
    """It goes to those who got the release, not to the lists; so the page knows them from the ledger."""
    release = (office.releases / "harbour-report.md").read_text("utf-8")
    (office.releases / "first.md").write_text(release, "utf-8")
    settings = read_settings(office.root)
    with Ledger(office.ledger) as ledger:
        mailing = queue(prepare(office, "first", Choice()), settings, ledger)
        deliver(mailing, ledger, RehearsalTransport(office.root / "sent"), office, settings)
    head = "Kind: correction\nCorrects: first\nCorrection: The cost is 32 million pounds.\n"
    (office.releases / "corrected.md").write_text(release.replace("Kind: Press release\n", head), "utf-8")
    shelf = ReleasesShelf(office, settings)
    scene = shelf.scene(Asked("corrected", address="priya.n@example.com"))
    assert not scene.faults
    assert scene.view is not None
    assert dict(scene.view.headers)["In-Reply-To"].endswith("@example.org>")
    assert {entry.key: entry.mark for entry in shelf.entries()}["first"] == "done"
    assert scene.audience is not None
    assert scene.audience.summary == f"{mailing.added} recipients on those who got first"


def test_a_release_without_any_list_can_be_looked_at(workspace: Workspace) -> None:
    room_file = workspace.newsroom
    room_file.write_text(room_file.read_text("utf-8").replace("Lists: press\n", ""), "utf-8")
    scene = ReleasesShelf(workspace, read_settings(workspace.root)).scene(Asked("harbour-report"))
    assert scene.view is not None
    assert scene.audience is not None
    assert scene.audience.summary == "0 recipients"
    assert "no-recipients" in {finding.id for finding in scene.findings}


def test_the_mail_may_run_and_fetch_nothing(client: httpx.Client) -> None:
    policy = client.get("/mail?show=harbour-report").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


def test_links_of_the_mail_open_elsewhere_and_notes_stay(page: Page) -> None:
    links = mail(page).locator("a")
    targets = links.evaluate_all("all => all.map(a => [a.getAttribute('href'), a.target, a.rel])")
    assert {target for href, target, _ in targets if href.startswith("#")} == {""}
    assert {(t, rel) for href, t, rel in targets if not href.startswith("#")} == {
        ("_blank", "noopener noreferrer")
    }


def test_the_sidebar_lists_releases_with_their_state_and_follows(page: Page, office: Workspace) -> None:
    expect(page.locator("#entries a[aria-current=page]")).to_contain_text("not sent")
    another = office.releases / "tanks.md"
    another.write_text(
        "---\nHeadline: Three tanks\nDate: 2026-11-30\nDateline: Saltby\n---\n\nText.\n", "utf-8"
    )
    expect(page.locator("#entries")).to_contain_text("Three tanks")
    page.get_by_role("link", name="Three tanks").click()
    expect(mail(page).locator("h1")).to_have_text("Three tanks")
    another.unlink()
    expect(page.locator("#faults")).to_contain_text("no release “tanks”")
    expect(page.locator("#entries")).not_to_contain_text("Three tanks")


@pytest.mark.parametrize("width", [390, 820, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read_and_used_by_everybody(
    browser: Browser, client: httpx.Client, url: str, width: int, scheme: str
) -> None:
    context = context_of(browser, client, viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")
    expect(page.locator("#audience")).to_contain_text("recipients")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".tabs").evaluate("tabs => tabs.scrollWidth <= tabs.clientWidth"), (
        "a tab is out of sight"
    )
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => h.tagName)")[0] == "H1"
    assert (
        page.locator("h1").count()
        == page.locator("main").count()
        == page.locator("nav[aria-label]").count()
        == 1
    )
    assert page.evaluate(PALE) == []
    reached = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.name"))
    assert {"for", "edition", "tab-mail", "scheme"} <= reached
    context.close()


UNLABELLED = """[...document.querySelectorAll('input, select, button, iframe')].filter(e =>
    !(e.labels?.length || e.textContent.trim() || e.title || e.getAttribute('aria-label'))).map(e => e.outerHTML)"""

PALE = """(() => {  // text with a contrast below 4.5 (WCAG 2.2, 1.4.3)
  const channels = (c) => c.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = channels(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
  return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && e.className !== 'skip' && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).filter(e => {
    const [a, b] = [luminance(channels(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
    return (a + .05) / (b + .05) < 4.5;
  }).map(e => e.outerHTML.slice(0, 120));
})()"""
