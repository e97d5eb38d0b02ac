"""How `mailer check` tells what it found: under the place where it stands, in the text's order, what and what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.terminal import mailer

from mailer.workspace import Workspace

TODAY = datetime.now(UTC).date()
RELEASE = f"""---
Headline: HARBOUR WATER CLEANER THAN EVER
Date: {TODAY + timedelta(days=1):%A}, {TODAY:%B} {TODAY.day}, {TODAY.year}
Dateline: Portmellon
Contacts:
  - name: Ana Ruiz
    email: ana@example.org
    phone: 020 7946 0361
---

Eight of the the eleven harbours of the coast are clean, Petrel Bay Trust says. Ana Ruis counted.

“It took £XX million, she said. See [the list](https://bit.ly/3x) and [the map](http://example.org/map).

1. 555 010 0199
"""


@pytest.fixture
def untidy(workspace: Workspace) -> Workspace:
    (workspace.releases / "untidy.md").write_text(RELEASE, "utf-8")
    (workspace.root / "newsroom.es.md").unlink()
    return workspace


def test_findings_stand_under_their_places_in_the_order_of_the_text(untidy: Workspace) -> None:
    ran = mailer("check", "untidy", cwd=untidy.root)
    assert ran.code == 0
    places = [line for line in ran.out.splitlines() if line and not line.startswith(" ")]
    assert places == [f"releases/untidy.md:{line}" for line in (2, 3, 11, 13, 15)]
    third = ran.out.split("releases/untidy.md:11\n")[1].partition("\n\n")[0]
    assert third == (
        "  warning  “Ana Ruis” here, “Ana Ruiz” elsewhere. [name-spelling]\n"
        "           Spell the name in one way.\n"
        "  warning  “the the”: a word stands twice. [doubled-word]\n"
        "           Remove one of the two."
    )
    assert "untidy: 8 warnings, 2 notices." in ran.err


def test_programs_get_the_same_with_file_and_line(untidy: Workspace) -> None:
    told = json.loads(mailer("check", "untidy", "--json", cwd=untidy.root).out)
    assert [each["level"] for each in told] == ["warning"] * 8 + ["notice"] * 2
    assert {"id": "doubled-word", "level": "warning", "message": "“the the”: a word stands twice.",
            "hint": "Remove one of the two.", "where": {"path": "releases/untidy.md", "line": 11}, "silenced": ""} in told  # fmt: skip


def test_an_error_is_told_first_at_its_place_and_by_the_exit_code(untidy: Workspace) -> None:
    text = RELEASE.replace("the the eleven", "TODO TODO").replace("Ana Ruis", "Ana Ruiz")
    (untidy.releases / "untidy.md").write_text(text, "utf-8")
    ran = mailer("check", "untidy", cwd=untidy.root)
    assert ran.code == 1
    assert "  error    “TODO” is still in the text. [placeholder-text]" in ran.out


def test_two_options_that_say_the_same_do_not_go_together(untidy: Workspace) -> None:
    ran = mailer("check", "untidy", "--json", "--all", cwd=untidy.root)
    assert ran.code == 2
    assert "--all" in ran.err
