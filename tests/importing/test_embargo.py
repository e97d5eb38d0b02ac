"""An embargo is never lost, and never ends earlier than its words may mean."""

from __future__ import annotations

import pytest
from support.drafts import LEAD, drafted, guessed, of_blocks

from mailer.errors import ValueFault
from mailer.importing.document import Margin, Paragraph, Run
from mailer.release.values import parse_moment

HEADLINE = "Harbour Water Is Cleaner than at Any Time since 1987"


@pytest.mark.parametrize(
    ("line", "embargo"),
    [
        ("EMBARGOED UNTIL 00:01 GMT, Monday 9 December 2024", "2024-12-09 00:01 UTC"),
        ("EMBARGO: 3 June 2024, 00:01 BST", "2024-06-03 00:01 Europe/London"),
        ("Embargoed for release until 10 a.m. ET on June 3, 2024", "2024-06-03 10:00 America/New_York"),
        ("STRICTLY EMBARGOED UNTIL 3 June 2024, 0001hrs UTC", "2024-06-03 00:01 UTC"),
        ("HOLD FOR RELEASE UNTIL: June 3, 2024, 2:30 p.m. EDT", "2024-06-03 14:30 America/New_York"),
        ("FOR RELEASE 10:00 A.M. PT, Monday, June 3, 2024", "2024-06-03 10:00 America/Los_Angeles"),
        ("NOT FOR PUBLICATION BEFORE 12 noon London time on 3 June 2024", "2024-06-03 12:00 Europe/London"),
        ("Embargado hasta las 10:00 h (CET) del 3 de diciembre de 2024", "2024-12-03 10:00 Europe/Paris"),
        ("EMBARGO hasta el 3 de junio de 2024 a las 10.30, hora de Madrid", "2024-06-03 10:30 Europe/Madrid"),
        ("Sous embargo jusqu’au 3 juin 2024 à 10h30 (heure de Paris)", "2024-06-03 10:30 Europe/Paris"),
        ("Sperrfrist: 3. Juni 2024, 10:00 Uhr MESZ", "2024-06-03 10:00 Europe/Berlin"),
        ("Sob embargo até 3 de junho de 2024, 10h00 (hora de Lisboa)", "2024-06-03 10:00 Europe/Lisbon"),
        ("Embargoed until 3 June 2024, 10:00 UTC+2", "2024-06-03 08:00 UTC"),
        ("Embargo: 3 June 2024, 10:00 Europe/Madrid", "2024-06-03 10:00 Europe/Madrid"),
    ],
)
def test_a_moment_that_is_certain(line: str, embargo: str) -> None:
    draft = drafted(f"{line}\n\n{HEADLINE}\n\n{LEAD}")
    assert draft.embargo == embargo
    assert not guessed(draft, "embargo")
    assert draft.headline == HEADLINE
    parse_moment(draft.embargo)


@pytest.mark.parametrize(
    ("line", "embargo", "told"),
    [
        ("Embargoed until 3 June 2024, 10:00", "2024-06-03 10:00 Europe/London", "no time zone"),
        ("EMBARGOED UNTIL 00:01 GMT, Monday 3 June 2024", "2024-06-03 00:01 UTC", "summer time"),
        (
            "Embargoed until June 3, 2024, 10 a.m. EST",
            "2024-06-03 11:00 America/New_York",
            "the later moment",
        ),
        (
            "Embargoed until December 3, 2024, 10 a.m. EDT",
            "2024-12-03 10:00 America/New_York",
            "the later moment",
        ),
        ("Embargoed until June 3, 2024, 10 a.m. IST", "2024-06-03 10:00 Asia/Kolkata", "several time zones"),
        ("Embargoed until June 3, 10 a.m. UTC", "2026-06-03 10:00 UTC", "no year"),
    ],
)
def test_what_is_guessed_is_told_and_no_guess_is_early(line: str, embargo: str, told: str) -> None:
    draft = drafted(f"{line}\n\n{HEADLINE}\n\n{LEAD}")
    assert draft.embargo == embargo
    assert told in guessed(draft, "embargo")


