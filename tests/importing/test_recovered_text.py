"""The text below the head: what is joined, what becomes a part of its own, and what is left out."""

from __future__ import annotations

import pytest
from support.drafts import LEAD, drafted, guessed, of_blocks

from mailer.importing.document import Block, Figure, Listing, Paragraph, Rule, Run, Table
from mailer.importing.draft import CallToAction, Captioned, Draft, Quotation
from mailer.importing.structure.runs import block_text

HEADLINE = "Harbour Water Is Cleaner than at Any Time since 1987"
ABOUT = (
    "Lantern Coast Foundation looks after 140 kilometres of shore with the people who live on it. It measures the water, "
    "publishes what it finds, and helps harbour towns to act on it."
)
STANDING = {"About Lantern Coast Foundation": ABOUT}


def body(*parts: str, **office: object) -> Draft:
    return drafted("\n\n".join((HEADLINE, LEAD, *parts)), **office)


def texts(draft: Draft) -> list[str]:
    return [block_text(part) for part in draft.body if not isinstance(part, CallToAction | Quotation)]


def para(text: str, **looks: object) -> Paragraph:
    return Paragraph((Run(text),), **looks)  # type: ignore[arg-type]


BROKEN = "The three harbours that miss the standard share one cause: sewers that carry rain and waste in the same pipe and"


@pytest.mark.parametrize(
    "between",
    [
        "",
        "-more-\n\n",
        "Page 2 of 3\n\n",
        "- 2 -\n\n",
        "(MORE)\n\nPage 2\n\n",
        "-sigue-\n\n",
        "Seite 2 von 3\n\n",
        "2-2-2\n\n",
    ],
)
def test_a_paragraph_that_a_page_broke_is_one(between: str) -> None:
    draft = drafted(f"{HEADLINE}\n\n{LEAD}\n\n{BROKEN}\n\n{between}overflow within two hours of heavy rain.")
    assert texts(draft)[1] == f"{BROKEN} overflow within two hours of heavy rain."
    assert "joined" in guessed(draft, "body")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"{BROKEN}.", "overflow is what follows, and nobody knows it better."),
        (BROKEN, "Overflow within two hours of heavy rain."),
        (
            "Mail the office, which has the numbers of all of the harbours and of all of the years, at",
            "press@example.org or 020 7946 0142",
        ),
    ],
    ids=["a sentence's end", "a capital", "an address"],
)
def test_what_no_page_broke_stays_apart(first: str, second: str) -> None:
    assert first in texts(body(first, second))


@pytest.mark.parametrize(
    "mark",
    ["###", "# # #", "-30-", "– 30 –", "-ends-", "ENDS", "*** FIN ***", "[ENDE]", "END OF RELEASE", "***"],
)
def test_end_marks_are_left_out(mark: str) -> None:
    draft = body(mark)
    assert texts(draft) == [LEAD]


def test_the_house_s_own_end_mark_and_dash_are_known() -> None:
    draft = drafted(f"{HEADLINE}\n\nPortmellon // {LEAD}\n\n++ Over ++", end_mark="++ Over ++", dash="//")
    assert draft.dateline == "Portmellon"
    assert texts(draft) == [LEAD]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("READ THE STUDY: <https://example.org/s>", "READ THE STUDY"),
        ("Download photos: https://example.org/s", "Download photos"),
        ("Read the study → https://example.org/s", "Read the study"),
    ],
)
def test_calls_to_action(line: str, label: str) -> None:
    assert body(line).body[-1] == CallToAction(label, "https://example.org/s")


def test_a_paragraph_that_is_only_a_link_is_a_call_to_action_and_an_address_alone_is_none() -> None:
    link = Paragraph((Run("Read the study", href="https://example.org/s"),))
    draft = of_blocks(
        para(HEADLINE), para(LEAD), link, Paragraph((Run("https://example.org", href="https://example.org"),))
    )
    assert draft.body[1] == CallToAction("Read the study", "https://example.org/s")
    assert isinstance(draft.body[2], Paragraph)


