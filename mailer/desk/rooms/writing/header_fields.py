"""The header as a form: a control for every field that a release may have, filled from its text.

What a field is called and how it is to be filled in is said here for staff; that there is such a field, and what its
records hold, is `release/field_names.py`'s to say. A field that is new there is in the form by that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mailer.errors import ValueFault
from mailer.model import Kind
from mailer.release.field_names import RECORDS, RELEASE, RELEASE_FIELDS, parts_of
from mailer.release.header import Header, read_header
from mailer.release.kinds import kinds_of_labels, parse_kind
from mailer.release.values import moment_text, parse_moment, words
from mailer.workspace import Workspace, built_in_templates

Shape = Literal["line", "long", "choice", "boxes", "moment", "records"]

LONG = frozenset(("headline", "subhead", "subject", "preheader", "note", "correction"))
"""Fields with a sentence or more."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The release", ("kind", "headline", "subhead", "date", "dateline", "lang", "embargo", "zones")),
    ("In the inbox", ("subject", "preheader", "note")),
    ("Who gets it, and how it looks", ("lists", "theme")),
    ("Whom to ask", ("contacts", "spokespeople")),
    ("What comes with it", ("event", "images", "attachments", "about", "web")),
    ("What it follows", ("corrects", "correction", "original")),
    ("Checks that are silenced", ("silence",)),
)
MORE = "More"
"""The group of whatever is in none of them."""

