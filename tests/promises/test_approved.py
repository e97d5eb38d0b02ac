"""A second person's word: what they approved is what leaves, to whom they approved it."""

from __future__ import annotations

import json

import pytest
from support.office import RELEASE, Office
from support.promises import promise

from mailer.delivery import Ledger

KEY = "a long random text of this office"
NAME = "Marta Ruiz"
PAGE = "docs/guide/approval.md"
WHO = "Say to `mailer approve` what will be said to `mailer send` about who gets it: `--list` and the others, `--newcomers` and `--any-language` of a correction, and `--at`, as an embargo that is over by then, or a follow-up's pause, decides who gets it."


@pytest.fixture
def asking(office: Office) -> Office:
    """An office that sends nothing without a second person's word."""
    office.edit(office.workspace.newsroom, "---\n\n", f"Approvers:\n- {NAME}\n- Jon Doe\n---\n\n")
    return office


def approve(office: Office, *arguments: str, by: str = NAME, **settings: str):
    return office.run("approve", RELEASE, "--by", by, "--yes", *arguments, **{"SECRET_KEY": KEY} | settings)


def send(office: Office, *arguments: str, **settings: str):
    return office.run("send", RELEASE, "--yes", *arguments, **{"SECRET_KEY": KEY} | settings)


@promise(
    PAGE,
    "From then on, `mailer send` sends nothing new without an approval by one of them.",
    "It writes down from which account an approval came, and says before sending if that is the account that sends.",
)
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


@promise(PAGE, "Name in `newsroom.md` who may approve:")
def test_nobody_named(office: Office) -> None:
    assert send(office).code == 0
    ran = approve(office)
    assert ran.code == 2
    assert "names nobody who may approve" in ran.err


@promise(
    PAGE,
    "A changed word, picture, contact, date or sender, in the release or in `newsroom.md`: not sent.",
    "`mailer diff` shows what changed; have it approved again, or take the change back.",
)
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


@promise(
    PAGE,
    "Somebody who was not among the people approved: not sent, and they are named.",
    "Somebody who was taken off since: sent to the others.",
)
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


@promise(PAGE, "From then on, `mailer send` sends nothing new without an approval by one of them.")
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


