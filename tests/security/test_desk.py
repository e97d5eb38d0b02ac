"""The local page answers the browser that its own person opened it with: no web site, no other account, no foreign
mail gets anything out of it, or anything done by it."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser
from support.browser import chromium, context_of, entered, serving
from support.desk import until

from mailer.workspace import Workspace, make_workspace

HERE = "/r/harbour-report"
PATHS = ("/", HERE, *(f"{HERE}/{what}" for what in ("mail", "findings", "header", "recipients", "lists")),
         "/events", "/static/frame.js", "/no-such-thing")  # fmt: skip
SECRET = "correct-horse-battery"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("desk") / "press-office")
    (workspace.root / ".env").write_text(f"SMTP_PASSWORD={SECRET}\n", "utf-8")
    return workspace


@pytest.fixture(scope="module")
def flag(office: Workspace) -> Path:
    """A file that appears when an attacker's template runs."""
    return office.root.parent / "owned"


@pytest.fixture(scope="module")
def evil(office: Workspace, flag: Path) -> Path:
    """A theme that lies anywhere on the disk, as a download does."""
    folder = office.root.parent / "downloads" / "evil"
    folder.mkdir(parents=True)
    code = "{{ cycler.__init__.__globals__.os.popen('echo > FLAG').read() }}".replace("FLAG", str(flag))
    (folder / "release.html.j2").write_text(code, "utf-8")
    shutil.copyfile(office.releases / "harbour-report.md", folder / "stolen.md")
    return folder


@pytest.fixture(scope="module")
def address(office: Workspace) -> Iterator[str]:
    """As it is printed, key and all."""
    with serving("preview", "harbour-report", "--no-browser", cwd=office.root) as url:
        yield url


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with entered(address) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


# ---- who may ask ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_without_the_key_nothing_is_answered(client: httpx.Client, path: str) -> None:
    for cookies in ({}, dict.fromkeys(client.cookies, "forged"), dict.fromkeys(client.cookies, "")):
        answer = httpx.get(client.base_url.join(path), cookies=cookies)
        assert answer.status_code == 403
        assert "printed in the terminal" in answer.text
        assert "harbour" not in answer.text.lower()


def test_the_key_becomes_a_cookie_that_no_script_reads_and_no_other_site_sends(office: Workspace) -> None:
    with serving("desk", "--no-browser", cwd=office.root) as url:
        first = httpx.get(f"{url}&show=a%26b")
        assert first.status_code == 303
        assert first.headers["location"] == "/?show=a%26b"
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie
        assert urlsplit(url).query.removeprefix("key=") not in cookie
        assert httpx.get(url, cookies=first.cookies).status_code == 303, "their own browser may open it again"
        second = httpx.get(url)
        assert second.status_code == 403, (
            "whoever reads it later in a history or a list of processes has nothing"
        )
        assert "already been opened" in second.text
        assert "set-cookie" not in second.headers


@pytest.mark.parametrize("key", ["", "x", "é", "key", "%00", "a" * 5000])
def test_a_forged_key_opens_nothing_and_uses_nothing_up(office: Workspace, key: str) -> None:
    with serving("desk", "--no-browser", cwd=office.root) as url:
        assert httpx.get(f"http://{urlsplit(url).netloc}/?key={key}").status_code == 403
        assert httpx.head(url).status_code == 403, "a link checker's HEAD"
        assert httpx.get(url).status_code == 303


HOSTS = ["evil.example", "127.0.0.1", "localhost", "localhost:1", "127.0.0.1.evil.example:{port}", "evil.example:{port}",
         "[::1]:{port}", "0.0.0.0:{port}", "127.1:{port}", "127.0.0.1:{port}@evil.example", "", "127.0.0.1:{port}."]  # fmt: skip


@pytest.mark.parametrize("path", ["/", f"{HERE}/mail"])
@pytest.mark.parametrize("host", HOSTS)
def test_only_our_own_host_is_answered(client: httpx.Client, host: str, path: str) -> None:
    """DNS rebinding: a web site's own name that leads here."""
    answer = client.get(path, headers={"Host": host.format(port=client.base_url.port)})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Site", "x"),
                                    ("Origin", "https://evil.example"), ("Origin", "null"), ("Origin", "http://127.0.0.1:1")])  # fmt: skip
def test_another_sites_request_is_refused_even_with_the_cookie(
    client: httpx.Client, header: tuple[str, str], path: str
) -> None:
    assert client.get(path, headers=[header]).status_code == 403


