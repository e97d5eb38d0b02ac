"""Nobody gets it twice, whatever becomes of the folder: the lock's file, the ledger, its WAL, an older copy, a move.

Each of these is done to a real workspace, between or in the midst of real commands; the server's list says who got it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.office import RELEASE, Office
from support.own_office import make_own_office
from support.smtp_faulty import FaultyServer
from support.terminal import environment

from mailer.workspace import Workspace

COUNT = 60
PEOPLE = [f"reporter{number}@example.net" for number in range(COUNT)]
SEND = ("send", RELEASE, "--list", "many", "--yes")
REST = ("resume", RELEASE, "--yes")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = make_own_office(tmp_path / "office")
    rows = "".join(f"{address},Reporter\n" for address in PEOPLE)
    (workspace.lists / "many.csv").write_text("email,name\n" + rows, "utf-8")
    with FaultyServer() as server:
        yield Office(workspace, server)


@pytest.fixture
def sent(office: Office) -> Office:
    """Two got it yesterday, the others today; a copy of the folder is yesterday's."""
    assert office.run("send", RELEASE, "--list", "many", "--limit", "2", "--yes").code == 0
    shutil.copytree(office.workspace.private, office.workspace.root.parent / "yesterday")
    assert office.run(*SEND).code == 0
    assert sorted(office.got()) == sorted(PEOPLE)
    return office


