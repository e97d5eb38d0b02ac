"""What somebody typed into the form of newsroom.md, and what becomes of it.

The form brings along the file as it was when the form was filled. So whatever differs from that was typed by a person,
and nothing else was; and a file that somebody changed meanwhile is noticed, whatever was changed in it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from starlette.datastructures import FormData

from mailer.desk.forms import text_of
from mailer.desk.rooms.house.house_fields import LINE_EACH
from mailer.desk.rooms.house.house_file import (
    EMPTY,
    SECTIONS,
    Changed,
    House,
    Section,
    changed,
    faults_in,
    house_of,
    place_of,
    plain,
)
from mailer.desk.rooms.house.logo import keep_logo
from mailer.errors import Fault, ReleaseError, ValueFault
from mailer.release.field_names import NEWSROOM, RECORDS
from mailer.release.writing.header_text import FieldValue
from mailer.workspace import Workspace, lies_in
from mailer.workspace.durable import in_place_of

_WRITING = Lock()
"""Between looking whether a file is as it was and writing it, no other page of this desk writes one."""

Upload = tuple[str, bytes]
"""The name and the content of a file that was chosen."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A posted form.

    Attributes:
        was: the file that it was filled from, "" = there was none.
        house: what it says now.
        fields: of the header, those that it has.
    """

    was: bytes
    house: House
    fields: tuple[str, ...]


@dataclass(slots=True)
class Saved:
    """What became of a form.

    Attributes:
        names: of what was changed and is saved; none where there are faults or a conflict.
        faults: why it was not saved, by field; "" = as a whole.
        theirs: by field, what somebody else wrote there meanwhile, for what was typed here too.
        now: the file as it is; the form is filled from it the next time.
        house: what the form is to show.
    """

    house: House
    now: bytes
    names: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    theirs: dict[str, FieldValue] = field(default_factory=dict)
    conflict: bool = False


def file_of(workspace: Workspace, language: str) -> Path:
    return workspace.root / f"newsroom.{language}.md" if language else workspace.newsroom


def content_of(path: Path) -> bytes:
    """The file's bytes; none where there is no file.

    Raises:
        ReleaseError: it can't be read, or is no text.
    """
    try:
        content = path.read_bytes()
        content.decode("utf-8")
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ReleaseError([Fault(path.name, 0, f"it can't be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ReleaseError([Fault(path.name, 0, "it is not UTF-8 text", "save it as UTF-8")]) from None
    return content


def carried(content: bytes) -> str:
    """How a form carries the file that it was filled from; browsers change line ends of what they post."""
    return b64encode(content).decode()


def text_in(content: bytes) -> str:
    return content.decode("utf-8") if content else EMPTY


def typed_in(form: FormData) -> Typed:
    try:
        was = b64decode(text_of(form, "was"), validate=True)
        was.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        was = b""
    values: dict[str, FieldValue] = {}
    fields = [each.name for each in NEWSROOM if f"f.{each.name}" in form or f"shown.{each.name}" in form]
    for name in fields:
        if value := plain(name, _value(form, name)):
            values[name] = value
    return Typed(was, House(values, _sections(form)), tuple(fields))


def _value(form: FormData, name: str) -> FieldValue:
    if not RECORDS.get(name):
        text = text_of(form, f"f.{name}")
        if name not in RECORDS:
            return text
        return text.split("\n") if name in LINE_EACH else text.replace("\n", ",").replace(";", ",").split(",")
    rows: dict[str, dict[str, str]] = {}
    for key in form:
        beginning, _, part = key.rpartition(".")
        if beginning.startswith(f"f.{name}.") and part in RECORDS[name]:
            rows.setdefault(beginning, {})[part] = text_of(form, key)
    gone = text_of(form, "remove")
    return [row for beginning, row in rows.items() if beginning != gone]


def _sections(form: FormData) -> list[Section]:
    """Those that were there keep their place even where nothing is left of them; a new one without anything is none."""
    number, found = 0, []
    while f"b.{number}.text" in form:
        title = " ".join(text_of(form, f"b.{number}.title").split())
        text = text_of(form, f"b.{number}.text").rstrip().lstrip("\n")
        found.append(Section(title, text))
        number += 1
    while found and found[-1] == Section("", ""):
        found.pop()
    return found


def save(workspace: Workspace, language: str, typed: Typed, upload: Upload | None) -> Saved:
    """
    Raises:
        ReleaseError: the file can't be read.
        OSError: it can't be written.
    """
    path = file_of(workspace, language)
    if not lies_in(path, workspace.root):
        raise ReleaseError([Fault(path.name, 0, "it is a link that leads out of the workspace")])
    with _WRITING:
        now = content_of(path)
        if now != typed.was:
            return _beside(typed, now)
        was = text_in(now)
        wanted, made = typed.house, None
        before = {str((fault.message, fault.hint)) for fault in faults_in(workspace, language, was)}
        saved = Saved(wanted, now)
        if upload:
            try:
                wanted, made = _with_logo(workspace, wanted, upload)
            except ValueFault as refused:
                saved.faults["logo"] = [
                    f"{refused.message[:1].upper()}{refused.message[1:]}: {refused.hint}."
                ]
        result = changed(was, _in_their_places(house_of(was), wanted), typed.fields)
        for fault in faults_in(workspace, language, result.text) if not result.faults else ():
            if str((fault.message, fault.hint)) not in before:
                result.fault(
                    place_of(result.text, fault), fault.message[:1].upper() + fault.message[1:], fault.hint
                )
        for name, faults in result.faults.items():
            saved.faults.setdefault(name, []).extend(faults)
        if saved.faults:
            if made:
                made.unlink(missing_ok=True)
            return saved
        if result.text != was:
            with in_place_of(path) as file:
                file.write(result.text.encode())
        saved.names = result.names
        return saved


def _with_logo(workspace: Workspace, house: House, upload: Upload) -> tuple[House, Path | None]:
    """The house with another file for its logo, and that file where it is new."""
    file, new = keep_logo(workspace, *upload)
    said = house.said("logo")
    record = dict(said[0]) if not isinstance(said, str) and said and isinstance(said[0], Mapping) else {}
    logo = [{**record, "file": file}]
    return House({**house.values, "logo": logo}, house.sections), workspace.root / file if new else None


def _in_their_places(was: House, wanted: House) -> House:
    """Sections that were emptied at the end count as emptied, not as left out."""
    missing = max(len(was.sections) - len(wanted.sections), 0)
    return House(wanted.values, [*wanted.sections, *[Section("", "")] * missing])


def _beside(typed: Typed, now: bytes) -> Saved:
    """Somebody changed the file meanwhile. What was typed here stays typed, and what they wrote stands beside it."""
    was, theirs = house_of(text_in(typed.was)), house_of(text_in(now))
    values = dict(theirs.values)
    saved = Saved(typed.house, now, conflict=True)
    for name in typed.fields:
        mine = typed.house.said(name)
        if mine == was.said(name):
            continue
        values[name] = mine
        if theirs.said(name) not in (mine, was.said(name)):
            saved.theirs[name] = theirs.said(name)
    sections = theirs.sections
    if list(typed.house.sections) != list(was.sections):
        sections = typed.house.sections
        if list(theirs.sections) != list(was.sections):
            saved.theirs[SECTIONS] = [f"{each.title}\n\n{each.text}" for each in theirs.sections]
    saved.house = House(values, sections)
    return saved


__all__ = ["Changed", "Saved", "Typed", "carried", "content_of", "file_of", "save", "text_in", "typed_in"]
