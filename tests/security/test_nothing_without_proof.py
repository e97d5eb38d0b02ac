"""Nobody is suppressed without proof. Anybody can write to a bounce mailbox, in any mail system's or person's name.

Proof is a token that only the mail to one person bore, and then it is proof about that person alone; or, for a request to be taken off, that our own server vouches for its sender. Everything else changes nothing and is put to a person.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from support import bounce_corpus as corpus
from support.bounce_corpus import DAEMON, bounces
from support.mutated_mail import mutated_mails
from support.office_that_sent import OFFICE, OfficeThatSent, office_that_sent
from support.own_office import ADDRESS
from support.returned import MESSAGE_ID, TOKEN, VERP, dsn, fields, note
from support.sent_mail import returned, send_to, state_of

from mailer.bounces import OurAddresses
from mailer.bounces.handling import MailHandler
from mailer.bounces.register import MailRegister
from mailer.delivery import Ledger
from mailer.model import Status
from mailer.press import Suppressions, begin_suppressions
from mailer.workspace import Workspace

ANA, PRIYA, KARIN = "ana.ruiz@example.net", "priya.n@example.com", "k.lindqvist@example.net"
PRESS, UNSUBSCRIBE = ADDRESS, "unsubscribe@example.org"
OUR_SERVER = {"BOUNCE_AUTHSERV_ID": "mx.example.org"}
UNKNOWN = next(sample.content for sample in bounces() if sample.name == "postfix, unknown user at a remote")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeThatSent]:
    with office_that_sent(tmp_path_factory.mktemp("sent")) as office:
        yield office


@pytest.fixture
def office(sent: OfficeThatSent, tmp_path: Path) -> OfficeThatSent:
    """The office just after sending: each test has its own."""
    root = tmp_path / "press-office"
    shutil.copytree(sent.workspace.root, root)
    return replace(sent, workspace=Workspace(root))


def untouched(office: OfficeThatSent) -> bool:
    return not office.suppressed() and not office.bounced()


def report_naming(*addresses: str, token: str = "") -> bytes:
    """A delivery report as Postfix writes it, about our mail to all of these."""
    groups = "\n".join(
        fields(address, "5.1.1", "550 5.1.1 User unknown", "failed", f"Original-Recipient: rfc822;{address}")
        for address in addresses
    )
    report = dsn(sender=DAEMON, subject="Undelivered Mail Returned to Sender", to=addresses[0], fields=groups,
                 talk="I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n")  # fmt: skip
    report = report.replace(b"Tue, 3 Mar 2026 09:00:05 +0000", format_datetime(datetime.now(UTC)).encode())
    return report.replace(TOKEN.encode(), token.encode() or b"0" * 24)


# ---- forged reports ---------------------------------------------------------------------------------


def test_a_forged_report_that_names_eight_suppresses_nobody(office: OfficeThatSent) -> None:
    eight = list(office.tokens)[:8]
    ran = office.reads(report_naming(*eight))
    assert untouched(office)
    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert [(line[0], line[1]) for line in lines] == [(address, "for you to decide") for address in eight]
    assert "nothing proves that this is about our email" in lines[0][2]
    assert f"mailer suppress {eight[0]}" in lines[0][2], "a person who believes it knows what to type"
    assert lines[0][3] == "harbour-report"


def test_made_up_tokens_prove_nothing(office: OfficeThatSent) -> None:
    made_up = ("5e1f0c2a9b7d4e6f8a0b1c2d", "0" * 24, "1", "%", "' OR 1=1 --", "_" * 24)
    office.reads(*(report_naming(ANA, token=token) for token in made_up))
    assert untouched(office)


def test_a_token_can_not_be_guessed(office: OfficeThatSent) -> None:
    """96 random bits, and nothing of one token tells of another."""
    tokens = office.tokens.values()
    assert len(set(tokens)) == len(office.tokens)
    assert all(len(token) == 24 and int(token, 16) for token in tokens)
    assert all(len({token[place] for token in tokens}) > 1 for place in range(24))


def test_a_recipient_proves_something_about_themselves_alone(office: OfficeThatSent) -> None:
    """Ana got our mail, so she knows its token; her report names seven others, and Karin's mail that she was shown."""
    others = [address for address in office.tokens if address != ANA][:7]
    office.reads(report_naming(*others, ANA, token=office.tokens[ANA]))
    assert (office.suppressed(), office.bounced()) == ({ANA}, {ANA})


