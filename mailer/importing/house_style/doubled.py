"""What the body says again of the header; a telephone number that became a bullet, a sentence in two parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from itertools import islice, pairwise

from mailer.errors import ValueFault
from mailer.importing.accounted import words_of
from mailer.importing.house_style.page import Page
from mailer.importing.structure.head.dateline import dateline_of
from mailer.importing.structure.head.days import Day
from mailer.importing.structure.head.signs import read_signs
from mailer.importing.structure.office import Office
from mailer.importing.words import kinds, phrases, plain
from mailer.model import Kind
from mailer.release.values import parse_date

OPENING = "lines that the header has"
DATELINE = "dateline that the header has"
CONTACTS = "contact block that the header has"
BULLETS = "telephone numbers that were bullets"

DATELINE_WITH_MORE = "A dateline stands here as well, with more in it: the mail prints the header's."

_LONGEST_HEAD = 240
_NUMBER_AS_BULLET = re.compile(r"(?P<before>[\s>]*)\+(?=\s+\(?\d[\d\s()./-]{5,}$)")
_PROSE = re.compile(r"[^\W_]|[“‘«„*_(]")
_LABELS = ("contact", "phone", "mobile", "email", "hours", "languages", "fax")


def without_what_is_said_twice(page: Page) -> None:
    """What the header has: its lines at the top, the dateline, the contact block. And numbers as bullets."""
    for rule in SAID_TWICE:
        rule(page)


def _numbers(page: Page) -> None:
    for index in range(page.body, len(page.lines)):
        match = _NUMBER_AS_BULLET.match(page.lines[index])
        if match:
            page.lines[index] = f"{match['before']}\\+{page.lines[index][match.end() :]}"
            page.changed(BULLETS, at=index)


def tell_of_broken_sentences(page: Page) -> None:
    """A paragraph that ends within a sentence, before one that goes on with a small letter: a page's end may have
    parted them. Nothing is joined: it may be a list, or verse."""
    paragraphs = [lines for lines in page.paragraphs() if _PROSE.match(page.lines[lines.start])]
    for lines, below in pairwise(paragraphs):
        end, start = page.lines[lines.stop - 1].rstrip(), page.lines[below.start]
        if (
            below.start == lines.stop + 1
            and re.search(r"[^\W\d_],?$", end)
            and start[:1].islower()
            and len(end) > 60
        ):
            page.doubt(
                below.start,
                "The sentence above seems to go on here: take out the blank line, if a page parted them.",
            )


def _opening(page: Page) -> None:
    """`Press release`, the day, the headline: as they stand at the top of what was copied, one a paragraph."""
    headline = plain(page.header.text("headline"))
    while (lines := next(_head(page), None)) is not None:
        text = _bare(page.lines[lines.start])
        if not _is_said_above(page, text):
            if headline and plain(text).startswith(headline):
                page.doubt(
                    lines.start, "The headline seems to be here once more: the mail prints the header's."
                )
            return
        page.changed(OPENING, at=lines.start)
        page.remove(lines)


def _head(page: Page) -> Iterator[range]:
    """The paragraphs at the top that are a line of a head each, before the text begins."""
    for lines in page.paragraphs():
        text = _bare(page.lines[lines.start])
        if len(lines) > 1 or len(text) > _LONGEST_HEAD or re.search(r"[.!?…][”’»\"')]*$", text):
            return
        yield lines


def _bare(line: str) -> str:
    return line.strip(" \t\u00a0#*_")


def _is_said_above(page: Page, text: str) -> bool:
    """Whether a line says the kind, the day, the headline or the subhead, as the header has them, and no more."""
    words = list(words_of(text))
    if words and words in [list(words_of(page.header.text(name))) for name in ("headline", "subhead")]:
        return True
    signs = read_signs(text, _office(page))
    if signs.rest >= 0 or signs.embargo or signs.number or not (signs.kind or signs.day):
        return False
    kind = kinds().get(plain(page.header.text("kind") or Kind.PRESS_RELEASE.value))
    return signs.kind in (None, kind) and (signs.day is None or _is_its_date(page, signs.day))


def _is_its_date(page: Page, day: Day) -> bool:
    with suppress(ValueFault):
        return not day.doubt and day.whole and day.value == parse_date(page.header.text("date"))
    return False


def _office(page: Page) -> Office:
    return Office(
        language=page.house.language, dash=page.house.dash, today=datetime.now().astimezone().date()
    )


def _dateline(page: Page) -> None:
    place = page.header.text("dateline")
    heads = [lines.start for lines in _head(page)]
    text = (
        lines.start
        for lines in page.paragraphs()
        if lines.start not in heads and page.lines[lines.start].lstrip()[:1] not in "#>|!"
    )
    for index in [*heads, *islice(text, 1)] if place else []:
        while _took_dateline(page, index, place):  # it may be there a third time
            pass


def _took_dateline(page: Page, index: int, place: str) -> bool:
    """Whether a line began with the header's dateline, and does no longer."""
    line = page.lines[index]
    spelled = r"\s+".join(map(re.escape, place.split()))
    dateline = re.compile(rf"(?P<bold>\*\*|)\s*{spelled}\s*(?:[—–―]|--?)\s*(?P=bold)\s*(?=\S)", re.IGNORECASE)
    outside = re.compile(rf"(?P<bold>\*\*){spelled}(?P=bold)\s*(?:[—–―]|--?)\s*(?=\S)", re.IGNORECASE)
    end = match.end() if (match := dateline.match(line) or outside.match(line)) else 0
    if not end and (found := dateline_of(line, _office(page))) and plain(found.place) == plain(place):
        if found.tag or not found.day or not _is_its_date(page, found.day):
            page.doubt(index, DATELINE_WITH_MORE)
            return False
        end = found.end
    if end:
        page.lines[index] = line[end:].lstrip()
        page.changed(DATELINE, at=index)
    return bool(end)


