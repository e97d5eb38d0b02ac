"""What ten programs put on the clipboard, pasted into the page in a real browser: it becomes Markdown in one step to
undo, no word is lost, and what its author may not have meant to publish is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import REPOSITORY
from playwright.sync_api import Browser, Locator, Page, expect
from support.breadth import some
from support.browser import chromium, context_of, entered, serving
from support.own_office import make_own_office
from support.writing import (
    RELEASE,
    editor,
    eventually,
    opened,
    paste,
    put_cursor,
    release,
    saved,
    text,
    writing,
)

from mailer.importing.accounted import lost_words
from mailer.importing.draft import Draft, SetAside
from mailer.importing.sources.web import normalise
from mailer.release import new_release, read_release
from mailer.release.kinds import Kind
from mailer.workspace import Workspace

FIXTURES = sorted((REPOSITORY / "tests" / "importing" / "clipboard").glob("*.html"))
PROGRAMS = {
    "gmail": "Gmail",
    "google-docs": "Google Docs",
    "libreoffice": "LibreOffice",
    "outlook": "Outlook",
    "pages": "Pages or TextEdit",
    "pdf-viewer": "a PDF viewer",
    "web-page": "a web page",
    "word-mac": "Word",
    "word-online": "Word in a browser",
    "word-windows": "Word",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("desk") / "press-office")


@pytest.fixture(scope="module")
def client(office: Workspace) -> Iterator[httpx.Client]:
    with serving("desk", "--no-browser", cwd=office.root) as address, entered(address) as opened:
        yield opened


def strip(page: Page) -> Locator:
    return page.locator('.strip[data-kind="pasted"]')


def plain_of(fixture: Path) -> str:
    from lxml import html

    return " ".join(html.fromstring(fixture.read_text("utf-8")).text_content().split())


def assert_no_word_is_lost(fixture: Path, page: Page) -> None:
    """Every word of the clipboard stands in the editor, or in the strip that says what was set aside."""
    document = normalise(fixture.read_text("utf-8"), accept_changes=True)
    said = Draft(headline="", body=(), set_aside=(SetAside(strip(page).inner_text(), ""),))
    assert lost_words(document, said, text(page)) == ()


@pytest.mark.parametrize("fixture", some(FIXTURES, 4), ids=lambda path: path.stem)
def test_into_the_middle_of_a_release(
    browser: Browser, client: httpx.Client, office: Workspace, fixture: Path
) -> None:
    """Only text comes, whatever it looks like: the header stays. One Ctrl-Z takes it back."""
    name = f"middle-{fixture.stem}"
    release(office, name)
    with writing(browser, client, name) as page:
        put_cursor(page, "three pairs have eggs.")
        paste(page, fixture.read_text("utf-8"), plain_of(fixture))
        expect(strip(page)).to_contain_text(f"From {PROGRAMS[fixture.stem]}: ")
        now = text(page)
        head, found, rest = now.partition("three pairs have eggs.\n\n")
        assert found
        assert head == RELEASE.partition("three pairs have eggs.")[0]
        assert "\n\n- storm petrel\n- fulmar\n\n[^1]: Count of the trust" in rest
        assert_no_word_is_lost(fixture, page)
        page.keyboard.press("Control+z")
        assert text(page) == RELEASE
        page.keyboard.press("Control+Shift+z")
        assert text(page) == now
        expect(saved(page)).to_contain_text("Saved")
        read_release(office, name)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_into_a_new_release(browser: Browser, client: httpx.Client, office: Workspace, fixture: Path) -> None:
    """Headline, date, dateline, contacts come into the header; the kind that was chosen before stays."""
    path = begun(office, f"New by {fixture.stem}")
    before = path.read_text("utf-8")
    with writing(browser, client, path.stem) as page:
        editor(page).focus()
        paste(page, fixture.read_text("utf-8"), plain_of(fixture))
        expect(strip(page)).to_be_visible()
        now = text(page)
        assert "TODO" not in now
        assert "Kind: Statement\n" in now
        assert_no_word_is_lost(fixture, page)
        page.keyboard.press("Control+z")
        assert text(page) == before
        page.keyboard.press("Control+Shift+z")
        expect(saved(page)).to_contain_text("Saved")
        assert read_release(office, path.stem).original.headline


def begun(office: Workspace, headline: str) -> Path:
    from datetime import date

    return new_release(office, headline, kind=Kind.STATEMENT, language="en", today=date(2026, 11, 23))


def fixture_of(program: str) -> str:
    return next(path for path in FIXTURES if path.stem == program).read_text("utf-8")


def test_notes_are_counted_on_and_stand_at_the_end(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "notes")
    with writing(browser, client, "notes") as page:
        put_cursor(page, "three pairs have eggs.")
        paste(page, fixture_of("word-windows"), "plain")
        strip(page).wait_for()
        page.keyboard.type("!")  # at once, and yet another step to undo
        page.keyboard.press("Control+z")
        expect(strip(page)).to_contain_text("From Word: 1 note, 1 link")
        now = text(page)
        assert "between the two shores[^2] and a [timetable]" in now
        assert now.endswith(
            "[^1]: Count of the trust, <https://petrel.example.org/count>.\n"
            "\n[^2]: Harbor survey, *Shore to Shore*, 2025.\n"
        )


def test_what_its_author_may_not_mean_is_told(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "leaks")
    with writing(browser, client, "leaks") as page:
        put_cursor(page, "three pairs have eggs.")
        paste(page, fixture_of("word-windows"), "plain")
        expect(strip(page)).to_contain_text("“long” is a tracked insertion by Ana Mora. It was taken.")
        expect(strip(page)).to_contain_text("“never” is a tracked deletion by Ana Mora. It was left out.")
        expect(strip(page)).to_contain_text("A picture near paragraph 12 did not come along")
        expect(page.locator("#saved-news")).to_contain_text("tracked insertion")
        assert "never" not in text(page)
        paste(page, fixture_of("word-mac"), "plain")
        expect(strip(page)).to_contain_text("Hidden text was left out: “Budget line 4471 to be checked”.")
        expect(strip(page)).to_contain_text("A comment was left out: “Are they? Ask finance.”.")
        assert "4471" not in text(page)


def test_plain_text_instead(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    """Its notes at the end go with it; that can be undone too."""
    release(office, "instead")
    with writing(browser, client, "instead") as page:
        put_cursor(page, "three pairs have eggs.")
        paste(page, fixture_of("word-windows"), " Plainly said.")
        expect(strip(page)).to_be_visible()
        formatted = text(page)
        put_cursor(page, "The petrels")  # what is written meanwhile, before it, is no part of it
        page.keyboard.type(" of the bay")
        strip(page).get_by_role("button", name="Plain text instead").click()
        assert text(page) == RELEASE.replace("have eggs.\n\n", "have eggs.\n\n Plainly said.\n\n", 1).replace(
            "The petrels", "The petrels of the bay"
        )
        expect(strip(page)).to_have_count(0)
        expect(editor(page)).to_be_focused()
        page.keyboard.press("Control+z")
        assert text(page) == formatted.replace("The petrels", "The petrels of the bay")


def test_what_to_check_leads_to_its_line(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    path = begun(office, "Check this")
    with writing(browser, client, path.stem) as page:
        editor(page).focus()
        paste(page, fixture_of("gmail"), "plain")
        expect(strip(page)).to_contain_text("Please check 1.")
        strip(page).get_by_text("What to check (1)").click()
        strip(page).get_by_role("button", name="Line 7").click()
        expect(editor(page)).to_be_focused()
        expect(page.locator(".cm-line").nth(6)).to_contain_text("Contacts:")


def test_words_within_a_sentence(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    """No blank lines, and no strip where there is nothing to say."""
    release(office, "words")
    with writing(browser, client, "words") as page:
        put_cursor(page, "three pairs")
        paste(page, "<meta charset='utf-8'><span> (perhaps four)</span>", " (perhaps four)")
        eventually(
            page,
            lambda: text(page) == RELEASE.replace("three pairs", "three pairs (perhaps four)"),
            text(page),
        )
        expect(strip(page)).to_have_count(0)
        paste(page, "<p>or <b>five</b></p>", "or five")
        expect(editor(page)).to_contain_text("(perhaps four)or **five** have")


def test_what_is_pasted_into_the_header_is_plain_and_on_one_line(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "header")
    with writing(browser, client, "header") as page:
        put_cursor(page, "Petrels Return to the Bay")
        paste(page, "<p>, <b>After</b></p><p>Eleven Years</p>", ", After\r\n\r\nEleven Years")
        expect(editor(page)).to_contain_text("Petrels Return to the Bay, After Eleven Years")
        paste(page, "", "\nat last")
        assert "Headline: Petrels Return to the Bay, After Eleven Years at last\nNote:" in text(page)


def test_a_failure_leaves_the_plain_text(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    """The desk stops, or says no: what was pasted is there, and that it is plain is told."""
    release(office, "fails")
    with writing(browser, client, "fails", but="ERR_FAILED") as page:
        put_cursor(page, "three pairs have eggs.")
        page.route("**/paste", lambda route: route.abort())
        paste(page, "<p>Two <b>chicks</b>.</p><p>More.</p>", " Two chicks.")
        expect(strip(page)).to_contain_text("its plain text was taken")
        assert text(page) == RELEASE.replace("have eggs.", "have eggs. Two chicks.")
        page.unroute("**/paste")
        paste(page, "<div>" * 2000 + "deep", " Deep.")
        expect(editor(page)).to_contain_text("have eggs. Two chicks. Deep.")


def test_a_picture_is_told_and_not_taken(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "picture")
    with writing(browser, client, "picture") as page:
        put_cursor(page, "three pairs have eggs.")
        page.evaluate("""() => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File(["x"], "image.png", { type: "image/png" }));
            const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            document.querySelector(".cm-content").dispatchEvent(event);
        }""")
        expect(strip(page)).to_contain_text("A picture can’t be pasted into the text.")
        assert text(page) == RELEASE


def test_a_translation_that_was_only_begun_is_replaced(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """It takes over from its original what is the same."""
    release(office, "agency")
    with writing(browser, client, "agency") as page:
        page.get_by_text("+ translation").click()
        page.get_by_label("Language", exact=True).fill("es")
        page.get_by_role("button", name="Begin it").click()
        page.wait_for_url("**/r/agency?edition=es")
        editor(page).focus()
        html = (
            "<html xmlns:o='urn:schemas-microsoft-com:office:word'><p class=MsoTitle>Los petreles vuelven a la bahía</p>"
            "<p class=MsoNormal>Los petreles han vuelto, después de once años.</p>"
            "<p class=MsoNormal>Anidan bajo el faro viejo, y tres parejas tienen huevos.</p></html>"
        )
        paste(page, html, "plain")
        expect(strip(page)).to_contain_text("From Word: 2 paragraphs.")
        now = text(page)
        assert "TODO" not in now
        assert "Headline: Los petreles vuelven a la bahía" in now
        assert "Date:" not in now
        expect(saved(page)).to_contain_text("Saved")
        assert [each.language for each in read_release(office, "agency").editions] == ["en", "es"]


def test_ctrl_v_of_the_browser_itself(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "keys")
    context = context_of(browser, client)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(context, client, "keys")
    page.evaluate("""() => navigator.clipboard.write([new ClipboardItem({
        "text/html": new Blob(["<p>Two <b>chicks</b> were seen.</p><ul><li>on Monday</li></ul>"], { type: "text/html" }),
        "text/plain": new Blob(["Two chicks were seen."], { type: "text/plain" }),
    })])""")
    put_cursor(page, "three pairs have eggs.")
    page.keyboard.press("Control+v")
    expect(strip(page)).to_contain_text("From ")
    assert "eggs.\n\nTwo **chicks** were seen.\n\n- on Monday\n\n- storm petrel" in text(page)
    context.close()


def test_nothing_that_a_clipboard_names_is_fetched(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """Pictures on the web, styles, scripts: neither the browser nor the desk asks for them."""
    release(office, "fetch")
    with writing(browser, client, "fetch") as page:
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        put_cursor(page, "three pairs have eggs.")
        html = (
            "<p>One<img src='https://tracker.example.org/a.png' onerror='document.title=1'></p>"
            "<script>document.title = 'owned'</script><p><a href='javascript:alert(1)'>two</a></p>"
        )
        paste(page, html, "plain")
        expect(editor(page)).to_contain_text("One")
        assert "javascript:" not in text(page)
        assert page.title().startswith("Petrels Return")
        assert [url for url in requested if not url.startswith(str(client.base_url))] == []
