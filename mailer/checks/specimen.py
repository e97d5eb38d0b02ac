"""A release in which every field is written, and what a theme prints of it.

A theme that forgets a field loses it without a word. So each field gets a sentinel, a text that stands nowhere else,
and what the mail shows must hold it. A field that is new in a header needs nothing here to be looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from mailer.model import Edition, Rendered
from mailer.release import read_release
from mailer.release.field_names import NEWSROOM_FIELDS, RECORDS, RELEASE_FIELDS
from mailer.render import fill
from mailer.workspace import Workspace

BOTH, HTML, TEXT, NEITHER = (
    frozenset(("html", "text")),
    frozenset(("html",)),
    frozenset(("text",)),
    frozenset[str](),
)


@dataclass(frozen=True, slots=True)
class Written:
    """How a field is written that can't be any text, and what is printed of it."""

    value: str
    sentinel: str


WEB = "https://example.org"
UNSUBSCRIBE = f"{WEB}/zz-unsubscribe"
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
    "zones": Written("Asia/Kolkata", "Kolkata: 2:30"),
    "follow_up_after": Written("24 hours", "zz nothing is printed of it"),
    "region": Written("GB", "zz nothing is printed of it"),
    "colour": Written("#0b5563", "zz nothing is printed of it"),
    "theme": Written("default", "zz nothing is printed of it"),
    "lists": Written("zz-list", "zz-list"),
    "approvers": Written("Zz Approver", "Zz Approver"),
    "about": Written("About Zz, About Yy", "Zz about zZ"),
    "silence.check": Written("long-headline", "zz nothing is printed of it"),
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
    "approvers": (NEITHER, "who may approve is the office's own business"),
    "theme": (NEITHER, "chooses the look"),
    "corrects": (NEITHER, "a name of the office's own; readers see the thread and `correction`"),
    "attachments.send": (NEITHER, "chooses between a link and a file in the mail"),
    "silence.check": (NEITHER, "for the office: what pre-flight need not say"),
    "silence.because": (NEITHER, "for the office: why"),
    "sender": (NEITHER, "the mail's From"),
    "reply_to": (NEITHER, "the mail's Reply-To"),
    "zone": (NEITHER, "how moments are written"),
    "follow_up_after": (NEITHER, "whom a follow-up spares"),
    "region": (NEITHER, "how phone numbers are read"),
    "colour": (NEITHER, "the look"),
    "logo.file": (HTML, "a picture; the text has what it shows in words"),
}
"""Where a field stands that does not stand in both, and why."""

_BODY = f"""Zz paragraph zZ with **Zz strong zZ**, *Zz em zZ*, [Zz link zZ]({WEB}/zz-link).[^1]
{{{{ salutation | Zz merge_slot zZ }}}}

## Zz heading zZ

- Zz bullet_list zZ

1. Zz ordered_list zZ

> Zz blockquote zZ
> — Zz attribution zZ

[Zz call_to_action zZ]({WEB}/zz-call)

| Zz th zZ | Other |
|---|---|
| Zz td zZ | Text[^2] |

![Zz figure zZ]({WEB}/zz-figure.jpg)

[^1]: Zz footnote zZ.

[^2]: Yy footnote yY.
"""
_BOILERPLATES = "## About Zz\n\nZz about zZ.\n\n## About Yy\n\nYy about yY.\n"
_OF_THE_BODY = {
    **{f"body.{name}": f"Zz {name} zZ" for name in re.findall(r"Zz (\w+) zZ", _BODY) if name != "footnote"},
    "body.link address": f"{WEB}/zz-link",
    "body.call_to_action address": f"{WEB}/zz-call",
}
"""What the text's own blocks print; what is made of a picture's address, no theme need say in words."""

BEYOND_FIELDS = {
    **_OF_THE_BODY,
    "notes": "Zz footnote zZ",
    "about.title": "About Zz",
    "unsubscribe": UNSUBSCRIBE,
}
"""What is printed and is no field of a header, each with its sentinel."""


def keys(names: frozenset[str]) -> list[str]:
    """Fields, those of records as `contacts.role`."""
    return sorted(f"{name}.{part}" if part else name for name in names for part in RECORDS.get(name) or {""})


