"""A release and its translations, with the house's defaults behind them."""

from __future__ import annotations

from datetime import date

import pytest

from mailer.errors import ReleaseError, WorkspaceError
from mailer.model import Kind
from mailer.release import digest, new_release, read_newsroom, read_release
from mailer.release.field_names import PLAIN_FIELDS
from mailer.workspace import Workspace


def test_the_real_release_comes_through(workspace: Workspace, real_release: str) -> None:
    edition = read_release(workspace, real_release).original
    nodes = list(edition.body.walk())
    assert len(edition.notes) == 8
    assert sum(node.type == "call_to_action" for node in nodes) == 2
    assert sum(node.type == "strong" for node in nodes) == 2
    assert sum(node.type == "paragraph" for node in edition.body.children) == 5
    assert edition.contacts[0].phone.startswith("+ (")
    assert edition.date == date(2018, 7, 24)
    assert not edition.findings


def test_a_translation_stands_beside_its_original_and_inherits_the_rest(workspace: Workspace) -> None:
    release = read_release(workspace, "harbour-report")
    english, spanish = release.editions
    assert (english.language, spanish.language) == ("en", "es")
    assert spanish.date == english.date
    assert spanish.newsroom.name == "Fundación Bahía del Petrel"
    assert spanish.contacts != english.contacts  # the Spanish newsroom's
    assert release.edition_for(["es-MX"]) is spanish
    assert release.edition_for(["fr", "es"]) is spanish
    assert release.edition_for([]) is english


@pytest.mark.parametrize("name", PLAIN_FIELDS)
def test_a_plain_field_is_read_as_it_stands_and_each_language_has_its_own(
    workspace: Workspace, name: str
) -> None:
    header = f"---\nHeadline: One\n{name}: No: 2, *as* it \n  stands #\n---\n\nText.\n"
    (workspace.releases / "plain.md").write_text(header, "utf-8")
    (workspace.releases / "plain.es.md").write_text("---\nHeadline: Uno\n---\n\nTexto.\n", "utf-8")
    english, spanish = read_release(workspace, "plain").editions
    assert getattr(english, name) == "No: 2, *as* it stands #"
    assert getattr(spanish, name) == ("Uno" if name == "subject" else "")


@pytest.mark.parametrize("name", ["harbour-report", "harbour-report.md", "releases/harbour-report.md"])
def test_a_release_is_named_or_given_as_a_path(
    workspace: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.root)
    assert read_release(workspace, name).name == "harbour-report"


def test_a_name_that_does_not_exist_says_which_do(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="harbour-repor") as caught:
        read_release(workspace, "harbour-repor")
    assert "harbour-report" in caught.value.hint


def test_a_translation_says_which_text_it_follows(workspace: Workspace) -> None:
    original = workspace.releases / "harbour-report.md"
    spanish = workspace.releases / "harbour-report.es.md"
    spanish.write_text(
        spanish.read_text("utf-8").replace("Idioma: es", f"Idioma: es\nOriginal: {digest(original)}"), "utf-8"
    )
    assert not read_release(workspace, "harbour-report").editions[1].findings
    original.write_text(original.read_text("utf-8") + "\nOne more paragraph.\n", "utf-8")
    assert [f.id for f in read_release(workspace, "harbour-report").editions[1].findings] == [
        "outdated-translation"
    ]


def test_faults_of_all_translations_are_told_at_once(workspace: Workspace) -> None:
    for language in ("fr", "de"):
        (workspace.releases / f"harbour-report.{language}.md").write_text("---\nHeadlin: x\n---\n", "utf-8")
    with pytest.raises(ReleaseError) as caught:
        read_release(workspace, "harbour-report")
    assert {fault.path for fault in caught.value.faults} == {
        "releases/harbour-report.fr.md",
        "releases/harbour-report.de.md",
    }


def test_a_file_that_is_not_utf8_says_what_to_do(workspace: Workspace) -> None:
    (workspace.releases / "old.md").write_bytes("---\nHeadline: Año\n---\n".encode("cp1252"))
    with pytest.raises(ReleaseError, match="UTF-8"):
        read_release(workspace, "old")


def test_an_advisory_invites(workspace: Workspace) -> None:
    (workspace.releases / "boat.md").write_text(
        "---\nKind: Media advisory\nHeadline: Boat trip\nDate: 2026-11-23\nEvent:\n  what: Sampling at dawn\n"
        "  start: November 30, 2026, 7:00\n  end: 9:30\n  where: Quay 4\n  rsvp: press@example.org\n---\n\nCome.\n",
        "utf-8",
    )
    event = read_release(workspace, "boat").original.event
    assert event is not None
    assert (event.start.isoformat(), event.end.isoformat() if event.end else "") == (
        "2026-11-30T07:00:00+00:00", "2026-11-30T09:30:00+00:00",
    )  # fmt: skip


def test_no_private_use_character_reaches_the_renderer(workspace: Workspace) -> None:
    (workspace.releases / "forged.md").write_text(
        "---\nHeadline: \ue0000\ue001\n---\n\nText \ue0001\ue001.\n", "utf-8"
    )
    edition = read_release(workspace, "forged").original
    assert "\ue000" not in edition.headline
    assert all("\ue000" not in node.content for node in edition.body.walk() if node.type == "text")


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_release_can_be_read_and_is_never_overwritten(workspace: Workspace, kind: Kind) -> None:
    first = new_release(
        workspace, "Clean Water, at Last: 8 of 11", kind=kind, language="en", today=date(2026, 11, 23)
    )
    second = new_release(
        workspace, "Clean Water, at Last: 8 of 11", kind=kind, language="en", today=date(2026, 11, 23)
    )
    assert (first.name, second.name) == ("clean-water-at-last-8-of.md", "clean-water-at-last-8-of-2.md")
    assert read_release(workspace, first.stem).original.kind is kind


def test_newsroom_of_a_language_says_only_what_differs(workspace: Workspace) -> None:
    house, spanish = read_newsroom(workspace), read_newsroom(workspace, "es-MX")
    assert (spanish.sender, spanish.zone, spanish.dash) == (house.sender, house.zone, house.dash)
    assert spanish.name != house.name
    assert spanish.boilerplates != house.boilerplates