@promise(
    PAGE,
    "The approver needs the same workspace and the same `SECRET_KEY`, which signs the approval: whoever can write to the ledger, but does not know the key, can't make one.",
    "If the key is changed, earlier approvals are void.",
)
def test_forged(asking: Office) -> None:
    assert approve(asking, by="Jon Doe").code == 0
    with Ledger(asking.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE approvals SET by = ?", (NAME,))
    ran = send(asking)
    assert ran.code == 2
    assert "not signed with this office's SECRET_KEY" in ran.err
    assert approve(asking, SECRET_KEY="another one").code == 0
    assert "not signed" in send(asking).err
    ran = approve(asking, SECRET_KEY="")
    assert ran.code == 2
    assert "SECRET_KEY is empty" in ran.err
    assert asking.nothing_was_ever_sent()


@promise(PAGE, "You see what would leave, and type the number of people.")
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


@promise(PAGE, WHO)
def test_who_gets_it_is_said_in_both(asking: Office) -> None:
    asking.list("press", "ana@example.net,Ana,,es,", "ben@example.net,Ben,,en,")
    assert approve(asking).code == 0
    assert send(asking).code == 0
    asking.release(f"{asking.correction()}.es").unlink()
    asking.list("press", "cleo@example.net,Cleo,,en,")
    others = ("--newcomers", "--any-language", "--list", "press", "--yes")
    both = {"SECRET_KEY": KEY}
    assert asking.run("send", "better", *others, **both).code == 2
    ran = asking.run("approve", "better", "--by", NAME, *others, **both)
    assert (ran.code, f"Approved by {NAME}: 3 recipients" in ran.err) == (0, True), ran.err
    assert asking.run("send", "better", *others, **both).code == 0
    assert sorted(asking.got()[2:]) == ["ana@example.net", "ben@example.net", "cleo@example.net"]


@promise(PAGE, WHO)
def test_when_it_leaves_decides_who_gets_it(asking: Office) -> None:
    """Nobody of the list is marked as accepting embargoes; when this one is over, everybody gets it."""
    asking.add_fields("Embargo: 2099-12-01 05:00 UTC")
    later = ("--at", "2099-12-01 05:00 UTC")
    assert approve(asking).code == 1, "nobody would get it now"
    assert approve(asking, *later).code == 0
    assert send(asking, "--no-wait", *later).code == 0


@promise(PAGE, "What could not be sent can't be approved.")
def test_unfit(asking: Office) -> None:
    asking.edit(asking.release(), "1987", "TODO")
    ran = approve(asking)
    assert ran.code == 1
    assert "placeholder-text" in ran.err
    assert "errors: nothing was approved." in ran.err


@promise(
    PAGE,
    "It also writes a page with the emails side by side, the changed words marked (`.mailer/diffs/RELEASE.html`; `--out` for another place).",
)
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
    for _ in range(2):  # its own page is written anew
        assert asking.run("diff", RELEASE, "--out", "changed.html", SECRET_KEY=KEY).code == 0
    people = asking.workspace.lists / "press.csv"
    before = people.read_bytes()
    ran = asking.run("diff", RELEASE, "--out", str(people), SECRET_KEY=KEY)
    assert ran.code == 2
    assert "it would be lost" in ran.err
    assert people.read_bytes() == before
    ran = asking.run("diff", RELEASE, "--since", "sending", SECRET_KEY=KEY)
    assert ran.code == 2
    assert "never sent" in ran.err


@promise(
    PAGE,
    "`mailer diff RELEASE` compares the release as it is now with its newest proof, approval or sending (`--since` says which): each paragraph of the email's text that differs, with the words that go and come, subject and sender included.",
)
def test_since_a_proof(office: Office) -> None:
    assert office.run("send", RELEASE, "--test", "desk@example.org", "--yes").code == 0
    assert not office.workspace.ledger.exists(), "a proof is not in the ledger"
    office.edit(office.release(), "Dateline: Portmellon", "Dateline: Skerry Head")
    ran = office.run("diff", RELEASE)
    assert "Since the proof of " in ran.err
    assert "Skerry Head" in ran.out
    assert send(office, SECRET_KEY="").code == 0
    assert "Since the sending of " in office.run("diff", RELEASE).err


@promise(PAGE, "No password stands in it.", "`mailer log` prints it, `--json` for programs.")
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


@promise(PAGE, "`mailer forget` takes the person's address out of it.")
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


@promise(
    PAGE,
    "What was approved and sent once needs no further approval: `mailer resume` sends what is left of it.",
)
def test_what_is_left_of_it(asking: Office) -> None:
    assert approve(asking).code == 0
    asking.killed_at("dot", 3, "send", RELEASE, "--yes", SECRET_KEY=KEY, SMTP_CONNECTIONS="1")
    asking.edit(asking.release(), "1987", "1988")  # no longer what was approved
    assert asking.run("resume", RELEASE, "--yes", SECRET_KEY=KEY).code in (0, 1)
    assert asking.counts()["accepted"] >= 9


@promise(
    PAGE,
    "If the words are the same and the email is not, it says what is: how it is set, pictures, attachments, a header field.",
)
def test_what_reads_the_same(office: Office) -> None:
    assert office.run("send", RELEASE, "--test", "desk@example.org", "--yes").code == 0
    office.edit(office.workspace.newsroom, "#0b5563", "#5b0b63")
    office.edit(office.workspace.newsroom, "Reply-to: newsdesk", "Reply-to: answers")
    ran = office.run("diff", RELEASE, UNSUBSCRIBE_MAILTO="newsdesk@example.org")
    assert (
        "en: it reads the same; not the same: how it is set, or its pictures, the header field Reply-To"
        in ran.out
    )


# ---- with what follows a release, and what leaves later ------------------------------------------------


def test_a_changed_text_of_one_that_was_sent_is_a_correction_s(asking: Office) -> None:
    assert approve(asking).code == 0
    assert send(asking).code == 0
    asking.edit(asking.release(), "1987", "1988")
    for ran in (approve(asking), send(asking)):
        assert ran.code == 2
        assert "(en) was changed after it was sent" in ran.err
        assert f"mailer correct {RELEASE}" in ran.err


def test_a_correction_is_approved_for_newcomers_too(asking: Office) -> None:
    assert approve(asking).code == 0
    assert send(asking).code == 0
    name = asking.correction()
    asking.list("new", "new.one@example.net,New One,The Reef,en,")
    chosen = (name, "--newcomers", "--list", "new", "--yes")
    ran = asking.run("approve", *chosen, "--by", NAME, SECRET_KEY=KEY)
    assert ran.code == 0, ran.err
    assert "Approved by Marta Ruiz: 12 recipients" in ran.err
    ran = asking.run("send", *chosen, SECRET_KEY=KEY)
    assert ran.code == 0, ran.err
    assert len(asking.mails("new.one@example.net")) == 1


def test_a_correction_is_approved_for_those_whose_language_it_lacks(asking: Office) -> None:
    assert approve(asking).code == 0
    assert send(asking).code == 0
    name = asking.correction()
    asking.release(f"{name}.es").unlink()
    assert asking.run("approve", name, "--by", NAME, "--yes", SECRET_KEY=KEY).code == 1
    for command in (("approve", name, "--by", NAME), ("send", name)):
        ran = asking.run(*command, "--any-language", "--yes", SECRET_KEY=KEY)
        assert ran.code == 0, ran.err


def test_what_leaves_after_its_embargo_is_approved_as_it_leaves_then(asking: Office) -> None:
    asking.add_fields("Embargo: December 1, 2099, 10:00 Europe/London")
    later = ("--at", "2099-12-01 10:01 Europe/London")
    assert "Nobody would get it" in approve(asking).err
    ran = approve(asking, *later)
    assert ran.code == 0, ran.err
    assert "When  2099-12-01 10:01 Europe/London" in ran.err
    ran = send(asking, *later, "--no-wait")
    assert ran.code == 0, ran.err


def test_what_changed_is_told_by_paragraphs_not_by_where_lines_break(asking: Office) -> None:
    assert approve(asking).code == 0
    asking.edit(
        asking.release(), "more than in any year since", "very many more than in any single year since"
    )
    ran = asking.run("diff", RELEASE, "--since", "approval", SECRET_KEY=KEY)
    assert [line.strip()[:1] for line in ran.out.splitlines()] == ["e", "-", "+", "e"], ran.out


def test_each_act_has_its_line(asking: Office) -> None:
    assert approve(asking).code == 0
    assert send(asking).code == 0
    for command in ("correct", "follow-up", "archive", "publish"):
        assert asking.run(command, RELEASE).code == 0
    acts = [line["did"] for line in json.loads(asking.run("log", "--json").out)]
    assert acts == ["approve", "send", "end of sending", "correct", "follow-up", "archive", "publish"]
