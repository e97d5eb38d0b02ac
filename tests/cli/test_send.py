"""`mailer send` as a press officer meets it: shown, asked, sent; killed and resumed; nobody twice."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from support.lists import make_list
from support.places import end_leases, later
from support.queued import left_in_the_queue
from support.terminal import mailer, on_a_terminal, start

from mailer.desk.inbox import Inbox
from mailer.workspace import Workspace


def server(inbox: Inbox) -> dict[str, str]:
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}


def states(workspace: Workspace, release: str = "harbour-report") -> dict[str, str]:
    rows = json.loads(mailer("status", release, "--recipients", "--json", cwd=workspace.root).out)
    return {row["address"]: row["state"] for row in rows}


def got(inbox: Inbox) -> Counter[str]:
    messages = [message_from_bytes(mail.path.read_bytes(), policy=default) for mail in inbox.received()]
    return Counter(message["To"].addresses[0].addr_spec for message in messages)


@pytest.fixture
def inbox(tmp_path: Path):
    with Inbox(tmp_path / "mailbox") as running:
        yield running


def test_the_number_of_recipients_must_be_typed(workspace: Workspace, inbox: Inbox) -> None:
    shown = on_a_terminal("send", "harbour-report", cwd=workspace.root, typed="12", **server(inbox))
    assert (shown.code, got(inbox)) == (2, Counter())
    for told in ("Harbour Water Is Cleaner", "newsdesk@example.org", "11 recipients", "suppressed: 1 (gone.away@example.com)",
                 "en 9, es 2", "Nothing was sent"):  # fmt: skip
        assert told in shown.out
    shown = on_a_terminal("send", "harbour-report", cwd=workspace.root, typed="11", **server(inbox))
    assert shown.code == 0
    assert set(got(inbox).values()) == {1}
    assert len(got(inbox)) == 11


def test_without_a_terminal_nothing_is_sent_unless_told_so(workspace: Workspace, inbox: Inbox) -> None:
    ran = mailer("send", "harbour-report", cwd=workspace.root, **server(inbox))
    assert ran.code == 2
    assert "--yes" in ran.err
    assert got(inbox) == Counter()
    assert mailer("send", "harbour-report", "--yes", cwd=workspace.root, **server(inbox)).code == 0


def test_everybody_gets_their_own_language(workspace: Workspace, inbox: Inbox) -> None:
    mailer("send", "harbour-report", "--yes", cwd=workspace.root, **server(inbox))
    by_address = {mail.to.rpartition("<")[2].rstrip(">"): mail.language for mail in inbox.received()}
    assert by_address["lucia.ferrer@example.net"] == "es"  # es-MX on the list
    assert by_address["jean-luc@example.com"] == "en"  # fr: no such edition
    assert by_address["priya.n@example.com"] == "en"


def test_errors_of_check_block_sending(workspace: Workspace, inbox: Inbox) -> None:
    path = workspace.releases / "harbour-report.md"
    path.write_text(path.read_text("utf-8").replace("Volunteers took", "TODO **took"), "utf-8")
    ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **server(inbox))
    assert ran.code == 1
    assert "[leftover-markup]" in ran.err
    assert "[placeholder-text]" in ran.err
    assert got(inbox) == Counter()
    assert mailer("check", "harbour-report", cwd=workspace.root).code == 1


def test_a_proof_goes_to_the_office_only_and_is_not_remembered(workspace: Workspace, inbox: Inbox) -> None:
    ran = mailer("send", "harbour-report", "--test", "press@example.org", "--test", "priya.n@example.com", "--yes", cwd=workspace.root,
                 **server(inbox))  # fmt: skip
    assert ran.code == 0, ran.err
    assert set(got(inbox)) == {"press@example.org", "priya.n@example.com"}
    assert all(mail.subject.startswith("[TEST] ") for mail in inbox.received())
    assert mailer("status", "--json", cwd=workspace.root).out.strip() == "[]"


def test_a_limit_except_and_where_choose(workspace: Workspace, inbox: Inbox) -> None:
    ran = mailer("send", "harbour-report", "--list", "press", "--list", "regional", "--except", "regional",
                 "--where", 'language == "en" and "local" in tags', "--yes", cwd=workspace.root, **server(inbox))  # fmt: skip
    assert ran.code == 0, ran.err
    assert set(got(inbox)) == {"o'neill@example.com"}


def test_csv_values_inject_nothing(workspace: Workspace, inbox: Inbox) -> None:
    """A newline, a Bcc and an encoded word in a list's cells, and in merge fields."""
    (workspace.lists / "evil.csv").write_text(
        'email,name,outlet,language\n'
        'one@example.net,"Eve\r\nBcc: victim@example.com",x,en\n'
        'two@example.net,"=?utf-8?q?a=0D=0ABcc:_victim@example.com?=",x,en\n'
        'three@example.net,"<script>alert(1)</script> Doe",x,en\n'
        'four@example.net,"{{ config }} {% raw %}",x,en\n', "utf-8",
    )  # fmt: skip
    mailer("send", "harbour-report", "--list", "evil", "--yes", cwd=workspace.root, **server(inbox))
    for mail in inbox.received():
        content = mail.path.read_bytes()
        message = message_from_bytes(content, policy=default)
        assert message["Bcc"] is None
        assert len(message["To"].addresses) == 1
        assert b"\nbcc:" not in content.lower()
        assert "<script" not in message.get_body(("html",)).get_content()
    assert "victim@example.com" not in got(inbox)


