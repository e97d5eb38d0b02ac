"""`mailer archive`: a folder that a lawyer can read without this tool."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import os
import re
import sqlite3
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from support.office import RELEASE, Office
from support.own_office import make_own_office
from support.published import well_formed
from support.smtp_faulty import Fault, FaultyServer

from mailer.bounces.register import MailRegister
from mailer.delivery import Entry, FrozenEdition, FrozenRelease, History, Ledger
from mailer.errors import LedgerError
from mailer.message import Head, compile_message
from mailer.model import Mailbox, Rendered
from mailer.publish import archive
from mailer.publish.archiving import words
from mailer.workspace import Workspace

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


@pytest.fixture
def sent(office: Office) -> Office:
    ran = office.run("send", RELEASE, "--yes")
    assert ran.code == 0, ran.err
    return office


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One that has sent, and whose archives are only read."""
    with FaultyServer() as server:
        office = Office(make_own_office(tmp_path_factory.mktemp("archive") / "press-office"), server)
        assert office.run("send", RELEASE, "--yes").code == 0
        yield office


def archived(office: Office, name: str = RELEASE) -> Path:
    return archive(office.workspace, name, now=NOW).folder


def rows(folder: Path, name: str = "recipients.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def mail(folder: Path, language: str = "en") -> EmailMessage:
    message = message_from_bytes((folder / "mail" / f"{RELEASE}.{language}.eml").read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


# ---- verified with other programs ---------------------------------------------------------------------


def test_sha256sum_finds_every_file_as_it_was(looked_at: Office, program: Callable[[str], str]) -> None:
    folder = archived(looked_at)
    ran = subprocess.run(
        [program("sha256sum"), "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
    listed = {line.split(": ")[0] for line in ran.stdout.splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}
    (folder / "recipients.csv").write_text("changed", "utf-8")
    assert subprocess.run([program("sha256sum"), "-c", "--status", "SHA256SUMS"], cwd=folder).returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="Dovecot is not for Windows")
def test_another_mail_program_reads_the_mail(looked_at: Office, program: Callable[[str], str]) -> None:
    """Dovecot parses it, as it does for the programs that ask it over IMAP."""
    content = (archived(looked_at) / "mail" / f"{RELEASE}.es.eml").read_bytes()
    import pwd

    doveadm = program("doveadm")
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())  # it serves no root
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("Maildir/cur", "Maildir/new", "Maildir/tmp"):
            (home / name).mkdir(parents=True)
        (home / "Maildir" / "cur" / "1.mail:2,").write_bytes(content)
        (home / "dovecot.conf").write_text(
            f"mail_location = maildir:{home}/Maildir\nbase_dir = {home}\nssl = no\nfirst_valid_uid = 1\n"
            f"first_valid_gid = 1\nmail_uid = {user.pw_uid}\nmail_gid = {user.pw_gid}\n", "utf-8",
        )  # fmt: skip
        for path in (home, *home.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        ran = subprocess.run(
            [doveadm, "-c", str(home / "dovecot.conf"), "-f", "flow", "fetch", "hdr.subject.utf8 imap.bodystructure", "ALL"],
            capture_output=True, text=True, user=user.pw_uid, group=user.pw_gid, extra_groups=[], env={"USER": user.pw_name, "HOME": folder, "PATH": os.defpath},
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "El agua de los puertos" in ran.stdout
    assert (
        ran.stdout.index('"text" "plain"')
        < ran.stdout.index('"text" "html"')
        < ran.stdout.index('"alternative"')
    )


def test_the_mail_is_the_one_that_was_sent(looked_at: Office) -> None:
    """But for what was each recipient's own."""
    folder = archived(looked_at)
    [got] = looked_at.mails("tom.wainwright@example.com")
    kept = mail(folder)
    for part in ("plain", "html"):
        of_both = [str(message.get_body((part,)).get_content()) for message in (got, kept)]  # type: ignore[union-attr]
        theirs, ours = (re.sub(r"unsubscribe(%20| )\S+", "unsubscribe", text) for text in of_both)
        assert ours == re.sub(r"Dear Tom\b", "Dear colleague", theirs)
    assert (kept["Subject"], kept["From"]) == (got["Subject"], got["From"])
    assert kept["To"] == "recipient@example.invalid"
    readme = (folder / "README.txt").read_text("utf-8")
    assert "{{ first_name }}, in whose place stands “colleague” or “colega”" in readme


def test_what_the_ledger_froze_is_there_octet_for_octet(looked_at: Office) -> None:
    folder = archived(looked_at)
    with Ledger(looked_at.workspace.ledger) as ledger:
        frozen = ledger.editions(ledger.mailing(RELEASE))
    for language, content in frozen.items():
        assert (folder / "mail" / f"{RELEASE}.{language}.frozen.json").read_bytes() == content


# ---- what it says --------------------------------------------------------------------------------------


def test_everybody_is_in_the_table_with_the_message_that_they_got(looked_at: Office) -> None:
    table = rows(archived(looked_at))
    assert len(table) == 11
    for row in table:
        [got] = looked_at.mails(row["address"])
        assert row["message-id"] == got["Message-ID"]
        assert row["state"] == "accepted"
        assert row["server's reply"].startswith("250")
        assert datetime.fromisoformat(row["accepted"]).tzinfo is not None
    assert {row["edition"] for row in table} == {"en", "es"}


def test_a_cell_is_never_a_formula(office: Office) -> None:
    office.list("press", '=HYPERLINK("https://example.org")@example.net,x', 'ana@example.net,"=1+1",,en,')
    assert office.run("send", RELEASE, "--yes").code == 0
    for row in rows(archived(office)):
        assert not row["name"].startswith("=")


def test_the_timeline_says_who_ordered_what(sent: Office) -> None:
    better = sent.correction()
    assert sent.run("send", better, "--yes").code == 0
    page = (archived(sent) / "summary.html").read_text("utf-8")
    assert "ordered it to be sent to 11 people" in page
    assert "A mail server took the first message." in page
    assert "A correction followed: “better”, Nine harbours, not eight" in page
    assert well_formed(page.encode()) == []
    assert not re.search(r"<script|src=|href=|url\(", page)


def test_a_release_that_was_partly_sent(office: Office) -> None:
    office.server.faults[:] = [Fault("RCPT", "5xx", nth=3)]
    office.run("send", RELEASE, "--yes")
    folder = archived(office)
    states = sorted(row["state"] for row in rows(folder))
    assert states.count("accepted") == 10
    assert states.count("rejected") == 1
    assert "a server refused it for good" in (folder / "summary.html").read_text("utf-8")


def test_those_who_were_taken_off_the_queue(office: Office) -> None:
    office.queue()
    assert office.run("discard", RELEASE, "--yes").code == 0
    folder = archived(office)
    assert {row["state"] for row in rows(folder)} == {"discarded"}
    assert "took it back from 11 people" in (folder / "summary.html").read_text("utf-8")


def test_whoever_was_forgotten_stays_forgotten(sent: Office) -> None:
    assert sent.run("forget", "tom.wainwright@example.com", "--yes").code == 0
    folder = archived(sent)
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"wainwright" not in path.read_bytes().lower(), path
    [row] = [row for row in rows(folder) if not row["message-id"]]
    assert (row["address"], row["name"], row["state"]) == ("(forgotten at their own wish)", "", "accepted")
    assert "1 of them asked to be forgotten" in (folder / "README.txt").read_text("utf-8")


def test_forgetting_names_the_archives_that_name_them(sent: Office) -> None:
    folder = archived(sent)
    ran = sent.run("forget", "tom.wainwright@example.com", "--yes")
    assert folder.name in ran.out + ran.err


def test_a_release_that_was_never_sent_says_so(office: Office) -> None:
    folder = archived(office)
    assert "NEVER SENT" in (folder / "README.txt").read_text("utf-8")
    assert not (folder / "mail").exists()
    assert (folder / "source" / f"{RELEASE}.md").is_file()


def test_what_was_changed_since_is_shown(sent: Office) -> None:
    folder = archived(sent)
    assert not (folder / "source" / "differences.txt").exists()
    assert "are those that were sent" in (folder / "README.txt").read_text("utf-8")
    sent.edit(sent.release(), "41,600", "41,700")
    changed = archived(sent)
    lines = (changed / "source" / "differences.txt").read_text("utf-8").splitlines()
    minus, plus = (next(line for line in lines if re.match(sign + r"[^-+]", line)) for sign in ("-", r"\+"))
    assert plus[1:] == minus[1:].replace("41,600", "41,700")
    assert len([line for line in lines if re.match(r"[-+][^-+]", line)]) == 2
    assert "NOT what was sent" in (changed / "README.txt").read_text("utf-8")


def test_a_release_whose_file_is_gone(sent: Office) -> None:
    for path in sent.workspace.releases.glob("*.md"):
        path.unlink()
    folder = archived(sent)
    assert "not there any more" in (folder / "README.txt").read_text("utf-8")
    assert len(rows(folder)) == 11


def test_a_ledger_that_was_lost_is_no_proof_that_nothing_was_sent(sent: Office) -> None:
    for path in sent.workspace.private.glob("ledger.db*"):
        if path.is_file():
            path.unlink()
    said = (archived(sent) / "README.txt").read_text("utf-8")
    assert "NOT THE COMPLETE RECORD" in said
    assert "NEVER SENT" not in said


def test_what_the_timer_did_and_who_approved_it_is_said_in_words(office: Office) -> None:
    office.edit(office.workspace.newsroom, "---\n\n", "Approvers:\n- Marta Ruiz\n---\n\n")
    key = {"SECRET_KEY": "a long random text of this office"}
    assert office.run("approve", RELEASE, "--by", "Marta Ruiz", "--yes", **key).code == 0
    at = ("--at", "2099-12-01 05:00 UTC", "--yes", "--no-wait")
    assert office.run("send", RELEASE, *at, **key).code == 0
    assert office.run("schedule", "move", RELEASE, "2099-12-02 05:00 UTC", "--yes", **key).code == 0
    moved = datetime(2099, 12, 2, 5, 0, tzinfo=UTC).timestamp()
    office.the_clock_goes_on(moved - time.time() + 1)
    office.server.faults[:] = [Fault("MAIL", "5xx", times=1_000)]
    assert office.run("post", RELEASE, **key).code == 1
    told = html.unescape((archived(office) / "summary.html").read_text("utf-8"))
    for said in ("Marta Ruiz approved it, text and recipients, for 11 people (computer account ", "ordered it to be sent at another time to 11 people",
                 "(a sender, by that order) began to send it to 11 people",
                 "(a sender) ended, and nothing more is sent by that order to 11 people"):  # fmt: skip
        assert said in told
    assert told.count("The time for which it was planned.") == 1
    assert office.run("discard", RELEASE, "--yes", **key).code == 0
    told = (archived(office) / "summary.html").read_text("utf-8")
    assert "The time for which it was planned." not in told, "it was taken back before"


def test_a_message_that_an_event_says_was_taken_has_its_time(sent: Office) -> None:
    """The line broke after the dot, and the provider has told since that it has the message."""
    told_at = 1_800_000_000.0
    with Ledger(sent.workspace.ledger) as ledger:
        with ledger.writing() as db:
            db.execute("UPDATE deliveries SET state = 'u'")
            db.execute("UPDATE attempts SET code = 0")
            tokens = [token for (token,) in db.execute("SELECT token FROM deliveries")]
        register = MailRegister(ledger)
        mail_ = register.by_token(tokens[0])
        assert mail_ and register.accepted_after_all(mail_, datetime.fromtimestamp(told_at, UTC), "delivered")
    folder = archived(sent)
    (row,) = (row for row in rows(folder) if row["state"] == "accepted")
    assert row["accepted"] == "2027-01-15 08:00:00+00:00"
    assert "A mail server took the first message." in (folder / "summary.html").read_text("utf-8")


def test_every_state_is_said_in_words() -> None:
    from mailer.model import Status

    assert set(words.MEANS) == {status.value for status in Status}


# ---- the folder ----------------------------------------------------------------------------------------


def test_an_earlier_archive_stays_as_it_is(sent: Office) -> None:
    names = [archived(sent).name for _ in range(3)]
    assert names == [f"{RELEASE}-2026-11-30", f"{RELEASE}-2026-11-30-2", f"{RELEASE}-2026-11-30-3"]


def test_the_same_record_is_written_the_same_way(looked_at: Office) -> None:
    one, other = archived(looked_at), archived(looked_at)
    assert (one / "SHA256SUMS").read_bytes() == (other / "SHA256SUMS").read_bytes()
    later = archive(looked_at.workspace, RELEASE, now=NOW + timedelta(days=1)).folder
    same = ("recipients.csv", "answers.csv", f"mail/{RELEASE}.en.eml")
    assert all((one / name).read_bytes() == (later / name).read_bytes() for name in same)


def test_a_folder_appears_whole_or_not_at_all(sent: Office) -> None:
    """The mail of one language can't be read, when the tables are written already."""
    with closing(sqlite3.connect(sent.workspace.ledger)) as db, db:
        db.execute("UPDATE editions SET frozen = '{\"version\": 99}' WHERE language = 'es'")
    with pytest.raises(LedgerError, match="newer version"):
        archived(sent)
    assert list((sent.workspace.private / "archive").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_it_is_for_the_office_alone(looked_at: Office) -> None:
    folder = archived(looked_at)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_command_says_where_it_is(sent: Office) -> None:
    ran = sent.run("archive", RELEASE)
    assert ran.code == 0, ran.err
    folder = sent.workspace.root / ran.out.strip()
    assert (folder / "README.txt").is_file()
    assert "11 accepted" in ran.err
    elsewhere = sent.run("archive", RELEASE, "--out", "elsewhere")
    assert "won't find whom this folder names" in elsewhere.err
    assert sent.run("archive", "nothing").code == 2


def test_no_list_is_held_in_memory(tmp_path: Path) -> None:
    """Both tables come from the ledger as streams; whatever their number, a few rows are held."""
    import tracemalloc

    from mailer.publish.archiving.tables import Told, write_recipients

    made = compile_message(
        Rendered("en", "S", "", "<p>A</p>", "A\n"),
        Head(Mailbox("press@example.org"), list_id="p.example.org"),
    )
    edition = FrozenEdition(hashlib.sha256(b"").hexdigest(), made.freeze())
    frozen = FrozenRelease("large", "press release", "S", "press@example.org", "example.org", {"en": edition})
    people = (Entry(f"r{n}@example.net", f"r{n}@example.net", "Ana Ruiz", "en", {}) for n in range(6_000))
    with Ledger(tmp_path / "ledger.db", witnessed=False) as ledger:
        mailing = ledger.queue(frozen, people)
        told = Told()
        with (tmp_path / "table.csv").open("w", encoding="utf-8", newline="") as file:
            tracemalloc.start()
            write_recipients(History(ledger).recorded(mailing), iter(()), file, told, lambda seconds: "")
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert told.states == {"queued": 6_000}
    assert most < 1 << 20
    text = io.StringIO((tmp_path / "table.csv").read_text("utf-8-sig"))
    assert sum(1 for _ in csv.reader(text)) == 6_001