def test_a_real_report_still_counts(office: OfficeThatSent) -> None:
    ran = office.reads(
        returned(UNKNOWN, office.tokens[ANA]), returned(UNKNOWN, office.tokens[KARIN], only_message_id=True)
    )
    assert office.suppressed() == office.bounced() == {ANA, KARIN}
    assert [line.split("\t")[:2] for line in ran.out.splitlines()] == [
        [ANA, "suppressed"],
        [KARIN, "suppressed"],
    ]


@given(mutated_mails())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_mail_without_a_token_of_ours_changes_anything(content: bytes) -> None:
    """The corpus' bounces and wishes, however mixed and damaged, of an office that did mail their recipients."""
    with TemporaryDirectory() as name:
        workspace = Workspace(Path(name))
        begin_suppressions(workspace.suppressed)
        begun = workspace.suppressed.read_bytes()
        tokens = send_to(workspace, corpus.ANA, corpus.BEN)
        ours = OurAddresses(OFFICE["ENVELOPE_FROM"], OFFICE["UNSUBSCRIBE_MAILTO"])
        with Ledger(workspace.ledger) as ledger:
            suppressions, register = Suppressions(workspace.suppressed), MailRegister(ledger)
            MailHandler(ledger, register, suppressions, ours, "k" * 40, lambda _: True).handle(
                content, "here"
            )
        assert workspace.suppressed.read_bytes() == begun
        assert {state_of(workspace, address) for address in tokens} == {Status.ACCEPTED}


# ---- letters that read like bounces -----------------------------------------------------------------


def test_a_colleague_s_letter_about_a_bounce_proves_none(office: OfficeThatSent) -> None:
    """Ben was in copy, so his answer bears the Message-ID of Ana's mail; or he quotes it."""
    said = f"Your mail to Ana could not be delivered, our server says:\n\n{ANA}: 550 5.1.1 user unknown\n"
    header = f"In-Reply-To: {MESSAGE_ID}\nReferences: {MESSAGE_ID}\n"
    quoted = f"{said}\nMessage-ID: {MESSAGE_ID}\n"
    letters = [
        note(sender="ben@example.com", subject=subject, body=body, to=PRESS, header=head, null=False)
        for subject, body, head in (
            ("Undeliverable: Harbour report", said, header),
            ("Returned mail", quoted, ""),
            ("Ana: user unknown", said, header),
        )
    ]
    ran = office.reads(*(letter.replace(TOKEN.encode(), office.tokens[ANA].encode()) for letter in letters))
    assert untouched(office)
    assert [line.split("\t")[:2] for line in ran.out.splitlines()] == [[ANA, "for you to decide"]] * 3
    assert ran.out.count(f"mailer suppress {ANA}") == 3


def test_who_has_left_and_names_a_successor_suppresses_nobody(office: OfficeThatSent) -> None:
    """The answer of a mail program comes to our bounce address, and with a null return path."""
    body = f"I have left and am no longer with the paper. Please write to\n\n{PRIYA}\nor\n{KARIN}\n"
    subjects = ("Harbour report", "Ana Ruiz has left", "Re: Harbour report", "Undeliverable: Harbour report")
    answers = (note(sender=f"Ana Ruiz <{ANA}>", subject=subject, body=body) for subject in subjects)
    office.reads(*(answer.replace(TOKEN.encode(), office.tokens[ANA].encode()) for answer in answers))
    assert untouched(office)


def test_a_newsletter_is_no_bounce(office: OfficeThatSent) -> None:
    body = f"Ten reasons why your message could not be delivered.\n\n{ANA}\nuser unknown, said the server\n"
    marks = (
        "List-Id: <tips.example.com>\n",
        "List-Unsubscribe: <mailto:x@example.com>\n",
        "Precedence: list\n",
    )
    ran = office.reads(
        *(note(sender="news@example.com", subject="Returned mail: what it tells you", body=body, header=mark, to=PRESS)
          for mark in marks)
    )  # fmt: skip
    assert untouched(office)
    assert ran.out == ""
    assert "3 other" in ran.err


