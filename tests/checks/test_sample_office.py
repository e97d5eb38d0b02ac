"""Nothing goes out in the name of the sample's office: each of its marks is found wherever it is printed, and nothing
else is taken for one."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest
from support.own_office import INSTEAD, NAME, put_own_in_place

from mailer.checks import CHECKS, must_be_ready
from mailer.checks.sample import HABITS, marks, marks_of
from mailer.errors import CheckFailed
from mailer.model import Boilerplate, Contact, Finding, Image, Mailbox, Newsroom
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.release.body import parse_body
from mailer.workspace import Workspace, sample

SAMPLES_OWN = [
    theirs
    for theirs, _ in INSTEAD
    if theirs not in ("Lantern Coast", "Costa Linterna", "Mira is at her desk")
]
"""What names, reaches or describes the sample's office; the coast itself may be anybody's."""


def left_in(workspace: Workspace, release: str = "harbour-report") -> list[Finding]:
    return [f for f in prepare(workspace, release, Choice()).findings if f.id == "sample-office"]


def places(findings: list[Finding]) -> set[str]:
    return {str(finding.where) for finding in findings}


def own(workspace: Workspace, body: str, header: str = "") -> list[Finding]:
    """What is found in a release of an office that has put its own in place."""
    head = f"---\nHeadline: One\nDate: November 23, 2026\nDateline: Portmellon\n{header}---\n\n"
    (workspace.releases / "own.md").write_text(f"{head}{body}\n", "utf-8")
    return left_in(workspace, "own")


def test_a_fresh_workspace_is_warned_about_in_every_file(sample_workspace: Workspace) -> None:
    findings = left_in(sample_workspace)
    assert {finding.level for finding in findings} == {"warning"}
    assert {place.split(":")[0] for place in places(findings)} == {
        "newsroom.md", "newsroom.es.md", "releases/harbour-report.md", "releases/harbour-report.es.md",
    }  # fmt: skip
    assert all(":" in place for place in places(findings)), "each with its line"


def test_an_office_that_put_its_own_in_place_hears_nothing(workspace: Workspace) -> None:
    assert left_in(workspace) == []


@pytest.mark.parametrize("forgotten", SAMPLES_OWN)
def test_whatever_is_forgotten_is_found_where_it_stands(sample_workspace: Workspace, forgotten: str) -> None:
    put_own_in_place(sample_workspace, but=forgotten)
    findings = left_in(sample_workspace)
    assert findings
    (first,) = re.findall(r"^\W*([\w+][^\n\]]*)", forgotten)
    for finding in findings:
        path, _, line = str(finding.where).partition(":")
        assert first in (sample_workspace.root / path).read_text("utf-8").splitlines()[int(line) - 1]


def test_each_place_says_what_it_is_and_what_to_do(sample_workspace: Workspace) -> None:
    found = {str(f.where): f for f in left_in(sample_workspace)}
    spanish = found["newsroom.es.md:2"]
    assert spanish.message == (
        "Still has the sample's name, “Fundación Costa Linterna” (also in lines 6, 12, 14): put your own there."
    )
    assert spanish.hint == "Or delete newsroom.es.md, if you don't write in Spanish."
    assert "phone number, “020 7946 0142”" in found["newsroom.es.md:7"].message
    assert found["newsroom.md:2"].hint == ""


def test_a_language_that_is_not_printed_is_not_asked_about(sample_workspace: Workspace) -> None:
    """newsroom.es.md may lie there, as long as nothing goes out in Spanish."""
    spanish = (sample_workspace.root / "newsroom.es.md").read_text("utf-8")
    put_own_in_place(sample_workspace)
    (sample_workspace.root / "newsroom.es.md").write_text(spanish, "utf-8")
    assert own(sample_workspace, "Text.") == []
    (sample_workspace.releases / "own.es.md").write_text("---\nTitular: Uno\n---\n\nTexto.\n", "utf-8")
    assert {place.split(":")[0] for place in places(left_in(sample_workspace, "own"))} == {"newsroom.es.md"}


def test_a_translation_without_a_newsroom_of_its_own_speaks_as_the_house(sample_workspace: Workspace) -> None:
    newsroom = sample_workspace.newsroom.read_text("utf-8")
    put_own_in_place(sample_workspace)
    (sample_workspace.root / "newsroom.es.md").unlink()
    assert left_in(sample_workspace) == []
    sample_workspace.newsroom.write_text(newsroom, "utf-8")
    assert {place.split(":")[0] for place in places(left_in(sample_workspace))} == {"newsroom.md"}


@pytest.mark.parametrize("written", [
    "+44 20 7946 0142", "+44 (0)20 7946 0142", "0044-20-7946-0142", "(020) 79460142", "020.7946.0142", "020\u00a07946\u00a00142",
    "7946 0142 from London", "020 7946 0142 24 hours", "٠٢٠ ٧٩٤٦ ٠١٤٢", "+44 7700 900 142", "[call](tel:+442079460142)",
])  # fmt: skip
def test_a_number_is_found_in_any_spelling(workspace: Workspace, written: str) -> None:
    assert places(own(workspace, f"Call {written}.")) == {"releases/own.md:7"}


@pytest.mark.parametrize("written", [
    "LANTERN COAST FOUNDATION", "the Lantern Coast\nFoundation’s", "the **Lantern Coast** Foundation", "Lantern-Coast Foundation",
    "Fundacion Costa Linterna", "write to Press@Example.org.", "[write](mailto:press@example.org)", "[our site](https://example.org)",
    "see www.example.org.", "<https://example.org/?from=mail>", "Call Mira  Okafor", "at Lantern House,\n12 Quay Street", "PORTMELLON PM1 4LC",
    "> It takes no money\n> from those it measures.", "- It takes no money from those it measures", "Text[^1].\n\n[^1]: Lantern Coast Foundation",
    "LANTERN COAST FOUNDATION: <https://petrel.example.org>", "## About Lantern Coast Foundation\n\nText.",
])  # fmt: skip
def test_a_mark_is_found_however_it_is_written(workspace: Workspace, written: str) -> None:
    assert own(workspace, f"Text.\n\n{written}")


@pytest.mark.parametrize("header", [
    "Subject: News of Lantern Coast Foundation\n", "Preheader: Ask Mira Okafor\n", "Note: Dear {{ first_name | friend }}, call 07700 900142\n",
    "Contacts:\n  - name: Edda\n    email: press@example.org\n", "Spokespeople:\n  - name: Mira Okafor\n", "Web: https://example.org\n",
    "Images:\n  - file: https://petrel.example.org/a.jpg\n    alt: A quay\n    credit: Lantern Coast Foundation\n",
])  # fmt: skip
def test_a_mark_is_found_in_any_field_of_the_header(workspace: Workspace, header: str) -> None:
    assert own(workspace, "Text.", header)


@pytest.mark.parametrize("body", [
    "On weekdays from 8:00–18:00 a Press Officer answers in English, Spanish. ENDS — 12 of 140 did.",
    "The Lantern Coast Society, the Lantern Foundation and the Coast Foundation at Portmellon, in Quay Street 12.",
    "La Costa Linterna y la Fundación Costa Brava.", "Mira, y Okafor también.", "[figures](https://example.org/harbour-report)",
    "Write to news@example.org, press@example.org.uk, the.press@example.org or post@press.example.org.", "See petrel.example.org.",
    "Call 020 7946 0361 or 07700 900361; 7,946,014 people, 2079 46 01.", "It measures the water. It takes no money.", "You get this.",
])  # fmt: skip
def test_words_that_are_anybodys_are_left_in_peace(workspace: Workspace, body: str) -> None:
    assert own(workspace, body) == []


def test_a_name_that_shares_words_with_the_samples_is_ones_own(workspace: Workspace) -> None:
    text = workspace.newsroom.read_text("utf-8").replace(NAME, "Lantern Coast Lifeboat Foundation")
    workspace.newsroom.write_text(text, "utf-8")
    assert own(workspace, "Text.") == []


def test_every_field_by_which_an_office_is_known_is_a_mark() -> None:
    """One that is new in the model is, unless somebody says that nobody is known by it."""
    contact = Contact(*(f"sentinel {field.name}" for field in fields(Contact) if field.type == "str"))
    words = {field.name: f"sentinel {field.name}" for field in fields(Newsroom) if field.type == "str"}
    body = parse_body("A sentinel boilerplate.", "newsroom.md", 1).tree
    newsroom = replace(
        Newsroom(**words | {"path": "", "sender": Mailbox("sentinel@example.net", "sentinel sender")}),  # type: ignore[arg-type]
        contacts=(contact,), logo=Image("", "sentinel logo"), boilerplates=(Boilerplate("sentinel title", body),),
    )  # fmt: skip
    found = " ".join(mark.text for mark in marks_of(newsroom))
    for record in (Newsroom, Contact):
        for field in fields(record):
            if field.type == "str" and field.name not in HABITS:
                assert f"sentinel {field.name}" in found, f"{record.__name__}.{field.name}"
    for text in (
        "sentinel@example.net",
        "sentinel sender",
        "sentinel logo",
        "sentinel title",
        "A sentinel boilerplate.",
    ):
        assert text in found


def test_no_mark_is_a_common_word() -> None:
    for mark in marks():
        assert len(mark.key) > 1 or len(mark.key[0]) >= 8, mark


def test_what_may_be_looked_at_may_not_be_sent(sample_workspace: Workspace) -> None:
    findings = prepare(sample_workspace, "harbour-report", Choice()).findings
    with pytest.raises(CheckFailed) as failed:
        must_be_ready(findings)
    others = [f for f in findings if f.id != "old-date"]  # the sample's day is the same for ever
    assert [replace(f, level="warning") for f in failed.value.findings] == others, "all of them at once"
    assert {f.level for f in failed.value.findings} == {"error"}
    must_be_ready([Finding("heavy-mail", "warning", "A warning that blocks nothing.")])


def test_the_sample_itself_says_how_to_begin() -> None:
    """In a checkout the repository root is a workspace too. To edit it would change the sample, not the office."""
    (first, *_) = left_in(Workspace(sample()))
    assert (
        first.hint
        == "This folder is the sample itself. Make a workspace of your own: mailer init press-office"
    )


def test_it_is_one_of_the_checks() -> None:
    assert [check.__name__ for check in CHECKS].count("sample_office") == 1
