"""Two computers over one workspace: copied, synchronised, on a network drive. Nobody gets it from both."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from support.browser import entered, serving
from support.computers import Computer, computer
from support.office import RELEASE, Office
from support.promises import promise
from support.terminal import Ran

from mailer.model import Status

PEOPLE = 11

GUIDE = "docs/guide/two-computers.md"


@pytest.fixture
def laptop(tmp_path: Path) -> Computer:
    return computer("anas-laptop", tmp_path / "computers")


@pytest.fixture
def server(tmp_path: Path) -> Computer:
    return computer("office-server", tmp_path / "computers")


def does(office: Office, who: Computer, *arguments: str, cwd: Path | None = None, **settings: str) -> Ran:
    return who.mailer(*arguments, cwd=cwd or office.workspace.root, **office.settings(**settings))


def sends(office: Office, who: Computer, cwd: Path | None = None) -> Ran:
    return does(office, who, "send", RELEASE, "--list", "press", "--yes", cwd=cwd)


def half_sent(office: Office, who: Computer) -> int:
    """Some have it, and everybody else is queued, for a time that has just come."""
    assert does(office, who, "send", RELEASE, "--list", "press", "--yes", "--limit", "4").code == 0
    later = ("--at", "2099-12-01 05:00 UTC", "--no-wait")
    assert does(office, who, "send", RELEASE, "--list", "press", "--yes", *later).code == 0
    with closing(sqlite3.connect(office.workspace.private / "ledger.db")) as db, db:
        db.execute("UPDATE mailings SET planned = ?", (time.time() - 30,))
    assert len(office.got()) == 4
    return 4


EVERY_WAY_OUT = [
    ("send", RELEASE, "--list", "press", "--yes"),
    ("resume", RELEASE, "--yes"),
    ("resume", RELEASE, "--yes", "--now"),
    ("discard", RELEASE, "--yes"),
    ("schedule", "move", RELEASE, "2099-12-01 05:00 UTC", "--yes"),
    ("post",),
]


@promise(
    GUIDE,
    "So mailer looks before anything is queued, sent, taken back or recorded, and refuses where that could happen.",
)
def test_a_copy_of_the_workspace_on_another_computer_sends_nothing_until_it_is_adopted(
    office: Office, laptop: Computer, server: Computer, tmp_path: Path
) -> None:
    had = half_sent(office, laptop)
    copy = tmp_path / "a copy"
    shutil.copytree(office.workspace.root, copy)
    for way in EVERY_WAY_OUT:
        ran = does(office, server, *way, cwd=copy)
        assert "anas-laptop" in ran.err, (way, ran.err)
        assert ran.code != 0, way
        assert len(office.got()) == had, way
    assert "mailer ledger adopt" in does(office, server, *EVERY_WAY_OUT[0], cwd=copy).err
    seen = does(office, server, "doctor", cwd=copy)
    assert seen.code == 1 and "belongs to another computer, anas-laptop" in seen.out
    looked = does(office, server, "status", RELEASE, "--recipients", cwd=copy)
    assert looked.code == 0 and "accepted" in looked.out, "to look is free"

    unasked = does(office, server, "ledger", "adopt", cwd=copy)
    assert unasked.code == 2 and "anas-laptop" in unasked.err and "nothing may be sent there" in unasked.err
    assert sends(office, server, copy).code == 2, "nobody said so"
    assert does(office, server, "ledger", "adopt", "--yes", cwd=copy).code == 0
    assert does(office, server, "resume", RELEASE, "--yes", cwd=copy).code == 0
    assert Counter(office.got()).most_common(1)[0][1] == 1 and len(office.got()) == PEOPLE


@promise(
    GUIDE,
    "Looking is always free: `mailer status`, `mailer people`, `mailer archive` and the desk's pages work on a copy, "
    "as far as that is up to date.",
)
def test_on_a_copy_everything_may_be_looked_at(
    office: Office, laptop: Computer, server: Computer, tmp_path: Path
) -> None:
    half_sent(office, laptop)
    copy = tmp_path / "a copy"
    shutil.copytree(office.workspace.root, copy)
    record = (copy / ".mailer" / "ledger.db").read_bytes()
    somebody = office.got()[0]
    for looking in (("status", RELEASE), ("people", somebody)):
        looked = does(office, server, *looking, cwd=copy)
        assert looked.code == 0 and looked.out, (looking, looked)
    archive = tmp_path / "record"
    assert does(office, server, "archive", RELEASE, "--out", str(archive), cwd=copy).code == 0
    assert any(somebody in path.read_text("utf-8") for path in archive.rglob("recipients.csv"))
    with serving("desk", "--no-browser", cwd=copy) as url, entered(url) as client:
        assert client.get("/m/1").status_code == 200
    assert (copy / ".mailer" / "ledger.db").read_bytes() == record


@promise(
    GUIDE,
    "From then on the other computer is refused, as soon as it sees this file.",
)
def test_in_one_folder_of_two_computers_the_one_that_was_taken_over_is_refused(
    office: Office, laptop: Computer, server: Computer
) -> None:
    half_sent(office, laptop)
    assert sends(office, server).code == 2
    assert does(office, server, "ledger", "adopt", "--yes").code == 0
    had = len(office.got())
    refused = does(office, laptop, "resume", RELEASE, "--yes")
    assert refused.code == 2 and "office-server" in refused.err and len(office.got()) == had
    assert does(office, server, "resume", RELEASE, "--yes").code == 0
    assert len(set(office.got())) == len(office.got()) == PEOPLE
    again = does(office, server, "ledger", "adopt", "--yes")
    assert again.code == 0 and "nothing to adopt" in again.err


def test_a_computer_that_changes_its_name_stays_the_same(
    office: Office, laptop: Computer, tmp_path: Path
) -> None:
    half_sent(office, laptop)
    renamed = computer("anas-new-name", tmp_path / "computers")
    shutil.copytree(tmp_path / "computers" / "anas-laptop", tmp_path / "computers" / "anas-new-name")
    assert does(office, renamed, "resume", RELEASE, "--yes").code == 0
    assert len(office.got()) == PEOPLE


def test_what_the_system_calls_itself_is_not_kept(office: Office, laptop: Computer, tmp_path: Path) -> None:
    half_sent(office, laptop)
    number = (tmp_path / "computers" / "anas-laptop" / "etc" / "machine-id").read_text().strip()
    with closing(sqlite3.connect(office.workspace.private / "ledger.db")) as db:
        ((kept, name),) = db.execute("SELECT id, name FROM machine")
    assert name == "anas-laptop" and len(kept) == 32 and kept != number
    for path in office.workspace.private.rglob("*"):
        assert not path.is_file() or number.encode() not in path.read_bytes(), path


# ---- folders that others have too -----------------------------------------------------------------------


@promise(
    GUIDE,
    "What is left behind is marked: a computer whose `.env` does not say so is told where the ledger went, and sends nothing.",
)
@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_on_a_network_drive_nothing_is_sent_until_the_ledger_is_moved_off_it(
    office: Office, tmp_path: Path, kind: str
) -> None:
    """A file system in memory, which the kernel's table calls a network's: what is asked is that table."""
    drive, kept = tmp_path / "drive", tmp_path / "kept"
    drive.mkdir()
    shutil.copytree(office.workspace.root, kept)
    who = computer("anas-laptop", tmp_path / "computers", drive=(drive, kind))
    there = f"cp -a {kept} {drive}/office; cd {drive}/office"
    refused = who.mailer(
        "send", RELEASE, "--list", "press", "--yes", cwd=tmp_path, before=there, **office.settings()
    )
    assert refused.code == 2 and f"network drive ({kind})" in refused.err, refused.err
    assert "mailer ledger move" in refused.err and office.got() == []
    local = who.mailer(
        "send", RELEASE, "--list", "press", "--yes", cwd=tmp_path, before=there,
        **office.settings(LEDGER_PATH=str(tmp_path / "own" / "ledger.db")),
    )  # fmt: skip
    assert local.code == 0 and len(office.got()) == PEOPLE


def test_memory_is_no_network_drive(office: Office, tmp_path: Path) -> None:
    drive, kept = tmp_path / "drive", tmp_path / "kept"
    drive.mkdir()
    shutil.copytree(office.workspace.root, kept)
    who = computer("anas-laptop", tmp_path / "computers", drive=(drive, "tmpfs"))
    there = f"cp -a {kept} {drive}/office; cd {drive}/office"
    ran = who.mailer(
        "send", RELEASE, "--list", "press", "--yes", cwd=tmp_path, before=there, **office.settings()
    )
    assert ran.code == 0 and len(office.got()) == PEOPLE


def test_in_a_synchronised_folder_nothing_is_sent_until_the_ledger_is_moved_out_of_it(
    office: Office, tmp_path: Path
) -> None:
    """The release went out to some before the folder was shared."""
    assert office.run("send", RELEASE, "--list", "press", "--yes", "--limit", "4").code == 0
    had = len(office.got())
    (office.workspace.root.parent / ".dropbox").write_text("{}")

    refused = office.run("send", RELEASE, "--list", "press", "--yes")
    assert refused.code == 2 and "Dropbox" in refused.err and len(office.got()) == had
    outside = tmp_path.parent / f"{tmp_path.name}-outside" / "ledger.db"
    moved = office.run("ledger", "move", str(outside))
    assert moved.code == 0, moved.err
    assert f"LEDGER_PATH={outside}" in (office.workspace.root / ".env").read_text()
    assert office.run("send", RELEASE, "--list", "press", "--yes").code == 0
    assert len(set(office.got())) == len(office.got()) == PEOPLE
    assert office.counts()[Status.ACCEPTED.value] == PEOPLE

    (office.workspace.root / ".env").unlink()  # a colleague's computer, or an old copy of it
    left = office.run("send", RELEASE, "--list", "press", "--yes")
    assert left.code == 2 and "was moved to" in left.err and f"LEDGER_PATH={outside}" in left.err
    assert len(office.got()) == PEOPLE


def test_setting_the_path_without_moving_what_there_is_is_refused(office: Office, tmp_path: Path) -> None:
    """Everybody would count as new."""
    assert office.run("send", RELEASE, "--list", "press", "--yes").code == 0
    there = tmp_path / "elsewhere" / "ledger.db"
    refused = office.run("send", RELEASE, "--list", "press", "--yes", LEDGER_PATH=str(there))
    assert refused.code == 2 and "not moved" in refused.err and "mailer ledger move" in refused.err
    assert len(office.got()) == PEOPLE and not there.exists()
    (office.workspace.root / ".env").write_text(f"LEDGER_PATH={there}\n")
    assert office.run("ledger", "move", str(there)).code == 0
    again = office.run("send", RELEASE, "--list", "press", "--yes")
    assert again.code == 0 and len(office.got()) == PEOPLE, "everybody has it"


@promise(
    GUIDE,
    "Where it names nothing, mailer does not begin an empty ledger in place of the one that was moved.",
)
def test_on_another_computer_nobody_begins_anew_where_the_first_one_moved_its_ledger_to(
    office: Office, laptop: Computer, server: Computer, tmp_path: Path
) -> None:
    """A path of the one computer says nothing on the other one, and an empty ledger there would take all for new."""
    assert does(office, laptop, "send", RELEASE, "--list", "press", "--yes", "--limit", "4").code == 0
    there = tmp_path / "disk of the laptop" / "ledger.db"
    assert does(office, laptop, "ledger", "move", str(there)).code == 0
    env = office.workspace.root / ".env"
    env.unlink()
    told = sends(office, server)
    assert told.code == 2 and "on anas-laptop," in told.err and "LEDGER_PATH=" not in told.err
    away = there.rename(tmp_path / "as on another computer")
    env.write_text(f"LEDGER_PATH={there}\n")
    for who in (server, laptop):
        refused = sends(office, who)
        assert refused.code == 2 and "is not there" in refused.err, refused.err
    assert len(office.got()) == 4 and not there.exists()

    away.rename(there)  # copied there
    assert sends(office, server).code == 2
    assert does(office, server, "ledger", "adopt", "--yes").code == 0
    assert sends(office, server).code == 0
    assert len(set(office.got())) == len(office.got()) == PEOPLE


@promise(
    GUIDE,
    "It says what that means, and asks.",
)
def test_to_take_it_over_a_word_is_typed(office: Office) -> None:
    assert office.run("send", RELEASE, "--list", "press", "--yes", "--limit", "4").code == 0
    with closing(sqlite3.connect(office.workspace.private / "ledger.db")) as db, db:
        db.execute("UPDATE machine SET id = 'another', name = 'anas-laptop'")
    for typed in ("yes\n", "\n"):
        ran = office.typing(typed, "ledger", "adopt")
        assert ran.code == 2 and "Nothing was changed" in ran.out + ran.err
        assert office.run("send", RELEASE, "--list", "press", "--yes").code == 2
    ran = office.typing("adopt\n", "ledger", "adopt")
    assert ran.code == 0 and "anas-laptop is refused" in " ".join((ran.out + ran.err).split())
    assert office.run("send", RELEASE, "--list", "press", "--yes").code == 0
    assert len(office.got()) == PEOPLE
