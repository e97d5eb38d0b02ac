"""Building blocks for mail that comes back: the release as it left us, status reports, plain notes.

All addresses are invented; the wording is that of the programs named, as their documentation and source have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header

TOKEN = "5e1f0c2a9b7d4e6f8a0b1c2d"
ENVELOPE_FROM = "bounces+{token}@example.org"
VERP = ENVELOPE_FROM.replace("{token}", TOKEN)
MESSAGE_ID = f"<{TOKEN}@example.org>"


@dataclass(frozen=True)
class Sample:
    """A mail with what it should be read as. `recipients`: address → whether it is hard; None: not asked."""

    name: str
    content: bytes
    kind: str
    recipients: tuple[tuple[str, bool | None], ...] = ()


def release(to: str, *, body: bool = False) -> str:
    """Our mail as it stands in a bounce: its header, with or without its text."""
    head = (
        f"Return-Path: <{VERP}>\n"
        "Received: from press.example.org (press.example.org [192.0.2.10])\n"
        "\tby relay.example.org with ESMTPS id 4XyZ12abcd; Tue, 3 Mar 2026 09:00:02 +0000\n"
        "Date: Tue, 03 Mar 2026 09:00:00 +0000\n"
        "From: Lantern Coast Foundation <press@example.org>\n"
        f"To: {to}\n"
        "Subject: Harbour report finds cleaner water\n"
        f"Message-ID: {MESSAGE_ID}\n"
        f"List-Unsubscribe: <mailto:unsubscribe@example.org?subject=unsubscribe%20{TOKEN}>\n"
        "MIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\n"
    )
    return head + ("\nWater in the harbour was cleaner last year.\n" if body else "")


def dsn(
    *,
    sender: str,
    subject: str,
    talk: str,
    fields: str,
    to: str,
    mta: str = "mx.example.net",
    header: str = "",
    returned: str | None = None,
    returned_type: str = "message/rfc822",
    status_type: str = "message/delivery-status",
    talk_type: str = "text/plain; charset=us-ascii",
    outer: str = "multipart/report; report-type=delivery-status",
) -> bytes:
    """A multipart/report (RFC 6522) with its three parts; `fields`: the per-recipient groups."""
    returned = release(to) if returned is None else returned
    text = (
        f"Return-Path: <>\nDelivered-To: {VERP}\n{header}"
        f"From: {sender}\nTo: {VERP}\nSubject: {subject}\n"
        "Date: Tue, 3 Mar 2026 09:00:05 +0000\nMessage-ID: <20260303090005.4XyZ12@mx.example.net>\n"
        f'MIME-Version: 1.0\nContent-Type: {outer};\n\tboundary="b1-report/mx.example.net"\n\n'
        "This is a MIME-encapsulated message.\n\n"
        f"--b1-report/mx.example.net\nContent-Type: {talk_type}\n\n{talk}\n"
        f"--b1-report/mx.example.net\nContent-Type: {status_type}\n\n"
        f"Reporting-MTA: dns; {mta}\nArrival-Date: Tue, 3 Mar 2026 09:00:02 +0000\n\n{fields}\n"
        f"--b1-report/mx.example.net\nContent-Type: {returned_type}\n\n{returned}\n"
        "--b1-report/mx.example.net--\n"
    )
    return text.encode()


def fields(to: str, status: str, diagnostic: str = "", action: str = "failed", *more: str) -> str:
    """One group of per-recipient fields (RFC 3464 §2.3)."""
    lines = [f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}"]
    lines += [f"Diagnostic-Code: smtp; {diagnostic}"] if diagnostic else []
    return "\n".join([*lines, *more]) + "\n"


def note(
    *,
    sender: str | None,
    subject: str,
    body: str,
    header: str = "",
    null: bool = True,
    to: str = VERP,
    content_type: str = "text/plain; charset=utf-8",
) -> bytes:
    """A mail of one part. `sender` None: without From; `null`: with the null return path."""
    shown = subject if subject.isascii() else Header(subject, "utf-8").encode()
    text = ("Return-Path: <>\n" if null else f"Return-Path: <{sender}>\n") + f"Delivered-To: {to}\n{header}"
    text += f"From: {sender}\n" if sender else ""
    text += (
        f"To: {to}\nSubject: {shown}\nDate: Tue, 3 Mar 2026 10:12:00 +0000\n"
        "Message-ID: <note.1@mail.example.net>\nMIME-Version: 1.0\n"
        f"Content-Type: {content_type}\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )
    return text.encode()
