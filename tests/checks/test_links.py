"""Links are looked up only if somebody asks: politely, at most for a minute, and never inside the house."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest
from support.terminal import mailer

from mailer.checks.links import Answer, Visitor, is_public, looked_up
from mailer.checks.reading import Manuscript, manuscript_of
from mailer.model import Finding
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.release import read_release
from mailer.workspace import Workspace

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Site(ThreadingHTTPServer):
    """A web site; `asked` is what it was asked, in order.

    Attributes:
        answers: status by path, and by "METHOD path" where methods differ; what isn't there is 404.
        onward: where a path redirects to.
    """

    daemon_threads = True

    def __init__(
        self, answers: dict[str, int], onward: dict[str, str] | None = None, robots: str = ""
    ) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.answers, self.onward, self.robots = answers, onward or {}, robots
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.at = f"http://localhost:{self.server_port}"


class Page(BaseHTTPRequestHandler):
    server: Site

    def do_HEAD(self) -> None:
        self.server.agents.add(self.headers["User-Agent"])
        if self.path == "/robots.txt" and self.server.robots:
            self._say(200, self.server.robots.encode())
            return
        self.server.asked.append(f"{self.command} {self.path}")
        if self.path in self.server.onward:
            self.send_response(302)
            self.send_header("Location", self.server.onward[self.path])
            self.end_headers()
            return
        answers = self.server.answers
        self._say(answers.get(f"{self.command} {self.path}", answers.get(self.path, 404)), b"page")

    do_GET = do_HEAD  # noqa: N815

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def site(answers: dict[str, int], **others: object) -> Iterator[Site]:
    server = Site(answers, **others)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def anywhere(timeout: float = 5, altogether: float = 20) -> Visitor:
    """One who may ask this machine's own servers, as tests must."""
    return Visitor(timeout, monotonic() + altogether, may_ask=lambda _: True)


def manuscripts(workspace: Workspace, *urls: str) -> list[Manuscript]:
    body = "\n\n".join(f"See [this]({url})." for url in urls)
    (workspace.releases / "linked.md").write_text(f"---\nHeadline: One\n---\n\n{body}\n", "utf-8")
    return [manuscript_of(workspace, e) for e in read_release(workspace, "linked").editions]


def told(
    workspace: Workspace, *urls: str, visitor: Visitor | None = None, now: datetime = NOW
) -> list[Finding]:
    cache = workspace.private / "links.json"
    return looked_up(manuscripts(workspace, *urls), cache, now, visitor or anywhere())


def test_what_is_gone_is_a_warning_and_what_is_there_is_nothing(workspace: Workspace) -> None:
    with site({"/there": 200, "/gone": 410}) as server:
        found = told(workspace, f"{server.at}/there", f"{server.at}/gone", f"{server.at}/never#part")
    assert [(f.id, f.level, f.where and f.where.line) for f in found] == [
        ("dead-web-link", "warning", 7), ("dead-web-link", "warning", 9)]  # fmt: skip
    assert "/gone: its server answers 410: there is no such page" in found[0].message
    assert server.agents == {
        "mailer-link-check/1.0 (+checks the links of one press release before it is sent)"
    }


def test_head_first_and_get_where_a_server_does_not_want_that(workspace: Workspace) -> None:
    with site({"/a": 200, "HEAD /b": 405, "GET /b": 200, "HEAD /c": 404, "GET /c": 200}) as server:
        assert told(workspace, f"{server.at}/a", f"{server.at}/b", f"{server.at}/c") == []
    asked = [each for each in server.asked if "robots" not in each]
    assert asked == ["HEAD /a", "HEAD /b", "GET /b", "HEAD /c", "GET /c"]


@pytest.mark.parametrize(("status", "why"), [
    (403, "its server turns programs away"), (429, "its server is asked too often"), (401, "it asks for a password"),
    (503, "its server answers 503"),
])  # fmt: skip
def test_who_turns_programs_away_says_nothing_about_the_page(
    workspace: Workspace, status: int, why: str
) -> None:
    with site({"/x": status}) as server:
        (found,) = told(workspace, f"{server.at}/x")
    assert (found.id, found.level) == ("unchecked-link", "notice")
    assert why in found.message


def test_what_could_not_be_checked_for_one_reason_is_told_together(workspace: Workspace) -> None:
    with site({"/a": 403, "/b": 403}) as server:
        (found,) = told(workspace, f"{server.at}/a", f"{server.at}/b")
    assert "/a and 1 more (lines 7) could not be checked" in found.message


def test_redirections_are_followed_and_not_for_ever(workspace: Workspace) -> None:
    with site({"/c": 200}, onward={"/a": "/b", "/b": "/c", "/round": "/round"}) as server:
        (found,) = told(workspace, f"{server.at}/a", f"{server.at}/round")
    assert "without end" in found.message
    assert server.asked.count("HEAD /round") == 6


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::", "2002:7f00:1::", "64:ff9b::a00:1",
    "fec0::1", "::10.0.0.1", "64:ff9b:1::a00:1",
])  # fmt: skip
def test_addresses_of_the_house_are_none_of_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_others_are(address: str) -> None:
    assert is_public(address)


def test_nothing_inside_the_house_is_asked(workspace: Workspace) -> None:
    """An address as such, a name that leads there, other ways of writing it, and a redirection to it."""
    with site({"/secret": 200}) as server:
        port = server.server_port
        inside = [
            f"http://{host}:{port}/secret"
            for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1")
        ]
        found = told(workspace, *inside, visitor=Visitor(5, monotonic() + 20))
    assert server.asked == []
    assert {f.id for f in found} == {"unchecked-link"}
    assert "private network" in found[0].message


