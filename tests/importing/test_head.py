"""The lines above the text: kind, release line, date, headline, subhead, dateline, letterhead."""

from __future__ import annotations

import pytest
from support.drafts import LEAD, drafted, guessed, of_blocks

from mailer.importing.document import Paragraph, Run, Table
from mailer.model import Kind

HEADLINE = "Harbour Water Is Cleaner than at Any Time since 1987"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("PRESS RELEASE", Kind.PRESS_RELEASE),
        ("News Release", Kind.PRESS_RELEASE),
        ("Media Advisory", Kind.MEDIA_ADVISORY),
        ("STATEMENT", Kind.STATEMENT),
        ("CORRECTION", Kind.CORRECTION),
        ("Nota de prensa", Kind.PRESS_RELEASE),
        ("COMUNICADO", Kind.PRESS_RELEASE),
        ("Convocatoria de prensa", Kind.MEDIA_ADVISORY),
        ("Communiqué de presse", Kind.PRESS_RELEASE),
        ("Invitation presse", Kind.MEDIA_ADVISORY),
        ("Pressemitteilung Nr. 12/2024", Kind.PRESS_RELEASE),
        ("Erklärung", Kind.STATEMENT),
        ("Comunicado de imprensa", Kind.PRESS_RELEASE),
        ("Nota oficial", Kind.STATEMENT),
        ("Lantern Coast Foundation Press Release", Kind.PRESS_RELEASE),
        ("PRESS STATEMENT | 24 July 2018 | FOR IMMEDIATE RELEASE", Kind.STATEMENT),
    ],
)
def test_what_kind_of_release_it_is(line: str, kind: Kind) -> None:
    draft = drafted(f"{line}\n\n{HEADLINE}\n\n{LEAD}")
    assert (draft.kind, draft.headline) == (kind, HEADLINE)
    assert line.split()[0] in " ".join(aside.text for aside in draft.set_aside)


