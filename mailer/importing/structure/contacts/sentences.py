"""Contacts that stand in a sentence: `For more information, contact Jane Doe at 202-555-0143 or jane@example.org.`"""

from __future__ import annotations

import re
from functools import cache

from mailer.importing.structure.contacts.lines import Reach, is_person, reaches, taken_apart
from mailer.importing.structure.contacts.people import People
from mailer.importing.structure.sheet import Piece
from mailer.importing.words import any_of, names, phrases, plain

_LONGEST = 330
_IN_NAMES = frozenset(("de", "der", "die", "e", "y", "a", "al", "au"))


@cache
def _opening() -> re.Pattern[str]:
    words, verbs = any_of(phrases("contact")), any_of(phrases("asks_to_contact"))
    return re.compile(
        rf"(?P<before>^[\s*•\-–—(]*|[.!?]\s+)(?:(?:{words}|for|to|para|pour|fur|um|bei|if you|wenn sie|si|se)\b"
        rf"[^.:@\d]{{0,80}}?\b(?:{verbs})"
        rf"|(?:please\s+)?(?:{verbs})(?=\s+[^\s:])|(?:{words})(?=[,\s]))"
    )


@cache
def _links() -> re.Pattern[str]:
    """The words between name and numbers."""
    words = any_of(names("between") - _IN_NAMES)
    return re.compile(rf"(?<![\w.@/-])(?:{words})(?![\w'’/@]|\.\w)")


def sentence_that_asks(piece: Piece) -> tuple[int, int] | None:
    """Where a sentence begins that says whom to call, and where the name does; None where there is none. It ends its
    paragraph."""
    if piece.paragraph is None or len(piece.text) > _LONGEST:
        return None
    for match in _opening().finditer(piece.plain):
        start = match.end("before")
        if reaches(piece.plain[start:]) and not reaches_only_the_web(piece.text[start:]):
            return start, match.end()
    return None


def names_nobody(text: str) -> bool:
    """Whether a sentence names no person: `For tickets, call 555 0100`."""
    parts = [part for part in taken_apart(_links().sub(" | ", text)).parts if isinstance(part, str)]
    return not any(is_person(words) for part in parts for words in part.split(","))


def reaches_only_the_web(text: str) -> bool:
    ways = {part.way for part in taken_apart(text).parts if isinstance(part, Reach)}
    return ways <= {"web"}


def read_sentence(people: People, text: str, name: int) -> None:
    """Take in a sentence. `name`: where the name begins in it."""
    done = name
    people.label(text[:done])
    parts = []
    for link in _links().finditer(plain(text), done):
        parts.append(text[done : link.start()])
        people.label(link[0])
        done = link.end()
    people.read(" | ".join((*parts, text[done:])), apart=False)
