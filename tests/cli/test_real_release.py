"""A real office's release, to 25 recipients, over a real SMTP server: everything comes through, to each alone."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from support.lists import make_list
from support.terminal import mailer

from mailer.desk.inbox import Inbox
from mailer.workspace import Workspace


def words(text: str) -> list[str]:
    """In small letters: a button's capitals are not what it says."""
    return re.findall(r"[\w’']+", text.lower())


def shown(html: str) -> str:
    """What a browser shows of some HTML, roughly: without head, tags and comments."""
    body = re.sub(r"(?s)<head.*?</head>|<!--.*?-->", " ", html)
    from html import unescape

    return unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def arrived(workspace: Workspace, real_release: str, tmp_path: Path) -> list[EmailMessage]:
    addresses = make_list(workspace, "twenty-five", 25)
    with Inbox(tmp_path / "mailbox") as inbox:
        ran = mailer(
            "send", real_release, "--list", "twenty-five", "--yes", cwd=workspace.root,
            SMTP_HOST="127.0.0.1", SMTP_PORT=str(inbox.port), SMTP_SECURITY="none",
        )  # fmt: skip
        paths = [mail.path for mail in inbox.received()]
    assert ran.code == 0, ran.err
    messages = [message_from_bytes(path.read_bytes(), policy=default) for path in paths]
    assert sorted(m["To"].addresses[0].addr_spec for m in messages) == addresses
    return messages


def source(workspace: Workspace) -> str:
    return (workspace.releases / "real.md").read_text("utf-8")


def test_each_of_25_gets_one_message_with_one_address_in_to(arrived: list[EmailMessage]) -> None:
    assert len(arrived) == 25
    for message in arrived:
        assert len(message["To"].addresses) == 1
        assert message["Cc"] is None
        assert message["Bcc"] is None
    assert len({message["Message-ID"] for message in arrived}) == 25


@pytest.mark.parametrize("part", ["plain", "html"])
def test_every_paragraph_highlight_note_and_button_is_in_both_parts(
    arrived: list[EmailMessage], workspace: Workspace, part: str
) -> None:
    text = source(workspace)
    _, header, body = text.split("---\n", 2)
    content = arrived[0].get_body((part,)).get_content()
    running = " ".join(words(shown(content) if part == "html" else content))
    for paragraph in body.split("\n\n"):
        # a note's number stands between words where it is cited, and apart in the text part
        plain = re.sub(r"\[\^\d+\]:?|<https?://\S+>\.?|\*\*", " ", paragraph)
        for sentence in re.split(r"(?<=[.:,”])\s", plain):
            wanted = " ".join(words(sentence))
            assert wanted in re.sub(r" \b\d\b(?= |$)", "", running) or wanted in running, sentence
    for link in re.findall(r"<(https?://[^>]+)>", body):
        assert link in content
    for field in ("headline", "date", "dateline"):
        value = re.search(rf"^{field}: (.*)$", header, re.MULTILINE)
        assert value is not None
        assert " ".join(words(value[1])) in running


def test_eight_notes_two_buttons_two_highlights_and_the_contact(
    arrived: list[EmailMessage], workspace: Workspace
) -> None:
    html = arrived[0].get_body(("html",)).get_content()
    assert len(re.findall(r'id="note-\d+"', html)) == 8
    assert html.count('class="button-link"') == 2
    assert len(re.findall(r"<strong class=\"highlight\"", html)) == 2
    contact = re.search(r"email: (\S+)", source(workspace))
    assert contact is not None
    assert f'href="mailto:{contact[1]}"' in html


def test_the_phone_number_calls_washington_not_egypt(
    arrived: list[EmailMessage], workspace: Workspace
) -> None:
    """`+ (202) …` is a habit; the sample newsroom is in Britain, so here it needs a US newsroom."""
    newsroom = workspace.newsroom.read_text("utf-8").replace("Region: GB", "Region: US")
    workspace.newsroom.write_text(newsroom, "utf-8")
    ran = mailer("render", "real", "--out", "out", cwd=workspace.root)
    assert ran.code == 0, ran.err
    html = (workspace.root / "out" / "real.en.html").read_text("utf-8")
    phone = re.search(r"phone: (.*)", source(workspace))
    assert phone is not None
    assert f'href="tel:+1{re.sub(r"[^0-9]", "", phone[1])}"' in html
    assert "tel:+20" not in html


def test_a_rehearsal_writes_25_messages_and_opens_no_connection(
    workspace: Workspace, real_release: str
) -> None:
    make_list(workspace, "twenty-five", 25)
    # A server that can't be resolved: a rehearsal that asked for it would fail.
    ran = mailer("send", real_release, "--list", "twenty-five", "--dry-run", "--out", "rehearsal",
                 cwd=workspace.root, SMTP_HOST="nowhere.invalid")  # fmt: skip
    assert ran.code == 0, ran.err
    messages = sorted((workspace.root / "rehearsal").glob("*.eml"))
    assert len(messages) == 25
    assert "sent" not in ran.err.lower().split()
    for path in messages:
        message = message_from_bytes(path.read_bytes(), policy=default)
        assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == [
            "text/plain",
            "text/html",
        ]
        assert not message.defects
    page = (workspace.root / "rehearsal" / "index.html").read_text("utf-8")
    assert page.count(".eml</a>") == 25
    assert mailer("status", cwd=workspace.root).out == ""


def test_status_says_who_got_it(arrived: list[EmailMessage], workspace: Workspace) -> None:
    ran = mailer("status", "real", "--recipients", cwd=workspace.root)
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert len(rows) == 25
    assert {state for _, state, _ in rows} == {"accepted"}
    assert all(reply.startswith("250") for _, _, reply in rows)
    as_json = json.loads(mailer("status", "real", "--recipients", "--json", cwd=workspace.root).out)
    assert [(row["address"], row["state"], row["reply"]) for row in as_json] == [tuple(row) for row in rows]


def test_a_second_send_reaches_only_newcomers(
    arrived: list[EmailMessage], workspace: Workspace, tmp_path: Path
) -> None:
    with (workspace.lists / "twenty-five.csv").open("a", encoding="utf-8") as file:
        file.write("newcomer@example.net,New Comer,,en,\nREPORTER0001@example.net,Again,,en,\n")
    with Inbox(tmp_path / "second") as inbox:
        ran = mailer("send", "real", "--list", "twenty-five", "--yes", cwd=workspace.root,
                     SMTP_HOST="127.0.0.1", SMTP_PORT=str(inbox.port), SMTP_SECURITY="none")  # fmt: skip
        assert [mail.to for mail in inbox.received()] == ["New Comer <newcomer@example.net>"]
    assert ran.code == 0, ran.err


def test_a_changed_text_under_the_same_name_is_refused(
    arrived: list[EmailMessage], workspace: Workspace
) -> None:
    path = workspace.releases / "real.md"
    path.write_text(path.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
    ran = mailer("send", "real", "--list", "twenty-five", "--yes", cwd=workspace.root, SMTP_HOST="127.0.0.1",
                 SMTP_PORT="9", SMTP_SECURITY="none")  # fmt: skip
    assert ran.code == 2
    assert "correction" in ran.err
