"""Checks of the languages of a release against each other, and against those that its readers read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mailer.checks.draft import Draft
from mailer.checks.reading import Manuscript, days_in, hours_in
from mailer.model import Finding, Where
from mailer.release import read_newsroom
from mailer.render.localisation import locale_of

SPELT_OUT = 12
"""Figures up to here are words in one language and numerals in another: “eight”, 8, “ocho”."""

SHORTENED = 0.8
"""Of the original's length. Translations from English are longer, if anything; of Chinese ones this says nothing."""

_POINT = {"en": ".", "zh": ".", "ja": ".", "ko": ".", "he": "."}
"""The decimal sign of a language; elsewhere a comma. Not all countries keep to it: in Mexico it is a point."""

_FIGURE = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,3})?(?![\w])"
    r"|(?<![\w.,])\d+(?:[.,]\d+)?(?:(?!\w)|(?=(?:st|nd|rd|th|er|º|ª)\b))"
)
_SCALE = re.compile(
    r"[\s\u00a0-]?(?P<word>mil millones|mil milhões|thousand|million(?:s|en)?|billions?|milli?on(?:es|en)?|milhões"
    r"|milhão|millón|milliards?|milliarden?|bilhões|bilhão|bill[oó]n(?:es)?|mrd\.?|mio\.?|tausend|mille|mil|bn|m)\b",
    re.IGNORECASE,
)
_THOUSAND, _MILLION, _MILLIARD = 10**3, 10**6, 10**9


def no_edition(draft: Draft) -> Iterator[Finding]:
    """no-edition: readers of a language in which the office writes, and in which this release is not written."""
    written = {manuscript.language for manuscript in draft.manuscripts}
    edition = draft.release.original
    house = {
        path.name.removeprefix("newsroom.").removesuffix(".md")
        for path in draft.workspace.root.glob("newsroom.*.md")
    } | {read_newsroom(draft.workspace).language}
    house = {language.split("-")[0].lower() for language in house} - written
    readers = (
        Counter(
            language
            for person in draft.audience.recipients
            if person.languages
            and (language := person.languages[0].replace("_", "-").split("-")[0].lower()) in house
            and not any(each.replace("_", "-").split("-")[0].lower() in written for each in person.languages)
        )
        if house
        else Counter[str]()
    )
    for language, number in readers.most_common():
        spoken = locale_of(language).get_display_name("en")
        own = locale_of(edition.language).get_display_name("en")
        yield Finding(
            "no-edition",
            "notice",
            f"{number:,} {'recipient reads' if number == 1 else 'recipients read'} {spoken}, and will get it in {own}.",
            f"Write {draft.release.name}.{language}.md, or leave it so.",
            edition.where(),
        )


def translated(draft: Draft) -> Iterator[Finding]:
    """translation-figures, translation-links, translation-buttons, translation-notes: what one language has and the
    other has not. A translation that is much shorter was shortened: it may lack anything, and add nothing."""
    original, *others = draft.manuscripts
    for manuscript in others:
        shortened = _length(manuscript) < SHORTENED * _length(original)
        yield from _figures(original, manuscript, shortened)
        yield from _linked(original, manuscript, shortened)
        ours, theirs = len(original.edition.notes), len(manuscript.edition.notes)
        if _differ(ours, theirs, shortened):
            yield Finding(
                "translation-notes",
                "warning",
                _numbers("note", ours, theirs, original, manuscript),
                "Add those that are missing, or leave them out in both.",
                manuscript.edition.where(),
            )


def _length(manuscript: Manuscript) -> int:
    return sum(len(passage.text) for passage in manuscript.prose)


def _linked(original: Manuscript, manuscript: Manuscript, shortened: bool) -> Iterator[Finding]:
    """How many there are, not where they lead: each language may have its own page."""
    where = manuscript.edition.where()
    ours, theirs = (sum(link.button for link in each.links) for each in (original, manuscript))
    if _differ(ours, theirs, shortened):
        message = _numbers("button", ours, theirs, original, manuscript)
        yield Finding("translation-buttons", "warning", message, "See whether one was forgotten.", where)
    these, those = ({link.url for link in each.links if not link.button} for each in (original, manuscript))
    if _differ(len(these), len(those), shortened):
        few, many = sorted((these, those), key=len)
        message = _numbers("link", len(these), len(those), original, manuscript)
        hint = f"Only one has {min(many - few)[:70]}"
        yield Finding("translation-links", "warning", message, hint, where)


def _differ(ours: int, theirs: int, shortened: bool) -> bool:
    return theirs > ours or (theirs < ours and not shortened)


def _numbers(noun: str, ours: int, theirs: int, original: Manuscript, manuscript: Manuscript) -> str:
    return f"{ours} {noun}{'' if ours == 1 else 's'} in {_name(original)}, {theirs} in {_name(manuscript)}."


