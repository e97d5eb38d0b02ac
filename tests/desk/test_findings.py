"""What the check says beside the editor: it leads to the line, offers to mend it, and keeps calm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import violations
from support.browser import chromium
from support.desk import Desk, desk, until
from support.own_office import make_own_office
from support.writing import eventually

from mailer.release import read_release
from mailer.workspace import Workspace

HERE = "/r/harbour-report"
LISTENING = """window.heard = {};
for (const name of ["desk:go", "desk:findings", "desk:replace"]) {
  addEventListener(name, ({ detail }) => { window.heard[name] = detail; }, true);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("findings") / "press-office")


@pytest.fixture(scope="module")
def opened(office: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(office, browser) as running:
        yield running


@pytest.fixture
def release(office: Workspace) -> Iterator[Path]:
    path = office.releases / "harbour-report.md"
    before = path.read_text("utf-8")
    yield path
    path.write_text(before, "utf-8")


@pytest.fixture
def page(opened: Desk, release: Path) -> Iterator[Page]:
    opened.complaints.clear()
    context = opened.context()
    context.add_init_script(LISTENING)
    shown = context.new_page()
    shown.goto(f"{opened.base}{HERE}")
    expect(shown.locator("#findings")).to_contain_text("No problems found.")
    yield shown
    # What the editor was given is saved, before the file is made what it was.
    expect(shown.locator("#saved")).to_have_attribute("data-mark", "done")
    context.close()
    # Playwright's own clock is put into every frame, and a mail's runs no script.
    opened.assert_clean(but="Blocked script execution in '[^']*/mail")


def put(page: Page, text: str) -> None:
    """Into the editor, in place of all that it says."""
    page.evaluate(
        """async (insert) => {
        const { editor } = await import(document.querySelector('script[src*="editor.js"]').src);
        editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert } });
    }""",
        text,
    )


def typed(page: Page, release: Path, before: str, after: str) -> str:
    text = release.read_text("utf-8")
    assert before in text
    text = text.replace(before, after, 1)
    put(page, text)
    return text


def heard(page: Page, event: str) -> Any:
    return page.evaluate("(event) => window.heard[event]", event)


def test_a_finding_leads_to_its_line_and_is_told_to_the_editor(page: Page, release: Path) -> None:
    text = typed(page, release, "Volunteers took", "TODO took")
    found = page.get_by_role("button", name="“TODO” is still in the text.")
    line = text[: text.index("TODO")].count("\n") + 1
    expect(found).to_contain_text(f"line {line}")
    found.focus()
    page.keyboard.press("Enter")
    assert heard(page, "desk:go") == {"edition": "", "line": line}
    told = heard(page, "desk:findings")["findings"]
    assert [(each["line"], each["level"]) for each in told] == [(line, "error")]
    assert told[0]["message"].startswith("“TODO”")


def test_faults_of_the_header_are_told_to_the_editor_too(page: Page, release: Path) -> None:
    typed(page, release, "Dateline:", "Datelin:")
    expect(page.locator("#findings")).to_contain_text("did you mean dateline?")
    told = heard(page, "desk:findings")["findings"]
    assert [(each["line"], each["level"]) for each in told] == [(8, "error")]


def test_what_another_file_brings_up_leads_there(page: Page, office: Workspace, release: Path) -> None:
    translation = office.releases / "harbour-report.es.md"
    before = translation.read_text("utf-8")
    translation.write_text(before.replace("Los voluntarios", "TODO Los voluntarios"), "utf-8")
    page.get_by_role("button", name="“TODO” is still in the text.").click()
    page.wait_for_url(f"**{HERE}?edition=es*")
    translation.write_text(before, "utf-8")
    expect(page.locator("#findings")).to_contain_text("No problems found.")


def test_counts_are_announced_at_most_every_ten_seconds(page: Page, release: Path) -> None:
    page.clock.install()
    status = page.locator("#check-counts")
    expect(status).to_have_text("No problems found.")
    typed(page, release, "Volunteers took", "TODO took")
    page.clock.run_for(400)
    expect(page.locator("#findings .finding")).to_have_count(1)
    expect(status).to_have_text("No problems found.")
    page.clock.run_for(11_000)
    expect(status).to_have_text("1 error")


def test_what_is_meant_so_is_silenced_with_a_reason_and_nothing_grave_is(page: Page, release: Path) -> None:
    typed(page, release, "Volunteers took", "TODO the the volunteers took")
    expect(page.locator("#findings .finding.error summary")).to_have_count(0)
    warned = page.locator("#findings .finding", has_text="the the")
    warned.get_by_text("It is meant so…").click()
    warned.get_by_role("textbox").fill("It is a quotation")
    warned.get_by_role("button", name="Leave it so").click()
    expect(page.locator("#silenced summary")).to_have_text("1 silenced")
    page.locator("#silenced summary").click()
    expect(page.locator("#silenced")).to_contain_text("Meant so: It is a quotation")
    said = heard(page, "desk:replace")["text"]
    assert "Silence:\n  - check: doubled-word\n    because: It is a quotation\n---\n" in said


def test_a_reason_that_is_being_typed_stays_whatever_is_checked_meanwhile(
    page: Page, release: Path, office: Workspace
) -> None:
    """The text is checked again whenever anybody saves a file, also a colleague."""
    typed(page, release, "Volunteers took", "TODO the the volunteers took")
    expect(page.locator("#findings")).to_contain_text("the the")
    warned = page.locator("#findings .finding", has_text="the the")
    warned.get_by_text("It is meant so…").click()
    reason = warned.get_by_role("textbox")
    reason.press_sequentially("It is a quo")
    eventually(page, lambda: "TODO the the" in release.read_text("utf-8"), "it is saved")
    text = release.read_text("utf-8")
    release.write_text(text.replace("TODO the the", "and the the", 1), "utf-8")
    expect(page.locator("#findings .finding.error")).to_have_count(0)
    expect(reason).to_have_value("It is a quo")
    expect(reason).to_be_focused()
    page.keyboard.type("tation")
    expect(reason).to_have_value("It is a quotation")
    text = release.read_text("utf-8")
    release.write_text(text.replace("---", "---\nHeadlin: no such field", 1), "utf-8")
    expect(page.locator("#findings .faults")).to_be_visible()
    release.write_text(text, "utf-8")
    expect(reason).to_have_value("It is a quotation")


def test_what_word_left_behind_is_tidied_after_a_look_at_it(
    page: Page, release: Path, office: Workspace
) -> None:
    text = release.read_text("utf-8")
    header = text[: text.index("---", 4) + 4]
    body = '\nPortmellon, November 23, 2026 — The water is clean.\n\n• 020 7946 0361\n\nThey said "yes".\n'
    put(page, header + body)
    offer = page.locator("#tidy")
    expect(offer).to_be_visible()
    number = int("".join(filter(str.isdigit, offer.inner_text())))
    assert number >= 2
    offer.click()
    dialog = page.get_by_role("dialog", name="Tidy up")
    expect(dialog.locator("del").first).to_be_visible()
    expect(dialog.locator("ins").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert heard(page, "desk:replace") is None
    offer.click()
    dialog.get_by_role("button", name="Apply").click()
    until(page, "window.heard['desk:replace']")
    tidied = heard(page, "desk:replace")
    assert tidied["label"] == "Tidied up"
    assert "“yes”" in tidied["text"]
    assert "Portmellon, November" not in tidied["text"]
    eventually(page, lambda: release.read_text("utf-8") == tidied["text"], "it is saved")
    assert read_release(office, "harbour-report").original.headline
