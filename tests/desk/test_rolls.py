"""A roll says of a list what a mailing to it would do, however it is asked."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from starlette.requests import Request

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.people.adding.uploads import Uploads
from mailer.desk.rooms.people.list_page import ListPages
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.desk.rooms.people.reading.rolls import Rolls
from mailer.desk.rooms.people.reading.rows import Wanted
from mailer.desk.rooms.people.said import Said
from mailer.errors import WorkspaceError
from mailer.model import Recipient
from mailer.press import Suppressions, read_list, review
from mailer.settings import read_settings
from mailer.workspace import Workspace, make_workspace

EVERYTHING = Wanted()
LISTS = {
    "plain": "email,name\na@example.net,A\nb@example.net,B\na@example.net,A again\nbad@@x,Bad\n,\n",
    "barred before": "email,name,unsubscribed\na@example.net,A,yes\na@example.net,A,\nb@example.net,B,no\n",
    "barred after": "email,name,unsubscribed,tags\na@example.net,A,,x\na@example.net,A,,\nA@example.net,A,yes,\n"
    "b@example.net,B,,y\n",
    "beside the address": "email,name\na@example.net,A\na@example.net (unsubscribed),A\nb@example.net,B\n",
    "suppressed": "email,name\ngone.away@example.com,Pat\nb@example.net,B\ngone.away@example.com,Pat\n",
    "several in a row": "email,name\na@example.net; b@example.net,Two\nb@example.net,B\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "press-office")


@pytest.fixture
def rolls(workspace: Workspace) -> Rolls:
    return Rolls(Office(workspace, read_settings(workspace.root)))


def roll_of(rolls: Rolls, name: str) -> Roll:
    path = rolls.path_of(name)
    rolls.of(path).ready.wait(60)
    return rolls.of(path)


@pytest.mark.parametrize("content", LISTS.values(), ids=LISTS)
def test_a_roll_says_what_a_mailing_would_do(workspace: Workspace, rolls: Rolls, content: str) -> None:
    path = workspace.lists / "it.csv"
    path.write_text(content, "utf-8")
    rows = list(review(read_list(path, shown="lists/it.csv"), Suppressions(workspace.suppressed)))
    roll = roll_of(rolls, "it")
    _, people = roll.people(EVERYTHING, 0, 100)
    assert [p.address for p in people] == [row.address for row in rows if isinstance(row, Recipient)]
    _, out = roll.not_mailed(EVERYTHING, 0, 100)
    left = [row for row in rows if not isinstance(row, Recipient) and row.reason is not None]
    assert sorted((p.line, p.reason) for p in out) == sorted((p.line, p.reason) for p in left)
    assert (roll.mailed, roll.left_out) == (len(people), len(left))
    assert roll.left_out_kinds["duplicate"] == sum(p.id == "duplicate" for p in left)


def test_the_filters_count_those_who_are_mailed(workspace: Workspace, rolls: Rolls) -> None:
    (workspace.lists / "it.csv").write_text(LISTS["barred after"], "utf-8")
    assert roll_of(rolls, "it").facets["tag"] == [("y", 1)]


def test_whoever_is_suppressed_meanwhile_is_left_out_at_once(workspace: Workspace, rolls: Rolls) -> None:
    roll = roll_of(rolls, "press")
    wanted = Wanted(("ruiz",))
    assert roll.people(wanted, 0, 10)[0] == 1
    Suppressions(workspace.suppressed).add("ana.ruiz@example.net", "asked")
    assert roll_of(rolls, "press") is roll  # it was not read again
    assert roll.people(wanted, 0, 10)[0] == 0
    assert roll.not_mailed(Wanted(("ruiz",)), 0, 10)[0] == 1
    Suppressions(workspace.suppressed).remove("ana.ruiz@example.net")
    assert roll_of(rolls, "press").people(wanted, 0, 10)[0] == 1


def test_words_are_found_without_accents_and_in_any_column(workspace: Workspace, rolls: Rolls) -> None:
    roll = roll_of(rolls, "press")
    for words in (("lucia",), ("marea", "ferrer"), ("magazine",), ("es-mx",)):
        assert [person.name for person in roll.with_words(words, 5)][:1] == ["Lucía Ferrer"], words


@pytest.mark.parametrize("name", ["suppressed", "../newsroom", "press.toml", "", "/etc/hosts"])
def test_only_a_list_is_opened(rolls: Rolls, name: str) -> None:
    with pytest.raises(WorkspaceError):
        rolls.path_of(name)


def test_nothing_about_people_is_left_on_the_disk(workspace: Workspace, rolls: Rolls) -> None:
    before = {path for path in workspace.root.rglob("*") if path.is_file()}
    roll_of(rolls, "press").people(EVERYTHING, 0, 10)
    assert {path for path in workspace.root.rglob("*") if path.is_file()} == before


def test_a_page_of_a_list_whose_last_row_is_read_meanwhile_says_so_or_tells_of_everybody(
    workspace: Workspace,
) -> None:
    """Nothing would tell it that there are more: it was told “0 people get a release”, and stayed so."""
    office = Office(workspace, read_settings(workspace.root))
    path = workspace.lists / "press.csv"
    roll = Roll(read_list(path))

    class EndsMeanwhile(Event):
        """Whoever asks is told how it is; it is another way from then on."""

        def is_set(self) -> bool:
            before = super().is_set()
            if not before:
                self.set()
                roll.read()
                roll.judge(None, 1)
            return before

    class Late(Rolls):
        def of(self, path: Path, *, shown: str = "", patience: float = 0) -> Roll:
            return roll

    roll.ready = EndsMeanwhile()
    lists = ListPages(office, Pages(office), Late(office), Said(), Uploads(workspace))
    page = {
        "type": "http", "method": "GET", "path": "/lists/press", "query_string": b"", "headers": [],
        "path_params": {"name": "press"},
    }  # fmt: skip

    def shown() -> str:
        return bytes(lists.one(Request(dict(page))).body).decode()

    assert "still being read" in shown()
    roll.ready.is_set()
    roll.judge(None, 1)
    assert f"{roll.mailed} people get a release" in shown() and roll.mailed > 1


def test_a_list_is_whole_once_it_is_known_who_of_it_is_never_mailed(workspace: Workspace) -> None:
    roll = Roll(read_list(workspace.lists / "press.csv"))
    roll.read()
    assert roll.ready.is_set() and not roll.whole
    roll.judge(Suppressions(workspace.suppressed), 1)
    assert roll.whole