HINTS: Mapping[str, str] = {
    "kind": "",
    "headline": "No markup. What happened, in one line.",
    "subhead": "The line below the headline.",
    "subject": "Of the email. By default the headline.",
    "preheader": "What an inbox shows after the subject. By default the subhead, and the first sentences.",
    "note": "A note of yours above the release. {{ first_name | colleague }} becomes each reader’s name.",
    "date": "The day of release: July 24, 2018. By default the day on which it is sent.",
    "embargo": "Empty: for immediate release.",
    "zones": "Where else the embargo’s hour is said: America/New_York, Asia/Tokyo. By default the newsroom’s.",
    "dateline": "Only the place.",
    "lang": "en, es, es-MX. By default the newsroom’s.",
    "original": "In a translation: the mark of the text that it follows. The check says it.",
    "contacts": "Whom journalists can ask. By default the newsroom’s.",
    "spokespeople": "Who can be interviewed.",
    "event": "What an advisory invites to. Without a zone, the start is in the office’s.",
    "images": "A file of images/, files/ or releases/, or a web address. Say what it shows, for who can’t see it.",
    "attachments": "send: link for a web address, attach for a file.",
    "about": "Which texts of newsroom.md are printed below. none for none; by default all of them.",
    "lists": "None chosen: those of the newsroom.",
    "theme": "",
    "web": "Its page on your site, in full: https://…",
    "corrects": "The name of the release that this one corrects or follows.",
    "correction": "What changed, in a sentence.",
    "silence": "The id of a check, and why it does not hold here.",
}
LABELS: Mapping[str, str] = {
    "lang": "Language",
    "zones": "Readers’ zones",
    "about": "About",
    "web": "On the web",
    "corrects": "Corrects or follows",
    "original": "Mark of the original",
    "note": "Cover note",
    "silence": "Silenced checks",
    "lists": "Press lists",
}
ONE: Mapping[str, str] = {
    "contacts": "contact", "spokespeople": "spokesperson", "images": "image", "attachments": "attachment",
    "silence": "silenced check", "event": "event",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """A field in the form.

    Attributes:
        options: (value, what is shown) of a choice or of boxes.
        parts: of its records.
        one: what a record of it is called.
        said: whether the file says anything of it.
    """

    name: str
    label: str
    hint: str
    shape: Shape
    options: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    one: str = ""
    said: bool = False


@dataclass(slots=True)
class Values:
    """What a header says, as the form shows it.

    Attributes:
        texts: of fields that are lines; of the parts of a moment by "embargo.day" and the like.
        chosen: of fields with boxes.
        rows: of fields that are records: a text for each part.
        header: as it was read, with its faults.
    """

    texts: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    header: Header = field(default_factory=lambda: Header(""))


def spoken(name: str) -> str:
    """A field's name for a label: "postal_address" → "Postal address"."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def groups(workspace: Workspace, language: str, values: Values) -> Iterator[tuple[str, list[Control]]]:
    """Every field that a release may have, once, under a heading.

    Args:
        language: in which the kinds are said.
        values: a choice that is none of ours is offered too, or the form would lose it.
    """
    names = [each.name for each in RELEASE]
    placed = {name for _, group in GROUPS for name in group}
    more = (MORE, tuple(name for name in names if name not in placed))
    for heading, group in (*GROUPS, more):
        controls = [
            replace(_control(workspace, language, name, values), said=name in values.header.lines())
            for name in group
            if name in names
        ]
        if controls:
            yield heading, controls


def _control(workspace: Workspace, language: str, name: str, values: Values) -> Control:
    label, hint = spoken(name), HINTS.get(name, "")
    if RECORDS.get(name):
        return Control(name, label, hint, "records", parts=parts_of(name), one=ONE.get(name, label.lower()))
    if name == "embargo":
        return Control(name, label, hint, "moment")
    if name == "lists":
        lists = [path.stem for path in workspace.press_lists()]
        return Control(name, label, hint, "boxes", _with(lists, values.chosen.get(name, ())))
    said = values.texts.get(name, "")
    if name == "kind":
        return Control(name, label, hint, "choice", _kinds(workspace, language, said))
    if name == "theme":
        themes = ("", *workspace.themes())
        shown = {"": "the newsroom’s"}
        options = tuple((each, shown.get(each, each)) for each, _ in _with(themes, (said,)))
        return Control(name, label, hint, "choice", options)
    return Control(name, label, hint, "long" if name in LONG else "line")


def _with(known: Iterable[str], said: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((each, each) for each in dict.fromkeys((*known, *said)))


def _kinds(workspace: Workspace, language: str, said: str) -> tuple[tuple[str, str], ...]:
    """The kinds as a language calls them; where the file says one, under the very words that it has for it."""
    own = kinds_of_labels(built_in_templates() / "default").get(language.partition("-")[0], {})
    shown = {kind: own.get(kind, kind.value.capitalize()) for kind in Kind}
    try:
        meant = parse_kind(said, workspace) if said else Kind.PRESS_RELEASE
    except ValueFault:
        return ((said, said), *((kind.value.capitalize(), words) for kind, words in shown.items()))
    return tuple((said if kind is meant else kind.value.capitalize(), words) for kind, words in shown.items())


def values_of(text: str) -> Values:
    """What the header of a text says. Where it can't be read, what can be read of it."""
    header = read_header(text, "", RELEASE_FIELDS, RECORDS)
    values = Values(header=header)
    for each in RELEASE:
        name = each.name
        if RECORDS.get(name):
            records = header.records.get(name, ())
            values.rows[name] = [
                {part: record.fields[part].text if part in record.fields else "" for part in parts_of(name)}
                for record in records
            ]
        elif name == "lists":
            values.chosen[name] = [record.text for record in header.records.get(name, ())]
        elif name in RECORDS:
            values.texts[name] = ", ".join(record.text for record in header.records.get(name, ()))
        elif name == "embargo":
            values.texts |= _moment(header.text(name))
        else:
            values.texts[name] = header.text(name)
    return values


def _moment(text: str) -> dict[str, str]:
    """Day, hour and zone of an embargo; nothing where it can't be read, which its fault says."""
    try:
        day, hour, zone = moment_text(parse_moment(text)).split(" ") if text else ("", "", "")
    except ValueFault:
        day = hour = zone = ""
    return {"embargo.day": day, "embargo.hour": hour, "embargo.zone": zone}


def written(name: str, text: str) -> str | list[str]:
    """A control's text as `change_field` takes it."""
    return list(words(text)) if name in RECORDS else " ".join(text.split())
