"""No token, code, verifier or secret is anywhere but where it is kept: not in a log, a page, an argument list, a file of the
workspace, a temporary one, or a traceback."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.terminal import COMMAND, environment

from mailer.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

SECRET = "the-application-s-own-secret"
TOKENS = """
import logging
import traceback
from pathlib import Path
logging.basicConfig(level=logging.DEBUG)
from mailer.authorization import access_tokens
from mailer.settings import read_settings
settings = read_settings(Path())
tokens = access_tokens(settings)
try:
    token = tokens.current()
    print(repr(token), repr(tokens), settings)
    tokens.current(refused=token.value)
except Exception:
    traceback.print_exc()
"""


class Watch:
    """The argument lists of all processes of this computer, while something runs."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        before, older = set[Path](), set[Path]()
        while not self._over.wait(0.02):
            now = set(Path("/proc").glob("[0-9]*/cmdline"))
            for path in now - older:  # twice: a new process is its parent until it becomes itself
                with suppress(OSError):
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            before, older = now, before


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with authorization_server(client_secret=SECRET) as running:
        yield running


def texts(*folders: Path) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes().decode("utf-8", "replace")


def test_a_whole_sign_in_its_refreshes_and_its_failures(
    server: AuthorizationServer, office: Workspace, kept: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    browser = tmp_path / "browser"
    browser.write_text(
        f"#!{sys.executable}\nimport sys, urllib.request\nprint(urllib.request.urlopen(sys.argv[1]).read().decode())\n"
    )
    browser.chmod(0o700)
    its = environment(TMPDIR=str(temporary), BROWSER=f"{browser} %s")
    said = []

    def run(*command: str) -> None:
        ran = subprocess.run(command, cwd=office.root, env=its, capture_output=True, text=True, timeout=60)
        said.append(ran.stdout + ran.stderr)

    with Watch() as watch:
        run(*COMMAND, "--debug", "login")
        run(sys.executable, "-c", TOKENS)
        assert server.refreshes == 1
        time.sleep(0.05)
        server.denies = ("access_denied", "no")
        run(*COMMAND, "--debug", "login")
        server.denies = None
        server.interval = 0
        run(*COMMAND, "--debug", "login", "--device")
        server.withdraw()
        assert list(kept.glob("*.json"))
        run(sys.executable, "-c", TOKENS)
        server.expire()
        server.stumbles.append((400, {"error": "invalid_client", "error_description": f"not {SECRET}"}))
        run(*COMMAND, "--debug", "login", "--device")
        run(*COMMAND, "--debug", "logout")
    assert "Signed in." in said[0]
    assert "Traceback" in said[2], "the failures were shown with all there is"
    secrets = {secret for secret in server.secrets if secret} | {SECRET}
    assert len(secrets) > 8
    everything = [
        *((f"output {number}", text) for number, text in enumerate(said)),
        *((f"process {line[:60]}", line) for line in watch.seen),
        *texts(office.root / ".mailer", office.lists, office.releases, temporary),
        *texts(kept),
    ]
    found = [(where, secret) for where, text in everything for secret in secrets if secret in text]
    assert not found
    assert not list(kept.glob("*.json")), "and after logout it is nowhere at all"
