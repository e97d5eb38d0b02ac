"""What an advisory invites to becomes the field Event where nothing about it is doubtful; else it stays in the text."""

from __future__ import annotations

import pytest
from support.drafts import drafted, guessed, of_blocks

from mailer.importing import import_document
from mailer.importing.document import Paragraph, Run, Table
from mailer.workspace import Workspace

ADVISORY = (
    "MEDIA ADVISORY\n\nMayor to Open the New Seawall Walk\n\n{}\n\nWHO: Mayor Lena Marsh\n\n"
    "Contact: Mira Okafor, 020 7946 0142"
)
CERTAIN = (
    "WHAT: Opening of the walk\n\nWHEN: Thursday, December 3, 2026, 10:30 a.m. EST\n\nWHERE: Pier 4, Saltby"
)
EVENT = {
    "what": "Opening of the walk",
    "start": "2026-12-03 10:30 America/New_York",
    "where": "Pier 4, Saltby",
}


def test_what_when_and_where_are_the_event() -> None:
    draft = drafted(ADVISORY.format(CERTAIN))
    assert draft.event == EVENT
    assert [part.text for part in draft.body if isinstance(part, Paragraph)] == ["WHO: Mayor Lena Marsh"]
    assert "Event" in guessed(draft, "event")


@pytest.mark.parametrize(
    ("what", "when", "where"), [("QUÉ", "CUÁNDO", "DÓNDE"), ("QUOI", "QUAND", "OÙ"), ("WAS", "WANN", "WO")]
)
def test_in_other_languages(what: str, when: str, where: str) -> None:
    text = f"{what}: Opening of the walk\n{when}: 2026-12-03, 15:30 Europe/Berlin\n{where}: Pier 4, Saltby"
    assert drafted(ADVISORY.format(text)).event == {**EVENT, "start": "2026-12-03 15:30 Europe/Berlin"}


def test_a_table_of_them_is_the_event() -> None:
    def row(*cells: str) -> tuple[tuple[Paragraph, ...], ...]:
        return tuple((Paragraph((Run(cell),)),) for cell in cells)

    draft = of_blocks(
        Paragraph((Run("Media invitation"),)),
        Paragraph((Run("Launch of the Harbour Atlas"),), style="Title"),
        Table((row("What", "Atlas"), row("When", "2 December 2026, 11 am"), row("Where", "Quay House"))),
        Paragraph((Run("The atlas shows 140 harbours on 320 maps. There will be time for questions."),)),
    )
    assert draft.event == {"what": "Atlas", "start": "2026-12-02 11:00 Europe/London", "where": "Quay House"}
    assert "Europe/London is taken" in guessed(draft, "event")


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("Thursday, December 3, 2026", "no time of day"),
        ("10:30 a.m. EST", "no day"),
        ("December 3, 10:30 a.m. EST", "doubtful"),
        ("December 3 and December 4, 2026, 10:30 a.m. EST", "more than one day"),
        ("December 3, 2026, 10:30 a.m. or 2:30 p.m. EST", "more than one time"),
        ("December 3, 2026, 10:30 a.m. IST", "zone is not certain"),
    ],
)
def test_what_is_doubtful_stays_in_the_text_and_is_told(when: str, why: str) -> None:
    draft = drafted(ADVISORY.format(f"WHAT: Opening\n\nWHEN: {when}\n\nWHERE: Pier 4"))
    assert draft.event == {}
    assert any(isinstance(part, Paragraph) and f"WHEN: {when}" in part.text for part in draft.body)
    assert why in guessed(draft, "body")


def test_a_time_without_a_zone_is_doubtful_where_a_country_has_several() -> None:
    text = ADVISORY.format("WHAT: Opening\n\nWHEN: December 3, 2026, 10:30 a.m.\n\nWHERE: Pier 4")
    assert drafted(text, region="US", zone="America/New_York").event == {}
    assert drafted(text, region="GB").event["start"] == "2026-12-03 10:30 Europe/London"


def test_a_press_release_keeps_its_questions() -> None:
    assert drafted(ADVISORY.format(CERTAIN).replace("MEDIA ADVISORY", "PRESS RELEASE")).event == {}


def test_the_file_has_the_event(workspace: Workspace) -> None:
    text = import_document(workspace, ADVISORY.format(CERTAIN).encode(), "walk.txt").text
    lines = text[text.index("Event:") :].split("\n")[1:4]
    assert dict(line.strip().split(": ", 1) for line in lines) == EVENT


def test_a_time_without_a_zone_is_doubtful_in_a_language_that_is_not_the_office_s() -> None:
    text = (
        "INVITATION PRESSE\n\nLe phare de Port-Aube est de nouveau ouvert\n\nQUAND : mardi 1er décembre 2026 à 14 h 30\n\n"
        "OÙ : quai du Phare\n\nLe phare est ouvert au public pour la première fois depuis dix ans, et la maire est là."
    )
    draft = drafted(text)
    assert draft.event == {}
    assert "names no time zone" in guessed(draft, "body")
    assert (
        drafted(text, language="fr", region="FR", zone="Europe/Paris").event["start"]
        == "2026-12-01 14:30 Europe/Paris"
    )
