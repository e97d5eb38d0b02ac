"""docs/guide/bounces.md: real bounces, made-up ones, and letters that look like wishes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.bounce_corpus import ANA, BEN, bounces
from support.office import RELEASE, Office
from support.other_mail import others
from support.promises import promise
from support.returned import ENVELOPE_FROM, TOKEN, note

PAGE = "docs/guide/bounces.md"
CORPUS = {sample.name: sample.content for sample in (*bounces(), *others())}
DEAD = "postfix, unknown user at a remote"
FULL = "postfix, full mailbox"


def sent(office: Office, release: str = RELEASE) -> dict[str, str]:
    """Sends a release to Ana and Ben, in earnest: each one's token, as it stood on the wire."""
    office.list("two", f"{ANA},Ana,,en,", f"{BEN},Ben,,en,")
    before = len(office.server.commands)
    ran = office.run(
        "send", release, "--list", "two", "--yes", ENVELOPE_FROM=ENVELOPE_FROM, SMTP_CONNECTIONS="1"
    )
    assert ran.code == 0, ran.err
    said = "\n".join(office.server.commands[before:])
    pairs = re.findall(r"MAIL FROM:<bounces\+(\w+)@example\.org>.*\nRCPT TO:<([^>]+)>", said)
    return {address: token for token, address in pairs}


def read(office: Office, *mails: bytes, more: tuple[str, ...] = ()) -> tuple[str, str, Path]:
    """`mailer bounces` of a mailbox with these mails: what it printed, and the mailbox."""
    box = office.workspace.root.parent / "returned.mbox"
    box.write_bytes(
        b"".join(b"From MAILER-DAEMON Tue Mar  3 09:00:05 2026\n" + mail.rstrip() + b"\n\n" for mail in mails)
    )
    ran = office.run("bounces", "--mbox", str(box), *more, ENVELOPE_FROM=ENVELOPE_FROM)
    assert ran.code == 0, ran.err
    return ran.out, ran.err, box


def of(name: str, token: str) -> bytes:
    return CORPUS[name].replace(TOKEN.encode(), token.encode())


def suppressed(office: Office) -> str:
    return office.workspace.suppressed.read_text("utf-8")


@promise(
    PAGE,
    "That is how a real bounce is told from a made-up one: without a token of yours nobody is"
    " suppressed, whatever a message says, and with one only the person whose email carried it.",
    "Nothing is changed.",
)
def test_somebody_wants_to_take_others_off(office: Office) -> None:
    tokens = sent(office)
    made_up = of(DEAD, "0" * 24)
    about_ana_with_bens = of(DEAD, tokens[BEN])
    out, _, _ = read(office, made_up, about_ana_with_bens)
    assert ANA not in suppressed(office)
    assert office.states()[ANA] == "accepted"
    assert "for you to decide" in out
    read(office, of(DEAD, tokens[ANA]))
    assert ANA in suppressed(office), "the real one counts"


@promise(
    PAGE,
    "Run it as often as you like, from a timer too: each message is handled once, and no mailbox is changed.",
    "Add `--dry-run` to see first what would happen.",
    "One bounce of the “no such mailbox” sort is enough.",
    "A correction is not sent to them.",
)
def test_read_again_and_again(office: Office) -> None:
    tokens = sent(office)
    out, _, box = read(office, of(DEAD, tokens[ANA]), more=("--dry-run",))
    assert out.startswith(f"{ANA}\tsuppressed")
    assert (ANA in suppressed(office), office.states()[ANA]) == (False, "accepted")
    before = box.read_bytes()
    assert read(office, of(DEAD, tokens[ANA]))[0].startswith(f"{ANA}\tsuppressed")
    assert office.run("unsuppress", ANA).code == 0
    assert read(office, of(DEAD, tokens[ANA]))[0] == "", "not once more"
    assert (ANA in suppressed(office), box.read_bytes()) == (False, before)
    assert office.states() == {ANA: "bounced", BEN: "accepted"}
    office.server.accepted.clear()
    assert office.run("send", office.correction(), "--yes").code == 0
    assert office.got() == [BEN]


@promise(
    PAGE,
    "A full mailbox, or one that can't be reached, must bounce three different emails, the first and"
    " the last at least 14 days apart.",
    "Blocklists, policies, a missing DKIM signature: that says nothing about the address, so it is"
    " never suppressed.",
    "Automatic replies are skipped, even those that mention bounces: the email did arrive.",
    "“Re: Baja” in reply to a release is a letter, not a request: it may be about Baja California.",
)
@pytest.mark.parametrize(("name", "what"), [(FULL, "bounced"), ("postfix, listed by a blocklist", "bounced"),
                                            ("automatic: Exchange", ""), ("Re: Baja", "for you to decide")])  # fmt: skip
def test_nobody_is_taken_off_for_less(office: Office, name: str, what: str) -> None:
    token = sent(office)[ANA]
    mail = of(name, token) if name in CORPUS else note(
        sender=ANA, subject="Re: Baja", body="Nos interesa la costa de Baja California.\n", null=False,
        to=ENVELOPE_FROM.replace("{token}", token),
    )  # fmt: skip
    out, _, _ = read(
        office, *(mail.replace(b"Message-ID: <", f"Message-ID: <{number}".encode()) for number in range(3))
    )
    assert ANA not in suppressed(office), "three bounces, but of one mail and one day"
    assert [line.split("\t")[:2] for line in out.splitlines()][:1] == ([[ANA, what]] if what else [])


@promise(PAGE, "`mailer bounces --explain FILE` reads it without changing anything.")
def test_only_a_look(office: Office) -> None:
    tokens = sent(office)
    mail = office.workspace.root.parent / "mail.eml"
    mail.write_bytes(of(DEAD, tokens[ANA]))
    explained = office.run("bounces", "--explain", str(mail), ENVELOPE_FROM=ENVELOPE_FROM)
    assert explained.out.startswith(f"{mail}\tbounce")
    assert (ANA in suppressed(office), office.states()[ANA]) == (False, "accepted")
    assert read(office, mail.read_bytes())[0].startswith(f"{ANA}\tsuppressed"), (
        "nor was it remembered as dealt with"
    )
