"""One field of a file's header changed, and every other line left as it is, byte for byte.

For whoever shows a header as a form. The file stays its writer's: their order, their names for fields (`Titular`,
`reply-to`), their line ends, their blank lines. What was changed is read again before it is given back: it says what
was meant, and nothing else says anything else than before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailer.errors import ValueFault
from mailer.release.field_names import RECORDS, RELEASE, Field
from mailer.release.header import FIELD, ITEM, Header, fences_in, fields_between, read_header
from mailer.release.source import as_read
from mailer.release.writing.header_text import FieldValue, field_lines
from mailer.release.writing.record_lines import changed_records

_END = re.compile("(\r\n|\r|\n)")


def field_values(text: str, fields: Sequence[Field] = RELEASE) -> dict[str, FieldValue]:
    """What a header says, field by field, as `change_field` takes it: texts, lists of words, lists of records.

    Args:
        text: a file's, as it is on the disk or in an editor. Faults are passed over: they are the reader's to tell.
        fields: those that there are: `field_names.RELEASE` or `NEWSROOM`.
    """
    return _values(_read(text, fields))


def change_field(text: str, name: str, value: FieldValue, fields: Sequence[Field] = RELEASE) -> str:
    """The file's text with one field saying something else.

    A field that is there keeps its name and its place, records that stay keep their lines, and so do the parts of a
    record that stay. One that is not there comes behind those that stand before it in `fields`.

    Args:
        text: a file's, with its line ends.
        name: normalised, of `fields`.
        value: what it is to say: a text (with line breaks only in a postal address), words, or records by the
            normalised names of their parts; empty: the field is taken out.
        fields: those that there are: `field_names.RELEASE` or `NEWSROOM`.

    Raises:
        ValueFault: it can't be said in a header, or the header is such that it would be read as something else.
    """
    lines = _Lines.of(text)
    if lines.closing == lines.opening:
        raise ValueFault(
            "there is no header", "begin the file with a line of ---, and end the header with another"
        )
    wanted, before = _cleaned(name, value), _read(text, fields)
    if wanted == _cleaned(name, _values(before).get(name, "")):
        return text
    canonical = list(field_lines(name, wanted))  # which says what no header can say
    place = lines.place(name, fields)
    if canonical and not place.there and lines.small(fields):
        canonical[0] = canonical[0][:1].lower() + canonical[0][1:]
    for written in _ways(lines, place, name, wanted, canonical, before):
        changed = lines.with_field(place, written)
        if _says(_read(changed, fields), before, name, wanted):
            return changed
    raise ValueFault(
        f"{name.replace('_', ' ').capitalize()} can't be changed here: the lines around it are not as they should be",
        "mend the header in its text first",
    )


def _ways(
    lines: _Lines, place: _Place, name: str, wanted: FieldValue, canonical: list[str], before: Header
) -> Iterator[list[str]]:
    """How the field may be written, from what changes least to what surely reads well."""
    if not place.there or not canonical:
        yield canonical
        return
    old = [lines.texts[index] for index in range(place.first, place.stop)]
    if RECORDS.get(name) and not isinstance(wanted, str):
        was = [{part: each.text for part, each in record.fields.items()} for record in before.records[name]]
        changed = changed_records(
            old[1:], was, [each for each in wanted if not isinstance(each, str)], RECORDS[name]
        )
        if changed is not None and not _said_on(old[0]):
            yield [old[0], *changed]
    yield _in_the_same_manner(old, name, canonical, wanted)
    yield canonical


def _said_on(line: str) -> str:
    match = FIELD.fullmatch(as_read(line))
    return match["value"].strip() if match else ""


def _in_the_same_manner(old: list[str], name: str, canonical: list[str], wanted: FieldValue) -> list[str]:
    """All its lines anew, under the name by which it is called there."""
    match = FIELD.fullmatch(as_read(old[0]))
    called = as_read(old[0])[: match.start("value")] if match else old[0]
    own = canonical[0].partition(":")[2].strip()
    rest = canonical[1:]
    items = next((line[: m.start("rest")] for line in old[1:] if (m := ITEM.fullmatch(line))), "")
    if items and name in RECORDS and not RECORDS[name]:
        return [called.rstrip(), *(f"{items}{word}" for word in wanted)]
    if rest and own and not _said_on(old[0]) and len(old) > 1:
        own, rest = "", [f"  {own}", *rest]
    if own and not called.endswith((" ", "\t", "：")):
        called += " "
    return [f"{called}{own}" if own else called.rstrip(), *rest]


@dataclass(frozen=True, slots=True)
class _Place:
    """The lines of a field: indices of the first, and behind the last. Where it is not `there`, they are equal."""

    first: int
    stop: int

    @property
    def there(self) -> bool:
        return self.stop > self.first


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file's lines, each with what ends it: "" at the end of a file without a last line end."""

    texts: list[str]
    ends: list[str]
    opening: int
    closing: int
    mark: str

    @classmethod
    def of(cls, text: str) -> _Lines:
        bare = text.removeprefix("\ufeff")
        pieces = [*_END.split(bare), ""]
        texts, ends = pieces[::2], pieces[1::2]
        opening, closing = fences_in([as_read(line) for line in texts])
        return cls(texts, ends, opening, closing, text[: len(text) - len(bare)])

    def small(self, fields: Sequence[Field]) -> bool:
        """Whether it is this file's habit to begin the names of fields with a small letter."""
        places = self._places(fields).values()
        return bool(places) and all(self.texts[place.first][:1].islower() for place in places)

    def _places(self, fields: Sequence[Field]) -> dict[str, _Place]:
        read, known = [as_read(line) for line in self.texts], frozenset(field.name for field in fields)
        between = fields_between(Header(""), read, self.opening + 1, self.closing, known)
        return {found: _Place(line - 1, content[-1][0]) for found, line, content in between}

    def place(self, name: str, fields: Sequence[Field]) -> _Place:
        """Where a field stands, or would."""
        known, places = [field.name for field in fields], self._places(fields)
        if name in places:
            return places[name]
        before = [places[each].stop for each in known[: known.index(name)] if each in places]
        behind = [places[each].first for each in known[known.index(name) :] if each in places]
        at = before[-1] if before else behind[0] if behind else self.opening + 1
        return _Place(at, at)

    def with_field(self, place: _Place, written: list[str]) -> str:
        """The text, with other lines in place of those."""
        end = next(filter(None, self.ends), "\n")
        texts, ends = list(self.texts), list(self.ends)
        new_ends = [end] * len(written)
        if written and place.stop == len(texts):  # nothing is behind it: no line end was, and none is to be
            new_ends[-1] = ""
        if place.first and written and not ends[place.first - 1]:
            ends[place.first - 1] = end
        for index, line in enumerate(written):  # a line that stays keeps its own end
            if place.first + index < place.stop - 1 and texts[place.first + index] == line:
                new_ends[index] = ends[place.first + index]
        texts[place.first : place.stop], ends[place.first : place.stop] = written, new_ends
        return self.mark + "".join(text + end for text, end in zip(texts, ends, strict=True))


