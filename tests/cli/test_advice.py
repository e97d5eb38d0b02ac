"""Advice can be followed where it is given: an option that it names is one of the command that gives it, or of the
command that it names beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from support.office import Office
from support.smtp_faulty import FaultyServer

from mailer.cli import cli
from mailer.workspace import Workspace

NEW_YEAR = "2027-01-04"
_NAMED = re.compile(r"mailer (?P<command>[a-z]+(?:-[a-z]+)*(?: [a-z]+)?)|(?P<option>--[a-z][a-z-]+)")


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


def options_of(*words: str) -> set[str]:
    """What may be given to a command, whose name is as many of the words as are one."""
    command: click.Command = cli
    for word in words:
        inner = (
            command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        )
        command = inner or command
    return {"--help", "--debug"}.union(*([*each.opts, *each.secondary_opts] for each in command.params))


def foreign(words: tuple[str, ...], said: str) -> list[str]:
    """Lines that advise an option which the command has not."""
    own, found = options_of(*words), []
    for line in said.splitlines():
        known = own
        for named in _NAMED.finditer(line):
            if named["command"]:
                known = own | options_of(*named["command"].split())
            elif named["option"] not in known:
                found.append(line.strip())
    return found


def follow(office: Office, *commands: tuple[str, ...], **settings: str) -> str:
    """What commands say, all of whose advice can be followed."""
    heard = ""
    for words in commands:
        ran = office.run(*words, **settings)
        assert foreign(words, ran.err + ran.out) == []
        heard += ran.err + ran.out
    return heard


def test_without_a_server(office: Office) -> None:
    office.queue()
    heard = follow(
        office, ("doctor",), ("work", "--once"), ("resume", "harbour-report", "--yes"), ("post",),
        ("send", "harbour-report", "--test", "ana@example.net", "--yes"), ("unsubscribe-server",), SMTP_HOST="",
    )  # fmt: skip
    assert heard.count("SMTP_HOST is empty") >= 3
    assert "`mailer send RELEASE --dry-run`" in heard


def test_under_an_embargo(office: Office) -> None:
    office.add_fields(f"Embargo: {NEW_YEAR}, 10:00 America/New_York")
    office.list(
        "some", "a@example.net,yes", "ana@example.net,", "c@example.net,no", header="email,accepts_embargo"
    )
    some = ("harbour-report", "--list", "some")
    heard = follow(
        office, ("check", "harbour-report", "--list", "press"), ("render", *some, "--for", "ana@example.net")
    )
    assert "accepts_embargo" in heard
    later = f"{NEW_YEAR} 11:00 America/New_York"
    follow(office, ("send", *some, "--yes"), ("send", *some, "--at", later, "--no-wait", "--yes"))
    sooner = f"{NEW_YEAR} 09:00 America/New_York"
    again = ("resume", "harbour-report", "--at", sooner, "--no-wait", "--yes")
    move = ("schedule", "move", "harbour-report", sooner, "--yes")
    heard = follow(office, move, again, (*move, "--include-unmarked"), (*again, "--include-unmarked"))
    assert "not marked as accepting embargoes" in heard
    assert "accept no embargoes" in heard


def test_what_follows_another(office: Office) -> None:
    assert office.run("send", "harbour-report", "--list", "press", "--yes").code == 0
    office.correction()
    office.release("better.es").unlink()
    office.release("after").write_text(
        "---\nKind: follow-up\nFollows: harbour-report\nHeadline: Any questions?\nDate: 24 November 2026\n---\n\nAsk.\n", "utf-8",
    )  # fmt: skip
    heard = follow(
        office, ("check", "better"), ("send", "better", "--yes"), ("check", "after"), ("send", "after", "--yes"),
        ("approve", "after", "--by", "Jo", "--yes"), ("send", "better", "--list", "press"),
    )  # fmt: skip
    assert "--any-language" in heard
    assert "Follow up after:" in heard


def test_what_is_advised_is_looked_at() -> None:
    assert foreign(("doctor",), "Use --dry-run.") == ["Use --dry-run."]
    assert foreign(("doctor",), "Run: mailer send x --dry-run. Or doctor --json.") == []
    assert foreign(("lists", "check"), "Say --column 5, or --replace.") == ["Say --column 5, or --replace."]
