"""Other accounts of the computer don't read press lists, the ledger, what was rehearsed, or a password."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.own_office import put_own_in_place
from support.terminal import mailer

from mailer.desk.inbox import Inbox
from mailer.workspace import Workspace
from mailer.workspace.private import private_file

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows keeps a person's folders to that person"
)


@pytest.fixture
def shared_computer() -> Iterator[Path]:
    """A folder that every account of the computer can look into, with the umask that most systems have."""

    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    before = os.umask(0o022)
    yield folder
    os.umask(before)
    shutil.rmtree(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def office(shared_computer: Path) -> Workspace:
    assert mailer("init", "press-office", cwd=shared_computer).code == 0
    workspace = Workspace(shared_computer / "press-office")
    put_own_in_place(workspace)
    return workspace


def test_what_init_makes_of_people_is_private(office: Workspace) -> None:
    assert mode(office.lists) == 0o700
    assert {mode(path) for path in office.lists.iterdir()} == {0o600}
    shutil.copyfile(office.root / ".env.example", office.root / "copied")
    assert mode(office.root / ".env.example") == 0o600, "and so is a copy of it, by cp"


def test_what_the_commands_write_is_private(office: Workspace) -> None:
    with Inbox(office.root / "received") as inbox:
        server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}
        sent = mailer("send", "harbour-report", "--yes", "--csv", "who.csv", cwd=office.root, **server)
    assert sent.code == 0, sent.err
    assert mailer("send", "harbour-report", "--dry-run", cwd=office.root).code == 0
    assert mailer("render", "harbour-report", "--out", "out", cwd=office.root).code == 0
    assert mailer("suppress", "ana.ruiz@example.net", cwd=office.root).code == 0
    (office.root / "export.csv").write_text("email\nnew@example.net\n", "utf-8")
    assert mailer("lists", "add", "export.csv", "--as", "export", cwd=office.root).code == 0
    made = [office.private, *office.private.rglob("*"), *office.lists.iterdir(), *(office.root / "out").iterdir(),
            office.root / "out", office.root / "who.csv"]  # fmt: skip
    assert len([path for path in made if path.suffix == ".eml"]) > 10
    open_ = {str(path.relative_to(office.root)): oct(mode(path)) for path in made if mode(path) & 0o077}
    assert open_ == {}


def test_the_demos_mailbox_is_private(shared_computer: Path) -> None:
    assert mailer("demo", "--no-browser", "--dir", "office", cwd=shared_computer).code == 0
    private = shared_computer / "office" / ".mailer"
    assert {oct(mode(path)) for path in private.rglob("*")} <= {"0o600", "0o700"}


def test_what_an_older_mailer_left_open_is_shut(office: Workspace) -> None:
    office.private.mkdir(mode=0o755)
    mailer("status", cwd=office.root)
    office.ledger.chmod(0o644)
    office.private.chmod(0o755)
    mailer("status", cwd=office.root)
    assert (mode(office.private), mode(office.ledger)) == (0o700, 0o600)


def test_a_group_that_works_in_the_folder_keeps_its_part(office: Workspace) -> None:
    """An office of several: the folder belongs to their group, which may write."""
    office.root.chmod(0o2770)
    assert mailer("send", "harbour-report", "--dry-run", cwd=office.root).code == 0
    mailer("status", cwd=office.root)
    assert mode(office.private) & 0o777 == 0o770
    assert mode(office.ledger) == 0o660


def doctor(office: Workspace) -> dict[str, str]:
    ran = mailer(
        "doctor", "--json", cwd=office.root, SMTP_HOST="127.0.0.1", SMTP_PORT="9", SMTP_SECURITY="none"
    )
    found = [finding for finding in json.loads(ran.out) if finding["id"] == "private-files"]
    assert {finding["level"] for finding in found} <= {"warning"}
    return {finding["where"]["path"]: finding["hint"] for finding in found}


def test_doctor_names_what_others_can_read(office: Workspace) -> None:
    assert doctor(office) == {}
    (office.root / ".env").write_text("DKIM_KEY_FILE=dkim.pem\n", "utf-8")
    (office.root / "dkim.pem").write_text("key", "utf-8")
    for path in (office.root / ".env", office.root / "dkim.pem", office.lists / "press.csv"):
        path.chmod(0o644)
    assert doctor(office) == {".env": "Run: chmod 600 .env", "dkim.pem": "Run: chmod 600 dkim.pem"}
    office.lists.chmod(0o755)
    assert "lists/press.csv" in doctor(office)
    office.root.chmod(0o700)
    assert doctor(office) == {}, "nobody gets as far as the files"


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    """Its time too: whoever only reads the ledger would seem to have written to it."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"as it was")
    os.utime(path, (1_000, 1_000))
    private_file(path)
    assert (path.read_bytes(), path.stat().st_mtime) == (b"as it was", 1_000)
