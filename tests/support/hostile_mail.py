"""Mails of up to 2 MB that were made to keep a reader busy, or to bring it down: by name."""

from __future__ import annotations

from collections.abc import Iterator

SIZE = 1_900_000
DAEMON = b"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n"
TEXT = b"Content-Type: text/plain; charset=utf-8\n\n"
HTML = b"Content-Type: text/html; charset=utf-8\n\n"
REPORT = (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
)


def filled(unit: bytes, size: int = SIZE) -> bytes:
    """As many of these as fit."""
    return unit * (size // len(unit))


def nested() -> Iterator[tuple[str, bytes]]:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(2000)
    )
    yield "2,000 multiparts within each other", DAEMON + parts
    yield "20,000 messages within each other", DAEMON + filled(b"Content-Type: message/rfc822\n\n", 620_000)
    yield (
        "messages within each other, the field folded",
        DAEMON + filled(b"content-type:\n\tMESSAGE/global\n\n", 620_000),
    )
    digest = b'Content-Type: multipart/digest; boundary="b"\n\n--b\n\n'
    yield "digests within each other", DAEMON + filled(digest, 600_000)
    report = b"Content-Type: message/delivery-status\n\n"
    yield "reports within each other", DAEMON + filled(report, 600_000)
    old = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\r--b%d\r' % (n, n) for n in range(2000))
    yield "multiparts within each other, line ends of old Macs", DAEMON.replace(b"\n", b"\r") + old


def many() -> Iterator[tuple[str, bytes]]:
    group = b"Final-Recipient: rfc822; u%d@news.example.net\nAction: failed\nStatus: 5.1.1\n\n"
    yield "recipients", DAEMON + REPORT + b"".join(group % n for n in range(20_000)) + b"--b--\n"
    talk = b"".join(b"<u%d@news.example.net>:\n550 no\n\n" % n for n in range(40_000))
    yield "recipients in words", DAEMON + TEXT + talk
    yield "status groups", DAEMON + REPORT + filled(b"A: b\n\n")
    yield "blank lines in a report", DAEMON + REPORT + filled(b"\n")
    yield "continuation lines in a report", DAEMON + REPORT + b"Diagnostic-Code: x" + filled(b"\n x")
    yield "blank lines in a text", DAEMON + TEXT + b"x" + filled(b"\n") + b"y"
    yield "blanks in a text", DAEMON + TEXT + b"x" + filled(b" \n") + b"y"
    yield "parts", DAEMON + b"Content-Type: multipart/mixed; boundary=b\n\n" + filled(b"--b\n\n")
    yield (
        "alternatives",
        DAEMON + b"Content-Type: multipart/alternative; boundary=b\n\n" + filled(b"--b\n\nx\n"),
    )
    yield "header fields", DAEMON + filled(b"A: b\n")
    yield "header fields of a part", DAEMON + b"Content-Type: message/rfc822\n\n" + filled(b"A: b\n")
    yield "carriage returns", DAEMON + TEXT + filled(b"\r") + b"\ny"
    yield "returned texts", DAEMON + TEXT + filled(b"Received: from x\n\n")
    yield (
        "wishes",
        b"From: a@news.example.net\nSubject: Re: x\nTo: unsubscribe@example.org\n"
        + TEXT
        + filled(b"baja\n\n"),
    )


def long_fields() -> Iterator[tuple[str, bytes]]:
    for name, unit in (
        (b"From", b"<"), (b"From", b"("), (b"From", b'"\\"'), (b"To", b"a@b.example, "), (b"Subject", b"=?a?q?x"), (b"Date", b"9"),
        (b"References", b"<a@b.example> "), (b"Content-Type", b';"'), (b"Authentication-Results", b'("'), (b"Received", b" "),
    ):  # fmt: skip
        value = b"%s: %s\n" % (name, filled(unit))
        yield (
            f"{name.decode()} of {unit.decode()}",
            value + DAEMON.replace(name + b": ", b"X: ") + TEXT + b"no",
        )
    part = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; "
    yield "a part's Content-Type", DAEMON + part + filled(b';"\n ') + b"\n\nx\n"


def patterns() -> Iterator[tuple[str, bytes]]:
    """What makes a pattern with two ways to the same end try all of them."""
    for unit in (
        b".,",
        b"To:\n ",
        b"A: b\n",
        b"Message-ID:\n",
        b"On x\n",
        b"--b\n",
        b"Final-Recipient:\n",
        b"user a ",
    ):
        yield f"text of {unit!r}", DAEMON + TEXT + b"x" + filled(unit) + b"y"
    for unit in (b"<", b"A: b\n", b"Message-ID:\n"):
        yield f"HTML of {unit!r}", DAEMON + HTML + b"x" + filled(unit) + b"y"
    for unit in (b"To:\n ", b"Final-Recipient:\n", b';"', b"\\x{9}"):
        yield (
            f"status fields of {unit!r}",
            DAEMON + REPORT + b"Action: failed\nFinal-Recipient: " + filled(unit),
        )
    yield "a number in HTML", DAEMON + HTML + b"&#" + filled(b"9") + b";"


def charsets() -> Iterator[tuple[str, bytes]]:
    for charset in (b"punycode", b"idna", b"unicode_escape", b"undefined", b"\x00"):
        head = b"Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: base64\n\n" % charset
        yield f"charset {charset!r}", DAEMON + head + filled(b"YWEtYjk=\n")
    head = b"Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbegin 666 x\n"
    yield "uuencode", DAEMON + head + filled(b"#86%A\n")


def replies() -> Iterator[tuple[str, bytes]]:
    """Long replies of servers, about as many recipients as are looked at and more: each is searched for what it means."""
    for unit in (
        b"a.",
        b"user x ",
        b"host a[",
        b"::::",
        b"1.1.1.1 ",
        b"x may ",
        b"said: 550 ",
        b"a@b ",
        b"(e.g. ",
    ):
        talk = b"".join(b"<u%d@news.example.net>:\n550 %s\n" % (n, filled(unit, 1_400)) for n in range(25))
        yield f"replies in words, of {unit!r}", DAEMON + TEXT + talk
        group = b"Final-Recipient: rfc822; u%d@news.example.net\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 %s\n\n"
        fields = b"".join(group % (n, filled(unit, 2_000)) for n in range(25))
        yield f"replies in fields, of {unit!r}", DAEMON + REPORT + fields + b"--b--\n"


def hostile_mails() -> Iterator[tuple[str, bytes]]:
    """All of them, one after the other."""
    for family in (nested, many, long_fields, patterns, charsets, replies):
        yield from family()
