"""Every text that a reader will see is looked over: the release's, the translation's, and the house's own."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import pytest

from mailer.checks.text import NOT_PRINTED, printed_texts
from mailer.model import Attachment, Contact, Edition, Event, Image, Newsroom
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.release import read_release
from mailer.workspace import Workspace

HEAD = "Headline: One\nDate: November 23, 2026\nDateline: Portmellon"


def found(workspace: Workspace, header: str = HEAD) -> list[tuple[str, str]]:
    (workspace.releases / "one.md").write_text(f"---\n{header}\n---\n\nText.\n", "utf-8")
    return [(f.id, str(f.where)) for f in prepare(workspace, "one", Choice()).findings]


@pytest.mark.parametrize("header", [
    "Contacts:\n  - name: TODO\n    email: a@example.org", "Contacts:\n  - name: Mira\n    email: a@example.org\n    hours: TBC",
    "Spokespeople:\n  - name: XXX", "Contacts:\n  - name: Mira\n    email: a@example.org\n    languages: English, TODO", "Attachments:\n  - file: https://example.org/a.pdf\n    title: TODO",
    "Images:\n  - file: https://example.org/a.jpg\n    alt: TODO", "Kind: media advisory\nEvent:\n  - what: Talk\n    start: 2026-11-24 10:00\n    where: TBD",
    "Subject: TODO", "Note: [insert name]", "Correction: TODO",
])  # fmt: skip
def test_nothing_to_be_filled_in_is_left_anywhere(workspace: Workspace, header: str) -> None:
    """TODO in a contact passed."""
    assert "placeholder-text" in dict(found(workspace, f"{HEAD}\n{header}"))


@pytest.mark.parametrize(("wrong", "what"), [
    ("More at **our site.", "leftover-markup"), ("More {{ at our site.", "leftover-markup"), ("See [us](about.html).", "dead-link"),
    ("TODO write this.", "placeholder-text"), ("See \u202ethis.", "odd-character"), ("A note[^9].", "missing-note"),
])  # fmt: skip
def test_the_houses_own_texts_are_looked_over_too(workspace: Workspace, wrong: str, what: str) -> None:
    """What was noticed in newsroom.md was thrown away."""
    text = workspace.newsroom.read_text("utf-8")
    workspace.newsroom.write_text(f"{text}\n{wrong}\n", "utf-8")
    line = len(text.splitlines()) + 2
    places = dict(found(workspace))
    assert what in places
    assert places[what] in (f"newsroom.md:{line}", "newsroom.md", "releases/one.md")


@pytest.mark.parametrize("header", [
    "Subhead: The **quay", "Dateline: {{ place }}", "Subject: News for {{ first_name", "Preheader: ~~old~~ new", "Note: Dear {% name %}",
    "Contacts:\n  - name: Mira\n    email: a@example.org\n    role: ```press```", "Images:\n  - file: https://example.org/a.jpg\n    alt: A [quay](https://example.org)",
])  # fmt: skip
def test_markup_in_a_field_is_not_printed_unnoticed(workspace: Workspace, header: str) -> None:
    """A body was looked over; a headline went out with its stars."""
    head = HEAD.replace("\nDateline: Portmellon", "") if "Dateline" in header else HEAD
    assert "leftover-markup" in dict(found(workspace, f"{head}\n{header}"))


def test_a_headline_with_markup_is_named_with_its_line(workspace: Workspace) -> None:
    assert ("leftover-markup", "releases/one.md:2") in found(workspace, HEAD.replace("One", "**One**"))


def test_so_is_the_newsrooms_header(workspace: Workspace) -> None:
    text = workspace.newsroom.read_text("utf-8").replace("3 Fulmar Steps", "3 **Fulmar Steps")
    workspace.newsroom.write_text(text, "utf-8")
    assert ("leftover-markup", "newsroom.md:6") in found(workspace)


def test_a_merge_slot_where_one_may_stand_is_left_in_peace(workspace: Workspace) -> None:
    header = f"{HEAD}\nSubject: {{{{ first_name | you }}}}: news\nNote: Dear {{{{ first_name | colleague }}}}"
    assert "leftover-markup" not in dict(found(workspace, header))


def test_a_placeholder_in_the_newsrooms_header_is_found_with_its_line(workspace: Workspace) -> None:
    text = workspace.newsroom.read_text("utf-8").replace("3 Fulmar Steps", "TODO Steps")
    workspace.newsroom.write_text(text, "utf-8")
    assert ("placeholder-text", "newsroom.md:6") in found(workspace)


def test_a_translations_own_newsroom_is_looked_over(workspace: Workspace) -> None:
    spanish = workspace.root / "newsroom.es.md"
    spanish.write_text(spanish.read_text("utf-8") + "\n**Más.\n", "utf-8")
    findings = prepare(workspace, "harbour-report", Choice()).findings
    assert [str(f.where).split(":")[0] for f in findings if f.id == "leftover-markup"] == ["newsroom.es.md"]


MARK, TEXTS = "SENTINEL", "tuple[str, ...]"


def marked(record):
    """The same record with a mark in every text of it, named after its field."""
    changes = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, str):
            changes[field.name] = f"{MARK}-{field.name}"
        elif field.type == TEXTS:
            changes[field.name] = (f"{MARK}-{field.name}",)
        elif is_dataclass(value):
            changes[field.name] = marked(value)
    return replace(record, **changes)


def test_a_field_that_is_new_in_the_model_is_looked_over_unless_somebody_says_that_nobody_reads_it(
    workspace: Workspace,
) -> None:
    edition = read_release(workspace, "harbour-report").original
    full = replace(
        marked(edition),
        newsroom=marked(edition.newsroom),
        contacts=(marked(Contact()),),
        spokespeople=(marked(Contact()),),
        images=(marked(Image("", "")),),
        attachments=(marked(Attachment("")),),
        event=marked(Event("", edition.date)),  # type: ignore[arg-type]
    )
    words = " ".join(text for _, text, _ in printed_texts(full))
    for record in (Edition, Newsroom, Contact, Image, Attachment, Event):
        for field in fields(record):
            if field.type in ("str", TEXTS) and field.name not in NOT_PRINTED:
                assert f"{MARK}-{field.name}" in words, f"{record.__name__}.{field.name}"
