"""The dateline: places, a day, a wire's tag, and the dash that parts them from the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from mailer.importing.structure.head.days import Day, days_in
from mailer.importing.structure.office import Office
from mailer.importing.words import any_of, kinds, names, phrases, plain

_LONGEST = 150
_TOKEN = re.compile(r"[^\W\d_][\w.'’-]*|[&/]")


@cache
def _signs(dash: str) -> re.Pattern[str]:
    """What parts a dateline from its text: dashes of any kind, the house's own, a full stop or a colon behind a day."""
    house = rf"\s*{re.escape(dash)}\s*|" if dash.strip() else ""
    return re.compile(
        rf"{house}\s*(?:—|–|―|--+)\s*|\s-(?=\s|$)|(?<=[A-ZÀ-Þ\d)])-\s|\.[-–—]+\s*|(?<=[\d)])\s*[:.]\s"
        r"|/\s*$|$|(?<=\))\s+(?=[A-ZÀ-Þ“\"«])"
    )


@cache
def _tags() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A wire's tag before the dash, and one after it."""
    wires = any_of(names("wires"))
    return (
        re.compile(rf"\(\s*(?:{wires})\s*\)|/\s?(?:{wires}|[\w-]*wire[\w-]*)\s?/|(?<=\s)(?:{wires})(?=\s*$)"),
        re.compile(rf"(?:\(\s*(?:{wires})\s*\)|/\s?(?:{wires})\s?/)\s*(?:—|–|--+|-)?\s*"),
    )


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline that a text begins with.

    Attributes:
        place: "Washington, DC", or "" where only a day stands there.
        day: or None.
        written: the day as it stands there.
        tag: what the wire put there, "" = nothing.
        end: where the text begins.
        sure: no other reading is likely.
    """

    place: str
    day: Day | None
    written: str
    tag: str
    end: int
    sure: bool


_BRACKETED = re.compile(r"\(([^()]{3,40})\)\s+(?=[A-ZÀ-Þ“«„])")


def dateline_of(text: str, office: Office) -> Dateline | None:
    """The dateline at the beginning of a text, or None."""
    bracketed = _BRACKETED.match(text)
    if bracketed and is_place(bracketed[1]) and plain(bracketed[1]) not in names("wires"):
        return Dateline(bracketed[1].strip(), None, "", "", bracketed.end(), False)
    head = text[:_LONGEST]
    for sign in _signs(office.dash.strip()).finditer(head):
        if sign.end() == len(head) < len(text):
            break
        end = sign.end()
        after = _tags()[1].match(plain(text[end : end + 50]))
        tag = text[end : end + after.end()].strip(" -–—") if after else ""
        found = _read(head[: sign.start()], sign[0], tag, office)
        if found is None:
            continue
        end += after.end() if after else 0
        rest = text[end:].lstrip()
        if not found.sure and not (rest[:1].isupper() or rest[:1] in "“\"«„'‘¿¡(" or rest[:1].isdecimal()):
            continue
        return replace(found, end=end)
    return None


def _read(before: str, sign: str, tag_after: str, office: Office) -> Dateline | None:
    if not before.strip() or len(before) > 120:
        return None
    place, tag = before, tag_after
    if match := _tags()[0].search(plain(before)):
        tag = f"{before[match.start() : match.end()]} {tag}".strip()
        place = before[: match.start()] + before[match.end() :]
    days = days_in(place, office)
    day = days[0] if len(days) == 1 else None
    written = place[day.start : day.end] if day else ""
    if day:
        place = place[: day.start] + place[day.end :]
    if len(days) > 1 or (not day and not tag and (not sign.strip() or sign.strip() in (":", ".", "/"))):
        return None
    place = re.sub(r"^\s*[(\[](.*)[)\]]\s*$|\(\s*\)", r"\1", place).strip(" ,;:-–—/")
    place += "." if not day and _ends_abbreviated(place, sign) else ""
    place = re.sub(r"\s+,", ",", " ".join(place.split()))
    if place.endswith(".") and not _abbreviated(place):
        place = place.rstrip(".")
    if place and not is_place(place):
        return None
    if not place and not (day and sign.strip() not in (".", ":")):
        return None
    sure = bool(day or tag or _looks_sure(place))
    return Dateline(place, day, written, tag, 0, sure)


def _ends_abbreviated(place: str, sign: str) -> bool:
    """Whether the full stop before the dash is the place's own: `D.C.—`, `Baltimore, Md.—`, and not `Madrid.-`."""
    last = place.rstrip(". ").rpartition(" ")[2]
    return sign.startswith(".") and ("." in last or ("," in place and len(last) <= 5 and "-" not in sign))


def _abbreviated(place: str) -> bool:
    last = place.rpartition(" ")[2]
    return "." in last[:-1] or len(last) <= 3 or (len(last) <= 6 and "," in place)


def _looks_sure(place: str) -> bool:
    return place.split(",")[0].isupper() or bool(
        re.search(r",\s*(?:[A-Z]{2}|[A-Z]\.\s?[A-Z]\.|[A-Z][a-z]{2,5}\.)$", place)
    )


def is_place(text: str) -> bool:
    """Whether words can name places: few, each with a capital."""
    bare = re.sub(r"[(),;]", " ", text)
    words = bare.replace("/", " / ").split()
    if not words or len(words) > 8 or len(text) > 70 or plain(text) in kinds():
        return False
    if any(plain(word).strip(".") in phrases("weekdays") and len(word) > 3 for word in words):
        return False
    named = [word for word in words if plain(word) not in names("in_places")]
    return bool(named) and all(_TOKEN.fullmatch(word) and word[0].isupper() for word in named)


def place_and_day(text: str, office: Office) -> tuple[str, Day] | None:
    """A line that is only a place and a day: `Madrid, 3 de mayo de 2024`."""
    if len(text) > 90:
        return None
    days = days_in(text, office)
    if len(days) != 1:
        return None
    day = days[0]
    before, after = text[: day.start].strip(" ,;:–—-|(·•"), text[day.end :].strip(" ,;:–—-.|)·•")
    place = before or after
    if (
        (before and after)
        or not place
        or not is_place(place)
        or plain(place).split()[0] in phrases("fields.date")
    ):
        return None
    return place, day
