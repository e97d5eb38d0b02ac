"""What a returned mail is, and whom it is about: over the words of the programs that write them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bounce_corpus import bounces
from support.mutated_mail import mutated_mails
from support.other_mail import others
from support.returned import ENVELOPE_FROM, MESSAGE_ID, TOKEN, Sample, note

from mailer.bounces import MailKind, OurAddresses, read_report
from mailer.bounces.reading.parsed import parse
from mailer.bounces.reading.signs import Signs, signs_of

OURS = OurAddresses(ENVELOPE_FROM, "unsubscribe@example.org", ("mx.example.org",))
BOUNCES, OTHERS = bounces(), others()
FAILURES = ("bounce", "delay")

assert len({sample.name for sample in (*BOUNCES, *OTHERS)}) == len(BOUNCES) + len(OTHERS)


def read(sample: Sample, content: bytes | None = None) -> tuple[str, set[tuple[str, bool]]]:
    report = read_report(sample.content if content is None else content, OURS)
    return report.kind.value, {(r.address.lower(), r.hard) for r in report.recipients}


@pytest.mark.parametrize("sample", [*BOUNCES, *OTHERS], ids=lambda s: s.name)
def test_each_mail_is_what_it_is(sample: Sample) -> None:
    kind, recipients = read(sample)
    assert kind == sample.kind
    assert recipients == set(sample.recipients)


@pytest.mark.parametrize("sample", BOUNCES, ids=lambda s: s.name)
def test_each_bounce_names_our_mail_by_its_verp_token(sample: Sample) -> None:
    assert read_report(sample.content, OURS).token == TOKEN


@pytest.mark.parametrize(
    "sample",
    [s for s in BOUNCES if b"\nMessage-ID: " + MESSAGE_ID.encode() in s.content],
    ids=lambda s: s.name,
)
def test_each_bounce_with_our_header_names_our_message_id(sample: Sample) -> None:
    assert MESSAGE_ID in read_report(sample.content).references


def test_recall_and_precision(capsys: pytest.CaptureFixture[str]) -> None:
    """Over every mail of the corpus, as it is and as an archive keeps it: without the envelope's traces."""
    count: Counter[str] = Counter()
    for sample in (*BOUNCES, *OTHERS):
        bare = re.sub(
            rb"^(?:Return-Path: <>|X-Failed-Recipients:[^\n]*)\r?\n", b"", sample.content, flags=re.M
        )
        for content in (sample.content, bare):
            kind, recipients = read(sample, content)
            wanted = set(sample.recipients)
            count["said"] += kind in FAILURES
            count["meant"] += sample.kind in FAILURES
            count["right"] += kind in FAILURES and sample.kind == kind
            count["people said"] += len(recipients)
            count["people meant"] += len(wanted)
            count["people right"] += len(recipients & wanted)
            count["hard said"] += sum(hard for _, hard in recipients)
            count["hard right"] += sum(hard for _, hard in recipients & wanted)
    with capsys.disabled():
        print(
            f"\n{len(BOUNCES)} bounces and delays, {len(OTHERS)} others, each in two forms: "
            f"recall {count['right'] / count['meant']:.3f}, precision {count['right'] / count['said']:.3f}; "
            f"recipients with hard or soft: recall {count['people right'] / count['people meant']:.3f}, "
            f"precision {count['people right'] / count['people said']:.3f}; "
            f"hard: precision {count['hard right'] / count['hard said']:.3f}"
        )
    assert count["meant"] > 160
    assert count["right"] / count["meant"] >= 0.97
    assert count["right"] / count["said"] >= 0.97
    assert count["people right"] / count["people meant"] >= 0.97
    assert count["people right"] / count["people said"] >= 0.97
    assert count["hard right"] == count["hard said"], "nobody is suppressed by mistake"


def test_what_was_said_fits_one_line_of_a_terminal() -> None:
    mail = note(
        sender="MAILER-DAEMON@mx.example.net",
        subject="failure notice",
        body="<ana@news.example.net>:\n550 5.1.1 \x1b[31mno\x1b[0m such\x07 user " + "x" * 4000 + "\n",
    )
    (recipient,) = read_report(mail).recipients
    assert recipient.said.isprintable()
    assert len(recipient.said) <= 300


