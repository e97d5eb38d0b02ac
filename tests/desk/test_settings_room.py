"""newsroom.md as a form: what is changed is changed, every other byte stays, and nothing that was typed is lost."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from playwright.sync_api import Browser, expect
from support.axe import everywhere, violations
from support.browser import chromium
from support.desk import DESKTOP, PHONE, Desk, desk
from support.posted_form import fields_of

from mailer.desk.rooms.house.house_file import House, Section, changed, house_of
from mailer.release import read_newsroom
from mailer.release.field_names import NEWSROOM, RECORDS
from mailer.workspace import Workspace

AWKWARD = """\
---
Nombre:  Petrel  Bay Trust
FROM: Petrel Bay News Desk <newsdesk@example.org>

Why: You are on our list
  of reporters.
Contacto:
  - nombre: Edda Thorne
    tel:   020 7946 0361

  - nombre: Tom
Time zone: Europe/London
Dash: " – "
Lists: press ;regional
---
Words before any heading.
## About Petrel Bay Trust
It watches over the birds of one bay.


## About the bay ##

One bay.

### Its birds
Many.
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def opened(workspace: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(workspace, browser) as running:
        yield running


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    old, new = before.split("\n"), after.split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_every_field_there_is_can_be_filled_in(opened: Desk) -> None:
    for language in ("", "es", "fr"):
        fields = fields_of(opened.client.get("/settings", params={"lang": language}).text)
        for field in NEWSROOM:
            known = f"shown.{field.name}" if RECORDS.get(field.name) else f"f.{field.name}"
            assert known in fields, field.name


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_posted_as_it_came_changes_nothing(
    opened: Desk, workspace: Workspace, end: str, mark: str
) -> None:
    for text in (workspace.newsroom.read_text("utf-8"), AWKWARD, AWKWARD.rstrip("\n")):
        content = (mark + text.replace("\n", end)).encode()
        workspace.newsroom.write_bytes(content)
        posted = fields_of(opened.client.get("/settings").text)
        answer = opened.post(
            "/settings", {name: value.replace("\n", "\r\n") for name, value in posted.items()}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings?saved=nothing"), (
            answer.text
        )
        assert workspace.newsroom.read_bytes() == content


@pytest.mark.parametrize(
    ("typed", "went", "came"),
    [
        ({"f.name": "Petrel Trust"}, ["Nombre:  Petrel  Bay Trust"], ["Nombre:  Petrel Trust"]),
        ({"f.why": "You asked."}, ["Why: You are on our list", "  of reporters."], ["Why: You asked."]),
        ({"f.why": ""}, ["Why: You are on our list", "  of reporters."], []),
        ({"f.region": "GB"}, [], ["Region: GB"]),
        ({"f.contacts.0.phone": "1"}, ["    tel:   020 7946 0361"], ["    tel:   1"]),
        ({"f.contacts.2.name": "Ana", "f.contacts.2.phone": "3"}, [], ["  - nombre: Ana", "    tel: 3"]),
        ({"remove": "f.contacts.1"}, ["  - nombre: Tom"], []),
        ({"f.lists": "press, regional, sindicatos"}, ["Lists: press ;regional"], ["Lists: press, regional, sindicatos"]),
        ({"f.approvers": "Ann, the editor\r\nBo"}, [], ["Approvers:", "  - Ann, the editor", "  - Bo"]),
        ({"b.0.text": "Of two bays.\r\nReally."}, ["It watches over the birds of one bay."], ["Of two bays.", "Really."]),
        ({"b.1.title": "About us"}, ["## About the bay ##"], ["## About us"]),
        ({"b.0.title": "", "b.0.text": ""}, ["## About Petrel Bay Trust", "It watches over the birds of one bay."], []),
        ({"b.2.title": "About more", "b.2.text": "More."}, [], ["## About more", "More."]),
    ],
)  # fmt: skip
def test_only_the_lines_of_what_was_changed_are_others(
    opened: Desk, workspace: Workspace, typed: dict[str, str], went: list[str], came: list[str]
) -> None:
    for end in ("\n", "\r\n"):
        workspace.newsroom.write_bytes(AWKWARD.replace("\n", end).encode())
        posted = fields_of(opened.client.get("/settings").text) | typed
        answer = opened.post("/settings", posted)
        assert answer.status_code == 303, answer.text
        after = workspace.newsroom.read_bytes().decode()
        assert after.count("\n") == after.count(end)
        assert lines_changed(AWKWARD, after.replace(end, "\n")) == (went, came)
        again = opened.client.get(answer.headers["location"])
        assert "Saved: " in again.text


WORDS = st.text(st.characters(blacklist_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp")), max_size=12)
TEXTS = st.lists(WORDS.map(str.strip), min_size=1, max_size=4).map("\n".join).map(str.strip)


@given(
    st.lists(st.tuples(WORDS, TEXTS), max_size=4),
    st.integers(0, 4),
    WORDS.map(lambda text: " ".join(text.split()).strip("# ")),
    TEXTS,
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
@example([("a", "b"), ("c", "d")], 0, "", "", "\n", False)
def test_the_texts_that_stay_keep_every_byte(
    texts: list[tuple[str, str]], at: int, title: str, text: str, end: str, close: bool
) -> None:
    head = "---\nName: A\n---\nBefore.\n"
    chunks = [f"## {' '.join(t.split())}\n{b}\n\n" for t, b in texts]
    written = (head + "".join(chunks)).replace("\n", end)
    written = written.rstrip() if close else written
    before = house_of(written)
    sections = list(before.sections)
    at = min(at, len(sections))
    sections[at : at + 1] = [Section(title, text)]
    result = changed(written, House(before.values, sections), ())
    others = [chunk.rstrip() for chunk in _chunked(written, before) if chunk]
    kept = others[:at] + others[at + 1 :]
    assert all(each in result.text for each in kept)
    assert result.text.startswith(head.replace("\n", end).rstrip())
    if (
        result.text != written
        and (title or text)
        and "##" not in text
        and "```" not in text
        and "~~~" not in text
    ):
        assert house_of(result.text).sections[at] == Section(title, text)


def _chunked(written: str, house: House) -> list[str]:
    """Where each heading begins, up to the next one's."""
    found, at = [], []
    for line in written.splitlines(keepends=True):
        if line.startswith("## ") or line.rstrip() == "##":
            found.append(line)
        elif found:
            found[-1] += line
    del at
    return found if len(found) == len(house.sections) else []


def test_a_file_that_was_changed_meanwhile_is_answered_with_both(opened: Desk, workspace: Workspace) -> None:
    workspace.newsroom.write_text(AWKWARD, "utf-8")
    posted = fields_of(opened.client.get("/settings").text)
    theirs = AWKWARD.replace("Petrel  Bay Trust", "The Trust").replace("Europe/London", "Europe/Madrid")
    workspace.newsroom.write_text(theirs, "utf-8")
    answer = opened.post(
        "/settings", posted | {"f.name": "Petrel Trust", "f.end_mark": "ENDS", "b.0.text": "New words."}
    )
    assert answer.status_code == 200
    assert workspace.newsroom.read_text("utf-8") == theirs
    assert "The Trust" in answer.text
    shown = fields_of(answer.text)
    assert (shown["f.name"], shown["f.end_mark"], shown["f.zone"]) == (
        "Petrel Trust",
        "ENDS",
        "Europe/Madrid",
    )
    assert shown["b.0.text"].strip() == "New words."
    assert opened.post("/settings", shown).status_code == 303
    after = workspace.newsroom.read_text("utf-8")
    assert lines_changed(theirs, after) == (
        ["Nombre:  The Trust", "It watches over the birds of one bay."],
        ["Nombre:  Petrel Trust", "End mark: ENDS", "New words."],
    )


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"f.colour": "reddish"}, "colour"),
        ({"f.sender": "nobody"}, "sender"),
        ({"f.name": ""}, "name"),
        ({"f.zone": "Atlantis"}, "zone"),
        ({"f.contacts.0.email": "not an address"}, "contacts"),
        ({"f.silence.0.check": "odd-character"}, "silence"),
        ({"f.website": "javascript:alert(1)"}, "website"),
        ({"f.logo.0.file": "../../etc/passwd", "f.logo.0.alt": "x"}, "logo"),
        ({"f.why": "of\u202ethe"}, "why"),
        ({"b.0.text": "of\u202ethe"}, "sections"),
        ({"b.0.text": "![x](images/none.png)"}, "sections"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(
    opened: Desk, workspace: Workspace, typed: dict[str, str], at: str
) -> None:
    before = workspace.newsroom.read_bytes()
    posted = fields_of(opened.client.get("/settings").text) | {"f.end_mark": "-30-"} | typed
    answer = opened.post("/settings", posted)
    assert answer.status_code == 422
    assert f'id="fault-{at}-1"' in answer.text
    shown = fields_of(answer.text)
    assert {name: shown[name].strip() for name in typed} == typed
    assert shown["f.end_mark"] == "-30-"
    assert workspace.newsroom.read_bytes() == before


def test_a_fault_that_was_there_before_keeps_nobody_from_mending_another(
    opened: Desk, workspace: Workspace
) -> None:
    text = (
        workspace.newsroom.read_text("utf-8").replace("Name:", "Nmae: x\nName:").replace("#0b5563", "reddish")
    )
    workspace.newsroom.write_text(text, "utf-8")
    posted = fields_of(opened.client.get("/settings").text)
    assert opened.post("/settings", posted | {"f.colour": "#123456"}).status_code == 303
    assert lines_changed(text, workspace.newsroom.read_text("utf-8")) == (
        ["Colour: reddish"],
        ["Colour: #123456"],
    )


def png(size: int = 40) -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "taken at home")
    content = io.BytesIO()
    Image.new("RGB", (size, size), "#d02030").save(content, "PNG", pnginfo=told)
    return content.getvalue()


def test_a_logo_is_freed_of_what_is_written_in_it_and_overwrites_nothing(
    opened: Desk, workspace: Workspace
) -> None:
    (workspace.root / "images").mkdir()
    (workspace.root / "images" / "mark.png").write_bytes(b"another one")
    posted = fields_of(opened.client.get("/settings").text) | {"f.logo.0.alt": "A petrel"}
    for name in ("mark.png", "../../mark.png", "C:\\x\\mark.png"):
        answer = opened.post("/settings", posted, files={"f.logo.upload": (name, png(), "image/png")})
        assert answer.status_code == 303, answer.text
        logo = read_newsroom(workspace).logo
        assert logo and (logo.file, logo.alt) == ("images/mark-2.png", "A petrel")
        posted = fields_of(opened.client.get("/settings").text)
    kept = workspace.root / "images" / "mark-2.png"
    assert sorted(path.name for path in kept.parent.iterdir()) == ["mark-2.png", "mark.png"]
    assert b"taken at home" in png()
    assert b"taken at home" not in kept.read_bytes()
    shown = opened.client.get("/settings/logo")
    assert (shown.headers["content-type"], shown.content) == ("image/png", kept.read_bytes())
    assert "data:image/" in opened.client.get("/settings/sample").text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mark.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("mark.png", b"<html><script>alert(1)</script>"),
        ("mark.png", b"\x89PNG\r\n\x1a\n broken"),
        ("mark.png", png() + b"\0" * 6_000_000),
        ("mark.pdf", b"%PDF-1.7"),
    ],
)  # fmt: skip
def test_what_is_no_picture_for_a_mail_is_refused(
    opened: Desk, workspace: Workspace, name: str, content: bytes
) -> None:
    before = workspace.newsroom.read_bytes()
    posted = fields_of(opened.client.get("/settings").text) | {"f.logo.0.alt": "x"}
    answer = opened.post("/settings", posted, files={"f.logo.upload": (name, content, "image/png")})
    assert (answer.status_code, 'id="fault-logo-1"' in answer.text) == (422, True)
    assert workspace.newsroom.read_bytes() == before
    assert not list((workspace.root / "images").glob("*"))