def test_a_spam_complaint_is_put_to_a_person(office: OfficeThatSent) -> None:
    """Even with our token, and with status fields of a bounce put in."""
    complaint = dsn(sender="feedback@provider.example.net", subject="Abuse report", to=ANA, fields=fields(ANA, "5.1.1"),
                    talk="This is an email abuse report.\n", outer="multipart/report; report-type=feedback-report")  # fmt: skip
    ran = office.reads(complaint.replace(TOKEN.encode(), office.tokens[ANA].encode()))
    assert untouched(office)
    assert ran.out.split("\t")[:2] == [ANA, "for you to decide"]


# ---- wishes to be taken off -------------------------------------------------------------------------


def wish(subject: str = "unsubscribe", body: str = "", to: str = UNSUBSCRIBE, sender: str = f"Ana Ruiz <{ANA}>",
         results: str = "", header: str = "") -> bytes:  # fmt: skip
    """A wish as it lies in our mailbox: what our server wrote on top, then what came with it."""
    return results.encode() + note(
        sender=sender, subject=subject, body=body, to=to, header=header, null=False
    )


def vouched(said: str, server: str = "mx.example.org") -> str:
    return f"Authentication-Results: {server};\n\t{said}\n"


PASSED = vouched("dmarc=pass (p=none dis=none) header.from=example.net")

NO_PROOF = {
    "nothing": "",
    "dmarc=fail": vouched("dkim=none; spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=example.net"),
    "another server's word": vouched("dmarc=pass header.from=example.net", "mx.evil.example"),
    "another server's word, above ours": vouched("dmarc=pass header.from=example.net", "mx.evil.example")
    + vouched("dmarc=fail header.from=example.net"),
    "forged below ours": vouched("dmarc=fail header.from=example.net") + PASSED,
    "forged below ours that says little": vouched("spf=pass smtp.mailfrom=evil.example") + PASSED,
    "forged below ours that can't be read": vouched("spf=fail (from (x evil.example smtp.mailfrom=x") + PASSED,
    "forged in a comment": vouched("dmarc=fail (x; dmarc=pass header.from=example.net) header.from=example.net"),
    "forged in a quoted string": vouched('dmarc=fail reason="; dmarc=pass header.from=example.net" header.from=example.net'),
    "both": vouched("dmarc=pass header.from=example.net; dmarc=fail header.from=example.net"),
    "another domain's": vouched("dmarc=pass header.from=evil.example"),
    "a domain that ends alike": vouched("dmarc=pass header.from=notexample.net"),
    "no domain's": vouched("dmarc=pass"),
    "another signature": vouched("dkim=pass header.d=evil.example header.i=@evil.example"),
    "a signature by a domain below": vouched("dkim=pass header.d=mail.example.net"),
    "a signature, but dmarc=fail": vouched("dkim=pass header.d=example.net; dmarc=fail header.from=example.net"),
    "a failed signature": vouched("dkim=fail header.d=example.net"),
    "only the return path": vouched("spf=pass smtp.mailfrom=example.net"),
    "another version": "Authentication-Results: mx.example.org 2; dmarc=pass header.from=example.net\n",
    "no server's name": "Authentication-Results: dmarc=pass header.from=example.net\n",
    "a name within a name": vouched("dmarc=pass header.from=example.net", "not.mx.example.org"),
    "no semicolon": "Authentication-Results: mx.example.org dmarc=pass header.from=example.net\n",
    "something else too": vouched("dmarc=pass header.from=example.net or so"),
    "another field": "X-Authentication-Results: mx.example.org; dmarc=pass header.from=example.net\n",
    "ARC's": "ARC-Authentication-Results: i=1; mx.example.org; dmarc=pass header.from=example.net\n",
}  # fmt: skip