@pytest.fixture
def killed(office: Office) -> Office:
    """Half of them got it when the sender was killed."""
    office.killed_at("dot", COUNT // 2, *SEND)
    assert COUNT // 2 - 1 <= len(office.got()) <= COUNT // 2 + 4
    return office


def ledger(office: Office, suffix: str = "") -> Path:
    return office.workspace.ledger.with_name(f"ledger.db{suffix}")


def nobody_twice(office: Office) -> bool:
    got = office.got()
    twice = sorted({address for address in got if got.count(address) > 1})
    assert not twice, f"{len(twice)} got it twice"
    return True


def is_refused(office: Office, *command: str) -> bool:
    """The command leaves nothing, and says why and what to do."""
    before = len(office.got())
    ran = office.run(*command)
    assert (ran.code, len(office.got())) == (2, before), ran.err
    assert "is not the complete record" in ran.err
    assert f"mailer ledger adopt {RELEASE}" in ran.err
    return nobody_twice(office)


def corrected(office: Office) -> str:
    """A correction of the release, not sent yet; its name."""
    text = re.sub("^kind:.*\n", "", office.release().read_text("utf-8"), flags=re.IGNORECASE | re.MULTILINE)
    fields = f"kind: correction\ncorrects: {RELEASE}\ncorrection: A figure.\n"
    (office.workspace.releases / "again.md").write_text(text.replace("---\n", f"---\n{fields}", 1), "utf-8")
    spanish = office.release(f"{RELEASE}.es").read_text("utf-8")
    office.release("again.es").write_text(
        spanish.replace("---\n", "---\ncorrection: Una cifra.\n", 1), "utf-8"
    )
    return "again"


# ---- the lock is gone ------------------------------------------------------------------------------


def without_its_lock(office: Office, *second: str, **settings: str) -> subprocess.Popen[str]:
    """A sender whose lock's file is deleted under it, and a second one that starts then; the first one."""
    first = office.started(*SEND, **settings)
    while len(office.got()) < 5:
        time.sleep(0.01)
    for path in office.workspace.private.glob("*.lock"):
        path.unlink()
    assert office.run(*second).code in (0, 1)
    return first


@pytest.mark.own_ledger
@pytest.mark.parametrize("second", [REST, SEND], ids=["resume", "send"])
def test_the_lock_is_deleted_under_a_sender(office: Office, second: tuple[str, ...]) -> None:
    office.server.hook = lambda stage, when: time.sleep(0.02)
    first = without_its_lock(office, *second, SMTP_CONNECTIONS="1")
    _, said = first.communicate(timeout=60)
    assert first.returncode == 2
    assert "was taken over by process" in said
    assert nobody_twice(office)
    uncertain = {address for address, state in office.states().items() if state == "uncertain"}
    assert set(office.got()) | uncertain == set(PEOPLE)
    assert office.counts()["uncertain"] <= 4, "at most what was on the wire"


@pytest.mark.own_ledger
def test_an_answer_that_comes_after_the_take_over_is_not_lost(office: Office) -> None:
    """The second one finds a dot of the first without an answer: uncertain, until the first one hears it."""
    office.server.hook = lambda stage, when: time.sleep(0.3 if (stage, when) == ("dot", "before") else 0)
    first = without_its_lock(office, *REST, SMTP_CONNECTIONS="1")
    first.communicate(timeout=60)
    assert nobody_twice(office)
    assert office.counts() == {"accepted": COUNT}


YES_TO_EVERYBODY = """
import fcntl, sys
fcntl.flock = lambda file, how: None
from mailer.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.own_ledger
def test_a_lock_that_everybody_gets(office: Office) -> None:
    """As some network shares grant it: of three senders the last one goes on."""
    office.server.hook = lambda stage, when: time.sleep(0.02)
    senders = []
    for command in (SEND, REST, REST):
        before = len(office.got())
        senders.append(
            subprocess.Popen(
                [sys.executable, "-c", YES_TO_EVERYBODY, *command],
                cwd=office.workspace.root, env=environment(**office.settings(SMTP_CONNECTIONS="1")),
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        while len(office.got()) < before + 5 and senders[-1].poll() is None:
            time.sleep(0.01)
    said = [sender.communicate(timeout=60)[1] for sender in senders]
    assert "was taken over by process" in said[0] and "was taken over by process" in said[1]
    assert nobody_twice(office)
    uncertain = {address for address, state in office.states().items() if state == "uncertain"}
    assert set(office.got()) | uncertain == set(PEOPLE)


# ---- the ledger is gone, or older than it should be ------------------------------------------------


def deleted(office: Office) -> None:
    for path in office.workspace.private.glob("ledger.db*"):
        if path.is_file():
            path.unlink()


def folder_deleted(office: Office) -> None:
    shutil.rmtree(office.workspace.private)


def emptied(office: Office) -> None:
    ledger(office).write_bytes(b"")


@pytest.mark.own_ledger
def test_it_is_damaged(sent: Office) -> None:
    """What is told leads out of it."""
    content = bytearray(ledger(sent).read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    ledger(sent).write_bytes(content)
    ran = sent.run(*SEND)
    assert ran.code == 2 and "is damaged" in ran.err and "move this one away" in ran.err
    ledger(sent).rename(ledger(sent, ".damaged"))
    assert is_refused(sent, *SEND)
    assert "knows nothing of" in sent.run("status").err
    assert sent.run("ledger", "adopt", "--yes").code == 0
    sent.run(*SEND)
    assert nobody_twice(sent)


def replaced_by_anothers(office: Office) -> None:
    other = make_own_office(office.workspace.root.parent / "other")
    (other.lists / "one.csv").write_text("email\nsomebody@example.com\n", "utf-8")
    there = Office(other, office.server)
    there.run("send", RELEASE, "--list", "one", "--yes")
    office.server.accepted.remove(office.server.accepted[-1])
    shutil.copy(other.ledger, ledger(office))


def yesterdays_put_back(office: Office) -> None:
    deleted(office)
    shutil.copy(office.workspace.root.parent / "yesterday" / "ledger.db", office.workspace.private)


def all_of_yesterdays_folder_put_back(office: Office) -> None:
    folder_deleted(office)
    shutil.copytree(office.workspace.root.parent / "yesterday", office.workspace.private)


LOSSES: tuple[Callable[[Office], None], ...] = (
    deleted,
    folder_deleted,
    emptied,
    replaced_by_anothers,
    yesterdays_put_back,
    all_of_yesterdays_folder_put_back,
)


@pytest.mark.own_ledger
@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__.replace("_", " "))
def test_a_ledger_that_knows_less_is_not_taken_for_never_sent(
    sent: Office, lose: Callable[[Office], None]
) -> None:
    lose(sent)
    assert is_refused(sent, *SEND)
    assert is_refused(sent, *REST)
    assert "Not the complete record" in sent.run("status").err


@pytest.mark.own_ledger
def test_the_wal_is_missing_after_a_kill(killed: Office) -> None:
    """As a tool leaves it that synchronises *.db only."""
    ledger(killed, "-wal").unlink()
    ledger(killed, "-shm").unlink()
    assert is_refused(killed, *REST)
    assert is_refused(killed, *SEND)


@pytest.mark.own_ledger
@pytest.mark.parametrize("enough", [True, False], ids=["not cut", "more than its tail"])
def test_the_wal_is_cut_by_a_restart_of_the_machine(
    killed: Office, tmp_path_factory: pytest.TempPathFactory, enough: bool
) -> None:
    """The tail may be lost with the power: whoever was claimed is in doubt then. Not the claims, which were on the disk."""
    places = (killed.workspace.private, tmp_path_factory.getbasetemp() / "state")
    begun = durable = 0
    for path in (found for place in places for found in place.rglob("*.json")):
        content = path.read_bytes()
        told = json.loads(content[:2048]) | {"boot": "another"}
        path.write_bytes(json.dumps(told).encode().ljust(2047) + b"\n" + content[2048:])
        if path.is_relative_to(killed.workspace.private):
            begun, durable = told["sequence"], int(content[2048:].split()[1])
    assert durable > begun, "more than one claim was made"
    wal, octets = ledger(killed, "-wal"), ledger(killed, "-wal").stat().st_size
    ledger(killed, "-shm").unlink()
    while not (durable <= sequence(killed) if enough else begun <= sequence(killed) < durable):
        octets -= 4096 + 24  # a frame
        os.truncate(wal, octets)
    if not enough:
        assert is_refused(killed, *REST)
        return
    assert killed.run(*REST).code in (0, 1)
    assert nobody_twice(killed)
    assert killed.counts()["accepted"] + killed.counts()["uncertain"] == COUNT


def sequence(office: Office) -> int:
    """How far a copy of the ledger has come, as it lies there."""
    copies = office.workspace.root.parent / "copies"
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(ledger(office, suffix), copies)
    with closing(sqlite3.connect(copies / "ledger.db")) as db:
        return int(db.execute("SELECT sequence FROM mailings").fetchone()[0])


@pytest.mark.own_ledger
@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_the_wal_is_cut_after_a_kill(killed: Office, part: float) -> None:
    wal = ledger(killed, "-wal")
    with wal.open("rb+") as file:
        file.truncate(int(wal.stat().st_size * part))
    ledger(killed, "-shm").unlink()
    assert is_refused(killed, *REST)
    assert is_refused(killed, *SEND)


@pytest.mark.own_ledger
def test_a_witness_that_cant_be_read(sent: Office, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the other one can, that one is asked; else nothing is sent, and what is told leads out of it."""
    [inside] = (sent.workspace.private / "ledger.db.witness").glob("*.json")
    outside = [
        path
        for path in (tmp_path_factory.getbasetemp() / "state").rglob(inside.name)
        if path.read_bytes()[:2048] == inside.read_bytes()[:2048]
    ]
    assert len(outside) == 1
    inside.write_bytes(bytes(2048))
    assert sent.run(*SEND).code == 0
    outside[0].write_bytes(b"")
    ran = sent.run(*SEND)
    assert ran.code == 2 and "can't be read" in ran.err and "remove it" in ran.err
    for path in (inside, *outside):
        path.unlink()
    assert sent.run(*SEND).code == 0
    assert nobody_twice(sent)


SPOILT: dict[str, bytes] = {
    "nothing": b"",
    "deep": b"[" * 4000,
    "other types": b'{"release": [], "created": "x", "sequence": {}, "accepted": 1, "clean": 0, "boot": 1, "at": 1}',
    "no moment": b'{"release": "x", "created": 1.0, "sequence": 1, "accepted": 1, "clean": true, "boot": "", "at": 1e300}',
    "a list": b"[1]",
}


@pytest.mark.own_ledger
@pytest.mark.parametrize("what", [*SPOILT, "a pipe"])
def test_a_witness_that_somebody_made(
    sent: Office, tmp_path_factory: pytest.TempPathFactory, what: str
) -> None:
    """It is told, and nothing is sent."""
    [inside] = (sent.workspace.private / "ledger.db.witness").glob("*.json")
    shutil.rmtree(tmp_path_factory.getbasetemp() / "state")
    if what == "a pipe":
        inside.unlink()
        os.mkfifo(inside)
    else:
        inside.write_bytes(SPOILT[what])
    for command in (SEND, REST, ("status",), ("ledger", "adopt", "--yes")):
        ran = sent.run(*command)
        assert "bug in mailer" not in ran.err and "Traceback" not in ran.err
        if command in (SEND, REST):
            assert ran.code == 2 and "can't be read" in ran.err
    assert nobody_twice(sent)


def test_a_kill_alone_needs_nobody(killed: Office) -> None:
    assert killed.run(*REST).code in (0, 1)
    assert nobody_twice(killed)
    assert killed.counts()["accepted"] + killed.counts()["uncertain"] == COUNT


@pytest.mark.own_ledger
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"], ids=["ledger", "wal", "shm"])
def test_it_is_deleted_in_the_midst(office: Office, suffix: str) -> None:
    office.server.hook = lambda stage, when: time.sleep(0.01)
    sender = office.started(*SEND)
    while len(office.got()) < 10:
        time.sleep(0.01)
    ledger(office, suffix).unlink()
    _, said = sender.communicate(timeout=60)
    assert sender.returncode == 2
    assert "was deleted, moved or replaced while it was in use" in said
    assert len(office.got()) < COUNT
    office.run(*SEND)
    office.run(*REST)
    assert nobody_twice(office)


@pytest.mark.own_ledger
def test_killed_between_two_messages_nobody_is_in_doubt(office: Office) -> None:
    """What became of the last one is written down before the sender waits for its pace."""
    sender = office.started(*SEND, SMTP_RATE="1/minute")
    while not office.got():
        time.sleep(0.01)
    time.sleep(1)
    sender.kill()
    sender.communicate()
    assert len(office.got()) == 1
    office.run("discard", RELEASE, "--yes")
    assert office.counts() == {"accepted": 1, "discarded": COUNT - 1}


@pytest.mark.own_ledger
def test_its_folder_is_moved(killed: Office) -> None:
    """What is witnessed beside the ledger moves along."""
    moved = killed.workspace.root.parent / "moved"
    killed.workspace.root.rename(moved)
    there = Office(Workspace(moved), killed.server)
    assert there.run(*REST).code in (0, 1)
    assert nobody_twice(there)
    assert there.counts()["accepted"] + there.counts()["uncertain"] == COUNT


@pytest.mark.own_ledger
def test_its_folder_is_moved_in_the_midst(office: Office) -> None:
    office.server.hook = lambda stage, when: time.sleep(0.01)
    sender = office.started(*SEND)
    while len(office.got()) < 10:
        time.sleep(0.01)
    moved = office.workspace.root.parent / "moved"
    office.workspace.root.rename(moved)
    sender.communicate(timeout=60)
    assert sender.returncode == 2
    there = Office(Workspace(moved), office.server)
    there.run(*REST)
    assert nobody_twice(there)
    assert there.counts()["accepted"] + there.counts()["uncertain"] == COUNT


@pytest.mark.own_ledger
def test_a_correction_of_what_it_does_not_know_is_refused(sent: Office) -> None:
    """It would go to nobody, or to too few."""
    corrected(sent)
    deleted(sent)
    assert is_refused(sent, "send", "again", "--yes")


@pytest.mark.own_ledger
def test_a_new_workspace_in_the_same_place_is_new(sent: Office) -> None:
    shutil.rmtree(sent.workspace.root)
    assert sent.server and sent.workspace.root.parent.is_dir()
    here = sent.workspace.root.parent
    from support.own_office import put_own_in_place
    from support.terminal import mailer

    assert mailer("init", sent.workspace.root.name, cwd=here).code == 0
    put_own_in_place(sent.workspace)
    assert sent.run("send", RELEASE, "--yes").code == 0


# ---- a text that is known to be wrong --------------------------------------------------------------


@pytest.mark.parametrize("window", ["1", "8"], ids=["DATA", "BDAT"])
def test_a_correction_in_the_midst_of_the_first_text(office: Office, window: str) -> None:
    """Whoever was claimed and has not got it is taken off too; everybody has the correction in the end."""
    office.server.extensions = (*(office.server.extensions or ()), "CHUNKING")
    office.server.hook = lambda stage, when: time.sleep(0.02)
    first = office.started(*SEND, SMTP_WINDOW=window, SMTP_CONNECTIONS="1")
    while len(office.got()) < 10:
        time.sleep(0.01)
    assert office.run("send", corrected(office), "--yes").code == 0
    first.communicate(timeout=60)
    wrong = [address for address, mail in office.server.accepted if b"A figure." not in mail]
    right = [address for address, mail in office.server.accepted if b"A figure." in mail]
    superseded = [address for address, state in office.states().items() if state == "rejected"]
    assert superseded and not set(superseded) & set(wrong)
    assert len(wrong) == len(set(wrong)) == COUNT - len(superseded)
    assert sorted(right) == sorted(PEOPLE)


# ---- going on all the same -------------------------------------------------------------------------


@pytest.mark.own_ledger
def test_adopting_what_is_left(sent: Office) -> None:
    deleted(sent)
    (sent.workspace.lists / "more.csv").write_text("email\nnewcomer@example.net\n", "utf-8")
    asked = sent.run("ledger", "adopt")
    assert asked.code == 2 and "no terminal" in asked.err and RELEASE in asked.out
    adopted = sent.run("ledger", "adopt", "--yes")
    assert adopted.code == 0, adopted.err
    assert (
        f"the ledger knows nothing of “{RELEASE}” (a sending of" in adopted.out
        and "60 accepted" in adopted.out
    )
    again = sent.run(*SEND, "--list", "more")
    assert nobody_twice(sent) and len(sent.got()) == COUNT, "a newcomer may be one whom it does not know"
    assert f"uncertain  {COUNT + 1}" in again.err
    assert sent.counts() == {"uncertain": COUNT + 1}
    assert sent.run("resume", RELEASE, "--yes", "--uncertain", "newcomer@example.net").code in (0, 1)
    assert sent.got()[-1] == "newcomer@example.net" and nobody_twice(sent)
    assert sent.run("ledger", "adopt").err.startswith("As far as mailer can tell, the ledger is complete")
    assert "the ledger was adopted on" in sent.run("status").out


@pytest.mark.own_ledger
def test_adopting_a_ledger_that_ends_too_early(killed: Office) -> None:
    """Who is known to have it stays so."""
    wal = ledger(killed, "-wal")
    with wal.open("rb+") as file:
        file.truncate(int(wal.stat().st_size * 0.9))
    ledger(killed, "-shm").unlink()
    known = killed.counts()["accepted"]
    assert killed.run("ledger", "adopt", RELEASE, "--yes").code == 0
    assert killed.counts() == {"accepted": known, "uncertain": COUNT - known}
    before = len(killed.got())
    killed.run(*REST)
    killed.run(*SEND)
    assert len(killed.got()) == before