def form(key: str, addresses: bool) -> Written:
    """How a field is written in the specimen.

    Args:
        addresses: those of which a link can be made as such, else as words.
    """
    text = f"Zz {key.replace('.', ' ')} zZ"
    return (ADDRESSES.get(key) if addresses else None) or FORMS.get(key, Written(text, text))


def second(text: str) -> str:
    """The same of the second of several."""
    return text.replace("Zz", "Yy").replace("zZ", "yY").replace("zz-", "yy-")


_ONE = ("event", "logo")
"""Records of which there is never more than one."""


def header(names: frozenset[str], addresses: bool, kind: str = "") -> str:
    """The lines of a header in which these fields are written; of records that may be several, two."""
    lines = []
    for name in sorted(names):
        if parts := sorted(RECORDS.get(name, ())):
            record = [f"{part}: {form(f'{name}.{part}', addresses).value}" for part in parts]
            for each in (record,) if name in _ONE else (record, [second(line) for line in record]):
                lines += [f"  - {each[0]}", *(f"    {line}" for line in each[1:])]
            lines.insert(len(lines) - len(record) * (1 if name in _ONE else 2), f"{name}:")
        else:
            lines.append(f"{name}: {kind if name == 'kind' and kind else form(name, addresses).value}")
    return "\n".join(lines)


def specimen(workspace: Workspace, *, addresses: bool, own_contacts: bool = True, kind: str = "") -> Edition:
    """A release in which every field is written, of a newsroom in which every field is, as if it were this workspace's.

    Args:
        workspace: where a theme finds its pictures. Nothing is written there.
        own_contacts: the release names contacts; else it has the newsroom's.
        kind: "media advisory" by default.
    """
    newsroom = f"---\n{header(NEWSROOM_FIELDS, addresses)}\n---\n\n{_BOILERPLATES}"
    names = RELEASE_FIELDS if own_contacts else RELEASE_FIELDS - {"contacts"}
    with TemporaryDirectory() as folder:
        made = Workspace(Path(folder))
        made.releases.mkdir()
        made.newsroom.write_text(newsroom, "utf-8")
        text = f"---\n{header(names, addresses, kind)}\n---\n\n{_BODY}"
        (made.releases / "specimen.md").write_text(text, "utf-8")
        edition = read_release(made, "specimen").original
    return replace(edition, newsroom=replace(edition.newsroom, path=workspace.newsroom))


class _Shown(HTMLParser):
    """Words, addresses and what stands for pictures, of a page's body. Comments are shown by old Outlooks alone."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_body = self._in_body or tag == "body"
        self.found += [
            value or "" for name, value in attrs if self._in_body and name in ("href", "src", "alt")
        ]

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.found += [data] if self._in_body else []


def shown(mail: Rendered) -> dict[str, str]:
    """What a mail shows, by part: of the HTML its words, where its links lead, and its pictures; not the head, nor what
    only screen readers hear; of the text its paragraphs, each on one line (RFC 3676 §4.2)."""
    mail = fill(mail, {"unsubscribe": UNSUBSCRIBE})
    reader = _Shown()
    reader.feed(mail.html)
    reader.close()
    return {"html": "\n".join(reader.found), "text": re.sub(r"(?<!^--) \n", " ", mail.text)}


def meant(key: str) -> frozenset[str]:
    """The parts of a mail in which a field is to stand."""
    return NOT_EVERYWHERE.get(key, (BOTH, ""))[0]


def sentinels(addresses: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every field that is to be printed with its sentinels: two where there are two records."""
    for key in keys(RELEASE_FIELDS | NEWSROOM_FIELDS):
        sentinel = form(key, addresses).sentinel
        several = key.partition(".")[0] in RECORDS and key.partition(".")[0] not in (
            *_ONE,
            "lists",
            "approvers",
        )
        yield key, tuple(dict.fromkeys((sentinel, second(sentinel)))) if several else (sentinel,)
    for key, sentinel in BEYOND_FIELDS.items():
        several = key in ("notes", "about.title")
        yield key, (sentinel, second(sentinel)) if several else (sentinel,)
