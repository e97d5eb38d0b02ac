"""A list that somebody sends can't do anything at the desk but be looked at: whatever it is called, holds or becomes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browser import chromium
from support.desk import Desk, desk
from support.own_office import make_own_office
from support.workbooks import HEADER, parts, sheet, text, write

from mailer.workspace import Workspace

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
HOSTILE = f"""email,name,outlet,language,tags,"{SCRIPT}"
eve@example.net,{SCRIPT},"=HYPERLINK(""http://203.0.113.9"")",en,{SCRIPT},{SCRIPT}
"{SCRIPT}@example.net",{SCRIPT},x,en,,
"""
BOMB = 40_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("uploads") / "press-office")


@pytest.fixture(scope="module")
def opened(workspace: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(workspace, browser) as running:
        yield running


def everything(workspace: Workspace) -> set[Path]:
    """Every file around the workspace, but for what waits for a word."""
    waiting = workspace.private / "desk" / "uploads"
    around = workspace.root.parent.rglob("*")
    return {path for path in around if path.is_file() and not path.is_relative_to(waiting)}


def drop(opened: Desk, name: str, content: bytes) -> str:
    answer = opened.post("/lists", files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    "name",
    ["../../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a/../../evil.csv", "\x00evil.csv",
     "evil\r\nX: y.csv", "‮vsc.live.csv", f"{'e' * 4000}.csv", ".csv.csv", "suppressed.csv", "con.csv"],
)  # fmt: skip
def test_a_name_leads_nowhere(opened: Desk, workspace: Workspace, name: str) -> None:
    before = everything(workspace)
    path = drop(opened, name, b"email\neve@example.net\n")
    assert re.fullmatch(r"/lists/added/[0-9a-f]{16}", path)
    assert opened.client.get(path).status_code == 200
    assert everything(workspace) == before
    waiting = workspace.private / "desk" / "uploads" / path.rpartition("/")[2]
    assert sorted(each.name for each in waiting.iterdir()) == ["called.txt", "list.csv"]
    assert all(each.stat().st_mode & 0o077 == 0 for each in (waiting, *waiting.iterdir()))


@pytest.mark.parametrize(
    "id_",
    ["%2e%2e%2f%2e%2e%2f%2e%2e%2flists", "%2e%2e", "%2e", "0" * 15, "0" * 16, "x" * 16, "0" * 16 + "%2f.."],
)
def test_only_what_waits_can_be_looked_at(opened: Desk, workspace: Workspace, id_: str) -> None:
    drop(opened, "a.csv", b"email\neve@example.net\n")
    beside = workspace.private / "desk"  # what a name that climbs would find
    for folder in (beside, beside / "uploads"):
        (folder / "list.csv").write_text("email\neve@example.net\n", "utf-8")
        (folder / "called.txt").write_text("climbed.csv", "utf-8")
    for answer in (
        opened.client.get(f"/lists/added/{id_}"),
        opened.post(f"/lists/added/{id_}", {"do": "add"}),
    ):
        assert answer.status_code in (404, 405, 422)
        assert "@example" not in answer.text and "climbed" not in answer.text
    for planted in (*beside.glob("*.*"), *(beside / "uploads").glob("*.*")):
        planted.unlink()


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e%2freleases%2fharbour-report.md",
        ".env",
        "..%2fnewsroom.md",
        "suppressed",
        "suppressed.csv",
        "/etc/passwd",
        "%00",
    ],
)
def test_only_lists_can_be_looked_at_or_changed(opened: Desk, workspace: Workspace, name: str) -> None:
    before = workspace.suppressed.read_bytes()
    for do in ("remove", "correct", "suppress", "clean", "answer"):
        data = {
            "do": do,
            "line": "2",
            "address": "gone.away@example.com",
            "sure": "yes",
            "becomes": "a@example.net",
        }
        assert opened.post(f"/lists/{name}", data).status_code in (404, 405)
    answer = opened.client.get(f"/lists/{name}")
    assert answer.status_code == 404
    assert "gone.away" not in answer.text and "root:" not in answer.text
    assert workspace.suppressed.read_bytes() == before


@pytest.mark.parametrize("name", ["list.exe", "list.html", "list.svg", "list.toml", "list", "list.csv.lnk"])
def test_what_is_no_list_is_not_kept(opened: Desk, workspace: Workspace, name: str) -> None:
    uploads = workspace.private / "desk" / "uploads"
    before = set(uploads.rglob("*"))
    answer = opened.post("/lists", files={"file": (name, b"email\neve@example.net\n")})
    assert answer.status_code == 422 and "no list that can be read" in answer.text
    assert set(uploads.rglob("*")) == before


def test_what_is_too_large_is_not_read_to_its_end(opened: Desk, workspace: Workspace) -> None:
    answer = opened.post("/lists", files={"file": ("large.csv", b"a" * 64_100_000)})
    assert answer.status_code == 413
    assert "64 MB" in answer.text


def test_few_files_wait(opened: Desk, workspace: Workspace) -> None:
    for number in range(12):
        drop(opened, f"{number}.csv", b"email\neve@example.net\n")
    assert len(list((workspace.private / "desk" / "uploads").iterdir())) == 8


# ---- what is in them ---------------------------------------------------------------------------------------


def bomb() -> bytes:
    """A workbook whose sheet is a thousand times as large as the file."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts().items():
            body = content if isinstance(content, (str, bytes)) else "".join(content)
            file.writestr(name, body if "sheet1" not in name else b"<worksheet>" + b" " * BOMB * 10)
    return made.getvalue()


