"""What the body says again of the header; a telephone number that became a bullet, a sentence in two parts."""

from __future__ import annotations

import re
from itertools import pairwise

from mailer.importing.accounted import words_of
from mailer.importing.house_style.page import Page
from mailer.importing.words import phrases, plain

_NUMBER_AS_BULLET = re.compile(r"(?P<before>[\s>]*)\+(?=\s+\(?\d[\d\s()./-]{5,}$)")
_PROSE = re.compile(r"[^\W_]|[“‘«„*_(]")
_LABELS = ("contact", "phone", "mobile", "email", "hours", "languages", "fax")


def without_what_is_said_twice(page: Page) -> None:
    """A dateline that the header has, a contact block of the header's contacts, and numbers as bullets."""
    _dateline(page)
    _contacts(page)
    for index in range(page.body, len(page.lines)):
        match = _NUMBER_AS_BULLET.match(page.lines[index])
        if match:
            page.lines[index] = f"{match['before']}\\+{page.lines[index][match.end() :]}"
            page.changed("telephone numbers that were bullets")


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


def _dateline(page: Page) -> None:
    place = page.header.text("dateline")
    first = next(
        (lines.start for lines in page.paragraphs() if page.lines[lines.start].lstrip()[:1] not in "#>|!"),
        None,
    )
    if not place or first is None:
        return
    spelled = r"\s+".join(map(re.escape, place.split()))
    dateline = re.compile(rf"(?P<bold>\*\*|)\s*{spelled}\s*(?:[—–―]|--?)\s*(?P=bold)\s*(?=\S)", re.IGNORECASE)
    outside = re.compile(rf"(?P<bold>\*\*){spelled}(?P=bold)\s*(?:[—–―]|--?)\s*(?=\S)", re.IGNORECASE)
    match = dateline.match(page.lines[first]) or outside.match(page.lines[first])
    if match:
        page.lines[first] = page.lines[first][match.end() :]
        page.changed("dateline that the header has")
        _dateline(page)  # it may be there a third time


def _contacts(page: Page) -> None:
    """A block that begins with “Contact” and says nothing that the header's contacts do not."""
    people = [
        part.text for record in page.header.records.get("contacts", ()) for part in record.fields.values()
    ]
    if not people:
        return
    reachable = [
        "".join(words_of(part.text))
        for record in page.header.records["contacts"]
        for name, part in record.fields.items()
        if name in ("phone", "mobile", "email")
    ]
    known = {word for text in people for word in words_of(text)}
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
            page.remove(block)
            page.changed("contact block that the header has")
        else:
            page.doubt(
                lines.start,
                "This contact block says something that the header's contacts do not: move it there.",
            )
        return


def _is_label(line: str) -> bool:
    label = re.split(r"[:：]", plain(line.strip(" #*_")), maxsplit=1)
    return label[0].strip(" *_") in phrases("contact") and (len(label) == 2 or len(words_of(line)) <= 3)


def _words(page: Page, lines: range) -> set[str]:
    return {word for index in lines for word in words_of(page.lines[index])}
