"""Whom journalists may call: found wherever a source says it, and never a bullet."""

from __future__ import annotations

import pytest
from support.drafts import LEAD, drafted, guessed, of_blocks

from mailer.importing.document import Listing, Margin, Paragraph, Run, Table
from mailer.importing.draft import Draft
from mailer.model import Contact

HEADLINE = "Harbour Water Is Cleaner than at Any Time since 1987"
MIRA = Contact("Mira Okafor", "Press Officer", "020 7946 0142", "", "press@example.org")


def with_block(block: str) -> Draft:
    return drafted(f"{HEADLINE}\n\n{LEAD}\n\n{block}")


@pytest.mark.parametrize(
    "block",
    [
        "Contact:\nMira Okafor\nPress Officer\n020 7946 0142\npress@example.org",
        "Contact:\n\nMira Okafor\n\nPress Officer\n\n020 7946 0142\n\npress@example.org",
        "MEDIA CONTACT: Mira Okafor, Press Officer, 020 7946 0142, press@example.org",
        "Point of contact: Mira Okafor, Press Officer, 020 7946 0142, press@example.org",
        "Press contact\nMira Okafor, Press Officer\nT: 020 7946 0142\nE: press@example.org",
        "Press enquiries: Mira Okafor (Press Officer) – 020 7946 0142 – press@example.org",
        "For more information, please contact:\nMira Okafor | Press Officer | 020 7946 0142 | press@example.org",
        "Contacto de prensa:\nMira Okafor\nPress Officer\nTel.: 020 7946 0142\nCorreo: press@example.org",
        "Contact presse : Mira Okafor, Press Officer, tél. 020 7946 0142, press@example.org",
        "Pressekontakt:\nMira Okafor, Press Officer\nTelefon: 020 7946 0142, E-Mail: press@example.org",
        "Contactos de imprensa:\nMira Okafor\nPress Officer\nTelefone: 020 7946 0142\nE-mail: <press@example.org>",
        "Mira Okafor\nPress Officer\n020 7946 0142\npress@example.org",
    ],
)
def test_a_contact_block_however_it_is_laid_out(block: str) -> None:
    assert with_block(block).contacts == (MIRA,)


@pytest.mark.parametrize("place", ["above", "below"])
def test_above_the_text_and_below(place: str) -> None:
    block = "Contact: Mira Okafor\nPress Officer\n020 7946 0142\npress@example.org"
    text = f"{block}\n\n{HEADLINE}\n\n{LEAD}" if place == "above" else f"{HEADLINE}\n\n{LEAD}\n\n{block}"
    draft = drafted(text)
    assert (draft.contacts, draft.headline) == ((MIRA,), HEADLINE)


def test_the_same_contact_twice_is_one() -> None:
    block = "Contact:\nMira Okafor\nPress Officer\n020 7946 0142\npress@example.org"
    assert drafted(f"{block}\n\n{HEADLINE}\n\n{LEAD}\n\n{block}").contacts == (MIRA,)


@pytest.mark.parametrize(
    "sentence",
    [
        "For more information contact Mira Okafor at 020 7946 0142 or press@example.org.",
        "For interviews, please call Mira Okafor on 020 7946 0142 or email press@example.org.",
        "Para más información, contacte con Mira Okafor en el 020 7946 0142 o en press@example.org.",
        "Für Rückfragen wenden Sie sich an Mira Okafor unter 020 7946 0142 oder press@example.org.",
    ],
)
def test_a_sentence_that_says_whom_to_call(sentence: str) -> None:
    (contact,) = with_block(sentence).contacts
    assert (contact.name, contact.phone, contact.email) == (
        "Mira Okafor",
        "020 7946 0142",
        "press@example.org",
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Contact with the water was found to be safe in eight of the eleven harbours, which were measured 41,600 times.",
        "The foundation's contact at the ministry, who did not wish to be named, said that the tank would be built by 2029.",
        "Sources: the water comes from three of them, and in 2018-2024 it was measured at all of the eleven harbours here.",
    ],
)
def test_what_only_sounds_like_it_stays_in_the_text(sentence: str) -> None:
    draft = with_block(sentence)
    assert draft.contacts == ()
    assert isinstance(draft.body[-1], Paragraph)
    assert draft.body[-1].text == sentence


@pytest.mark.parametrize(
    "headline",
    [
        "Press Freedom Prize: Mira Okafor Honoured",
        "Media Freedom: Water Board Calls for Protection",
        "Contact Tracing Begins in Harbour Towns",
        "For More Information: How All of the Towns Measure Their Water Now",
    ],
)
def test_headlines_that_begin_as_contacts_do(headline: str) -> None:
    draft = drafted(f"{headline}\n\n{LEAD}")
    assert (draft.headline, draft.contacts) == (headline, ())