@pytest.mark.parametrize(
    "line",
    [
        "EMBARGOED UNTIL 3 June 2024",
        "EMBARGOED UNTIL THE MINISTER HAS SPOKEN",
        "Sperrfrist: Redebeginn",
        "EMBARGOED",
        "Embargo: midnight",
    ],
)
def test_an_embargo_that_can_not_be_understood_stays_so_that_nothing_can_be_sent(line: str) -> None:
    draft = drafted(f"{line}\n\n{HEADLINE}\n\n{LEAD}")
    assert draft.embargo
    with pytest.raises(ValueFault):
        parse_moment(draft.embargo)
    assert "nothing can be sent" in guessed(draft, "embargo")


def test_a_time_alone_is_on_the_day_of_release() -> None:
    draft = drafted(f"June 12, 2024\n\n{HEADLINE}\n\nFor release at 2:00 p.m. EDT\n\n{LEAD}")
    assert draft.embargo == "2024-06-12 14:00 America/New_York"
    assert "day of the release" in guessed(draft, "embargo")


def test_the_moment_on_the_next_line() -> None:
    draft = drafted(f"EMBARGOED UNTIL:\n3 June 2024, 10:00 Europe/Madrid\n\n{HEADLINE}\n\n{LEAD}")
    assert draft.embargo == "2024-06-03 10:00 Europe/Madrid"
    assert draft.headline == HEADLINE


def test_an_embargo_is_found_wherever_it_stands() -> None:
    below = drafted(f"{HEADLINE}\n\n{LEAD}\n\nEMBARGOED UNTIL 3 June 2024, 10:00 UTC")
    header = Margin("page header", (Paragraph((Run("EMBARGOED UNTIL 3 June 2024, 10:00 UTC"),)),))
    in_margin = of_blocks(Paragraph((Run(HEADLINE),)), Paragraph((Run(LEAD),)), margins=(header,))
    assert below.embargo == in_margin.embargo == "2024-06-03 10:00 UTC"


@pytest.mark.parametrize(
    "headline",
    [
        "Embargo on Grain Is Lifted after Ten Years",
        "Embargo a la pesca: el Gobierno lo levanta tras diez años",
    ],
)
def test_a_headline_about_an_embargo_is_none_and_is_told(headline: str) -> None:
    draft = drafted(f"{headline}\n\n{LEAD}\n\nEmbargo on fuel remains, the board said on Thursday.")
    assert (draft.headline, draft.embargo) == (headline, "")
    assert "begins with" in guessed(draft, "embargo")


@pytest.mark.parametrize(
    "line",
    [
        "Publicado em 14/04/2018 10h15",
        "Published: 24 July 2018 10:15",
        "Posted on July 24, 2018, 4:05 p.m.",
        "24.07.2018, 10:15 Uhr",
    ],
)
def test_when_something_was_published_is_no_embargo(line: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{line}\n\n{LEAD}")
    assert draft.embargo == ""
    assert draft.date


def test_two_embargoes_are_told() -> None:
    draft = drafted(
        f"EMBARGOED UNTIL 3 June 2024, 10:00 UTC\n\n{HEADLINE}\n\n{LEAD}\n\nEMBARGOED UNTIL 4 June 2024, 10:00 UTC"
    )
    assert draft.embargo == "2024-06-04 10:00 UTC", "the later one"
    assert "two embargoes" in guessed(draft, "embargo")


@pytest.mark.parametrize("written", ["14 h 30", "14h30", "14:30", "14.30 Uhr"])
def test_a_time_of_day_has_its_minutes(written: str) -> None:
    """Half an hour too early would break the embargo."""
    draft = drafted(
        f"Embargo jusqu’au 24 novembre 2026 à {written} CET\n\nHarbour Water Is Cleaner Now\n\n{LEAD}"
    )
    assert draft.embargo.startswith("2026-11-24 14:30 ")
