"""Every address of the desk is attacked, whichever room it is of: a new one is too, without anybody's writing a test.

What stands before all of them is `desk/guard.py`; what each of them does by itself is attacked in tests/security/test_desk.py.
"""

from __future__ import annotations

import hashlib
import socket
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
import pytest
from playwright.sync_api import Browser
from support.breadth import some
from support.browser import chromium, entered, serving
from support.desk import Desk, desk
from support.desk_pages import QUERIES, filled, furnished, parameters, paths
from support.own_office import make_own_office
from support.word_documents import p, r, word

from mailer.workspace import Workspace

GET, POST = paths("GET"), paths("POST")
ALL = [("GET", path) for path in GET] + [("POST", path) for path in POST]
SECRET = "correct-horse-battery"
NO_TLS = False
"""Of httpx's `verify`: to read the world's authorities for a page on this computer takes longer than to ask for it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, dict[str, str]]]:
    with furnished(tmp_path_factory.mktemp("desk") / "there") as made:
        root = made.workspace.root
        for folder in (root, root.parent):
            for ending in ("md", "csv", "eml", "json"):
                (folder / f"stolen.{ending}").write_text(
                    f"---\nHeadline: {SECRET}\n---\n\n{SECRET}\n", "utf-8"
                )
        (made.workspace.releases / "linked.md").symlink_to(root.parent / "stolen.md")
        (made.workspace.lists / "linked.csv").symlink_to(root.parent / "stolen.csv")
        (root / ".env").write_text(f"SMTP_PASSWORD={SECRET}\n", "utf-8")
        yield made.workspace, made.settings


@pytest.fixture(scope="module")
def opened(browser: Browser, office: tuple[Workspace, dict[str, str]]) -> Iterator[Desk]:
    with desk(office[0], browser, **office[1]) as running:
        yield running


def digest(workspace: Workspace) -> dict[str, str]:
    """Of everything that a person wrote; and of what the desk keeps, where nothing at all is to happen."""
    found = (
        path
        for path in workspace.root.rglob("*")
        if path.is_file() and path.suffix not in (".lock", ".db-shm")
    )
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.name not in ("ledger.db-wal",)
    }


def own(opened: Desk) -> dict[str, str]:
    return {"Origin": opened.base, "Sec-Fetch-Site": "same-origin"}


# ---- who may ask ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), ALL)
def test_without_its_cookie_nothing_is_answered_or_done(
    opened: Desk, office: tuple[Workspace, dict[str, str]], method: str, path: str
) -> None:
    before = digest(office[0])
    for cookies in (
        {},
        dict.fromkeys(opened.client.cookies, "forged"),
        dict.fromkeys(opened.client.cookies, ""),
    ):
        answer = httpx.request(
            method, f"{opened.base}{filled(path)}", cookies=cookies, headers=own(opened), verify=NO_TLS
        )
        assert answer.status_code == 403
        assert "Harbour" not in answer.text
    assert digest(office[0]) == before


STRANGE: dict[str, dict[str, str]] = {
    "another host": {"Host": "evil.example"},
    "a host of that port": {"Host": "evil.example:{port}"},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another port": {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    "another origin": {"Origin": "https://evil.example"},
    "an origin of no page": {"Origin": "null"},
    "https": {"Origin": "https://127.0.0.1:{port}"},
}
UNSAID: dict[str, dict[str, str | None]] = {
    "no origin": {"Origin": None},
    "no site": {"Sec-Fetch-Site": None},
    "neither": {"Origin": None, "Sec-Fetch-Site": None},
    "typed by a person": {"Sec-Fetch-Site": "none"},
}


@pytest.mark.parametrize(("method", "path"), ALL)
def test_what_comes_from_elsewhere_is_refused_with_the_cookie_too(
    opened: Desk, office: tuple[Workspace, dict[str, str]], method: str, path: str
) -> None:
    port = urlsplit(opened.base).port
    before = digest(office[0])
    strange: dict[str, dict[str, str | None]] = {**STRANGE, **(UNSAID if method == "POST" else {})}
    for what, headers in strange.items():
        sent = own(opened) | {name: value and value.format(port=port) for name, value in headers.items()}
        kept = {name: value for name, value in sent.items() if value is not None}
        answer = opened.client.request(method, filled(path), headers=kept)
        assert answer.status_code in (403, 421), what
        assert "Harbour" not in answer.text
    assert digest(office[0]) == before


def test_what_is_posted_cannot_be_got(opened: Desk, office: tuple[Workspace, dict[str, str]]) -> None:
    """A link, a picture or a prefetch that somebody smuggled into a page would do it."""
    before = digest(office[0])
    for path in sorted(set(POST) - set(GET)):
        assert opened.client.get(filled(path)).status_code in (404, 405), path
    assert digest(office[0]) == before


@pytest.mark.parametrize("path", GET)
def test_looking_writes_nothing_that_a_person_wrote(
    opened: Desk, office: tuple[Workspace, dict[str, str]], path: str
) -> None:
    def written() -> dict[str, str]:
        return {name: value for name, value in digest(office[0]).items() if "/.mailer/" not in name}

    before = written()
    assert opened.client.get(filled(path) + QUERIES.get(path, "")).status_code < 500
    assert opened.client.head(filled(path)).status_code < 500
    assert written() == before


# ---- what every answer says -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*GET, "/nothing", "/events", "/static/x"])
def test_every_answer_keeps_itself_to_this_page(opened: Desk, path: str) -> None:
    for answer in (
        opened.client.head(filled(path)),
        httpx.get(f"{opened.base}{filled(path)}", verify=NO_TLS),
    ):
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy
        assert "unsafe-eval" not in policy
        assert "unsafe-inline" not in policy or " sandbox" in policy, "but in the frame of a mail"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/%2f%2fevil.example/", "/\\evil.example", "/%5cevil.example", "/https://evil.example", "/x%0d%0aX:%20y"]
)  # fmt: skip
def test_the_key_leads_to_no_other_site(workspace: Workspace, path: str) -> None:
    with serving("desk", "--no-browser", cwd=workspace.root) as url:
        parts = urlsplit(url)
        with socket.create_connection(("127.0.0.1", parts.port or 0)) as line:  # no client tidies this path
            line.sendall(
                f"GET {path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
            )
            head = b"".join(iter(lambda: line.recv(65536), b"")).partition(b"\r\n\r\n")[0].decode()
        (location,) = [
            said.split(" ", 1)[1] for said in head.split("\r\n") if said.lower().startswith("location:")
        ]
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert "\nX:" not in head


# ---- what can be asked for --------------------------------------------------------------------------------

WANTED = ["..%2fstolen", "..%2f..%2fstolen", "..%2f..%2f.env", "%2fetc%2fpasswd", "..%5cstolen", "..%5c..%5cstolen", "%00", "press%00",
          "stolen", "linked", ".", "..", "%2e%2e%2fstolen", "..%252fstolen", "%c0%ae%c0%ae%2fstolen", "%ef%bc%8e%ef%bc%8e%2fstolen",
          "%e2%80%ae", "C:%5cwindows%5cwin.ini", "con", "nul.md", "a" * 3000, "%ff%fe", "-1", "0", "9" * 400, "1e9", "١", "1%20OR%201=1",
          "%3Cscript%3Eowned=1%3C/script%3E", ".mailer", "..%2f.mailer%2fledger.db", "file:%2f%2f%2fetc%2fpasswd", "~", "$HOME"]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("wanted", some(WANTED, 14))
def test_no_parameter_leads_out_of_its_folder(
    opened: Desk, office: tuple[Workspace, dict[str, str]], wanted: str, method: str
) -> None:
    outside = {path: path.read_bytes() for path in office[0].root.parent.glob("stolen.*")}
    wanted = quote(wanted) if not wanted.isascii() else wanted
    for path in GET if method == "GET" else POST:
        for name in parameters(path):
            address = filled(path, **{name: wanted}) + (QUERIES.get(path, "") if method == "GET" else "")
            answer = opened.client.request(method, address, headers=own(opened))
            assert answer.status_code < 500, (address, answer.text)
            assert SECRET not in answer.text, address
            assert "root:x:" not in answer.text
            assert "<script>owned" not in answer.text
    assert {path: path.read_bytes() for path in outside} == outside


ODD = [
    "x" * 20_000,
    "%00",
    "%ff",
    "<script>owned=1</script>",
    "' OR 1=1 --",
    "{{ 7 * 7 }}",
    "${7*7}",
    "..%2f..%2f.env",
    "\u202e",
]
ASKED = ("q", "page", "edition", "since", "address", "kind", "list", "reason", "line")


@pytest.mark.parametrize("path", GET)
def test_no_query_is_too_odd(opened: Desk, path: str) -> None:
    """All of them at once, each way; and each alone, lest the first one that is refused hide the others."""
    for odd, names in [(odd, ASKED) for odd in ODD] + [
        (odd, (name,)) for odd, name in zip(ODD, ASKED, strict=True)
    ]:
        answer = opened.client.get(filled(path), params=dict.fromkeys(names, odd[: 54_000 // len(names)]))
        assert answer.status_code < 500, (path, names, odd, answer.text)
        assert SECRET not in answer.text
        assert "<script>owned" not in answer.text
        assert ">49<" not in answer.text


# ---- what can be posted -----------------------------------------------------------------------------------

CRLF = b"\r\n"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"


def part(name: str, content: bytes = b"x") -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + content + CRLF


BOMBS: dict[str, tuple[str, bytes]] = {
    "a hundred thousand fields": (FORM, b"&".join(b"a%d=" % n for n in range(100_000))),
    "nothing but ampersands": (FORM, b"&" * 1_900_000),
    "one name, two megabytes": (FORM, b"a" * 1_999_999 + b"="),
    "no text": (FORM, bytes(range(256)) * 100),
    "a hundred thousand parts": (PARTS, b"".join(part(f"a{n}", b"") for n in range(30_000)) + b"--b--" + CRLF),
    "a hundred files": (PARTS, b"".join(b'--b\r\nContent-Disposition: form-data; name="document"; filename="%d.docx"\r\n\r\nx\r\n' % n for n in range(100)) + b"--b--\r\n"),
    "a part of a thousand headers": (PARTS, b"--b\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\nx\r\n--b--\r\n"),
    "a header that never ends": (PARTS, b"--b\r\nX: " + b"a" * 1_000_000),
    "no end": (PARTS, b"--b\r\nContent-Disposition: form-data; name=\"headline\"\r\n\r\nx"),
    "no boundary": ("multipart/form-data", part("headline") + b"--b--"),
    "an odd character set": ("multipart/form-data; boundary=b; charset=no-such", part("headline") + b"--b--\r\n"),
    "a part without a name": (PARTS, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    "no form": ("application/json", b'{"headline": "x"}'),
    "nothing": ("", b""),
}  # fmt: skip


@pytest.mark.parametrize("bomb", some(BOMBS, 8))
def test_no_form_is_too_odd_or_too_large(opened: Desk, bomb: str) -> None:
    kind, body = BOMBS[bomb]
    headers = own(opened) | ({"Content-Type": kind} if kind else {})
    for path in POST:
        answer = opened.client.post(filled(path), content=body, headers=headers, timeout=60)
        assert answer.status_code < 500, (path, answer.text)


def zipped(**members: bytes) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


DOCUMENTS = {
    "a document that unpacks to 300 MB": lambda: zipped(**{"word/document.xml": b"<a/>" + b" " * 300_000_000}),
    "a document of nothing but brackets": lambda: zipped(**{"[Content_Types].xml": b"<" * 100_000, "word/document.xml": b"<" * 1_000_000}),
    "entities": lambda: zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}),
    "no archive at all": lambda: b"PK\x03\x04" + zlib.compress(b"x" * 1000),
    "deep html": lambda: b"<html><body>" + b"<div>" * 200_000 + b"x",
}  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_document_is_too_odd_or_too_large(opened: Desk, document: str) -> None:
    files = {"document": ("x.docx", DOCUMENTS[document](), "x/y")}
    answer = opened.post("/import", files=files, timeout=120)
    assert answer.status_code == 422, answer.text
    assert "root:x:" not in answer.text
    assert "This is a bug in mailer" not in answer.text


NAMES = ["../../evil.docx", "/tmp/evil.docx", r"..\..\evil.docx", r"C:\evil.docx", ".env", ".htaccess", "newsroom.md", "a\u202efdp.docx",
         "x" * 250 + ".docx", "harbour-report.md", "con", "<script>owned=1</script>.docx", "..", "harbour-report.../../x.docx",
         "../harbour-report.es.docx", "{{ 7 * 7 }}.docx"]  # fmt: skip


@pytest.mark.parametrize("name", some(NAMES, 8))
def test_a_dropped_file_is_named_by_us(browser: Browser, tmp_path: Path, name: str) -> None:
    workspace = make_own_office(tmp_path / "there" / "press-office")
    document = word(p(r("A Quiet Bay"), style="Title"), p(r("It is quiet in the bay, as it always was.")))
    before = set(tmp_path.rglob("*"))
    kept = digest(workspace)
    with serving("desk", "--no-browser", cwd=workspace.root) as url, entered(url) as client:
        origin = str(client.base_url).rstrip("/")
        answer = client.post(
            "/import",
            files={"document": (name, document, "x/y")},
            headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        )
        is_there = name.endswith("/harbour-report.es.docx")  # an edition that nothing may overwrite
        assert answer.status_code == (422 if is_there else 200)
        assert "<script>owned" not in answer.text
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    made = {path for path in new if workspace.private not in path.parents}
    assert made == (set() if is_there else {workspace.releases / "a-quiet-bay.md"})
    assert {path: value for path, value in digest(workspace).items() if path in kept} == kept


# ---- what stands in a file of the office ------------------------------------------------------------------

VECTORS = ["<script>top.owned=1</script>", "<img src=x onerror=top.owned=1>", "\"><svg onload=top.owned=1>", "'><details open ontoggle=top.owned=1>",
           "javascript:top.owned=1", "[x](javascript:top.owned=1)", "</title></textarea><script>top.owned=1</script>",
           "<a hx-get=/settings hx-trigger=load>x</a>", "<p hx-on:load=top.owned=1 hx-trigger=load>x</p>", "{{ cycler.__init__.__globals__ }}"]  # fmt: skip


def test_no_file_of_the_office_runs_anything_in_any_page(browser: Browser, tmp_path: Path) -> None:
    """In headlines, in names of files, in lists, and in what is searched for."""
    with furnished(tmp_path / "there") as made:
        workspace = made.workspace
        for number, vector in enumerate(VECTORS):
            text = f"---\nHeadline: {vector}\nSubhead: {vector}\nKind: {vector}\nDate: 2026-11-2{number % 10}\n---\n\n{vector}\n"
            (workspace.releases / f"x{number}.md").write_text(text, "utf-8")
        (workspace.releases / "<img src=x onerror=top.owned=1>.md").write_text(
            "---\nHeadline: named\n---\n\nx\n", "utf-8"
        )
        rows = "".join(
            f'"{v.replace(chr(34), "")}",x{n}@example.net,"{v.replace(chr(34), "")}"\n'
            for n, v in enumerate(VECTORS)
        )
        (workspace.lists / "press.csv").write_text(f"name,email,outlet\n{rows}", "utf-8")
        with desk(workspace, browser, **made.settings) as opened:
            page = opened.page("/")
            dialogs: list[str] = []
            page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            addresses = [filled(path) + QUERIES.get(path, "") for path in GET]
            addresses += [f"/?q={quote(vector)}" for vector in VECTORS] + [
                f"/who?q={quote(vector)}" for vector in VECTORS
            ]
            for address in addresses:
                if ".csv" in address or opened.client.head(address).headers.get("content-disposition"):
                    continue
                page.goto(f"{opened.base}{address}")
                page.wait_for_timeout(150)
                assert page.evaluate("window.owned") is None, address
                assert (
                    page.locator(
                        "main [onerror], main [onload], main [ontoggle], main a[href^='javascript:']"
                    ).count()
                    == 0
                )
            assert dialogs == []
            assert all(urlsplit(url).netloc in ("", urlsplit(opened.base).netloc) for url in opened.requested)


def test_htmx_heeds_nothing_that_does_not_carry_the_pages_nonce(opened: Desk) -> None:
    """Markup that found its way into a page, past every template, does nothing; nor does a string become a program."""
    page = opened.page("/new")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """async () => {
            const { htmx } = await import(document.querySelector("script[src*='/frame.js']").src);
            for (const [name, value] of [["hx-get", "/settings"], ["hx-post", "/new"], ["hx-on:click", "window.owned = 1"]]) {
                const button = document.createElement("button");
                button.setAttribute(name, value);
                button.textContent = "x";
                document.querySelector("main").append(button);
                htmx.process(button);
                button.click();
            }
        }"""
    )
    page.wait_for_timeout(500)
    assert [url for url in asked if urlsplit(url).path in ("/settings", "/new")] == []
    assert page.evaluate("window.owned") is None
    page.context.close()
