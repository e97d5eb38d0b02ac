"""The writing page in a real browser: an editor that a person can write a release in, with a keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from conftest import REPOSITORY
from playwright.sync_api import Browser, ViewportSize, expect
from support.axe import everywhere
from support.browser import chromium, context_of, entered, serving
from support.desk import DESKTOP, PHONE
from support.own_office import make_own_office
from support.writing import (
    RELEASE,
    editor,
    eventually,
    paste,
    put_cursor,
    release,
    saved,
    tell,
    text,
    writing,
)

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
    with serving("desk", "--no-browser", cwd=office.root) as address, entered(address) as opened:
        yield opened


def test_what_is_typed_is_saved_a_second_later(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    path = release(office, "typed")
    with writing(browser, client, "typed") as page:
        put_cursor(page, "after eleven years")
        page.keyboard.type(" of silence")
        expect(saved(page)).to_contain_text("Saved")
        assert path.read_text("utf-8") == RELEASE.replace("eleven years", "eleven years of silence")


def test_it_is_coloured_by_what_it_is(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    """Fields, merge slots, notes: by classes, under a policy that allows no style of an element's own."""
    release(office, "coloured", RELEASE.replace("three pairs", "**three pairs**"))
    with writing(browser, client, "coloured") as page:
        for kind, words in {
            "tok-field": "Headline",
            "tok-slot": "{{ first_name | colleague }}",
            "tok-note": "[^1]",
            "tok-strong": "three pairs",
            "tok-fence": "---",
        }.items():
            expect(page.locator(f".{kind}", has_text=words).first).to_be_visible()


def test_bold_by_its_key_and_back(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "bold")
    with writing(browser, client, "bold") as page:
        put_cursor(page, "three pairs")
        page.keyboard.press("Control+Shift+ArrowLeft")
        page.keyboard.press("Control+b")
        assert "three **pairs** have" in text(page)
        page.keyboard.press("Control+b")
        assert text(page) == RELEASE
        page.keyboard.press("Control+i")
        assert "three *pairs* have" in text(page)
        page.keyboard.press("Control+z")
        assert text(page) == RELEASE


def test_enter_goes_on_with_a_list_and_ends_it(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "lists", RELEASE.replace("- fulmar", "1. fulmar"))
    with writing(browser, client, "lists") as page:
        put_cursor(page, "- storm petrel")
        page.keyboard.press("Enter")
        page.keyboard.type("Leach’s petrel")
        assert "- storm petrel\n- Leach’s petrel\n1. fulmar" in text(page)
        put_cursor(page, "1. fulmar")
        page.keyboard.press("Enter")
        page.keyboard.type("guillemot")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert "1. fulmar\n2. guillemot\n\n" in text(page)


def test_tab_leaves_the_editor(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "tab")
    with writing(browser, client, "tab") as page:
        editor(page).focus()
        page.keyboard.press("Tab")
        assert not page.evaluate("document.querySelector('.cm-content').contains(document.activeElement)")
        assert text(page) == RELEASE


def test_it_says_its_name_its_language_and_is_spell_checked(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "named")
    release(office, "named.es", "---\nTitular: Los petreles vuelven\n---\n\nHan vuelto.\n")
    with writing(browser, client, "named", "?edition=es") as page:
        expect(editor(page)).to_have_accessible_name("Text of the release, Español")
        for name, value in {
            "lang": "es",
            "dir": "ltr",
            "spellcheck": "true",
            "aria-multiline": "true",
        }.items():
            expect(editor(page)).to_have_attribute(name, value)


