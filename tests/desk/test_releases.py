"""The list of releases says of each what is known and no more; another one begins with a headline or with a document."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect
from support.browser import chromium
from support.desk import Desk, desk
from support.office_that_sent import office_that_sent
from support.own_office import make_own_office
from support.queued import left_in_the_queue
from support.terminal import mailer
from support.word_documents import comment, commented, deleted, inserted, p, r, word

from mailer.desk.inbox import Inbox
from mailer.desk.rooms.releases.listing import Listing, matching
from mailer.workspace import Workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def release(workspace: Workspace, name: str, headline: str, **fields: str) -> Path:
    """A copy of the sample's under another headline."""
    text = (workspace.releases / "harbour-report.md").read_text("utf-8")
    for field, value in {"Headline": headline, **fields}.items():
        text = re.sub(rf"(?m)^{field}: .*$", f"{field}: {value}", text)
        if f"\n{field}: " not in text:
            text = text.replace("\nHeadline:", f"\n{field}: {value}\nHeadline:", 1)
    path = workspace.releases / f"{name}.md"
    path.write_text(text, "utf-8")
    return path


def row(html: str, headline: str) -> str:
    """What stands in the row of a release."""
    rows = [each for each in html.split("<li>") if f">{headline}</a>" in each]
    assert len(rows) == 1, headline
    return " ".join(re.sub(r"<[^>]+>", " ", rows[0].split("</li>")[0]).split())


def look(opened: Desk, name: str) -> str:
    """What pre-flight's piece says."""
    text = opened.client.get(f"/checked/{name}").text
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


# ---- what there is ----------------------------------------------------------------------------------------


def test_releases_are_listed_newest_first_with_kind_date_and_languages(workspace: Workspace) -> None:
    release(workspace, "old", "Long ago", Date="3 March 2019")
    release(workspace, "next", "Next year", Date="2027-01-05", Kind="Media advisory")
    found = Listing(workspace).all()
    assert [each.headline for each in found] == ["Next year", found[1].headline, "Long ago"]
    assert (found[0].kind, found[0].day, found[0].spoken) == ("media advisory", "5 January 2027", "English")
    assert found[1].spoken == "English, Spanish"


def test_a_file_is_read_again_only_when_it_has_changed(workspace: Workspace) -> None:
    listing = Listing(workspace)
    path = release(workspace, "pier", "The pier opens")
    assert "The pier opens" in [each.headline for each in listing.all()]
    state = path.stat()
    path.write_text(path.read_text("utf-8").replace("The pier opens", "The pier closed"[:14]), "utf-8")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert "The pier opens" in [each.headline for each in listing.all()], (
        "same size, same time: the same file"
    )
    os.utime(path)
    assert "The pier opens" not in [each.headline for each in listing.all()]
    path.unlink()
    assert len(listing.all()) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 2), ("harbour", 1), ("PIER", 1), ("díá", 1), ("dia", 1), ("advisory 2027", 1), ("advisory 2026", 0), ("pier-name", 1)],
)  # fmt: skip
def test_releases_are_found_by_words_whatever_their_capitals_and_accents(
    workspace: Workspace, query: str, found: int
) -> None:
    release(workspace, "pier-name", "The Pier on its Día", Date="2027-01-05", Kind="Media advisory")
    assert len(matching(Listing(workspace).all(), query)) == found


def test_the_list_is_searched_as_one_types_and_the_address_keeps_it(
    browser: Browser, workspace: Workspace
) -> None:
    release(workspace, "pier", "The pier opens")
    with desk(workspace, browser) as opened:
        page = opened.page("/")
        expect(page.locator(".releases li")).to_have_count(2)
        page.keyboard.press("f")
        page.keyboard.type("pier")
        expect(page.locator(".releases li")).to_have_count(1)
        expect(page.locator(".number")).to_have_text("1 release with “pier”")
        expect(page).to_have_url(re.compile(r"/\?q=pier$"))
        page.reload()
        expect(page.locator(".releases li")).to_have_count(1)
        assert page.input_value("#q") == "pier"
        opened.assert_clean()
        plain = opened.page("/", java_script_enabled=False)
        plain.fill("#q", "nothing of the kind")
        plain.get_by_role("button", name="Search").click()
        expect(plain.locator("main")).to_contain_text("No release has “nothing of the kind”.")


