"""Lists, those who are never mailed, and "who has it?" at the desk, as a press officer uses them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import everywhere
from support.browser import chromium
from support.desk import PHONE, Desk, desk
from support.office_that_sent import office_that_sent
from support.workbooks import parts, write

from mailer.delivery.ledger.records import LETTERS
from mailer.model import Recipient, Status
from mailer.press import Suppressions, read_list, settings_of
from mailer.workspace import Workspace

RELEASE = "harbour-report"
ANA, GONE, TOM = "ana.ruiz@example.net", "gone.away@example.com", "tom.wainwright@example.com"
COAST = """E-mail;Name;Outlet;Language;Beat
jo@paper.example.com;Jo Pike;The Paper;en;sea
ann@paper.example.com;Ann Rue;The Paper;es;land
bad@@x;Bad One;The Paper;en;sea
jo@paper.example.com;Jo Pike;The Paper;en;sea
gone.away@example.com;Pat Gone;The Tide;en;sea
ben@gmial.com;Ben Hale;The Tide;es;sea
"""
"""Six rows: a slip, an address that can't be used, somebody twice, and somebody who is never mailed."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An office that has sent harbour-report to its list."""
    with office_that_sent(tmp_path_factory.mktemp("people") / "press-office") as office:
        yield office.workspace


@pytest.fixture(scope="module")
def running(workspace: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(workspace, browser) as opened:
        yield opened


@pytest.fixture
def opened(running: Desk) -> Iterator[Desk]:
    """The desk, whose pages a test has all to itself and leaves without a complaint."""
    running.complaints.clear()
    running.requested.clear()
    yield running
    running.close()
    running._contexts.clear()
    running.assert_clean()


@pytest.fixture
def coast(workspace: Workspace) -> Iterator[Path]:
    """A list that a test may change."""
    path = workspace.lists / "coast.csv"
    path.write_text(COAST, "utf-8")
    yield path
    for file in (path, settings_of(path)):
        file.unlink(missing_ok=True)


def text_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.text


def piece_of(opened: Desk, path: str) -> str:
    """What htmx gets, as soon as the list was read."""
    for _ in range(200):
        text = text_of(opened.client.get(path, headers={"HX-Request": "true"}))
        if "still being read" not in text:
            break
        time.sleep(0.1)
    assert "<html" not in text
    return text


def addresses(path: Path) -> list[str]:
    return [row.address for row in read_list(path, asking=False).rows() if isinstance(row, Recipient)]


def dropped(opened: Desk, content: bytes | str, name: str = "contacts.csv") -> str:
    """Where a dropped file is looked at."""
    content = content.encode() if isinstance(content, str) else content
    answer = opened.post("/lists", files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


# ---- every page ------------------------------------------------------------------------------------------


def test_every_page_can_be_used_by_everybody(opened: Desk, coast: Path) -> None:
    (coast.parent / "two.csv").write_text(
        "Work email,Private email\na@b.example.com,c@d.example.com\n", "utf-8"
    )
    waiting = dropped(opened, COAST)
    pages = (
        "/lists", "/lists/coast", "/lists/coast?show=problems", "/lists/coast?show=left-out", "/lists/two",
        "/lists/coast?show=proposals", "/lists/coast?line=2", waiting, f"{waiting}?as=coast", "/suppressed",
        f"/suppressed?take-back={GONE}", "/who", "/who?q=tom", f"/r/{RELEASE}/who", f"/r/{RELEASE}/who?q=tom",
        f"/r/{RELEASE}/person?address={ANA}", f"/r/{RELEASE}/person?address={GONE}",
    )  # fmt: skip
    page = opened.context(viewport=PHONE).new_page()
    for path in pages:
        answer = page.goto(f"{opened.base}{path}")
        assert answer is not None and answer.status == 200, path
        assert list(everywhere(page, (PHONE,))) == [], path
    (coast.parent / "two.csv").unlink()


# ---- lists -----------------------------------------------------------------------------------------------


def test_lists_say_how_many_they_reach_what_is_wrong_and_who_uses_them(opened: Desk, coast: Path) -> None:
    page = opened.page("/lists")
    row = page.get_by_role("row").filter(has_text="coast")
    expect(row).to_contain_text("3")  # jo, ann and ben
    expect(row).to_contain_text("2 rows, 1 to fix")
    expect(row).to_contain_text("3 left out")
    expect(row).to_contain_text("no release")
    press = page.get_by_role("row").filter(has_text=RELEASE)
    expect(press).to_contain_text("press")
    expect(press).to_contain_text("every release that names no list")


def test_people_are_found_by_words_and_filters_as_one_types(opened: Desk, coast: Path) -> None:
    page = opened.page("/lists/coast")
    found = page.locator("#found")
    expect(found).to_contain_text("3 people get a release")
    page.fill("#q", "PIKE paper")
    expect(found).to_contain_text("1 person of 3")
    expect(found.get_by_role("link", name="Jo Pike")).to_be_visible()
    assert "q=PIKE" in page.url  # works after a reload
    page.reload()
    expect(found).to_contain_text("1 person of 3")
    page.fill("#q", "")
    page.select_option("#f-language", "es")
    expect(found).to_contain_text("2 people of 3")
    expect(found.get_by_role("link", name="Jo Pike")).to_have_count(0)


def test_filters_work_without_javascript(opened: Desk, coast: Path) -> None:
    page = opened.page("/lists/coast", java_script_enabled=False)
    page.fill("#q", "pike")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#found")).to_contain_text("1 person of 3")


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("language=es", ["Ann Rue", "Ben Hale"], ["Jo Pike"]),
        ("outlet=The+Tide", ["Ben Hale"], ["Ann Rue"]),
        ("c.beat=land", ["Ann Rue"], ["Ben Hale"]),
        ("c.beat=sea&language=en", ["Jo Pike"], ["Ben Hale", "Ann Rue"]),
        ("q=h%C3%A0le", ["Ben Hale"], ["Jo Pike"]),
    ],
)
def test_filters_of_columns(
    opened: Desk, coast: Path, query: str, shown: list[str], hidden: list[str]
) -> None:
    text = piece_of(opened, f"/lists/coast?{query}")
    assert all(name in text for name in shown)
    assert not any(name in text for name in hidden)


