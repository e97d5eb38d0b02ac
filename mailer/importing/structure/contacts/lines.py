"""What a line of a contact block says: numbers, addresses, and the words between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from mailer.importing.structure.sheet import Piece
from mailer.importing.words import any_of, names, phrases, plain

EMAIL = r"[\w.+'’-]*[\w+]@[\w-]+(?:\.[\w-]+)*\.\w{2,}"
_DOMAINS = "com|org|net|gov|edu|info|int|eu|es|de|fr|pt|uk|mx|br|ch|at|be|ca|us"
WEB = (
    r"(?:https?://|www\.)[^\s<>()\"“”|]*[\w/]"
    rf"|(?<![\w@.])(?:[\w-]+\.)+(?:{_DOMAINS})(?:/[^\s<>()|]*)?(?![\w@])"
)
PHONE = (
    r"(?<![\w/.,€$£-])(?:\+\s?)?(?:\(\s?\+?\d[\d\s/-]*\)[\s/.-]*)?\d[\d\s().\-–/·]{4,}\d(?!\d)"
    r"(?:\s*(?:ext|x|ext\.|extension|poste|int|anexo|ramal)\.?\s*\d{1,6})?"
)
_PRONOUNS = re.compile(r"\s*\([a-z]{2,5}/[a-z]{2,5}(?:/[a-z]+)?\)", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"(\d[\d\s().-]{6,}\d) / (?=[+(]?\d[\d\s().-]{6,}\d)")
_DIGITS = re.compile(r"\d")
_YEARS = re.compile(r"(?:19|20)\d\d\s*[-–/]\s*(?:19|20)?\d\d")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d")
_CLOCK = re.compile(
    r"\b\d{1,2}([:.]\d\d|\s*[ap]\.?m\.?|\s*h\b|\s*uhr\b)|\b24\s*(hours|h|horas|heures|stunden)\b|24/7"
)
_POSTCODE = re.compile(
    r"\b(?!(?:19|20)\d\d\b)\d{4,5}(?:-\d{3,4})?\b(?!\s*[-./]\s*\d)|\b[a-z]{1,2}\d{1,2}[a-z]?\s\d[a-z]{2}\b"
)


_NUMBER = re.compile(r"\b(?!(?:19|20)\d\d\b)\d")


@cache
def _streets() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(names('streets'))})(?!\w)")


@dataclass(slots=True)
class Reach:
    """A way to reach somebody: "phone", "mobile", "fax", "email" or "web", and the words that name it."""

    way: str
    value: str
    label: str = ""


@dataclass(slots=True)
class ContactLine:
    """A line taken apart: what it says in which order, and the words between."""

    parts: list[Reach | str] = field(default_factory=list)

    @property
    def reaches(self) -> bool:
        return any(isinstance(part, Reach) for part in self.parts)


@cache
def _labelled() -> re.Pattern[str]:
    ways = {way: any_of(phrases(way)) for way in ("phone", "mobile", "fax", "email", "web")}
    label = "|".join(dict.fromkeys("|".join(ways.values()).split("|")))
    return re.compile(
        rf"(?:(?<!\w)(?P<label>(?:{label})(?:\s*[/&]\s*(?:{label}))*)\b\s*(?:\([^()\d]{{1,20}}\))?\s*\.?\s*[:=]?\s*[-–]?\s*)?"
        rf"(?:[<\[]|\((?!\s?\+?\d))?(?:mailto:|tel:)?(?P<value>(?P<email>{EMAIL})|(?P<web>{WEB})|(?P<phone>{PHONE}))[>\])]?"
        rf"(?:\s*\(\s*(?P<after>{label})\s*\))?"
    )


def _is_phone(text: str, labelled: bool) -> bool:
    digits = len(_DIGITS.findall(text))
    if _YEARS.fullmatch(text.strip()) or _DAY.fullmatch(text.strip()):
        return False
    return (5 if labelled else 7) <= digits <= 17


def _way(match: re.Match[str]) -> str:
    if match["email"]:
        return "email"
    if match["web"]:
        return "web"
    named = [*re.split(r"\s*[/&]\s*", match["label"] or ""), match["after"] or ""]
    for way in ("phone", "fax", "mobile"):
        if any(name and name in phrases(way) for name in map(_spaced, named)):
            return way
    return "phone"


def _spaced(text: str) -> str:
    return " ".join(text.split())


def taken_apart(text: str) -> ContactLine:
    """Read a line of a contact block."""
    line = ContactLine()
    done = 0
    for match in _labelled().finditer(_TWO_NUMBERS.sub(r"\1 | ", plain(text))):
        labelled = bool(match["label"] or match["after"])
        if match["phone"] and not _is_phone(match["phone"], labelled):
            continue
        line.parts += _between(text[done : match.start()])
        start, end = match.span("value")
        after = text[slice(*match.span("after"))] if match["after"] else ""
        label = f"{text[match.start() : start]} {after}"
        line.parts.append(Reach(_way(match), text[start:end].strip(), label.strip(" <([:.-–")))
        done = match.end()
    line.parts += _between(text[done:])
    return line


def _between(text: str) -> Iterator[str]:
    """The words between two numbers, as their separators part them."""
    for part in re.split(r"\t|\s[|•·]\s|\s/\s|;|\s[–—]\s|\s-\s", text):
        bare = part.strip(" ,.:|–—-•·<>[]\t")
        if bare.startswith("(") and bare.endswith(")"):
            bare = bare[1:-1]
        elif bare.count("(") != bare.count(")"):
            bare = bare.strip("() ")
        if any(letter.isalnum() for letter in bare):
            yield f"{bare}." if _is_abbreviated(part, bare) else bare


def _is_abbreviated(part: str, bare: str) -> bool:
    """Whether the full stop behind words is their own: `e. V.`, `Brackwater, Inc.`"""
    last = re.split(r"[\s.]", plain(bare))[-1]
    own = len(last) == 1 or last in names("companies") | names("titles")
    return own and part[part.rfind(bare) + len(bare) :].startswith(".")


def says_how_to_reach(piece: Piece) -> bool:
    """Whether a short line holds a number, an address of mail, or a site."""
    return len(piece.text) <= 160 and reaches(piece.plain)


def reaches(folded: str) -> bool:
    if "@" not in folded and "www" not in folded and "." not in folded and not _DIGITS.search(folded):
        return False
    return any(
        not match["phone"] or _is_phone(match["phone"], bool(match["label"] or match["after"]))
        for match in _labelled().finditer(folded)
    )


def is_postal(text: str) -> bool:
    """Whether a line is part of a postal address: a postcode, or a street with a number that is no year."""
    folded = plain(text)
    if len(text) > 110 or not _DIGITS.search(folded):
        return False
    street = _streets().search(folded) and _NUMBER.search(folded)
    return bool(street or _POSTCODE.search(folded))


def says_hours(text: str) -> bool:
    return bool(_CLOCK.search(plain(text))) and len(text) <= 80


@cache
def _body_words() -> tuple[frozenset[str], re.Pattern[str], tuple[str, ...]]:
    every = phrases("bodies") | phrases("jobs")
    single = frozenset(word for word in every if " " not in word)
    several = re.compile(rf"\b(?:{any_of(word for word in every if ' ' in word or '.' in word)})(?!\w)")
    endings = tuple(word for word in phrases("bodies", "de") | phrases("jobs", "de") if len(word) >= 6)
    return single, several, endings


@cache
def _bodies() -> frozenset[str]:
    return frozenset(word for word in phrases("bodies") if " " not in word)


def names_office(text: str) -> bool:
    """Whether words of organisations or of their jobs stand in it."""
    folded = plain(text)
    single, several, endings = _body_words()
    words = re.findall(r"[^\W\d_]+(?:[-.][^\W\d_]+)*", folded)
    return (
        any(word in single or word.rstrip("s") in single or word.endswith(endings) for word in words)
        or any(part in single for word in words for part in word.split("-"))
        or bool(several.search(folded))
    )


def names_body(text: str) -> bool:
    """Whether it is called as organisations are: an office, a ministry, a company."""
    words = re.findall(r"[^\W\d_]+", plain(text))
    endings = _body_words()[2]
    return any(word in _bodies() or word.rstrip("s") in _bodies() or word.endswith(endings) for word in words)


def is_person(text: str) -> bool:
    """Whether it can be the name of a person: two to six words with capitals, and none that offices have."""
    words = [word for word in re.split(r"\s+", _PRONOUNS.sub("", text).strip(" ,.:")) if word]
    if not 2 <= len(words) <= 6 or any(letter.isdecimal() for letter in text) or len(text) > 50:
        return False
    if not all(re.fullmatch(r"[^\W\d_][\w.'’-]*,?", word) for word in words):
        return False
    named = [word for word in words if plain(word).strip(".,") not in names("particles") | names("titles")]
    if not named or not all(re.sub("^[dlo][’']", "", word)[:1].isupper() for word in named):
        return False
    return not names_office(text)