def test_of_many_releases_fifty_are_on_a_page(browser: Browser, workspace: Workspace) -> None:
    for number in range(119):
        release(workspace, f"r{number}", f"Number {number}", Date=f"2020-01-{number % 28 + 1:02}")
    with desk(workspace, browser) as opened:
        seen: list[str] = []
        for page in ("/", "/?page=2", "/?page=3"):
            seen += re.findall(r'class="title"[^>]*>([^<]+)<', opened.client.get(page).text)
        assert len(seen) == len(set(seen)) == 120
        assert "Page 3 of 3" in opened.client.get("/?page=99").text
        assert opened.client.get("/?page=-1").status_code == 200
        assert opened.client.get(f"/?page={'9' * 5000}").status_code == 200


# ---- where each stands ------------------------------------------------------------------------------------


def test_a_draft_is_checked_only_once_pre_flight_has_looked_at_it(
    browser: Browser, workspace: Workspace
) -> None:
    release(workspace, "todo", "A TODO remains")
    with desk(workspace, browser) as opened:
        assert "Draft" in row(opened.client.get("/").text, "A TODO remains")
        page = opened.page("/")
        expect(page.locator("li", has_text="Harbour Water").locator(".state")).to_have_text("Checked")
        todo = page.locator("li", has_text="A TODO remains").locator(".standing-at")
        expect(todo).to_contain_text(re.compile(r"Draft\s+\d errors?"))
        path = workspace.releases / "harbour-report.md"
        path.write_text(path.read_text("utf-8") + "\nTODO more\n", "utf-8")
        expect(page.locator("li", has_text="Harbour Water").locator(".state")).to_have_text("Draft")
        expect(page.locator("li", has_text="Harbour Water")).to_contain_text("1 error")
        opened.assert_clean()


def test_a_release_that_cannot_be_read_says_so_and_is_in_nobodys_way(
    browser: Browser, workspace: Workspace
) -> None:
    (workspace.releases / "broken.md").write_text("no header at all", "utf-8")
    (workspace.releases / "octets.md").write_bytes(b"---\nHeadline: \xff\xfe\x00\n---\n")
    release(workspace, "odd", "Odd date", Date="7/8/2018")
    (workspace.releases / "folder.md").mkdir()
    with desk(workspace, browser) as opened:
        html = opened.client.get("/").text
        assert "Can’t be read yet" in row(html, "broken")
        assert "Can’t be read yet" in row(html, "odd")
        assert "Can’t be read yet" in row(html, "octets")
        assert "Harbour Water" in html


def test_a_release_is_not_said_to_be_unreadable_where_the_office_lacks_something(
    browser: Browser, workspace: Workspace
) -> None:
    workspace.suppressed.unlink()
    with desk(workspace, browser) as opened:
        page = opened.page("/")
        state = page.locator("li", has_text="Harbour Water").locator(".standing-at")
        expect(state).to_contain_text("Can’t be sent yet")
        expect(state).to_contain_text("suppressed.csv")


def test_what_was_sent_leads_to_what_became_of_it(browser: Browser, tmp_path: Path) -> None:
    with office_that_sent(tmp_path) as office, desk(office.workspace, browser, **office.settings) as opened:
        html = opened.client.get("/").text
        assert re.search(r'class="title" href="/m/1"', html)
        said = row(html, re.search(r'href="/m/1"[^>]*>([^<]+)', html)[1])  # type: ignore[index]
        number = len(office.tokens)
        assert f"Sent accepted for {number} of {number}" in said
        (office.workspace.releases / "harbour-report.md").unlink()
        (office.workspace.releases / "harbour-report.es.md").unlink()
        assert "its file is gone" in opened.client.get("/").text