def _contacts(page: Page) -> None:
    """A block that begins with “Contact” and says nothing that the header's contacts do not."""
    people = _people(page)
    if not people:
        return
    reachable = ["".join(words_of(text)) for name, text in people if name in ("phone", "mobile", "email")]
    known = {word for _, text in people for word in words_of(text)}
    own = set(known)
    known |= {word for label in _LABELS for phrase in phrases(label) for word in words_of(phrase)}
    paragraphs = list(page.paragraphs())
    for number, lines in enumerate(paragraphs):
        if not _is_label(page.lines[lines.start]):
            continue
        last = number
        while (
            last + 1 < len(paragraphs)
            and own & (words := _words(page, paragraphs[last + 1]))
            and words <= known
        ):
            last += 1
        block = range(lines.start, paragraphs[last].stop)
        said = "".join(words_of("\n".join(page.lines[block.start : block.stop])))
        if _words(page, block) <= known and any(each and each in said for each in reachable):
            page.changed(CONTACTS, at=block.start)
            page.remove(block)
        else:
            page.doubt(
                lines.start,
                "This contact block says something that the header's contacts do not: move it there.",
            )
        return


def _people(page: Page) -> list[tuple[str, str]]:
    """Every field of the contacts that the mail prints: those of the header, else of the newsroom."""
    own = [
        (name, part.text)
        for record in page.header.records.get("contacts", ())
        for name, part in record.fields.items()
    ]
    return own or [
        (field.name, text)
        for contact in page.house.contacts
        for field in fields(contact)
        if (text := str(getattr(contact, field.name)))
    ]


def _is_label(line: str) -> bool:
    label = re.split(r"[:：]", plain(line.strip(" #*_")), maxsplit=1)
    return label[0].strip(" *_") in phrases("contact") and (len(label) == 2 or len(words_of(line)) <= 3)


def _words(page: Page, lines: range) -> set[str]:
    return {word for index in lines for word in words_of(page.lines[index])}


SAID_TWICE = (_opening, _dateline, _contacts, _numbers)
"""Each by itself, for who wants to know where something stands before any of them has changed the page."""
