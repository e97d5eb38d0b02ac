"""`mailer preview` on Windows: its page shows the mail and follows every save."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from support.browser import entered
from support.windows import PATIENCE, Windows

from mailer.workspace import Workspace


@contextmanager
def preview(windows: Windows, office: Workspace, *arguments: str) -> Iterator[str]:
    process = windows.start("preview", "harbour-report", "--no-browser", *arguments, cwd=office.root)
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), process.communicate()[1]
        yield url
    finally:
        process.kill()
        process.communicate()


def test_the_page_shows_the_mail_and_follows_a_save(windows: Windows, office: Workspace) -> None:
    release = office.releases / "harbour-report.md"
    with preview(windows, office) as url, entered(url) as client:
        client.timeout = httpx.Timeout(PATIENCE)
        assert "<title>" in client.get("/r/harbour-report").text
        mail = "/r/harbour-report/mail"
        assert "Harbour Water Is Cleaner" in client.get(mail).text
        assert "Volunteers took" in client.get(mail).text
        with client.stream("GET", "/events") as events:
            lines = events.iter_lines()
            next(lines)
            text = release.read_text("utf-8").replace("Volunteers took", "Four hundred volunteers took")
            threading.Timer(0.5, release.write_text, (text, "utf-8")).start()
            assert any(line.startswith("data:") for line in lines)
        assert "Four hundred volunteers took" in client.get(mail).text


def test_no_other_program_gets_the_same_port(windows: Windows, office: Workspace) -> None:
    """On Windows, SO_REUSEADDR would let it; wine does as Linux does, so the option itself is looked at."""
    script = (
        "import socket\n"
        "from mailer.desk.serve import listen\n"
        "from mailer.errors import WorkspaceError\n"
        "first = listen(0)\n"
        "print(first.getsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE) != 0,\n"
        "      first.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))\n"
        "try:\n"
        "    listen(first.getsockname()[1])\n"
        "except WorkspaceError as error:\n"
        "    print(error.message)"
    )
    said = windows.script(script, cwd=office.root)
    assert said.startswith("True 0\n")
    assert "Can't listen on" in said
