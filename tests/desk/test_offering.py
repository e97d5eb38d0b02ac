"""What is offered says everything that leaves, and each difference is told in words that somebody can act on."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from support.queued import left_in_the_queue, server_of
from support.smtp_faulty import FaultyServer
from support.terminal import mailer

from mailer.delivery import Ledger
from mailer.pipeline.offering import Asked, Look, changed_words, differences, looked_at, people
from mailer.release.values import parse_moment
from mailer.settings import Settings
from mailer.workspace import Workspace

RELEASE = "harbour-report"
SETTINGS = Settings(smtp_host="127.0.0.1", smtp_port=25, smtp_security="none")


def look(workspace: Workspace, asked: Asked | None = None, settings: Settings = SETTINGS) -> Look:
    with Ledger(workspace.ledger) as ledger:
        return looked_at(asked or Asked(), workspace, RELEASE, settings, ledger)


def test_it_is_json_and_comes_back_as_it_was(workspace: Workspace) -> None:
    seen = look(workspace).must_be_permitted()
    back = json.loads(json.dumps(seen.what))
    assert back == seen.what
    assert differences(back, look(workspace).must_be_permitted().what) == []
    assert Asked.of(back["asked"]) == Asked()


def test_no_address_stands_in_it(workspace: Workspace) -> None:
    """An order stays in the ledger; whoever is forgotten must not."""
    seen = look(workspace).must_be_permitted()
    text = json.dumps(seen.what)
    assert len(seen.addresses) == 11
    assert not [address for address in seen.addresses.values() if address in text]


Change = Callable[[dict[str, Any]], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "subject": (
        lambda w: w["editions"]["en"].update(subject="Other"),
        "en: the subject was “Other”, and is “Harb",
    ),
    "sender": (
        lambda w: w["editions"]["es"].update({"from": "X <x@y.example>"}),
        "es: it was from X <x@y.example>",
    ),
    "text": (lambda w: w["editions"]["en"].update(text="", digest=""), "words changed in the text"),
    "layout": (lambda w: w["editions"]["en"].update(digest="other"), "en: it reads the same, and its layout"),
    "an edition": (lambda w: w["editions"].pop("es"), "es: this edition is new"),
    "people": (lambda w: w.update(recipients="0" * 64), "The people are others."),
    "number": (lambda w: w.update(number=12), "The people are others."),
    "return address": (
        lambda w: w.update(mail_from="b@example.org"),
        "Changed: the return address was b@example.org",
    ),
    "server": (
        lambda w: w.update(relay="mail.example.org:25"),
        "Changed: the server was mail.example.org:25",
    ),
    "ALLOW_ONLY": (lambda w: w.update(only_to=["*@example.org"]), "(ALLOW_ONLY) is another"),
    "time": (lambda w: w.update(planned=4_000_000_000.0), "It leaves at once; it was: 2096-10-02 08:06"),
    "embargo": (lambda w: w.update(embargo=4_000_000_000.0), "The embargo: none; it was: 2096-10-02 08:06"),
    "kind": (lambda w: w.update(kind="resume"), "Changed: what is to be done was resume, and is send."),
    "approval": (lambda w: w.update(approved="Marta Ruiz, 1.0"), "Changed: the approval is another."),
    "what nobody has thought of": (lambda w: w.update(colour="red"), "Changed: colour is another."),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_difference_is_told(workspace: Workspace, name: str) -> None:
    change, said = CHANGES[name]
    now = look(workspace).must_be_permitted()
    then = copy.deepcopy(now.what)
    change(then)
    assert said in " ".join(differences(then, now.what, now.addresses))


def test_nothing_of_it_can_change_and_not_be_told(workspace: Workspace) -> None:
    """Every key, with whatever other value of its kind."""
    now = look(workspace).must_be_permitted().what
    for key, value in now.items():
        if key != "warnings":
            other: Any = {str: "other", int: 99, float: 1.0, list: ["other"], dict: {}}[type(value)]
            changed = now | {key: "Europe/Madrid" if key == "zone" else other}
            assert differences(changed, now), key


def test_a_warning_that_is_gone_is_no_difference_and_a_new_one_is(workspace: Workspace) -> None:
    now = look(workspace).must_be_permitted().what
    assert now["warnings"]
    assert differences(now | {"warnings": []}, now) == ["New: Nobody has had a proof of it."]
    assert differences(now, now | {"warnings": []}) == []


def test_who_came_and_whose_mail_is_another_are_named_and_who_went_is_counted(workspace: Workspace) -> None:
    then = look(workspace).must_be_permitted().what
    path = workspace.lists / "press.csv"
    text = path.read_text("utf-8").replace("Priya Natarajan", "Prija Natarajan")
    gone = next(line for line in text.splitlines(keepends=True) if line.startswith("jean-luc@"))
    path.write_text(text.replace(gone, "") + "new@example.net,New,,en,,\n", "utf-8")
    now = look(workspace).must_be_permitted()
    assert differences(then, now.what, now.addresses) == [
        "1 person more: new@example.net.",
        "1 person fewer.",
        "What 1 person would get is another (edition, name, or what is filled in): priya.n@example.com.",
    ]


def test_of_very_many_people_the_number_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST", 5)
    then = look(workspace).must_be_permitted().what
    assert isinstance(then["people"], str)
    path = workspace.lists / "press.csv"
    path.write_text(path.read_text("utf-8") + "new@example.net,New,,en,,\n", "utf-8")
    now = look(workspace).must_be_permitted().what
    assert differences(then, now) == ["It was for 11 people, and is for 12."]
    path.write_text(path.read_text("utf-8").replace("new@", "newer@"), "utf-8")
    other = look(workspace).must_be_permitted().what
    assert differences(now, other) == ["The 12 people, or what some of them get, are others."]


def test_who_waits_in_the_queue_is_counted_with_it(workspace: Workspace) -> None:
    left_in_the_queue(workspace, RELEASE, "--list", "press")
    seen = look(workspace, Asked(lists=("regional",))).must_be_permitted()
    assert (seen.what["number"], seen.what["waiting"], seen.what["newcomers"]) == (13, 11, 2)
    assert len(seen.addresses) == 13
    rest = look(workspace, Asked(rest=True)).must_be_permitted()
    assert (rest.what["kind"], rest.number) == ("resume", 11)
    shutil.rmtree(workspace.releases)
    assert differences(rest.what, look(workspace, Asked(rest=True)).must_be_permitted().what) == []


def test_whatever_leaves_before_the_date_that_it_was_queued_with_is_a_warning(workspace: Workspace) -> None:
    """What is left leaves as it was frozen, and no check is run: nobody was told. From the lists it is dated anew."""
    path = workspace.releases / f"{RELEASE}.md"
    path.write_text(re.sub(r"(?m)^Date:.*\n", "", path.read_text("utf-8")), "utf-8")
    with FaultyServer() as server:
        order = ("--at", "2099-12-01 05:00 UTC", "--no-wait", "--yes")
        assert mailer("send", RELEASE, *order, cwd=workspace.root, **server_of(server)).code == 0
    planned = parse_moment("2099-12-01 05:00 UTC").timestamp()
    said = "It is dated 2099-12-01, after the day on which it leaves."
    for asked, warned in (
        (Asked(rest=True), True),
        (Asked(rest=True, planned=planned), False),
        (Asked(), False),
    ):
        what = look(workspace, asked).must_be_permitted().what
        assert any(warning["message"].startswith(said) for warning in what["warnings"]) == warned
    assert "December 1, 2099" not in what["editions"]["en"]["text"]
    later = look(workspace, Asked(planned=planned)).must_be_permitted().what
    assert "December 1, 2099" in later["editions"]["en"]["text"]


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        ("a b c", "a b c", 0), ("a b c", "a  b\nc", 0), ("a b c", "a x c", 1), ("a b c", "a c", 1),
        ("a b c", "a b x y c", 2), ("", "a b", 2),
    ],
)  # fmt: skip
def test_words_that_changed_are_counted(before: str, after: str, number: int) -> None:
    assert changed_words(before, after) == number