def test_each_line_of_calls_to_action_is_one() -> None:
    draft = body("READ IT: https://example.org/a\nSEE IT: https://example.org/b")
    assert draft.body[1:] == (
        CallToAction("READ IT", "https://example.org/a"),
        CallToAction("SEE IT", "https://example.org/b"),
    )


@pytest.mark.parametrize(
    "blocks",
    [
        (
            para("We know what a tank costs.", quoted=True),
            para("— Tomas Brandl, harbour master", quoted=True),
        ),
        (para("We know what a tank costs.", style="Intense Quote"), para("— Tomas Brandl, harbour master")),
        (para("We know what a tank costs.\n— Tomas Brandl, harbour master", quoted=True),),
    ],
    ids=["block quotation", "style", "one paragraph"],
)
def test_quotations_and_who_said_it(blocks: tuple[Block, ...]) -> None:
    quotation = of_blocks(para(HEADLINE), para(LEAD), *blocks).body[1]
    assert isinstance(quotation, Quotation)
    assert [block_text(block) for block in quotation.blocks] == ["We know what a tank costs."]
    assert "".join(run.text for run in quotation.attribution) == "Tomas Brandl, harbour master"


def test_highlights_stay_and_blanks_at_their_edges_stand_outside() -> None:
    runs = (
        Run("He said: "),
        Run("never ", bold=True),
        Run("again", bold=True),
        Run(" ", bold=True),
        Run("and left."),
    )
    (part,) = of_blocks(para(HEADLINE), para(LEAD), Paragraph(runs)).body[1:]
    assert isinstance(part, Paragraph)
    assert part.runs == (Run("He said: "), Run("never again", bold=True), Run(" and left."))


@pytest.mark.parametrize(
    ("cited", "notes"),
    [
        (("one.¹", "two.²"), "¹ First.\n\n² Second."),
        (("one.[1]", "two.[2]"), "[1] First.\n[2] Second."),
        (("one.(1)", "two.(2)"), "(1) First.\n(2) Second."),
        (("one.¹", "two.²"), "Notes\n\n1. First.\n2. Second."),
        (("one.[1]", "two.[2]"), "REFERENCES:\n\n1 First.\n\n2 Second."),
        (("one.¹", "two.²"), "Fuentes\n\n[1] First.\n[2] Second."),
    ],
)
def test_typed_notes(cited: tuple[str, str], notes: str) -> None:
    if notes.startswith("Fuentes"):
        cited = ("one.[1]", "two.[2]")
    draft = body(f"The first is {cited[0]} The other is {cited[1]}", notes)
    assert [block_text(note[0]) for note in draft.notes] == ["First.", "Second."]
    (part,) = draft.body[1:]
    assert isinstance(part, Paragraph)
    assert [run.note for run in part.runs if run.note] == ["1", "2"]


def test_notes_are_numbered_in_the_order_of_their_first_citation() -> None:
    draft = body("This is the second.² This the first.¹ And again.²", "¹ First.\n\n² Second.")
    assert [block_text(note[0]) for note in draft.notes] == ["Second.", "First."]
    assert isinstance(draft.body[1], Paragraph)
    assert [run.note for run in draft.body[1].runs if run.note] == ["1", "2", "1"]


def test_raised_numbers_cite_and_squares_of_metres_do_not() -> None:
    runs = (Run("It covers 12 m²."), Run("1", raised=True), Run(" And more."))
    draft = of_blocks(
        para(HEADLINE),
        para(LEAD),
        Paragraph(runs),
        Paragraph((Run("1", raised=True), Run(" The register, 2024."))),
    )
    assert [block_text(note[0]) for note in draft.notes] == ["The register, 2024."]
    assert "12 m²" in block_text(draft.body[1])  # type: ignore[arg-type]


def test_the_source_s_own_notes() -> None:
    runs = (Run("One."), Run("", note="fn3"), Run(" Two."), Run("", note="fn1"))
    draft = of_blocks(
        para(HEADLINE), para(LEAD), Paragraph(runs), fn1="First.", fn3="Third.", fn9="Never cited."
    )
    assert [block_text(note[0]) for note in draft.notes] == ["Third.", "First."]
    assert "Never cited." in [aside.text for aside in draft.set_aside]
    assert "cites" in guessed(draft, "body")


