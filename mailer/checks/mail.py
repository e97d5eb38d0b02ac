"""Checks of the rendered mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from mailer.checks.draft import Draft
from mailer.model import Edition, Finding, Where
from mailer.photo_metadata import without_metadata
from mailer.release.body import line_of_picture
from mailer.release.source import read_source
from mailer.render import numbers_of, says_again
from mailer.visible import visible
from mailer.workspace import page_name

CLIP = 102 * 1024
"""Gmail cuts a message's HTML off behind 102 KB, and hides the rest behind a link."""

HEAVY = 10 * 2**20
"""Many servers refuse messages of more than 10 MB once encoded."""

_ACTIVE = frozenset(
    (
        "script",
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
        "form",
        "input",
        "button",
        "base",
        "link",
        "audio",
        "video",
        "svg",
    )
)

_HARMFUL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")


def missing_alternative(draft: Draft) -> Iterator[Finding]:
    """no-text-part, no-html-part: a theme's template that renders to nothing."""
    for language, rendered in draft.rendered.items():
        if not rendered.text.strip():
            yield Finding("no-text-part", "error", f"The text part ({language}) is empty.",
                          "Check the theme's release.txt.j2.")  # fmt: skip
        if not re.sub(r"<[^>]*>", "", rendered.html).strip():
            yield Finding("no-html-part", "error", f"The HTML part ({language}) is empty.",
                          "Check the theme's release.html.j2.")  # fmt: skip


class _ActiveContent(HTMLParser):
    """What of a mail's markup would run, ask, send or load by itself, were it opened by a careless program."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip().lower() for name, value in attrs}
        if tag in _ACTIVE or (tag == "meta" and given.get("http-equiv") == "refresh"):
            self.found[f"<{tag}>"] = None
        for name, value in given.items():
            address = re.sub(r"[\x00-\x20]", "", value)
            if name.startswith("on") or address.startswith(("javascript:", "vbscript:", "data:text")):
                self.found[f"{name}="] = None

    handle_startendtag = handle_starttag


def active_content(draft: Draft) -> Iterator[Finding]:
    """active-content: scripts, forms, frames: a theme's, as no release can hold any."""
    for edition in draft.release.editions:
        reader = _ActiveContent()
        reader.feed(draft.rendered[edition.language].html)
        for what in reader.found:
            yield Finding("active-content", "error", f"The theme “{edition.theme}” puts {what} into the email.",
                          "Mail programs remove it, and filters see an attack. Remove it from the theme.",
                          edition.where("theme"))  # fmt: skip


def size(draft: Draft) -> Iterator[Finding]:
    """too-long-for-gmail: the HTML, as sent, against Gmail's limit; a warning from nine tenths of it."""
    for edition in draft.release.editions:
        octets = len(draft.rendered[edition.language].html.encode())
        if octets > CLIP * 9 // 10:
            yield Finding("too-long-for-gmail", "error" if octets > CLIP else "warning",
                          f"The HTML is {octets / 1024:.0f} KB; Gmail cuts it off after 102 KB.",
                          "Shorten the text, or move tables and notes to the web.", edition.where())  # fmt: skip


def attachments(draft: Draft) -> Iterator[Finding]:
    """heavy-mail: what travels inside the mail, summed as it is encoded (base64: four thirds)."""
    for edition in draft.release.editions:
        rendered = draft.rendered[edition.language]
        octets = sum(len(part.content) for part in (*rendered.related, *rendered.attached)) * 4 // 3
        if octets > HEAVY:
            yield Finding("heavy-mail", "warning", f"Pictures and attachments make {octets / 2**20:.0f} MB per email.",
                          "Offer large files as links (send: link): many servers refuse it.",
                          edition.where("attachments"))  # fmt: skip


def picture_marks(draft: Draft) -> Iterator[Finding]:
    """picture-marks: an attached picture of a kind whose metadata can't be taken out."""
    for edition in draft.release.editions:
        for part in draft.rendered[edition.language].attached:
            if without_metadata(part.content) is None:
                yield Finding("picture-marks", "warning",
                              f"{part.name} is sent as it is, with any place, camera and names stored in it.",
                              "Save it as JPEG or PNG: mailer removes them from those.",
                              edition.where("attachments"))  # fmt: skip


def preheader(draft: Draft) -> Iterator[Finding]:
    """repeated-preheader: what staff wrote for inboxes to show begins with the sender or the subject."""
    for edition in draft.release.editions:
        if says_again(edition):
            yield Finding("repeated-preheader", "warning", "The preheader repeats the sender or subject.",
                          "Say something else, or remove it: then the subhead stands there.",
                          edition.where("preheader"))  # fmt: skip


