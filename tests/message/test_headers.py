"""Header fields on the wire: RFC 5322, 2047, 2369, 2919, 6532, 8058."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.header import decode_header

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from support.messages import HEAD, addressee, composition, raw_field, read

from mailer.message import Addressee, verify
from mailer.message.dkim import Signer
from mailer.message.headers import field
from mailer.model import Mailbox
from mailer.press import unsubscribe_token

NAMES = [
    ("Ana Ruiz", "Ana Ruiz <ana@example.com>"),
    ("", "ana@example.com"),
    ("Ruiz, Ana", '"Ruiz, Ana" <ana@example.com>'),
    ("J. R. “Bob” Dobbs", "=?utf-8?q?J=2E_R=2E_=E2=80=9CBob=E2=80=9D_Dobbs?= <ana@example.com>"),
    ("山田 花", "=?utf-8?b?5bGx55SwIOiKsQ==?= <ana@example.com>"),
    ('Ana "la jefa" Ruiz', r'"Ana \"la jefa\" Ruiz" <ana@example.com>'),
    ("back\\slash", r'"back\\slash" <ana@example.com>'),
    ("José García", "=?utf-8?q?Jos=C3=A9_Garc=C3=ADa?= <ana@example.com>"),
    ("Ana\r\nBcc: eve@example.net", '"Ana Bcc: eve@example.net" <ana@example.com>'),
    ("=?utf-8?q?eve?=", "=?utf-8?q?=3D=3Futf-8=3Fq=3Feve=3F=3D?= <ana@example.com>"),
    (" \t ", "ana@example.com"),
]


@pytest.mark.parametrize(("name", "meant"), NAMES)
def test_display_names(name: str, meant: str) -> None:
    assert raw_field(composition().fill(addressee(name)), "To") == meant


@given(st.text(min_size=1, max_size=300))
def test_encoded_words_are_short_and_hold_whole_characters(text: str) -> None:
    """RFC 2047 §2: 75 characters a word, 76 a line that holds one; §5 (3): each can be decoded by itself."""
    content = composition(subject=f"é{text}").fill(addressee(f"é{text}"))
    words = re.findall(rb"=\?utf-8\?[qb]\?[^?]*\?=", content)
    assert all(len(word) <= 75 for word in words)
    for line in content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        assert len(line) <= 76
    for word in words:
        ((octets, charset),) = decode_header(word.decode())
        octets.decode(charset)  # no half characters


def test_a_long_plain_subject_is_folded_at_blanks() -> None:
    subject = "Foundation reopens the lighthouse at Lantern Point after eleven years of repairs and one storm"
    content = composition(subject=subject).fill(addressee())
    assert raw_field(content, "Subject") == subject
    assert b"after eleven years\r\n of repairs and one storm\r\n" in content


@pytest.mark.parametrize("length", [60, 61, 70, 300, 2000])
def test_one_very_long_word_in_the_subject(length: int) -> None:
    content = composition(subject="x" * length).fill(addressee())
    assert read(content).subject == "x" * length
    assert max(map(len, content.split(b"\r\n"))) <= 76


# ---- identifiers ------------------------------------------------------------------------------------

LONG = "https://press.example.org/leave/" + "AbC_-9." * 60


def test_list_fields_are_never_encoded_however_long() -> None:
    """Encoded words in them switch unsubscribing off (bpo/gh-85725)."""
    head = replace(HEAD, one_click=True, list_id="a-long-label." * 9 + "example.org", list_name="Press list")
    someone = addressee(values={"unsubscribe": LONG})
    made = composition(head)
    content = made.fill(someone)
    verify(content, someone, made)
    assert raw_field(content, "List-Unsubscribe") == (
        f"<{LONG}>, <mailto:leave@example.org?subject=unsubscribe%200a1b2c>"
    )
    assert raw_field(content, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert raw_field(content, "List-Id") == f"Press list <{head.list_id}>"
    assert raw_field(content, "Message-ID") == "<0a1b2c@example.org>"


@pytest.mark.parametrize("address", ["ana@example.com", "ana.ruiz@example.net", "j.roe@lantern.example"])
@pytest.mark.parametrize(
    "name", ["Ana Ruiz", "Siobhán O’Neill, Editor of the Saltby & Grey Haven Evening Chronicle", "x" * 90]
)
def test_no_line_of_a_header_is_longer_than_78(address: str, name: str) -> None:
    """RFC 5322 §2.1.1, with a link of one-click for this very person, threaded and signed."""
    url = f"https://press.example.org/u/{unsubscribe_token(address, 'k' * 40)}"
    head = replace(
        HEAD, one_click=True, list_name="Lantern Coast Foundation", reply_to=Mailbox("desk@example.org", name)
    )
    someone = addressee(name, {"unsubscribe": url}, address, "<0123456789abcdef01234567@example.org>")
    someone = replace(someone, message_id="<0123456789abcdef01234567@example.org>")
    made = composition(head)
    content = made.fill(someone)
    verify(content, someone, made)
    key = rsa.generate_private_key(65537, 2048)
    for message in (content, Signer("mail.lantern-coast.example.org", "selector-of-2026", key).sign(content)):
        assert max(map(len, message.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def link_to(host: str, address: str = "ana.ruiz@example.net") -> tuple[list[str], str]:
    """The header's lines with a link of one-click at this host, and the link."""
    url = host + unsubscribe_token(address, "k" * 40)
    someone = addressee(values={"unsubscribe": url})
    made = composition(replace(HEAD, one_click=True))
    content = made.fill(someone)
    verify(content, someone, made)
    return content.partition(b"\r\n\r\n")[0].decode().split("\r\n"), url


