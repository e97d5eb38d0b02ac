"""The file is the truth, and others write it too: what the page saves is put together with what they wrote, nothing is
written over, and what was not saved is not lost, whatever stops."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread, Timer

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import chromium, context_of, entered, serving
from support.own_office import make_own_office
from support.terminal import start
from support.writing import (
    RELEASE,
    editor,
    eventually,
    opened,
    put_cursor,
    release,
    saved,
    text,
    writing,
)

from mailer.desk.rooms.writing.saving import FileText, Manuscripts, Saved, Undecided
from mailer.errors import ReleaseError
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


# The file, byte for byte


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (b"a\nb\n", "a\nB\n", b"a\nB\n"),
        (b"a\r\nb\r\n", "a\nB\nc\n", b"a\r\nB\r\nc\r\n"),
        (b"\xef\xbb\xbfa\r\nb", "a\nB", b"\xef\xbb\xbfa\r\nB"),
        (b"a\rb\r", "a\nB\n", b"a\rB\r"),
        (b"a\r\nb\nc\r\nd\r\n", "a\nb\nnew\nc\nd!\n", b"a\r\nb\nnew\r\nc\r\nd!\r\n"),
        (b"", "a\n", b"a\n"),
    ],
)
def test_line_ends_and_byte_order_mark_stay(before: bytes, text: str, after: bytes) -> None:
    assert FileText(before).saying(text) == after
    assert FileText(after).text == text


def test_what_was_not_changed_is_the_same_bytes() -> None:
    for content in (b"a\r\nb\nc\rd", b"\xef\xbb\xbf\r\n\r\n", "ñ\u2028\x85\x0b\n".encode()):
        file = FileText(content)
        assert file.saying(file.text) == content


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_mode_stays(office: Workspace) -> None:
    path = release(office, "mode")
    path.chmod(0o640)
    manuscripts = Manuscripts(office)
    file = manuscripts.read(path)
    manuscripts.save(path, file.text + "more\n", file.digest, file.text)
    assert path.read_text("utf-8") == RELEASE + "more\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def saved_by_the_page(manuscripts: Manuscripts, path: Path, text: str, was: FileText) -> Saved | Undecided:
    return manuscripts.save(path, text, was.digest, was.text)


def test_a_file_that_changed_is_put_together(office: Workspace) -> None:
    path = release(office, "meanwhile")
    manuscripts = Manuscripts(office)
    was = manuscripts.read(path)
    path.write_text(RELEASE.replace("fulmar", "fulmars"), "utf-8")
    done = saved_by_the_page(manuscripts, path, RELEASE.replace("eleven", "twelve"), was)
    assert isinstance(done, Saved)
    assert done.file.text == path.read_text("utf-8")
    assert done.file.text == RELEASE.replace("fulmar", "fulmars").replace("eleven", "twelve")


def test_where_both_changed_one_place_nothing_is_written(office: Workspace) -> None:
    path = release(office, "both")
    manuscripts = Manuscripts(office)
    was = manuscripts.read(path)
    theirs = RELEASE.replace("eleven", "thirteen")
    path.write_text(theirs, "utf-8")
    asked = saved_by_the_page(manuscripts, path, RELEASE.replace("eleven", "twelve"), was)
    assert isinstance(asked, Undecided)
    assert path.read_text("utf-8") == theirs


IN_PLACE = """
import sys, time
with open(sys.argv[1], "r+", encoding="utf-8", newline="") as file:
    text = file.read()
    print("read", flush=True)
    sys.stdin.readline()
    file.seek(0)
    file.write(text.replace("fulmar", "fulmars, guillemots and razorbills"))
    file.truncate()