def test_our_own_pages_requests_are_answered(client: httpx.Client) -> None:
    own = f"http://127.0.0.1:{client.base_url.port}"
    assert client.get("/", headers={"Sec-Fetch-Site": "none"}).status_code == 200
    assert (
        client.get(f"{HERE}/mail", headers={"Sec-Fetch-Site": "same-origin", "Origin": own}).status_code
        == 200
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_told_to_the_page(client: httpx.Client, method: str) -> None:
    """By who does not say that they are a page of ours, as browsers do of every form and script."""
    for path in ("/", f"{HERE}/preview", f"{HERE}/findings", f"{HERE}/header", f"{HERE}/tidy"):
        assert client.request(method, path, data={"text": "x"}).status_code in (403, 405)


ATTACKER = """<!doctype html><title>Free crosswords</title>
<img src="{scene}"><script src="{scene}"></script><link rel=stylesheet href="{scene}"><iframe src="{page}"></iframe>
<object data="{scene}"></object><video src="{scene}"></video>
<script>
  fetch("{scene}", {{mode: "no-cors", credentials: "include"}}).finally(() => document.title = "done");
  new EventSource("{events}", {{withCredentials: true}});
  navigator.sendBeacon("{posted}", new URLSearchParams({{theme: "{evil}"}}));
  fetch("{posted}", {{method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({{theme: "{evil}"}})}});
  window.open("{page}");
</script>"""


def test_a_web_page_that_is_open_beside_the_preview_gets_nothing_done(
    browser: Browser, client: httpx.Client, evil: Path, flag: Path
) -> None:
    """The worst of them: any page that a press officer had open could run a program on their computer.

    The attacker's page is on 127.0.0.1 too, the same *site*: browsers send it even SameSite=Strict cookies."""
    base = f"http://127.0.0.1:{client.base_url.port}"
    page_html = ATTACKER.format(
        scene=f"{base}{HERE}/mail",
        posted=f"{base}{HERE}/preview",
        evil=evil,
        page=f"{base}{HERE}",
        events=f"{base}/events",
    )

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page_html.encode())

        def log_message(self, *_: object) -> None: ...

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    context = context_of(browser, client)
    statuses: list[int] = []
    context.on("response", lambda r: statuses.append(r.status) if r.url.startswith(base) else None)
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{site.server_address[1]}/")
        until(page, "document.title === 'done'")
        page.wait_for_timeout(500)
        assert statuses, "it was tried"
        assert set(statuses) <= {403, 405}
        assert not flag.exists()
        for shown in (*page.frames, *(frame for p in context.pages for frame in p.frames)):
            assert "Harbour Water" not in shown.content()
    finally:
        context.close()
        site.shutdown()


# ---- what can be asked for --------------------------------------------------------------------------------


