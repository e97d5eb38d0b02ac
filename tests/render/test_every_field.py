"""Every field that staff can write is printed, in the HTML and in the text of every theme that ships.

A theme that forgets one loses it without a word. So each field of a header gets a sentinel, a text that stands nowhere
else, and what the mail shows must hold it. A field that is new needs nothing here to be looked for: either each theme
prints it, or somebody says below why nobody reads it there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields

import pytest
from lxml import html as markup
from support.releases import THEMES

from mailer.model import Attachment, Contact, Edition, Event, Image, Newsroom, Rendered
from mailer.release import read_release
from mailer.release.field_names import NEWSROOM_FIELDS, RECORDS, RELEASE_FIELDS
from mailer.render import render
from mailer.workspace import Workspace, built_in_templates

BOTH, HTML, TEXT, NEITHER = (
    frozenset(("html", "text")),
    frozenset(("html",)),
    frozenset(("text",)),
    frozenset[str](),
)


@dataclass(frozen=True)
class Written:
    """How a field is written that can't be any text, and what is printed of it."""

    value: str
    sentinel: str


WEB = "https://example.org"
FORMS = {
    "kind": Written("media advisory", "Media advisory"),
    "date": Written("2031-07-01", "July 1, 2031"),
    "embargo": Written("2032-07-02, 10:00 Europe/London", "July 2, 2032"),
    "event.start": Written("2033-03-03, 10:00 Europe/London", "March 3, 2033"),
    "event.end": Written("2034-04-04, 10:00 Europe/London", "April 4, 2034"),
    "contacts.email": Written("zz-contact@example.org", "zz-contact@example.org"),
    "spokespeople.email": Written("zz-spokesperson@example.org", "zz-spokesperson@example.org"),
    "images.file": Written(f"{WEB}/zz-picture.jpg", f"{WEB}/zz-picture.jpg"),
    "logo.file": Written(f"{WEB}/zz-logo.png", f"{WEB}/zz-logo.png"),
    "attachments.file": Written(f"{WEB}/zz-report.pdf", f"{WEB}/zz-report.pdf"),
    "attachments.send": Written("link", "zz nothing is printed of it"),
    "web": Written(f"{WEB}/zz-release", f"{WEB}/zz-release"),
    "website": Written("https://zz-website.example.org", "https://zz-website.example.org"),
    "dash": Written('" zz-dash "', " zz-dash "),
    "sender": Written("Zz Sender <zz-sender@example.org>", "zz-sender@example.org"),
    "reply_to": Written("zz-reply@example.org", "zz-reply@example.org"),
    "lang": Written("en", "zz nothing is printed of it"),
    "zone": Written("Europe/London", "Europe/London"),
    "region": Written("GB", "zz nothing is printed of it"),
    "colour": Written("#0b5563", "zz nothing is printed of it"),
    "theme": Written("default", "zz nothing is printed of it"),
    "lists": Written("zz-list", "zz-list"),
    "about": Written("About Zz", "Zz about zZ"),
}  # fmt: skip
"""Any other field is a text, and its sentinel is what is written there."""

ADDRESSES = {
    "event.online": Written(f"{WEB}/zz-online", f"{WEB}/zz-online"),
    "event.rsvp": Written(f"{WEB}/zz-rsvp", f"{WEB}/zz-rsvp"),
    "contacts.phone": Written("020 7946 0101", "020 7946 0101"),
    "contacts.mobile": Written("07700 900102", "07700 900102"),
    "spokespeople.phone": Written("020 7946 0103", "020 7946 0103"),
    "spokespeople.mobile": Written("07700 900104", "07700 900104"),
}
"""Fields of which themes make a link where they can: then they are printed in another way."""

NOT_EVERYWHERE = {
    "subject": (NEITHER, "a field of the mail's header"),
    "preheader": (HTML, "an inbox takes it from the HTML; in the text it would be a second headline"),
    "lang": (NEITHER, "chooses labels and how dates are written"),
    "original": (NEITHER, "for the office: whether a translation is outdated"),
    "lists": (NEITHER, "who gets it is nobody's business"),
    "theme": (NEITHER, "chooses the look"),
    "corrects": (NEITHER, "a name of the office's own; readers see the thread and `correction`"),
    "attachments.send": (NEITHER, "chooses between a link and a file in the mail"),
    "sender": (NEITHER, "the mail's From"),
    "reply_to": (NEITHER, "the mail's Reply-To"),
    "zone": (NEITHER, "how moments are written"),
    "region": (NEITHER, "how phone numbers are read"),
    "colour": (NEITHER, "the look"),
    "logo.file": (HTML, "a picture; the text has what it shows in words"),
}
"""Where a field stands that does not stand in both, and why."""

BY_THEME = {
    "letter": {
        "logo.file": (NEITHER, "a plain letter has no furniture"),
        "logo.alt": (TEXT, "a plain letter has no furniture; the name stands in its place"),
    },
}  # fmt: skip

NOT_WRITTEN = {
    Edition: {"path", "language", "direction", "newsroom", "body", "notes", "origin", "revision", "lines", "findings"},
    Newsroom: {"path", "language", "boilerplates", "lines", "findings"},
}  # fmt: skip
"""What the model has beyond the header's fields: where it comes from, what is told from it, and the text itself, whose
blocks have tests of their own (test_blocks.py)."""


