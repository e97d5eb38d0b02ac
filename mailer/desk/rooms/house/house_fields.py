"""newsroom.md as a form: a control for every field that there is.

What a field is called and how it is filled in is said here, for staff; that there is such a field, and what its records
hold, is `release/field_names.py`'s to say. A field that is new there is in the form by that alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import available_timezones

from mailer.model import Newsroom
from mailer.release.field_names import NEWSROOM, RECORDS, parts_of
from mailer.release.header import KEEPS_LINES
from mailer.workspace import Workspace

Shape = Literal["line", "long", "lines", "words", "choice", "colour", "logo", "records"]

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Who you are", ("name", "sender", "reply_to", "postal_address", "website", "why", "lang")),
    ("Whom journalists can ask", ("contacts",)),
    ("How your email looks", ("colour", "logo", "theme", "dash", "end_mark")),
    (
        "What holds unless a release says otherwise",
        ("lists", "zone", "zones", "region", "web", "follow_up_after"),
    ),
    ("Who has to agree", ("approvers",)),
    ("Checks that are silenced", ("silence",)),
)
MORE = "More"
"""The group of whatever is in none of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a field is put to staff."""

    label: str
    hint: str = ""
    shape: Shape = "line"


FIELDS: Mapping[str, Said] = {
    "name": Said("Name of the organisation"),
    "lang": Said("Language", "Its short name: en, es, es-MX."),
    "sender": Said("Sender", "Whom the email is from: Press Office <press@example.org>"),
    "reply_to": Said("Reply to", "Where answers go. Empty: to the sender."),
    "postal_address": Said("Postal address", "Below every email, in these lines.", "lines"),
    "website": Said("Website", "In full: https://…"),
    "web": Said("Where releases are published", "Their folder on your site: https://…/news"),
    "zone": Said("Time zone of the office", "By its city: Europe/London"),
    "zones": Said("Readers’ time zones", "In which an embargo is said too, with commas between: Asia/Tokyo, UTC"),
    "region": Said("Country", "Two letters, such as GB: whose phone numbers need no country code."),
    "dash": Said("Dash behind the place", "PORTMELLON — Eight of …  With spaces around it, in quotes."),
    "end_mark": Said("End mark", "What closes a release: ###, -30-, ENDS"),
    "colour": Said("Brand colour", "Of the line on top, the buttons and the highlights: #0b5563", "colour"),
    "logo": Said("Logo", "On top of every email: a PNG, JPEG, GIF or WebP.", "logo"),
    "theme": Said("Theme", "", "choice"),
    "lists": Said("Press lists", "To whom a release goes that names no list.", "words"),
    "contacts": Said("Contacts", "", "records"),
    "why": Said("Why people get your email", "One sentence, below every email.", "long"),
    "follow_up_after": Said("Hours before a follow-up", "How long somebody is left alone after an email."),
    "approvers": Said("Who may approve", "With a name here, nothing is sent without their word. One a line.", "words"),
    "silence": Said("Silenced checks", "The id of a check, and why it does not hold for you.", "records"),
}  # fmt: skip

ONE: Mapping[str, str] = {"contacts": "contact", "silence": "silenced check"}
"""What a record is called."""

LINE_EACH = frozenset(("approvers",))
"""Words with blanks and commas in them: each on a line of its own."""


@dataclass(frozen=True, slots=True)
class Control:
    """A field in the form.

    Attributes:
        otherwise: what holds where it is empty, as far as that can be said in a line.
        options: of a choice, or what may be typed.
        parts: of its records.
        one: what a record of it is called.
    """

    name: str
    label: str
    hint: str
    shape: Shape
    otherwise: str = ""
    options: Sequence[str] = ()
    parts: tuple[str, ...] = ()
    one: str = ""


def groups(workspace: Workspace, house: Newsroom | None) -> Iterator[tuple[str, list[Control]]]:
    """The form's parts, with their controls.

    Args:
        house: what holds where a translation says nothing; None: this is the house's own.
    """
    named = {name for _, names in GROUPS for name in names}
    rest = tuple(field.name for field in NEWSROOM if field.name not in named)
    known = {field.name for field in NEWSROOM}
    for title, names in (*GROUPS, *([(MORE, rest)] if rest else [])):
        yield title, [_control(name, workspace, house) for name in names if name in known]


def _control(name: str, workspace: Workspace, house: Newsroom | None) -> Control:
    said = FIELDS.get(name, Said(name.replace("_", " ").capitalize(), shape=shape_of(name)))
    options: Sequence[str] = ()
    if name == "theme":
        options = workspace.themes()
    elif name == "zone":
        options = sorted(available_timezones())
    elif name == "lists":
        options = sorted({path.stem for path in workspace.press_lists()})
    parts = parts_of(name) if RECORDS.get(name) else ()
    return Control(
        name,
        said.label,
        said.hint,
        said.shape,
        _otherwise(house, name),
        options,
        parts,
        ONE.get(name, "entry"),
    )


def shape_of(name: str) -> Shape:
    """How a field can be filled in of which nothing is known but what it may hold."""
    if RECORDS.get(name):
        return "records"
    return "words" if name in RECORDS else "lines" if name in KEEPS_LINES else "line"


def _otherwise(house: Newsroom | None, name: str) -> str:
    if house is None:
        return ""
    value = getattr(house, {"lang": "language"}.get(name, name), "")
    if isinstance(value, tuple):
        return ", ".join(each for each in value if isinstance(each, str))
    return str(value) if isinstance(value, str | float | int) else _mailbox(value)


def _mailbox(value: object) -> str:
    address, name = getattr(value, "address", ""), getattr(value, "name", "")
    return f"{name} <{address}>" if name and address else address