def posted(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    """As a form of the page posts."""
    own = {"Origin": f"http://127.0.0.1:{client.base_url.port}", "Sec-Fetch-Site": "same-origin"}
    return client.post(path, data=form, headers=own)


TRAVERSALS = ["{evil}/stolen", "{evil}/stolen.md", "../newsroom", "../../downloads/evil/stolen", "..%2f..%2fdownloads/evil/stolen",
              r"..\..\downloads\evil\stolen", "harbour-report/../../newsroom", ".", "..", "/etc/passwd", "\0harbour-report",
              "file:///etc/passwd", "./harbour-report", "releases/harbour-report", "", "linked", "../lists/press"]  # fmt: skip


@pytest.mark.parametrize("key", TRAVERSALS)
def test_only_a_release_of_releases_is_shown(
    client: httpx.Client, office: Workspace, evil: Path, key: str
) -> None:
    linked = office.releases / "linked.md"
    if not linked.exists():
        linked.symlink_to(evil / "stolen.md")
    wanted = (
        f"/r/{quote(key.format(evil=evil), safe='').replace('.', '%2e')}"  # or the client would go up itself
    )
    for what in ("preview", "findings", "header", "tidy"):
        answer = posted(client, f"{wanted}/{what}", text="---\nHeadline: x\n---\n\nx\n", live="1")
        assert '"view"' not in answer.text
        assert "Harbour" not in answer.text
    for what in ("", "/mail", "/findings", "/header", "/recipients?q="):
        assert "Harbour" not in client.get(f"{wanted}{what}").text


@pytest.mark.parametrize(
    "name", ["{evil}", "../evil", "../../downloads/evil", r"..\evil", "default/../../../downloads/evil", "."]
)
def test_only_a_theme_by_its_name_is_shown(client: httpx.Client, evil: Path, flag: Path, name: str) -> None:
    scene = posted(client, f"{HERE}/preview", theme=name.format(evil=evil)).json()
    assert "No theme" in scene["faults"][0][1]
    assert not flag.exists()


@pytest.mark.parametrize("path", ["/static/../guard.py", "/static/..%2fguard.py", "/static/%2e%2e/guard.py", "/static//etc/passwd",
                                  "/static/..%5cguard.py", "/static/%00", "/static/", "/pages/desk.html.j2", "//etc/passwd",
                                  "/static/....//guard.py"])  # fmt: skip
def test_static_files_are_those_of_the_page(client: httpx.Client, path: str) -> None:
    with socket.create_connection(
        ("127.0.0.1", client.base_url.port or 0)
    ) as line:  # no client tidies this path
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{client.base_url.port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        line.sendall(head.encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.split()[1] in (b"404", b"400"), answer[:200]


def test_a_link_among_the_messages_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    """A symlinked .eml showed whatever file it led to."""
    secret = tmp_path / "secret"
    secret.write_text(f"Subject: {SECRET}\n\n{SECRET}\n", "utf-8")
    folder = tmp_path / "received"
    folder.mkdir()
    (folder / "real.eml").write_text("Subject: Hello\n\nHello\n", "utf-8")
    (folder / "linked.eml").symlink_to(secret)
    (folder / "folder.eml").mkdir()
    with serving("preview", str(folder), "--no-browser", cwd=tmp_path) as url, entered(url) as opened:
        assert re.findall(r'href="/\?show=([^"]+)"', opened.get("/").text) == ["real"]
        for key in ("linked", "folder"):
            scene = opened.get("/scene", params={"show": key})
            assert scene.json()["view"] is None
            assert SECRET not in scene.text


# ---- what a mail can do -----------------------------------------------------------------------------------

XSS = [
    "<script>parent.owned=top.owned=1</script>",
    "<ScRiPt src=data:text/javascript,top.owned=1></ScRiPt>",
    "<img src=x onerror=top.owned=1>",
    "<svg onload=top.owned=1>",
    "<svg><script>top.owned=1</script></svg>",
    "<svg><animate onbegin=top.owned=1 attributeName=x dur=1s>",
    "<body onload=top.owned=1>",
    "<iframe src=\"javascript:top.owned=1\"></iframe>",
    "<iframe srcdoc=\"<script>top.owned=1</script>\"></iframe>",
    "<object data=\"data:text/html,<script>top.owned=1</script>\"></object>",
    "<embed src=\"javascript:top.owned=1\">",
    "<a id=click href=\"javascript:top.owned=1\">click</a>",
    "<form action=\"javascript:top.owned=1\"><button id=click>click</button></form>",
    "<input autofocus onfocus=top.owned=1>",
    "<details open ontoggle=top.owned=1>x</details>",
    "<video><source onerror=top.owned=1></video>",
    "<math><mtext><table><mglyph><style><img src onerror=top.owned=1>",
    "<meta http-equiv=refresh content=\"0;url=javascript:top.owned=1\">",
    "<base href=\"javascript:top.owned=1//\"><a id=click href=x>click</a>",
    "<link rel=stylesheet href=\"data:text/css,*{background:url(javascript:top.owned=1)}\">",
    "</iframe></textarea></title></style><script>top.owned=1</script>",
    "<style>@import 'http://127.0.0.1:9/x';</style><img srcset=\"x 1x\" onerror=top.owned=1>",
    "<div style=\"animation:a 1s\" onanimationstart=top.owned=1><style>@keyframes a{}</style>",
    "{{ constructor.constructor('top.owned=1')() }}<!--<img src=\"--><img src=x onerror=top.owned=1>\">",
]  # fmt: skip


def test_no_mail_runs_anything_in_the_page(tmp_path: Path, browser: Browser) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    for number, vector in enumerate(XSS):
        head = f"From: {vector} <a@example.net>\r\nTo: {vector}\r\nSubject: {vector}\r\nContent-Type: text/html; charset=utf-8\r\n"
        (folder / f"{number:02}.eml").write_bytes(f"{head}\r\n<p>Mail {number}</p>{vector}\r\n".encode())
    (folder / "<img src=x onerror=top.owned=1>.eml").write_bytes(b"Subject: named\r\n\r\nx\r\n")
    with serving("preview", str(folder), "--no-browser", cwd=tmp_path) as url, entered(url) as opened:
        context = context_of(browser, opened)
        page = context.new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        for number in range(len(XSS)):
            page.goto(f"{opened.base_url}?show={number:02}")
            frame = page.frame_locator("#shown")
            frame.locator("p", has_text=f"Mail {number}").wait_for(state="attached")
            for clickable in frame.locator("#click").all():
                clickable.click(force=True, no_wait_after=True)
            page.wait_for_timeout(50)
            assert page.evaluate("window.owned") is None, XSS[number]
        assert page.locator("#entries img").count() == 0
        assert dialogs == []
        context.close()


def test_no_release_runs_anything_in_the_page_or_in_the_mail(tmp_path: Path, browser: Browser) -> None:
    workspace = make_workspace(tmp_path / "press-office")
    fields = ("Subhead", "Subject", "Preheader", "Note", "Dateline")
    for number, vector in enumerate(XSS):
        quiet = vector.replace("{{", "{ {")
        head = "".join(f"{name}: {quiet}\n" for name in fields)
        body = f"{quiet}\n\n> {quiet}\n>\n> — {quiet}\n\n- {quiet}\n\n[{quiet}](https://example.org/{quote(vector)})\n"
        text = f"---\nHeadline: {number} {quiet}\nDate: 2026-11-23\n{head}---\n\n{body}"
        (workspace.releases / f"x{number:02}.md").write_text(text, "utf-8")
    row = '"<img src=x onerror=top.owned=1>",xss@example.net,"<svg onload=top.owned=1>"\n'
    (workspace.lists / "press.csv").write_text("name,email,outlet\n" + row, "utf-8")
    with serving("desk", "--no-browser", cwd=workspace.root) as url, entered(url) as opened:
        context = context_of(browser, opened)
        page = context.new_page()
        for number in range(len(XSS)):
            page.goto(str(opened.base_url.join(f"/r/x{number:02}")))
            frame = page.frame_locator("#shown")
            frame.locator("h1").wait_for(state="attached")
            page.click("#for")
            page.locator("#people li").first.wait_for()
            assert page.evaluate("window.owned") is None, XSS[number]
            assert frame.locator("script, iframe, object, embed, form, svg, [onerror], [onload]").count() == 0
            hrefs = frame.locator("a").evaluate_all("all => all.map(a => a.protocol)")
            assert set(hrefs) <= {"http:", "https:", "mailto:", "tel:"}
        context.close()


BOMBS = {
    "unclosed styles": b"<style" * 300_000,
    "angles": b"<" * 2_000_000,
    "links": b"<a " * 600_000,
    "metas": b"<meta " * 300_000,
    "comments": b"<!--" * 500_000,
    "media": b"media='" * 300_000,
}
HEADS = {
    "a crowd": b"To: " + b"a@example.net, " * 50_000,
    "brackets": b"From: " + b"(" * 20_000,
    "words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000,
    "parameters": b"Content-Type: text/html; " + b"a*0=x; " * 20_000,
    "nested": b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 2_000,
}  # fmt: skip


def test_no_mail_keeps_the_page_busy(tmp_path: Path) -> None:
    """Each of these took minutes of patterns that look for an end which never comes. The client gives up after 20 s."""
    for name, body in BOMBS.items():
        (tmp_path / f"{name}.eml").write_bytes(b"Subject: x\r\nContent-Type: text/html\r\n\r\n" + body)
    for name, head in HEADS.items():
        (tmp_path / f"{name}.eml").write_bytes(head + b"\r\n\r\nx\r\n")
    with serving("preview", str(tmp_path), "--no-browser", cwd=tmp_path) as url, entered(url) as opened:
        opened.timeout = 20
        assert opened.get("/").text.count('class="entry-title"') == len(BOMBS) + len(HEADS)
        for name in (*BOMBS, *HEADS):
            scene = opened.get("/scene", params={"show": name}).json()
            assert scene["view"] or "nested too deeply" in scene["faults"][0][1]
            assert "bug in mailer" not in str(scene["faults"])
            assert opened.get("/mail", params={"show": name, "scheme": "dark"}).status_code == 200