def test_phones_are_told_apart_by_their_labels_and_what_has_no_field_is_set_aside() -> None:
    draft = with_block(
        "Contact:\nMira Okafor\nTel: 020 7946 0142\nMobile: 07700 900142\nFax: 020 7946 0199\npress@example.org\n"
        "Lantern House, 12 Quay Street\nwww.example.org\nLanguages: English, Spanish\nHours: weekdays 8:00–18:00"
    )
    assert draft.contacts == (
        Contact(
            "Mira Okafor",
            "",
            "020 7946 0142",
            "07700 900142",
            "press@example.org",
            ("English", "Spanish"),
            "weekdays 8:00–18:00",
        ),
    )
    aside = " ".join(each.text for each in draft.set_aside)
    assert "020 7946 0199" in aside
    assert "12 Quay Street" in aside
    assert "www.example.org" in aside


def test_a_label_behind_the_number() -> None:
    (contact,) = with_block("Contact: Mira Okafor, 020 7946 0142 (office), 07700 900142 (mobile)").contacts
    assert (contact.phone, contact.mobile) == ("020 7946 0142", "07700 900142")


@pytest.mark.parametrize(
    "block",
    [
        "Contacts:\nMira Okafor\n020 7946 0142\npress@example.org\n\nTomas Brandl\n020 7946 0143\nharbour@example.org",
        "Contacts:\nMira Okafor, 020 7946 0142, press@example.org\nTomas Brandl, 020 7946 0143, harbour@example.org",
        "Media contact:\nMira Okafor\n020 7946 0142\npress@example.org\nInvestor contact:\nTomas Brandl\n020 7946 0143\nharbour@example.org",
        "Contacts:\nMira Okafor\tTomas Brandl\n020 7946 0142\t020 7946 0143\npress@example.org\tharbour@example.org",
    ],
    ids=["blocks", "lines", "labels", "columns"],
)
def test_several_people(block: str) -> None:
    found = [(each.name, each.phone, each.email) for each in with_block(block).contacts]
    assert found == [
        ("Mira Okafor", "020 7946 0142", "press@example.org"),
        ("Tomas Brandl", "020 7946 0143", "harbour@example.org"),
    ]


def test_two_columns_above_the_text() -> None:
    draft = drafted(
        "FOR IMMEDIATE RELEASE            Contact: Mira Okafor\n"
        "July 24, 2018                    020 7946 0142\n"
        f"                                 press@example.org\n\n{HEADLINE}\n\n{LEAD}"
    )
    assert draft.date == "July 24, 2018"
    assert [(each.name, each.phone, each.email) for each in draft.contacts] == [
        ("Mira Okafor", "020 7946 0142", "press@example.org")
    ]


def test_labels_in_a_first_column_are_read_row_by_row() -> None:
    draft = drafted(
        f"NEWS RELEASE\n\nDate:\tJuly 24, 2018\nContact:\tMira Okafor\n\tPress Officer\n\t020 7946 0142\n\n{HEADLINE}\n\n{LEAD}"
    )
    assert (draft.date, draft.headline) == ("July 24, 2018", HEADLINE)
    assert draft.contacts == (Contact("Mira Okafor", "Press Officer", "020 7946 0142"),)


def test_a_sentence_at_the_end_of_a_paragraph_leaves_the_rest_of_it() -> None:
    draft = with_block("Issued by the water board. For more information call Mira Okafor on 020 7946 0142.")
    assert draft.contacts[0].name == "Mira Okafor"
    assert isinstance(draft.body[-1], Paragraph)
    assert draft.body[-1].text == "Issued by the water board."


def test_an_office_is_a_name_where_no_person_is_and_a_role_where_one_is() -> None:
    alone = with_block("Contact:\nLantern Coast Foundation\nPress Office\n020 7946 0142")
    assert (alone.contacts[0].name, alone.contacts[0].role) == ("Lantern Coast Foundation", "Press Office")
    both = with_block("Contact:\nGrey Haven Energy, Inc.\nMira Okafor\n020 7946 0142")
    assert (both.contacts[0].name, both.contacts[0].role) == ("Mira Okafor", "Grey Haven Energy, Inc.")


def test_a_list_that_a_program_made_of_a_contact_is_none() -> None:
    """Word and Markdown make a bullet of the plus before a number."""
    lines = ("Mira Okafor", "(202) 555-0142", "press@example.org")
    listing = Listing(tuple((Paragraph((Run(line),)),) for line in lines))
    draft = of_blocks(
        Paragraph((Run(HEADLINE),)), Paragraph((Run(LEAD),)), Paragraph((Run("Contact:"),)), listing
    )
    assert draft.contacts == (Contact("Mira Okafor", "", "(202) 555-0142", "", "press@example.org"),)
    assert len(draft.body) == 1


