"""A second person's word: what they approved is what leaves, to whom they approved it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from support.office import RELEASE, Office
from support.promises import promise

KEY = "a long random text of this office"
NAME = "Marta Ruiz"


@pytest.fixture
def asking(office: Office) -> Office:
    """An office that sends nothing without a second person's word."""
    office.edit(office.workspace.newsroom, "---\n\n", f"Approvers:\n- {NAME}\n- Jon Doe\n---\n\n")
    return office


def approve(office: Office, *arguments: str, by: str = NAME, **settings: str):
    return office.run("approve", RELEASE, "--by", by, "--yes", *arguments, **{"SECRET_KEY": KEY} | settings)


def send(office: Office, *arguments: str, **settings: str):
    return office.run("send", RELEASE, "--yes", *arguments, **{"SECRET_KEY": KEY} | settings)


@promise("Where newsroom.md names approvers, nothing is sent before one of them has approved it.")
def test_without_an_approval_nothing_leaves(asking: Office) -> None:
    ran = send(asking)
    assert ran.code == 2
    assert "has not been approved" in ran.err
    assert "mailer approve harbour-report --by NAME` (Marta Ruiz, Jon Doe)" in ran.err
    assert asking.nothing_was_ever_sent()

    assert approve(asking).code == 0
    ran = send(asking)
    assert ran.code == 0, ran.err
    assert len(asking.got()) == 11
    assert "Approved  by Marta Ruiz" in ran.err
    assert "from this same account" in ran.err


@promise("An office that names no approvers is asked for no approval.")
def test_nobody_named(office: Office) -> None:
    assert send(office).code == 0
    ran = approve(office)
    assert ran.code == 2
    assert "names nobody who may approve" in ran.err


@promise("An approval is for the words that were approved.")
@pytest.mark.parametrize("edited", ["harbour-report.md", "harbour-report.es.md", "newsroom.md"])
def test_a_changed_word(asking: Office, edited: str) -> None:
    assert approve(asking).code == 0
    path = asking.workspace.newsroom if edited == "newsroom.md" else asking.workspace.releases / edited
    word, instead = {"newsroom.md": ("Fulmar", "Gannet")}.get(edited, ("1987", "1988"))
    asking.edit(path, word, instead)
    ran = send(asking)
    assert ran.code == 2
    assert f"has changed since {NAME} approved it" in ran.err
    assert "mailer diff harbour-report --since approval" in ran.err
    assert asking.nothing_was_ever_sent()
    asking.edit(path, instead, word)  # taken back, it is what was approved
    assert send(asking).code == 0


@promise("An approval is for the people it was given for, and for nobody else.")
def test_other_people(asking: Office) -> None:
    asking.list("few", "ana@example.net,Ana,,,", "ben@example.net,Ben,,,")
    asking.list("more", "ana@example.net,Ana,,,", "cleo@example.net,Cleo,,,")
    assert approve(asking, "--list", "few").code == 0
    ran = send(asking, "--list", "more")
    assert ran.code == 2
    assert "approved for 2 people, and these are not among them: cleo@example.net" in ran.err
    assert asking.nothing_was_ever_sent()
    assert asking.run("suppress", "ben@example.net").code == 0
    ran = send(asking, "--list", "few")  # who was taken off since is not waited for
    assert ran.code == 0, ran.err
    assert asking.got() == ["ana@example.net"]


@promise("Only those whom newsroom.md names may approve.")
def test_who_may(asking: Office) -> None:
    ran = approve(asking, by="Marta Ruis")
    assert ran.code == 2
    assert "may not approve" in ran.err
    assert f"--by “{NAME}”?" in ran.err
    assert approve(asking, by="  marta  RUIZ ").code == 0
    asking.edit(asking.workspace.newsroom, f"- {NAME}\n", "")
    ran = send(asking)
    assert ran.code == 2
    assert f"{NAME} approved “{RELEASE}”, but may not any more" in ran.err


@promise("An approval that was not made with the office's key is none.")
def test_forged(asking: Office) -> None:
    assert approve(asking, by="Jon Doe").code == 0
    with closing(sqlite3.connect(asking.workspace.ledger)) as db, db:
        db.execute("UPDATE snapshots SET by = ?", (NAME,))
    ran = send(asking)
    assert ran.code == 2
    assert "not signed with this office's SECRET_KEY" in ran.err
    assert approve(asking, SECRET_KEY="another one").code == 0
    assert "not signed" in send(asking).err
    ran = approve(asking, SECRET_KEY="")
    assert ran.code == 2
    assert "SECRET_KEY is empty" in ran.err
    assert asking.nothing_was_ever_sent()