def keys(names: frozenset[str]) -> list[str]:
    """Fields, those of records as `contacts.role`."""
    return sorted(f"{name}.{part}" if part else name for name in names for part in RECORDS.get(name) or {""})


def form(key: str, addresses: bool) -> Written:
    text = f"Zz {key.replace('.', ' ')} zZ"
    return (ADDRESSES.get(key) if addresses else None) or FORMS.get(key, Written(text, text))


def header(names: frozenset[str], addresses: bool) -> str:
    lines = []
    for name in sorted(names):
        if parts := sorted(RECORDS.get(name, ())):
            first, *rest = (f"{part}: {form(f'{name}.{part}', addresses).value}" for part in parts)
            lines += [f"{name}:", f"  - {first}", *(f"    {line}" for line in rest)]
        else:
            lines.append(f"{name}: {form(name, addresses).value}")
    return "\n".join(lines)


def mail_of(workspace: Workspace, theme: str, *, addresses: bool, own_contacts: bool = True) -> Rendered:
    """A release in which every field is written, of a newsroom in which every field is."""
    newsroom = f"---\n{header(NEWSROOM_FIELDS, addresses)}\n---\n\n## About Zz\n\nZz about zZ.\n"
    workspace.newsroom.write_text(newsroom, "utf-8")
    names = RELEASE_FIELDS if own_contacts else RELEASE_FIELDS - {"contacts"}
    release = f"---\n{header(names, addresses)}\n---\n\nZz body zZ.[^1]\n\n[^1]: Zz note zZ.\n"
    (workspace.releases / "zz.md").write_text(release, "utf-8")
    return render(read_release(workspace, "zz").original, workspace.theme(theme))


def shown(mail: Rendered) -> str:
    """What the HTML shows, where its links lead, and its pictures; not the head, nor what only screen readers hear."""
    page = markup.fromstring(mail.html)
    return "\n".join(page.xpath("//body//text() | //body//@href | //body//@src | //body//@alt"))


def lost(mail: Rendered, theme: str, names: frozenset[str], *, addresses: bool) -> Iterator[str]:
    """Fields that stand where they should not, or not where they should."""
    places = {"html": shown(mail), "text": mail.text}
    for key in keys(names):
        meant, _ = BY_THEME.get(theme, {}).get(key) or NOT_EVERYWHERE.get(key) or (BOTH, "")
        sentinel = form(key, addresses).sentinel
        found = {place for place, text in places.items() if sentinel in text}
        if found != meant:
            yield f"{key} stands in {sorted(found)}, and should in {sorted(meant)}"


@pytest.mark.parametrize("addresses", [False, True], ids=["words", "addresses"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_field_of_a_header_is_printed(workspace: Workspace, theme: str, addresses: bool) -> None:
    mail = mail_of(workspace, theme, addresses=addresses)
    assert list(lost(mail, theme, RELEASE_FIELDS | NEWSROOM_FIELDS, addresses=addresses)) == []
    for sentinel in ("Zz body zZ", "Zz note zZ", "About Zz"):
        assert sentinel in shown(mail)
        assert sentinel in mail.text
    assert "Zz subject zZ" in mail.subject
    assert "Zz preheader zZ" in mail.preheader


@pytest.mark.parametrize("theme", THEMES)
def test_the_houses_own_contacts_are_printed_where_a_release_names_nobody(
    workspace: Workspace, theme: str
) -> None:
    mail = mail_of(workspace, theme, addresses=False, own_contacts=False)
    assert list(lost(mail, theme, frozenset(("contacts",)), addresses=False)) == []


BREAKS = [
    ("release.html.j2", "{{ release.subhead }}", "subhead"),
    ("release.txt.j2", "{{ release.subhead }}", "subhead"),
    ("release.html.j2", '{{ part("facts", release.event) }}', "event.where"),
    ("blocks.txt.j2", "{{ fact(labels.rsvp, event.rsvp) }}", "event.rsvp"),
    ("blocks.html.j2", "{{ contact.role }}", "contacts.role"),
    ("blocks.txt.j2", '{{ contact.languages | join(", ") }}', "spokespeople.languages"),
    ("release.html.j2", "{% for line in address_lines() %}<br>{{ line }}{% endfor %}", "postal_address"),
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
    missing = {line.split()[0] for line in lost(mail, "", RELEASE_FIELDS | NEWSROOM_FIELDS, addresses=False)}
    assert key in missing


@pytest.mark.parametrize(("noun", "names"), [
    (Edition, RELEASE_FIELDS), (Newsroom, NEWSROOM_FIELDS), (Contact, RECORDS["contacts"]), (Contact, RECORDS["spokespeople"]),
    (Event, RECORDS["event"]), (Image, RECORDS["images"]), (Attachment, RECORDS["attachments"]),
])  # fmt: skip
def test_what_the_model_holds_is_written_in_a_header(noun: type, names: frozenset[str]) -> None:
    """So that a noun's new field is looked for too, or said not to be written by anybody."""
    beyond = {field.name for field in fields(noun)} - names
    assert beyond == NOT_WRITTEN.get(noun, set())
