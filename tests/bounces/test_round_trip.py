"""The whole round: a release goes out through a real Postfix, which can't deliver one of its mails and says so
to the bounce mailbox; `mailer bounces` reads that, `status` shows it, and the next release leaves them out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postfix import Postfix, running_postfix
from support.terminal import mailer

from mailer.workspace import Workspace

KNOWN = "ana.ruiz@example.net"

# Recipients are accepted at RCPT and looked up later, as at many large sites: so a bounce is written.
_MAILBOXES = """
virtual_mailbox_domains = example.net, example.org
virtual_mailbox_maps = inline:{{ {{ana.ruiz@example.net = all/}}, {{bounces@example.org = bounces/}},
  {{returns@example.org = returns/}} }}
recipient_delimiter = +
smtpd_reject_unlisted_recipient = no
""".replace("{{", "{").replace("}}", "}")


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with running_postfix(_MAILBOXES) as running:
        yield running


def wait_for(folder: Path, mails: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not folder.is_dir() or len(list(folder.iterdir())) < mails:
        assert time.monotonic() < until, f"nothing came to {folder}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("box", "envelope_from"),
    [("bounces", "bounces+{token}@example.org"), ("returns", "returns@example.org")],
    ids=["VERP", "by Message-ID"],
)
def test_a_bounce_comes_home(workspace: Workspace, postfix: Postfix, box: str, envelope_from: str) -> None:
    unknown = f"nobody.{box}@example.net"
    (workspace.lists / "round.csv").write_text(
        f"name,email\nAna Ruiz,{KNOWN}\nN. Body,{unknown}\n", encoding="utf-8"
    )
    for name in ("first", "second"):
        text = (workspace.releases / "harbour-report.md").read_text("utf-8")
        (workspace.releases / f"{name}.md").write_text(text, encoding="utf-8")
    server = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(postfix.port),
        "SMTP_SECURITY": "none",
        "ENVELOPE_FROM": envelope_from,
    }
    sent = mailer("send", "first", "--list", "round", "--yes", cwd=workspace.root, **server)
    assert sent.code == 0, sent.err
    maildir = postfix.mailbox.parent.parent / box
    wait_for(maildir / "new", 1)
    before = {path: path.read_bytes() for path in (maildir / "new").iterdir()}
    read = mailer("bounces", "--maildir", str(maildir), cwd=workspace.root, **server)
    assert read.code == 0, read.err
    assert {path: path.read_bytes() for path in (maildir / "new").iterdir()} == before
    assert read.out.split("\t")[:2] == [unknown, "suppressed"]

    status = mailer("status", "first", "--recipients", cwd=workspace.root)
    states = dict(line.split("\t")[:2] for line in status.out.splitlines())
    assert states == {KNOWN: "accepted", unknown: "bounced"}
    assert "unknown user" in status.out

    again = mailer("send", "second", "--list", "round", "--yes", cwd=workspace.root, **server)
    assert again.code == 0, again.err
    assert unknown in again.err, "the one who is left out is named"
    assert "suppressed" in again.err
    rows = json.loads(mailer("status", "second", "--recipients", "--json", cwd=workspace.root).out)
    assert [row["address"] for row in rows] == [KNOWN]
