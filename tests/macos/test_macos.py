"""What is different on macOS, with the system's answers faked at the edge: nothing of ours is replaced."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from support.smtp_mailing import RELEASE, queued

from mailer.delivery import Ledger
from mailer.delivery.ledger.boot import boot_id
from mailer.desk.showing.screenshot import screenshot
from mailer.errors import WorkspaceError
from mailer.model import Status
from mailer.release import read_release
from mailer.workspace import Workspace

SYSCTL = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]


class Mac:
    """What the system answers."""

    def __init__(self) -> None:
        self.boot = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
        self.asked: list[list[str]] = []

    def run(self, command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        self.asked.append(command)
        if command != SYSCTL:
            raise FileNotFoundError(2, "No such file or directory", command[0])
        if not self.boot:
            raise subprocess.CalledProcessError(1, command)
        return subprocess.CompletedProcess(command, 0, f"{self.boot}\n", "")


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> Mac:
    answers = Mac()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", answers.run)
    return answers


def test_which_boot_it_is(mac: Mac) -> None:
    assert boot_id() == mac.boot
    assert mac.asked == [SYSCTL]
    mac.boot = ""
    assert boot_id() == "", "not known: equal to no other"


@pytest.mark.parametrize(
    ("then", "becomes"),
    [
        ("the same", Status.QUEUED),
        ("7A0619FF-8B86-D011-B42D-00CF4FC964FF", Status.UNCERTAIN),
        ("", Status.UNCERTAIN),
    ],
)
def test_what_a_killed_sender_left(mac: Mac, tmp_path: Path, then: str, becomes: Status) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        mailing = queued(ledger, 2)
        with ledger.claims(mailing):
            pass  # which notes the boot
        with ledger.writing() as db:
            db.execute("UPDATE deliveries SET state = 's' WHERE id = 1")
        mac.boot = mac.boot if then == "the same" else then
        with ledger.claims(mailing):
            pass
        assert ledger.state_of(RELEASE, "reporter1@example.net") is becomes
        assert ledger.state_of(RELEASE, "reporter2@example.net") is Status.QUEUED


def test_what_is_claimed_reaches_the_disk(tmp_path: Path) -> None:
    """There, fsync leaves data in the drive's own memory, which a power cut empties; F_FULLFSYNC does not.
    SQLite uses it where it is told to, in every connection anew."""
    path = tmp_path / "ledger.db"
    for _ in range(2):
        with Ledger(path) as ledger, ledger.reading() as db:
            assert db.execute("PRAGMA fullfsync").fetchone() == (1,)
            assert db.execute("PRAGMA checkpoint_fullfsync").fetchone() == (1,)


@pytest.mark.parametrize(
    ("file", "spelling"),
    [
        ("harbour-report", "Harbour-Report"),
        ("señales", "SEÑALES"),
        (unicodedata.normalize("NFD", "señales"), unicodedata.normalize("NFC", "señales")),
    ],
    ids=["capitals", "capitals with accents", "accents as signs of their own"],
)
def test_a_release_under_another_spelling_is_the_same_release(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, file: str, spelling: str
) -> None:
    """APFS finds a file under each of them. Its name, by which the ledger knows who has it, must stay the same."""
    for path in list(workspace.releases.glob("harbour-report*")):
        path.rename(path.with_name(path.name.replace("harbour-report", file)))
    real = os.stat

    def stat(path: Any, **how: Any) -> os.stat_result:
        """Finds what has the same name but for capitals and composition."""
        try:
            return real(path, **how)
        except FileNotFoundError:
            wanted = Path(path)
            for there in wanted.parent.iterdir():
                if _folded(there.name) == _folded(wanted.name):
                    return real(there, **how)
            raise

    monkeypatch.setattr(os, "stat", stat)
    for name in (spelling, f"{spelling}.md", str(workspace.releases / f"{spelling}.md")):
        release = read_release(workspace, name)
        assert release.name == file
        assert {edition.language for edition in release.editions} == {"en", "es"}
    assert workspace.own_release(spelling).stem == file, "on the page, too"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def test_a_browser_for_a_screenshot_is_found_among_the_applications(
    mac: Mac, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No PATH leads there."""
    chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    monkeypatch.setattr("shutil.which", lambda name: name if name == chrome else None)
    with pytest.raises(WorkspaceError, match="Google Chrome made no screenshot"):  # as there is none here
        screenshot(tmp_path / "page.html")
    assert mac.asked[0][0] == chrome