def test_a_forged_wish_takes_nobody_off(office: OfficeThatSent) -> None:
    """Not one of these says, in our own server's words, that the mail came from Ana."""
    ran = office.reads(*(wish(results=results, header=f"X: {n}\n") for n, results in NO_PROOF.items()), **OUR_SERVER)  # fmt: skip
    told = dict(zip(NO_PROOF, ran.out.splitlines(), strict=True))
    assert untouched(office), told
    for name, line in told.items():
        assert line.split("\t")[:2] == [ANA, "for you to decide"], name
        assert f"mailer suppress {ANA}" in line


@pytest.mark.parametrize(
    "sender",
    [
        f"{ANA}, me@evil.example",
        f"me@evil.example, {ANA}",
        f"{ANA}\nFrom: me@evil.example",
        f'"{ANA}" <me@evil.example>',
        f"Ana (x) <{ANA}> (",
    ],
)
def test_two_senders_are_nobody(office: OfficeThatSent, sender: str) -> None:
    passed = [vouched(f"dmarc=pass header.from={domain}") for domain in ("example.net", "evil.example")]
    office.reads(*(wish(sender=sender, results=results) for results in passed), **OUR_SERVER)
    assert untouched(office)


def test_without_the_setting_it_says_how_to_set_it(office: OfficeThatSent) -> None:
    ran = office.reads(wish(results=PASSED))
    assert untouched(office)
    assert ran.out.split("\t")[:2] == [ANA, "for you to decide"]
    assert "BOUNCE_AUTHSERV_ID" in ran.out
    assert f"mailer suppress {ANA}" in ran.out
    assert "unsubscribe  [" in ran.err, "where the mail lies is told too"