def test_what_was_corrected_says_by_what_and_only_when_somebody_has_that(
    browser: Browser, tmp_path: Path
) -> None:
    with office_that_sent(tmp_path) as office:
        workspace = office.workspace
        ran = mailer("correct", "harbour-report", cwd=workspace.root)
        assert ran.code == 0, ran.err
        correction = workspace.root / ran.out.split()[0]
        with desk(workspace, browser, **office.settings) as opened:
            assert "Corrected" not in opened.client.get("/").text
            for each in (correction, *workspace.releases.glob(f"{correction.stem}.*.md")):
                text = each.read_text("utf-8")
                each.write_text(re.sub("TODO[^\n]*", "The report is of Monday.", text), "utf-8")
            with Inbox(tmp_path / "second") as inbox:
                server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}
                sent = mailer(
                    "send", correction.stem, "--yes", cwd=workspace.root, **server, **office.settings
                )
            assert sent.code == 0, sent.err
            assert re.search(r'data-mark="done">Corrected<', opened.client.get("/").text)


def test_people_left_over_are_not_called_sent(browser: Browser, workspace: Workspace) -> None:
    left_in_the_queue(workspace, "harbour-report")
    with desk(workspace, browser) as opened:
        html = opened.client.get("/").text
        assert 'data-mark="broken">Unfinished<' in html
        assert re.search(r"accepted for 0 of \d+; \d+ left", html)


def test_a_planned_release_says_for_when(browser: Browser, workspace: Workspace) -> None:
    with Inbox(workspace.root / ".mailer-test-inbox") as inbox:
        server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}
        ran = mailer(
            "send", "harbour-report", "--yes", "--at", "2030-01-02 06:00 Europe/London", "--no-wait",
            cwd=workspace.root, **server,
        )  # fmt: skip
        assert ran.code == 0, ran.err
    with desk(workspace, browser) as opened:
        html = opened.client.get("/").text
        assert 'data-mark="open">Scheduled<' in html, ran.err
        assert "2 January 2030, 06:00" in html


def test_where_an_approval_is_asked_for_checked_is_not_approved(
    browser: Browser, workspace: Workspace
) -> None:
    newsroom = workspace.root / "newsroom.md"
    newsroom.write_text(
        newsroom.read_text("utf-8").replace("\nSender:", "\nApprovers:\n- Edda Thorne\nSender:", 1), "utf-8"
    )
    assert "Approvers" in newsroom.read_text("utf-8")
    key = {"SECRET_KEY": "k" * 40}
    with desk(workspace, browser, **key) as opened:
        assert look(opened, "harbour-report").startswith("Checked not approved")
        ran = mailer("approve", "harbour-report", "--by", "Edda Thorne", "--yes", cwd=workspace.root, **key)
        assert ran.code == 0, ran.err
        page = opened.page("/")
        expect(page.locator(".releases li .standing-at").first).to_contain_text("Approved")
        expect(page.locator(".releases li .standing-at").first).to_contain_text("by Edda Thorne")
        path = workspace.releases / "harbour-report.md"
        path.write_text(path.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
        expect(page.locator(".releases li .standing-at").first).to_contain_text("not approved as it is now")


# ---- with a headline --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_a_release_begins_with_a_headline(browser: Browser, workspace: Workspace, scripts: bool) -> None:
    with desk(workspace, browser) as opened:
        page = opened.page("/new", java_script_enabled=scripts)
        page.fill("#headline", "Clean water, <b>at last</b>")
        page.select_option("#kind", "media advisory")
        page.select_option("#language", "es")
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url(f"{opened.base}/r/clean-water-b-at-last-b")
        text = (workspace.releases / "clean-water-b-at-last-b.md").read_text("utf-8")
        assert "Kind: Media advisory\nHeadline: Clean water, <b>at last</b>\n" in text
        assert "Lang: es\n" in text
        again = opened.post(
            "/new", {"headline": "Clean water, <b>at last</b>", "kind": "statement", "language": "en"}
        )
        assert again.headers["location"] == "/r/clean-water-b-at-last-b-2", "nothing is overwritten"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"headline": "  "}, "The headline is empty."),
        ({"headline": "x" * 501}, "That is no headline"),
        ({"headline": "a\x00b"}, "That is no headline"),
        ({"headline": "A", "kind": "sermon"}, "There is no kind “sermon”"),
        ({"headline": "A", "kind": "correction"}, "There is no kind “correction” that begins here."),
        ({"headline": "A", "language": "../../x"}, "is not a language tag"),
    ],
)
def test_what_cannot_begin_is_shown_again_as_it_was_typed(
    browser: Browser, workspace: Workspace, typed: dict[str, str], said: str
) -> None:
    before = sorted(workspace.releases.iterdir())
    with desk(workspace, browser) as opened:
        answer = opened.post("/new", {"kind": "statement", "language": "es", **typed})
        assert answer.status_code == 422
        assert said in answer.text
        if "kind" not in typed:
            assert '<option value="statement" selected>' in answer.text
        if "language" not in typed:
            assert '<option value="es" selected>' in answer.text
    assert sorted(workspace.releases.iterdir()) == before