def _figures(original: Manuscript, manuscript: Manuscript, shortened: bool) -> Iterator[Finding]:
    ours, theirs = _figures_of(original), _figures_of(manuscript)
    known, said = {v for each in theirs for v in each.values}, {v for each in ours for v in each.values}
    lost = [each.text for each in ours if not each.values & known and not shortened]
    new = [(each.text, each.where) for each in theirs if not each.values & said]
    if not lost and not new:
        return
    parts = [f"{_list(lost)} only in {_name(original)}"] if lost else []
    parts += [f"{_list([text for text, _ in new])} only in {_name(manuscript)}"] if new else []
    where = new[0][1] if new else manuscript.edition.where()
    yield Finding(
        "translation-figures", "warning", f"Figures differ: {', '.join(parts)}.", "See which is right.", where
    )


def _list(texts: list[str]) -> str:
    return " · ".join(islice(texts, 4)) + (" …" if len(texts) > 4 else "")


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure as written, and what it may mean: 1.234 is one thing in Spain and another in Mexico."""

    text: str
    values: frozenset[float]
    where: Where


def _figures_of(manuscript: Manuscript) -> list[_Figure]:
    """The figures of the text that a translation must have as well: no days, hours, notes, numbers of telephones, nor
    what is spelt out in one language and not in the other."""
    found: dict[frozenset[float], _Figure] = {}
    for passage in manuscript.prose:
        if passage.kind in ("footnote", "attribution"):
            continue
        text = _without_dates(passage.text)
        for match in _FIGURE.finditer(text):
            scale = _SCALE.match(text, match.end())
            word = scale["word"] if scale else ""
            factor = _factor(word, manuscript.language)
            values = frozenset(round(value * factor, 6) for value in _readings(match[0], manuscript.language))
            if all(value > SPELT_OUT or value != int(value) for value in values):
                said = f"{match[0]} {word}".strip()
                found.setdefault(values, _Figure(said, values, passage.at(match.start())))
    return list(found.values())


def _without_dates(text: str) -> str:
    """A text in which days, hours, decades, centuries and numbers of telephones are blanks."""
    spans = [(day.start, day.end) for day in days_in(text)] + [
        (hour.start, hour.end) for hour in hours_in(text)
    ]
    spans += [match.span() for match in _PHONE.finditer(text) if _is_phone(match[0])]
    spans += [match.span() for match in _TIMES.finditer(text)]
    for start, end in spans:
        ahead = _RANGE_AHEAD.search(text[max(0, start - 14) : start])
        behind = _RANGE_BEHIND.match(text, end)
        start -= len(ahead[0]) if ahead else 0
        end = behind.end() if behind else end
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


_PHONE = re.compile(r"\+?\d[\d\s().-]{8,30}\d")
_TIMES = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}(?:st|nd|rd|th)[ -]centur\w+"
    r"|\b(?:19|20)?\d0s\b|\baños \d{2,4}\b|\bannées \d{2,4}\b|\b\d{2,4}er[- ]Jahre|\b(?:[01]?\d|2[0-3])\s?h\b\.?"
    r"|\blas (?:[01]?\d|2[0-3])(?: horas)?\b",
    re.IGNORECASE,
)
_RANGE_AHEAD = re.compile(r"\d{1,2}\.?\s?(?:[–-]|\b(?:y|al|a|au|et|bis|und|and|to|e)\b)\s?(?:el\s)?$")
_RANGE_BEHIND = re.compile(r"\s?(?:[–-]|\b(?:and|to)\b)\s?\d{1,2}\b(?![.:]?\d)(?:,?\s(?:19|20)\d\d\b)?")
"""The other day of two that have one month: December 14–16, 14 al 16 de diciembre."""


def _is_phone(text: str) -> bool:
    return text.startswith("+") or (len(re.sub(r"\D", "", text)) >= 9 and text.startswith("0"))


def _readings(text: str, language: str) -> set[float]:
    """1,234.5 and 1.234,5 are told by their last sign; of 1.234 and 1,234 the one that parts thousands in this language
    comes without doubt, and of the other both are possible."""
    groups = re.split(r"[.,'’\u00a0\u202f ]", text)
    signs = re.findall(r"[.,'’\u00a0\u202f ]", text)
    whole, broken = float("".join(groups)), float(f"{''.join(groups[:-1])}.{groups[-1]}") if signs else 0
    if not signs:
        return {whole}
    if len(set(signs)) > 1:
        return {broken if signs[-1] in ".," else whole}
    if len(groups[-1]) != 3:
        return {broken}
    if len(signs) > 1 or signs[0] not in ".,":
        return {whole}
    return {whole} if signs[0] != _POINT.get(language, ",") else {whole, broken}


def _factor(word: str, language: str) -> float:
    word = word.casefold()
    if not word or word == "m":
        return _MILLION if word else 1
    if word in ("mil", "thousand", "mille", "tausend"):
        return _THOUSAND
    if word.startswith(("mil mil", "milliard", "mrd", "bilh", "bn")):
        return _MILLIARD
    if word.startswith("bill"):
        return _MILLIARD if language == "en" else 10**12
    return _MILLION


def _name(manuscript: Manuscript) -> str:
    return str(locale_of(manuscript.edition.language).get_display_name("en"))
