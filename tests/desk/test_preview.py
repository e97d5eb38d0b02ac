"""/r/NAME: the preview beside the editor, in a real browser. It follows every key and every save, shows what is sent, and
lets nothing in or out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from support.axe import everywhere
from support.browser import chromium
from support.desk import Desk, desk
from support.own_office import make_own_office

from mailer.delivery import Ledger, RehearsalTransport
from mailer.desk.rooms.writing.previewing import Shown
from mailer.pipeline import deliver, prepare, queue
from mailer.press import Choice
from mailer.settings import read_settings
from mailer.workspace import Workspace

HERE = "/r/harbour-report"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("desk") / "press-office")


@pytest.fixture(scope="module")
def opened(office: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(office, browser, "harbour-report", command="preview") as running:
        yield running


@pytest.fixture
def client(opened: Desk) -> httpx.Client:
    return opened.client


@pytest.fixture
def page(opened: Desk) -> Iterator[Page]:
    opened.complaints.clear()
    opened.requested.clear()
    shown = opened.page(HERE)
    expect(mail(shown).locator("h1")).to_contain_text("Harbour Water")
    yield shown
    shown.context.close()


def type_into(page: Page, release: Path, before: str, after: str) -> str:
    """As the editor tells of every key; nothing is saved by it."""
    text = release.read_text("utf-8")
    assert before in text, before
    page.evaluate(TYPED, text := text.replace(before, after, 1))
    return text


TYPED = """(text) => document.body.dispatchEvent(new CustomEvent("desk:text", { detail: { edition: "", text } }))"""


def choose(page: Page, address: str) -> None:
    page.fill("#for", address)
    page.press("#for", "Enter")


def mail(page: Page) -> FrameLocator:
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


def test_what_is_typed_shows_before_it_is_saved(page: Page, release: Path) -> None:
    saved = release.read_text("utf-8")
    page.evaluate("document.getElementById('shown').contentWindow.scrollTo(0, 400)")
    type_into(page, release, "Volunteers took", "Nine hundred volunteers took")
    expect(mail(page).locator("body")).to_contain_text("Nine hundred volunteers took")
    assert page.evaluate("document.getElementById('shown').contentWindow.scrollY") == 400
    type_into(page, release, "Headline: Harbour", "Headline: Much Harbour")
    expect(page.locator("#view-subject")).to_contain_text("Much Harbour")
    assert release.read_text("utf-8") == saved


def test_whoever_stands_in_the_mail_stays_there_when_it_is_shown_anew(page: Page, release: Path) -> None:
    """At the mail itself, or at one of its links: the next Tab goes on from there."""
    standing = """() => [document.activeElement.id, document.activeElement.contentDocument?.activeElement.textContent]"""
    page.locator("#shown").focus()
    type_into(page, release, "Volunteers took", "Ninety volunteers took")
    expect(mail(page).locator("body")).to_contain_text("Ninety volunteers took")
    assert page.evaluate("document.activeElement.id") == "shown"
    link = mail(page).locator("a[href]").nth(1)
    link.focus()
    before = page.evaluate(standing)
    type_into(page, release, "Volunteers took", "Eighty volunteers took")
    expect(mail(page).locator("body")).to_contain_text("Eighty volunteers took")
    assert before[1] and page.evaluate(standing) == before


def test_the_last_of_many_keys_is_what_is_shown(page: Page, release: Path) -> None:
    """They come faster than a mail is made: none is shown behind a later one."""
    for number in range(40):
        type_into(page, release, "Volunteers took", f"Volunteers number {number:02} took")
    expect(mail(page).locator("body")).to_contain_text("Volunteers number 39 took")
    page.wait_for_timeout(1000)
    expect(mail(page).locator("body")).to_contain_text("Volunteers number 39 took")


def test_a_header_in_the_middle_of_being_typed_leaves_the_mail_where_it_was(
    page: Page, release: Path
) -> None:
    type_into(page, release, "Date: November 23, 2026", "Dat: November 23, 2026")
    expect(page.locator("#view-faults")).to_contain_text("releases/harbour-report.md:7")
    expect(page.locator("#view-faults")).to_contain_text("last version that could be read")
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")
    expect(page.locator(".frame").first).to_have_css("opacity", "0.5")
    type_into(page, release, "Volunteers took", "Volunteers then took")
    expect(page.locator("#view-faults")).to_be_hidden()
    expect(mail(page).locator("body")).to_contain_text("Volunteers then took")


def test_a_translation_that_is_typed_is_the_one_that_is_shown(
    opened: Desk, office: Workspace, page: Page
) -> None:
    page.goto(f"{opened.base}{HERE}?edition=es")
    expect(mail(page).locator("h1")).to_contain_text("El agua de los puertos")
    text = (
        (office.releases / "harbour-report.es.md")
        .read_text("utf-8")
        .replace("Ocho de los once", "Nueve de los once", 1)
    )
    detail = {"edition": "es", "text": text}
    page.evaluate("(detail) => document.body.dispatchEvent(new CustomEvent('desk:text', { detail }))", detail)
    expect(mail(page).locator("body")).to_contain_text("Nueve de los once")
    expect(page.locator("#view-edition")).to_have_value("es")


def test_languages_stand_side_by_side_with_what_differs(opened: Desk, page: Page, release: Path) -> None:
    page.get_by_label("Languages side by side").check()
    other = page.frame_locator("#shown-es")
    expect(other.locator("h1")).to_contain_text("El agua de los puertos")
    expect(page.locator("#view-differences")).to_contain_text("The same figures")
    type_into(page, release, "41,600", "41,700")
    expect(page.locator("#view-differences")).to_contain_text("41.600 only in Spanish")
    page.set_viewport_size({"width": 900, "height": 900})
    expect(page.locator("#shown-es")).to_have_count(0)
    page.set_viewport_size({"width": 1400, "height": 900})
    page.get_by_label("Languages side by side").uncheck()
    opened.assert_clean()


def test_a_mail_is_kept_for_its_frame_for_a_minute_and_no_more_than_a_few() -> None:
    now = [0.0]
    shown = Shown(lambda: now[0])
    first, tokens = shown.keep("<p>one</p>"), [shown.keep(str(number)) for number in range(Shown.MOST - 1)]
    assert shown.get(first) == "<p>one</p>"
    last = shown.keep("<p>last</p>")
    assert (shown.get(first), shown.get(tokens[0]), shown.get("guessed")) == (None, "0", None)
    now[0] = Shown.SECONDS + 1
    assert shown.get(last) is None


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
    expect(page.locator("#view-faults")).to_contain_text("did you mean headline?")
    expect(page.locator("#view-faults")).to_contain_text("ambiguous")
    expect(page.locator("#view-faults")).to_contain_text("releases/harbour-report.md:3")
    assert "Traceback" not in page.content()
    release.write_text(whole, "utf-8")
    expect(page.locator("#view-faults")).to_be_hidden()


def test_findings_of_check_stand_beside_the_mail(page: Page, release: Path) -> None:
    release.write_text(release.read_text("utf-8").replace("Volunteers took", "Volunteers **took"), "utf-8")
    found = page.locator("#findings .finding.error").first
    expect(found).to_contain_text("leftover")
    expect(found).to_contain_text("line 1")


def test_it_shows_what_a_chosen_recipient_would_get(page: Page) -> None:
    expect(mail(page).locator("body")).to_contain_text("Dear colleague,")
    choose(page, "priya.n@example.com")
    expect(mail(page).locator("body")).to_contain_text("Dear Priya,")
    expect(page.locator("#view-envelope")).to_contain_text("Priya Natarajan <priya.n@example.com>")
    choose(page, "lucia.ferrer@example.net")
    expect(mail(page).locator("h1")).to_contain_text("El agua de los puertos")
    page.select_option("#view-edition", "en")
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")


def test_whoever_is_on_no_list_would_not_get_it_and_the_page_says_so(page: Page) -> None:
    choose(page, "nobody@example.net")
    expect(page.locator("#view-faults")).to_contain_text("nobody@example.net would not get it")
    choose(page, "no address")
    expect(page.locator("#view-faults")).to_contain_text("Choose somebody from the list")
    choose(page, "")
    expect(page.locator("#view-faults")).to_be_hidden()
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
    expect(page.locator("#view-envelope")).to_contain_text("priya.n@example.com")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.click("#for")
    page.get_by_text("Our own office").click()
    expect(page.locator("#view-envelope")).to_contain_text("To newsdesk@example.org")


def test_what_was_chosen_outlives_a_reload(page: Page) -> None:
    choose(page, "lucia.ferrer@example.net")
    expect(page.locator("#view-edition")).to_have_value("es")
    page.select_option("#view-edition", "en")
    page.get_by_text("Phone", exact=True).click()
    page.reload()
    expect(page.locator("#view-edition")).to_have_value("en")
    expect(page.locator("#for")).to_have_value("lucia.ferrer@example.net")
    expect(page.get_by_role("radio", name="Phone")).to_be_checked()
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")


def test_another_theme_can_be_looked_at(page: Page, office: Workspace) -> None:
    theme = office.templates / "loud"
    theme.mkdir(parents=True)
    block = "{% macro dateline(node) %}<b>LOUD {{ node.content }}</b>{% endmacro %}"
    (theme / "blocks.html.j2").write_text(block, "utf-8")
    expect(page.locator("#view-theme option", has_text="loud")).to_have_count(1)
    page.select_option("#view-theme", "loud")
    expect(mail(page).locator("body")).to_contain_text("LOUD Portmellon")
    page.select_option("#view-theme", "default")
    expect(mail(page).locator("body")).not_to_contain_text("LOUD")


def test_phone_width_and_dark_mode_are_the_mails_own(page: Page) -> None:
    def width() -> float:
        """What the mail is told: a frame without room for a desktop shows it smaller."""
        return float(page.evaluate("document.getElementById('shown').contentWindow.innerWidth"))

    def colour() -> str:
        return mail(page).locator(".sheet").evaluate("e => getComputedStyle(e).backgroundColor")

    assert width() > 600
    assert colour() == "rgb(255, 255, 255)"
    page.get_by_text("Phone", exact=True).click()
    expect(page.locator(".frame")).to_have_css("width", "412px")  # with the telephone around it
    expect(page.locator("#shown")).to_have_css("width", "390px")
    page.get_by_text("Dark", exact=True).click()
    expect(mail(page).locator(".sheet")).not_to_have_css("background-color", "rgb(255, 255, 255)")
    channels = [int(c) for c in colour().removeprefix("rgb(").rstrip(")").split(",")]
    assert max(channels) < 60


def test_text_headers_and_source_are_those_of_the_message(page: Page) -> None:
    page.get_by_role("tab", name="Text").click()
    expect(page.locator("#view-text pre")).to_contain_text(
        "READ THE STUDY:\nhttps://example.org/harbour-report"
    )
    page.keyboard.press("ArrowRight")
    expect(page.locator("#view-headers tbody")).to_contain_text("List-Unsubscribe")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#view-source pre")).to_contain_text("Content-Transfer-Encoding: quoted-printable")


def test_nothing_is_loaded_from_anywhere_else(page: Page, release: Path, opened: Desk) -> None:
    text = release.read_text("utf-8").replace(
        "## Notes", "![A harbour](https://tracker.example.net/pixel.png)\n\n## Notes"
    )
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    release.write_text(text, "utf-8")
    expect(mail(page).locator("img.picture")).to_have_count(1)
    page.wait_for_timeout(300)
    away = [url for url in opened.requested if not url.startswith((opened.base, "data:"))]
    # The browser tells of the request that the policy stopped; none may have got an answer.
    assert set(away) <= set(failed)


def scene(opened: Desk, name: str, **asked: str) -> dict[str, object]:
    answer = opened.post(f"/r/{name}/preview", asked).json()
    assert not answer["faults"], answer["faults"]
    return dict(answer)


def checked(opened: Desk, name: str) -> dict[str, object]:
    return dict(opened.post(f"/r/{name}/findings").json())


def test_a_correction_is_shown_threaded_to_what_that_person_got(office: Workspace, opened: Desk) -> None:
    """It goes to those who got the release, not to the lists; so the page knows them from the ledger."""
    release = (office.releases / "harbour-report.md").read_text("utf-8")
    (office.releases / "first.md").write_text(release, "utf-8")
    settings = read_settings(office.root)
    with Ledger(office.ledger) as ledger:
        mailing = queue(prepare(office, "first", Choice()), settings, ledger)
        deliver(mailing, ledger, RehearsalTransport(office.root / "sent"), office, settings)
    head = "Kind: correction\nCorrects: first\nCorrection: The cost is 32 million pounds.\n"
    (office.releases / "corrected.md").write_text(release.replace("Kind: Press release\n", head), "utf-8")
    view = scene(opened, "corrected", **{"for": "priya.n@example.com"})["view"]
    assert isinstance(view, dict)
    assert dict(view["headers"])["In-Reply-To"].endswith("@example.org>")
    audience = checked(opened, "corrected")["audience"]
    assert isinstance(audience, dict)
    assert audience["summary"] == f"{mailing.added} recipients on those who got first"


def test_a_release_without_any_list_can_be_looked_at(workspace: Workspace, browser: Browser) -> None:
    room_file = workspace.newsroom
    room_file.write_text(room_file.read_text("utf-8").replace("Lists: press\n", ""), "utf-8")
    with desk(workspace, browser) as without:
        assert scene(without, "harbour-report")["view"]
        found = checked(without, "harbour-report")
    assert isinstance(found["audience"], dict)
    assert isinstance(found["findings"], list)
    assert found["audience"]["summary"] == "0 recipients"
    assert "no-recipients" in {finding["id"] for finding in found["findings"]}


def test_a_list_that_cannot_be_read_leaves_the_mail_to_be_looked_at(
    page: Page, office: Workspace, opened: Desk
) -> None:
    """The lists are read apart from the mail: 100,000 people must not be waited for at a key."""
    broken = office.lists / "broken.csv"
    broken.write_bytes(b"\x00\x01\x02")
    text = (office.releases / "harbour-report.md").read_text("utf-8")
    page.evaluate(TYPED, text.replace("Lang: en", "Lists: broken\nLang: en", 1))
    expect(page.locator("#findings")).to_contain_text("lists/broken.csv")
    expect(page.locator("#view-faults")).to_be_hidden()
    broken.unlink()


def test_the_audience_is_read_once_however_much_is_typed(office: Workspace, opened: Desk) -> None:
    """A list that nobody can open any more is still known: what was read of it holds until it changes."""
    text = (office.releases / "harbour-report.md").read_text("utf-8")
    first = opened.post("/r/harbour-report/findings", {"text": text}).json()["audience"]
    path = office.lists / "press.csv"
    before, content = path.stat(), path.read_bytes()
    try:
        path.write_bytes(b"x" * len(content))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        again = opened.post("/r/harbour-report/findings", {"text": text.replace("Volunteers", "People")})
        assert again.json()["audience"] == first
    finally:
        path.write_bytes(content)
    assert opened.post("/r/harbour-report/findings", {"text": text}).json()["audience"] == first


def test_without_scripts_the_saved_mail_and_its_findings_can_be_looked_at(
    opened: Desk, release: Path
) -> None:
    release.write_text(release.read_text("utf-8").replace("Volunteers took", "TODO took"), "utf-8")
    page = opened.page(HERE, java_script_enabled=False)
    page.get_by_role("link", name="The email as it was saved").click()
    expect(page.locator("h1")).to_contain_text("Harbour Water")
    page.go_back()
    page.get_by_role("link", name="Check what was saved").click()
    expect(page.locator("main")).to_contain_text("“TODO” is still in the text.")
    page.context.close()


def test_the_mail_may_run_and_fetch_nothing(client: httpx.Client) -> None:
    policy = client.get(f"{HERE}/mail").headers["content-security-policy"]
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


def test_a_release_that_was_deleted_is_told_and_the_mail_stays(
    page: Page, office: Workspace, opened: Desk
) -> None:
    another = office.releases / "tanks.md"
    another.write_text(
        "---\nHeadline: Three tanks\nDate: 2026-11-30\nDateline: Saltby\n---\n\nText.\n", "utf-8"
    )
    page.goto(f"{opened.base}/r/tanks")
    expect(mail(page).locator("h1")).to_have_text("Three tanks")
    another.unlink()
    expect(page.locator("#view-faults")).to_contain_text("tanks.md is no longer there")
    expect(mail(page).locator("h1")).to_have_text("Three tanks")


@pytest.mark.parametrize("width", [380, 820, 1280])
def test_the_page_fits_and_can_be_read_and_used_by_everybody(opened: Desk, width: int) -> None:
    opened.complaints.clear()
    page = opened.page(HERE, viewport={"width": width, "height": 844})
    expect(mail(page).locator("h1")).to_contain_text("Harbour Water")
    expect(page.locator("#audience")).to_contain_text("recipients")
    page.keyboard.press("F4")
    expect(page.get_by_label("Preheader")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".tabs").evaluate("tabs => tabs.scrollWidth <= tabs.clientWidth"), (
        "a tab is out of sight"
    )
    assert list(everywhere(page, ({"width": width, "height": 844},))) == []
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.name"))
    assert {"for", "view-edition", "tab-mail", "scheme", "h-subject"} <= reached
    opened.assert_clean()
    page.context.close()
