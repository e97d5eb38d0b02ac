"""The body: Markdown, and what a release adds to it. Nothing is dropped silently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.tree import SyntaxTreeNode

from mailer.release import NODE_TYPES
from mailer.release.body import Body, parse_body, plain_text


def body(text: str, **how: object) -> Body:
    return parse_body(text, "r.md", 10, **how)  # type: ignore[arg-type]


def types(node: SyntaxTreeNode) -> list[str]:
    return [child.type for child in node.children]


def first(found: Body, node_type: str) -> SyntaxTreeNode:
    return next(node for node in found.tree.walk() if node.type == node_type)


@pytest.mark.parametrize("text", ["READ IT: <https://example.org/a>", "[READ IT](https://example.org/a)"])
def test_a_paragraph_of_only_a_label_and_an_address_is_a_button(text: str) -> None:
    button = first(body(text), "call_to_action")
    assert (button.content, button.attrs["href"]) == ("READ IT", "https://example.org/a")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("レポートを読む：<https://example.org/a>", "レポートを読む"),
        ("レポートを読む： https://example.org/a", "レポートを読む"),
        ("阅读报告﹕https://example.org/a", "阅读报告"),
        ("Lire le rapport : <https://example.org/a>", "Lire le rapport"),
        ("Lire le rapport\u202f: <https://example.org/a>", "Lire le rapport"),
        ("اقرأ التقرير: <https://example.org/a>", "اقرأ التقرير"),
    ],
)
def test_the_colon_behind_a_label_is_that_of_its_language(text: str, label: str) -> None:
    button = first(body(text), "call_to_action")
    assert (button.content, button.attrs["href"]) == (label, "https://example.org/a")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("報告は https://example.org/a。続きは", "。続きは"),
        ("見よ（https://example.org/a）", "）"),
        ("连接https://example.org/a，以及", "，以及"),
        ("اقرأ https://example.org/a، ثم", "، ثم"),
        ("पढ़ें https://example.org/a।", "।"),
        ("(see “https://example.org/a”)", "”)"),
    ],
)
def test_punctuation_behind_an_address_is_no_part_of_it(text: str, after: str) -> None:
    """In Chinese and Japanese no blank stands before or behind an address."""
    found = body(text)
    assert first(found, "link").attrs["href"] == "https://example.org/a"
    assert plain_text(found.tree).endswith(f"https://example.org/a{after}")


def test_an_address_of_mail_may_stand_between_wide_signs() -> None:
    assert (
        first(body("連絡先：press@example.org、または"), "link").attrs["href"] == "mailto:press@example.org"
    )


def test_two_lines_of_that_kind_are_two_buttons() -> None:
    assert (
        types(body("ONE: <https://example.org/1>\nTWO: <https://example.org/2>").tree)
        == ["call_to_action"] * 2
    )


@pytest.mark.parametrize(
    "text", ["See <https://example.org>.", "More at: <https://example.org>, soon", "<https://example.org>"]
)
def test_a_sentence_with_a_link_stays_a_sentence(text: str) -> None:
    assert types(body(text).tree) == ["paragraph"]


@pytest.mark.parametrize("text", [
    "said Ines. **“Never.”** Then", "said.**“Never.”**", "**«Hola».**", "word**bold**word", "**one** and **two**",
    "**two\nlines**",
])  # fmt: skip
def test_a_highlight_works_beside_any_quotation_mark(text: str) -> None:
    found = body(text)
    assert any(node.type == "strong" for node in found.tree.walk())
    assert not found.findings


def test_what_is_escaped_is_no_button_and_names_nobody() -> None:
    assert types(body("Our site\\: <https://example.org>").tree) == ["paragraph"]
    for dash in ("&mdash;", "&ndash;", "\\-"):
        quotation = first(body(f"> We know.\n>\n> {dash} And so on"), "blockquote")
        assert types(quotation) == ["paragraph", "paragraph"]


def test_a_pictures_words_are_read_as_all_others_are() -> None:
    assert first(body("![Tank & valve <b>](images/tank.png)"), "figure").content == "Tank & valve <b>"
    assert (
        first(body(r"![\[A\] tank &amp; \*two\*](images/tank.png)"), "figure").content == "[A] tank & *two*"
    )


def test_a_quote_ends_with_who_said_it() -> None:
    quote = first(body("> A sentence.\n>\n> — Tomas Brandl, harbour master"), "blockquote")
    assert types(quote) == ["paragraph", "attribution"]
    assert plain_text(quote.children[-1]) == "Tomas Brandl, harbour master"
    same_paragraph = first(body("> A sentence.\n> -- Tomas Brandl"), "blockquote")
    assert types(same_paragraph) == ["paragraph", "attribution"]


@pytest.mark.parametrize("dash", ["——", "――", "－"])
def test_who_said_it_may_stand_behind_a_dash_of_chinese_or_japanese(dash: str) -> None:
    quote = first(body(f"> 水是干净的。\n>\n> {dash}托马斯"), "blockquote")
    assert plain_text(quote.children[-1]) == "托马斯"


def test_notes_are_numbered_by_their_first_citation() -> None:
    found = body("One[^b] two[^a] three[^b].\n\n[^a]: Alpha.\n\n[^b]: Beta.\n    Still beta.")
    assert [(n.number, n.references, plain_text(n.content)) for n in found.notes] == [
        (1, 2, "Beta. Still beta."), (2, 1, "Alpha."),
    ]  # fmt: skip
    marks = [node.meta for node in found.tree.walk() if node.type == "footnote_ref"]
    assert [(m["number"], m["reference"]) for m in marks] == [(1, 1), (2, 1), (1, 2)]


def test_headings_make_sections_whose_role_is_known() -> None:
    found = body("Text.\n\n## Notes to editors\n\n- One\n\n## About Us\n\nWe.\n\n## Más\n\nTexto.")
    assert types(found.tree) == ["paragraph", "section", "section", "section"]
    assert [s.meta["role"] for s in found.tree.children[1:]] == ["notes-to-editors", "about", "section"]


def test_the_dateline_opens_the_first_paragraph() -> None:
    found = body("> A quote first.\n\nThe text.", dateline="Portmellon—")
    assert plain_text(found.tree.children[1]) == "Portmellon—The text."


def test_a_headline_may_stand_in_the_body() -> None:
    found = body("# The headline\n\nThe text.")
    assert (found.headline, types(found.tree)) == ("The headline", ["paragraph"])


@pytest.mark.parametrize("mark", ["###", "# # #", "-30-", "– 30 –", "-ENDS-", "ENDS", "--- END ---", "FIN"])
def test_end_marks_are_removed(mark: str) -> None:
    assert types(body(f"The text.\n\n{mark}\n\nMore.").tree) == ["paragraph", "paragraph"]


def test_a_merge_slot_has_a_field_and_a_fallback() -> None:
    slot = first(body("Dear {{ First name | colleague }},"), "merge_slot")
    assert slot.meta == {"field": "first_name", "fallback": "colleague"}


@pytest.mark.parametrize(("text", "finding", "line"), [
    ("One.\n\nA **bold start.", "leftover-markup", 12), ("A note[^1].", "missing-note", 10),
    ("Text.\n\n[^1]: Never cited.", "unused-note", 12), ("See [this](page.html).", "dead-link", 10),
    ("Text\nand {{ broken.", "leftover-markup", 11), ("a[^1]\n\n[^1]: x\n\n[^1]: y", "repeated-note", 14),
    ("[x](javascript:alert(1))", "dead-link", 10), ("[x](data:text/html,hi)", "dead-link", 10),
])  # fmt: skip
def test_what_markdown_would_drop_silently_is_a_finding_with_its_line(
    text: str, finding: str, line: int
) -> None:
    found = body(text).findings
    assert [(f.id, f.where.line if f.where else 0) for f in found] == [(finding, line)]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("### Alone\n\nText.", "h2"),
        ("# One\n\n# Two", "h2"),  # the first is the headline
        ("## Two\n\n#### Four\n\n### Three\n\n## Two", "h2 h3 h3 h2"),
        ("#### Four\n\n## Two\n\n- ### In a list", "h2 h2 h3"),
    ],
)
def test_no_level_of_headings_is_skipped(text: str, levels: str) -> None:
    """Who listens to a mail goes by them, and would look for the one that is missing."""
    headings = [node for node in body(text).tree.walk() if node.type == "heading"]
    assert " ".join(node.tag for node in headings) == levels


def test_raw_html_code_and_setext_headings_are_plain_text() -> None:
    found = body(
        "<script>alert(1)</script>\n\n    indented\n\nA line\n======\n\n`ticks` and ```\nfences\n```"
    )
    assert {node.type for node in found.tree.walk()} <= {"root", *NODE_TYPES}
    assert "<script>" in plain_text(found.tree)


@given(st.text(max_size=400))
def test_any_text_gives_a_tree_of_known_types(text: str) -> None:
    found = body(text)
    assert {node.type for node in found.tree.walk()} <= {"root", *NODE_TYPES}


@pytest.mark.parametrize(
    "text",
    [
        "^[]",
        "^[a note in the line] and more",
        "> *one\n> — two*",
        "> **one\n> — two** three",
        "![a](b ![c](d))",
    ],
)
def test_what_a_fuzzer_found_is_read(text: str) -> None:
    """Each of these ended in an exception that was not ours."""
    body = parse_body(text, "releases/one.md", 1, dateline="Saltby—")
    assert body.tree.children