def test_problems_and_those_left_out_say_their_line_and_what_to_do(opened: Desk, coast: Path) -> None:
    page = opened.page("/lists/coast?show=problems")
    row = page.locator("#found").get_by_role("row").filter(has_text="bad@@x")
    expect(row).to_contain_text("4")
    expect(row).to_contain_text("Correct the address in the list.")
    page.get_by_role("link", name="Left out").click()
    out = page.locator("#found")
    expect(out.get_by_role("row").filter(has_text=GONE)).to_contain_text("unsubscribed 2026-09-14")
    expect(out.get_by_role("row").filter(has_text="jo@paper")).to_contain_text("already on line 2")
    page.get_by_role("link", name="Suppressed 1").click()
    expect(out.get_by_role("row")).to_have_count(2)  # the header, and one


def test_a_list_that_was_saved_is_read_again(opened: Desk, coast: Path) -> None:
    page = opened.page("/lists/coast")
    expect(page.locator("#found")).to_contain_text("3 people")
    coast.write_text(COAST + "new@paper.example.com;New One;The Paper;en;sea\n", "utf-8")
    expect(page.locator("#found")).to_contain_text("4 people")
    expect(page.locator("#found")).to_contain_text("New One")


def test_a_list_that_goes_while_one_looks_is_said_to_have_gone(opened: Desk, coast: Path) -> None:
    page = opened.page("/lists/coast")
    expect(page.locator("#found")).to_contain_text("3 people")
    coast.unlink()
    expect(page.locator("#found")).to_contain_text("There is no list “coast”")
    expect(page.locator("nav.rooms")).to_have_count(1)  # no page in the page
    coast.write_text(COAST, "utf-8")
    expect(page.locator("#found")).to_contain_text("3 people")


def test_pages_of_a_long_list(opened: Desk, workspace: Workspace) -> None:
    path = workspace.lists / "long.csv"
    rows = [f"p{number:03}@example.net,Person {number:03}" for number in range(120)]
    path.write_text("\n".join(["email,name", *rows]), "utf-8")
    page = opened.page("/lists/long")
    expect(page.get_by_text("Page 1 of 3")).to_be_visible()
    page.get_by_role("link", name="More", exact=True).click()
    expect(page.get_by_role("link", name="Person 050")).to_be_visible()
    page.goto(f"{opened.base}/lists/long?page=3")
    expect(page.get_by_role("link", name="Person 119")).to_be_visible()
    path.unlink()


