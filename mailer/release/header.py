"""The header of a release: fields between two fence lines, verbatim, with the line of each.

It looks like YAML and is not parsed as YAML: a headline may hold colons, `#`, quotes and brackets, `no` is
a word, and a phone number is not a number. A line is `Field: value`, the value being everything behind the
first colon. Indented lines continue a value; lines that begin with `- ` begin a record of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from mailer.errors import Fault
from mailer.release.bounds import header_within_bounds
from mailer.release.field_names import ALIASES, RECORD_ALIASES, normalised

FENCE = re.compile(r"\s*(?:-{3,}|[—–]-*|-[—–]|—{2,}|–{2,})\s*")
"""`---`, and what Word makes of it."""

KEEPS_LINES = frozenset(["postal_address"])
"""Fields whose value has lines; those of all others are joined by blanks."""

FIELD = re.compile(r"(?P<name>[^\W\d_][^:：\n]{0,40}?)\s*(?::(?:\s+|$)|：\s*)(?P<value>.*)")
"""The wide colon (U+FF1A) is what keyboards for Chinese and Japanese type; nobody puts a blank behind it."""

ITEM = re.compile(r"\s*[-•*]\s+(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Value:
    """A field's text as written, and the 1-based line on which it begins."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Record:
    """One `- ` item of a list. An item without fields of its own (`- press`) has only `text`."""

    line: int
    text: str = ""
    fields: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Header:
    """What stands between the fences, and the rest of the file.

    Attributes:
        values, records: by normalised field name, aliases resolved.
        body: the text behind the header; `body_line` is its first line's number.
        faults: everything that could not be read.
    """

    path: str
    values: dict[str, Value] = field(default_factory=dict)
    records: dict[str, list[Record]] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, message: str, hint: str = "") -> None:
        self.faults.append(Fault(self.path, line, message, hint))

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value.text if value else ""

    def line(self, name: str) -> int:
        if name in self.values:
            return self.values[name].line
        return self.records[name][0].line if self.records.get(name) else 0

    def lines(self) -> dict[str, int]:
        return {name: self.line(name) for name in (*self.values, *self.records)}


def read_header(text: str, path: str, known: frozenset[str], records: dict[str, frozenset[str]]) -> Header:
    """Split a file into its header and body.

    Args:
        text: the file's text; a BOM and any line ends are accepted.
        path: for faults, as staff would name it.
        known: normalised names of all fields there are.
        records: those of them whose value is a list of records, with the fields of such a record.

    Raises:
        ReleaseError: it has more lines, or longer ones, than any header.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = Header(path)
    first, last = fences_in(lines)
    if first == last:
        header.fault(
            first + 1,
            "there is no header",
            "begin the file with a line of ---, then the fields, then another line of ---",
        )
        header.body, header.body_line = "\n".join(lines), 1
        return header
    if last == len(lines):
        header.fault(first + 1, "the header has no end", "put a line of --- after its last field")
    header_within_bounds(lines, first, last, path)
    header.body, header.body_line = "\n".join(lines[last + 1 :]), last + 2
    for name, line, content in fields_between(header, lines, first + 1, last, known):
        if name in records:
            header.records[name] = _records(header, name, content, records[name])
        else:
            header.values[name] = Value(_joined(content, keep_lines=name in KEEPS_LINES), line)
    return header


def fences_in(lines: list[str]) -> tuple[int, int]:
    """Where the header begins and ends: the indices of its fence lines.

    The second is that of the end of the file where no fence closes it; both are equal where there is no header.
    """
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if first == len(lines) or not FENCE.fullmatch(lines[first]):
        return first, first
    return first, next((i for i in range(first + 1, len(lines)) if FENCE.fullmatch(lines[i])), len(lines))


def fields_between(
    header: Header, lines: list[str], first: int, last: int, known: frozenset[str]
) -> Iterator[tuple[str, int, list[tuple[int, str]]]]:
    """Every known field once: its name, its line, and its lines of text with their numbers.

    Args:
        header: told the faults.
        first, last: indices of the first line between the fences, and of the closing one.
    """
    found: dict[str, int] = {}
    content: list[tuple[int, str]] = []
    current = ""
    for index in range(first, last):
        text, number = lines[index], index + 1
        if not text.strip():
            continue
        if text[0] in " \t" or ITEM.match(text):
            if content or current:
                content.append((number, text))
            elif not found and not header.faults:
                header.fault(
                    number, "this indented line doesn't belong to any field", "write it as Field: value"
                )
            continue
        if current:
            yield current, found[current], content
        content, current = [], ""
        match = FIELD.fullmatch(text)
        if not match:
            header.fault(number, f"“{text.strip()[:60]}” is not a field", _why_no_field(text))
            continue
        name = _known_name(header, match["name"], number, known)
        if name in found:
            header.fault(
                number,
                f"{match['name'].strip()} appears a second time",
                f"the first is on line {found[name]}",
            )
        elif name:
            found[name], current, content = number, name, [(number, match["value"])]
    if current:
        yield current, found[current], content


def _why_no_field(text: str) -> str:
    if re.match(r"[\w -]+:\S", text):
        return "put a space after the colon"
    return "write it as Field: value, or indent it to continue the line above"


def _known_name(header: Header, written: str, line: int, known: frozenset[str]) -> str:
    name = normalised(written)
    name = name if name in known else ALIASES.get(name, name)
    if name in known:
        return name
    near = get_close_matches(name, [*known, *(a for a, n in ALIASES.items() if n in known)], n=1, cutoff=0.6)
    header.fault(
        line, f"there is no field “{written.strip()}”", f"did you mean {_spoken(near[0])}?" if near else ""
    )
    return ""


def _spoken(name: str) -> str:
    return name.replace("_", "-")


def _joined(content: list[tuple[int, str]], *, keep_lines: bool = False) -> str:
    return ("\n" if keep_lines else " ").join(text.strip() for _, text in content if text.strip())


def _records(
    header: Header, field_name: str, content: list[tuple[int, str]], known: frozenset[str]
) -> list[Record]:
    """`- name: …` items; without any `- `, one record of indented fields; or words: `press, regional`."""
    items: list[list[tuple[int, str]]] = []
    content = [(number, text.strip()) for number, text in content if text.strip()]
    for number, text in content:
        match = ITEM.fullmatch(text)
        if match:
            items.append([(number, match["rest"])])
        elif known and items:
            items[-1].append((number, text))
        elif known:
            items.append([(number, text)])
        else:
            items += [[(number, word)] for word in re.split(r"\s*[,;]\s*", text) if word]
    return [_record(header, field_name, item, known) for item in items]


def _record(header: Header, field_name: str, item: list[tuple[int, str]], known: frozenset[str]) -> Record:
    record = Record(item[0][0], text=item[0][1].strip())
    current = ""
    for number, text in item:
        match = FIELD.fullmatch(text)
        name = normalised(match["name"]) if match else ""
        name = name if name in known else RECORD_ALIASES.get(name, name)
        if match and name in known:
            record.fields[name], current = Value(match["value"].strip(), number), name
        elif current and not match:
            value = record.fields[current]
            record.fields[current] = Value(f"{value.text} {text}".strip(), value.line)
        elif known:
            near = get_close_matches(name or text, known, n=1, cutoff=0.6)
            hint = (
                f"did you mean {_spoken(near[0])}?" if near else f"its parts are {', '.join(sorted(known))}"
            )
            header.fault(
                number,
                f"“{(match['name'] if match else text).strip()[:60]}” is not a part of {_spoken(field_name)}",
                hint,
            )
    return record