"""


def test_a_program_that_had_the_file_open_loses_nothing(office: Workspace) -> None:
    """It writes into the file that ours has replaced, a moment later: where that file would be gone, so would its
    words."""
    path = release(office, "open")
    manuscripts = Manuscripts(office)
    was = manuscripts.read(path)
    program = subprocess.Popen(
        [sys.executable, "-c", IN_PLACE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "read\n"
    saved_by_the_page(manuscripts, path, RELEASE.replace("eleven", "twelve"), was)
    program.communicate("\n")
    expected = RELEASE.replace("fulmar", "fulmars, guillemots and razorbills").replace("eleven", "twelve")
    assert manuscripts.read(path).text == expected
    assert path.read_text("utf-8") == expected


def test_a_program_that_empties_a_file_first_has_not_emptied_it(office: Workspace) -> None:
    """Reproduction: on a busy computer it was at that for longer than between two looks, and the page showed nothing."""
    path = release(office, "emptied")
    manuscripts = Manuscripts(office)
    theirs = RELEASE.replace("fulmar", "fulmars")
    path.write_text("", "utf-8")
    writes = Timer(0.4, path.write_text, (theirs, "utf-8"))
    writes.start()
    assert manuscripts.read(path).text == theirs
    writes.join()


def written_over(path: Path, text: str, *, replacing: bool) -> None:
    """By a program that read the file a while before."""
    there = path.with_name(path.name + "~") if replacing else path
    there.write_text(text, "utf-8")
    there.replace(path)


@pytest.mark.parametrize("replacing", [False, True], ids=["in place", "by replacing it"])
@pytest.mark.parametrize("saving", [False, True], ids=["looked at", "saved again"])
def test_a_program_that_read_the_file_a_moment_before_takes_nothing_away(
    office: Workspace, saving: bool, replacing: bool
) -> None:
    """Reproduction: read, saved by the page, written. What the page had saved, and called saved, was gone."""
    path = release(office, "over")
    manuscripts = Manuscripts(office)
    ours = RELEASE.replace("eleven", "twelve")
    done = saved_by_the_page(manuscripts, path, ours, manuscripts.read(path))
    assert isinstance(done, Saved)
    written_over(path, RELEASE.replace("fulmar", "fulmars"), replacing=replacing)
    expected = ours.replace("fulmar", "fulmars")
    if saving:
        again = saved_by_the_page(manuscripts, path, ours.replace("three pairs", "four pairs"), done.file)
        assert isinstance(again, Saved)
        expected = expected.replace("three pairs", "four pairs")
    assert manuscripts.read(path).text == path.read_text("utf-8") == expected


def test_what_somebody_takes_back_stays_taken_back(office: Workspace) -> None:
    """Whoever has seen what the page saved may write otherwise; and may have the file as it ever was, at once."""
    path = release(office, "back")
    manuscripts = Manuscripts(office)
    was = manuscripts.read(path)
    for ours in (RELEASE.replace("three pairs", "four pairs"), RELEASE.replace("petrel", "petrels")):
        done = saved_by_the_page(manuscripts, path, ours, was)
        assert isinstance(done, Saved)
        was = done.file
    path.write_text(RELEASE, "utf-8")
    assert manuscripts.read(path).text == RELEASE
    saved_by_the_page(manuscripts, path, RELEASE.replace("eleven", "twelve"), manuscripts.read(path))
    path.write_text(RELEASE, "utf-8")
    assert manuscripts.read(path).text == RELEASE
    saved_by_the_page(manuscripts, path, RELEASE.replace("eleven", "twelve"), manuscripts.read(path))
    theirs = RELEASE.replace("fulmar", "fulmars")
    path.write_text(theirs, "utf-8")
    later = path.stat().st_mtime + 3
    os.utime(path, (later, later))
    assert manuscripts.read(path).text == theirs


@pytest.mark.parametrize("links", [True, False], ids=["kept at hand", "looked at once more"])
def test_what_comes_while_ours_is_being_written_stays(tmp_path: Path, links: bool) -> None:
    """Also on a drive that has no links to keep the file at hand by. (Ours is large here, so that it takes its time.)"""
    workspace = make_own_office(tmp_path / "press-office")
    path = release(workspace, "moment")
    manuscripts = Manuscripts(workspace)
    if not links:
        (workspace.private / "desk").mkdir(parents=True)
        (workspace.private / "desk" / "replaced").touch()
    was = manuscripts.read(path)
    beside = path.with_name(f".{path.name}.new")
    long = "word " * 8_000_000

    def as_soon_as_ours_is_begun() -> None:
        while not beside.exists():
            pass
        path.write_text(RELEASE.replace("fulmar", "fulmars"), "utf-8")

    thread = Thread(target=as_soon_as_ours_is_begun)
    thread.start()
    manuscripts.save(path, RELEASE.replace("eleven", f"eleven {long}"), was.digest, was.text)
    thread.join()
    assert "- fulmars" in path.read_text("utf-8")


def test_half_a_file_is_not_taken_for_what_somebody_wrote(office: Workspace) -> None:
    """Some programs empty a file before they write it."""
    path = release(office, "half")
    manuscripts = Manuscripts(office)
    was = manuscripts.read(path)
    theirs = RELEASE.replace("fulmar", "fulmars")

    def slowly() -> None:
        with path.open("w", encoding="utf-8") as file:
            for start in range(0, len(theirs), 40):
                file.write(theirs[start : start + 40])
                file.flush()
                writing.wait(0.01)

    from threading import Event

    writing = Event()
    thread = Thread(target=slowly)
    thread.start()
    saved_by_the_page(manuscripts, path, RELEASE.replace("eleven", "twelve"), was)
    thread.join()
    expected = theirs.replace("eleven", "twelve")
    assert manuscripts.read(path).text == expected


def test_what_an_earlier_desk_kept_at_hand_goes_with_a_later_ones_first_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an hour: until then that one may be another desk of the same workspace, and need it."""
    workspace = make_own_office(tmp_path / "kept")
    one, two = release(workspace, "one"), release(workspace, "two")
    for said in ("x", "y"):
        desk = Manuscripts(workspace)
        for path in (one, two):
            saved_by_the_page(desk, path, f"{RELEASE}{said}\n", desk.read(path))
    kept = list((workspace.private / "desk" / "replaced").iterdir())
    said = sorted(path.read_text("utf-8") for path in kept)
    assert said == sorted([RELEASE, RELEASE, f"{RELEASE}x\n", f"{RELEASE}x\n"])
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3_700)
    later = Manuscripts(workspace)
    saved_by_the_page(later, two, f"{RELEASE}z\n", later.read(two))
    assert not any(path.exists() for path in kept)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("places", [("petrel", "eleven", "three"), ("eleven", "three", "petrel")])