def test_a_logo_without_words_is_not_kept(opened: Desk, workspace: Workspace) -> None:
    posted = fields_of(opened.client.get("/settings").text)
    answer = opened.post("/settings", posted, files={"f.logo.upload": ("mark.png", png(), "image/png")})
    assert (answer.status_code, "alt text" in answer.text) == (422, True)
    assert not list((workspace.root / "images").glob("*"))


def test_another_language_begins_empty_and_is_made_when_something_is_saved(
    opened: Desk, workspace: Workspace
) -> None:
    path = workspace.root / "newsroom.fr.md"
    page = opened.client.get("/settings", params={"lang": "fr"}).text
    assert opened.post("/settings?lang=fr", fields_of(page)).status_code == 303
    assert not path.exists()
    posted = fields_of(page) | {
        "f.why": "Vous êtes sur notre liste.",
        "b.0.title": "À propos",
        "b.0.text": "Une baie.",
    }
    answer = opened.post("/settings?lang=fr", posted)
    assert answer.headers["location"].startswith("/settings?lang=fr&saved=")
    assert (
        path.read_text("utf-8") == "---\nWhy: Vous êtes sur notre liste.\n---\n\n## À propos\n\nUne baie.\n"
    )
    assert read_newsroom(workspace, "fr").why == "Vous êtes sur notre liste."
    assert "French" in opened.client.get("/settings").text


