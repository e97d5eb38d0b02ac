"""The reference page says what the code does."""

from __future__ import annotations

import re

from conftest import REPOSITORY
from support.bounce_corpus import bounces

from mailer.bounces import MailKind, Severity
from mailer.bounces.proven import SOFT_BOUNCES, SOFT_DAYS
from mailer.bounces.reading.severity import CAUSES

REFERENCE = (REPOSITORY / "docs/reference/bounces.md").read_text("utf-8")
GUIDE = (REPOSITORY / "docs/guide/bounces.md").read_text("utf-8")


def test_each_class_stands_there_and_no_other() -> None:
    table = REFERENCE.split("## Classes")[1].split("## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {word for cell in first_cells for word in re.findall(r"`([a-z-]+)`", cell)} == {
        k.value for k in MailKind
    }


def test_the_table_of_causes_comes_to_every_conclusion() -> None:
    assert {cause.severity for cause in CAUSES} == set(Severity)


def test_the_numbers_are_the_code_s() -> None:
    assert (SOFT_BOUNCES, SOFT_DAYS) == (3, 14)
    for page in (REFERENCE, GUIDE):
        assert re.search(r"third mail|three different emails", page)
        assert "14 days" in page


def test_every_program_of_the_corpus_is_named() -> None:
    known = REFERENCE.split("Recognised by their wording:")[1].split("\n\n")[0].lower()
    programs = {sample.name.split(",")[0] for sample in bounces()} - {"words without From"}
    for program in (
        "postfix",
        "exim",
        "sendmail",
        "qmail",
        "Gmail",
        "Yahoo",
        "Amazon SES",
        "Domino",
        "MailEnable",
        "IceWarp",
    ):
        assert any(program.lower() in name.lower() for name in programs), f"the corpus has no {program}"
        assert program.lower() in known


def test_the_guide_and_the_reference_lead_to_each_other() -> None:
    assert "../reference/bounces.md" in GUIDE
    assert "../guide/bounces.md" in REFERENCE