# ---- changes, only by a word -----------------------------------------------------------------------------


def test_an_address_is_corrected_and_the_rest_of_the_file_stays(
    opened: Desk, workspace: Workspace, coast: Path
) -> None:
    page = opened.page("/lists/coast?line=2")
    page.fill("#becomes", "josephine@other.example.com")
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_role("status").filter(has_text="is now josephine@other.example.com")).to_be_visible()
    assert coast.read_text("utf-8") == COAST.replace("jo@paper", "josephine@other", 1)
    kept = next((workspace.private / "lists-before").glob("coast-*.csv"))
    assert kept.read_text("utf-8") == COAST
    assert kept.stat().st_mode & 0o077 == 0


def test_what_is_no_address_is_not_taken(opened: Desk, coast: Path) -> None:
    data = {"do": "correct", "line": "2", "address": "jo@paper.example.com", "becomes": "jo@@paper"}
    answer = opened.post("/lists/coast", data)
    assert answer.status_code == 422
    assert "jo@@paper" in answer.text  # what was typed is not lost
    assert coast.read_text("utf-8") == COAST


def test_a_row_that_somebody_has_changed_meanwhile_is_not_removed(opened: Desk, coast: Path) -> None:
    lines = COAST.splitlines(keepends=True)
    coast.write_text("".join([lines[0], *lines[2:]]), "utf-8")  # somebody took line 2 out, in Excel
    data = {"do": "remove", "line": "2", "address": "jo@paper.example.com", "sure": "yes"}
    answer = opened.post("/lists/coast", data)
    assert answer.status_code == 422
    assert "somebody has changed the list meanwhile" in answer.text
    assert "ann@paper.example.com" in addresses(coast)


def test_nothing_is_removed_without_the_box(opened: Desk, coast: Path) -> None:
    data = {"do": "remove", "line": "2", "address": "jo@paper.example.com"}
    assert opened.post("/lists/coast", data).status_code == 422
    assert coast.read_text("utf-8") == COAST
    assert opened.post("/lists/coast", data | {"sure": "yes"}).status_code == 303
    assert coast.read_text("utf-8") == COAST.replace("jo@paper.example.com;Jo Pike;The Paper;en;sea\n", "", 1)


def test_somebody_is_never_mailed_again_from_their_row(
    opened: Desk, workspace: Workspace, coast: Path
) -> None:
    page = opened.page("/lists/coast?line=3")
    page.get_by_label("Why, for colleagues to read").fill("asked by phone")
    page.get_by_role("button", name="Never mail them again").click()
    expect(page.get_by_text("ann@paper.example.com is never mailed again.")).to_be_visible()
    entry = Suppressions(workspace.suppressed).get("ann@paper.example.com")
    assert entry is not None and (entry.reason, entry.source) == ("asked by phone", "at the desk")
    page.goto(f"{opened.base}/lists/coast")
    expect(page.locator("#found")).to_contain_text("2 people get a release")
    Suppressions(workspace.suppressed).remove("ann@paper.example.com")
    assert coast.read_text("utf-8") == COAST


def test_only_what_is_ticked_of_the_proposals_is_done(
    opened: Desk, workspace: Workspace, coast: Path
) -> None:
    page = opened.page("/lists/coast?show=proposals")
    page.get_by_label("Correct ben@gmial.com").check()
    page.get_by_role("button", name="Make the changes that are ticked").click()
    expect(page.get_by_role("status").filter(has_text="1 row changed")).to_be_visible()
    assert coast.read_text("utf-8") == COAST.replace("gmial", "gmail")


def test_a_proposal_that_no_longer_holds_changes_nothing(opened: Desk, coast: Path) -> None:
    ticked = {
        "do": "clean",
        "agreed": ["7 typo ben@gmial.com ben@gmail.com", "5 duplicate somebody@else.example "],
    }
    answer = opened.post("/lists/coast", ticked)
    assert answer.status_code == 422
    assert "no longer holds" in answer.text
    assert coast.read_text("utf-8") == COAST


