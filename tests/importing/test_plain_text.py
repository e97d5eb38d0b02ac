"""Plain text: its characters, its broken lines, and what people type for what text can't show."""

from __future__ import annotations

import pytest

from mailer.errors import DocumentError
from mailer.importing.document import Listing, Paragraph, Rule, Run
from mailer.importing.sources.plain import read

GERMAN = "Die Häfen müssen größer werden, sagte die Königin – „überall“."


def paragraphs(text: str) -> list[str]:
    return [block.text for block in read(text.encode(), "x.txt").blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", ""),
        ("utf-8", b"\xef\xbb\xbf", ""),
        ("utf-16-le", b"\xff\xfe", ""),
        ("utf-16-be", b"\xfe\xff", ""),
        ("utf-16-le", b"", "UTF-16"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_the_characters_are_those_that_were_typed_and_a_guess_is_told(
    encoding: str, mark: bytes, told: str
) -> None:
    document = read(mark + GERMAN.encode(encoding), "x.txt")
    assert [block.text for block in document.blocks if isinstance(block, Paragraph)] == [GERMAN]
    assert told in " ".join(document.remarks)
    assert bool(document.remarks) == bool(told)


@pytest.mark.parametrize(("encoding", "told"), [("mac-roman", "Macintosh"), ("cp850", "850")])
@pytest.mark.parametrize(
    "text",
    [
        "Los puertos están más limpios, según el señor Ibáñez.",
        "En été, la préfète a dit que tout était très sec.",
    ],
)
def test_older_code_pages_are_recognised_by_their_letters(encoding: str, told: str, text: str) -> None:
    document = read(text.encode(encoding), "x.txt")
    assert document.words == text
    assert told in document.remarks[0]


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0\0\0abc", b"\xff\xfe\xff", b"abc\0def" * 20])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"x\.txt: it is no text"):
        read(content, "x.txt")


WRAPPED = """\
Eight of the eleven harbours on the coast now meet the standard for
bathing water, more than in any year since measuring began in 1987, and
volunteers took 41,600 samples over ten years, at dawn and by hand.

Contact:
Mira Okafor
Press Officer
"""


def test_lines_that_a_program_broke_are_put_together_and_those_that_a_person_broke_are_not() -> None:
    first, second = paragraphs(WRAPPED)
    assert first.startswith(
        "Eight of the eleven harbours on the coast now meet the standard for bathing water, more"
    )
    assert "\n" not in first
    assert second == "Contact:\nMira Okafor\nPress Officer"
    assert "column 71" in read(WRAPPED.encode(), "x.txt").remarks[0]


def test_a_line_each_is_a_paragraph_each_where_lines_are_long() -> None:
    long = "Eight of the eleven harbours on the coast now meet the standard for bathing water, more than in any year. "
    assert paragraphs(f"Title\n{long * 2}\n{long * 3}\nThe end") == [
        f"Title\n{long * 2}".strip(),
        (long * 3).strip(),
        "The end",
    ]


def test_a_word_that_a_line_s_end_divided_keeps_its_hyphen() -> None:
    text = "The study is a long-running one that was begun in 1987, and the well-\nknown harbours of the coast have all been measured for it, all the\nyear round.\n"
    assert "the well-known harbours" in paragraphs(text)[0]


def test_what_people_type_for_looks_and_links() -> None:
    (block,) = read(
        b"He said: **never** and *not now* at <https://example.org/a>, or https://example.org/b.", "x"
    ).blocks
    assert isinstance(block, Paragraph)
    assert block.runs == (
        Run("He said: "),
        Run("never", bold=True),
        Run(" and "),
        Run("not now", bold=True),
        Run(" at "),
        Run("https://example.org/a", href="https://example.org/a"),
        Run(", or "),
        Run("https://example.org/b", href="https://example.org/b"),
        Run("."),
    )


@pytest.mark.parametrize("text", ["2 * 3 * 4", "**", "a ** b ** c", "file*name and other*name"])
def test_stars_that_mark_nothing_stay(text: str) -> None:
    assert "".join(paragraphs(text)) == text


def test_lists() -> None:
    blocks = read(
        "• One\n• Two\n\n1. First\n2. Second\n\n- Said Jane Doe, mayor\n\n+ (202) 555 0142\n".encode(), "x"
    ).blocks
    bullets, numbers, said, phone = blocks
    assert isinstance(bullets, Listing)
    assert isinstance(numbers, Listing)
    assert not bullets.ordered
    assert numbers.ordered
    assert [item[0].text for item in bullets.items if isinstance(item[0], Paragraph)] == ["One", "Two"]
    assert isinstance(said, Paragraph), "one dash makes no list: it is somebody's name below a quotation"
    assert isinstance(phone, Paragraph), "a phone number is no list"


def test_pages_and_rules() -> None:
    blocks = read(b"One\n\x0cTwo\n-----\nThree", "x").blocks
    assert [block.text if isinstance(block, Paragraph) else block for block in blocks] == [
        "One",
        "Two",
        Rule("line 3"),
        "Three",
    ]


def test_columns_become_tabs_and_quoted_lines_quotations() -> None:
    assert paragraphs(
        "FOR IMMEDIATE RELEASE            Contact: Jane Doe\n                                 555 0142"
    ) == ["FOR IMMEDIATE RELEASE\tContact: Jane Doe\n\t555 0142"]
    (block,) = read(b"> We know.\n> We know well.", "x").blocks
    assert isinstance(block, Paragraph)
    assert block.quoted
    assert block.text == "We know.\nWe know well."


def test_characters_that_nobody_sees_are_taken_out_and_told() -> None:
    document = read("Har\u00adbour\u200b water".encode(), "x")
    assert document.words == "Harbour water"
    assert document.remarks == ("2 invisible characters were taken out (soft hyphens and their like).",)
