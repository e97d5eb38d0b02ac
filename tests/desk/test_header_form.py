"""The header as a form: a change touches no line but the field's own; what is typed into the text is read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect
from support.browser import chromium
from support.desk import Desk, desk, until
from support.own_office import make_own_office
from support.writing import eventually, put_cursor
from support.writing import text as written

from mailer.desk.rooms.writing.header_fields import HINTS, LABELS, values_of
from mailer.desk.rooms.writing.header_form import changed
from mailer.release.field_names import RECORDS, RELEASE, parts_of
from mailer.workspace import Workspace

HERE = "/r/harbour-report"
TEXT = """---
kind: Press Release
Titular:   Clean water: at last
  in eight harbours

contacts:
  - name: Edda Thorne
    phone:   020 7946
      0361
  -   nombre: Ana Ruiz
      correo: ana@example.org
date: July 24, 2018
Note: {{ first_name | colleague }}, look.
---

Text: with a colon.
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("header") / "press-office")


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


# ---- what becomes of the text --------------------------------------------------------------------------------


def filled(text: str) -> dict[str, Any]:
    """The form as a browser posts it when nobody has changed anything."""
    values = values_of(text)
    form: dict[str, Any] = dict(values.texts)
    for name, rows in values.rows.items():
        form[f"{name}.shown"] = "1"
        for number, parts in enumerate(rows):
            form[f"{name}.{number}.was"] = str(number)
            form |= {f"{name}.{number}.{part}": value for part, value in parts.items()}
    return form


def lines_that_differ(text: str, other: str) -> tuple[list[str], list[str]]:
    before, after = text.split("\n"), other.split("\n")
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_a_form_that_nobody_changed_changes_nothing() -> None:
    for text in (TEXT, TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT):
        assert changed(text, text, filled(text)) == text


CHANGES = {
    "a line": ({"date": "July 25, 2018"}, ["date: July 24, 2018"], ["date: July 25, 2018"]),
    "one of several lines, by its own name": (
        {"headline": "Clean water"}, ["Titular:   Clean water: at last", "  in eight harbours"], ["Titular:   Clean water"],
    ),
    "a new one, where it belongs": ({"dateline": "Portmellon"}, [], ["Dateline: Portmellon"]),
    "one that is taken out": ({"date": ""}, ["date: July 24, 2018"], []),
    "a part of a record": ({"contacts.1.email": "a@example.org"}, ["      correo: ana@example.org"], ["      correo: a@example.org"]),
    "a new part": ({"contacts.1.role": "Editor"}, [], ["      role: Editor"]),
    "a part that goes": ({"contacts.0.phone": ""}, ["    phone:   020 7946", "      0361"], []),
    "the first part of a record": (
        {"contacts.0.name": ""}, ["  - name: Edda Thorne", "    phone:   020 7946"], ["  - phone:   020 7946"],
    ),
    "a record more": (
        {"contacts.7.name": "Tom Brand", "contacts.7.phone": "0123", "contacts.7.was": ""},
        [], ["  - name: Tom Brand", "    phone: 0123"],
    ),
    "a record less": (
        {"do": "remove contacts 1"}, ["  -   nombre: Ana Ruiz", "      correo: ana@example.org"], [],
    ),
    "an embargo": (
        {"embargo.day": "2018-07-24", "embargo.hour": "10:00", "embargo.zone": "America/New_York"},
        [], ["Embargo: 2018-07-24 10:00 America/New_York"],
    ),
    "words": ({"about": "Petrel Bay, Trust"}, [], ["About: Petrel Bay, Trust"]),
    "lists": ({"lists.shown": "1", "lists": "press"}, [], ["Lists: press"]),
}  # fmt: skip