def test_a_workbook_is_not_changed_from_here(opened: Desk, workspace: Workspace) -> None:
    path = write(workspace.lists / "book.xlsx", parts())  # Ana's row alone
    before = path.read_bytes()
    assert "can’t be changed from here" in text_of(opened.client.get("/lists/book?line=2"))
    data = {"do": "remove", "line": "2", "address": "ana@example.net", "sure": "yes"}
    answer = opened.post("/lists/book", data)
    assert answer.status_code == 422 and "not plain rows of text" in answer.text
    assert path.read_bytes() == before
    path.unlink()


# ---- questions -------------------------------------------------------------------------------------------


def test_questions_are_answered_on_the_page_and_kept_beside_the_list(
    opened: Desk, workspace: Workspace, coast: Path
) -> None:
    coast.write_text(
        "Work email,Private email,Name,Newsletter\na@b.example.com,q@b.example.com,A,perhaps\n"
        "c@b.example.com,w@x.example.com,C,who knows\n",
        "utf-8",
    )
    page = opened.page("/lists/coast")
    expect(page.get_by_text("Nobody is mailed from this list before you have answered")).to_be_visible()
    page.get_by_label("Which column is mailed?").select_option("Private email")
    page.get_by_label("What “Newsletter” is").select_option("not about mail")
    page.get_by_role("button", name="Keep these answers").click()
    expect(page.get_by_text("Nobody is mailed from this list")).to_have_count(0)
    assert [person.address for person in read_list(coast)] == ["q@b.example.com", "w@x.example.com"]
    assert settings_of(coast).stat().st_mode & 0o077 == 0


def test_an_answer_says_nothing_of_other_columns(opened: Desk, coast: Path) -> None:
    settings_of(coast).write_text('encoding = "utf-8"\n[columns]\n"Beat" = "tags"\n', "utf-8")
    answer = opened.post("/lists/coast", {"do": "answer", "column-3": "not about mail"})
    assert answer.status_code == 303
    said = settings_of(coast).read_text("utf-8")
    assert (
        'encoding = "utf-8"' in said and '"Beat" = "tags"' in said and '"Outlet" = "not about mail"' in said
    )


# ---- adding a file ---------------------------------------------------------------------------------------


