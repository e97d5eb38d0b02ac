"""What docs/reference says by the code's own tables is what they say, in words that people use."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest
from conftest import REPOSITORY

from mailer.cli import FAMILIES
from mailer.delivery.replies import TABLE

PAGES = REPOSITORY / "docs" / "reference"
COMMAND = "python docs/reference/make.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", PAGES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = loaded()
WITH_PARTS = sorted(path.name for path in PAGES.glob("*.md") if "made by make.py" in path.read_text("utf-8"))


def test_every_page_with_such_a_part_is_made() -> None:
    assert sorted(make.PARTS) == WITH_PARTS


@pytest.mark.parametrize("page", WITH_PARTS)
def test_a_page_says_what_the_code_says(page: str) -> None:
    text = (PAGES / page).read_text("utf-8")
    assert text == make.made(page), f"run: {COMMAND}"
    assert make.GAP not in text, "a row is new: say in words what it is"


def test_every_command_has_its_section() -> None:
    page = make.made("commands.md")
    for _, names in FAMILIES:
        for name in names:
            assert f"## mailer {name}\n" in page


REMNANTS = re.compile(r"\.\.\*|\d\.\.(?!\.)|\d\.\*|\\[.dbws]|\[\d[\d-]*\](?!\()|\.\(\d")


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.md")))
def test_nobody_is_shown_a_regular_expression(page: str) -> None:
    for number, line in enumerate((PAGES / page).read_text("utf-8").splitlines(), 1):
        assert not REMNANTS.search(line), f"{page}:{number}: {line}"


def test_what_would_be_a_remnant_is_seen() -> None:
    shown = ("5.7..*", "53[0458]", "[23]xx", r"5\.7", "5.7.(3 or 139)", "[0-9]", "2..|3..", r"\brelay", "4.*")
    assert [text for text in shown if not REMNANTS.search(text)] == []
    assert not REMNANTS.search("5.7.x, 530, 534 (RFC 3463 §3.8), [blocks](blocks.md), `[^1]`, and so on ...")


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("", "any"),
        (".*", "any"),
        ("2..", "2xx"),
        ("[23]..", "2xx, 3xx"),
        ("53[0458]", "530, 534, 535, 538"),
        ("55[0-9]", "550 to 559"),
        ("5..|421", "421, 5xx"),
    ],
)
def test_codes_of_replies_are_written_as_people_write_them(pattern: str, written: str) -> None:
    assert make.reply_codes(pattern) == written


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("", "any"),
        (".*", "any or none"),
        (r"5\.7\..*", "5.7.x"),
        (r"5\.7\.\d+", "5.7.x"),
        (r"|5\..*", "none, 5.x.x"),
        (r"|5\.[0345]\..*", "none, 5.0.x, 5.3.x, 5.4.x, 5.5.x"),
        (r"|5\.[0-5]\..*", "none, 5.0.x to 5.5.x"),
        (r"[45]\.1\.[78]", "4.1.7, 4.1.8, 5.1.7, 5.1.8"),
        (r"5\.1\.(0|1|10)|5\.2\.1", "5.1.0, 5.1.1, 5.1.10, 5.2.1"),
        (r"5\.3\.4|5\.6\..*|5\.2\.3", "5.2.3, 5.3.4, 5.6.x"),
    ],
)
def test_status_codes_are_written_as_people_write_them(pattern: str, written: str) -> None:
    assert make.status_codes(pattern) == written


def test_no_rule_fits_nothing() -> None:
    """A mistyped pattern would be an empty cell."""
    for rule in TABLE:
        assert make.reply_codes(rule.codes)
        assert make.status_codes(rule.enhanced)


def test_words_that_only_a_person_can_find_are_kept_and_asked_for() -> None:
    page = "| a | b | c |\n|---|---|---|\n| `old` | was | these words |\n| `gone` | x | y |\n"
    made = make._with_words(page, {"first": (None, None), "old": ("is", None), "new": ("is", None)})
    assert made.splitlines() == [
        "| a | b | c |",
        "|---|---|---|",
        f"| `first` | {make.GAP} | {make.GAP} |",
        "| `old` | is | these words |",
        f"| `new` | is | {make.GAP} |",
    ]
