"""Tidying changes what is sure, tells what is doubtful, touches no address, and does it all at once."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.importing.accounted import words_of
from mailer.importing.house_style import House, Tidied, left_behind, tidied
from mailer.model import Contact
from mailer.release.body import parse_body
from mailer.release.source import as_read

HEADER = "---\nHeadline: One\nDateline: Washington, DC\nContacts:\n  - name: Mira Okafor\n    phone: + (202) 555-0142\n---\n\n"
PIECES = st.sampled_from(
    ['"', "'", "“", "”", "--", " -- ", " ", "  ", "\u00a0", "\n", "\n\n", "a", "word", "O'Neil", "5 m²", "¹", "²", "[1]", "[2]",
     "1. Note one", "2. Note two", "\n\n[1] Note", "\n[2] Note", "*", "**", "_", "> ", "> -- Mira", "- ", "+ (202) 555-0142", "Contact:",
     "Mira Okafor", "https://example.org/a--b?x='y'", "<https://example.org/--\">", "{{ name | \"x\" }}", "\\\"", "[x](y--z)", "| a -- b |",
     "---", "\u00ad", "\u200b", "Washington, DC—", "Washington, DC -- ", "## Notes", "###", "«", "»", " !", " :", "?", "'90s", "[^1]",
     "\n\n[^1]: note", "  \n", "\u202e", "\t", "&quot;", "`x--y`"]
)  # fmt: skip
BODY = st.lists(PIECES, max_size=14).map("".join)


def tidy(body: str, language: str = "en", dash: str = "—") -> Tidied:
    return tidied(f"{HEADER}{body}\n", House(language, dash))


def body_of(body: str, language: str = "en", dash: str = "—") -> str:
    return tidy(body, language, dash).text.removeprefix(HEADER).rstrip("\n")


@pytest.mark.parametrize(
    ("language", "typed", "set_"),
    [
        ("en", '"At last," she said. "It\'s done."', "“At last,” she said. “It’s done.”"),
        ("en", "the students' work in the '90s", "the students’ work in the ’90s"),
        ("en", 'said.**"Never,"** she', "said.**“Never,”** she"),
        ("en", "\"They said 'no' to us\"", "“They said ‘no’ to us”"),
        ("de", '"Endlich", sagte sie.', "„Endlich“, sagte sie."),
        ("es", '"Por fin", dijo.', "“Por fin”, dijo."),
        ("es", '«Por fin», dijo. "Sí".', "«Por fin», dijo. «Sí»."),
        ("pt", '"Enfim", disse.', "“Enfim”, disse."),
        ("fr", '"Enfin !" dit-elle : « oui » ; l\'eau', "«\u202fEnfin\u202f!\u202f» dit-elle\u00a0: «\u202foui\u202f»\u202f; l’eau"),
        ("fr-CA", "Vraiment ?", "Vraiment\u202f?"),
        ("fr", "«\u00a0Oui\u00a0»\u00a0!", "«\u00a0Oui\u00a0»\u00a0!"),
        ("en", "Rock 'n' roll of '68, and '90s hits: 'tis told to 'em. Those of '12.", "Rock ’n’ roll of ’68, and ’90s hits: ’tis told to ’em. Those of ’12."),
        ("en", "in '12 the sailors' boat", "in '12 the sailors' boat"),
        ("en", "5' 10\" and 6'2\": \"a 27' boat\", 40° 26' 46\" N", "5' 10\" and 6'2\": “a 27' boat”, 40° 26' 46\" N"),
        ("de", "die '68er, 's ist so", "die ’68er, ’s ist so"),
        ("fi", '"Vihdoin"', '"Vihdoin"'),
    ],
)  # fmt: skip
def test_marks_of_the_language(language: str, typed: str, set_: str) -> None:
    assert body_of(typed, language) == set_


@pytest.mark.parametrize(("dash", "typed", "set_"), [
    ("—", "clean -- at last", "clean—at last"), ("—", "clean--at last", "clean—at last"), (" – ", "clean--at last", "clean – at last"),
    ("—", "> We know.\n>\n> -- Mira", "> We know.\n>\n> — Mira"), ("—", "mailer send --yes", "mailer send --yes"),
    ("—", "2019--2024", "2019–2024"), ("—", "| a | b |\n|:--:|--:|\n| c | d |", "| a | b |\n|:--:|--:|\n| c | d |"),
    ("—", "---", "---"), ("—", "| a | b |\n|--|--|\n| c--d | e |", "| a | b |\n|--|--|\n| c—d | e |"),
])  # fmt: skip
def test_two_hyphens_are_the_dash_of_the_house(dash: str, typed: str, set_: str) -> None:
    assert body_of(typed, dash=dash) == set_


@pytest.mark.parametrize("text", [
    "<https://example.org/a--b?q=\"x\"'y'>", "[word](https://example.org/a--b)", "https://example.org/a--b'c", "{{ first_name | \"x\" }}",
    r"\"kept\" \-- a", "`x--y \"z\"`", "``a `\"b\"` c``", "[word](https://example.org/a_(b)--c \"It's\")", "a line  \nthat breaks", "5 m² and 3 km³", "he said [1] nothing", "&quot;x&quot;",
])  # fmt: skip
def test_what_programs_read_stays_as_it_is(text: str) -> None:
    assert body_of(text) == text


def test_fields_that_programs_read_stay_too() -> None:
    text = (
        '---\nHeadline: "One"  two\nSubhead: it\'s so\nWeb: https://example.org/a--b\nContacts:\n  - name: Mira "Mi" O\'Neil\n'
        '    email: o\'neil@example.org\nImages:\n  - file: a--b.png\n    alt: A "tank"\n---\n\nx\n'
    )
    assert tidied(text, House("en")).text == text.replace('"One"  two', "“One” two").replace(
        "it's", "it’s"
    ).replace('"tank"', "“tank”")


@pytest.mark.parametrize(("begins", "is_told"), [
    ("Portmellon — Eight", True), ("PORTMELLON, Nov. 23, 2026 — Eight", True), ("(Portmellon) — Eight", True),
    ("Portmellon, November 24, 2026 — Eight", True), ("Portmellon has eight — no, nine", False),
])  # fmt: skip
def test_a_second_dateline_is_told_even_where_only_a_person_can_take_it_out(
    begins: str, is_told: bool
) -> None:
    text = f"---\nHeadline: One\nDate: November 23, 2026\nDateline: Portmellon\n---\n\n{begins} of them are clean.\n"
    assert [told.line for told in left_behind(text, House("en"))] == [7] * is_told


def test_contacts_of_the_office_are_not_said_twice() -> None:
    office = House("en", contacts=(Contact("Mira Okafor", phone="020 7946 0142"),))
    text = "---\nHeadline: One\nDate: July 24, 2018\n---\n\nJuly 24, 2018\n\nText.\n\nContact:\nMira Okafor, 020 7946 0142\n"
    assert tidied(text, office).text == "---\nHeadline: One\nDate: July 24, 2018\n---\n\nText.\n"
    assert [told.line for told in left_behind(text, office)] == [6, 10]


def test_typed_notes_become_notes() -> None:
    typed = "Clean.¹ Since 1987.² Clean.¹\n\n## Sources\n\n1. The study,\nchapter 7.\n2. The board."
    assert body_of(typed) == (
        "Clean.[^1] Since 1987.[^2] Clean.[^1]\n\n[^1]: The study,\n    chapter 7.\n\n[^2]: The board."
    )
    assert (
        body_of("Clean [1]. Since [2]\n\n[1] One\n\n[2] Two\n\n###")
        == "Clean[^1]. Since[^2]\n\n[^1]: One\n\n[^2]: Two\n\n###"
    )


@pytest.mark.parametrize("typed", [
    "Clean.¹ Since.²\n\n1. One", "Clean.² Since.¹\n\n1. One\n2. Two", "Clean.[^1] A²\n\n[^1]: One", "5 m¹ x²\n\n1. One\n2. Two",
    "No marks.\n\n1. One\n2. Two",
])  # fmt: skip
def test_what_may_be_no_notes_is_left_alone(typed: str) -> None:
    assert body_of(typed) == typed


def test_doubts_are_told_with_their_line() -> None:
    found = tidy('A "5" pipe" and a 3" one.\n\nClean.¹ Since.² x\n\nContact:\n\nSomebody Else')
    assert [(each.line, each.message[:14]) for each in sorted(found.doubts, key=lambda d: d.line)] == [
        (9, 'The " of this '), (11, "Marks of notes"), (13, "This contact b"),
    ]  # fmt: skip


def test_a_sentence_in_two_parts_is_told_and_left() -> None:
    parted = "The board of the eleven harbours asks for tanks in all of the three\n\ntowns that release untreated water."
    found = tidy(parted)
    assert [(each.line, each.message[:18]) for each in found.doubts] == [(11, "The sentence above")]
    assert found.changes == {}
    assert not tidy("Three towns:\n\nsaltby, grey haven and one more town that nobody names.").doubts


@pytest.mark.parametrize("language", ["es", "pt"])
def test_who_speaks_in_a_dialogue_is_seen_by_its_blanks(language: str) -> None:
    assert body_of("--¿Vendrás? --dijo Ana--. No.", language) == "—¿Vendrás? —dijo Ana—. No."
    assert body_of("—Vamos -- dijo.", language) == "—Vamos — dijo."


def test_what_the_header_says_is_not_said_twice() -> None:
    assert body_of("**Press Release**\n\nOne\n\nWASHINGTON, DC (AP) — Each.") == "WASHINGTON, DC (AP) — Each."
    assert body_of("One for all\n\nWashington, DC—Each.") == "One for all\n\nEach."
    assert body_of("Press release\n\n" * 2000 + "WASHINGTON, DC—" * 2000 + "Each.") == "Each."
    assert body_of("Media advisory\n\nText.") == "Media advisory\n\nText."
    assert body_of("Washington, DC—Washington, DC — Each year.") == "Each year."
    assert body_of("**WASHINGTON, DC** — Each year.") == "Each year."
    assert body_of("Text.\n\n**Contact:**\nMira Okafor\nPhone: + (202) 555-0142\n\nMore.") == "Text.\n\nMore."
    assert body_of("Call\n\n+ (202) 555-0142") == "Call\n\n\\+ (202) 555-0142"


@given(BODY, st.sampled_from(["en", "es", "fr", "de", "pt", "fi"]), st.sampled_from(["—", " – "]))
@example("'a'--'b'", "en", "—")
def test_tidying_what_is_tidy_changes_nothing(body: str, language: str, dash: str) -> None:
    once = tidy(body, language, dash)
    again = tidied(once.text, House(language, dash))
    assert (again.text, again.changes) == (once.text, {})
    if not once.changes:
        assert once.text == f"{HEADER}{body}\n"


def links_of(text: str) -> list[str]:
    body = parse_body(text, "", 1)
    trees = (body.tree, *(note.content for note in body.notes))
    return [str(node.attrs["href"]) for tree in trees for node in tree.walk() if node.type == "link"]


@given(BODY, st.sampled_from(["en", "fr", "de"]))
@example("https://example.org/a--b?x='y'\u202e", "en")
def test_no_word_comes_or_goes_that_is_not_listed(body: str, language: str) -> None:
    found = tidy(body, language)
    lost = Counter(words_of(f"{HEADER}{body}")) - Counter(words_of(found.text))
    gained = Counter(words_of(found.text)) - Counter(words_of(f"{HEADER}{body}"))
    assert not gained
    if not set(found.changes) & {
        "lines that the header has",
        "dateline that the header has",
        "contact block that the header has",
        "typed notes made notes",
    }:
        assert not lost
    links = links_of(as_read(body))
    after = links_of(as_read(found.text.removeprefix(HEADER)))
    if not lost and not found.changes.get("telephone numbers that were bullets"):
        assert sorted(after) == sorted(links)


@pytest.mark.parametrize(
    "made", ["a" * 300_000, "{{" * 50_000, "a¹" * 50_000], ids=["no address", "no slot", "no notes"]
)
def test_a_text_that_is_made_to_take_for_ever_does_not(made: str) -> None:
    """Each sign was looked at once for each before it: of a million, for an hour."""
    text = f"---\nHeadline: Water\n---\n\n{made}\n"
    assert made[:100] in tidied(text, House("en")).text
