"""A release that came as a mail (.eml): its text is read, its fields are set aside, its attachments named."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support.account import words_lost
from support.shown_document import blocks_shown

from mailer.errors import DocumentError
from mailer.importing.document import SourceDocument
from mailer.importing.sources.message import read

PNG = io.BytesIO()
Image.new("RGB", (4, 3), (200, 30, 30)).save(PNG, "PNG")


def mail(text: str = "", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Fährbetrieb: Release"
    message["From"] = "Ana Mora <ana@harbor.example.org>"
    message["To"] = "press@harbor.example.org"
    message["Date"] = "Wed, 03 Jun 2026 09:12:00 -0400"
    if text:
        message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html") if text else message.set_content(html, subtype="html")
    return message


def of(message: EmailMessage) -> SourceDocument:
    """The mail as it is read; no word may be lost."""
    found = read(message.as_bytes(), "release.eml")
    assert words_lost(found) == []
    return found


def test_html_goes_before_text() -> None:
    found = of(mail("Plain\n", "<p>The <b>ferry</b> runs.</p>"))
    assert found.kind == "mail"
    assert blocks_shown(found.blocks) == ["The **ferry** runs."]


def test_plain_text_is_read_where_there_is_no_other() -> None:
    assert blocks_shown(of(mail("The ferry runs.\n\nIt is free.\n")).blocks) == [
        "The ferry runs.",
        "It is free.",
    ]


def test_lines_that_a_mail_program_broke_are_one_paragraph_again() -> None:
    """RFC 3676: a line that ends in a blank goes on."""
    message = mail("The ferry \nruns.\n-- \nAna\n")
    message.set_param("format", "flowed")
    assert blocks_shown(of(message).blocks)[0] == "The ferry runs.⏎--⏎Ana"


def test_fields_are_set_aside_and_not_in_the_text() -> None:
    found = of(mail("The ferry runs.\n"))
    assert [blocks_shown(margin.blocks) for margin in found.margins] == [
        [
            "Subject: Fährbetrieb: Release",
            "From: Ana Mora <ana@harbor.example.org>",
            "To: press@harbor.example.org",
            "Date: Wed, 03 Jun 2026 09:12:00 -0400",
        ]
    ]


@pytest.mark.parametrize(
    "head",
    [
        "<p>---------- Forwarded message ---------<br>From: Bo<br>Subject: x<br></p>",
        "<p><b>From:</b> Bo<br><b>Sent:</b> Monday<br><b>To:</b> Ana<br><b>Subject:</b> x</p>",
        "<p>Von: Bo</p><p>Gesendet: Montag</p><p>An: Ana</p><p>Betreff: x</p>",
        "<p>-----Mensaje original-----<br>De: Bo<br>Para: Ana<br>Asunto: x</p>",
        "<p>Début du message réexpédié :<br>De: Bo<br>Objet: x<br>Date: hier</p>",
    ],
)
def test_heads_of_forwarded_mails_are_set_aside(head: str) -> None:
    found = of(mail(html=f"<p>FYI</p>{head}<p>The ferry runs.</p>"))
    assert blocks_shown(found.blocks) == ["FYI", "The ferry runs."]
    assert found.margins[1].place == "head of a forwarded mail"


def test_a_single_field_may_stand_in_a_release() -> None:
    assert (
        blocks_shown(of(mail(html="<p>Date: 3 June</p><p>The ferry runs.</p>")).blocks)[0] == "Date: 3 June"
    )


def test_a_mail_that_was_forwarded_as_an_attachment_is_read() -> None:
    wrapped = EmailMessage()
    wrapped["Subject"] = "FW: Release"
    wrapped.set_content(mail("The ferry runs.\n"))
    found = of(wrapped)
    assert blocks_shown(found.blocks) == ["The ferry runs."]
    assert [blocks_shown(margin.blocks)[0] for margin in found.margins] == [
        "Subject: FW: Release",
        "Subject: Fährbetrieb: Release",
    ]


def test_pictures_in_the_mail_come_along() -> None:
    message = mail(html='<p>Text</p><img alt="A pier" src="cid:pier@x">')
    message.add_related(PNG.getvalue(), "image", "png", cid="<pier@x>")
    found = of(message)
    assert blocks_shown(found.blocks) == ["Text", "![A pier](picture-1)"]


def test_what_lists_of_mails_show_is_no_leak_and_other_hidden_text_is() -> None:
    """Newsletters hide a first line, which lists of mails show."""
    found = of(mail(html='<div style="display:none">Ferry at night</div><p>Text</p><p hidden>price</p>'))
    assert blocks_shown(found.blocks) == ["Text"]
    assert [leak.text for leak in found.leaks] == ["price"]
    assert "What lists of mails show of it was left out: “Ferry at night”." in found.remarks


def test_attachments_are_named_and_a_document_is_pointed_out() -> None:
    message = mail("See attached.\n")
    message.add_attachment(b"x", "application", "octet-stream", filename="Ferry.docx")
    message.add_attachment(b"x", "application", "pdf", filename="map.pdf")
    assert (
        "Attached to the mail: Ferry.docx, map.pdf; if Ferry.docx is the release, save it and import that."
        in of(message).remarks
    )


def test_what_has_no_text_says_what_is_attached() -> None:
    message = EmailMessage()
    message.add_attachment(b"x", "application", "octet-stream", filename="Ferry.docx")
    with pytest.raises(DocumentError, match=r"it has no text — Attached to the mail: Ferry\.docx"):
        read(message.as_bytes(), "release.eml")


def test_what_is_encrypted_is_refused() -> None:
    message = EmailMessage()
    message.set_content(b"x", "application", "pkcs7-mime")
    with pytest.raises(DocumentError, match="encrypted"):
        read(message.as_bytes(), "release.eml")


LINES = st.sampled_from(
    [b"Subject: =?utf-8?b?w?=", b"Subject: =?x?q?a?=", b"MIME-Version: 1.0", b"Content-Type: multipart/mixed; boundary=b", b"",
     b"Content-Type: text/html; charset=\"\xff\"", b"Content-Type: text/plain; charset=unicode_escape; format=flowed", b"--b", b"--b--",
     b"Content-Transfer-Encoding: base64", b"Content-Disposition: attachment; filename*=x''%ff", b"<p>Text</p>", b"From: \xff",
     b"Content-Type: message/rfc822", b"Content-Type: image/png", b"Content-ID: <a", b"=ff", b"Content-Type: text/html; charset=hex"]
)  # fmt: skip


@given(st.lists(st.one_of(LINES, st.binary(max_size=12)), max_size=30))
def test_no_bytes_make_it_fail(lines: list[bytes]) -> None:
    try:
        found = read(b"\r\n".join(lines), "release.eml")
    except DocumentError as refused:
        assert refused.faults
    else:
        assert found.kind == "mail"
