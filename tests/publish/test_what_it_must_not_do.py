"""What somebody tries with the folder of a site, and with embargoes: nothing is read early, written elsewhere, or hangs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from support.published import OnTheWeb, newsroom

from mailer.errors import MailerError, WorkspaceError
from mailer.publish.site.folder import MANIFEST
from mailer.workspace import Workspace

EMBARGO = "Embargo: 2026-12-24 06:00 Europe/Madrid"


@pytest.fixture
def office(workspace: Workspace) -> OnTheWeb:
    return newsroom(workspace)


def embargo(office: OnTheWeb, name: str, field: str = EMBARGO) -> None:
    path = office.workspace.releases / f"{name}.md"
    path.write_text(path.read_text("utf-8").replace("---\n", f"---\n{field}\n", 1), "utf-8")


def leading_to(office: OnTheWeb, what: str) -> list[str]:
    lists = ("index", "by-kind", "atom", "rss")
    return [
        path
        for path, content in office.everything().items()
        if path.startswith(lists) and what in content.decode()
    ]


# ---- under embargo --------------------------------------------------------------------------------------


def test_a_translation_whose_embargo_ends_sooner_does_not_give_the_others_away(office: OnTheWeb) -> None:
    embargo(office, "harbour-report")
    embargo(office, "harbour-report.es", "Embargo: 2026-11-01 06:00 Europe/Madrid")
    assert office.publish("harbour-report", under_embargo=True).embargoed
    assert leading_to(office, "harbour-report") == []
    assert "noindex" in office.text("harbour-report.es.html")


def test_what_follows_a_release_under_embargo_does_not_give_it_away(office: OnTheWeb) -> None:
    embargo(office, "harbour-report")
    office.publish("harbour-report", under_embargo=True)
    office.follow("better", "correction")
    with pytest.raises(MailerError, match="“better” would give it away"):
        office.publish("better")
    assert not (office.folder / "better.html").exists()
    embargo(office, "better")
    office.publish("better", under_embargo=True)
    assert leading_to(office, "better") == []


@pytest.mark.skipif(os.name == "nt", reason="a folder's own permissions decide there")
def test_a_web_server_can_not_read_the_list_of_pages_under_embargo(office: OnTheWeb) -> None:
    """It names them, and holds their text."""
    embargo(office, "harbour-report")
    office.publish("harbour-report", under_embargo=True)
    assert stat.S_IMODE((office.folder / MANIFEST).stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((office.folder / "index.html").stat().st_mode) == 0o644


# ---- the folder -----------------------------------------------------------------------------------------


def test_the_list_of_files_is_a_link_to_a_place_outside(office: OnTheWeb, tmp_path: Path) -> None:
    office.folder.mkdir()
    (office.folder / MANIFEST).symlink_to(tmp_path / ".profile")
    with pytest.raises(WorkspaceError, match="is a link to another place"):
        office.publish("harbour-report")
    assert not (tmp_path / ".profile").exists()
    assert [path.name for path in office.folder.iterdir()] == [MANIFEST]


@pytest.mark.parametrize(
    "said",
    [
        "[]",
        "[" * 100_000,
        '{"version": 1, "pages": [], "files": [], "owners": {}}',
        '{"version": 1, "pages": [], "files": {}, "owners": []}',
        '{"version": 1, "pages": [], "files": {"index.html": "abc"}, "owners": {}}',
        '{"version": 1, "pages": [], "files": {"\\u0000": []}, "owners": {}}',
    ],
)
def test_a_list_of_files_that_is_none(office: OnTheWeb, said: str) -> None:
    office.folder.mkdir()
    (office.folder / MANIFEST).write_text(said)
    with pytest.raises(WorkspaceError, match="can't be read: without it mailer does not know"):
        office.publish("harbour-report")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in a folder")
def test_a_pipe_in_the_way_is_not_read_for_ever(office: OnTheWeb) -> None:
    office.folder.mkdir()
    os.mkfifo(office.folder / "index.html")
    with pytest.raises(WorkspaceError, match="was not made by mailer"):
        office.publish("harbour-report")


def test_a_file_where_a_folder_is_to_be(office: OnTheWeb) -> None:
    office.folder.mkdir()
    (office.folder / "harbour-report").write_text("mine")
    with pytest.raises(WorkspaceError, match="was not made by mailer, so nothing was published"):
        office.publish("harbour-report")
    assert [path.name for path in office.folder.iterdir()] == ["harbour-report"]
