"""How the values of a header become the model's nouns: dates, people, pictures, files, an event."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from mailer.errors import ValueFault
from mailer.model import Attachment, Contact, Event, Image, Silence, Where
from mailer.release.body import Body, own_pictures
from mailer.release.clock_changes import must_be_one_moment
from mailer.release.field_names import CONTACT_FIELDS
from mailer.release.header import Header, Record
from mailer.release.values import (
    NoTime,
    NoTimeZone,
    one_of,
    parse_moment,
    parse_time,
    parse_web_address,
    parse_zone,
    words,
)
from mailer.visible import visible
from mailer.workspace import Workspace, is_plain_name
from mailer.workspace.enclosures import EnclosureError, read_enclosure

_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\"',;:\\?&=%#\u061c\u200e\u200f]+@[^\s@<>()\[\]\"',;:\\?&=%#/\u061c\u200e\u200f]+"
)
"""An address that can stand in a mailto: link as it is: `?` would begin further fields, such as Bcc (RFC 6068 §2), and
with a mark of direction in it, it only looks like the one that was meant."""

_ALT = "describe what it shows, for readers who can't see it"

Value = TypeVar("Value")


def parsed(header: Header, name: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
    """A field's value, or `otherwise` where it is absent or at fault (which is noted)."""
    value = header.values.get(name)
    if value is None or not value.text:
        return otherwise
    return _tried(header, value.line, value.text, parse, otherwise)


def _tried(header: Header, line: int, text: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
    try:
        return parse(text)
    except ValueFault as fault:
        header.fault(line, fault.message, fault.hint)
        return otherwise


def _text(record: Record, name: str) -> str:
    value = record.fields.get(name)
    return value.text if value else ""


def _line(record: Record, name: str) -> int:
    return record.fields[name].line if name in record.fields else record.line


def contacts(header: Header, name: str) -> tuple[Contact, ...]:
    people = []
    for record in header.records.get(name, ()):
        text = {key: _text(record, key) for key in CONTACT_FIELDS if key != "languages"}
        if not any(text.values()):
            continue
        if text["email"] and not _ADDRESS.fullmatch(text["email"]):
            header.fault(_line(record, "email"), f"“{visible(text['email'])}” is not an email address")
        people.append(Contact(**text, languages=words(_text(record, "languages"))))
    return tuple(people)


def silences(header: Header) -> tuple[Silence, ...]:
    """Checks that staff silenced, each with their reason: whoever comes after them must be able to judge it."""
    found = []
    for record in header.records.get("silence", ()):
        check, because = _text(record, "check"), _text(record, "because")
        if not check:
            header.fault(record.line, "silence does not say which check", "write - check: and its id")
        elif not because:
            hint = "add because: and the reason below it"
            header.fault(record.line, f"nobody says why “{visible(check)}” is silenced", hint)
        else:
            found.append(Silence(check, because, Where(header.path, record.line)))
    return tuple(found)


def names(header: Header, name: str) -> tuple[str, ...]:
    return tuple(record.text for record in header.records.get(name, ()) if record.text)


def lists(header: Header) -> tuple[str, ...]:
    """Press lists by name. A path is for the command line: a colleague's file must not bring its own recipients."""
    found = []
    for record in header.records.get("lists", ()):
        if record.text and not is_plain_name(record.text):
            hint = "write the name of a file in lists/, without its extension"
            header.fault(record.line, f"“{visible(record.text)}” is not the name of a list", hint)
        elif record.text:
            found.append(record.text)
    return tuple(found)


def zones(header: Header) -> tuple[str, ...]:
    """IANA zones, each once."""
    found = (
        _tried(header, header.line("zones"), each, parse_zone, "") for each in words(header.text("zones"))
    )
    return tuple(dict.fromkeys(filter(None, found)))


def images(header: Header, name: str, workspace: Workspace, beside: Path) -> tuple[Image, ...]:
    found = []
    for record in header.records.get(name, ()):
        image = Image(
            _text(record, "file"), _text(record, "alt"), _text(record, "caption"), _text(record, "credit")
        )
        if not image.alt:
            header.fault(record.line, "an image has no alt text", _ALT)
        _must_be_for_the_press(header, record, image.file, workspace, beside)
        found.append(image)
    return tuple(found)


def pictures(header: Header, body: Body, workspace: Workspace, beside: Path) -> None:
    """See that the text's own pictures can be mailed, and say what they show."""
    for file, alt, line in own_pictures(body):
        if not alt.strip():
            header.fault(line, "an image has no alt text", _ALT)
        try:
            read_enclosure(workspace, file, beside)
        except EnclosureError as fault:
            header.fault(line, fault.message, fault.hint)


def attachments(header: Header, workspace: Workspace, beside: Path) -> tuple[Attachment, ...]:
    found = []
    for record in header.records.get("attachments", ()):
        file, send = _text(record, "file"), _text(record, "send") or "link"
        send = _tried(header, _line(record, "send"), send, lambda t: one_of(t, ("link", "attach")), "link")
        if is_web(file):
            _tried(header, _line(record, "file"), file, parse_web_address, "")
            if send == "attach":
                header.fault(_line(record, "send"), f"“{visible(file)}” can't be attached: it is on the web",
                             "write send: link, or save the file in files/ and give that path")  # fmt: skip
        elif send == "attach":
            _must_be_for_the_press(header, record, file, workspace, beside)
        else:
            header.fault(_line(record, "file"), f"“{file}” can't be offered as a link: it is not a web address",
                         "give its https:// address, or write send: attach")  # fmt: skip
        found.append(Attachment(file, _text(record, "title"), "attach" if send == "attach" else "link"))
    return tuple(found)


def is_web(file: str) -> bool:
    return file.lower().startswith(("http://", "https://"))


def _must_be_for_the_press(
    header: Header, record: Record, file: str, workspace: Workspace, beside: Path
) -> None:
    if not file:
        header.fault(record.line, "no file is named", "add file: and its path in the workspace")
    elif is_web(file):
        _tried(header, _line(record, "file"), file, parse_web_address, "")
    else:
        try:
            read_enclosure(workspace, file, beside)
        except EnclosureError as fault:
            header.fault(_line(record, "file"), fault.message, fault.hint)


def event(header: Header, zone: str) -> Event | None:
    """What an advisory invites to; a start without a zone is in the office's zone."""
    if not header.records.get("event"):
        return None
    record = header.records["event"][0]

    def moment(text: str) -> datetime:
        try:
            return parse_moment(text)
        except NoTimeZone:
            return parse_moment(f"{text} {zone}")

    start = _tried(header, _line(record, "start"), _text(record, "start"), moment, None)
    if not _text(record, "what"):
        header.fault(record.line, "the event does not say what it is", "add what: News conference on …")
    if start is None:
        return None
    end = None
    if _text(record, "end"):
        end = _tried(
            header, _line(record, "end"), _text(record, "end"), lambda t: _end(t, start, moment), None
        )
        if end and end <= start:
            header.fault(_line(record, "end"), "the event ends before it begins", "check both times")
    where, online, rsvp = (_text(record, name) for name in ("where", "online", "rsvp"))
    return Event(_text(record, "what"), start, end, where, online, rsvp)


def _end(text: str, start: datetime, moment: Callable[[str], datetime]) -> datetime:
    """A time alone is on the day of the start."""
    try:
        return must_be_one_moment(datetime.combine(start.date(), parse_time(text), start.tzinfo))
    except NoTime:
        return moment(text)