@pytest.mark.parametrize("language", ["../newsroom", "en/../..", "x" * 40, "<script>", "e\0s"])
def test_a_language_leads_to_no_other_file(opened: Desk, language: str) -> None:
    assert opened.client.get("/settings", params={"lang": language}).status_code == 404
    answer = opened.post("/settings?" + str(httpx_params(language)), {"was": "", "f.name": "x"})
    assert answer.status_code == 404


def httpx_params(language: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"lang": language})


def test_it_is_saved_without_scripts(opened: Desk, workspace: Workspace) -> None:
    page = opened.page("/settings", java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Name of the organisation").fill("Petrel Trust")
    page.get_by_role("button", name="Show in the email").click()
    expect(page.frame_locator("#sample").locator("body")).to_contain_text("Petrel Trust")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved: Name of the organisation.")).to_be_visible()
    assert read_newsroom(workspace).name == "Petrel Trust"


def test_the_email_beside_the_form_follows_what_is_typed(opened: Desk, workspace: Workspace) -> None:
    page = opened.page("/settings")
    page.get_by_label("Brand colour", exact=True).fill("#c01070")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(
        page.frame_locator("#sample").locator("[bgcolor='#c01070'], [style*='#c01070']").first
    ).to_be_visible()
    page.get_by_label("Brand colour", exact=True).fill("reddish")
    expect(page.frame_locator("#sample").locator("body")).to_contain_text("can’t be shown yet")
    assert "c01070" not in workspace.newsroom.read_text("utf-8")
    opened.assert_clean()


@pytest.mark.parametrize("path", ["/settings", "/settings?lang=es", "/settings/server"])
def test_the_pages_are_for_everybody(opened: Desk, path: str) -> None:
    page = opened.page(path)
    page.wait_for_load_state("networkidle")
    assert list(everywhere(page, (DESKTOP, PHONE))) == []
    opened.assert_clean()


def test_what_is_wrong_is_for_everybody_too(opened: Desk, workspace: Workspace) -> None:
    page = opened.page("/settings", java_script_enabled=True)
    page.get_by_label("Country").fill("Atlantis")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is saved yet.")
    assert violations(page) == []
    page.get_by_role("alert").get_by_role("link", name="Country").click()
    expect(page.get_by_label("Country")).to_have_value("Atlantis")


def test_a_file_that_is_no_text_is_told(opened: Desk, workspace: Workspace) -> None:
    workspace.newsroom.write_bytes(b"---\nName: \xff\n---\n")
    answer = opened.client.get("/settings")
    assert (answer.status_code, "not UTF-8" in answer.text) == (422, True)
