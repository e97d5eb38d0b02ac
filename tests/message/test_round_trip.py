"""What a mail program reads is what was rendered, filled with that recipient's values, and nothing else."""

from __future__ import annotations

import unicodedata
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.messages import FIELDS, HEAD, HTML, TEXT, addressee, composition, read, slot

from mailer.message import Head, compile_message, verify
from mailer.model import Mailbox, Part, Rendered

SUBJECT = f"For {slot('outlet')}: the light is back"
PERSONAL = composition(subject=SUBJECT)
PIECES = st.sampled_from(
    ["\r\n", "\n", "\r", "\0", "\u2028", "\x85", "Bcc: eve@example.net", ":", ",", ";", '"', "\\", "<", ">",
     "@", "(", ")", "=?utf-8?q?=0ABcc=3A?=", "=?", "?=", "=", ".", "From ", "&amp;", "{{ 7 * 7 }}", "\ue0001\ue001",
     " ", "  ", "\t", "\u00a0", "é", "ñ", "שלום", "مرحبا", "東京", "👩‍🚒", "\u202e", "x" * 200]
)  # fmt: skip
WILD = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join))


def flat(value: str) -> str:
    """A value as it may stand in one line: each run of control characters is a blank."""
    blanked = "".join("\0" if unicodedata.category(c) == "Cc" or c in "\u2028\u2029" else c for c in value)
    while "\0\0" in blanked:
        blanked = blanked.replace("\0\0", "\0")
    return blanked.replace("\0", " ")


def squeezed(value: str) -> str:
    return " ".join(word for word in flat(value).split(" ") if word)


def filled(template: str, values: dict[str, str]) -> str:
    pieces = template
    for field in FIELDS:  # by way of signs that no value holds, so that no value is looked at again
        pieces = pieces.replace(slot(field), f"\x01{field}\x02")
    for field, value in values.items():
        pieces = pieces.replace(f"\x01{field}\x02", value)
    return pieces


@given(name=WILD, first_name=WILD, outlet=WILD)
@example(name="Ruiz, Ana", first_name="Ana\r\nBcc: eve@example.net", outlet="=?utf-8?q?=0D=0ABcc=3A_eve?=")
@example(name="\ue0000\ue001", first_name="\ue0001\ue001", outlet="<b>&amp;</b>")
@example(name='"Ana" <eve@example.net>, x', first_name=".", outlet="From ")
def test_whatever_the_values_are(name: str, first_name: str, outlet: str) -> None:
    someone = addressee(name, {"first_name": first_name, "outlet": outlet})
    content = PERSONAL.fill(someone)
    got = read(content)
    meant = {
        "first_name": flat(first_name) or "colleague",
        "outlet": flat(outlet),
        "unsubscribe": "mailto:leave@example.org?subject=unsubscribe%200a1b2c",
    }
    assert got.text == filled(TEXT, meant)
    assert got.html == filled(HTML, {field: escape(value) for field, value in meant.items()})
    assert got.subject == squeezed(filled(SUBJECT, meant))
    assert got.to == [(squeezed(name), "ana@example.com")]
    assert got.fields == [
        "from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-id", "content-language",
        "mime-version", "content-type",
    ]  # fmt: skip


@given(name=WILD, first_name=WILD, outlet=WILD)
@example(name="", first_name=".", outlet="From Ana")
@example(name="", first_name="x" * 76, outlet="x" * 77)
@example(name="x" * 59, first_name="." * 200, outlet="é" * 200)
def test_every_line_can_travel(name: str, first_name: str, outlet: str) -> None:
    """RFC 5321 §4.5: CRLF only, no line over 998 octets, none to dot-stuff; all ASCII."""
    content = PERSONAL.fill(addressee(name, {"first_name": first_name, "outlet": outlet}))
    assert content.isascii()
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)
    assert not any(line.startswith((b".", b"From ")) for line in lines)
    assert max(map(len, lines)) <= 78


@given(
    html=st.text(st.characters(exclude_categories=["Cs", "Co"]), max_size=400),
    text=st.text(st.characters(exclude_categories=["Cs", "Co"]), max_size=400),
)
def test_whatever_the_release_is(html: str, text: str) -> None:
    """`compile_message` reads what it made and compares; a difference would raise here."""
    content = composition(html=html, text=text).fill(addressee())
    got = read(content)
    unix = [part.replace("\r\n", "\n").replace("\r", "\n") for part in (html, text)]
    assert [got.html, got.text] == [part if part.endswith("\n") else f"{part}\n" for part in unix]


