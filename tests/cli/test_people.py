"""`mailer people`: a person's history, asked for as staff ask, after real sendings and what came back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bounce_corpus import ANA, BEN, bounces
from support.office_that_sent import RELEASE, OfficeThatSent, office_that_sent
from support.other_mail import others
from support.returned import ENVELOPE_FROM
from support.sent_mail import returned, send_to
from support.terminal import mailer

from mailer.delivery import Feedback, Ledger
from mailer.workspace import Workspace

CORPUS = {sample.name: sample.content for sample in bounces()}
READER = "priya.n@example.com"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeThatSent]:
    with office_that_sent(tmp_path_factory.mktemp("office")) as office:
        yield office


def about(workspace: Workspace, address: str) -> dict[str, Any]:
    ran = mailer("people", address, "--json", cwd=workspace.root)
    assert ran.code in (0, 1), ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def letter(sender: str, token: str, *more: str, day: int = 4) -> bytes:
    header = (
        f"From: Somebody <{sender}>", "To: press@example.org", "Subject: Re: Harbour report",
        f"Date: Wed, {day} Mar 2026 10:00:00 +0000", f"Message-ID: <{day}.{sender}>",
        f"In-Reply-To: <{token}@example.org>", *more,
    )  # fmt: skip
    return "\n".join((*header, "", "Could you send me the zanzibar numbers?", "")).encode()


def test_it_says_on_which_lists_they_are_what_they_got_and_that_they_get_the_next(
    office: OfficeThatSent,
) -> None:
    ran = mailer("people", READER, cwd=office.workspace.root)
    assert ran.code == 0, ran.err
    lists, mails = ran.out.splitlines()
    assert lists.split("\t")[:2] == ["lists/press.csv:7", "mailed"]
    release, state, day, said = mails.split("\t")
    assert (release, state) == (RELEASE, "accepted")
    assert len(day) == len("2026-03-02")
    assert "250" in said
    assert f"{READER} gets a release that goes to press." in ran.err
    assert f"Last email: {RELEASE}, {day}, accepted; no answer on record." in ran.err


def test_an_answer_is_remembered_by_its_day_and_not_by_its_words(office: OfficeThatSent) -> None:
    token = office.tokens[READER]
    office.reads(letter(READER, token), letter(READER, token, "Auto-Submitted: auto-replied", day=3))
    [mail] = about(office.workspace, READER)["mails"]
    assert [(a["at"][:10], a["automatic"]) for a in mail["answers"]] == [
        ("2026-03-03", True),
        ("2026-03-04", False),
    ]
    said = mailer("people", READER, cwd=office.workspace.root)
    assert "last answered on 2026-03-04." in said.err
    assert f"{RELEASE}\tanswered\t2026-03-04" in said.out
    if isinstance(office.workspace.ledger, Path):
        assert b"zanzibar" not in office.workspace.ledger.read_bytes()


def test_somebody_elses_letter_about_the_mail_is_no_answer_of_its_reader(office: OfficeThatSent) -> None:
    other = next(address for address in office.tokens if address != READER)
    office.reads(letter("stranger@example.net", office.tokens[other]))
    [mail] = about(office.workspace, other)["mails"]
    assert mail["answers"] == []


def test_who_bounced_is_out_and_it_says_why(workspace: Workspace, tmp_path: Path) -> None:
    tokens = send_to(workspace, ANA, BEN)
    box = tmp_path / "returned.mbox"
    box.write_bytes(b"From x\n" + returned(CORPUS["postfix, unknown user at a remote"], tokens[ANA]))
    (workspace.lists / "faro.csv").write_text(f"email,name\n{ANA},Ana\n{BEN},Ben\n")
    ran = mailer("bounces", "--mbox", str(box), cwd=workspace.root, ENVELOPE_FROM=ENVELOPE_FROM)
    assert ran.code == 0, ran.err
    found = about(workspace, ANA)
    assert found["gets"] is False
    assert found["why"].startswith("is never mailed: bounced: 5.1.1")
    assert [(row["file"], row["line"], row["standing"]) for row in found["lists"]] == [
        ("lists/faro.csv", 2, "suppressed")
    ]
    assert [(mail["state"], "User unknown" in mail["said"]) for mail in found["mails"]] == [("bounced", True)]


def test_each_list_says_for_itself_why_not(workspace: Workspace) -> None:
    (workspace.lists / "one.csv").write_text("email,name,status\nana@example.org,Ana,unsubscribed\n")
    (workspace.lists / "two.csv").write_text("email,name,notes\nbo@example.org,Bo,or ana@example.org\n")
    (workspace.lists / "broken.csv").write_text("nothing,here\n1,2\n")
    ran = mailer("people", "ANA@example.org", cwd=workspace.root)
    assert ran.code == 0
    rows = [line.split("\t")[:2] for line in ran.out.splitlines()]
    assert rows == [
        ["lists/broken.csv", "the list can't be read"],
        ["lists/one.csv:2", "not active"],
        ["lists/two.csv:2", "named in another column"],
    ]
    assert "is on no list that would mail them: not active (lists/one.csv:2)" in ran.err


def test_this_machine_may_not_mail_them(workspace: Workspace) -> None:
    found = mailer("people", READER, cwd=workspace.root, ALLOW_ONLY="*@example.net")
    assert "is not among those whom this machine may mail" in found.err


def test_nobody_is_an_answer_too(workspace: Workspace) -> None:
    ran = mailer("people", "nobody@example.net", cwd=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert "Nothing is known about nobody@example.net." in ran.err
    assert mailer("people", "no address", cwd=workspace.root).code == 2


def test_forgetting_takes_the_answers_too(tmp_path: Path) -> None:
    with office_that_sent(tmp_path) as office:
        office.reads(letter(READER, office.tokens[READER]))
        assert about(office.workspace, READER)["mails"][0]["answers"]
        assert mailer("forget", READER, "--yes", cwd=office.workspace.root).code in (0, 1)
        found = about(office.workspace, READER)
        assert (found["mails"], found["lists"]) == ([], [])
        assert found["suppressed"]["reason"] == "forgotten"


def test_that_they_reported_a_mail_as_spam_is_shown_and_counted(tmp_path: Path) -> None:
    """The count outlives the person: it is how the office's reputation is reckoned."""
    complaint = next(sample.content for sample in others() if sample.name == "spam complaint")
    with office_that_sent(tmp_path) as office:
        assert office.reads(returned(complaint, office.tokens[READER])).code == 0
        (mail,) = about(office.workspace, READER)["mails"]
        assert mail["complained"].startswith("2026-03-03")
        shown = mailer("people", READER, cwd=office.workspace.root).out
        assert f"{RELEASE}\treported as spam\t2026-03-03" in shown
        mailer("forget", READER, "--yes", cwd=office.workspace.root)
        with Ledger(office.workspace.ledger) as ledger:
            assert Feedback(ledger).complaints(0) == (1, len(office.tokens))


def test_a_row_with_words_that_are_not_understood_is_told_as_what_it_is(workspace: Workspace) -> None:
    (workspace.lists / "odd.csv").write_text("email\nzoe@example.net old desk\n")
    ran = mailer("people", "zoe@example.net", cwd=workspace.root)
    assert "lists/odd.csv:2\taddress can't be used\t" in ran.out
    assert "is on no list that would mail them: address can't be used (lists/odd.csv:2)" in ran.err


def test_a_list_that_cannot_be_read_says_nothing_about_a_person(workspace: Workspace) -> None:
    (workspace.lists / "asks.csv").write_text("email,Status\nana@example.net,Freelance\n")
    ran = mailer("people", "zoe@example.net", cwd=workspace.root)
    assert (ran.code, "Nothing is known about zoe@example.net" in ran.err) == (1, True)
    assert "the list can't be read" in ran.out