# ---- with a document --------------------------------------------------------------------------------------

DOCUMENT = word(
    p(r("Petrel Bay Opens its First Bird Hide"), style="Title"),
    p(r("7/8/2026")),
    p(r("The hide stands on the western cliff, and is open every day.")),
    p(r("It has room for twelve people and for one telescope.")),
)
TRACKED = word(
    p(r("Petrel Bay Opens its First Bird Hide"), style="Title"),
    p(
        r("The hide cost "),
        deleted("two million"),
        inserted("twelve thousand"),
        r(" pounds, and is open every day."),
    ),
)
COMMENTED = word(
    p(r("Petrel Bay Opens its First Bird Hide"), style="Title"),
    p(commented(1, r("The hide is open every day.")), inserted("Always.")),
    comments=[comment(1, "Legal has not seen this")],
)


def dropped(opened: Desk, content: bytes, name: str = "hide.docx", **fields: str) -> httpx.Response:
    return opened.post("/import", fields, files={"document": (name, content, "application/octet-stream")})


@pytest.mark.parametrize("scripts", [True, False])
def test_a_word_file_becomes_a_release_and_says_what_to_look_at(
    browser: Browser, workspace: Workspace, tmp_path: Path, scripts: bool
) -> None:
    (tmp_path / "hide.docx").write_bytes(DOCUMENT)
    with desk(workspace, browser) as opened:
        page = opened.page("/", java_script_enabled=scripts)
        page.set_input_files("#document", tmp_path / "hide.docx")
        page.get_by_role("button", name="Import it").click()
        page.wait_for_url(f"{opened.base}/import/petrel-bay-opens-its-first-bird")
        main = page.locator("main")
        expect(main).to_contain_text("Word document “hide.docx”")
        expect(main).to_contain_text("2 paragraphs. Please check 1 thing.")
        expect(main).to_contain_text("“7/8/2026” is read as day, month, year.")
        expect(main).to_contain_text("“7/8/2026”: written as Date: 2026-08-07")
        page.reload()
        expect(main).to_contain_text("Word document “hide.docx”")
        page.get_by_role("link", name="Read and correct it").click()
        page.wait_for_url(f"{opened.base}/r/petrel-bay-opens-its-first-bird")
        assert "twelve people" in (workspace.releases / "petrel-bay-opens-its-first-bird.md").read_text(
            "utf-8"
        )
        opened.assert_clean()


def test_a_document_can_be_dropped_anywhere_on_the_page(browser: Browser, workspace: Workspace) -> None:
    with desk(workspace, browser) as opened:
        page = opened.page("/")
        page.evaluate(
            """octets => {
                const files = new DataTransfer();
                files.items.add(new File([new Uint8Array(octets)], "hide.docx"));
                for (const kind of ["dragenter", "dragover", "drop"])
                    document.querySelector("h1").dispatchEvent(
                        new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: files}));
            }""",
            list(DOCUMENT),
        )
        page.wait_for_url(re.compile("/import/petrel-bay"))
        opened.assert_clean()


