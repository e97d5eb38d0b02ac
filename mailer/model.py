"""Every noun of the house, as frozen data. No I/O, and from outside only markdown-it's node type.

A `Release` has one `Edition` per language. An `Edition` and a `Newsroom` become a `Rendered`; a
`Rendered` and a `Recipient` become an `Envelope`; an `Envelope` has an `Outcome`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from markdown_it.tree import SyntaxTreeNode


class Kind(StrEnum):
    """What sort of release it is, in editors' words."""

    PRESS_RELEASE = "press release"
    MEDIA_ADVISORY = "media advisory"
    STATEMENT = "statement"
    CORRECTION = "correction"
    UPDATE = "update"
    WITHDRAWAL = "withdrawal"

    @property
    def follows(self) -> bool:
        """Whether this kind follows an earlier release, and goes to those who got that one."""
        return self in (Kind.CORRECTION, Kind.UPDATE, Kind.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a source file; `line` is 1-based, 0 for the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What pre-flight noticed. An error blocks sending; a warning is shown; a notice informs.

    Attributes:
        id: the check's name in kebab-case, as documented in docs/reference/checks.md.
        level: how grave it is.
        message: what was noticed, one sentence for staff.
        hint: what to do about it, or "".
        where: the place in the source, where there is one.
    """

    id: str
    level: Level
    message: str
    hint: str = ""
    where: Where | None = None


# ---- the organisation and its release ---------------------------------------------------------


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
class Link:
    label: str
    url: str


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
class Newsroom:
    """The organisation in one language, from newsroom.md: house defaults for every release.

    Attributes:
        name: the organisation's name.
        language: BCP 47.
        sender: who the mail is from (the From field).
        reply_to: where answers go; None = to the sender.
        postal_address: one string, lines separated by newlines.
        zone: IANA time zone of the office.
        region: ISO 3166 country whose phone numbers may be written without a country code.
        dash: what stands between dateline and text, e.g. "—".
        end_mark: what closes a release, e.g. "###".
        colour: the brand's accent colour, "#rrggbb", or "".
        logo: the organisation's logo, or None.
        theme: the theme's name.
        lists: default press lists.
        why: why a recipient gets this mail, one sentence for the footer, or "".
        boilerplates: by normalised name.
    """

    path: Path
    name: str
    language: str
    sender: Mailbox
    reply_to: Mailbox | None = None
    postal_address: str = ""
    website: str = ""
    zone: str = "UTC"
    region: str = "US"
    dash: str = "—"
    end_mark: str = "###"
    colour: str = ""
    logo: Image | None = None
    theme: str = "default"
    lists: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    why: str = ""
    boilerplates: tuple[Boilerplate, ...] = ()


@dataclass(frozen=True, slots=True)
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
        dateline: place only.
        body: root of the document tree, without its notes; its types stand in docs/reference/blocks.md.
        notes: footnotes in order of first reference.
        about: boilerplates to print after the body.
        corrects, correction: which release it corrects (a name), and what changed.
        original: hash of the original text that this translation follows, or "".
        lines: where each header field stands, by normalised field name.
        findings: what the reader noticed but could read past (leftover markup, unused notes …).
    """

    path: Path
    language: str
    direction: Literal["ltr", "rtl"]
    newsroom: Newsroom
    kind: Kind
    headline: str
    subhead: str
    subject: str
    preheader: str
    note: str
    date: date
    embargo: datetime | None
    dateline: str
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
    original: str = ""
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


# ---- who gets it ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person on a press list.

    Attributes:
        address: as mailed; the domain is in A-labels.
        name, outlet: as the list has them, or "".
        languages: BCP 47, most wanted first; () = unknown.
        tags: lower-case.
        fields: the list's further columns, by normalised name: merge fields.
        lists: names of the lists they stand on, in the order of choosing.
        where: the row they were taken from.
    """

    address: str
    name: str = ""
    outlet: str = ""
    languages: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Someone on a list who won't be mailed.

    Attributes:
        address: as the list has it.
        reason: a short phrase for staff and for counting: "suppressed", "duplicate", "on list X (--except)" …
        detail: more, for one line of a table: "unsubscribed 2026-01-02".
        where: the row.
    """

    address: str
    reason: str
    detail: str = ""
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets it, and who was left out and why. Both are sized, can be iterated again and again, and
    may live on disk: a list of a million does not fit every machine."""

    recipients: Collection[Recipient]
    left_out: Collection[LeftOut] = ()
    lists: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


# ---- what they get ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in rendered text that each recipient fills. `number` is its index in `Rendered.slots`."""

    number: int
    field: str
    fallback: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A file that travels inside the mail: an inline image (with `content_id`) or an attachment.

    Attributes:
        name: file name as the recipient sees it.
        media_type: e.g. "image/png", "text/calendar; method=PUBLISH".
        content: the bytes, decoded.
        content_id: without angle brackets; the HTML refers to it as `cid:…`.
    """

    name: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """An edition as a mail, once for everybody. Slots stand in subject, preheader, html and text as
    U+E000 number U+E001 (see `mailer.render.merge`); no other private-use character remains."""

    language: str
    subject: str
    preheader: str
    html: str
    text: str
    slots: tuple[Slot, ...] = ()
    related: tuple[Part, ...] = ()
    attached: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one SMTP transaction carries: always one recipient (RFC 5321 §2.3.1)."""

    mail_from: str
    rcpt_to: str
    content: bytes = field(repr=False)


# ---- what became of it ----------------------------------------------------------------------


class Status(StrEnum):
    """The state of a delivery (design §6)."""

    QUEUED = "queued"
    SENDING = "sending"
    DOT = "dot"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the next hop said, and what it means for this recipient.

    Attributes:
        status: ACCEPTED, REJECTED, DEFERRED or UNCERTAIN.
        code: the SMTP reply code; 0 where no reply was read.
        enhanced_code: RFC 3463, e.g. "5.1.1", or "".
        text: the reply's text, or what happened to the connection.
    """

    status: Status
    code: int = 0
    enhanced_code: str = ""
    text: str = ""
