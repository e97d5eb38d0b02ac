"""Another account of this computer, which may have read what the browser was given, and folders that came from elsewhere."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support.browser import entered, serving
from support.forking import exit_code, forked
from support.own_office import make_own_office

from mailer.workspace import Workspace

NOBODY = 65534
AS_ANOTHER = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be another account for a moment"
)


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return make_own_office(tmp_path / "press-office")


@pytest.fixture
def opened(office: Workspace) -> Iterator[httpx.Client]:
    with serving("desk", "--no-browser", cwd=office.root) as url, entered(url) as client:
        yield client


def _asked_by(account: int, port: int, request: str) -> str:
    """The first line of what the desk answers to a process of some account."""
    reading, writing = os.pipe()

    def ask() -> None:
        os.setgroups([])
        os.setresuid(account, account, account)
        with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
            asking.sendall(request.encode())
            os.write(writing, asking.makefile("rb").readline())

    child = forked(ask)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        line = answer.read().decode()
    exit_code(child)
    return line


@AS_ANOTHER
def test_another_account_gets_nothing_for_the_browsers_cookie(opened: httpx.Client) -> None:
    port = urlsplit(str(opened.base_url)).port
    assert port
    [cookie] = [f"{name}={value}" for name, value in opened.cookies.items()]
    request = (
        f"GET /lists HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    )
    assert " 200 " in _asked_by(os.geteuid(), port, request)
    assert " 403 " in _asked_by(NOBODY, port, request)


@AS_ANOTHER
def test_another_account_that_reads_the_address_is_no_quicker_than_the_browser(office: Workspace) -> None:
    with serving("desk", "--no-browser", cwd=office.root) as url:
        parts = urlsplit(url)
        assert parts.port
        request = f"GET /?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        assert " 403 " in _asked_by(NOBODY, parts.port, request)
        with entered(url) as client:
            assert client.get("/").status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="browsers that ask so are told apart on Linux alone")
def test_a_browser_that_speaks_ipv4_through_ipv6_is_known_too(opened: httpx.Client) -> None:
    port = urlsplit(str(opened.base_url)).port
    [cookie] = [f"{name}={value}" for name, value in opened.cookies.items()]
    with socket.socket(socket.AF_INET6) as asking:
        asking.settimeout(20)
        asking.connect(("::ffff:127.0.0.1", port))
        asking.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        )
        assert b" 200 " in asking.makefile("rb").readline()


PLANTED = (
    "open.lock",
    "port",
    "me.json",
    "replaced",
    "uploads",
    "imports",
    "order-1.txt",
    "imports/harbour-report.json",
)


@pytest.mark.skipif(sys.platform == "win32", reason="links are for administrators there")
@pytest.mark.parametrize("name", PLANTED)
def test_a_link_that_a_workspace_brings_along_is_never_written_through(
    office: Workspace, tmp_path: Path, name: str
) -> None:
    theirs = tmp_path / "theirs"
    is_folder = name in ("replaced", "uploads", "imports")
    _ = theirs.mkdir() if is_folder else theirs.write_text("a file of this computer")
    link = office.private / "desk" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(theirs)
    with serving("desk", "--no-browser", cwd=office.root) as url, entered(url) as client:
        assert client.get("/").status_code == 200
        assert not link.is_symlink()
    assert list(theirs.iterdir()) == [] if is_folder else theirs.read_text() == "a file of this computer"
