"""What an advisory invites to: `WHAT: …`, `WHEN: …`, `WHERE: …` become the event where nothing in them is doubtful."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from mailer.importing.structure.head.days import days_in
from mailer.importing.structure.head.embargo import moment_of, names_zone
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import any_of, phrases
from mailer.model import Kind
from mailer.release.values import moment_text

_LONGEST = 200
_PARTS = ("what", "when", "where")


@cache
def _label() -> re.Pattern[str]:
    words = "|".join(rf"(?P<{part}>{any_of(phrases(f'event_{part}'))})" for part in (*_PARTS, "else"))
    return re.compile(rf"\W*(?:{words})\s*[:?]+\s*")


def event_label(piece: Piece) -> tuple[str, int]:
    """Which part of an event a line names ("else": who, why), and where its value begins; "" for none."""
    match = _label().match(piece.plain) if piece.paragraph is not None else None
    return (match.lastgroup or "", match.end()) if match else ("", 0)


def take_event(sheet: Sheet) -> None:
    """Take the event out of an advisory. What is not certain stays in the text, and is told."""
    if sheet.kind is not Kind.MEDIA_ADVISORY:
        return
    found: dict[str, tuple[str, list[int]]] = {}
    doubt = ""
    for number, piece in enumerate(sheet.pieces):
        part, start = event_label(piece)
        if part not in _PARTS:
            continue
        doubt = doubt or (f"it says “{part}” twice" if part in found else "")
        found.setdefault(part, _value(sheet, number, start))
    if "when" not in found:
        return
    when, _ = found["when"]
    moment = _moment(sheet, when)
    doubt = doubt or _looks(sheet, found) or (moment if isinstance(moment, str) else "")
    if doubt or isinstance(moment, str):
        sheet.guess(
            f"The event stays in the text, as {doubt}: see whether a field Event can say it.", "body", when
        )
        return
    _say(sheet, found, moment)


def _say(sheet: Sheet, found: dict[str, tuple[str, list[int]]], start: datetime) -> None:
    what = found["what"][0] if "what" in found else ""
    sheet.event = {"what": what or sheet.headline, "start": moment_text(start)}
    if "where" in found:
        sheet.event["where"] = found["where"][0]
    for part, (value, numbers) in found.items():
        first = sheet.pieces[numbers[0]]
        label = first.text[: event_label(first)[1]]
        sheet.aside(label, "a label: the mail prints its own", place_of(first))
        if part == "when":
            sheet.aside(value, f"written as start: {sheet.event['start']}", place_of(first))
    named = names_zone(found["when"][0], sheet.office)
    zone = "" if named else f" No time zone is named: {sheet.office.zone} is taken."
    sheet.guess(f"What, when and where became the field Event: see whether they are right.{zone}", "event")
    taken = {number for _, numbers in found.values() for number in numbers}
    sheet.pieces = [piece for number, piece in enumerate(sheet.pieces) if number not in taken]


def _value(sheet: Sheet, number: int, start: int) -> tuple[str, list[int]]:
    """What follows a label: on its line, or on the next."""
    inline = sheet.pieces[number].text[start:].strip()
    after = number + 1
    if inline or after >= len(sheet.pieces) or event_label(sheet.pieces[after])[0]:
        return inline, [number]
    return (sheet.pieces[after].text, [number, after]) if sheet.pieces[after].paragraph else ("", [number])


def _looks(sheet: Sheet, found: dict[str, tuple[str, list[int]]]) -> str:
    """Why the parts can't be lines of a field; "" where they can."""
    for part, (value, numbers) in found.items():
        if not value or len(value) > _LONGEST:
            return f"its “{part}” is {'long' if value else 'empty'}"
        if any(run.href or run.note for number in numbers for run in sheet.pieces[number].runs):
            return f"its “{part}” has a link or a note"
        after = numbers[-1] + 1
        goes_on = sheet.pieces[after : after + 1]
        if goes_on and goes_on[0].group == sheet.pieces[after - 1].group and not event_label(goes_on[0])[0]:
            return f"its “{part}” goes on in another line"
    return ""


def _moment(sheet: Sheet, when: str) -> datetime | str:
    """The moment that a line names, or why it is not certain."""
    days = days_in(when, sheet.office)
    if len(days) != 1:
        return "it names no day" if not days else "it names more than one day"
    if days[0].doubt:
        return f"its day is doubtful ({days[0].doubt})"
    if sheet.language and not names_zone(when, sheet.office):  # somebody else's text, or for another country
        return "it names no time zone"
    return moment_of(when, days[0].value, sheet.office)