def drop_on(page: Page, name: str, content: str) -> None:
    """As a person drops a file from a folder."""
    data = page.evaluate_handle(
        """([name, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([content], name, { type: "text/csv" }));
          return data;
        }""",
        [name, content],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event("#lists", event, {"dataTransfer": data})


def test_a_dropped_file_is_shown_as_understood_and_added_only_by_a_word(
    opened: Desk, workspace: Workspace
) -> None:
    target = workspace.lists / "Coast desk.csv"
    waiting = set((workspace.private / "desk" / "uploads").glob("*"))
    page = opened.page("/lists")
    drop_on(page, "Coast desk.csv", COAST)
    expect(page.get_by_role("heading", name="Coast desk.csv")).to_be_visible()
    assert not target.exists()
    expect(page.locator(".numbers")).to_contain_text("3 people can be mailed")
    expect(page.locator(".numbers")).to_contain_text("1 of the file is suppressed")
    expect(page.locator(".numbers")).to_contain_text("1 row repeats somebody")
    expect(page.get_by_role("row").filter(has_text="E-mail")).to_contain_text("the address that is mailed")
    expect(page.get_by_role("row").filter(has_text="Correct the address").first).to_contain_text("4")
    page.get_by_role("button", name="Add this list").click()
    expect(page.get_by_role("heading", name="Coast desk", exact=True)).to_be_visible()
    assert addresses(target) == ["jo@paper.example.com", "ann@paper.example.com", GONE, "ben@gmial.com"]
    assert target.stat().st_mode & 0o077 == 0
    assert set((workspace.private / "desk" / "uploads").iterdir()) == waiting
    target.unlink()


def test_a_file_is_chosen_without_javascript(opened: Desk, workspace: Workspace) -> None:
    page = opened.page("/lists", java_script_enabled=False)
    page.set_input_files("#file", {"name": "plain.csv", "mimeType": "text/csv", "buffer": COAST.encode()})
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Add this list").click()
    assert len(addresses(workspace.lists / "plain.csv")) == 4
    (workspace.lists / "plain.csv").unlink()


def test_another_list_is_replaced_only_after_the_difference_was_shown(
    opened: Desk, workspace: Workspace, coast: Path
) -> None:
    there = coast.read_bytes()
    waiting = dropped(opened, "email;name\njo@paper.example.com;Jo\nnew@paper.example.com;New One\n")
    add = {"do": "add", "as": "coast"}
    assert opened.post(waiting, add | {"over": "yes"}).status_code == 409  # nothing was shown yet
    page = opened.page(f"{waiting}?as=coast")
    expect(page.get_by_text("1 would come, 3 would go, 1 stay.")).to_be_visible()
    seen = page.locator("input[name=seen]").get_attribute("value")
    assert opened.post(waiting, add | {"seen": seen}).status_code == 422  # the box
    coast.write_text(COAST + "late@paper.example.com;Late;The Paper;en;sea\n", "utf-8")
    assert opened.post(waiting, add | {"seen": seen, "over": "yes"}).status_code == 409  # changed meanwhile
    coast.write_bytes(there)
    page.goto(f"{opened.base}{waiting}?as=coast")
    page.get_by_label("Replace lists/coast.csv").check()
    page.get_by_role("button", name="Add this list").click()
    expect(page.get_by_text("The list was added: 2 people.")).to_be_visible()
    assert addresses(coast) == ["jo@paper.example.com", "new@paper.example.com"]
    kept = max(
        (workspace.private / "lists-before").glob("coast-*.csv"), key=lambda path: path.stat().st_mtime
    )
    assert kept.read_bytes() == there


@pytest.mark.parametrize(
    "name", ["suppressed", "Suppressed.csv", "../press", "con", "press/x", ".hidden", "a.xlsx"]
)
def test_a_list_is_called_nothing_that_leads_elsewhere(opened: Desk, workspace: Workspace, name: str) -> None:
    before = {path: path.read_bytes() for path in workspace.lists.iterdir() if path.is_file()}
    waiting = dropped(opened, COAST)
    page = opened.client.get(waiting, params={"as": name})
    assert page.status_code == 200 and "Add this list" not in page.text
    answer = opened.post(waiting, {"do": "add", "as": name, "over": "yes"})
    assert answer.status_code in (404, 422)
    assert {path: path.read_bytes() for path in workspace.lists.iterdir() if path.is_file()} == before


def test_a_file_that_asks_is_added_only_when_it_was_answered(opened: Desk, workspace: Workspace) -> None:
    waiting = dropped(opened, "Work email,Private email\na@b.example.com,c@d.example.com\n", "two.csv")
    page = opened.page(waiting)
    expect(page.get_by_text("Before it can be added, you are asked")).to_be_visible()
    expect(page.get_by_role("button", name="Add this list")).to_have_count(0)
    assert opened.post(waiting, {"do": "add", "as": "two"}).status_code == 422
    assert not (workspace.lists / "two.csv").exists()
    page.get_by_label("Which column is mailed?").select_option("Private email")
    page.get_by_role("button", name="Keep these answers").click()
    page.get_by_role("button", name="Add this list").click()
    assert addresses(workspace.lists / "two.csv") == ["c@d.example.com"]
    (workspace.lists / "two.csv").unlink()


# ---- never mailed ----------------------------------------------------------------------------------------


def test_one_more_is_never_mailed_and_one_is_taken_back_with_a_reason(
    opened: Desk, workspace: Workspace
) -> None:
    page = opened.page("/suppressed")
    page.fill("#addresses", "wren@example.net\nfinch@example.net")
    page.fill("#reason", "asked by phone")
    page.get_by_role("button", name="Never mail them again").click()
    expect(page.get_by_role("row").filter(has_text="wren@example.net")).to_contain_text("asked by phone")
    assert {"wren@example.net", "finch@example.net"} <= {
        e.address for e in Suppressions(workspace.suppressed)
    }

    back = {"do": "take-back", "address": "wren@example.net"}
    for incomplete in ({}, {"sure": "yes"}, {"reason": "wrote to us"}):
        assert opened.post("/suppressed", back | incomplete).status_code == 422
    assert "wren@example.net" in Suppressions(workspace.suppressed)
    page.get_by_role("link", name="Take back wren@example.net").click()
    page.fill("#back-reason", "wrote to us on Monday")
    page.get_by_label("They have asked for it themselves").check()
    page.get_by_role("button", name="Mail them again", exact=True).click()
    expect(page.get_by_text("wren@example.net can be mailed again.")).to_be_visible()
    assert "wren@example.net" not in Suppressions(workspace.suppressed)
    log = [json.loads(line) for line in (workspace.private / "log").read_text("utf-8").splitlines()]
    assert ("unsuppress", "wrote to us on Monday") in [(line["did"], line.get("reason")) for line in log]
    Suppressions(workspace.suppressed).remove("finch@example.net")


def test_what_was_typed_is_not_lost_when_it_is_no_address(opened: Desk) -> None:
    answer = opened.post("/suppressed", {"do": "add", "addresses": "wren@@example", "reason": "by phone"})
    assert answer.status_code == 422
    assert "wren@@example" in answer.text and 'value="by phone"' in answer.text


def test_wishes_on_their_way_are_among_them(opened: Desk, workspace: Workspace) -> None:
    Suppressions(workspace.suppressed).note([("heron@example.net", "link")])
    row = opened.page("/suppressed?q=heron").get_by_role("row").filter(has_text="heron@example.net")
    expect(row).to_contain_text("on its way into the file")
    Suppressions(workspace.suppressed).remove("heron@example.net")


def test_a_missing_file_is_explained_and_not_made_anew(opened: Desk, workspace: Workspace) -> None:
    away = workspace.root / "moved.csv"
    workspace.suppressed.rename(away)
    try:
        page = opened.page("/suppressed")
        expect(page.get_by_text("the list of people who are never mailed is missing")).to_be_visible()
        add = {"do": "add", "addresses": "wren@example.net", "reason": "by phone"}
        assert opened.post("/suppressed", add).status_code == 422
        opened.post("/suppressed", {"do": "begin"})
        assert not workspace.suppressed.exists()
        assert "can’t be told who is never mailed" in text_of(opened.client.get("/lists/press"))
    finally:
        away.rename(workspace.suppressed)


# ---- who has it? -----------------------------------------------------------------------------------------


def test_whoever_is_typed_on_any_page_is_found_below_the_field(opened: Desk) -> None:
    page = opened.page("/suppressed")
    page.get_by_label("Who has it?").fill("wainw")
    found = page.locator("#who-found").get_by_role("link", name="Tom Wainwright")
    expect(found).to_contain_text(f"{RELEASE}: accepted")
    page.keyboard.press("Tab")
    expect(found).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tom Wainwright")).to_be_visible()
    expect(page.get_by_text("Gets a release that goes to press or regional.")).to_be_visible()


def test_somebody_who_is_on_no_list_any_more_is_found_in_the_record(
    opened: Desk, workspace: Workspace
) -> None:
    path = workspace.lists / "press.csv"
    before = path.read_text("utf-8")
    lines = before.splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "m.brandt" not in line), "utf-8")
    for question in ("Brandt", "m.brandt@example.net", "shipping weekly"):
        page = opened.page(f"/who?q={question}")
        known = page.locator(".person-known")
        expect(known).to_contain_text("m.brandt@example.net")
        expect(known).to_contain_text(f"{RELEASE}: accepted")
        expect(known).to_contain_text("on no list that would mail them")
    path.write_text(before, "utf-8")