PROOF = {
    "dmarc": PASSED,
    "dmarc, in capitals, of version 1": "authentication-results: MX.Example.ORG 1; DMARC = PASS (x) Header.From=Example.NET\n",
    "all in one field": vouched("dkim=pass header.i=@example.net header.s=s header.b=\"a+/b\";\n spf=pass (a (b) c) smtp.mailfrom=a@b.example;\n dmarc=pass action=none header.from=example.net"),
    "above another server's": PASSED + vouched("dmarc=fail header.from=example.net", "mx.evil.example"),
    "above a forged one": PASSED + vouched("dmarc=fail header.from=example.net"),
    "a signature where there is no policy": vouched("dmarc=none header.from=example.net; dkim=pass header.d=example.net"),
    "a signature, and nothing of dmarc": vouched("dkim=fail header.d=x.example; dkim=pass header.i=@example.net"),
    "the second of two servers": vouched("dmarc=pass header.from=example.net", "mx2.example.org"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROOF)
def test_our_own_server_s_word_is_proof(office: OfficeThatSent, name: str) -> None:
    ran = office.reads(wish(results=PROOF[name]), BOUNCE_AUTHSERV_ID="mx.example.org mx2.example.org")
    assert office.suppressed() == {ANA}
    assert not office.bounced(), "they did get the release"
    assert ran.out.split("\t")[:2] == [ANA, "unsubscribed"]
    assert "=pass" in ran.out, "by what it was known is told"


def test_a_vouched_sender_must_be_on_file_exactly(office: OfficeThatSent) -> None:
    senders = ("ruiz@example.net", "ana.ruiz+press@example.net", "x.ana.ruiz@example.net")
    ran = office.reads(*(wish(sender=sender, results=PASSED) for sender in senders), **OUR_SERVER)
    assert [line.split("\t")[:2] for line in ran.out.splitlines()] == [
        [s, "for you to decide"] for s in senders
    ]
    assert untouched(office)


def test_who_answers_our_mail_shows_that_they_got_it(office: OfficeThatSent) -> None:
    answer = wish("Re: Harbour report", "Please unsubscribe me. Thank you!\n", to=PRESS, header=f"In-Reply-To: {MESSAGE_ID}\n")  # fmt: skip
    office.reads(answer.replace(TOKEN.encode(), office.tokens[ANA].encode()))
    assert office.suppressed() == {ANA}


def test_who_answers_somebody_else_s_mail_shows_nothing(office: OfficeThatSent) -> None:
    """An answer to all bears Ana's Message-ID: it is neither Ana's wish nor proof of Priya's."""
    answer = wish("Re: Harbour report", "Please unsubscribe me. Thank you!\n", to=PRESS, sender=PRIYA,
                  header=f"In-Reply-To: {MESSAGE_ID}\nReferences: {MESSAGE_ID}\n")  # fmt: skip
    ran = office.reads(answer.replace(TOKEN.encode(), office.tokens[ANA].encode()))
    assert untouched(office)
    assert ran.out.split("\t")[:2] == [PRIYA, "for you to decide"]


def test_the_token_in_a_wish_says_whose_it_is_and_who_asked_is_told(office: OfficeThatSent) -> None:
    ran = office.reads(wish(f"unsubscribe {office.tokens[ANA]}", sender="ana@home.example.com"))
    assert office.suppressed() == {ANA}
    assert ran.out.split("\t")[:3] == [ANA, "unsubscribed", "asked by ana@home.example.com"]


def test_a_quoted_return_path_says_nothing_about_whose_wish_it_is(office: OfficeThatSent) -> None:
    """Ana forwarded her mail with all its header, and who got it from her wants no mail."""
    body = f"Unsubscribe\n\n-----Original Message-----\nReturn-Path: <{VERP}>\nReceived: from x\nMessage-ID: {MESSAGE_ID}\nTo: {ANA}\n"
    letter = wish("Re: Fwd: Harbour report", body, to=PRESS, sender=PRIYA)
    office.reads(letter.replace(TOKEN.encode(), office.tokens[ANA].encode()))
    assert untouched(office)


BAJA = {
    "a question": ("Re: Baja", "¿Tienen las cifras de Baja California?\n\nAna\n"),
    "an empty answer": ("Re: Baja", ""),
    "an answer below what is quoted": ("Re: Baja", "On Tue, the press office wrote:\n> Baja\n\nWhich table is that?\n"),
    "a question of its own": ("Baja", "¿Cuándo publican las cifras de la región?\n"),
    "English": ("Re: Stop", "Table 3 is wrong, I think.\n"),
}  # fmt: skip


def test_re_baja_to_the_press_address_is_a_letter(office: OfficeThatSent) -> None:
    """Ana it is, beyond doubt; but the release may have been about Baja California."""
    answers = (
        wish(subject, body, to=PRESS, results=PASSED, header=f"In-Reply-To: {MESSAGE_ID}\nX: {name}\n")
        for name, (subject, body) in BAJA.items()
    )
    ran = office.reads(
        *(answer.replace(TOKEN.encode(), office.tokens[ANA].encode()) for answer in answers), **OUR_SERVER
    )
    assert untouched(office)
    assert ran.err.count(f"{ANA}: ") == len(BAJA), "each is put to a person"


@pytest.mark.parametrize(
    ("subject", "body", "to"),
    [
        ("Baja", "", PRESS),
        ("Re: Harbour report", "Baja\n", PRESS),
        ("Re: Baja", "Baja\n", PRESS),
        ("Baja", "Gracias, Ana\n", UNSUBSCRIBE),
        ("Re: Baja", "", UNSUBSCRIBE),
    ],
)
def test_what_can_mean_nothing_else_is_done(office: OfficeThatSent, subject: str, body: str, to: str) -> None:
    office.reads(wish(subject, body, to=to, results=PASSED), **OUR_SERVER)
    assert office.suppressed() == {ANA}


def test_a_list_s_members_speak_to_their_list(office: OfficeThatSent) -> None:
    """The office reads a mailing list in the same mailbox; Ana, who is on it too, wants to leave it."""
    post = wish("unsubscribe", "unsubscribe\n", to="list@lists.example.com", results=PASSED, header="List-Id: <x.lists.example.com>\n")  # fmt: skip
    office.reads(post, **OUR_SERVER)
    assert untouched(office)


def test_a_change_of_mind_is_read_by_a_person(office: OfficeThatSent) -> None:
    office.reads(wish(f"Re: unsubscribe {office.tokens[ANA]}", "I have changed my mind: please keep me.\n"))
    assert untouched(office)