def test_a_kind_that_only_the_headline_says_is_a_guess_and_a_declaration_of_tax_is_none() -> None:
    draft = drafted(f"Joint Statement on the Harbours of the North\n\n{LEAD}")
    assert draft.kind == Kind.STATEMENT
    assert guessed(draft, "kind")
    assert (
        drafted(f"Declaración de la renta: suben las devoluciones del norte\n\n{LEAD}").kind
        == Kind.PRESS_RELEASE
    )


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("July 24, 2018", "July 24, 2018"),
        ("Tuesday, July 24, 2018", "Tuesday, July 24, 2018"),
        ("24 July 2018", "24 July 2018"),
        ("24th July 2018", "24th July 2018"),
        ("Jul. 24, 2018", "Jul. 24, 2018"),
        ("24-Jul-2018", "2018-07-24"),
        ("2018-07-24", "2018-07-24"),
        ("24/07/2018", "2018-07-24"),
        ("24 de julio de 2018", "24 de julio de 2018"),
        ("martes, 24 de julio de 2018", "martes, 24 de julio de 2018"),
        ("le 24 juillet 2018", "le 24 juillet 2018"),
        ("24. Juli 2018", "24. Juli 2018"),
        ("Dienstag, den 24. Juli 2018", "24. Juli 2018"),
        ("24.07.2018", "2018-07-24"),
        ("24 de julho de 2018", "24 de julho de 2018"),
        ("Date: 24 July 2018", "24 July 2018"),
        ("Published 24 July 2018", "24 July 2018"),
        ("January 05, 2024 08:00 AM Eastern Standard Time", "January 05, 2024"),
        ("FOR IMMEDIATE RELEASE: July 24, 2018", "July 24, 2018"),
    ],
)
def test_the_date_on_a_line_of_its_own(written: str, date: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{written}\n\n{LEAD}")
    assert draft.date == date
    assert not guessed(draft, "date")


@pytest.mark.parametrize(
    ("written", "region", "date", "told"),
    [
        ("3/4/2024", "US", "2024-03-04", "month, day, year"),
        ("3/4/2024", "GB", "2024-04-03", "day, month, year"),
        ("Monday, July 24, 2018", "US", "Monday, July 24, 2018", "another day of the week"),
    ],
)
def test_a_date_that_may_mean_another_day_is_told(written: str, region: str, date: str, told: str) -> None:
    draft = drafted(f"{written}\n\n{HEADLINE}\n\n{LEAD}", region=region)
    assert draft.date == date
    assert told in guessed(draft, "date")


def test_two_dates_are_told() -> None:
    draft = drafted(f"24 July 2018\n\n{HEADLINE}\n\nLONDON, 25 July 2018 — {LEAD}")
    assert draft.date == "24 July 2018"
    assert "two dates" in guessed(draft, "date")


@pytest.mark.parametrize(
    ("before", "place", "date"),
    [
        ("WASHINGTON, D.C., July 24, 2018 — ", "WASHINGTON, D.C.", "July 24, 2018"),
        ("WASHINGTON, D.C. (July 24, 2018) – ", "WASHINGTON, D.C.", "July 24, 2018"),
        ("Washington, DC—", "Washington, DC", ""),
        ("NEW YORK – ", "NEW YORK", ""),
        ("LONDON -- ", "LONDON", ""),
        ("LONDON - ", "LONDON", ""),
        ("NEW YORK, July 24, 2018 /PRNewswire/ -- ", "NEW YORK", "July 24, 2018"),
        ("NEW YORK--(BUSINESS WIRE)--", "NEW YORK", ""),
        ("SEATTLE, Jan. 5, 2024 (GLOBE NEWSWIRE) -- ", "SEATTLE", "Jan. 5, 2024"),
        ("WASHINGTON (AP) — ", "WASHINGTON", ""),
        ("Madrid, 3 de mayo de 2024.- ", "Madrid", "3 de mayo de 2024"),
        ("Ciudad de México, a 3 de mayo de 2024.- ", "Ciudad de México", "3 de mayo de 2024"),
        ("Paris, le 3 mai 2024 – ", "Paris", "le 3 mai 2024"),
        ("Berlin, 3. Mai 2024. ", "Berlin", "3. Mai 2024"),
        ("Berlin (ots) - ", "Berlin", ""),
        ("Brasília (DF), 13/05/2024 - ", "Brasília (DF)", "2024-05-13"),
        ("Köln/Bonn – ", "Köln/Bonn", ""),
        ("Newcastle upon Tyne, 3 May 2024 — ", "Newcastle upon Tyne", "3 May 2024"),
        ("(London, June 3, 2024) – ", "London", "June 3, 2024"),
    ],
)
def test_the_dateline(before: str, place: str, date: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{before}{LEAD}")
    assert (draft.headline, draft.dateline, draft.date) == (HEADLINE, place, date)
    assert isinstance(draft.body[0], Paragraph)
    assert draft.body[0].text == LEAD


@pytest.mark.parametrize(
    "lead",
    [
        "Jane Doe — the harbour master of Saltby — said that eight of the eleven harbours now meet the standard for water.",
        "Mr. Brandl. The harbours of the north are cleaner than they were in any year since somebody began to measure.",
        "2024 was the year in which eight of the eleven harbours met the standard – more than in any year since 1987.",
    ],
)
def test_what_is_no_dateline_stays_in_the_text(lead: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{lead}")
    assert draft.dateline == ""
    assert isinstance(draft.body[0], Paragraph)
    assert draft.body[0].text == lead


@pytest.mark.parametrize(
    "line",
    ["Madrid, 3 de mayo de 2024", "Paris, le 3 mai 2024", "Berlin, 3. Mai 2024", "London | 3 May 2024"],
)
@pytest.mark.parametrize("below", [False, True])
def test_place_and_day_on_a_line_of_their_own_above_the_text_or_below(line: str, below: bool) -> None:
    text = f"{HEADLINE}\n\n{LEAD}\n\n{line}" if below else f"{line}\n\n{HEADLINE}\n\n{LEAD}"
    draft = drafted(text)
    assert draft.dateline == line.split()[0].strip(",")
    assert draft.date in line


def test_headline_and_subhead() -> None:
    draft = drafted(f"{HEADLINE}\n\nBut three of eleven towns still release untreated water\n\n{LEAD}")
    assert (draft.headline, draft.subhead) == (
        HEADLINE,
        "But three of eleven towns still release untreated water",
    )


def test_a_headline_over_two_lines_is_one() -> None:
    draft = drafted(f"PRESS RELEASE\n\nHARBOUR WATER IS CLEANER THAN\nAT ANY TIME SINCE 1987\n\n{LEAD}")
    assert draft.headline == "HARBOUR WATER IS CLEANER THAN AT ANY TIME SINCE 1987"
    assert "more than one line" in guessed(draft, "headline")
    assert "capitals" in guessed(draft, "headline")


def test_a_letterhead_is_set_aside_and_other_lines_above_the_headline_are_told() -> None:
    draft = drafted(
        "Lantern Coast Foundation\nLantern House, 12 Quay Street\nPortmellon PM1 4LC\nwww.example.org\n\n"
        f"Harbour study\n\n{HEADLINE}\n\n{LEAD}"
    )
    assert draft.headline == HEADLINE
    assert draft.subhead == ""
    assert "Harbour study" in guessed(draft, "headline")


def test_the_title_that_a_document_s_author_marked_is_the_headline() -> None:
    draft = of_blocks(
        Paragraph((Run("The harbours of the northern coast in the year 2024"),)),
        Paragraph((Run("Water is clean"),), style="Title"),
        Paragraph((Run("But three of eleven towns still release untreated water"),), style="Subtitle"),
        Paragraph((Run(LEAD),)),
    )
    assert draft.headline == "Water is clean"
    assert draft.subhead == "But three of eleven towns still release untreated water"
    assert "northern coast" in guessed(draft, "headline")


@pytest.mark.parametrize(
    "text",
    [
        f"Headline: {HEADLINE}\nSubhead: But not all\nDate: 3 May 2024\nPlace: London\nBody:\n{LEAD}",
        f"Titular: {HEADLINE}\nBajada: But not all\nFecha: 3 May 2024\nLugar: London\n\n{LEAD}",
        f"Titre : {HEADLINE}\nSous-titre : But not all\nDate : 3 May 2024\nLieu : London\n\n{LEAD}",
        f"Überschrift: {HEADLINE}\nUntertitel: But not all\nDatum: 3 May 2024\nOrt: London\n\n{LEAD}",
        f"Título: {HEADLINE}\nLinha fina: But not all\nData: 3 May 2024\nLocal: London\n\n{LEAD}",
        f"HEADLINE:\n{HEADLINE}\n\nSUBHEAD:\nBut not all\n\nDATE:\n3 May 2024\n\nPLACE:\nLondon\n\n{LEAD}",
    ],
    ids=["en", "es", "fr", "de", "pt", "on the next line"],
)
def test_forms(text: str) -> None:
    draft = drafted(text)
    assert (draft.headline, draft.subhead, draft.date, draft.dateline) == (
        HEADLINE,
        "But not all",
        "3 May 2024",
        "London",
    )
    assert isinstance(draft.body[0], Paragraph)
    assert draft.body[0].text == LEAD
    assert len(draft.body) == 1


def test_a_form_in_a_table() -> None:
    rows = (("Headline", HEADLINE), ("Date:", "3 May 2024"), ("Contact", "Jane Doe, 020 7946 0142"))
    table = Table(tuple(tuple((Paragraph((Run(cell),)),) for cell in row) for row in rows))
    draft = of_blocks(table, Paragraph((Run(LEAD),)))
    assert (draft.headline, draft.date) == (HEADLINE, "3 May 2024")
    assert draft.contacts[0].name == "Jane Doe"


def test_a_line_labelled_subject_is_the_headline_where_there_is_no_other() -> None:
    assert drafted(f"NEWS RELEASE\n\nDate: 3 May 2024\nSubject: {HEADLINE}\n\n{LEAD}").headline == HEADLINE
    both = drafted(f"Headline: {HEADLINE}\nSubject: Water\n\n{LEAD}")
    assert (both.headline, both.fields) == (HEADLINE, {"subject": "Water"})


def test_a_correction_asks_what_it_corrects() -> None:
    assert "Corrects" in guessed(drafted(f"CORRECTION\n\n{HEADLINE}\n\n{LEAD}"), "kind")


@pytest.mark.parametrize("line", ["Update", "Statement", "Notas", "Comunicado"])
def test_a_heading_in_the_text_that_sounds_like_a_kind_stays(line: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{LEAD}\n\n{line}\n\nThe board met again.")
    assert draft.kind == Kind.PRESS_RELEASE
    assert line in [part.text for part in draft.body if isinstance(part, Paragraph)]


def test_a_source_without_headline_says_so() -> None:
    draft = drafted(LEAD * 2)
    assert draft.headline == ""
    assert "write one" in guessed(draft, "headline")


def test_the_language_of_the_text_is_told_where_it_is_not_the_office_s() -> None:
    spanish = "Ocho de los once puertos de la costa cumplen ya la norma para aguas de baño, más que en cualquier año desde que empezaron las mediciones."
    assert drafted(f"El agua de los puertos está más limpia que nunca\n\n{spanish}").language == "es"
    assert drafted(f"{HEADLINE}\n\n{LEAD}").language == ""


def test_a_text_of_short_paragraphs_alone_is_a_text() -> None:
    """None of its lines is a letterhead because it holds a number, and its dateline is one."""
    draft = of_blocks(
        Paragraph((Run("Harbour of Port Quill reopens"),), style="Title"),
        Paragraph((Run("Ferries sail again from Monday"),), style="Subtitle"),
        Paragraph((Run("PORT QUILL — The harbour is open, the Ministry said."),)),
        Paragraph((Run("A quay of 1,200 m2 and a shed were built."),)),
        Paragraph((Run("The ministry now expects 40 000 passengers; call 555-0100 or the harbourmaster."),)),
    )
    assert (draft.headline, draft.subhead, draft.dateline) == (
        "Harbour of Port Quill reopens",
        "Ferries sail again from Monday",
        "PORT QUILL",
    )
    assert len(draft.body) == 3
    assert draft.set_aside == ()


def test_a_headline_in_capitals_goes_on_in_the_next_paragraph() -> None:
    draft = drafted(f"GOVERNMENT TO OPEN ALL CANAL PATHS\n\nBY THE SUMMER OF 2028\n\n{LEAD}")
    assert draft.headline == "GOVERNMENT TO OPEN ALL CANAL PATHS BY THE SUMMER OF 2028"


def test_a_subject_that_repeats_the_headline_is_said_once() -> None:
    draft = drafted(f"Subject: PRESS RELEASE: {HEADLINE}\n\n{HEADLINE}\n\n{LEAD}")
    assert (draft.headline, draft.subhead) == (HEADLINE, "")


@pytest.mark.parametrize(
    "first",
    ["Sehr geehrte Damen und Herren,", "“My thoughts are with the families who lost their homes last night."],
)
def test_a_salutation_and_a_quotation_that_goes_on_are_no_subhead(first: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{first}\n\n{LEAD}")
    assert draft.subhead == ""
    assert draft.body[0].text == first  # type: ignore[union-attr]


def test_the_heading_of_notes_that_became_notes_goes_with_them() -> None:
    draft = drafted(
        f"{HEADLINE}\n\n{LEAD} [1] So it stays. [2]\n\nNotes to Editors\n\n1. “Water”, 2026.\n\n2. A yearly count."
    )
    assert len(draft.notes) == 2
    assert "Editors" not in str(draft.body)


def test_a_word_alone_before_the_text_is_told_and_left_where_it_is() -> None:
    draft = drafted(f"{HEADLINE}\n\nHamburg. {LEAD}")
    assert draft.dateline == ""
    assert "“Hamburg” may be the place" in guessed(draft, "body")


@pytest.mark.parametrize(
    "line",
    ["Ministry of Ports – press release of 3 May 2024", "Ministère des Ports – communiqué du 3 mai 2024"],
)
def test_an_office_s_name_before_kind_and_day_is_no_headline(line: str) -> None:
    draft = drafted(f"{line}\n\n{HEADLINE}\n\n{LEAD}")
    assert draft.headline == HEADLINE
    assert draft.date.endswith("2024")


def test_a_place_in_brackets_is_a_dateline_and_told() -> None:
    draft = drafted(f"{HEADLINE}\n\n(Seeberg) {LEAD}")
    assert draft.dateline == "Seeberg"
    assert "Seeberg" in guessed(draft, "dateline")


def test_a_line_that_leads_on_to_a_list_or_to_the_text_is_no_subhead() -> None:
    line = "Minister Eva Lind has issued the following statement:"
    draft = drafted(f"{HEADLINE}\n\n{line}\n\n{LEAD}")
    assert draft.subhead == ""
    assert draft.body[0].text == line  # type: ignore[union-attr]


def test_another_day_below_the_text_is_what_the_text_tells() -> None:
    draft = drafted(
        f"24 July 2018\n\n{HEADLINE}\n\n{LEAD}\n\nThe opening:\n\nDate: 5 December 2018\n\nTime: 6 p.m."
    )
    assert draft.date == "24 July 2018"
    assert "5 December 2018" in str(draft.body)
