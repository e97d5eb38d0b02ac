"""Markdown that other tools wrote, or that somebody typed without a header."""

from __future__ import annotations

from mailer.importing.document import Figure, Listing, Paragraph, Run, Table
from mailer.importing.sources.markdown import read

FILE = b"""\
---
title: "Harbour water is cleaner than ever"
date: 2024-05-03
layout: post
---

Eight of *eleven* harbours meet **the standard**.[^x] See [the study](https://example.org/s).

![A harbour at dawn](dawn.png)

| Year | Days |
|---|---|
| 2024 | 61 |

> We know.

Contact:
Mira Okafor
+44 20 7946 0142

[^x]: I. Valdero, 2024.
"""


def test_fields_of_other_tools_become_labelled_lines_or_stand_in_the_margin() -> None:
    document = read(FILE, "x.md")
    assert [block.text for block in document.blocks[:2] if isinstance(block, Paragraph)] == [
        "title: Harbour water is cleaner than ever",
        "date: 2024-05-03",
    ]
    (margin,) = document.margins
    assert margin.kind == "front matter"
    assert [block.text for block in margin.blocks if isinstance(block, Paragraph)] == ["layout: post"]


def test_what_markdown_marks_up() -> None:
    document = read(FILE, "x.md")
    _, _, text, picture, table, quotation, contact = document.blocks
    assert isinstance(text, Paragraph)
    assert text.runs == (
        Run("Eight of "),
        Run("eleven", italic=True),
        Run(" harbours meet "),
        Run("the standard", bold=True),
        Run("."),
        Run("", note="0"),
        Run(" See "),
        Run("the study", href="https://example.org/s"),
        Run("."),
    )
    assert text.place == "line 7"
    assert picture == Figure("", "A harbour at dawn", "dawn.png", "line 9")
    assert isinstance(table, Table)
    assert len(table.rows) == 2
    assert isinstance(quotation, Paragraph)
    assert quotation.quoted
    assert isinstance(contact, Paragraph)
    assert contact.text == "Contact:\nMira Okafor\n+44 20 7946 0142", (
        "short lines are lines, and a plus is no bullet"
    )
    assert [block.text for block in document.notes["0"] if isinstance(block, Paragraph)] == [
        "I. Valdero, 2024."
    ]


def test_html_is_text_and_code_keeps_its_words() -> None:
    blocks = read(b"Some <b>bold</b> words\n\n```\nx = 1\n```\n\n1. One\n2. Two\n", "x.md").blocks
    assert [block.text for block in blocks if isinstance(block, Paragraph)] == [
        "Some <b>bold</b> words",
        "x = 1",
    ]
    assert isinstance(blocks[2], Listing)
    assert blocks[2].ordered
