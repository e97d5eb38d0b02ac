"""Every field that staff can write is printed, in the HTML and in the text of every theme that ships.

A theme that forgets one loses it without a word. So each field of a header gets a sentinel, a text that stands nowhere
else, and what the mail shows must hold it. A field that is new needs nothing here to be looked for: either each theme
prints it, or somebody says below why nobody reads it there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields

import pytest
from support.releases import THEMES

from mailer.checks.specimen import (
    BEYOND_FIELDS,
    NEITHER,
    NOT_EVERYWHERE,
    keys,
    meant,
    sentinels,
    shown,
    specimen,
)
from mailer.model import Attachment, Contact, Edition, Event, Image, Newsroom, Rendered
from mailer.release import NODE_TYPES
from mailer.release.field_names import NEWSROOM_FIELDS, RECORDS, RELEASE_FIELDS
from mailer.render import render
from mailer.workspace import Workspace, built_in_templates

BY_THEME = {"letter": {"dash": (NEITHER, "the place stands before the date, where a letter has it")}}

NOT_WRITTEN = {
    Edition: {"path", "language", "direction", "newsroom", "body", "notes", "origin", "revision", "lines", "findings", "written_in"},
    Newsroom: {"path", "language", "boilerplates", "lines", "findings", "written_in"},
}  # fmt: skip
"""What the model has beyond the header's fields: where it comes from, what is told from it, and the text itself, whose
blocks have tests of their own (test_blocks.py)."""


def mail_of(workspace: Workspace, theme: str, *, addresses: bool, own_contacts: bool = True) -> Rendered:
    """A release in which every field is written, of a newsroom in which every field is."""
    edition = specimen(workspace, addresses=addresses, own_contacts=own_contacts)
    return render(edition, workspace.theme(theme))


def lost(mail: Rendered, theme: str, *, addresses: bool) -> Iterator[str]:
    """Fields that stand where they should not, or not where they should."""
    places = shown(mail)
    for key, wanted in sentinels(addresses):
        there, _ = BY_THEME.get(theme, {}).get(key) or (meant(key), "")
        for sentinel in wanted:
            found = {place for place, text in places.items() if sentinel in text}
            if found != there:
                yield f"{key} stands in {sorted(found)}, and should in {sorted(there)}"


@pytest.mark.parametrize("addresses", [False, True], ids=["words", "addresses"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_field_of_a_header_is_printed(workspace: Workspace, theme: str, addresses: bool) -> None:
    mail = mail_of(workspace, theme, addresses=addresses)
    assert list(lost(mail, theme, addresses=addresses)) == []
    assert "Zz subject zZ" in mail.subject
    assert "Zz preheader zZ" in mail.preheader


def test_every_field_is_looked_for() -> None:
    """With those that stand nowhere, which say so, and what is printed beyond the fields."""
    looked_for = {key for key, _ in sentinels(addresses=False)}
    assert looked_for == set(keys(RELEASE_FIELDS | NEWSROOM_FIELDS)) | set(BEYOND_FIELDS)
    assert set(NOT_EVERYWHERE) <= looked_for


WITHOUT_WORDS = {"root", "text", "inline", "softbreak", "hardbreak", "hr", "table", "thead", "tbody", "tr", "list_item",
                 "section", "dateline", "footnote_ref", "image"}  # fmt: skip
"""Types that hold others, or nothing; and the dateline and marks of notes, which have tests of their own."""


def test_every_type_of_block_with_words_is_looked_for() -> None:
    looked_for = {key.removeprefix("body.") for key in BEYOND_FIELDS if key.startswith("body.")}
    assert set(NODE_TYPES) - WITHOUT_WORDS <= looked_for


@pytest.mark.parametrize("theme", THEMES)
def test_the_houses_own_contacts_are_printed_where_a_release_names_nobody(
    workspace: Workspace, theme: str
) -> None:
    mail = mail_of(workspace, theme, addresses=False, own_contacts=False)
    assert [line for line in lost(mail, theme, addresses=False) if line.startswith("contacts")] == []


BREAKS = [
    ("release.html.j2", "{{ release.subhead }}", "subhead"),
    ("release.txt.j2", "{{ release.subhead }}", "subhead"),
    ("release.html.j2", '{{ part("facts", release.event) }}', "event.where"),
    ("blocks.txt.j2", "{{ fact(labels.rsvp, event.rsvp) }}", "event.rsvp"),
    ("blocks.html.j2", "{{ contact.role }}", "contacts.role"),
    ("blocks.txt.j2", '{{ contact.languages | join(", ") }}', "spokespeople.languages"),
    ("release.html.j2", '{% for line in address_lines() %}<br><span dir="auto">{{ line }}</span>{% endfor %}', "postal_address"),
    ("release.html.j2", "{%- for image in further_images() %}{{ blocks(image) }}{% endfor %}", "images.credit"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "cut", "key"), BREAKS, ids=[f"{key} in {file}" for file, _, key in BREAKS])
def test_a_theme_that_loses_a_field_is_found_out(workspace: Workspace, file: str, cut: str, key: str) -> None:
    own = workspace.templates / "forgetful"
    shutil.copytree(built_in_templates() / "default", own)
    template = (own / file).read_text("utf-8")
    assert template.count(cut) == 1
    (own / file).write_text(template.replace(cut, ""), "utf-8")
    mail = mail_of(workspace, "forgetful", addresses=False)
    missing = {line.split()[0] for line in lost(mail, "", addresses=False)}
    assert key in missing


@pytest.mark.parametrize(("noun", "names"), [
    (Edition, RELEASE_FIELDS), (Newsroom, NEWSROOM_FIELDS), (Contact, RECORDS["contacts"]), (Contact, RECORDS["spokespeople"]),
    (Event, RECORDS["event"]), (Image, RECORDS["images"]), (Attachment, RECORDS["attachments"]),
])  # fmt: skip
def test_what_the_model_holds_is_written_in_a_header(noun: type, names: frozenset[str]) -> None:
    """So that a noun's new field is looked for too, or said not to be written by anybody."""
    beyond = {field.name for field in fields(noun)} - names
    assert beyond == NOT_WRITTEN.get(noun, set())
