"""What comes to an office after it really sent a release, and is no proof that anybody's mail bounced.

Each is tried with a bounce address that bears a token, and without one, when all comes to the sender's own mailbox.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from support.bounce_corpus import DAEMON
from support.breadth import some
from support.office_that_sent import OFFICE, OfficeThatSent, office_that_sent
from support.own_office import ADDRESS
from support.returned import dsn, fields, note

from mailer.workspace import Workspace

SAM, JANE, DESK = "ana.ruiz@example.net", "priya.n@example.com", "k.lindqvist@example.net"
"""Sam has left; Jane and the desk, who are mailed too, take over."""


@pytest.fixture(
    scope="module", params=[OFFICE["ENVELOPE_FROM"], "bounces@example.org"], ids=["token", "no token"]
)
def sent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfficeThatSent]:
    with office_that_sent(tmp_path_factory.mktemp("sent"), ENVELOPE_FROM=request.param) as office:
        yield office


@pytest.fixture
def office(sent: OfficeThatSent, tmp_path: Path) -> OfficeThatSent:
    """The office just after sending: each test has its own."""
    root = tmp_path / "press-office"
    shutil.copytree(sent.workspace.root, root)
    return replace(sent, workspace=Workspace(root))


def untouched(office: OfficeThatSent) -> bool:
    return not office.suppressed() and not office.bounced()


def to_sender_of(office: OfficeThatSent, address: str) -> str:
    """Where the answer of a program goes: to the return path of the mail that this person got."""
    return office.settings["ENVELOPE_FROM"].format(token=office.tokens[address])


LEFT = {
    "English": ("I have left", f"I have left the Tribune. Please write to {JANE} or {DESK}.\n"),
    "English, with a bounce's words": (
        "Mail not delivered", f"This address no longer exists; your message was not delivered.\n\n{JANE}\n{DESK}\n"),
    "French": ("Adresse inconnue", f"J'ai quitté le journal, cette adresse n'existe plus. Écrivez à {JANE} ou {DESK}.\n"),
    "German": ("Unzustellbar", f"Ich habe die Redaktion verlassen, diese Adresse existiert nicht mehr. Bitte an {JANE} oder {DESK}.\n"),
    "Spanish": ("Correo devuelto", f"Ya no trabajo aquí y esta dirección no existe. Escriba a {JANE} o {DESK}.\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", some(LEFT, 5))
@pytest.mark.parametrize("null", [True, False], ids=["null return path", "own return path"])
@pytest.mark.parametrize("sender", [SAM, "desk@example.net", "Herald Newsroom <newsroom@example.net>"])
def test_who_has_left_takes_nobody_off(office: OfficeThatSent, name: str, null: bool, sender: str) -> None:
    """Unmarked, from Sam's own mailbox or from the desk that answers for him, with the token of Sam's mail."""
    subject, body = LEFT[name]
    office.reads_folder(
        note(sender=sender, subject=subject, body=body, to=to_sender_of(office, SAM), null=null)
    )
    assert untouched(office)


@pytest.mark.parametrize(
    "mark",
    ["List-Id: <tips.example.com>", "List-Unsubscribe: <mailto:x@example.com>", "Precedence: list"],
)
def test_what_a_list_sends_is_no_bounce(office: OfficeThatSent, mark: str) -> None:
    body = f"Ten reasons why mail comes back.\n\n<{SAM}>: 550 5.1.1 user unknown\n"
    ran = office.reads_folder(
        note(sender="Postmaster News <postmaster@news.example.com>", subject="Returned mail", body=body,
             header=f"{mark}\n", to=ADDRESS, null=False)
    )  # fmt: skip
    assert untouched(office)
    assert "1 other" in ran.err


def test_a_colleague_who_quotes_user_unknown_proves_nothing(office: OfficeThatSent) -> None:
    body = f"Hello, your mail to Sam came back to us:\n\n> {SAM}: 550 5.1.1 user unknown\n> Message-ID: <{office.tokens[SAM]}@example.org>\n"
    letters = [
        note(sender=f"Jane <{JANE}>", subject=subject, body=body, to=to, null=False)
        for subject in ("Undeliverable: Harbour report", "Your mail to Sam", "Fwd: Returned mail")
        for to in (ADDRESS, to_sender_of(office, SAM))
    ]
    ran = office.reads_folder(*letters)
    assert untouched(office)
    assert "Left alone; you may want to read these" in ran.err


def test_a_bounce_that_somebody_forwards_is_a_letter(office: OfficeThatSent) -> None:
    """With its status fields as a part of the letter, as some programs forward, and with the token of Sam's mail."""
    report = dsn(sender=DAEMON, subject="Undelivered Mail Returned to Sender", to=SAM, talk="I'm sorry.\n",
                 fields=fields(SAM, "5.1.1", "550 5.1.1 User unknown"), outer="multipart/mixed")  # fmt: skip
    letter = report.replace(b"Return-Path: <>", f"Return-Path: <{JANE}>".encode(), 1)
    letter = letter.replace(f"From: {DAEMON}".encode(), f"From: Jane <{JANE}>".encode(), 1)
    office.reads_folder(letter.replace(b"5e1f0c2a9b7d4e6f8a0b1c2d", office.tokens[SAM].encode()))
    assert untouched(office)


