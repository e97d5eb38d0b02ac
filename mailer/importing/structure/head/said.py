"""What a source says of itself, once: what it says again is set aside, and a contradiction is told."""

from __future__ import annotations

import math
import re
from datetime import datetime

from mailer.errors import ValueFault
from mailer.importing.structure.head.days import Day, days_in
from mailer.importing.structure.head.embargo import embargo_field
from mailer.importing.structure.head.signs import Signs, read_signs
from mailer.importing.structure.office import Office
from mailer.importing.structure.runs import joined
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import plain
from mailer.release.values import parse_moment

_IN = re.compile(r"(?:[Ee]n|[Ee]m|[Ii]n|[Àà]|[Ff]ait à|[Dd]ad[oa] en)\s+(?=[A-ZÀ-Þ])")


def say_day(sheet: Sheet, day: Day, written: str, place: str = "") -> None:
    """The date of the release. `written`: as the source has it."""
    if sheet.date:
        said = days_in(sheet.date, sheet.office)
        sheet.aside(written, "the date, a second time", place)
        if said and said[0].value != day.value:
            sheet.guess(f"The source has two dates: “{sheet.date}” is taken, not “{written}”.", "date")
        return
    sheet.date = day.text
    if day.text != " ".join(written.split()):
        sheet.aside(written, f"written as Date: {day.text}", place)
    if day.doubt:
        sheet.guess(f"{day.doubt}.", "date")


def say_place(sheet: Sheet, dateline: str, place: str = "") -> None:
    """The dateline. `En Madrid, a 3 de mayo`: the preposition goes."""
    if before := _IN.match(dateline):
        sheet.aside(before[0], "stood before the place", place)
        dateline = dateline[before.end() :]
    if not sheet.dateline:
        sheet.dateline = dateline
    elif plain(dateline) != plain(sheet.dateline):
        sheet.aside(dateline, "a second place", place)
        sheet.guess(
            f"The source names two places: “{sheet.dateline}” is taken, not “{dateline}”.", "dateline"
        )
    else:
        sheet.aside(dateline, "the place, a second time", place)


def say_signs(sheet: Sheet, piece: Piece, signs: Signs) -> None:
    """Take over what a line of such signs says."""
    place = place_of(piece)
    for start, end, why in signs.spans:
        sheet.aside(piece.text[start:end], why, place)
    if signs.kind:
        if sheet.kind not in (None, signs.kind):
            sheet.guess(f"The source calls itself two kinds of release: “{sheet.kind}” is taken.", "kind")
        sheet.kind = sheet.kind or signs.kind
    if signs.embargo:
        sheet.embargoes.append(signs.embargo)
    if signs.day:
        say_day(sheet, signs.day, piece.text[signs.day.start : signs.day.end], place)


def join_embargo_lines(sheet: Sheet) -> None:
    """`EMBARGOED UNTIL:` and the moment on the next line are one."""
    made: list[Piece] = []
    for piece in sheet.pieces:
        before = made[-1] if made else None
        if (
            before is not None
            and before.paragraph
            and piece.paragraph
            and _needs_moment(before, sheet.office)
        ):
            moment = len(piece.text) <= 90 and days_in(piece.text, sheet.office)
            if moment and read_signs(piece.text, sheet.office).rest != 0:
                made[-1] = before.with_runs(joined(before.runs, piece.runs))
                continue
        made.append(piece)
    sheet.pieces = made


def _needs_moment(piece: Piece, office: Office) -> bool:
    if len(piece.text) > 90 or any(letter.isdecimal() for letter in piece.text):
        return False
    return bool(read_signs(piece.text, office).embargo)


def settle_embargo(sheet: Sheet) -> None:
    """What the embargo lines mean, once the date of the release is known. None is ever dropped: of several, the latest
    that is understood is taken."""
    days = days_in(sheet.date, sheet.office)
    day = days[0].value if days else None
    read = [(line, *embargo_field(line, sheet.office, day)) for line in sheet.embargoes]
    if not read:
        return
    line, sheet.embargo, doubts = max(read, key=lambda each: _moment(each[1]))
    for doubt in doubts:
        sheet.guess(doubt, "embargo")
    if not sheet.date and (at := _moment(sheet.embargo)) > -math.inf:
        zone = parse_moment(sheet.embargo).tzinfo
        sheet.date = datetime.fromtimestamp(at, zone).date().isoformat()
        sheet.guess("The source names no date: the day on which the embargo ends is taken.", "date")
    for other, value, _ in read:
        if value != sheet.embargo:
            sheet.guess(
                f"The source has two embargoes: “{line}” is taken, the other says “{other}”.", "embargo"
            )


def _moment(value: str) -> float:
    try:
        return parse_moment(value).timestamp()
    except ValueFault:
        return -math.inf
