"""The organisation and its release."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mailer.model.findings import Finding, Where

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode


class Kind(StrEnum):
    """What sort of release it is, in editors' words."""

    PRESS_RELEASE = "press release"
    MEDIA_ADVISORY = "media advisory"
    STATEMENT = "statement"
    CORRECTION = "correction"
    UPDATE = "update"
    WITHDRAWAL = "withdrawal"
    FOLLOW_UP = "follow-up"

    @property
    def follows(self) -> bool:
        """Whether this kind follows an earlier release, and goes to those who got that one."""
        return self.supersedes or self is Kind.FOLLOW_UP

    @property
    def key(self) -> str:
        """By which labels call it."""
        return self.value.replace(" ", "_").replace("-", "_")

    @property
    def supersedes(self) -> bool:
        """Whether nobody is to get the earlier text any more, once this is sent."""
        return self in (Kind.CORRECTION, Kind.UPDATE, Kind.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an address (RFC 5322 §3.4). The domain is in A-labels."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person whom journalists may call or interview. `phone` and `mobile` are as written."""

    name: str = ""
    role: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    languages: tuple[str, ...] = ()
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What an advisory invites to. `start` and `end` are aware datetimes."""

    what: str
    start: datetime
    end: datetime | None = None
    where: str = ""
    online: str = ""
    rsvp: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. `file` is a path in the workspace or an https URL; `alt` is required."""

    file: str
    alt: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file offered with the release: attached to the mail, or offered as a link."""

    file: str
    title: str = ""
    send: Literal["link", "attach"] = "link"


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote. `number` counts from 1 in order of first reference; `references`: how often it is cited."""

    number: int
    references: int
    content: SyntaxTreeNode


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """A standing text of the organisation: `## About X` in newsroom.md."""

    title: str
    content: SyntaxTreeNode


@dataclass(frozen=True, slots=True)
class Silence:
    """A check that staff silenced: its id, why, and where they said so."""

    check: str
    because: str
    where: Where


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The organisation in one language, from newsroom.md: house defaults for every release.

    Attributes:
        name: the organisation's name.
        language: BCP 47.
        sender: who the mail is from (the From field).
        reply_to: where answers go; None = to the sender.
        postal_address: one string, lines separated by newlines.
        web: the address under which the newsroom's releases are published, or "".
        zone: IANA time zone of the office.
        zones: IANA time zones of its readers, in which an embargo is said too.
        region: ISO 3166 country whose phone numbers may be written without a country code, told by the zone unless
            it is written; "" = not known.
        dash: what stands between dateline and text, e.g. "—".
        end_mark: what closes a release, e.g. "###".
        colour: the brand's accent colour, "#rrggbb", or "".
        logo: the organisation's logo, or None.
        theme: the theme's name.
        lists: default press lists.
        why: why a recipient gets this mail, one sentence for the footer, or "".
        approvers: who may approve a release, by name; where somebody stands here, nothing is sent without it.
        boilerplates: by normalised name.
        follow_up_after: hours that somebody is left alone after a mail, before a follow-up.
        silence: checks that hold for none of its releases, each with a reason.
        written_in: the language (BCP 47) of what is printed, by field; "" where nobody said which it is.
        lines, findings: as an edition has them.
    """

    path: Path
    name: str
    language: str
    sender: Mailbox
    reply_to: Mailbox | None = None
    postal_address: str = ""
    website: str = ""
    web: str = ""
    zone: str = "UTC"
    zones: tuple[str, ...] = ()
    region: str = ""
    dash: str = "—"
    end_mark: str = "###"
    colour: str = ""
    logo: Image | None = None
    theme: str = "default"
    lists: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    why: str = ""
    follow_up_after: float = 24.0
    approvers: tuple[str, ...] = ()
    boilerplates: tuple[Boilerplate, ...] = ()
    silence: tuple[Silence, ...] = ()
    written_in: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A release in one language, complete: what the file says, then what newsroom.md says, then defaults.

    Attributes:
        path: the file it was read from.
        language: BCP 47, equal to the file's suffix where it has one.
        direction: "ltr" or "rtl", of the language's script.
        subject: the mail's subject, the headline unless given.
        subject, preheader, note: plain text in which merge slots are allowed.
        date: the day of release, in the office's zone.
        embargo: aware moment before which nothing may be published; None = for immediate release.
        zones: IANA time zones in which the embargo is said as well.
        dateline: place only.
        body: root of the document tree, without its notes; its types stand in docs/reference/blocks.md.
        notes: footnotes in order of first reference.
        about: boilerplates to print after the body.
        corrects, correction: which release it corrects (a name), and what changed.
        origin, revision: the first release of those it follows (its own name where it follows none), and how many
            of them came before it.
        written_in: the language (BCP 47) of what another file may have said, by field; "" where nobody said which it
            is. A translation takes over what it does not say.
        web: where it can be read on the web: as the release says, else its page under the newsroom's `web`, else "".
        original: hash of the original text that this translation follows, or "".
        silence: checks whose findings are known and meant so, each with a reason.
        lines: where each header field stands, by normalised field name.
        findings: what the reader noticed but could read past (leftover markup, unused notes …).
    """

    path: Path
    language: str
    direction: Literal["ltr", "rtl"]
    newsroom: Newsroom
    kind: Kind
    headline: str
    subhead: str = ""
    subject: str = ""
    preheader: str = ""
    note: str = ""
    date: date
    embargo: datetime | None = None
    zones: tuple[str, ...] = ()
    dateline: str = ""
    body: SyntaxTreeNode
    notes: tuple[Note, ...] = ()
    contacts: tuple[Contact, ...] = ()
    spokespeople: tuple[Contact, ...] = ()
    event: Event | None = None
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    about: tuple[Boilerplate, ...] = ()
    lists: tuple[str, ...] = ()
    theme: str = "default"
    web: str = ""
    corrects: str = ""
    correction: str = ""
    origin: str = ""
    revision: int = 0
    original: str = ""
    silence: tuple[Silence, ...] = ()
    written_in: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def where(self, field_name: str = "") -> Where:
        """The place of a header field, or of the whole file."""
        return Where(str(self.path), self.lines.get(field_name, 0))


@dataclass(frozen=True, slots=True)
class Release:
    """A release and its translations; the original is first in `editions`."""

    name: str
    editions: tuple[Edition, ...]

    @property
    def original(self) -> Edition:
        return self.editions[0]

    def edition_for(self, languages: Collection[str]) -> Edition:
        """The edition for someone who reads `languages` (BCP 47, most wanted first).

        es-MX finds es-MX, then es, then the next language; no match at all finds the original.
        """
        by_tag = {edition.language.lower(): edition for edition in self.editions}
        for language in languages:
            tag = language.lower().replace("_", "-")
            while tag:
                if tag in by_tag:
                    return by_tag[tag]
                tag = tag.rpartition("-")[0]
        return self.original
