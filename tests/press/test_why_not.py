"""Whoever would not get it, and is on the list, is told as that: with the reason, and advice that works where it is given."""

from __future__ import annotations

import re

import pytest
from support.terminal import Ran, mailer

from mailer.workspace import Workspace


def one_list(workspace: Workspace, text: str, name: str = "one") -> None:
    (workspace.lists / f"{name}.csv").write_text(text, "utf-8")


def checking(workspace: Workspace, *more: str, name: str = "one") -> Ran:
    return mailer("check", "harbour-report", "--list", name, *more, cwd=workspace.root)


ANA = "email,language,status\nana@example.net,es,active\n"


@pytest.mark.parametrize(("text", "choice", "why", "cure"), [
    ("email\nana@example\n", (), "ana@example is the only person on the list one, and is left out: address can't be used", "Correct the address"),
    ("email,name\n,Ana\n", (), "the only row is the only person", "Write an address"),
    (ANA.replace("active", "inactive"), (), "ana@example.net is the only person on the list one, and is left out: not active", "status column"),
    (ANA, ("--where", 'language == "fr"'), 'not chosen by --where (language == "fr")', "Change --where."),
    (ANA, ("--except", "one"), "excepted (on the list one)", "Remove --except"),
])  # fmt: skip
def test_the_only_one_on_a_list_is_named_with_the_reason(
    workspace: Workspace, text: str, choice: tuple[str, ...], why: str, cure: str
) -> None:
    """The advice was to name a list, which had been done."""
    one_list(workspace, text)
    ran = checking(workspace, *choice)
    assert ran.code == 1
    assert why in ran.out
    assert cure in ran.out
    assert "Name a list" not in ran.out


def test_whoever_is_suppressed_comes_back_only_at_their_wish(workspace: Workspace) -> None:
    one_list(workspace, ANA)
    mailer("suppress", "ana@example.net", cwd=workspace.root)
    ran = checking(workspace)
    assert (
        "ana@example.net is the only person on the list one, and is left out: suppressed (unsubscribed"
        in ran.out
    )
    assert "Only if they have asked to be mailed again, run: mailer unsuppress ana@example.net" in ran.out


def test_of_several_the_reasons_are_counted(workspace: Workspace) -> None:
    one_list(workspace, "email\na@example\nb@example\ngone.away@example.com\n")
    ran = checking(workspace)
    assert "all 3 on the list one are left out: address can't be used 2, suppressed 1" in ran.out


def test_an_empty_list_and_none_at_all(workspace: Workspace) -> None:
    one_list(workspace, "email\n")
    assert "the list one is empty" in checking(workspace).out
    room = workspace.newsroom.read_text("utf-8")
    workspace.newsroom.write_text(room.replace("Lists: press\n", ""), "utf-8")
    ran = mailer("check", "harbour-report", cwd=workspace.root)
    assert "no list is named" in ran.out
    assert "--list press" in ran.out


def test_for_somebody_who_is_on_the_list_and_left_out(workspace: Workspace) -> None:
    ran = mailer("render", "harbour-report", "--for", "Gone.Away@example.com", cwd=workspace.root)
    assert ran.code == 2
    assert "is on press and would not get it: suppressed" in ran.err
    assert "mailer unsuppress Gone.Away@example.com" in ran.err
    assert "--list" not in ran.err


def test_for_somebody_who_is_on_no_list(workspace: Workspace) -> None:
    ran = mailer("render", "harbour-report", "--for", "nobody@example.net", cwd=workspace.root)
    assert "it is not on press" in ran.err
    assert "Name the list" in ran.err


# ---- options are advised where they exist ------------------------------------------------------------


def follow(said: str, workspace: Workspace) -> None:
    """Writes the line that the advice gives into the file that it names."""
    line, file = re.findall(r"write  (.+?)  in (\S.*?\.toml)\.", said)[0]
    (workspace.root / file).write_text(f"{line}\n", "utf-8")


@pytest.mark.parametrize("name", ["two", "two columns"])
def test_two_columns_of_addresses_the_advice_can_be_followed(workspace: Workspace, name: str) -> None:
    """`mailer check` advised --column, which it has not."""
    one_list(workspace, "email,work email\na@example.net,b@example.net\nc@example.net,d@example.net\n", name)
    ran = checking(workspace, name=name)
    assert ran.code == 2
    assert "rename or remove the others" in ran.err
    assert "mailer lists show, check and add take --column 1" in ran.err
    follow(ran.err, workspace)
    assert checking(workspace, name=name).code == 0


def test_an_encoding_that_is_guessed_the_advice_can_be_followed(workspace: Workspace) -> None:
    (workspace.lists / "one.csv").write_bytes("email,name\na@example.net,Paweł Żak\n".encode("cp1250"))
    ran = checking(workspace)
    assert "mailer lists show, check and add take --encoding cp1250" in ran.out
    follow(ran.out, workspace)
    assert "encoding-guessed" not in checking(workspace).out
    assert "Paweł Żak" in mailer("lists", "show", "one", cwd=workspace.root).out


# ---- moments can be typed back -------------------------------------------------------------------------

ZONES = ["America/New_York", "Europe/Madrid", "Asia/Kolkata", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_moment_is_shown_as_it_can_be_typed(workspace: Workspace, zone: str) -> None:
    """It was shown as EST, which is refused. What is sent shows it by the office's clock."""
    newsroom = workspace.newsroom.read_text("utf-8")
    workspace.newsroom.write_text(newsroom.replace("Zone: Europe/London", f"Zone: {zone}"), "utf-8")
    moment = f"2031-11-24 06:00 {zone}"
    release = workspace.releases / "harbour-report.md"
    release.write_text(
        release.read_text("utf-8").replace("Date: November 23, 2026", f"Date: November 24, 2031\nEmbargo: {moment}"), "utf-8"
    )  # fmt: skip
    server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_SECURITY": "none"}
    assert f"Under embargo until {moment}." in mailer("check", "harbour-report", cwd=workspace.root).out
    shown = mailer("send", "harbour-report", "--at", moment, "--yes", cwd=workspace.root, **server).err
    assert f"When  {moment}" in shown
    assert f"Embargo  until {moment}" in shown