def phone_numbers(draft: Draft) -> Iterator[Finding]:
    """phone-number: one that can't be called, as nothing tells its country, or its length fits none."""
    for edition in draft.release.editions:
        region = edition.newsroom.region
        for contact in dict.fromkeys((*edition.contacts, *edition.spokespeople)):
            for _, number, url in numbers_of(contact, region):
                if not url:
                    whose = contact.name or contact.role or "a contact"
                    message = f"The number “{number}” of {whose} is no link that calls it."
                    where = _written_at(draft, edition, number)
                    yield Finding("phone-number", "warning", message, _how_to_write(number, region), where)


def _written_at(draft: Draft, edition: Edition, text: str) -> Where:
    """The line where a contact's text stands: the release's own, that of its original, or the office's."""
    workspace = draft.workspace
    files = (*(workspace.root / e.path for e in (edition, draft.release.original)), edition.newsroom.path)
    for path in dict.fromkeys((*files, workspace.newsroom)):
        shown = workspace.shown(path)
        unsaved = workspace.unsaved.get(path)
        lines = read_source(path, shown, unsaved).text.split("\n") if path.is_file() else []
        for number, line in enumerate(lines, 1):
            if text in line:
                return Where(shown, number)
    return edition.where("contacts")


def _how_to_write(number: str, region: str) -> str:
    if number.lstrip().startswith("+"):
        return "Behind the + a country's code must stand, and then a number that is there: +44 20 7946 0142."
    given = f"It is no number of {region}. " if region else "The office's country is not known. "
    return f"{given}Write it with its country code: +44 20 7946 0142."


def moving_pictures(draft: Draft) -> Iterator[Finding]:
    """still-picture: an animation that can't be made small enough to be mailed."""
    for edition in draft.release.editions:
        for file in draft.rendered[edition.language].stills:
            yield Finding("still-picture", "warning",
                          f"{visible(file)} moves, but is too large: only its first picture is mailed.",
                          "Make it smaller than 350 KB: fewer pictures or colours, or less wide.",
                          _where_shown(edition, file))  # fmt: skip


def _where_shown(edition: Edition, file: str) -> Where:
    """The place in the text, in the header, or in newsroom.md that shows a picture."""
    for tree in (edition.body, *(note.content for note in edition.notes)):
        if line := line_of_picture(tree, file):
            return Where(str(edition.path), line)
    if any(image.file == file for image in edition.images):
        return edition.where("images")
    newsroom = edition.newsroom
    is_logo = newsroom.logo is not None and newsroom.logo.file == file
    return Where(newsroom.path.name, newsroom.lines.get("logo", 0) if is_logo else 0)


def header_injection(draft: Draft) -> Iterator[Finding]:
    """header-injection: control characters or a ready-made encoded word in what becomes a header field.

    The composer encodes such values so that they do no harm; that they are there at all means that somebody
    pasted, or planted, what nobody should mail (CVE-2024-6923).
    """
    for edition in draft.release.editions:
        values = (
            ("subject", draft.rendered[edition.language].subject),
            ("sender", edition.newsroom.sender.name),
        )
        for field, value in values:
            if _HARMFUL.search(value) or _ENCODED_WORD.search(value):
                yield Finding("header-injection", "error", f"The {field} could be mistaken for a header field.",
                              "Type it again.", edition.where(field))  # fmt: skip
    for person in draft.audience.recipients:
        for value in (person.address, person.name):
            if _HARMFUL.search(value) or _ENCODED_WORD.search(value):
                yield Finding("header-injection", "error",
                              f"The name of {person.address} could be mistaken for a header field.",
                              "Type the name again.", person.where)  # fmt: skip
                break


def not_on_the_web(draft: Draft) -> Iterator[Finding]:
    """not-on-the-web: the mail leads to a page of the newsroom's site that is not there yet."""
    release = draft.release
    for edition in release.editions:
        page = page_name(release.name, "" if edition is release.original else edition.language)
        base = edition.newsroom.web
        of_the_site = base and edition.web == f"{base.rstrip('/')}/{page}"
        if of_the_site and not (draft.workspace.site / page).is_file():
            yield Finding(
                "not-on-the-web",
                "notice",
                f"The mail links to {edition.web}, and site/{page} is not there yet.",
                f"Run: mailer publish {release.name} (if you publish with --out, look there).",
                edition.where(),
            )
