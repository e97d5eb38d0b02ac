"""From `mailer init` to the first real send: what is the sample's is named, may be looked at, and never leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.own_office import put_own_in_place
from support.terminal import mailer

from mailer.desk.inbox import Inbox
from mailer.workspace import Workspace


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox(tmp_path / "mailbox") as running:
        yield running


@pytest.fixture
def server(inbox: Inbox) -> dict[str, str]:
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}


def spanish_forgotten(workspace: Workspace) -> None:
    """All is replaced but newsroom.es.md, which whoever writes no Spanish never opens."""
    spanish = workspace.root / "newsroom.es.md"
    text = spanish.read_text("utf-8")
    put_own_in_place(workspace)
    spanish.write_text(text, "utf-8")


def test_init_lists_what_is_the_samples_and_asks_nothing(tmp_path: Path) -> None:
    ran = mailer("init", "office", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, f"{tmp_path / 'office'}\n")
    for place in (
        "newsroom.md:2: name, “Lantern Coast Foundation”", "newsroom.md:4: address, “press@example.org”",
        "newsroom.md:8: postal address, “Lantern House, 12 Quay Street”", "newsroom.md:19: contact, “Mira Okafor”",
        "newsroom.es.md:2: name, “Fundación Costa Linterna”", "newsroom.es.md:7: phone number, “020 7946 0142”",
        "releases/harbour-report.md:13: name, ",
    ):  # fmt: skip
        assert f"\n  {place}" in ran.err
    assert (
        "Nothing can be sent while a release still contains any of this; `mailer check` shows what is left."
        in ran.err
    )


def test_the_spanish_newsroom_that_was_forgotten_does_not_leave(
    sample_workspace: Workspace, inbox: Inbox, server: dict[str, str]
) -> None:
    """Spanish readers got the release from “Fundación Costa Linterna”."""
    spanish_forgotten(sample_workspace)
    ran = mailer("send", "harbour-report", "--yes", cwd=sample_workspace.root, **server)
    assert ran.code == 1
    assert "newsroom.es.md:2: error: Still has the sample's name, “Fundación Costa Linterna”" in ran.err
    assert "nothing was sent" in ran.err
    assert inbox.received() == []
    assert mailer("status", "--json", cwd=sample_workspace.root).out.strip() == "[]", "nor is it queued"


@pytest.mark.parametrize("how", ["put their own in place", "delete it"])
def test_once_it_is_mended_it_leaves(
    sample_workspace: Workspace, inbox: Inbox, server: dict[str, str], how: str
) -> None:
    if how == "delete it":
        spanish_forgotten(sample_workspace)
        (sample_workspace.root / "newsroom.es.md").unlink()
    else:
        put_own_in_place(sample_workspace)
    ran = mailer("send", "harbour-report", "--yes", cwd=sample_workspace.root, **server)
    assert ran.code == 0, ran.err
    assert len(inbox.received()) == 11
    for mail in inbox.received():
        content = mail.path.read_text("utf-8")
        assert "Linterna" not in content
        assert "press@" not in content


def test_a_newcomer_may_look_rehearse_and_proof(
    sample_workspace: Workspace, inbox: Inbox, server: dict[str, str]
) -> None:
    checked = mailer("check", "harbour-report", "--json", cwd=sample_workspace.root)
    assert (checked.code, {f["level"] for f in json.loads(checked.out)}) == (0, {"warning"})
    rehearsed = mailer("send", "harbour-report", "--dry-run", cwd=sample_workspace.root)
    assert rehearsed.code == 0, rehearsed.err
    assert "newsroom.es.md:2: warning: Still has the sample's name" in rehearsed.err
    proofed = mailer(
        "send", "harbour-report", "--test", "me@example.net", "--yes", cwd=sample_workspace.root, **server
    )
    assert proofed.code == 0, proofed.err
    assert "newsroom.es.md:2: warning: Still has the sample's name" in proofed.err
    assert [mail.to for mail in inbox.received()] == ["me@example.net"] * 2, "each edition"
    assert mailer("send", "harbour-report", "--yes", cwd=sample_workspace.root, **server).code == 1
    assert len(inbox.received()) == 2, "the proof only"
