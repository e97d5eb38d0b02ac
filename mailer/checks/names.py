"""Checks of who is named: a name spelt two ways, the organisation that nobody names, contacts who can't be called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, pairwise

from mailer.checks.draft import Draft
from mailer.checks.reading import HIDDEN, Manuscript, Passage, Word
from mailer.checks.reading.words import words
from mailer.model import Contact, Finding
from mailer.render.phones import tel

_LEDE_IS_LONG = 12
"""Words. A shorter beginning is no lede that could be judged."""

MOST_NUMBERS = 50
"""Telephone numbers of a text that are looked at: each takes a while, and a list of more is no release."""

_CALL = re.compile(
    r"\b(?:(?:tel|phone|telephone|call|llame al|telefon|téléphone|telefone|teléfono|tfno)\b\.?\s?:?"
    r"|(?:mobile|cell|móvil)\s?:)"
    r"\s?(?:us )?(?:on |at |al )?(?P<number>\+?\(?\d[\d ()./\u00a0-]{3,24}\d)(?![\d%])",
    re.IGNORECASE,
)
_FEWEST = 7
"""Digits. Shorter numbers are those of services, which no plan of numbers tells: 116 123."""

_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[ .\u00a0]\d{3})+")


# ---- a name spelt two ways ------------------------------------------------------------------------------------


def name_spelling(draft: Draft) -> Iterator[Finding]:
    """name-spelling: somebody who is known (a contact, who is quoted) is spelt in another way elsewhere."""
    for manuscript in draft.manuscripts:
        known = _known(manuscript)
        right_ones = {part for name in known for part in (name, *name.split())}
        told: set[tuple[str, str]] = set()
        for passage in manuscript.passages:
            for found, offset in _names_in(passage):
                # A surname that is somebody's is right; of two full names that are known, either may be wrong.
                for right in known if found in known or found not in right_ones else ():
                    if (
                        _is_misspelt(found, right)
                        and (found, right) not in told
                        and (right, found) not in told
                    ):
                        told.add((found, right))
                        yield Finding(
                            "name-spelling",
                            "warning",
                            f"“{found}” here, “{right}” elsewhere.",
                            "Spell the name in one way.",
                            passage.at(offset),
                        )


def _known(manuscript: Manuscript) -> list[str]:
    """Full names of people: contacts, spokespeople, who is quoted, and whoever is said to have said something."""
    edition = manuscript.edition
    found = [contact.name for contact in (*edition.contacts, *edition.spokespeople)]
    for passage in manuscript.prose:
        if passage.kind == "attribution":
            found.append(re.split(r"[,\n(]", passage.text)[0].strip())
        else:
            found += [" ".join(w.text for w in run) for run in _speaking(passage)]
    return list(dict.fromkeys(" ".join(name.split()) for name in found if len(name.split()) >= 2))


def _speaking(passage: Passage) -> Iterator[list[Word]]:
    for index, run in _runs(passage):
        before = passage.words[index - 1].small if index else ""
        last = index + len(run)
        after = passage.words[last].small if last < len(passage.words) else ""
        if len(run) >= 2 and (before in words("speech") or after in words("speech")):
            yield run


def _runs(passage: Passage) -> Iterator[tuple[int, list[Word]]]:
    """Words with a capital that stand side by side, with the number of the first of them."""
    run: list[Word] = []
    for number, word in enumerate(passage.words):
        between = passage.text[run[-1].end : word.start] if run else ""
        joined = between in (" ", "\n", "\u00a0") or (between == ". " and len(run[-1].text) == 1)
        capital = word.text[0].isupper() and not word.text.isupper()
        if run and not (capital and joined):
            yield number - len(run), run
            run = []
        if capital:
            run.append(word)
    if run:
        yield len(passage.words) - len(run), run


def _names_in(passage: Passage) -> Iterator[tuple[str, int]]:
    """First names with surnames, and surnames alone where somebody speaks."""
    said = passage.words
    for first, second in pairwise(said):
        if (
            passage.text[first.end : second.start] in (" ", "\n")
            and first.text[0].isupper()
            and second.text[0].isupper()
        ):
            yield f"{_bare(first.text)} {_bare(second.text)}", first.start
    for index, word in enumerate(said):
        beside = (
            said[index - 1].small if index else "",
            said[index + 1].small if index + 1 < len(said) else "",
        )
        if word.text[0].isupper() and words("speech") & set(beside):
            yield _bare(word.text), word.start


def _bare(word: str) -> str:
    """Without the mark of the genitive."""
    return re.sub(r"['’]s$|['’]$", "", word)


def _is_misspelt(found: str, right: str) -> bool:
    """Whether a name is another spelling of one that is known: one letter, or an accent, of one of its parts."""
    given, *family = right.split()
    surname = next(
        (part for part in family if part.casefold() not in words("particles") and len(part) > 2), family[-1]
    )
    first, _, last = found.partition(" ")
    if not last:
        return first not in (given, *family) and len(first) >= 4 and _near(first, surname)
    if (first, last) == (given, surname) or last in family:
        return (
            last == surname
            and first != given
            and _near(first, given)
            and not _is_another_person(first, given)
        )
    return first == given and len(last) >= 4 and _near(last, surname)


def _is_another_person(one: str, other: str) -> bool:
    """Sisters and brothers: Maria and Mario, Eric and Erica; and short names that are names of their own."""
    return len(min(one, other, key=len)) < 4 or one[:-1] == other[:-1] or one in other or other in one


def _near(one: str, other: str) -> bool:
    """One letter more, less or other, or two that changed places; not a plural, and not twice the same."""
    if one == other or one.rstrip("s") == other.rstrip("s") or one[:1].casefold() != other[:1].casefold():
        return False
    plain_one, plain_other = _plain(one), _plain(other)
    if plain_one == plain_other:
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 4:
        return False
    start = next((i for i, (a, b) in enumerate(zip(plain_one, plain_other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = plain_one[start:], plain_other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


# ---- who speaks, and whom to call -----------------------------------------------------------------------------


def no_organisation(draft: Draft) -> Iterator[Finding]:
    """no-organisation: neither headline, subhead nor first paragraph says whose news it is."""
    offices = {edition.newsroom.name: None for edition in draft.release.editions}
    for manuscript in draft.manuscripts:
        lede = manuscript.lede
        if lede is None or len(lede.words) < _LEDE_IS_LONG:
            continue
        head = " ".join((manuscript.edition.headline, manuscript.edition.subhead, lede.text))
        if not any(_names(name, head) for office in offices for name in _called(office)):
            yield Finding(
                "no-organisation",
                "notice",
                f"Neither headline nor first paragraph names {manuscript.edition.newsroom.name}.",
                "Say whose news it is: the rest may not be read.",
                lede.where,
            )


def _called(name: str) -> Iterator[str]:
    """What an office is called: its name, its initials, and the name without “The” and “Foundation”."""
    yield name
    parts = re.findall(r"[^\W_]+", name)
    initials = "".join(part[0] for part in parts if part[0].isupper())
    yield from [initials] if len(initials) > 1 else []
    yield from (part for part in parts if len(part) > 1 and part.isupper())
    while parts and _plain(parts[0]) in words("forms"):
        parts = parts[1:]
    while parts and _plain(parts[-1]) in words("forms"):
        parts = parts[:-1]
    if parts and parts != re.findall(r"[^\W_]+", name):
        yield " ".join(parts)


def _names(name: str, text: str) -> bool:
    called = r"\W+".join(map(re.escape, re.findall(r"\w+", _plain(name))))
    return bool(called) and bool(re.search(rf"\b{called}\b", _plain(text)))


def contacts(draft: Draft) -> Iterator[Finding]:
    """contact-incomplete: a contact without a name or any way to be reached; nobody who can be called."""
    for edition in draft.release.editions:
        if "contacts" not in edition.lines and edition is not draft.release.original:
            continue
        if len(edition.contacts) > 1:
            for contact in edition.contacts:
                if not (contact.email or contact.phone or contact.mobile):
                    yield Finding(
                        "contact-incomplete",
                        "warning",
                        f"{contact.name or contact.role} can't be reached.",
                        "Give a phone number or an email address, or take the contact out.",
                        edition.where("contacts"),
                    )
        reachable = [c for c in edition.contacts if c.email or c.phone or c.mobile]
        if reachable and (missing := _missing(reachable)):
            yield Finding(
                "contact-incomplete",
                "notice",
                f"No contact has {missing}.",
                "A reporter near a deadline calls; one in another time zone writes.",
                edition.where("contacts"),
            )


def _missing(contacts: list[Contact]) -> str:
    if not any(c.phone or c.mobile for c in contacts):
        return "a phone number"
    if not any(c.email for c in contacts):
        return "an email address"
    return "" if any(c.name or c.role for c in contacts) else "a name"


def phone_in_text(draft: Draft) -> Iterator[Finding]:
    """phone-number: one in the text, behind “phone” or “call”, that is too short or too long to be called."""
    for manuscript in draft.manuscripts:
        found = (
            (passage, match)
            for passage in manuscript.passages
            for match in _CALL.finditer(passage.text.replace(HIDDEN, " "))
        )
        for passage, match in islice(found, MOST_NUMBERS):
            number = match["number"]
            if len(re.sub(r"\D", "", number)) < _FEWEST or _AMOUNT.fullmatch(number):
                continue
            if not tel(number, manuscript.edition.newsroom.region):
                yield Finding(
                    "phone-number",
                    "warning",
                    f"“{number}” can't be called: it is too short, too long, or of another country.",
                    "Write it with its country code: +44 20 7946 0142.",
                    passage.at(match.start("number")),
                )
