"""newsroom.md as it stands on the disk: what it says, and its text with something else said.

A form changes the lines of what was changed in it, and no byte besides: the header by `change_field`, the texts below
it section by section.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailer.errors import Fault, ReleaseError, ValueFault
from mailer.release import read_newsroom
from mailer.release.field_names import NEWSROOM, NEWSROOM_FIELDS, RECORDS
from mailer.release.header import KEEPS_LINES, Header, fences_in, read_header
from mailer.release.source import as_read
from mailer.release.writing.changing import change_field, field_values
from mailer.release.writing.header_text import FieldValue
from mailer.workspace import Workspace

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_HEADING = re.compile(r"##(?!#)[ \t]*(?P<title>.*?)[ \t]*#*[ \t]*(?:\r\n|\r|\n)?")
_ENDS_BLANK = re.compile(r"(?:\A|\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)\Z")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")

EMPTY = "---\n---\n"
"""A file that is begun."""

SECTIONS = "sections"
"""Under which faults of the texts below the header are told."""


@dataclass(frozen=True, slots=True)
class Section:
    """A text below the header, under its heading. Blank lines around it are not part of it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class House:
    """What a newsroom.md says, as a form shows it.

    Attributes:
        values: of the header, by field; only those that are said.
        sections: in the file's order.
    """

    values: Mapping[str, FieldValue]
    sections: Sequence[Section]

    def said(self, name: str) -> FieldValue:
        return self.values.get(name, [] if name in RECORDS else "")


def house_of(text: str) -> House:
    values = {name: plain(name, value) for name, value in field_values(text, NEWSROOM).items()}
    return House({name: value for name, value in values.items() if value}, _sections(text))


def plain(name: str, value: FieldValue) -> FieldValue:
    """A value without what makes no difference, so that two can be compared: blanks, and what is empty."""
    if isinstance(value, str):
        lines = [line for each in value.splitlines() if (line := " ".join(each.split()))]
        return ("\n" if name in KEEPS_LINES else " ").join(lines)
    if not RECORDS.get(name):
        return [word for each in value if isinstance(each, str) and (word := " ".join(each.split()))]
    records = [
        {part: " ".join(said.split()) for part, said in each.items() if said.strip()}
        for each in value
        if isinstance(each, Mapping)
    ]
    return [record for record in records if record]


@dataclass(slots=True)
class Changed:
    """A file's text with something else said.

    Attributes:
        names: the fields that were changed; `SECTIONS` where a text was.
        faults: why something could not be, by field: each a sentence or two.
    """

    text: str
    names: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def fault(self, name: str, message: str, hint: str = "") -> None:
        self.faults.setdefault(name, []).append(f"{message}: {hint}." if hint else f"{message}.")


def changed(text: str, wanted: House, fields: Sequence[str]) -> Changed:
    """
    Args:
        wanted: what it is to say.
        fields: those of the header that were filled in; the others stay.
    """
    was, result = house_of(text), Changed(text)
    for name in fields:
        if wanted.said(name) == was.said(name):
            continue
        result.names.append(name)
        try:
            result.text = change_field(result.text, name, wanted.said(name), NEWSROOM)
        except ValueFault as fault:
            result.fault(name, fault.message, fault.hint)
    if list(wanted.sections) != list(was.sections):
        result.names.append(SECTIONS)
        if any(as_read(each.title + each.text) != each.title + each.text for each in wanted.sections):
            result.fault(SECTIONS, "A text has a character that no file may hold", "type the word anew")
        elif any("\n" in each.title for each in wanted.sections):
            result.fault(SECTIONS, "A heading has several lines", "write it as one")
        else:
            result.text = _with_sections(result.text, wanted.sections)
    return result


def faults_in(workspace: Workspace, language: str, text: str) -> list[Fault]:
    """Why it can't be read, saved as it is."""
    path = workspace.root / (f"newsroom.{language}.md" if language else "newsroom.md")
    unsaved = Workspace(workspace.root, {path: text.encode()})
    try:
        read_newsroom(unsaved, language)
    except ReleaseError as error:
        return [fault for fault in error.faults if fault.path == workspace.shown(path)]
    return []


def place_of(text: str, fault: Fault) -> str:
    """The field on whose lines a fault stands, `SECTIONS`, or "": neither."""
    header: Header = read_header(as_read(text), "", NEWSROOM_FIELDS, RECORDS)
    if not fault.line:  # nowhere: it is missing
        name = fault.message.removesuffix(" is missing")
        return name if name in NEWSROOM_FIELDS else ""
    if fault.line >= header.body_line:
        return SECTIONS
    begun = [(line, name) for name, line in header.lines().items() if 0 < line <= fault.line]
    return max(begun)[1] if begun else ""


# ---- the texts below the header -------------------------------------------------------------------------


def _chunks(text: str) -> tuple[list[str], list[list[str]]]:
    """The lines up to the first heading, then those of each section, every line with its end."""
    lines = _LINE.findall(text)
    _, closing = fences_in([as_read(line.rstrip("\r\n").removeprefix("\ufeff")) for line in lines])
    head, chunks, fenced = lines[: closing + 1], [], False
    for line in lines[closing + 1 :]:
        fenced ^= bool(_FENCE.match(line))
        if _HEADING.fullmatch(line) and not fenced:
            chunks.append([line])
        elif chunks:
            chunks[-1].append(line)
        else:
            head.append(line)
    return head, chunks


def _section(chunk: Sequence[str]) -> Section:
    heading = _HEADING.fullmatch(chunk[0])
    text = "".join(chunk[1:]).replace("\r\n", "\n").replace("\r", "\n")
    return Section(heading["title"] if heading else "", _bare(text))


def _bare(text: str) -> str:
    """Without blank lines at its ends; an indented first line stays indented."""
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", text).rstrip()


def _sections(text: str) -> list[Section]:
    return [_section(chunk) for chunk in _chunks(text)[1]]


def _with_sections(text: str, wanted: Sequence[Section]) -> str:
    """The first of those that are wanted stand in the place of those that are there; further ones come behind."""
    head, chunks = _chunks(text)
    end = next((m[0] for line in head if (m := re.search(r"(?:\r\n|\r|\n)\Z", line))), "\n")
    found = "".join(head)
    for number, section in enumerate(wanted):
        old = chunks[number] if number < len(chunks) else []
        if not section.title and not section.text:
            continue
        if not old:  # a new one has a blank line before it
            found += "" if not found or found.endswith(("\n", "\r")) else end
            found += "" if _ENDS_BLANK.search(found) else end
        found += "".join(old) if old and _section(old) == section else _rewritten(old, section, end)
    return found


def _rewritten(old: list[str], section: Section, end: str) -> str:
    was = _section(old) if old else Section("", "")
    heading = old[0] if old and was.title == section.title else f"## {section.title}{end}"
    if not section.text:
        return heading
    body = end.join(section.text.split("\n"))
    before = "".join(line for line in _leading(old[1:])) if old else end
    behind = re.search(r"\s*\Z", "".join(old[1:])) if was.text else None
    return f"{heading}{before or end}{body}{behind[0] if behind else end}"


def _leading(lines: Sequence[str]) -> list[str]:
    found = []
    for line in lines:
        if line.strip():
            break
        found.append(line)
    return found