def test_a_missing_value_is_its_fallback() -> None:
    got = read(composition().fill(addressee(values={"first_name": ""})))
    assert got.text.startswith("Dear colleague,\n")


def test_a_paragraph_stays_one_line() -> None:
    assert read(composition().fill(addressee())).text.endswith(TEXT[-400:])


# ---- the MIME tree --------------------------------------------------------------------------------

PICTURE = Part("harbour.png", "image/png", bytes(range(256)) * 3, "harbour@example.org")
REPORT = Part("informe — año 2026.pdf", "application/pdf", b"%PDF-1.7\r\n.\r\nFrom here\n")
INVITATION = Part("event.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


def tree(content: bytes) -> str:
    """`mixed(alternative(text/plain, text/html), …)`"""

    def of(part) -> str:
        if part.is_multipart():
            return f"{part.get_content_subtype()}({', '.join(map(of, part.iter_parts()))})"
        return str(part.get_content_type())

    return of(read(content).message)


@pytest.mark.parametrize(
    ("parts", "meant"),
    [
        ({}, "alternative(text/plain, text/html)"),
        ({"related": (PICTURE,)}, "related(alternative(text/plain, text/html), image/png)"),
        ({"attached": (REPORT,)}, "mixed(alternative(text/plain, text/html), application/pdf)"),
        (
            {"related": (PICTURE,), "attached": (REPORT, INVITATION)},
            "mixed(related(alternative(text/plain, text/html), image/png), application/pdf, text/calendar)",
        ),
    ],
)
def test_levels_only_where_they_are_needed(parts: dict[str, tuple[Part, ...]], meant: str) -> None:
    assert tree(composition(**parts).fill(addressee())) == meant


def test_files_arrive_as_they_were() -> None:
    content = composition(related=(PICTURE,), attached=(REPORT, INVITATION)).fill(addressee())
    leaves = [part for part in read(content).message.walk() if not part.is_multipart()]
    assert [
        (p.get_filename(), p.get_content_disposition(), p.get_payload(decode=True)) for p in leaves[2:]
    ] == [
        ("harbour.png", "inline", PICTURE.content),
        ("informe — año 2026.pdf", "attachment", REPORT.content),
        ("event.ics", "attachment", INVITATION.content),
    ]
    assert leaves[2]["Content-ID"] == "<harbour@example.org>"
    assert leaves[4]["Content-Type"].params["method"] == "PUBLISH"
    assert leaves[4]["Content-Type"].params["charset"] == "utf-8"


@given(st.text(max_size=120).map(lambda name: f"a{name}"), st.binary(max_size=300))
@example('a"b\\c.pdf', b"")
@example("très long " * 30 + ".pdf", b".\r\n")
@example("utf-8''x%41.pdf", b"")
def test_any_file_name(name: str, data: bytes) -> None:
    content = composition(attached=(Part(name, "application/octet-stream", data),)).fill(addressee())
    (part,) = read(content).message.iter_attachments()
    assert (part.get_filename(), part.get_content()) == (squeezed(name).strip(), data)
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_names_beyond_ascii_are_written_by_rfc_2231() -> None:
    content = composition(attached=(REPORT,)).fill(addressee())
    assert b"filename*=utf-8''informe%20%E2%80%94%20a%C3%B1o%202026.pdf\r\n" in content


def test_boundaries_differ_and_stand_in_no_part() -> None:
    lookalike = "--=_0123456789abcdef01234567\n"
    content = composition(html=lookalike * 3, related=(PICTURE,), attached=(REPORT,)).fill(addressee())
    parts = [part for part in read(content).message.walk() if part.is_multipart()]
    boundaries = [part.get_boundary().encode() for part in parts]
    assert len(set(boundaries)) == 3
    for boundary, part in zip(boundaries, parts, strict=True):
        assert content.count(b"\r\n--" + boundary) == len(part.get_payload()) + 1


# ---- real editions ----------------------------------------------------------------------------------


def test_two_editions_share_nothing() -> None:
    spanish = Rendered("es", "Vuelve la luz", "", "<p>Hola</p>\n", "Hola\n")
    content = compile_message(spanish, Head(Mailbox("prensa@example.org"))).fill(addressee())
    assert read(content).message["Content-Language"] == "es"
    assert b"List-" not in content


def test_verify_agrees() -> None:
    made = composition(HEAD, subject=SUBJECT, related=(PICTURE,), attached=(REPORT,))
    someone = addressee("Ana “la” Ruiz", {"outlet": "Noticias & Más"}, in_reply_to="<9f@example.org>")
    verify(made.fill(someone), someone, made)