def test_who_is_never_mailed_is_found_with_the_reason(opened: Desk) -> None:
    text = text_of(opened.client.get("/who?q=gone.away"))
    assert "Is never mailed: unsubscribed 2026-09-14." in text
    assert "Nothing was sent to them from here." in text


# ---- who gets a release ----------------------------------------------------------------------------------


def test_who_gets_a_release_by_outlet_with_who_had_the_last_one(opened: Desk, workspace: Workspace) -> None:
    newer = workspace.releases / "newer.md"
    text = (workspace.releases / f"{RELEASE}.md").read_text("utf-8")
    newer.write_text(text, "utf-8")
    extra = workspace.lists / "extra.csv"
    extra.write_text("email,name,outlet\nada@example.net,Ada,The Daily Quay\n", "utf-8")
    try:
        page = opened.page("/r/newer/who?list=press&list=extra")
        expect(page.locator("main")).to_contain_text("12 people get it, 1 is left out")
        expect(page.get_by_text("The Daily Quay: 3 people, 2 had the last release")).to_be_visible()
        expect(page.get_by_text("La Gazette du Port: 2 people, all had the last release")).to_be_visible()
        expect(page.locator("#left-out")).to_contain_text(GONE)
        page.get_by_label("Is somebody among them?").fill("gone")
        expect(page.locator("#audience-found")).to_contain_text("suppressed")
        piece = opened.client.get("/r/newer/who?list=press&list=extra", headers={"HX-Request": "true"})
        assert "<html" not in piece.text and "12 people" in piece.text
    finally:
        newer.unlink()
        extra.unlink()