def test_two_desks_over_one_file_take_nothing_from_each_other(
    tmp_path: Path, places: tuple[str, str, str], first: int
) -> None:
    """Reproduction: each took what the other had kept at hand for what somebody wrote late. A program that wrote over
    both, from a text of before, left the words of neither."""
    path = release(make_own_office(tmp_path / "press-office"), "shared")
    desks = [Manuscripts(Workspace(path.parent.parent)) for _ in range(2)]
    was = desks[0].read(path)
    ours, yours, theirs = (f"{word} once more" for word in places)
    for desk, place, words in zip(desks, places, (ours, yours), strict=False):
        assert isinstance(saved_by_the_page(desk, path, RELEASE.replace(place, words, 1), was), Saved)
    assert ours in path.read_text("utf-8") and yours in path.read_text("utf-8")
    path.write_text(RELEASE.replace(places[2], theirs, 1), "utf-8")
    for desk in (desks[first], desks[1 - first]):
        desk.read(path)
    for words in (ours, yours, theirs):
        assert words in path.read_text("utf-8")


def test_a_folder_among_what_is_kept_at_hand_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workspace from elsewhere may hold one: what a program writes late was lost for it, from the first save on."""
    workspace = make_own_office(tmp_path / "elsewhere")
    kept = workspace.private / "desk" / "replaced"
    (kept / "folder").mkdir(parents=True)
    (kept / "dangling").symlink_to("nowhere")
    path = release(workspace, "kept")
    manuscripts = Manuscripts(workspace)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3_700)
    saved_by_the_page(manuscripts, path, RELEASE + "x\n", manuscripts.read(path))
    left = {each.name for each in kept.iterdir()}
    assert "folder" in left and "dangling" not in left and len(left) == 2


def test_what_is_kept_at_hand_follows_no_link(office: Workspace, tmp_path: Path) -> None:
    """A workspace from elsewhere may hold a link in place of our folder: nothing outside is touched."""
    workspace = make_own_office(tmp_path / "elsewhere")
    outside = tmp_path / "outside"
    outside.mkdir()
    (workspace.private / "desk").mkdir(parents=True)
    (workspace.private / "desk" / "replaced").symlink_to(outside)
    path = release(workspace, "linked")
    manuscripts = Manuscripts(workspace)
    saved_by_the_page(manuscripts, path, RELEASE + "x\n", manuscripts.read(path))
    assert list(outside.iterdir()) == []
    assert path.read_text("utf-8") == RELEASE + "x\n"


def test_a_file_that_became_something_else_stays(office: Workspace) -> None:
    path = release(office, "word")
    manuscripts = Manuscripts(office)
    was = manuscripts.read(path)
    path.write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(ReleaseError):
        saved_by_the_page(manuscripts, path, RELEASE + "x\n", was)
    assert path.read_bytes() == b"PK\x03\x04" + bytes(200)


# What the desk answers


def post(client: httpx.Client, address: str, **fields: str) -> httpx.Response:
    """As our own page's script posts."""
    origin = str(client.base_url).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    return client.post(address, data=fields, headers=headers)