@pytest.mark.parametrize("form", ["report", "words"])
def test_a_forged_bounce_is_listed_and_not_even_recorded(office: OfficeThatSent, form: str) -> None:
    if form == "report":
        forged = dsn(sender=DAEMON, subject="Undelivered Mail Returned to Sender", to=SAM, talk="I'm sorry.\n",
                     fields=fields(SAM, "5.1.1", "550 5.1.1 User unknown"), returned="To: x\n")  # fmt: skip
    else:
        forged = note(
            sender=DAEMON, subject="failure notice", body=f"<{SAM}>:\n550 5.1.1 user unknown\n", to=ADDRESS
        )
    for date in (b"Tue, 3 Mar 2026 09:00:05 +0000", b"Tue, 3 Mar 2026 10:12:00 +0000"):
        forged = forged.replace(date, format_datetime(datetime.now(UTC)).encode())
    ran = office.reads_folder(forged.replace(b"5e1f0c2a9b7d4e6f8a0b1c2d", b"0" * 24))
    assert untouched(office)
    assert ran.out.split("\t")[:2] == [SAM, "for you to decide"]
    assert f"mailer suppress {SAM}" in ran.out


def test_addresses_in_prose_are_no_ground(office: OfficeThatSent) -> None:
    """Sam's mail did bounce; his server suggests two others."""
    body = f"<{SAM}>:\n550 5.1.1 user unknown. Please write to {JANE} or {DESK} instead; {JANE} is no longer valid either.\n"
    office.reads_folder(note(sender=DAEMON, subject="failure notice", body=f"{body}\n--- Below this line is a copy of the message.\n\n"
                             f"Message-ID: <{office.tokens[SAM]}@example.org>\n", to=to_sender_of(office, SAM)))  # fmt: skip
    assert office.suppressed() == office.bounced() == {SAM}


def test_who_is_named_in_prose_is_not_even_proposed(office: OfficeThatSent) -> None:
    """Nothing proves it, and whom to write to instead is not who was not reached."""
    body = f"Your message was not delivered. Sam has left: write to {JANE}, or to the desk ({DESK}).\n"
    ran = office.reads_folder(
        note(sender=DAEMON, subject="Undelivered Mail Returned to Sender", body=body, to=ADDRESS)
    )
    assert untouched(office)
    assert ran.out.split("\t")[:3] == [
        "?",
        "for you to decide",
        "a bounce that names nobody: read it yourself\n",
    ]
    assert "mailer suppress" not in ran.out


def test_a_bounce_that_names_nobody_is_about_whose_token_it_bears(office: OfficeThatSent) -> None:
    body = (
        "The message could not be delivered: 550 5.1.1 user unknown\n\n--- Below this line is a copy of the message.\n\n"
        f"Message-ID: <{office.tokens[SAM]}@example.org>\n"
    )
    office.reads_folder(
        note(sender=DAEMON, subject="Undeliverable mail", body=body, to=to_sender_of(office, SAM))
    )
    assert office.suppressed() == office.bounced() == {SAM}


def test_the_same_office_still_learns_of_a_real_bounce(office: OfficeThatSent) -> None:
    report = dsn(sender=DAEMON, subject="Undelivered Mail Returned to Sender", to=SAM, talk="I'm sorry.\n",
                 fields=fields(SAM, "5.1.1", "550 5.1.1 User unknown"))  # fmt: skip
    office.reads_folder(report.replace(b"5e1f0c2a9b7d4e6f8a0b1c2d", office.tokens[SAM].encode()))
    assert office.suppressed() == office.bounced() == {SAM}


def test_whose_wish_it_is_is_proven_and_shown(office: OfficeThatSent) -> None:
    """Anybody can write “unsubscribe” in Sam's name; by the token of his mail it is his, whoever returns it."""
    forged = note(sender=SAM, subject="unsubscribe", body="", to=OFFICE["UNSUBSCRIBE_MAILTO"], null=False)
    ran = office.reads_folder(forged)
    assert untouched(office)
    assert ran.out.split("\t")[:2] == [SAM, "for you to decide"]
    token = office.tokens[SAM]
    wish = note(sender="sam@home.example.com", subject=f"unsubscribe {token}", body="", to=OFFICE["UNSUBSCRIBE_MAILTO"], null=False)  # fmt: skip
    ran = office.reads_folder(forged, wish)
    assert office.suppressed() == {SAM}
    assert ran.out.split("\t")[:3] == [SAM, "unsubscribed", "asked by sam@home.example.com"]