def entities() -> dict[str, object]:
    lol = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return parts({"Press": lol + sheet(HEADER, f'<row r="2">{text("A2", "&b;@example.net")}</row>')})


def test_a_zip_bomb_is_refused_on_the_page(opened: Desk) -> None:
    answer = opened.client.get(drop(opened, "bomb.xlsx", bomb()))
    assert answer.status_code == 200
    assert "can’t be read as a list" in answer.text
    assert "Add this list" not in answer.text


def test_no_entity_is_expanded(opened: Desk, tmp_path: Path) -> None:
    content = write(tmp_path / "entities.xlsx", entities()).read_bytes()
    answer = opened.client.get(drop(opened, "entities.xlsx", content))
    assert "can’t be read as a list" in answer.text and "haha" not in answer.text


@pytest.mark.parametrize(
    "garbage", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"\0" * 5000, b"%PDF-1.7"]
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".xls", ".ods", ".vcf"])
def test_what_can_not_be_read_is_said_and_is_no_defect(opened: Desk, ending: str, garbage: bytes) -> None:
    answer = opened.client.get(drop(opened, f"broken{ending}", garbage))
    assert answer.status_code == 200
    assert "bug in mailer" not in answer.text and "Add this list" not in answer.text


def test_what_cells_hold_is_text_on_every_page(opened: Desk, workspace: Workspace) -> None:
    (workspace.lists / "hostile.csv").write_text(HOSTILE, "utf-8")
    waiting = drop(opened, f"{SCRIPT.replace('/', '∕')}.csv", HOSTILE.encode())
    question = "%3Cscript%3Edocument.title%3D'owned'%3C%2Fscript%3E"
    pages = [
        "/lists", waiting, f"{waiting}?as={question}", f"{waiting}?as=hostile", "/who?q=eve", f"/who?q={question}",
        f"/who/found?q={question}", f"/suppressed?q={question}&take-back={question}",
        "/r/harbour-report/who?list=hostile", f"/r/harbour-report/who?list=hostile&q={question}",
        "/r/harbour-report/person?address=eve@example.net&list=hostile", f"/r/harbour-report/who?list={question}",
        *(f"/lists/hostile?{query}" for query in ("", "line=2", "line=3", "show=problems", "show=left-out",
                                                 "show=proposals", f"q={question}", f"c.x={question}&kind={question}")),
    ]  # fmt: skip
    page = opened.page("/lists")
    for path in pages:
        page.goto(f"{opened.base}{path}")
        assert page.title() != "owned", path
        assert page.locator("img[onerror]").count() == 0, path
        assert "<script>document" not in opened.client.get(path).text, path
    expected = "Failed to load resource: the server responded with a status of 4"
    opened.assert_clean(but=expected)
    (workspace.lists / "hostile.csv").unlink()


def test_no_cell_of_what_is_added_is_calculated(opened: Desk, workspace: Workspace) -> None:
    path = drop(opened, "formulas.csv", HOSTILE.encode())
    assert opened.post(path, {"do": "add", "as": "formulas"}).status_code == 303
    written = (workspace.lists / "formulas.csv").read_text("utf-8")
    assert "=HYPERLINK" in written
    assert not re.search(r'(?:^|,)"?=', written, re.M)
    (workspace.lists / "formulas.csv").unlink()


def test_no_address_is_in_anything_that_leaves_the_machine(opened: Desk) -> None:
    """Pages name people in their own addresses; nothing of them is asked of anybody else, and no page that a mail's
    link leads to is told where it stood."""
    page = opened.page("/r/harbour-report/person?address=ana.ruiz@example.net")
    page.frame_locator("iframe").locator("h1").wait_for()
    assert all(url.startswith((opened.base, "data:", "about:")) for url in opened.requested)
    answer = opened.client.get("/r/harbour-report/person/mail?address=ana.ruiz@example.net")
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert 'rel="noopener noreferrer"' in answer.text


@pytest.mark.parametrize("path", ["/lists", "/lists/press", "/lists/added/0123456789abcdef", "/suppressed"])
def test_no_other_site_posts_here(opened: Desk, workspace: Workspace, path: str) -> None:
    before = everything(workspace)
    for headers in (
        {},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": opened.base},
    ):
        data = {"do": "add", "addresses": "eve@example.net", "reason": "x"}
        assert opened.client.post(path, data=data, headers=headers).status_code == 403
    assert everything(workspace) == before
