"""One mail never stops the reading of the others: not by keeping the reader busy, not by bringing it down."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support.benchmark import benchmark
from support.bounce_corpus import ANA, BEN, bounces
from support.hostile_mail import DAEMON, TEXT, hostile_mails
from support.returned import ENVELOPE_FROM, note
from support.sent_mail import returned, send_to
from support.terminal import mailer

from mailer.bounces import Done, MailKind, OurAddresses, read_report
from mailer.bounces.handling import MailHandler
from mailer.bounces.register import MailRegister
from mailer.delivery import Ledger
from mailer.press import Suppressions
from mailer.workspace import Workspace

UNKNOWN = next(sample.content for sample in bounces() if sample.name == "postfix, unknown user at a remote")
SETTINGS = {"ENVELOPE_FROM": ENVELOPE_FROM}


def nested(depth: int) -> bytes:
    parts = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return DAEMON + b"".join(parts)


def test_whatever_lies_in_the_mailbox_the_bounces_beside_it_are_dealt_with(workspace: Workspace) -> None:
    """Each of these kept the program busy for seconds, for minutes or for ever, or ended it with a traceback. Here all
    of them together are read before the test's patience ends, and none is read twice."""
    tokens = send_to(workspace, ANA, BEN)
    folder = workspace.root / "Maildir"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "new" / "000").write_bytes(returned(UNKNOWN, tokens[ANA]))
    mails = list(hostile_mails())
    for number, (_, content) in enumerate(mails, 1):
        (folder / "new" / f"{number:03}").write_bytes(content)
    (folder / "new" / "999").write_bytes(returned(UNKNOWN, tokens[BEN]))
    ran = mailer("bounces", "--maildir", str(folder), "--json", cwd=workspace.root, **SETTINGS)
    assert ran.code == 0
    assert "Traceback" not in ran.err
    handled = json.loads(ran.out)
    assert len(handled) == len(mails) + 2
    consequences = [each for mail in handled for each in mail["consequences"]]
    done = [each["address"] for each in consequences if each["done"] == "suppressed"]
    assert done == [ANA, BEN]
    again = mailer("bounces", "--maildir", str(folder), cwd=workspace.root, **SETTINGS)
    assert "0 new messages." in again.err


def test_damaged_mails_stop_no_run(tmp_path: Path) -> None:
    """Two hundred with changed octets, or mixed by hypothesis, in one folder: each is listed and remembered, and the
    sound bounces between them are dealt with. `benchmarks/bounces/mutated.py` reads 5,000."""
    mutated = benchmark("bounces/mutated.py")
    run = mutated.read_all(tmp_path, 200, 7)
    assert mutated.is_well(run), run


def test_2000_parts_within_each_other(workspace: Workspace) -> None:
    box = workspace.root / "box"
    token = send_to(workspace, ANA)[ANA]
    box.write_bytes(b"".join(b"From x Tue Mar  3 09:00:05 2026\n" + mail + b"\n\n"
                             for mail in (nested(2000), returned(UNKNOWN, token))))  # fmt: skip
    ran = mailer("bounces", "--mbox", str(box), cwd=workspace.root, **SETTINGS)
    assert (ran.code, "Traceback" in ran.err) == (0, False)
    assert f"{ANA}\tsuppressed" in ran.out


def test_a_mail_that_can_not_be_read_is_remembered_and_put_to_a_person(workspace: Workspace) -> None:
    """Whatever Python's parser may still stumble over: here it has next to no stack left."""
    with Ledger(workspace.ledger) as ledger:
        suppressions, register = Suppressions(workspace.suppressed), MailRegister(ledger)
        handler = MailHandler(ledger, register, suppressions, OurAddresses(), "", lambda _: False)
        handler.handle(b"Subject: loads what is loaded at first use\n\n", "elsewhere")
        usual = sys.getrecursionlimit()
        sys.setrecursionlimit(_depth() + 40)
        try:
            handled = handler.handle(nested(28), "box no. 1")
        finally:
            sys.setrecursionlimit(usual)
        assert handled is not None
        assert (handled.kind, handled.where) == (MailKind.UNREADABLE, "box no. 1")
        assert [each.done for each in handled.consequences] == [Done.FOR_YOU]
        assert handler.handle(nested(28), "box no. 1") is None


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def test_a_library_s_mishap_does_not_reach_the_terminal(tmp_path: Path) -> None:
    """flufl.bounce logs its exceptions, and Python prints what nobody listens to."""
    mail = tmp_path / "odd.eml"
    odd = b"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\nContent-Type: text/plain; charset=idna\n\n\xff sorry\n"
    mail.write_bytes(odd)
    ran = mailer("bounces", "--explain", str(mail), cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{mail}\tbounce")


@pytest.mark.parametrize("charset", [b"utf-7", b"unicode_escape", b"utf-16-le", b"punycode", b"idna"])
def test_no_charset_puts_in_what_can_not_be_written(charset: bytes) -> None:
    """Lone surrogates end a program at the first print, and in SQLite."""
    said = b"<ana+2AA-@news.example.net>: 550 5.1.1 unknown \\ud800\n+2AA-@news.example.net\n"
    mail = DAEMON + TEXT.replace(b"utf-8", charset) + said
    repr(read_report(mail)).encode()


def test_what_a_mail_says_can_not_steer_the_terminal(workspace: Workspace) -> None:
    box = workspace.root / "box"
    title = "\x1b]0;owned\x07\u202e\x9b2J"
    letter = note(sender=f"a{title}b@evil.example", subject="x", body="Hello?", null=False).replace(b"Subject: x", f"Subject: {title}".encode())  # fmt: skip
    bounce = DAEMON + TEXT + f"<u{title}@evil.example>: 550 5.1.1 {title} user unknown\n".encode()
    box.write_bytes(b"".join(b"From x Tue Mar  3 09:00:05 2026\n" + mail + b"\n\n" for mail in (letter, bounce)))  # fmt: skip
    ran = mailer("bounces", "--mbox", str(box), cwd=workspace.root, **SETTINGS)
    assert "2 new messages" in ran.err
    shown = ran.out + ran.err
    assert not {c for c in shown if not c.isprintable()} - {"\n", "\t"}
    explained = mailer("bounces", "--mbox", str(box), "--json", "--dry-run", cwd=workspace.root, **SETTINGS)
    assert "\u202e" not in explained.out