def test_suppressed_people_are_left_out_even_after_queueing(workspace: Workspace, inbox: Inbox) -> None:
    left_in_the_queue(workspace, "harbour-report")
    with workspace.suppressed.open("a", encoding="utf-8") as file:
        file.write("priya.n@example.com,asked by phone,2026-11-23,press office\n")
    mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server(inbox))
    assert "priya.n@example.com" not in got(inbox)
    assert states(workspace)["priya.n@example.com"] == "rejected"


MANY = ("send", "harbour-report", "--list", "many", "--yes")


@pytest.mark.parametrize("after", [1, 20, 75])
def test_killed_and_resumed_nobody_gets_it_twice_and_nobody_is_lost(
    workspace: Workspace, inbox: Inbox, after: int
) -> None:
    addresses = make_list(workspace, "many", 150)
    process = start(*MANY, cwd=workspace.root, stderr=subprocess.DEVNULL, **server(inbox))
    deadline = time.monotonic() + 60
    while len(inbox.received()) < after and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    end_leases(workspace.ledger)
    resumed = mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server(inbox))
    counts, known = got(inbox), states(workspace)
    assert set(known) == set(addresses)
    assert max(counts.values()) == 1
    for address in addresses:
        if known[address] == "accepted":
            assert counts[address] == 1
        else:
            assert known[address] == "uncertain"
            assert address not in resumed.err or resumed.code == 1
    uncertain = [a for a in addresses if known[a] == "uncertain"]
    assert resumed.code == (1 if uncertain else 0)
    # A person has looked, and says so by name: only then do they get it (again).
    later(workspace.ledger, 11)  # until then its answer could still come
    for address in uncertain:
        mailer(
            "resume", "harbour-report", "--uncertain", address, "--yes", cwd=workspace.root, **server(inbox)
        )
        assert states(workspace)[address] == "accepted"


def test_a_correction_goes_to_those_who_got_it_in_their_thread(workspace: Workspace, inbox: Inbox) -> None:
    mailer(
        "send",
        "harbour-report",
        "--list",
        "press",
        "--limit",
        "3",
        "--yes",
        cwd=workspace.root,
        **server(inbox),
    )
    first = {m["To"].addresses[0].addr_spec: m["Message-ID"] for m in map(_message, inbox.received())}
    _correction(workspace)
    ran = mailer("send", "harbour-correction", "--yes", cwd=workspace.root, **server(inbox))
    assert ran.code == 0, ran.err
    corrections = [m for m in map(_message, inbox.received()) if m["In-Reply-To"]]
    assert {m["To"].addresses[0].addr_spec: m["In-Reply-To"] for m in corrections} == first
    assert all(m["References"] == m["In-Reply-To"] for m in corrections)
    assert {m["Subject"] for m in corrections} == {
        "Correction: Nine harbours, not eight", "Corrección: Nueve puertos, no ocho",
    }  # fmt: skip


def test_whoever_was_still_to_get_it_gets_only_the_correction(workspace: Workspace, inbox: Inbox) -> None:
    left_in_the_queue(workspace, "harbour-report", "--limit", "3")
    _correction(workspace)
    assert mailer("send", "harbour-correction", "--yes", cwd=workspace.root, **server(inbox)).code == 0
    assert mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server(inbox)).code == 1
    assert {mail.subject.partition(":")[0] for mail in inbox.received()} == {"Correction", "Corrección"}
    assert len(inbox.received()) == 3
    assert all(m["In-Reply-To"] is None for m in map(_message, inbox.received()))
    assert set(states(workspace).values()) == {"rejected"}
    assert (
        "superseded by harbour-correction"
        in mailer("status", "harbour-report", "--recipients", cwd=workspace.root).out
    )