@promise("What is approved is shown first, and the number of people is typed.")
def test_asked(asking: Office) -> None:
    ran = asking.typing("11\n", "approve", RELEASE, "--by", NAME, SECRET_KEY=KEY)
    assert ran.code == 0
    assert "Type 11 to approve this as Marta Ruiz" in ran.out
    assert "El agua de los puertos" in ran.out
    ran = asking.typing("10\n", "approve", RELEASE, "--by", NAME, SECRET_KEY=KEY)
    assert ran.code == 2
    assert "Nothing was approved." in ran.out
    ran = asking.run("approve", RELEASE, "--by", NAME, SECRET_KEY=KEY)
    assert ran.code == 2
    assert "nothing was approved" in ran.err


@promise("What may not be sent can't be approved.")
def test_unfit(asking: Office) -> None:
    asking.edit(asking.release(), "1987", "TODO")
    ran = approve(asking)
    assert ran.code == 1
    assert "placeholder-text" in ran.err


@promise("`mailer diff` says which words changed since the approval, and shows both mails beside each other.")
def test_what_changed(asking: Office) -> None:
    ran = asking.run("diff", RELEASE, SECRET_KEY=KEY)
    assert ran.code == 2
    assert "never proofed, approved or sent" in ran.err
    assert approve(asking).code == 0
    ran = asking.run("diff", RELEASE, SECRET_KEY=KEY)
    assert ran.code == 0
    assert ran.out.splitlines() == ["en: the same, to the last sign", "es: the same, to the last sign"]
    asking.edit(asking.release(), "1987", "1988")
    ran = asking.run("diff", RELEASE, "--since", "approval", SECRET_KEY=KEY)
    assert "approval of " in ran.err
    assert NAME in ran.err
    assert "1987" in ran.out
    assert "1988" in ran.out
    assert "es: the same, to the last sign" in ran.out
    page = (asking.workspace.private / "diffs" / f"{RELEASE}.html").read_text("utf-8")
    assert page.count("<iframe sandbox ") == 4
    assert "&lt;mark" in page
    assert "<script" not in page
    ran = asking.run("diff", RELEASE, "--since", "sending", SECRET_KEY=KEY)
    assert ran.code == 2
    assert "never sent" in ran.err


@promise("A proof and a sending are remembered too, for what changed since them.")
def test_since_a_proof(office: Office) -> None:
    assert office.run("send", RELEASE, "--test", "desk@example.org", "--yes").code == 0
    office.edit(office.release(), "Dateline: Portmellon", "Dateline: Skerry Head")
    ran = office.run("diff", RELEASE)
    assert "Since the proof of " in ran.err
    assert "Skerry Head" in ran.out
    assert send(office, SECRET_KEY="").code == 0
    assert "Since the sending of " in office.run("diff", RELEASE).err


@promise("The log says who did what when: orders and how they ended, approvals, suppressions.")
def test_log(asking: Office) -> None:
    assert asking.run("log").out == ""
    approve(asking)
    send(asking)
    asking.run("suppress", "ana@example.net", "--reason", "by phone")
    asking.run("unsuppress", "ana@example.net")
    lines = json.loads(asking.run("log", "--json").out)
    assert [line["did"] for line in lines] == ["approve", "send", "end of sending", "suppress", "unsuppress"]
    assert all("@" in line["who"] and line["at"] for line in lines)
    assert lines[0]["by"] == NAME
    assert lines[1]["recipients"] == 11
    assert lines[2]["states"] == {"accepted": 11}
    assert KEY not in (asking.workspace.private / "log").read_text("utf-8")
    assert len(asking.run("log", RELEASE).out.splitlines()) == 3
    assert len(asking.run("log", "--last", "1").out.splitlines()) == 1


@promise("Who was forgotten stands in the log no more.")
def test_forgotten_in_the_log(office: Office) -> None:
    office.run("suppress", "Ana.Long@example.net", "--reason", "by phone")
    office.run("forget", "ana.long@example.net", "--yes")
    text = "".join(path.read_text("utf-8") for path in office.workspace.private.glob("log*"))
    assert "example.net" not in text
    lines = json.loads(office.run("log", "--json").out)
    assert [(line["did"], line.get("address", "")) for line in lines] == [
        ("suppress", "[forgotten]"),
        ("forget", ""),
    ]
