"""What a source says of itself, once: what it says again is set aside, and a contradiction is told."""

from __future__ import annotations

from mailer.importing.structure.head.days import Day, days_in
from mailer.importing.structure.head.embargo import embargo_field
from mailer.importing.structure.head.signs import Signs
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import plain


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


def settle_embargo(sheet: Sheet) -> None:
    """What the embargo lines mean, once the date of the release is known. None is ever dropped."""
    day = days_in(sheet.date, sheet.office)
    first = ""
    for line in sheet.embargoes:
        value, doubts = embargo_field(line, sheet.office, day[0].value if day else None)
        if not first:
            first = value
            sheet.embargo = value
            for doubt in doubts:
                sheet.guess(doubt, "embargo")
        elif value != first:
            sheet.guess(
                f"The source has two embargoes: {first} is taken, the other says “{line}”.", "embargo"
            )