def test_nobody_gets_the_withdrawal_of_what_they_never_got(workspace: Workspace, inbox: Inbox) -> None:
    mailer("send", "harbour-report", "--limit", "2", "--yes", cwd=workspace.root, **server(inbox))
    left_in_the_queue(workspace, "harbour-report")
    _correction(workspace, kind="Withdrawal")
    assert mailer("send", "harbour-correction", "--yes", cwd=workspace.root, **server(inbox)).code == 0
    assert sorted(got(inbox).values()) == [2, 2]
    assert "queued" not in states(workspace).values()


def _correction(workspace: Workspace, kind: str = "Correction") -> None:
    (workspace.releases / "harbour-correction.md").write_text(
        f"---\nKind: {kind}\nHeadline: Nine harbours, not eight\nDate: November 24, 2026\nDateline: Portmellon\n"
        "Corrects: harbour-report\nCorrection: The number of harbours that meet the standard is nine.\n---\n\nNine do.\n",
        "utf-8",
    )
    (workspace.releases / "harbour-correction.es.md").write_text(
        "---\nTitular: Nueve puertos, no ocho\nLugar: Portmellon\nCorrección: Nueve, no ocho.\n---\n\nSon nueve.\n",
        "utf-8",
    )


def _message(mail):
    return message_from_bytes(mail.path.read_bytes(), policy=default)


def test_two_senders_at_once_the_second_learns_who_is_first(workspace: Workspace, inbox: Inbox) -> None:
    make_list(workspace, "many", 2_000)
    slow = server(inbox) | {"SMTP_RATE": "40/second"}
    first = start(*MANY, cwd=workspace.root, stderr=subprocess.DEVNULL, **slow)
    try:
        while not inbox.received() and first.poll() is None:
            time.sleep(0.01)
        second = mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server(inbox))
        assert second.code == 2
        assert str(first.pid) in second.err
    finally:
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=60) == 130
    assert max(got(inbox).values()) == 1


def test_the_report_as_json_and_as_a_spreadsheet(workspace: Workspace, inbox: Inbox) -> None:
    ran = mailer(
        "send",
        "harbour-report",
        "--yes",
        "--json",
        "--csv",
        "report.csv",
        cwd=workspace.root,
        **server(inbox),
    )
    report = json.loads(ran.out)
    assert (report["finished"], report["counts"]) == (True, {"accepted": 11})
    rows = (workspace.root / "report.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 12


@pytest.mark.parametrize(("arguments", "said"), [
    (("send", "harbour-report", "--yes"), "SMTP_HOST"),
    (("send", "harbour-repor", "--yes"), "harbour-report"),
    (("send", "harbour-report", "--list", "pres"), "press"),
    (("snd",), "Did you mean “send”?"),
    (("status", "never-sent"), "never sent"),
    (("send", "harbour-report", "--at", "tomorrow", "--yes"), "--at"),
])  # fmt: skip
def test_what_can_not_start_says_why_and_what_to_do(
    workspace: Workspace, arguments: tuple[str, ...], said: str
) -> None:
    ran = mailer(
        *arguments,
        cwd=workspace.root,
        **({"SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none"} if "--at" in arguments else {}),
    )
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_outside_a_workspace_one_is_told_how_to_make_one(tmp_path: Path) -> None:
    ran = mailer("check", "x", cwd=tmp_path)
    assert ran.code == 2
    assert "mailer init" in ran.err


def test_no_secret_is_printed(workspace: Workspace) -> None:
    (workspace.root / ".env").write_text("SMTP_HOST=127.0.0.1\nSMTP_PORT=9\nSMTP_SECURITY=none\nSMTP_USERNAME=press\n"
                                         "SMTP_PASSWORD=hunter2-secret\nSMTP_WINDOW=many\nSMTP_HOTS=x\n", "utf-8")  # fmt: skip
    for arguments in (("send", "harbour-report", "--yes"), ("--debug", "send", "harbour-report", "--yes")):
        ran = mailer(*arguments, cwd=workspace.root)
        assert ran.code != 0
        assert "hunter2" not in ran.out + ran.err
        assert "SMTP_WINDOW" in ran.err
        assert "SMTP_HOTS" in ran.err
