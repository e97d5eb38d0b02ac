"""The file of what follows a release: its correction, its update, its withdrawal, a follow-up. Made of the release's,
for staff to go on with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailer.model import Kind
from mailer.release.field_names import ALIASES, RECORDS, RELEASE_FIELDS, normalised
from mailer.release.header import ITEM, read_header

_ANEW = frozenset(("kind", "corrects", "correction", "date", "original", "note", "preheader"))
"""Fields that are said anew, or were said of the first text alone."""
_SHORT = _ANEW | {"subhead", "images", "attachments", "spokespeople", "about", "lists"}
"""And those that a few sentences do without."""

_EMBARGO = frozenset(("embargo", "zones"))
"""They hold for all that is said of it, as long as they hold."""

_TODO = {
    Kind.CORRECTION: "TODO what was wrong, what is right",
    Kind.UPDATE: "TODO what is new",
    Kind.WITHDRAWAL: "TODO why it is withdrawn",
}
_SHORT_TEXT = {
    Kind.WITHDRAWAL: "TODO Ask them not to use it, and say whom they can call.",
    Kind.FOLLOW_UP: "TODO One or two sentences: what you have for them beside the release.",
}


def following_name(name: str, kind: Kind) -> str:
    """What the file is called: `harbour-report-correction`; its own correction is `harbour-report-correction-2`."""
    label = kind.value.replace(" ", "-")
    kinds = "|".join(each.value.replace(" ", "-") for each in Kind if each.follows)
    found = re.fullmatch(rf"(?P<base>.+?)-(?P<kind>{kinds})(?:-(?P<number>\d+))?", name)
    if found is None:
        return f"{name}-{label}"
    number = int(found["number"] or 1) + 1 if found["kind"] == label else 1
    return f"{found['base']}-{label}" + (f"-{number}" if number > 1 else "")


def following_text(
    text: str, kind: Kind, corrects: str, changed: str, day: str, *, embargoed: bool = False
) -> str:
    """
    Args:
        text: the release's file.
        kind: of what follows.
        corrects: the name of the release.
        changed: what changed, in a line; "" = nobody knows yet.
        day: the date, as it is written; "" in a translation, which takes it over. It has no mark of its original: both
            are only begun.
        embargoed: the release's embargo is still running.
    """
    short = kind in _SHORT_TEXT
    said: dict[str, str] = {}
    if day:
        follows = "Follows" if kind is Kind.FOLLOW_UP else "Corrects"
        said = {"Kind": kind.value.capitalize(), follows: corrects, "Date": day}
    if kind in _TODO:
        said["Correction"] = changed or _TODO[kind]
    header = read_header(text, "", RELEASE_FIELDS, RECORDS)
    lines = text.removeprefix("\ufeff").splitlines()
    first = next(number for number, line in enumerate(lines) if line.strip())
    last = header.body_line - 2
    without = (_SHORT if short else _ANEW) | (frozenset() if embargoed else _EMBARGO)
    kept = _kept(lines[first + 1 : last], without)
    body = ["", _SHORT_TEXT[kind]] if short else lines[last + 1 :]
    return "\n".join(["---", *(f"{name}: {value}" for name, value in said.items()), *kept, "---", *body, ""])


def _kept(lines: Sequence[str], without: frozenset[str]) -> Iterator[str]:
    """The lines of a header, but for those of some fields."""
    current = ""
    for line in lines:
        if line[:1].strip() and not ITEM.match(line):
            written = normalised(re.split("[:：]", line)[0])
            current = written if written in RELEASE_FIELDS else ALIASES.get(written, written)
        if current not in without:
            yield line