def test_the_send_page_leads_to_those_who_are_chosen_there(opened: Desk, workspace: Workspace) -> None:
    extra = workspace.lists / "extra.csv"
    extra.write_text(f"email,name,outlet\nada@example.net,Ada,El País\n{GONE},Pat,El País\n", "utf-8")
    try:
        page = opened.page(f"/r/{RELEASE}/send?chosen=1&list=extra")
        page.get_by_text("Who is left out, and why").click()
        page.locator("#leaving").get_by_role("link", name=GONE).hover()
        expect(page.get_by_role("dialog", name=GONE)).to_contain_text("Does not get it")
        page.get_by_role("link", name="Who gets it").click()
        expect(page.locator("main")).to_contain_text("1 person gets it, 1 is left out")
        expect(page.get_by_text("El País: 1 person")).to_be_visible()
    finally:
        extra.unlink()


def test_no_file_but_those_of_lists_is_opened_for_an_address(opened: Desk, workspace: Workspace) -> None:
    (workspace.root / "elsewhere.csv").write_text("email\neve@example.net\n", "utf-8")
    for page in ("who", "person", "person/mail"):
        answer = opened.client.get(f"/r/{RELEASE}/{page}?list=elsewhere.csv&address=eve@example.net")
        assert answer.status_code == 422
        assert "There is no list “elsewhere.csv”" in answer.text


def test_a_list_that_can_not_be_read_is_said_in_the_piece(opened: Desk) -> None:
    piece = opened.client.get(f"/r/{RELEASE}/who?list=suppressed", headers={"HX-Request": "true"})
    assert "There is no list" in opened.client.get(f"/r/{RELEASE}/who?list=suppressed").text
    assert "<html" not in piece.text or piece.status_code >= 400


# ---- one of them -----------------------------------------------------------------------------------------