def test_f8_walks_the_findings(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    """From anywhere on the page, in the order of the lines, and round; who can't see it hears what was found."""
    release(
        office, "found", RELEASE.replace("Petrels Return", "TODO Return").replace("three pairs", "TODO pairs")
    )
    with writing(browser, client, "found") as page:
        expect(page.locator("#findings .where", has_text="line 12").first).to_be_visible()
        places = " ".join(page.locator("#findings .where").all_inner_texts())
        lines = sorted({int(line) for line in re.findall(r"line (\d+)", places)})
        assert {3, 12} <= set(lines)
        expect(
            page.locator(".cm-line", has_text="TODO pairs").locator("[class*=cm-lintRange]").first
        ).to_be_visible()
        page.locator("a", has_text="Send").focus()
        walked = []
        for _ in lines:
            page.keyboard.press("F8")
            walked.append(line_of_cursor(page))
        later = [line for line in lines if line > 11]  # the text begins there, and so did the cursor
        assert walked == later + [line for line in lines if line not in later]
        expect(editor(page)).to_be_focused()
        page.keyboard.press("Shift+F8")
        assert line_of_cursor(page) == walked[-2]
        expect(page.locator("#saved-news")).to_contain_text(f"Line {walked[-2]}: ")


def line_of_cursor(page: object) -> int:
    return int(
        page.evaluate("""async () => {
        const { editor } = await import(document.querySelector('script[src*="editor.js"]').src);
        return editor.state.doc.lineAt(editor.state.selection.main.head).number;
    }""")
    )  # type: ignore[attr-defined]


def test_a_finding_elsewhere_leads_to_its_line(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "goes")
    with writing(browser, client, "goes") as page:
        tell(page, "desk:go", {"edition": "", "line": 14})
        expect(editor(page)).to_be_focused()
        assert line_of_cursor(page) == 14
        tell(page, "desk:go", {"edition": "es", "line": 2})
        assert line_of_cursor(page) == 14


def test_what_the_form_changes_is_one_step_to_undo(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """The cursor stays where it was, and what was typed before is another step."""
    path = release(office, "form")
    with writing(browser, client, "form") as page:
        put_cursor(page, "three pairs have")
        page.keyboard.type(" laid")
        now = text(page)
        tell(
            page,
            "desk:replace",
            {
                "text": now.replace("Petrels Return", "Petrels Come Back").replace("Skerry", "Scarry"),
                "label": "Headline",
            },
        )
        page.keyboard.type(" their")
        assert "Come Back" in text(page)
        assert "pairs have laid their eggs" in text(page)
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        assert text(page) == now
        page.keyboard.press("Control+z")
        assert text(page) == RELEASE
        page.keyboard.press("Control+s")
        expect(saved(page)).to_contain_text("Saved")
        assert path.read_text("utf-8") == RELEASE


def test_others_hear_what_is_typed(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "heard")
    with writing(browser, client, "heard") as page:
        page.evaluate(
            "document.body.addEventListener('desk:text', ({ detail }) => { window.heard = detail; })"
        )
        put_cursor(page, "eleven years")
        page.keyboard.type("!")
        assert page.evaluate("window.heard") == {
            "edition": "",
            "text": RELEASE.replace("eleven years", "eleven years!"),
        }


def test_languages_stand_side_by_side(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "two")
    release(office, "two.es", "---\nTitular: Los petreles vuelven\n---\n\nHan vuelto.\n")
    with writing(browser, client, "two") as page:
        page.get_by_role("link", name="Español", exact=True).click()
        assert "Han vuelto." in text(page)
        page.get_by_role("link", name="Show the English text beside it").click()
        expect(page.get_by_role("region", name="Original English").first).to_contain_text(
            "The petrels are back"
        )
        expect(editor(page)).to_have_attribute("lang", "es")


def test_a_translation_is_begun(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "begun")
    with writing(browser, client, "begun", but="422") as page:
        page.get_by_text("+ translation").click()
        page.get_by_label("Language", exact=True).fill("pt_br")
        page.get_by_role("button", name="Begin it").click()
        page.wait_for_url("**/r/begun?edition=pt-BR")
        expect(page.get_by_role("link", name="Português (Brasil)")).to_have_attribute("aria-current", "page")
        assert "Headline: TODO Petrels Return to the Bay" in text(page)
        assert "TODO Translate what follows." in text(page)
        page.get_by_text("+ translation").click()
        page.get_by_label("Language", exact=True).fill("klingon!")
        page.get_by_role("button", name="Begin it").click()
        expect(page.get_by_role("alert")).to_contain_text("is not a language tag")
        expect(page.get_by_label("Language", exact=True)).to_have_value("klingon!")


def test_without_a_script_it_is_a_form(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    path = release(office, "plain")
    context = context_of(browser, client, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{client.base_url}/r/plain")
    field = page.get_by_label("Text of the release")
    assert field.input_value() == RELEASE
    field.fill(RELEASE.replace("eleven", "twelve"))
    page.get_by_role("button", name="Save").click()
    assert path.read_text("utf-8") == RELEASE.replace("eleven", "twelve")
    assert page.url == f"{client.base_url}/r/plain"
    field.fill(RELEASE.replace("eleven", "thirteen"))
    path.write_text(RELEASE.replace("eleven", "fourteen"), "utf-8")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("The file was changed in another program")
    assert "thirteen" in field.input_value()
    assert "fourteen" in page.get_by_label("What the file says").input_value()
    field.fill(RELEASE.replace("eleven", "thirteen or fourteen"))
    page.get_by_role("button", name="Save").click()
    assert path.read_text("utf-8") == RELEASE.replace("eleven", "thirteen or fourteen")
    context.close()


def test_it_fits_a_phone(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "phone")
    context = context_of(browser, client, viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto(f"{client.base_url}/r/phone")
    expect(editor(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    context.close()


def test_a_file_whose_header_has_faults_can_be_mended(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    path = release(office, "faulty", "---\nHedline: x\nDate: 7/8/2026\n\nNo end.\n")
    with writing(browser, client, "faulty") as page:
        put_cursor(page, "H")
        page.keyboard.type("a")
        eventually(page, lambda: "Haedline" in path.read_text("utf-8"), "it is saved")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(
    browser: Browser, client: httpx.Client, office: Workspace, size: ViewportSize
) -> None:
    """The page, with its search open, with what was pasted, with what is left to decide."""
    name = f"axe-{size['width']}"
    path = release(office, name)
    release(office, f"{name}.es", "---\nTitular: Los petreles vuelven\n---\n\nHan vuelto.\n")
    with writing(browser, client, name, viewport=size) as page:
        expect(page.locator("#findings :is(.finding, .good)").first).to_be_visible()
        page.get_by_text("+ translation").click()
        assert list(everywhere(page, (size,))) == []
        put_cursor(page, "eleven")
        page.keyboard.press("Control+f")
        expect(page.get_by_placeholder("Find")).to_be_focused()
        paste(page, WORD, "plain")
        expect(page.locator(".strip")).to_be_visible()
        page.keyboard.press("Escape")
        put_cursor(page, "eleven")
        page.keyboard.type("th")
        path.write_text(path.read_text("utf-8").replace("eleven", "twelve"), "utf-8")
        expect(page.locator(".conflicts")).to_be_visible()
        page.keyboard.press("Control+f")
        assert list(everywhere(page, (size,))) == []
    with writing(browser, client, name, "?edition=es&beside=1", viewport=size) as page:
        expect(page.locator("#findings :is(.finding, .good)").first).to_be_visible()
        assert list(everywhere(page, (size,))) == []


def test_everything_by_keyboard_alone(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    """From the address bar: to the text, a word, its finding, the header, another language; nothing holds the focus."""
    release(office, "keyboard", RELEASE.replace("three pairs", "TODO pairs"))
    release(office, "keyboard.es", "---\nTitular: Los petreles vuelven\n---\n\nHan vuelto.\n")
    with writing(browser, client, "keyboard") as page:
        expect(page.locator("#findings :is(.finding, .good)").first).to_be_visible()
        reached: list[str] = []
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(FOCUSED))
            if reached[-1] == "BODY":
                break
        for each in ("Español", "+ translation", "Send…", "Text of the release, English"):
            assert each in reached, reached
        page.keyboard.press("F8")
        expect(editor(page)).to_be_focused()


FOCUSED = """(() => {
    const { activeElement: it } = document;
    return it === document.body ? "BODY" : it.getAttribute("aria-label") ?? it.textContent.trim();
})()"""
WORD = (REPOSITORY / "tests" / "importing" / "clipboard" / "word-windows.html").read_text("utf-8")