def test_a_contact_in_a_text_box_or_page_footer_is_found_and_told() -> None:
    box = Margin(
        "text box",
        (Paragraph((Run("Contact: Mira Okafor, 020 7946 0142"),)), Paragraph((Run("Since 1987"),))),
    )
    draft = of_blocks(Paragraph((Run(HEADLINE),)), Paragraph((Run(LEAD),)), margins=(box,))
    assert draft.contacts[0].name == "Mira Okafor"
    assert "text box" in guessed(draft, "contacts")
    assert [aside.why for aside in draft.set_aside if aside.text == "Since 1987"] == ["stood in a text box"]


def test_a_block_without_a_label_is_told() -> None:
    assert "No line said" in guessed(with_block("Mira Okafor\n020 7946 0142"), "contacts")


def test_numbers_of_the_text_are_no_phones() -> None:
    draft = drafted(
        f"{HEADLINE}\n\n{LEAD}\n\nDays with overflow, 2018-2024\n\n1,234,567 samples in 41 600 bottles, 2016 – 2025"
    )
    assert draft.contacts == ()


@pytest.mark.parametrize("end", ["", "###\n\n"])
def test_notes_below_a_contact_are_notes(end: str) -> None:
    draft = drafted(
        f"{HEADLINE}\n\n{LEAD} [1] It was long awaited. [2]\n\nContact:\nMira Okafor\nPress Officer\n020 7946 0142\n"
        f"press@example.org\n\n{end}[1] “Water”, 2026, https://example.org/water\n\n[2] Foundation, yearly count."
    )
    assert draft.contacts == (MIRA,)
    assert len(draft.notes) == 2


def test_a_contact_ends_at_the_end_mark() -> None:
    draft = drafted(
        f"{HEADLINE}\n\n{LEAD}\n\nContact:\nMira Okafor\nPress Officer\n020 7946 0142\npress@example.org\n\n###\n\n"
        "Harbour Atlas, second edition, www.example.org/atlas"
    )
    assert draft.contacts == (MIRA,)
    assert "Harbour Atlas" in str(draft.body[-1])


@pytest.mark.parametrize("more", ["", ", www.example.org"])
def test_a_title_behind_a_label_is_nobodys_name(more: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{LEAD}\n\nMore information: Clean Harbour Water{more}")
    assert draft.contacts == ()
    assert "Clean Harbour Water" in str(draft.body[-1])


def test_a_sentence_for_the_public_adds_nothing_to_a_contact() -> None:
    draft = drafted(
        f"Media contact: Mira Okafor, Press Officer, 020 7946 0142, press@example.org\n\n{HEADLINE}\n\n{LEAD}\n\n"
        "For more information about the opening, visit www.example.com/library or call 020 7946 0199."
    )
    assert draft.contacts == (MIRA,)
    assert "www.example.com/library or call 020 7946 0199" in str(draft.body[-1])


def test_an_office_that_signs_line_by_line_is_a_contact() -> None:
    draft = drafted(
        f"{HEADLINE}\n\n{LEAD}\n\n###\n\nPress Office, Ministry of Waters\n\nPhone: 020 7946 0142\n\n"
        "Email: press@example.org"
    )
    office = Contact("Press Office, Ministry of Waters", "", "020 7946 0142", "", "press@example.org")
    assert draft.contacts == (office,)
    assert "No line said" in guessed(draft, "contacts")


def test_a_table_that_only_lays_out_the_head_is_read_cell_by_cell() -> None:
    def cell(*lines: str) -> tuple[Paragraph, ...]:
        return tuple(Paragraph((Run(line),)) for line in lines)

    contact = cell("Contact: Mira Okafor", "Press Officer", "020 7946 0142", "press@example.org")
    draft = of_blocks(
        Table(((cell("FOR IMMEDIATE RELEASE", "23 November 2026"), contact),)),
        Paragraph((Run(HEADLINE),)),
        Paragraph((Run(LEAD),)),
    )
    assert (draft.contacts, draft.date, draft.headline) == ((MIRA,), "23 November 2026", HEADLINE)


@pytest.mark.parametrize("office", ["Verband der Brückenbauer e. V.", "Brackwater Marine Inc."])
def test_the_full_stop_of_an_abbreviation_stays(office: str) -> None:
    (contact,) = with_block(f"Contact:\nMira Okafor\n{office}\n020 7946 0142").contacts
    assert contact.role == office


def test_an_office_above_its_person_is_no_second_contact() -> None:
    block = "Pressekontakt\n\nLandratsamt Beispielkreis, Pressestelle\n\nMira Okafor, Tel. 020 7946 0142, press@example.org"
    assert [each.name for each in with_block(block).contacts] == ["Mira Okafor"]


def test_what_stands_below_the_end_mark_is_told() -> None:
    draft = with_block(
        "Contact: Mira Okafor, 020 7946 0142\n\n###\n\nWalter Quill | Town of Orrin | 603-555-0143"
    )
    assert [each.name for each in draft.contacts] == ["Mira Okafor"]
    assert "Walter Quill" in str(draft.body[-1])
    assert "stood below the end mark" in guessed(draft, "body")
