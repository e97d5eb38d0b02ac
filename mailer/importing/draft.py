"""What was recovered of a source: the fields and the text of a release, what was guessed, what was set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mailer.importing.document import Block, Figure, Picture, Run
from mailer.model import Contact, Kind


@dataclass(frozen=True, slots=True)
class CallToAction:
    """A paragraph of its own that asks to do something: a label, and where it leads (http, https, mailto, tel)."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A block quotation: its paragraphs, and who said it ("Name, role"), or ""."""

    blocks: tuple[Block, ...]
    attribution: tuple[Run, ...] = ()


Part: TypeAlias = Block | CallToAction | Quotation


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture of the text with its words."""

    figure: Figure
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a person should look at: a sentence, the field that it is about ("body" for the text), and words that stand
    on the line in question, by which its number in the new file is found."""

    message: str
    field: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Words of the source that are not in the release: what they were, why, and where they stood."""

    text: str
    why: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A boilerplate that newsroom.md does not have yet: its title, its text."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A release as far as it could be recovered.

    Attributes:
        language: BCP 47; "" = the newsroom's.
        date, embargo: in a form that the release file's fields understand; "" = not said.
        subhead … dateline: plain text.
        fields: whatever else the source said in a field of its own (`preheader`, `subject` …), by field name.
        event: of an advisory: `what`, `start`, `where`; empty where the text says it.
        about: names of newsroom.md's boilerplates that the source ended with (and that were left out of `body`).
        offered: boilerplates that newsroom.md lacks; they stay in `body` too, nothing is lost.
        body: without head, dateline, contacts, notes.
        notes: in order of first citation; a `Run.note` of `body` is the 1-based number of one, as a string.
        pictures: by key, those that `body` or `captioned` show.
    """

    headline: str
    kind: Kind = Kind.PRESS_RELEASE
    language: str = ""
    subhead: str = ""
    date: str = ""
    embargo: str = ""
    dateline: str = ""
    contacts: tuple[Contact, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, ...] = ()
    offered: tuple[Standing, ...] = ()
    body: tuple[Part, ...]
    notes: tuple[tuple[Block, ...], ...] = ()
    captioned: tuple[Captioned, ...] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