def test_a_person_s_very_mail_stands_beside_their_name(opened: Desk) -> None:
    page = opened.page(f"/r/{RELEASE}/who")
    page.get_by_label("Is somebody among them?").fill("ruiz")
    link = page.locator("#audience-found").get_by_role("link", name="Ana Ruiz")
    link.hover()
    card = page.get_by_role("dialog", name="Ana Ruiz")
    expect(card).to_contain_text("Was sent it")
    expect(card).to_contain_text(", in Spanish. Below stands their mail as it was sent")
    mail = page.frame_locator(".person-card iframe")
    expect(mail.locator("body")).to_contain_text("Hola, Ana")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_the_card_is_reached_by_keyboard_and_closed_by_escape(opened: Desk) -> None:
    page = opened.page(f"/r/{RELEASE}/who?q=ruiz")
    link = page.locator("#audience-found").get_by_role("link", name="Ana Ruiz")
    link.focus()
    card = page.get_by_role("dialog", name="Ana Ruiz")
    expect(card.get_by_text("What fills the slots")).to_be_visible()
    expect(page.frame_locator(".person-card iframe").locator("body")).to_contain_text("Hola, Ana")
    for _ in range(40):  # links of the mail come first
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.person-card summary') !== null"):
            break
    page.keyboard.press("Enter")
    expect(card.get_by_text("first_name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(link).to_be_focused()


def test_without_javascript_the_person_is_a_page(opened: Desk) -> None:
    page = opened.page(f"/r/{RELEASE}/who?q=ruiz", java_script_enabled=False)
    page.locator("#audience-found").get_by_role("link", name="Ana Ruiz").click()
    expect(page.get_by_role("heading", name="Ana Ruiz")).to_be_visible()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Hola, Ana")


def test_a_long_list_is_followed_until_all_of_it_was_read(opened: Desk, workspace: Workspace) -> None:
    """By the page itself, on which somebody waits: of the list, and of all lists."""
    path = workspace.lists / "long.csv"
    rows = (f"reader{number}@paper.example.com,Reader {number}" for number in range(30_000))
    path.write_text("\n".join(("email,name", *rows, "")), "utf-8")
    try:
        page = opened.page("/lists/long")
        table = opened.page("/lists")
        expect(page.locator("#found .count")).to_contain_text("30,000 people get a release", timeout=120_000)
        expect(page.locator("#found .note")).to_have_count(0)
        expect(table.locator("#lists tr", has_text="long")).to_contain_text("30,000")
    finally:
        path.unlink()


def test_whoever_had_it_is_shown_what_they_had(opened: Desk, workspace: Workspace) -> None:
    """By the ledger: since then the release was changed, and she has gone from the list. Whoever comes new gets the new text."""
    paths = (
        workspace.releases / f"{RELEASE}.es.md",
        workspace.releases / f"{RELEASE}.md",
        workspace.lists / "press.csv",
    )
    before = {path: path.read_bytes() for path in paths}
    try:
        for path in paths[:2]:
            path.write_bytes(before[path].replace(b"\n---\n", b"\n---\n\nWords of today.\n", 1))
        lines = before[paths[2]].decode().splitlines(keepends=True)
        others = [line for line in lines if ANA not in line]
        paths[2].write_text("".join([*others, others[1].replace("@", ".new@")]), "utf-8")
        newcomer = read_list(paths[2])
        new = next(person.address for person in newcomer if ".new@" in person.address)
        page = text_of(opened.client.get(f"/r/{RELEASE}/person?address={ANA}"))
        assert "Was sent it" in page and "<iframe" in page and "Does not get it" not in page
        mail = text_of(opened.client.get(f"/r/{RELEASE}/person/mail?address={ANA}"))
        assert "Hola, Ana" in mail and "Words of today." not in mail
        for _ in range(100):
            page = opened.client.get(f"/r/{RELEASE}/person?address={new}").text
            if "Gets it" in page:
                break
            time.sleep(0.1)  # the desk hears of files a moment later
        assert "Gets it" in page and "Was sent it" not in page
        assert "Words of today." in text_of(opened.client.get(f"/r/{RELEASE}/person/mail?address={new}"))
    finally:
        for path, octets in before.items():
            path.write_bytes(octets)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Status.QUEUED, "Waits in the queue"),
        (Status.SENDING, "Is on its way"),
        (Status.UNCERTAIN, "May have it"),
        (Status.REJECTED, "Did not get it"),
        (Status.DEFERRED, "Waits in the queue"),
    ],
)
def test_only_whoever_was_sent_it_is_said_to_have_been(
    opened: Desk, workspace: Workspace, state: Status, said: str
) -> None:
    """An attempt is written down for whoever was refused, taken off or broken off, too."""
    with sqlite3.connect(workspace.ledger) as db:
        ((number, before),) = db.execute(
            "SELECT id, state FROM deliveries WHERE canonical = ?", (ANA,)
        ).fetchall()
        db.execute("UPDATE deliveries SET state = ? WHERE id = ?", (LETTERS[state], number))
    try:
        page = text_of(opened.client.get(f"/r/{RELEASE}/person?address={ANA}"))
        assert said in page and "Was sent it" not in page and "as it was queued" in page
    finally:
        with sqlite3.connect(workspace.ledger) as db:
            db.execute("UPDATE deliveries SET state = ? WHERE id = ?", (before, number))


def test_who_does_not_get_it_learns_why(opened: Desk) -> None:
    assert "unsubscribed 2026-09-14" in text_of(opened.client.get(f"/r/{RELEASE}/person?address={GONE}"))
    stranger = text_of(opened.client.get(f"/r/{RELEASE}/person?address=who@example.net"))
    assert "They are not on press." in stranger and "<iframe" not in stranger


def test_the_mail_is_shown_under_the_policy_of_mail(opened: Desk) -> None:
    answer = opened.client.get(f"/r/{RELEASE}/person/mail?address={ANA}")
    assert "Hola, Ana" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