def test_numbered_points_that_nothing_cites_stay_a_list() -> None:
    draft = body("Notes to editors", "1. Interviews can be had.\n2. Photographs can be had.")
    assert not draft.notes
    assert isinstance(draft.body[-1], Listing)


@pytest.mark.parametrize(
    "title",
    [
        "Notes to editors",
        "NOTES TO EDITORS:",
        "Notas a los editores",
        "Note aux rédactions",
        "Hinweise für Redaktionen",
        "Notas aos editores",
    ],
)
def test_notes_to_editors_are_a_section(title: str) -> None:
    heading, text = body(title, "Photographs can be had.").body[1:]
    assert isinstance(heading, Paragraph)
    assert (heading.heading, heading.text) == (2, title.rstrip(":"))
    assert isinstance(text, Paragraph)
    assert text.heading == 0


@pytest.mark.parametrize(
    "form",
    [
        "About Lantern Coast Foundation\n\n{}",
        "About Lantern Coast Foundation\n{}",
        "About Lantern Coast Foundation: {}",
        "**About Lantern Coast Foundation**\n\n{}",
        "{}",
    ],
)
def test_a_boilerplate_of_newsroom_is_left_out(form: str) -> None:
    draft = body(form.format(ABOUT), boilerplates=STANDING)
    assert draft.about == ("About Lantern Coast Foundation",)
    assert texts(draft) == [LEAD]
    assert not guessed(draft, "about")
    assert any(ABOUT in aside.text for aside in draft.set_aside)


def test_one_whose_words_differ_is_left_out_and_told() -> None:
    draft = body(
        "About Lantern Coast Foundation",
        ABOUT.replace("140", "120").replace("harbour towns", "towns"),
        boilerplates=STANDING,
    )
    assert draft.about
    assert "differs" in guessed(draft, "about")


def test_a_boilerplate_that_newsroom_lacks_stays_and_is_offered() -> None:
    draft = body("About Orrin Water Board", "Orrin Water Board was founded in 1987.", boilerplates=STANDING)
    assert not draft.about
    assert [standing.title for standing in draft.offered] == ["About Orrin Water Board"]
    heading, text = draft.body[1:]
    assert isinstance(heading, Paragraph)
    assert (heading.heading, heading.text) == (2, "About Orrin Water Board")
    assert block_text(text) == "Orrin Water Board was founded in 1987."  # type: ignore[arg-type]
    assert "newsroom.md has no" in guessed(draft, "body")


def test_rows_of_tabs_are_a_table() -> None:
    draft = body("Town\tDays\nSaltby\t12\nGrey Haven\t61", LEAD)
    table = draft.body[1]
    assert isinstance(table, Table)
    assert table.headed
    assert [[block_text(cell[0]) for cell in row] for row in table.rows] == [
        ["Town", "Days"],
        ["Saltby", "12"],
        ["Grey Haven", "61"],
    ]
    assert "table" in guessed(draft, "body")


def test_pictures_with_caption_and_credit() -> None:
    figure = Figure("image1", "A harbour at dawn")
    draft = of_blocks(
        para(HEADLINE),
        para(LEAD),
        figure,
        para("Saltby harbour. Photo: Jane Doe", style="Caption"),
        para(LEAD),
    )
    assert draft.captioned == (Captioned(figure, "Saltby harbour.", "Jane Doe"),)
    assert draft.body[1] == figure
    assert len(draft.body) == 3


def test_lists_rules_and_headings_keep_their_places() -> None:
    listing = Listing(((para("One"),), (para("Two"),)))
    draft = of_blocks(
        para(HEADLINE, heading=1),
        para(LEAD),
        para("What was found", heading=1),
        para(LEAD),
        Rule(),
        para(LEAD),
        listing,
    )
    assert draft.headline == HEADLINE
    heading = draft.body[1]
    assert isinstance(heading, Paragraph)
    assert heading.heading == 2, "the headline is the only heading of the first level"
    assert listing in draft.body
    assert Rule() in draft.body
