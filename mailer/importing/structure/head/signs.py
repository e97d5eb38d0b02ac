"""Lines that say what a release is and when it may be used: kind, release line, embargo, day, number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from mailer.importing.structure.head.dateline import dateline_of
from mailer.importing.structure.head.days import Day, days_in
from mailer.importing.structure.office import Office
from mailer.importing.structure.runs import all_italic
from mailer.importing.structure.sheet import Piece, Sheet
from mailer.importing.words import any_of, kinds, names, phrases, plain
from mailer.model import Kind

_SEPARATORS = re.compile(r"[\s|–—\-:•/·,*.()\[\]_!>~=]*")
_NUMBER = re.compile(r"#?\s*\d[\w./–-]*")
_BARE_NUMBER = re.compile(r"[A-Z]{1,5}[-/ ]?\d[\w./–-]*|\d{1,4}\s*[-/–]\s*\d{1,5}[\w/-]*|#\d+|\d{3,}(?=$)")
_QUESTIONS = re.compile(
    r"(?:who|what|when|where|why|que|quien|quienes|cuando|donde|quoi|qui|quand|ou|was|wer|wann|wo|o que|quem|quando"
    r"|onde)\s*:"
)
_ENDS = re.compile(r"[.!?…][\"”’»“')\]*]*\s*(?:[\d¹²³⁰-⁹]{1,2}|[\[(]\d{1,2}[\])])?$")
_BEFORE_DAY = re.compile(r"(?:vom|of|from|del|du|de|dated|on|em)\s+")
_TIME_ALONE = re.compile(
    r"(?:at |um )?\d{1,2}([:.h]\d\d)?\s*(a\.?m\.?|p\.?m\.?|uhr|h|hrs|hours)?[\s(]*[a-z]{0,8}( \w{4,9})?( time)?\)?"
)


@dataclass(slots=True)
class Signs:
    """What a line says of these, and `rest`, where the words begin that are none of it (-1 = all is read).

    Attributes:
        spans: (start, end, why) of what is said elsewhere in the mail, and so set aside.
    """

    kind: Kind | None = None
    release: bool = False
    embargo: str = ""
    day: Day | None = None
    number: bool = False
    published: bool = False
    rest: int = -1
    spans: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.kind or self.release or self.embargo or self.day or self.number)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """What may stand in such a line; each ends where a word ends."""
    return {
        "embargo": re.compile(rf"(?:{any_of(phrases('embargo'))})(?!\w)"),
        "release": re.compile(rf"(?:{any_of(phrases('release_line'))})(?!\w)"),
        "published": re.compile(rf"(?:{any_of(phrases('published'))})(?!\w)"),
        "kind": re.compile(rf"(?:{any_of(kinds())})(?:s)?(?!\w)"),
        "number": re.compile(rf"(?:{any_of(phrases('number'))})(?!\w)\.?\s*:?\s*"),
        "label": re.compile(rf"(?:{any_of(phrases('fields.date'))})\s*:"),
        "until": re.compile(
            r"\s*(?:$|[:|(–—-]|\d|(?:until|till|hasta|jusqu|bis|ate|strict|informativo|total)"
            rf"|(?:{any_of(phrases('weekdays'))})\b)"
        ),
        "now": re.compile(rf"(?:{any_of(phrases('immediately'))})(?!\w)"),
    }


def read_signs(text: str, office: Office) -> Signs:
    """Read a line from its beginning as far as it says such things."""
    signs, folded, at = Signs(), plain(text), 0
    days = {day.start: day for day in days_in(text, office)} if len(text) <= 160 else {}
    while True:
        at = _SEPARATORS.match(folded, at).end()  # type: ignore[union-attr]
        if at >= len(text):
            return signs
        end = _next(signs, text, folded, at, days)
        if end is None:
            signs.rest = at
            return signs
        at = end


def _next(signs: Signs, text: str, folded: str, at: int, days: dict[int, Day]) -> int | None:
    """Read what stands at a place, and return where it ends; None where it is none of these."""
    found = _patterns()
    match = found["embargo"].match(folded, at)
    if match and not signs.embargo and _is_meant(match[0], folded[match.end() :]):
        signs.embargo = text[match.end() :].strip(" :–—-*.!()[]") or text[at:]
        signs.spans.append((at, len(text), "the embargo: the mail says it from the Embargo field"))
        return len(text)
    if match := found["published"].match(folded, at):
        signs.spans.append((at, match.end(), "a label: the field has its own"))
        signs.published = True
        return match.end()
    if match := found["release"].match(folded, at):
        if (
            re.search(r"\d\s*([ap]\.?\s?m\b|:\d\d|h\d\d|uhr)", folded[match.end() :])
            and "immed" not in match[0]
        ):
            signs.embargo = text[match.end() :].strip(" :–—-*.!()[]")
            signs.spans.append((at, len(text), "the embargo: the mail says it from the Embargo field"))
            return len(text)
        signs.release = True
        signs.spans.append((at, match.end(), "the mail says itself when it may be used"))
        return match.end()
    if at in days and signs.day is None:
        signs.day = days[at]
        return signs.day.end
    if signs.kind is None and (match := found["kind"].match(folded, at)):
        signs.kind = (
            kinds().get(" ".join(match[0].split())) or kinds()[" ".join(match[0].split()).rstrip("s")]
        )
        signs.spans.append((at, match.end(), "the kind: the mail says it from the Kind field"))
        return match.end()
    return _lesser(signs, text, folded, at, days)


def _is_meant(word: str, rest: str) -> bool:
    """Whether a line is an embargo, and not about one: `Embargo on grain is lifted`."""
    return word != "embargo" or bool(_patterns()["until"].match(rest))


def _lesser(signs: Signs, text: str, folded: str, at: int, days: dict[int, Day]) -> int | None:
    """Numbers of releases, “immediately”, labels of days, a time beside the day."""
    found = _patterns()
    if signs.release and (match := found["now"].match(folded, at)):
        signs.spans.append((at, match.end(), "the mail says itself when it may be used"))
        return match.end()
    match = found["number"].match(folded, at)
    number = _NUMBER.match(text, match.end()) if match else _BARE_NUMBER.match(text, at)
    if number and not (number.end() < len(text) and text[number.end()].isalnum()):
        signs.number = True
        signs.spans.append((at, number.end(), "the office's number of the release: there is no field for it"))
        return number.end()
    if (before := _BEFORE_DAY.match(folded, at)) and before.end() in days:
        signs.spans.append((at, before.end(), "stood before the date"))
        return before.end()
    if label := found["label"].match(folded, at):
        signs.spans.append((at, label.end(), "a label: the field has its own"))
        return label.end()
    if signs.day and (clock := _TIME_ALONE.fullmatch(folded, at)):
        signs.spans.append((at, clock.end(), "the time of day: the Date field is a day"))
        return clock.end()
    return None


def is_sign(piece: Piece) -> bool:
    """Whether a line says nothing but what a release is and when it may be used."""
    if piece.paragraph is None or len(piece.text) > 200:
        return False
    signs = read_signs(piece.text, ANY_OFFICE)
    return signs.rest < 0 and bool(signs.kind or signs.release or signs.embargo or signs.day)


ANY_OFFICE = Office(today=date(2000, 1, 1))
"""Whether a line is such a line depends on no office."""


def is_prose(piece: Piece) -> bool:
    """Whether a paragraph is one of the text: sentences, and no head line."""
    paragraph = piece.paragraph
    if paragraph is None or paragraph.heading or piece.shouted or paragraph.quoted:
        return False
    words = len(piece.text.split())
    if _QUESTIONS.match(piece.plain) or _opens_speech(piece) or _salutes(piece):
        return True
    if piece.bold or paragraph.style in ("Title", "Subtitle"):
        return words >= 60
    return (words >= 12 and len(piece.text) >= 90 and bool(_ENDS.search(piece.text))) or words >= 40


def _opens_speech(piece: Piece) -> bool:
    """A sentence in quotation marks that do not close: a statement goes on in the next paragraph."""
    return (
        piece.text[:1] in '“"„«'
        and not re.search('[”"“»]', piece.text[1:])
        and len(piece.text.split()) >= 6
        and bool(_ENDS.search(piece.text))
    )


@cache
def _salutations() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(names('salutations'))})\b.{{0,60}}[,:!]$")


def _salutes(piece: Piece) -> bool:
    """`Sehr geehrte Damen und Herren,`: the text of a letter begins with it."""
    return len(piece.text) <= 80 and bool(_salutations().match(piece.plain))


def is_sentence(piece: Piece) -> bool:
    """Whether a line of plain text reads as a sentence, however short: no letterhead does, few head lines do."""
    paragraph = piece.paragraph
    if paragraph is None or paragraph.heading or piece.shouted or piece.bold or "|" in piece.text:
        return False
    words = [word for word in piece.text.split() if word[:1].isalpha()]
    small = sum(word[:1].islower() for word in words)
    return len(words) >= 5 and small >= 3 and bool(_ENDS.search(piece.text)) and not all_italic(piece.runs)


def lead_of(sheet: Sheet) -> int:
    """Which piece the text begins with; their number where there is no text.

    A paragraph with a dateline is it, if it stands no later than three paragraphs after the first sentences: what
    stands above may be a long subhead. A text of short paragraphs alone begins with the first sentence below its title.
    """
    found = _long_lead(sheet)
    return found if found < len(sheet.pieces) else _short_lead(sheet)


def _short_lead(sheet: Sheet) -> int:
    """The first sentence that has a head line above it. A question may be the headline itself."""
    headed = False
    for number, piece in enumerate(sheet.pieces):
        if piece.paragraph is None or is_sign(piece):
            continue
        titled = piece.paragraph.style in ("Title", "Subtitle")
        if headed and not titled and is_sentence(piece) and piece.text[-1] not in "?!":
            return number
        headed = True
    return len(sheet.pieces)


def _long_lead(sheet: Sheet) -> int:
    first = None
    for number, piece in enumerate(sheet.pieces):
        if piece.paragraph is None or piece.paragraph.heading:
            continue
        if first is None and (_QUESTIONS.match(piece.plain) or _salutes(piece)):
            return number
        if len(piece.text) < 50 or is_sign(piece):
            continue
        found = dateline_of(piece.text, sheet.office)
        if (
            found
            and len(piece.text) - found.end >= (20 if found.sure and is_sentence(piece) else 40)
            and (found.sure or is_prose(piece))
            and not piece.shouted
        ):
            return number if first is None or number <= first + 3 else first
        if first is None and is_prose(piece):
            first = number
        elif first is not None and number > first + 3:
            break
    return len(sheet.pieces) if first is None else first