@pytest.mark.parametrize(
    ("field", "sender"),
    [
        (b'"ana.ruiz@news.example.net" <me@home.example.com>', "me@home.example.com"),
        (b"me@home.example.com (ana.ruiz@news.example.net)", "me@home.example.com"),
        (rb'"an \" ana@news.example.net" <me@home.example.com>', "me@home.example.com"),
        (b"=?utf-8?q?ana=40news.example.net?= <me@home.example.com>", "me@home.example.com"),
        ("Ana Ruíz <ana.ruíz@news.example.net>".encode(), "ana.ruíz@news.example.net"),
        (b"undisclosed", ""),
    ],
)  # fmt: skip
def test_the_sender_is_the_address_not_what_a_name_says(field: bytes, sender: str) -> None:
    """Who asks to be taken off is known by it."""
    assert read_report(b"From: " + field + b"\nSubject: unsubscribe\n\n").sender == sender


def test_the_token_is_read_whatever_case_a_gateway_gave_it() -> None:
    upper = BOUNCES[0].content.replace(TOKEN.encode(), TOKEN.upper().encode())
    assert read_report(upper, OURS).token == TOKEN


def test_a_bounce_for_another_address_of_ours_has_no_token() -> None:
    elsewhere = BOUNCES[0].content.replace(b"bounces+", b"newsletter+")
    assert read_report(elsewhere, OURS).token == ""


@pytest.mark.parametrize("name", [field.name for field in fields(Signs) if field.type == "bool"])
def test_each_sign_tells_mails_apart(name: str) -> None:
    """One that all mails show, or none, is never what decides."""
    found = {getattr(signs_of(parse(s.content), ENVELOPE_FROM), name) for s in (*BOUNCES, *OTHERS)}
    assert found == {True, False}


# ---- wild input -------------------------------------------------------------------------------------

CALM = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""


def is_read(content: bytes) -> bool:
    """Whether it is read, and what is told of it can be written anywhere."""
    report = read_report(content, OURS)
    repr(report).encode()
    return report.kind is not MailKind.UNREADABLE


@given(st.binary(max_size=4000))
@CALM
def test_no_bytes_crash_it(content: bytes) -> None:
    assert is_read(content)


@given(mutated_mails())
@CALM
def test_no_damage_crashes_it(content: bytes) -> None:
    """Cut, spliced, with octets and other mails put in: what gateways, disks and attackers do to mail."""
    assert is_read(content)


@given(st.lists(st.sampled_from([
    b"From: a@b.example\n", b"Content-Type: multipart/report; boundary=x\n", b"--x\n", b"\n", b"--x--\n", b"Final-Recipient: rfc822;",
    b"Content-Type: message/delivery-status\n", b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"=\n",
    b"Status: 5.1.1\n", b"Content-Type: text/html; charset=\xff\n", b"<a", b">", b"<!--", b"Auto-Submitted: ;\n", b"Date: x\n",
    b"Subject: =?utf-8?b?\xff?=\n", b"To: <<>>,;\n", b"a@b.example\n", b"550 ", b"Content-Type: multipart/alternative; boundary=x\n",
]), max_size=40))  # fmt: skip
@CALM
def test_no_pile_of_mime_crashes_it(lines: list[bytes]) -> None:
    assert is_read(b"".join(lines))


@pytest.mark.parametrize(
    "unit", [b"<style", b"<a", b"a@", b"Received: from x\n", b"A: b\n", b"--", b"=?", b"unknown ", b"mailbox ", b"(", b"> ", b"5.1.1 ", b" " ],
    ids=repr,
)  # fmt: skip
def test_no_repetition_takes_for_ever(unit: bytes) -> None:
    """300 KB of anything is read within the suite's time-out: nothing is more than linear in it."""
    head = b"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\nContent-Type: text/html\n\n"
    for start in (head, head.replace(b"text/html", b"text/plain"), b"Subject: "):
        assert is_read(start + unit * (300_000 // len(unit)))