def test_tracked_changes_are_shown_and_accepted_only_by_a_person(
    browser: Browser, workspace: Workspace
) -> None:
    before = sorted(workspace.releases.iterdir())
    with desk(workspace, browser) as opened:
        answer = dropped(opened, TRACKED)
        assert answer.status_code == 422
        assert "deletion" in answer.text
        assert "“two million”" in answer.text
        assert sorted(workspace.releases.iterdir()) == before
        page = opened.page("/import", java_script_enabled=False)
        page.set_input_files("#document", {"name": "hide.docx", "mimeType": "x/y", "buffer": TRACKED})
        page.get_by_role("button", name="Import it").click()
        page.get_by_role("button", name="Accept the 2 tracked changes and import").click()
        page.wait_for_url(re.compile("/import/petrel-bay"))
        expect(page.locator("main")).to_contain_text("Accepted changes")
        made = (workspace.releases / "petrel-bay-opens-its-first-bird.md").read_text("utf-8")
        assert "twelve thousand" in made
        assert "two million" not in made


def test_what_its_author_meant_for_nobody_is_named_and_stays_a_persons_matter(
    browser: Browser, workspace: Workspace
) -> None:
    with desk(workspace, browser) as opened:
        answer = dropped(opened, COMMENTED)
        assert answer.status_code == 422
        assert "“Legal has not seen this”" in answer.text
        assert "mailer import" not in answer.text, "no command line"
        assert "The tracked changes can be accepted here, once the rest is decided about" in answer.text
        assert 'name="again"' not in answer.text
        again = opened.post("/import", {"accept": "yes"}, files={"document": ("hide.docx", COMMENTED, "x/y")})
        assert again.status_code == 422
        assert "“Legal has not seen this”" in again.text
        gone = opened.post("/import", {"again": "a-word-of-yesterday", "accept": "yes"})
        assert "The document was put away meanwhile." in gone.text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.docx", b"", "it is empty"),
        ("x.pdf", b"%PDF-1.7 ...", "PDF"),
        ("x.doc", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "x.doc"),
        ("x.docx", b"PK\x03\x04 not really", "x.docx"),
    ],
)
def test_what_cannot_be_imported_says_why_and_what_to_do(
    browser: Browser, workspace: Workspace, name: str, content: bytes, said: str
) -> None:
    before = sorted(workspace.releases.iterdir())
    with desk(workspace, browser) as opened:
        answer = dropped(opened, content, name)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'class="hint"' in answer.text
        nothing = opened.post("/import", files={"other": ("", b"")})
        assert "No document was chosen." in nothing.text
    assert sorted(workspace.releases.iterdir()) == before


def test_a_document_of_a_name_that_is_taken_becomes_another_release(
    browser: Browser, workspace: Workspace
) -> None:
    with desk(workspace, browser) as opened:
        places = [urlsplit(dropped(opened, DOCUMENT).headers["location"]).path for _ in range(3)]
    first = "/import/petrel-bay-opens-its-first-bird"
    assert places == [first, f"{first}-2", f"{first}-3"]


def test_a_document_called_after_a_release_and_a_language_is_its_edition(
    browser: Browser, tmp_path: Path
) -> None:
    workspace = make_own_office(tmp_path / "press-office")
    (workspace.releases / "harbour-report.es.md").unlink()
    spanish = word(
        p(r("El agua del puerto está más limpia"), style="Title"), p(r("El puerto mide el agua desde 1987."))
    )
    with desk(workspace, browser) as opened:
        answer = dropped(opened, spanish, "harbour-report.es.docx")
        assert answer.headers["location"] == "/import/harbour-report"
        assert (
            dropped(opened, spanish, "no-such-release.es.docx").headers["location"]
            != "/import/no-such-release"
        )
    assert (workspace.releases / "harbour-report.es.md").is_file()