def test_a_link_that_fits_stands_beside_its_name() -> None:
    """A line that ends behind a field's name is allowed (RFC 5322 §2.2.3), and not every reader copes with it."""
    lines, url = link_to("https://let.example/u/", "ana@a.example")
    assert len(f"List-Unsubscribe: <{url}>,") == 77
    assert f"List-Unsubscribe: <{url}>," in lines


def test_a_link_stands_below_its_name_only_where_that_keeps_it_within_78() -> None:
    lines, url = link_to("https://leave.example.org/u/")
    assert lines[lines.index("List-Unsubscribe:") + 1] == f" <{url}>,"
    assert max(map(len, lines)) <= 78


def test_a_link_too_long_for_any_line_stands_beside_its_name() -> None:
    """It has no blank to fold at (RFC 2369 §2 forbids putting one in), and a line of its own would be too long too."""
    lines, url = link_to(
        "https://press-office-of-the-whole-lantern-coast.foundation.example.org/unsubscribe/"
    )
    assert [line for line in lines if len(line) > 78] == [f"List-Unsubscribe: <{url}>,"]
    assert not [line for line in lines if line.endswith(":")]


def test_no_line_is_longer_than_998_for_the_sake_of_its_name() -> None:
    """RFC 5322 §2.1.1."""
    (line, value) = field("List-Unsubscribe", "x" * 990).split("\r\n")[:2]
    assert (line, value) == ("List-Unsubscribe:", " " + "x" * 990)


def test_without_a_https_url_there_is_no_one_click() -> None:
    """RFC 8058 §3.1: List-Unsubscribe-Post needs a https URI beside it."""
    for url in ("", "http://press.example.org/leave", "javascript:alert(1)"):
        content = composition(replace(HEAD, one_click=True)).fill(addressee(values={"unsubscribe": url}))
        assert raw_field(content, "List-Unsubscribe") == (
            "<mailto:leave@example.org?subject=unsubscribe%200a1b2c>"
        )
        assert b"List-Unsubscribe-Post" not in content


def test_a_column_named_unsubscribe_redirects_nobody() -> None:
    got = composition().fill(addressee(values={"unsubscribe": "https://elsewhere.example.net/"}))
    assert b"elsewhere" not in got


def test_what_no_url_holds_is_percent_encoded() -> None:
    url = 'https://press.example.org/?a=b c>,<https://eve.example.net>"ñ'
    head = replace(HEAD, one_click=True, unsubscribe_mailto="")
    content = composition(head).fill(addressee(values={"unsubscribe": url}))
    assert raw_field(content, "List-Unsubscribe") == (
        "<https://press.example.org/?a=b%20c%3E,%3Chttps://eve.example.net%3E%22%C3%B1>"
    )


def test_the_body_links_where_the_header_does() -> None:
    head = replace(HEAD, one_click=True)
    someone = addressee(values={"unsubscribe": "https://press.example.org/?a=1&b=2"})
    got = read(composition(head).fill(someone))
    assert "\nhttps://press.example.org/?a=1&b=2\n" in got.text
    assert 'href="https://press.example.org/?a=1&amp;b=2"' in got.html


def test_a_list_name_beyond_ascii_is_left_out() -> None:
    content = composition(replace(HEAD, list_name="Fundación Costa")).fill(addressee())
    assert raw_field(content, "List-Id") == "<press.example.org>"


# ---- what each message has ----------------------------------------------------------------------------


def test_a_follow_up_is_threaded_to_the_recipients_own_copy() -> None:
    content = composition().fill(addressee(in_reply_to="<77aa@example.org>"))
    assert raw_field(content, "In-Reply-To") == raw_field(content, "References") == "<77aa@example.org>"


def test_the_date_is_the_given_moment_with_its_zone() -> None:
    moment = datetime(2026, 3, 4, 9, 5, tzinfo=timezone(-timedelta(hours=6)))
    content = composition().fill(replace(addressee(), date=moment))
    assert raw_field(content, "Date") == "Wed, 04 Mar 2026 09:05:00 -0600"


def test_a_proof_says_so() -> None:
    content = composition(replace(HEAD, prefix="[TEST] ")).fill(addressee())
    assert raw_field(content, "Subject") == "[TEST] The light is back"


def test_nobody_sees_another_and_no_robot_is_announced() -> None:
    fields = read(composition().fill(addressee())).fields
    assert fields.count("to") == 1
    assert not {"cc", "bcc", "auto-submitted", "precedence", "sender"} & set(fields)


def test_answers_go_where_staff_want_them() -> None:
    head = replace(HEAD, reply_to=Mailbox("desk@example.org", "Desk, press"))
    someone = addressee()
    made = composition(head)
    verify(made.fill(someone), someone, made)
    assert raw_field(made.fill(someone), "Reply-To") == '"Desk, press" <desk@example.org>'


def test_a_local_part_beyond_ascii_stands_as_it_is() -> None:
    """RFC 6532 §3.2; only servers with SMTPUTF8 take it."""
    someone = addressee("José", address="josé@example.com")
    made = composition()
    content = made.fill(someone)
    verify(content, someone, made)
    assert "To: =?utf-8?q?Jos=C3=A9?= <josé@example.com>\r\n".encode() in content


def test_a_quoted_local_part() -> None:
    someone: Addressee = addressee("Ana", address='"ana, ruiz"@example.com')
    made = composition()
    verify(made.fill(someone), someone, made)