def test_a_redirection_into_the_house_is_not_followed(workspace: Workspace) -> None:
    with (
        site({"/secret": 200}) as inner,
        site({}, onward={"/a": f"http://127.0.0.2:{inner.server_port}/secret"}) as outer,
    ):
        visitor = Visitor(5, monotonic() + 20, may_ask=lambda address: address in ("127.0.0.1", "::1"))
        (found,) = told(workspace, f"{outer.at}/a", visitor=visitor)
    assert inner.asked == []
    assert "private network" in found.message


def test_other_schemes_and_passwords_are_not_asked(workspace: Workspace) -> None:
    with site(
        {},
        onward={"/a": "ftp://example.org/x", "/b": "file:///etc/passwd", "/c": "http://user:pw@localhost/"},
    ) as server:
        answers = [anywhere().visit(f"{server.at}{path}") for path in ("/a", "/b", "/c")]
    assert answers == [Answer("unknown", "it leads to an address that is no page of the web")] * 3


def test_what_robots_txt_forbids_is_not_asked(workspace: Workspace) -> None:
    robots = "User-agent: *\nDisallow: /private\n"
    with site({"/private/a": 200, "/open": 200}, robots=robots) as server:
        (found,) = told(workspace, f"{server.at}/private/a", f"{server.at}/open")
    assert server.asked == ["HEAD /open"]
    assert "robots.txt" in found.message


def test_what_was_there_is_not_asked_again_within_the_hour_and_what_was_not_is(workspace: Workspace) -> None:
    with site({"/a": 200}) as server:
        urls = (f"{server.at}/a", f"{server.at}/b")
        for later in (0, 10, 61):
            server.asked.clear()
            assert [f.id for f in told(workspace, *urls, now=NOW + timedelta(minutes=later))] == [
                "dead-web-link"
            ]
            assert ("HEAD /a" in server.asked) == (later != 10)
            assert "HEAD /b" in server.asked


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "[1]",
        '{"a": {}}',
        '{"http://localhost/": 1e999}',
        "[" * 100_000,
        f'{{"a": 1{"0" * 400}}}',
    ],
)
def test_a_cache_that_can_not_be_read_is_none(workspace: Workspace, content: str) -> None:
    workspace.private.mkdir(exist_ok=True)
    (workspace.private / "links.json").write_text(content, "utf-8")
    with site({"/a": 200}) as server:
        assert told(workspace, f"{server.at}/a") == []
    assert json.loads((workspace.private / "links.json").read_text("utf-8"))


def test_a_cache_that_is_a_link_is_not_written(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    cache = workspace.private / "links.json"
    cache.parent.mkdir(exist_ok=True)
    cache.symlink_to(tmp_path / "precious")
    with site({"/a": 200}) as server:
        assert not looked_up(manuscripts(workspace, f"{server.at}/a"), cache, NOW, anywhere())
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_server_that_never_answers_is_not_waited_for(workspace: Workspace) -> None:
    """Nor is one that sends an octet now and then."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://localhost:{silent.getsockname()[1]}/"
        answer = Visitor(0.3, monotonic() + 20, may_ask=lambda _: True).visit(url)
    assert answer.verdict == "unknown"
    dripping = threading.Thread(
        target=_drip, args=(server := socket.create_server(("127.0.0.1", 0)),), daemon=True
    )
    dripping.start()
    url = f"http://localhost:{server.getsockname()[1]}/"
    Visitor(0.5, monotonic() + 20, may_ask=lambda _: True).visit(url)
    dripping.join(10)
    assert not dripping.is_alive(), "the line was hung up"


def _drip(server: socket.socket) -> None:
    line, _ = server.accept()
    line.send(b"HTTP/1.1 200 OK\r\nX: ")
    try:
        while True:
            line.send(b"x")
            threading.Event().wait(0.05)
    except OSError:
        server.close()


def test_after_a_while_nothing_more_is_asked(workspace: Workspace) -> None:
    with site({"/a": 200}) as server:
        (found,) = told(workspace, f"{server.at}/a", visitor=anywhere(altogether=0))
    assert server.asked == []
    assert "in time" in found.message


def test_a_name_that_nobody_has_is_gone_if_others_can_be_looked_up(workspace: Workspace) -> None:
    with site({"/a": 200}) as server:
        (found,) = told(workspace, f"{server.at}/a", "http://nobody.invalid/")
    assert found.id == "dead-web-link" or "can't be looked up" in found.message


def test_nothing_is_asked_of_anybody_unless_somebody_says_links(workspace: Workspace) -> None:
    with site({"/a": 200}) as server:
        manuscripts(workspace, f"{server.at}/a")
        prepare(workspace, "linked", Choice())
        assert server.asked == []
        said = mailer("check", "linked", "--links", cwd=workspace.root).out
    assert server.asked == [], "it is in the house"
    assert (
        "could not be checked: it leads into a private network, which is never asked. [unchecked-link]"
        in said
    )


def test_the_cache_lies_in_the_workspaces_own_folder(workspace: Workspace) -> None:
    with site({"/a": 200}) as server:
        told(workspace, f"{server.at}/a")
    assert Path(workspace.private / "links.json").is_file()
