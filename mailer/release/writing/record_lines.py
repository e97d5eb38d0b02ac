"""The lines of a field with records, where some records or parts of them change: those that stay keep their lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from mailer.release.field_names import RECORD_ALIASES, normalised
from mailer.release.header import FIELD, ITEM
from mailer.release.source import as_read


@dataclass(slots=True)
class _Part:
    """A part of a record: its normalised name ("": none of the parts there are), what stands before its value, and its
    lines."""

    name: str
    before: str
    lines: list[str]


@dataclass(slots=True)
class _Written:
    """A record as it is written. `before`: what stands before its first part, such as `  - `."""

    before: str
    parts: list[_Part] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [line for part in self.parts for line in part.lines]


def changed_records(
    lines: Sequence[str],
    was: Sequence[Mapping[str, str]],
    wanted: Sequence[Mapping[str, str]],
    known: frozenset[str],
) -> list[str] | None:
    """The lines below a field's own that say the wanted records.

    Args:
        lines: those that stand there.
        was: what was read of them.
        wanted: records by normalised names of their parts, nothing of them empty.
        known: the parts that there are.

    Returns:
        None: they are written in a way that has to be written anew.
    """
    written = _as_written(lines, known)
    single = any(not record.before.strip() for record in written)
    if len(written) != len(was) or not written or (single and (len(written) > 1 or len(wanted) > 1)):
        return None
    names = {part.name: part.before.rstrip() for record in reversed(written) for part in record.parts}
    said = [tuple(sorted((part, text) for part, text in each.items() if text)) for each in was]
    meant = [tuple(sorted(each.items())) for each in wanted]
    found: list[str] = []
    for new, old in enumerate(_pairs(said, meant)):
        if old is None:
            found += _changed(_Written(written[0].before), {}, wanted[new], names)
        elif said[old] == meant[new]:
            found += written[old].lines
        else:
            found += _changed(written[old], was[old], wanted[new], names)
    return found


_Said = tuple[tuple[str, str], ...]


def _pairs(said: Sequence[_Said], meant: Sequence[_Said]) -> list[int | None]:
    """Which of the records that were there each wanted one is: the very same, wherever it stood; else the one in whose
    place it stands; None: it is new."""
    pairs: list[int | None] = [None] * len(meant)
    codes = SequenceMatcher(None, said, meant, autojunk=False).get_opcodes()
    for tag, first, stop, begin, _ in codes:
        if tag == "equal":
            pairs[begin : begin + stop - first] = range(first, stop)
    left = [old for old in range(len(said)) if old not in pairs]
    for new, wanted in enumerate(meant):  # moved
        if (
            pairs[new] is None
            and (same := next((old for old in left if said[old] == wanted), None)) is not None
        ):
            pairs[new] = same
            left.remove(same)
    for tag, first, stop, begin, end in codes:
        if tag == "replace":
            open_ = (new for new in range(begin, end) if pairs[new] is None)
            for old, new in zip((old for old in left if first <= old < stop), open_, strict=False):
                pairs[new] = old
    return pairs


def _as_written(lines: Sequence[str], known: frozenset[str]) -> list[_Written]:
    records: list[_Written] = []
    for line in lines:
        text = as_read(line)
        item = ITEM.fullmatch(text)
        at = item.start("rest") if item else len(text) - len(text.lstrip())
        if not text.strip() and records:
            records[-1].parts[-1].lines.append(line)
            continue
        if item or not records:
            records.append(_Written(text[:at]))
        match = FIELD.fullmatch(text[at:])
        name = normalised(match["name"]) if match else ""
        name = name if name in known else RECORD_ALIASES.get(name, name)
        parts = records[-1].parts
        if match and name in known:
            parts.append(_Part(name, text[at : at + match.start("value")], [line]))
        elif parts and not match:
            parts[-1].lines.append(line)
        else:
            parts.append(_Part("", "", [line]))
    return records


def _changed(
    record: _Written, was: Mapping[str, str], wanted: Mapping[str, str], names: Mapping[str, str]
) -> list[str]:
    """The lines of one record: parts that stay, parts that change in their place, and new ones behind them."""
    indent = " " * len(record.before)
    found: list[str] = []
    for part in record.parts:
        if not part.name or (part.name in wanted and wanted[part.name] == was.get(part.name)):
            found += part.lines
        elif part.name in wanted:
            margin = re.match(r"\s*(?:[-•*]\s+)?", part.lines[0])
            found.append((margin[0] if margin else indent) + _spaced(part.before) + wanted[part.name])
    there = {part.name for part in record.parts}
    found += [
        indent + _spaced(names.get(part, f"{part}:")) + text
        for part, text in wanted.items()
        if part not in there
    ]
    if found and not found[0].startswith(record.before):
        found[0] = record.before + found[0].lstrip()
    return found


def _spaced(before: str) -> str:
    return before if before.endswith((" ", "\t", "：")) else f"{before} "
