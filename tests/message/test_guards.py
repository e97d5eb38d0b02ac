"""A message that is not as meant does not go out: the pattern at filling, the second parser at `verify`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.messages import HEAD, HTML, addressee, composition, rendered

from mailer.errors import ComposeError, LedgerError
from mailer.message import Addressee, Composition, compile_message, verify
from mailer.message.mime import content_of
from mailer.message.verify import check_template
from mailer.model import Part, Where

FROZEN = Path(__file__).parent / "frozen"

MADE = composition(
    replace(HEAD, one_click=True),
    subject="For \ue0001\ue001: the light",
    attached=(Part("a", "text/csv", b"1"),),
)
SOMEONE = addressee("Ana", {"outlet": "Lantern Post", "unsubscribe": "https://press.example.org/9"})


@pytest.mark.parametrize(
    "address",
    ["ana@example.com, eve@example.net", "ana@example.com>,<eve@example.net", "ana@example.com\r\nBcc: eve",
     "ana", "", "ana@example.com (x)", "a b@example.com", "ana@exa mple.com", "@example.com", "ana@example.com\n"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(ComposeError, match="did not come out as intended"):
        MADE.fill(addressee(address=address))


@pytest.mark.parametrize(
    "bad", ["<a@b>\r\nBcc: eve@example.net", "<a@b> <c@d>", "a@b", "<a>", "", "<é@example.org>"]
)
def test_a_message_id_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(ComposeError):
        MADE.fill(replace(SOMEONE, message_id=bad))
    if bad:
        with pytest.raises(ComposeError):
            MADE.fill(replace(SOMEONE, in_reply_to=bad))


def test_verify_takes_what_was_filled() -> None:
    verify(MADE.fill(SOMEONE), SOMEONE, MADE)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b"\r\nDate:", b"\r\nBcc: eve@example.net\r\nDate:", "its fields are .*bcc"),
        (b"\r\nDate:", b"\r\nCc: eve@example.net\r\nDate:", "its fields are .*cc"),
        (b"\r\nDate:", b"\r\nSubject: twice\r\nDate:", "its fields are"),
        (b"To: Ana <ana@example.com>", b"To: Ana <eve@example.net>", "To is"),
        (b"To: Ana <ana@example.com>", b"To: Ana <ana@example.com>, eve@example.net", "To is"),
        (b"To: Ana <ana@example.com>", b"To: Eve <ana@example.com>", "To is"),
        (b"From: Lantern", b"From: Eve", "From is"),
        (b"Subject: For", b"Subject: Not for", "Subject is"),
        (b"<0a1b2c@example.org>", b"<0a1b2d@example.org>", "Message-ID is"),
        (b"press.example.org/9>", b"eve.example.net/9>", "List-Unsubscribe is"),
        (b"List-Id: <press", b"List-Id: <eve", "List-Id is"),
        (b"Date: Wed, 04 Mar", b"Date: whenever", "Date is|Defect"),
        (b"Dear =\r\ncolleague=", b"Dear =\r\nnobody=", "the text is different"),
        (b"Lantern Post=\r\n\">", b"Lantern Post=\r\n\" onload=3D\"x\">", "the HTML is different"),
        (b"\r\n=2Ea line", b"\r\n.a line", "begins with a dot"),
        (b"--\r\n", b"--\n", "not end in CRLF"),
        (b"Content-Type: text/plain", b"Content-Type:  text/plain", "its spaces"),
    ],
)  # fmt: skip
def test_verify_refuses_what_was_tampered_with(old: bytes, new: bytes, complaint: str) -> None:
    content = MADE.fill(SOMEONE)
    assert old in content
    with pytest.raises(ComposeError, match=complaint):
        verify(content.replace(old, new, 1), SOMEONE, MADE)


@given(st.data())
def test_verify_refuses_a_message_for_another(data: st.DataObject) -> None:
    wild = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10)
    mine, other = data.draw(wild), data.draw(wild)
    assume(" ".join(mine.split()) != " ".join(other.split()))
    with pytest.raises(ComposeError):
        verify(
            MADE.fill(replace(SOMEONE, values={"outlet": other})),
            replace(SOMEONE, values={"outlet": mine}),
            MADE,
        )


def test_an_edition_that_reads_otherwise_is_refused() -> None:
    """`compile_message` holds its own work against what was rendered."""
    mail = rendered(attached=(Part("a.pdf", "application/pdf", b"%PDF"),))
    fields, body = content_of(mail)
    template = Composition(HEAD, mail.subject, mail.slots, fields, body).template()
    check_template(template, mail)
    for altered in (
        replace(mail, html=HTML + "x"),
        replace(mail, text="x"),
        replace(mail, attached=()),
        replace(mail, attached=(Part("b.pdf", "application/pdf", b"%PDF"),)),
        replace(mail, attached=(Part("a.pdf", "application/pdf", b"%PDF2"),)),
    ):
        with pytest.raises(ComposeError):
            check_template(template, altered)


def test_compiling_refuses_what_does_not_read_as_rendered() -> None:
    with pytest.raises(ComposeError, match="pictures and attachments"):
        composition(attached=(Part(" ", "application/pdf", b"a file without a name"),))


# ---- what the ledger keeps ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", sorted(int(path.stem) for path in FROZEN.glob("*.json")))
def test_what_an_older_version_froze_is_the_same_message(version: int) -> None:
    """A mailing may be resumed after an update: its recipients get what the first of them got."""
    thawed = Composition.thaw((FROZEN / f"{version}.json").read_bytes())
    values = {"first_name": "Ana", "outlet": "Gull & Sons", "unsubscribe": "https://example.org/u/abc"}
    ana = Addressee(
        "ana.ruiz@example.net", "Ana Ruiz", values, "<token@example.org>", "<earlier@example.org>",
        datetime(2026, 11, 24, 6, tzinfo=UTC),
    )  # fmt: skip
    assert thawed.fill(ana) == (FROZEN / f"{version}.eml").read_bytes()
    verify(thawed.fill(ana), ana, thawed)


def test_every_version_that_was_ever_frozen_has_its_example() -> None:
    assert json.loads(MADE.freeze())["version"] == max(int(path.stem) for path in FROZEN.glob("*.json"))


def test_thawed_it_is_the_same() -> None:
    thawed = Composition.thaw(MADE.freeze())
    assert thawed == MADE
    assert thawed.freeze() == MADE.freeze()
    assert thawed.fill(SOMEONE) == MADE.fill(SOMEONE)


def test_places_in_the_source_do_not_matter() -> None:
    """The same mail is the same composition, and freezes to the same bytes: the ledger sees a change by them."""
    mail = rendered()
    moved = replace(mail, slots=tuple(replace(slot, where=Where("releases/x.md", 7)) for slot in mail.slots))
    assert compile_message(moved, HEAD) == compile_message(mail, HEAD)
    assert compile_message(moved, HEAD).freeze() == compile_message(mail, HEAD).freeze()


@pytest.mark.parametrize("frozen", [b"", b"{}", b"[1]", b'{"version":1}', b"\x80\x04K\x01."])
def test_a_damaged_copy_is_an_error_for_staff(frozen: bytes) -> None:
    with pytest.raises(LedgerError, match="can't be read"):
        Composition.thaw(frozen)


def test_a_newer_copy_is_left_to_the_newer_version() -> None:
    with pytest.raises(LedgerError, match="newer version"):
        Composition.thaw(MADE.freeze().replace(b'"version":1', b'"version":2'))
