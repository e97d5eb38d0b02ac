"""`mailer bounces` at the command line."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from support.bounce_corpus import ANA, BEN, bounces
from support.other_mail import others
from support.returned import ENVELOPE_FROM
from support.sent_mail import returned, send_to, state_of
from support.terminal import mailer

from mailer.model import Status
from mailer.workspace import Workspace

CORPUS = {sample.name: sample.content for sample in (*bounces(), *others())}
SETTINGS = {"ENVELOPE_FROM": ENVELOPE_FROM}


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(
        b"".join(b"From MAILER-DAEMON Tue Mar  3 09:00:05 2026\n" + mail.rstrip() + b"\n\n" for mail in mails)
    )
    return path


def fingerprint(path: Path) -> tuple[str, int]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns


def test_a_summary_that_a_person_can_read(workspace: Workspace, tmp_path: Path) -> None:
    tokens = send_to(workspace, ANA, BEN)
    box = mbox(
        tmp_path / "returned.mbox",
        returned(CORPUS["postfix, unknown user at a remote"], tokens[ANA]),
        returned(CORPUS["letter: a question"], tokens[BEN]),
        CORPUS["automatic: Exchange"],
        returned(CORPUS["wish: from the header"].replace(ANA.encode(), BEN.encode()), tokens[BEN]),
    )
    before = fingerprint(box)
    ran = mailer("bounces", "--mbox", str(box), cwd=workspace.root, **SETTINGS)
    assert ran.code == 0, ran.err
    first, second = ran.out.splitlines()
    assert first.split("\t")[:2] == [ANA, "suppressed"]
    assert "User unknown" in first
    assert second.split("\t")[:2] == [BEN, "unsubscribed"]
    assert "4 new messages: " in ran.err
    assert f"{ANA}: Re: Harbour report finds cleaner water" in ran.err, "a person's letter is listed"
    assert "Out of office" not in ran.err
    assert fingerprint(box) == before, "the mailbox is never changed"
    again = mailer("bounces", "--mbox", str(box), cwd=workspace.root, **SETTINGS)
    assert (again.code, again.out) == (0, "")
    assert "0 new messages." in again.err


def test_a_read_only_mbox_is_read(workspace: Workspace, tmp_path: Path) -> None:
    box = mbox(tmp_path / "box", returned(CORPUS["qmail, unknown"], send_to(workspace, ANA)[ANA]))
    box.chmod(0o444)
    assert mailer("bounces", "--mbox", str(box), cwd=workspace.root, **SETTINGS).out.startswith(ANA)


def test_a_rehearsal_says_so_and_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    box = mbox(tmp_path / "box", returned(CORPUS["qmail, unknown"], send_to(workspace, ANA)[ANA]))
    ran = mailer("bounces", "--mbox", str(box), "--dry-run", cwd=workspace.root, **SETTINGS)
    assert ran.out.startswith(f"{ANA}\tsuppressed")
    assert "Nothing was changed" in ran.err
    assert state_of(workspace, ANA) is Status.ACCEPTED
    assert ANA not in workspace.suppressed.read_text("utf-8")


def test_json_for_programs(workspace: Workspace, tmp_path: Path) -> None:
    box = mbox(tmp_path / "box", returned(CORPUS["qmail, unknown"], send_to(workspace, ANA)[ANA]))
    ran = mailer("bounces", "--mbox", str(box), "--json", cwd=workspace.root, **SETTINGS)
    (mail,) = json.loads(ran.out)
    assert mail["kind"] == "bounce"
    assert mail["consequences"][0]["address"] == ANA
    assert mail["consequences"][0]["release"] == "harbour-report"


def test_explain_reads_only_and_needs_no_workspace(tmp_path: Path) -> None:
    names = [
        "exim, two of two sorts",
        "postfix, still trying",
        "wish: from the header",
        "automatic: German",
        "letter: a question",
    ]
    files = []
    for number, name in enumerate(names):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(CORPUS[name])
        files.append(str(path))
    before = sorted(tmp_path.iterdir())
    ran = mailer("bounces", "--explain", *files, "--json", cwd=tmp_path)
    assert ran.code == 0, ran.err
    rows = json.loads(ran.out)
    assert [row["class"] for row in rows] == ["bounce", "delay", "unsubscribe", "auto-reply", "other"]
    assert [row["file"] for row in rows] == files
    hard, soft = rows[0]["recipients"]
    assert hard == {"address": ANA, "hard": True, "status": "5.1.1", "reason": hard["reason"]}
    assert "User unknown" in hard["reason"]
    assert (soft["address"], soft["hard"]) == (BEN, False)
    assert sorted(tmp_path.iterdir()) == before
    plain = mailer("bounces", "--explain", files[0], cwd=tmp_path)
    assert plain.out.splitlines()[0] == f"{files[0]}\tbounce"


def test_what_it_can_t_do_it_says(workspace: Workspace, tmp_path: Path) -> None:
    letter = tmp_path / "one.eml"
    letter.write_bytes(CORPUS["letter: a question"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for arguments, said in (
        ((), "Choose where to look"),
        (("--explain",), "--explain needs FILES"),
        (("--mbox", "nowhere"), "nowhere: can't be read"),
        (("--mbox", str(letter)), "is not an mbox"),
        (("--mbox", str(pipe)), "is no file"),
        (("--mbox", str(tmp_path)), "is no file"),
        (("--maildir", str(tmp_path)), "is not a Maildir"),
        (("--imap",), "BOUNCE_IMAP_HOST"),
        (("--explain", "nowhere.eml"), "nowhere.eml can't be read"),
    ):
        ran = mailer("bounces", *arguments, cwd=workspace.root)
        assert ran.code == 2
        assert said in ran.err
        assert "Traceback" not in ran.err
