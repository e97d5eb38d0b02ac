"""An office moves its ledger into PostgreSQL, works with it, and moves it back: nothing that it knew looks different."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.computers import Computer, computer
from support.office import RELEASE, Office
from support.postgres import Postgres
from support.promises import promise
from support.terminal import COMMAND, Ran, environment, mailer

from mailer.press import Suppressions
from mailer.workspace import Workspace

KEY = {"SECRET_KEY": "k" * 40}

GUIDE = "docs/guide/move-to-postgresql.md"


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    return postgres


@pytest.fixture
def at_work(office: Office) -> Office:
    """Somebody was refused; there is a correction, of which some is left in the queue; somebody was forgotten."""
    people = sorted(address for address in press_people(office))
    office.server.refuse = {people[0]: "550 5.1.1 no such user"}
    assert office.run("send", RELEASE, "--list", "press", "--yes").code == 1
    name = office.correction()
    assert office.run("send", name, "--yes").code == 0
    assert office.run("suppress", people[1], "--reason", "asked by phone").code == 0
    assert office.run("forget", people[2], "--yes").code in (0, 1)
    return office


def press_people(office: Office) -> list[str]:
    text = (office.workspace.lists / "press.csv").read_text("utf-8")
    return re.findall(r"[\w.+-]+@[\w.-]+", text)


def seen(office: Office) -> dict[str, str]:
    """What an office is told of its past."""
    person = sorted(press_people(office))[3]
    archive = office.workspace.root / "records"
    asked = {
        "status": ("status",),
        "recipients": ("status", RELEASE, "--recipients"),
        "json": ("status", RELEASE, "--json"),
        "people": ("people", person),
        "archive": ("archive", RELEASE, "--out", str(archive)),
    }
    told = {}
    for name, arguments in asked.items():
        ran = office.run(*arguments, **KEY)
        assert "Traceback" not in ran.err and ran.code in (0, 1), ran.err
        told[name] = ran.out
    tables = [path for path in sorted(archive.rglob("*")) if path.suffix in (".csv", ".eml", ".json")]
    told |= {
        str(path.relative_to(archive)): without_moments(path.read_text("utf-8", "replace")) for path in tables
    }
    shutil.rmtree(archive)
    return told


def without_moments(text: str) -> str:
    """When the archive itself was made is of no matter."""
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.+Z-]+", "", text)


@promise(
    GUIDE,
    "The command prints them; the way back prints the same.",
    "A laptop with a copy of the old settings can't send from it.",
)
def test_there_and_back_nothing_looks_different(at_work: Office, server: Postgres, tmp_path: Path) -> None:
    env = at_work.workspace.root / ".env"
    env.write_text("# ours\nALLOW_ONLY=\n")
    env.chmod(0o640)
    before, url = seen(at_work), server.database()
    assert len(before) > 6

    moved = at_work.run("ledger", "move", url.url)
    assert moved.code == 0, moved.err
    assert f"The ledger is {url} now" in moved.err and f"{RELEASE}\t11 recipients\t" in moved.out
    assert env.read_text() == f"# ours\nALLOW_ONLY=\nLEDGER_URL='{url.url}'\n"
    assert env.stat().st_mode & 0o777 == 0o640
    assert seen(at_work) == before
    assert with_env(at_work, "").code == 2
    assert f"was moved to {url}" in with_env(at_work, "").err, "an old laptop"

    again = at_work.run("ledger", "move", str(at_work.workspace.private / "ledger.db"))
    assert again.code == 0, again.err
    assert again.out == moved.out, "the same digests"
    assert at_work.workspace.ledger == at_work.workspace.private / "ledger.db"
    assert seen(at_work) == before
    other = another(at_work, tmp_path)
    (other.root / ".env").write_text(f"LEDGER_URL={url.url}\n")
    told = mailer("status", cwd=other.root)
    assert told.code == 2 and "ledger.db by" in told.err


def another(office: Office, folder: Path) -> Workspace:
    """The same workspace on another computer."""
    other = Workspace(folder / "other")
    shutil.copytree(office.workspace.root, other.root, ignore=lambda _, names: {".mailer"} & set(names))
    return other


def with_env(office: Office, text: str) -> Ran:
    """`mailer status` as .env had it once."""
    env = office.workspace.root / ".env"
    now = env.read_text()
    env.write_text(text)
    ran = office.run("status")
    env.write_text(now)
    return ran


@promise(
    GUIDE,
    "One that is in the address is written into `.env` and shown nowhere.",
)
def test_no_password_is_shown(at_work: Office, server: Postgres) -> None:
    url = server.database().url.replace("owner@", "owner:very-secret@")
    moved = at_work.run("ledger", "move", url)
    assert moved.code == 0, moved.err
    told = [moved, with_env(at_work, ""), at_work.run("ledger", "move", url), at_work.run("status")]
    assert all("very-secret" not in ran.out + ran.err for ran in told)
    assert "very-secret" not in (at_work.workspace.private / "ledger.db").read_bytes().decode("latin-1")
    assert "very-secret" in (at_work.workspace.root / ".env").read_text()


@promise(
    GUIDE,
    "Everybody whom other computers never mail is in this computer's `lists/suppressed.csv` from then on.",
)
def test_whom_another_computer_suppresses_is_not_mailed_after_the_way_back_either(
    at_work: Office, server: Postgres, tmp_path: Path
) -> None:
    url, person = server.database(), sorted(press_people(at_work))[4]
    assert at_work.run("ledger", "move", url.url).code == 0
    other = another(at_work, tmp_path)
    laptop = computer("anas-laptop", tmp_path / "computers")
    assert typed(laptop, other, "suppress", person, "--reason", "asked at a fair").code == 0
    looked = at_work.run("people", person)
    assert re.search(
        r"is never mailed: asked at a fair [\d-]+, on the list of \w+@anas-laptop\.", looked.out + looked.err
    )
    refused = at_work.run("unsuppress", person)
    assert (
        refused.code == 1
        and "still suppressed: asked at a fair" in refused.out
        and "anas-laptop" in refused.out
    )
    assert at_work.run("ledger", "move", str(at_work.workspace.private / "ledger.db")).code == 0
    entry = Suppressions(at_work.workspace.suppressed).get(person)
    assert entry is not None and entry.reason == "asked at a fair" and entry.line > 0
    assert typed(laptop, other, "status").code == 2
    assert at_work.run("unsuppress", person).out == f"{person}\tno longer suppressed\n"
    assert at_work.run("unsuppress", person, "--everywhere").code == 2, "there are no others"


def test_everywhere_is_for_a_computer_that_is_no_more(
    at_work: Office, server: Postgres, tmp_path: Path
) -> None:
    url, person = server.database(), sorted(press_people(at_work))[4]
    assert at_work.run("ledger", "move", url.url).code == 0
    other = another(at_work, tmp_path)
    laptop = computer("anas-laptop", tmp_path / "computers")
    assert typed(laptop, other, "suppress", person).code == 0
    taken_back = at_work.run("unsuppress", person, "--everywhere")
    assert (taken_back.code, taken_back.out) == (0, f"{person}\tno longer suppressed\n")
    assert "anas-laptop: where that file still names them, delete the line" in taken_back.err


def typed(who: Computer, where: Workspace, *arguments: str):
    kept = {key: value for key, value in os.environ.items() if key == "PATH"}
    return who.mailer(*arguments, cwd=where.root, **kept)


AWAY = "LEDGER_URL='postgresql://owner:verysecret@/office?host=/nowhere'\n"


@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("check", RELEASE, "--list", "press"), ("send", RELEASE, "--list", "press", "--yes"),
        ("resume", RELEASE, "--yes"), ("post",), ("schedule",), ("ledger", "adopt", RELEASE, "--yes"),
        ("suppress", "ana@example.net"), ("forget", "ana@example.net", "--yes"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_database_that_is_away_is_told_in_one_sentence(office: Office, command: tuple[str, ...]) -> None:
    (office.workspace.root / ".env").write_text(AWAY)
    ran = office.run(*command)
    assert ran.code == 2
    first, then = ran.err.strip().splitlines()[-2:]
    assert first.startswith("Error: ") and "The ledger postgresql://owner@/office can't be reached: " in first
    assert "verysecret" not in ran.err and "sha256:" not in ran.err and "   " not in first
    assert "again" in then and "Traceback" not in ran.err


def test_without_psycopg_it_says_what_to_install(office: Office, tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ModuleNotFoundError(\"No module named 'psycopg'\")\n")
    (office.workspace.root / ".env").write_text(AWAY)
    path = os.pathsep.join((str(tmp_path), *filter(None, sys.path)))
    for command in (
        ("status",),
        ("work", "--once"),
        ("suppress", "ana@example.net"),
        ("ledger", "move", "x.db"),
    ):
        ran = subprocess.run(
            [*COMMAND, *command], cwd=office.workspace.root, env=environment(SMTP_HOST="127.0.0.1", PYTHONPATH=path),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ran.returncode == 2, (command, ran.stderr)
        assert 'pip install "release-mailer[postgres]"' in ran.stderr, command


def test_a_backup_that_is_put_back_mails_nobody_twice(office: Office, server: Postgres) -> None:
    """As the guide has it: `mailer ledger adopt RELEASE`, as nothing else tells what was sent since."""
    url = server.ledger()
    (office.workspace.root / ".env").write_text(f"LEDGER_URL='{url.url}'\n")
    assert office.run("send", RELEASE, "--list", "press", "--yes", "--queue").code == 0
    unnamed = office.run("ledger", "adopt", "--yes")
    assert unnamed.code == 2 and "name each release" in unnamed.err
    adopted = office.run("ledger", "adopt", RELEASE, "--yes")
    assert (
        adopted.code == 0
        and "11 recipients are uncertain now" in adopted.err
        and "ledger.db" not in adopted.err
    )
    assert "11 uncertain" in office.run("status", RELEASE).out
    assert office.run("ledger", "adopt", "of-which-it-knows-nothing", "--yes").code == 0
    assert office.run("work", "--once").code == 0
    assert not office.server.accepted