@pytest.mark.parametrize(("form", "goes", "comes"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_the_changed_fields_lines_are_others(
    form: dict[str, str], goes: list[str], comes: list[str], end: str
) -> None:
    text = TEXT.replace("\n", end)
    after = changed(text, text, filled(text) | form)
    assert after.count(end) == after.count("\n")
    gone, come = lines_that_differ(TEXT, after.replace("\r\n", "\n"))
    assert (gone, come) == (goes, comes)
    wanted = {key: value for key, value in form.items() if "." not in key and key != "do"}
    assert {key: value for key, value in values_of(after).texts.items() if key in wanted} == {
        key: value for key, value in wanted.items() if key != "lists"
    }


def test_a_record_is_moved_as_it_is_written() -> None:
    after = changed(TEXT, TEXT, filled(TEXT) | {"do": "up contacts 1"})
    assert lines_that_differ(TEXT, after) == ([], [])
    assert [row["name"] for row in values_of(after).rows["contacts"]] == ["Ana Ruiz", "Edda Thorne"]
    assert changed(after, after, filled(after) | {"do": "up contacts 1"}) == TEXT


def test_what_was_typed_into_the_text_meanwhile_stays() -> None:
    now = TEXT.replace("at last", "at long last")
    assert changed(now, TEXT, filled(TEXT) | {"date": "July 25, 2018"}) == now.replace("July 24", "July 25")


def test_of_a_record_too() -> None:
    now = TEXT.replace("Edda Thorne", "Edda Thorne-Ruiz")
    after = changed(now, TEXT, filled(TEXT) | {"contacts.0.phone": "0123", "contacts.1.name": "Ana"})
    rows = values_of(after).rows["contacts"]
    assert [(row["name"], row["phone"]) for row in rows] == [("Edda Thorne-Ruiz", "0123"), ("Ana", "")]


def test_a_new_field_is_named_in_the_manner_of_the_file() -> None:
    text = "---\nheadline: Clean water\n---\n\nText.\n"
    assert changed(text, text, {"date": "July 25, 2018"}) == text.replace(
        "water\n", "water\ndate: July 25, 2018\n"
    )


# ---- that every field is there -------------------------------------------------------------------------------


def test_every_field_of_a_release_is_in_the_form(opened: Desk) -> None:
    """A field that is new in `field_names.py` is in the form by that alone; what it is must be said to staff."""
    html = opened.client.get(f"{HERE}/header?piece=1").text
    for field in RELEASE:
        names = re.findall(r'name="([^"]+)"', html)
        wanted = {
            *(
                f"{field.name}.__n__.{part}"
                for part in (parts_of(field.name) if RECORDS.get(field.name) else ())
            ),
            field.name
            if not RECORDS.get(field.name) and field.name not in ("embargo", "lists")
            else "edition",
        }
        assert wanted <= set(names), field.name
        assert field.name in HINTS, f"{field.name}: say in HINTS how it is filled in"
    assert set(HINTS) == {field.name for field in RELEASE}
    assert set(LABELS) <= set(HINTS)


# ---- in the browser ------------------------------------------------------------------------------------------


@pytest.fixture
def page(opened: Desk, release: Path) -> Iterator[Page]:
    opened.complaints.clear()
    context = opened.context()
    context.add_init_script(
        "addEventListener('desk:replace', ({ detail }) => { window.replaced = detail; }, true);"
    )
    shown = context.new_page()
    shown.goto(f"{opened.base}{HERE}")
    expect(shown.locator("#header-summary")).to_contain_text("Press release · 23 November 2026 · Portmellon")
    shown.keyboard.press("F4")
    expect(shown.get_by_label("Preheader")).to_be_visible()
    yield shown
    # What the editor was given is saved, before the file is made what it was.
    expect(shown.locator("#saved")).to_have_attribute("data-mark", "done")
    context.close()
    opened.assert_clean()


def becomes(page: Page, words: str) -> str:
    """The text that the editor was given, once it holds some words."""
    until(page, "(words) => window.replaced?.text.includes(words)", words)
    return str(page.evaluate("window.replaced.text"))


def type_text(page: Page, text: str) -> None:
    """What stands in the editor becomes another text, as by typing."""
    page.evaluate(
        """async (text) => {
        const { editor } = await import(document.querySelector('script[src*="editor.js"]').src);
        editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
    }""",
        text,
    )


def test_what_is_filled_in_becomes_text_and_the_mail_shows_it(page: Page, release: Path) -> None:
    before = release.read_text("utf-8")
    page.get_by_label("Subject", exact=True).fill("Harbours: clean")
    after = becomes(page, "Subject: Harbours: clean")
    assert lines_that_differ(before, after) == ([], ["Subject: Harbours: clean"])
    expect(page.locator("#view-subject")).to_have_text("Harbours: clean")


def test_what_is_typed_into_the_text_is_read_into_the_form(page: Page, release: Path) -> None:
    type_text(
        page,
        release.read_text("utf-8").replace("Dateline: Portmellon", "Dateline: Saltby\nLists: regional", 1),
    )
    expect(page.get_by_label("Dateline")).to_have_value("Saltby")
    expect(page.get_by_role("checkbox", name="regional")).to_be_checked()
    expect(page.locator("#header-summary")).to_contain_text("Saltby · to regional")
    expect(page.get_by_role("checkbox", name="press")).not_to_be_checked()
    expect(page.locator(".box", has_text="press")).to_contain_text("12 people")


@contextmanager
def slow_desk(page: Page, *, about_form: bool) -> Iterator[Callable[[], None]]:
    """A desk that thinks about the next question for as long as this lasts; what is given waits for it. At one address it
    is asked what becomes of the form, and how the text is to be read; what this is not about is answered at once."""
    held: list[tuple[Route, APIResponse]] = []
    thought_about: list[str] = []

    def hold(route: Route) -> None:
        posted = route.request.post_data or ""
        if thought_about or ('name="before"' in posted) != about_form:
            route.continue_()
        else:
            thought_about.append(posted)  # to fetch the answer takes a while, in which more may be asked
            ours = {"Origin": page.url.partition("/r/")[0], "Sec-Fetch-Site": "same-origin"}
            held.append((route, route.fetch(headers=route.request.all_headers() | ours)))

    page.route("**/header", hold)
    yield lambda: eventually(page, lambda: bool(held), "the desk was asked")
    route, answer = held[0]
    route.fulfill(response=answer)


def test_what_is_typed_into_the_text_while_the_desk_thinks_about_the_form_stays(page: Page) -> None:
    with slow_desk(page, about_form=True) as asked:
        page.get_by_label("Subject", exact=True).fill("Harbours are clean")
        asked()
        put_cursor(page, "Volunteers took")
        page.keyboard.type(" by hand")
    eventually(page, lambda: "\nSubject: Harbours are clean\n" in written(page), "the form’s")
    assert "Volunteers took by hand" in written(page)


QUICK = """() => new MutationObserver(() => {
  const subject = document.querySelector("#header-fields [name=subject]");
  if (!subject || window.wasQuick) return;
  window.wasQuick = true;
  subject.focus();
  subject.value = "Harbours are clean";
  subject.dispatchEvent(new Event("input", { bubbles: true }));
}).observe(document, { childList: true, subtree: true });"""
"""Somebody who types in the very moment that the form is there, before any script has gone on."""


def test_what_is_typed_the_moment_that_the_form_is_there_becomes_text(opened: Desk, release: Path) -> None:
    shown = opened.context().new_page()
    shown.goto(f"{opened.base}{HERE}")
    shown.evaluate(QUICK)
    shown.locator("#header-form > summary").click()
    eventually(shown, lambda: "\nSubject: Harbours are clean\n" in written(shown), "the form’s")
    expect(shown.locator("#saved")).to_have_attribute("data-mark", "done")
    shown.context.close()


def test_what_is_filled_in_is_never_told_to_an_editor_that_is_not_there_yet(
    opened: Desk, release: Path
) -> None:
    """A page's scripts come one after the other, on a slow computer with seconds in between."""
    shown = opened.context().new_page()
    waiting: list[Route] = []
    shown.route("**/writing/editor.js", lambda route: waiting.append(route))
    shown.goto(f"{opened.base}{HERE}", wait_until="commit")
    shown.locator("#header-form > summary").click()
    subject = shown.get_by_label("Subject", exact=True)
    shown.wait_for_timeout(1500)
    if early := subject.is_visible():
        subject.fill("Harbours are clean")
        shown.wait_for_timeout(1500)
    waiting[0].continue_()
    if not early:
        subject.fill("Harbours are clean")
    eventually(shown, lambda: "\nSubject: Harbours are clean\n" in written(shown), "the form’s")
    expect(shown.locator("#saved")).to_have_attribute("data-mark", "done")
    shown.context.close()


def test_the_form_comes_though_it_was_opened_before_the_scripts_are_there(opened: Desk) -> None:
    shown = opened.context().new_page()
    waiting: list[Route] = []
    shown.route("**/vendor.js", lambda route: waiting.append(route))
    shown.goto(f"{opened.base}{HERE}", wait_until="commit")
    shown.locator("#header-form > summary").click()
    eventually(shown, lambda: bool(waiting), "the script is asked for")
    waiting[0].continue_()
    expect(shown.get_by_label("Preheader")).to_be_visible()
    shown.context.close()


def test_a_form_that_can_not_be_had_is_asked_for_ever_less_often(opened: Desk) -> None:
    """As while the desk is away: at first each second, then less and less, as long as somebody wants it."""
    shown = opened.page(HERE)
    shown.clock.install()
    asked: list[Route] = []

    def refuse(route: Route) -> None:
        asked.append(route)
        route.abort()

    shown.route("**/header?*piece=1*", refuse)
    shown.locator("#header-form > summary").click()
    for _ in range(60):
        shown.clock.run_for(1_000)
        shown.wait_for_timeout(20)
    assert 4 <= len(asked) <= 8
    shown.unroute("**/header?*piece=1*")
    for _ in range(31):
        shown.clock.run_for(1_000)
        shown.wait_for_timeout(20)
    expect(shown.get_by_label("Preheader")).to_be_visible()
    shown.context.close()
    opened.complaints[:] = [said for said in opened.complaints if "ERR_FAILED" not in said]


def test_what_is_typed_into_the_form_while_the_desk_reads_the_text_stays(page: Page) -> None:
    """Somebody goes through its fields at once; what was read before that fills nothing in over it."""
    subject = page.get_by_label("Subject", exact=True)
    with slow_desk(page, about_form=False) as asked:
        put_cursor(page, "Volunteers took")
        page.keyboard.type(" by hand")
        asked()
        subject.fill("Harbours are clean")
        page.get_by_label("Preheader").focus()
    eventually(page, lambda: "\nSubject: Harbours are clean\n" in written(page), "the form’s")
    expect(subject).to_have_value("Harbours are clean")


def test_what_is_filled_in_becomes_text_though_nobody_answers_at_first(page: Page, opened: Desk) -> None:
    """As when the computer changes its network, and the browser drops what is under way."""
    dropped: list[Route] = []

    def drop(route: Route) -> None:
        if dropped:
            return route.fallback()
        dropped.append(route)
        return route.abort()

    page.route("**/header", drop)
    page.get_by_label("Subject", exact=True).fill("Harbours are clean")
    eventually(page, lambda: "\nSubject: Harbours are clean\n" in written(page), "the form’s")
    assert dropped
    opened.complaints[:] = [said for said in opened.complaints if "ERR_FAILED" not in said]


def test_contacts_are_added_moved_and_removed(page: Page) -> None:
    page.get_by_text("Whom to ask").click()

    def add(name: str, number: int) -> None:
        page.get_by_role("button", name="Add a contact").click()
        page.keyboard.type(name)
        becomes(page, f"name: {name}")
        expect(page.locator("[data-records=contacts] [data-row]")).to_have_count(number)

    add("Edda Thorne", 1)
    add("Ana Ruiz", 2)
    rows = page.locator("[data-records=contacts] [data-row]")
    rows.nth(1).get_by_role("button", name="Move up").click()
    expect(rows.nth(0).get_by_label("Name")).to_have_value("Ana Ruiz")
    assert "Contacts:\n  - name: Ana Ruiz\n  - name: Edda Thorne\n" in page.evaluate("window.replaced.text")
    rows.nth(0).get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(1)
    expect(rows.nth(0).get_by_label("Name")).to_have_value("Edda Thorne")
    assert "Ana Ruiz" not in page.evaluate("window.replaced.text")


def test_a_fault_stands_at_its_field(page: Page, release: Path) -> None:
    type_text(page, release.read_text("utf-8").replace("Date: November 23, 2026", "Date: 7/8/2026", 1))
    fault = page.locator("#h-date-faults")
    expect(fault).to_contain_text("ambiguous")
    expect(page.get_by_label("Date", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Date", exact=True).fill("August 7, 2026")
    becomes(page, "Date: August 7, 2026")
    expect(fault).to_be_hidden()


def test_an_embargo_is_a_clock_in_the_readers_zones(page: Page, release: Path) -> None:
    typed = "Embargo: 2026-11-24 10:00 America/New_York\nZones: Asia/Tokyo, America/Mexico_City\nLang: en"
    type_text(page, release.read_text("utf-8").replace("Lang: en", typed, 1))
    expect(page.locator("#header-clocks li")).to_have_text([
        re.compile("New York.*Tuesday 24 November, 10:00"),
        re.compile("London.*Tuesday 24 November, 3:00"),
        re.compile("Tokyo.*Wednesday 25 November, 12:00"),
        re.compile("Mexico City.*Tuesday 24 November, 9:00"),
    ])  # fmt: skip
    page.get_by_label("Time", exact=True).fill("11:30")
    becomes(page, "Embargo: 2026-11-24 11:30 America/New_York")


def test_without_scripts_the_form_saves_to_the_file(opened: Desk, release: Path) -> None:
    before = release.read_text("utf-8")
    page = opened.page(HERE, java_script_enabled=False)
    page.get_by_role("link", name="The header as a form").click()
    page.get_by_label("Dateline").fill("Saltby")
    page.get_by_text("Whom to ask").click()
    page.locator("[data-records=contacts]").get_by_label("Name").first.fill("Edda Thorne")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_label("Dateline")).to_have_value("Saltby")
    expect(page.locator("[data-records=contacts]").get_by_label("Name")).to_have_count(2)
    added = ["Dateline: Saltby", "Contacts:", "  - name: Edda Thorne"]
    assert lines_that_differ(before, release.read_text("utf-8")) == (["Dateline: Portmellon"], added)
    page.context.close()


@pytest.mark.parametrize("value", ["two\nlines", "a\u202eb", "\ue000"])
def test_what_no_header_may_hold_is_refused_or_made_harmless(opened: Desk, value: str) -> None:
    answer = opened.post(
        f"{HERE}/header", {"live": "1", "text": TEXT, "before": TEXT, "subject": value}
    ).json()
    said = values_of(answer["text"]).texts["subject"]
    assert said in ("", "two lines")
    assert bool(answer["trouble"]) == (said == "")
