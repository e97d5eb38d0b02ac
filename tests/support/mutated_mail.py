"""Mails of the corpus as gateways, archives and attackers leave them: cut, spliced, mixed with each other."""

from __future__ import annotations

from hypothesis import strategies as st

from support.bounce_corpus import bounces
from support.other_mail import others

WHOLE = [sample.content for sample in (*bounces(), *others())]
LINES = sorted({line for content in WHOLE for line in content.split(b"\n")})
ODD = [
    b"\x00", b"\xff", b"\r", b"\r\n\r\n", b"\n\n", b'"', b"(", b"=?", b"?=", b";", b"*0*=", b"\xe2\x80\xa8", b"=\n", b"\x1c", b"\x85", b"\x1b$B",
    b"--b1-report/mx.example.net\n", b"--b1-report/mx.example.net--\n", b"Content-Type: multipart/mixed; boundary*=x''b\n",
    b"Content-Type: text/plain; charset*0*=ascii'en'%ff; charset*1=x\n", b"Content-Type: message/delivery-status\n",
    b"Content-Type: message/rfc822\n", b"Content-Type: multipart/digest\n", b"Content-Type:\n", b"Content-Transfer-Encoding: x-uuencode\n",
    b"Content-Transfer-Encoding: base64\n", b"begin 644 x\n", b"charset=utf-16", b"charset=utf-7", b"+2AA-", b'boundary=""', b": x\n", b"From:\n",
    b"Date: Tue, 99 Mar 99999 99:99:99 +99999\n", b"&#x110000;", b"&#xD800;", b"<!--", b"[", b"Final-Recipient: utf-8; \\x{D800}\n",
    b"Authentication-Results: mx.example.org; dmarc=pass\n", b"List-Id: <x>\n", b"Return-Path: <>\n", b"X-Failed-Recipients: a@b.example\n",
]  # fmt: skip


@st.composite
def mutated_mails(draw: st.DrawFn) -> bytes:
    """A mail of the corpus after up to ten mishaps."""
    content = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 10))):
        where = draw(st.integers(0, len(content)))
        line = content.rfind(b"\n", 0, where) + 1
        match draw(st.integers(0, 4)):
            case 0:
                content = content[:where] + draw(st.sampled_from(ODD)) + content[where:]
            case 1:
                content = content[:where] + content[where + draw(st.integers(0, 300)) :]
            case 2:
                content = content[:line] + draw(st.sampled_from(ODD + LINES)) + b"\n" + content[line:]
            case 3:
                content = content[:line] + content[where:] + content[line:where]
            case _:
                content = content[:where] + draw(st.sampled_from(WHOLE)) + content[where:]
    return content