def _read(text: str, fields: Sequence[Field]) -> Header:
    return read_header(
        as_read(text.removeprefix("\ufeff")), "", frozenset(each.name for each in fields), RECORDS
    )


def _values(header: Header) -> dict[str, FieldValue]:
    said: dict[str, FieldValue] = {name: value.text for name, value in header.values.items()}
    for name, records in header.records.items():
        if RECORDS[name]:
            said[name] = [{part: each.text for part, each in record.fields.items()} for record in records]
        else:
            said[name] = [record.text for record in records]
    return dict(sorted(said.items(), key=lambda item: header.line(item[0])))


def _cleaned(name: str, value: FieldValue) -> FieldValue:
    """Without blanks around, and without what is empty."""
    if name not in RECORDS:
        lines = value.replace("\r\n", "\n").split("\n") if isinstance(value, str) else []
        return "\n".join(line.strip() for line in lines if line.strip())
    if not RECORDS[name]:
        return [each.strip() for each in value if isinstance(each, str) and each.strip()]
    records = [
        {part: said.strip() for part, said in each.items() if said.strip()}
        for each in value
        if isinstance(each, Mapping)
    ]
    return [record for record in records if record]


def _says(after: Header, before: Header, name: str, wanted: FieldValue) -> bool:
    """Whether the field says what it is to say, and all else what it said."""
    was, now = _values(before), _values(after)
    said = _cleaned(name, now.pop(name, ""))
    was.pop(name, None)
    return (
        said == wanted
        and was == now
        and after.body == before.body
        and len(after.faults) <= len(before.faults)
    )