def test_only_our_own_page_can_write(client: httpx.Client, office: Workspace) -> None:
    path = release(office, "foreign")
    fields = {"edition": "", "text": "x", "base": FileText(path.read_bytes()).digest, "was": RELEASE}
    for headers in (
        {},
        {"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    ):
        for what in ("text", "paste", "translation"):
            answer = client.post(f"/r/foreign/{what}", data=fields | {"language": "fr"}, headers=headers)
            assert answer.status_code == 403
    assert path.read_text("utf-8") == RELEASE
    assert not path.with_name("foreign.fr.md").exists()


@pytest.mark.parametrize("name", ["..%2Fnewsroom", ".hidden", "linked-out", "%2e%2e", "harbour-report%00"])
@pytest.mark.parametrize("anew", ["", "yes"])
def test_no_other_file_is_read_or_written(
    client: httpx.Client, office: Workspace, name: str, anew: str
) -> None:
    outside = office.root / "newsroom.md"
    before = outside.read_bytes()
    link = office.releases / "linked-out.md"
    if not link.is_symlink():
        link.symlink_to(outside)
    fields = {"text": "x", "base": FileText(before).digest, "was": "", "anew": anew}
    for answer in (
        client.get(f"/r/{name}"),
        client.get(f"/r/{name}/text"),
        post(client, f"/r/{name}/text", edition="", **fields),
        post(client, "/r/harbour-report/text", edition="../../newsroom", **fields),
        post(client, f"/r/{name}/translation", language="fr"),
        post(client, "/r/harbour-report/translation", language="../fr"),
    ):
        assert answer.status_code >= 400
        assert "3 Fulmar Steps" not in answer.text  # which stands in newsroom.md alone
    assert outside.read_bytes() == before
    assert sorted(path.name for path in office.root.glob("*.md")) == ["newsroom.es.md", "newsroom.md"]


def test_a_text_without_end_is_refused(client: httpx.Client, office: Workspace) -> None:
    release(office, "long")
    assert post(client, "/r/long/text", edition="", text="x" * 9_000_000, base="", was="").status_code == 413


def test_a_file_that_is_gone_is_told_and_not_made_again(client: httpx.Client, office: Workspace) -> None:
    answer = post(client, "/r/gone/text", edition="", text="x", base="", was="")
    assert answer.status_code == 410
    assert answer.json()["told"] == "releases/gone.md is no longer there. It was moved or deleted."
    assert not (office.releases / "gone.md").exists()


# In the browser

REFUSED = "status of (410|507)"
"""What a browser's console says of a text that was not saved."""


def test_others_words_come_under_the_cursor(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """The file was changed in another program while the page has text of its own: cursor and undo stay with what was
    typed here."""
    path = release(office, "vim")
    with writing(browser, client, "vim") as page:
        put_cursor(page, "three pairs have")
        page.keyboard.type(" laid")
        path.write_text(RELEASE.replace("The petrels are", "The storm petrels are"), "utf-8")
        page.keyboard.type(" their")
        merged = RELEASE.replace("The petrels are", "The storm petrels are").replace(
            "have eggs", "have laid their eggs"
        )
        eventually(page, lambda: path.read_text("utf-8") == merged, "both are in the file")
        eventually(page, lambda: text(page) == merged, "both are in the editor")
        page.keyboard.type(" first")
        assert "have laid their first eggs" in text(page)
        for _ in range(3):
            page.keyboard.press("Control+z")
        assert text(page) == RELEASE.replace("The petrels are", "The storm petrels are")
        expect(saved(page)).to_contain_text("Saved")


def test_a_page_without_unsaved_text_follows_the_file(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    path = release(office, "follows")
    with writing(browser, client, "follows") as page:
        path.write_text(RELEASE.replace("three pairs", "four pairs"), "utf-8")
        expect(editor(page)).to_contain_text("four pairs")
        strip = page.locator(".strip", has_text="changed in another program")
        strip.get_by_role("button", name="As it was before").click()
        eventually(page, lambda: path.read_text("utf-8") == RELEASE, "it is taken back")


def test_where_both_changed_one_place_a_person_decides(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """It is no error: the browser's console has nothing to say of it."""
    path = release(office, "decide")
    theirs = (
        RELEASE.replace("eleven years", "twelve years")
        .replace("old light", "new light")
        .replace("fulmar", "fulmars")
    )
    with writing(browser, client, "decide") as page:
        replaced(page, "eleven", "thirteen")
        replaced(page, "old", "dark")
        path.write_text(theirs, "utf-8")
        form = page.get_by_role("form", name="The file was changed where you wrote too")
        expect(form).to_be_visible()
        expect(saved(page)).to_contain_text("Not saved: the file was changed where you wrote too.")
        assert path.read_text("utf-8") == theirs
        first, second = form.get_by_role("group").all()
        expect(first).to_contain_text("thirteen")
        expect(first).to_contain_text("twelve")
        first.get_by_label("Keep mine").check()
        second.get_by_label("Take both").check()
        put_cursor(page, "storm petrel")
        page.keyboard.type("s")  # whoever types meanwhile loses nothing
        form.get_by_role("button", name="Save it like this").click()
        expected = (
            theirs.replace("twelve", "thirteen")
            .replace("new light", "dark new light")
            .replace("storm petrel", "storm petrels")
        )
        eventually(page, lambda: path.read_text("utf-8") == expected, f"{path.read_text('utf-8')}")
        assert text(page) == expected
        expect(form).to_have_count(0)


def replaced(page: Page, words: str, by: str) -> None:
    put_cursor(page, words)
    for _ in words:
        page.keyboard.press("Backspace")
    page.keyboard.type(by)


def test_two_tabs_of_one_release(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    path = release(office, "tabs")
    context = context_of(browser, client)
    first, second = opened(context, client, "tabs"), opened(context, client, "tabs")
    put_cursor(first, "eleven years")
    first.keyboard.type(" and a day")
    put_cursor(second, "three pairs have")
    second.keyboard.type(" laid")
    merged = RELEASE.replace("eleven years", "eleven years and a day").replace("have eggs", "have laid eggs")
    eventually(first, lambda: path.read_text("utf-8") == merged, "both are in the file")
    for page in (first, second):
        eventually(page, lambda page=page: text(page) == merged, "both are in each tab")  # type: ignore[misc]
    context.close()


def test_a_deleted_file_is_told_and_written_again_when_wished(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    path = release(office, "deleted")
    with writing(browser, client, "deleted", but="status of (404|410|507)") as page:
        path.unlink()
        strip = page.locator(".strip", has_text="releases/deleted.md is no longer there")
        expect(strip).to_be_visible()
        put_cursor(page, "eleven years")
        page.keyboard.type("!")
        expect(saved(page)).to_contain_text("Your text is kept in this browser.")
        assert not path.exists()
        strip.get_by_role("button", name="Write the file again").click()
        eventually(page, path.exists, "it is written")
        assert path.read_text("utf-8") == RELEASE.replace("eleven years", "eleven years!")
        expect(saved(page)).to_contain_text("Saved")
        expect(strip).to_have_count(0)


def test_a_file_that_cant_be_written_is_told(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """A folder stands where the new file would be made: whoever may write everywhere can't either."""
    path = release(office, "stuck")
    hindrance = office.releases / ".stuck.md.new"
    hindrance.mkdir()
    with writing(browser, client, "stuck", but=REFUSED) as page:
        put_cursor(page, "eleven years")
        page.keyboard.type("!")
        expect(saved(page)).to_contain_text("Not saved: The file can’t be written")
        expect(page.locator("#saved-news")).to_contain_text("kept in this browser")
        assert text(page) == RELEASE.replace("eleven years", "eleven years!")
        hindrance.rmdir()
        eventually(page, lambda: "eleven years!" in path.read_text("utf-8"), "it is tried again")
        expect(page.locator("#saved-news")).to_contain_text("Saved again")


def test_what_the_desk_never_got_is_offered_by_the_next_page(browser: Browser, tmp_path: Path) -> None:
    """The desk is killed, then the browser: the text is in the browser's storage, and put back only when wished."""
    office = make_own_office(tmp_path / "press-office")
    path = release(office, "kept")
    process, address = started(office)
    with entered(address) as client:
        before = client.base_url
        context = context_of(browser, client)
        page = opened(context, client, "kept")
        process.kill()
        process.wait()
        put_cursor(page, "three pairs have")
        page.keyboard.type(" laid")
        expect(saved(page)).to_contain_text(
            "Not saved: the desk has stopped. Your text is kept in this browser."
        )
        kept = context.storage_state()
        page.close(run_before_unload=False)
        context.close()
    path.write_text(RELEASE.replace("eleven", "twelve"), "utf-8")
    process, address = started(office)
    with entered(address) as client:
        assert client.base_url == before  # what a browser keeps belongs to an address
        context = browser.new_context(storage_state={**kept, "cookies": []})
        context.add_cookies(
            [{"name": n, "value": v, "url": str(client.base_url)} for n, v in client.cookies.items()]
        )
        page = opened(context, client, "kept")
        strip = page.locator(".strip", has_text="Unsaved text of")
        expect(strip).to_be_visible()
        assert text(page) == RELEASE.replace("eleven", "twelve")
        strip.get_by_role("button", name="Look at it").click()
        expect(strip.locator("ins", has_text="have laid eggs")).to_be_visible()
        strip.get_by_role("button", name="Put it back").click()
        merged = RELEASE.replace("have eggs", "have laid eggs").replace("eleven", "twelve")
        eventually(page, lambda: path.read_text("utf-8") == merged, "it is put together with the file")
        expect(saved(page)).to_contain_text("Saved")
        assert (
            page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('mailer-unsaved/'))")
            == []
        )
        page.reload()
        expect(editor(page)).to_be_visible()
        expect(page.locator(".strip")).to_have_count(0)
        context.close()
    process.terminate()
    process.wait()


def started(office: Workspace) -> tuple[subprocess.Popen[str], str]:
    process = start("desk", "--no-browser", cwd=office.root)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_desk_that_comes_back_gets_it(browser: Browser, tmp_path: Path) -> None:
    office = make_own_office(tmp_path / "press-office")
    path = release(office, "back")
    process, address = started(office)
    with entered(address) as client:
        context = context_of(browser, client)
        page = opened(context, client, "back")
        process.kill()
        process.wait()
        put_cursor(page, "three pairs have")
        page.keyboard.type(" laid")
        expect(saved(page)).to_contain_text("the desk has stopped")
        process, address = started(office)
        context.new_page().goto(address)
        eventually(page, lambda: "have laid eggs" in path.read_text("utf-8"), "it is saved")
        expect(saved(page)).to_contain_text("Saved")
        context.close()
    process.terminate()
    process.wait()


def test_two_desks_of_one_workspace(office: Workspace, client: httpx.Client) -> None:
    """The second one has another address, and the first keeps its own for the next time."""
    kept = (office.private / "desk" / "port").read_text("ascii")
    process, address = started(office)
    assert address.startswith("http://127.0.0.1:")
    assert f":{kept}/" not in address
    assert (office.private / "desk" / "port").read_text("ascii") == kept == str(client.base_url.port)
    process.terminate()
    process.wait()


def test_leaving_asks_only_where_something_is_unsaved(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    release(office, "leaving")
    asked: list[str] = []
    with writing(browser, client, "leaving") as page:
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.reload()
        assert asked == []
        put_cursor(page, "eleven years")
        page.keyboard.type("!")
        page.reload()
        assert asked == ["beforeunload"]


def test_a_storage_without_room_is_told(browser: Browser, client: httpx.Client, office: Workspace) -> None:
    release(office, "full")
    with writing(browser, client, "full", but=REFUSED) as page:
        page.evaluate("""() => {
            for (let size = 1 << 22; size >= 1; size >>= 1) {
                try { for (let n = 0; ; n += 1) localStorage.setItem(`x${size}-${n}`, "x".repeat(size)); } catch {}
            }
        }""")
        hindrance = office.releases / ".full.md.new"
        hindrance.mkdir()
        put_cursor(page, "eleven years")
        page.keyboard.type("!")
        expect(saved(page)).to_contain_text("This browser has no room to keep it either: copy it somewhere.")
        hindrance.rmdir()
        page.evaluate("localStorage.clear()")


def test_what_both_changed_is_no_question_once_it_is_over(
    browser: Browser, client: httpx.Client, office: Workspace
) -> None:
    """Somebody else takes back what they had changed there, while the page is still being told of it."""
    path = release(office, "over-already")
    with writing(browser, client, "over-already") as page:
        page.expose_function("write", lambda said: path.write_text(said, "utf-8"))
        page.evaluate(
            """([theirs, again]) => {
                const { fetch } = window;
                window.fetch = async (address, how) => {
                    if (how?.method !== "POST" || !address.endsWith("/text")) return fetch(address, how);
                    window.fetch = fetch;
                    await write(theirs);
                    const answer = await fetch(address, how);
                    await write(again);
                    await new Promise((done) => setTimeout(done, 3000));
                    return answer;
                };
            }""",
            [RELEASE.replace("eleven", "thirteen"), RELEASE],
        )
        put_cursor(page, "eleven")
        page.keyboard.type("th")
        eventually(page, lambda: "eleventh years" in path.read_text("utf-8"), "it is saved")
        expect(saved(page)).to_contain_text("Saved")
        expect(page.locator(".strip", has_text="where you wrote too")).to_have_count(0)


EDIT = """
import os, random, sys, time
path, word, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
chance = random.Random(seed)
for number in range(12):
    time.sleep(chance.uniform(0.05, 0.5))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{word} says"))
    lines[at] += f" {word}{number}"
    said = "\\n".join(lines)
    if chance.random() < 0.5:
        with open(path, "w", encoding="utf-8") as file:
            file.write(said)
    else:
        with open(path + "~", "w", encoding="utf-8") as file:
            file.write(said)
        os.replace(path + "~", path)
"""


@pytest.mark.parametrize("seed", range(4))
def test_no_word_is_lost_while_two_write(
    browser: Browser, client: httpx.Client, office: Workspace, seed: int
) -> None:
    """Another program writes the file at random moments, in place and by replacing it, while somebody types."""
    name = f"race-{seed}"
    path = release(office, name, RELEASE.replace("- storm", "Page says\n\nVim says\n\n- storm"))
    chance = random.Random(seed)
    with writing(browser, client, name) as page:
        vim = subprocess.Popen([sys.executable, "-c", EDIT, str(path), "Vim", str(seed)])
        put_cursor(page, "Page says")
        number = 0
        while vim.poll() is None:
            page.keyboard.type(f" page{number}")
            number += 1
            page.wait_for_timeout(chance.uniform(0, 1400))
        assert vim.returncode == 0
        wanted = {f"page{each}" for each in range(number)} | {f"Vim{each}" for each in range(12)}
        eventually(
            page,
            lambda: wanted <= set(path.read_text("utf-8").split()),
            f"lost: {wanted - set(path.read_text('utf-8').split())}",
        )
        eventually(page, lambda: text(page) == path.read_text("utf-8"), "page and file say the same")
