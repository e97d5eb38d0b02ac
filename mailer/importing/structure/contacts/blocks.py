"""Where a source says whom journalists may call: at the top, at the end, or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from mailer.importing.document import Listing, Paragraph
from mailer.importing.structure.contacts.lines import (
    is_person,
    is_postal,
    names_office,
    reaches,
    says_hours,
    says_how_to_reach,
)
from mailer.importing.structure.contacts.people import People
from mailer.importing.structure.contacts.sentences import (
    names_nobody,
    reaches_only_the_web,
    read_sentence,
    sentence_that_asks,
)
from mailer.importing.structure.head.signs import is_sentence, is_sign, lead_of
from mailer.importing.structure.headings import is_section_start
from mailer.importing.structure.marks import note_mark
from mailer.importing.structure.runs import cut
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import any_of, phrases, plain
from mailer.model import Contact

_OURS = r"(?:votre|vos|notre|nos|ihre?|unsere?|su|sus|nuestro|nuestros|your|our|o seu|os seus|o nosso)\s+"
_SURELY = re.compile("conta[ck]?t|kontakt|ansprech|ruckfrage|enquir|inquir|interview")
_ASKS = re.compile(r"(?:for|to|para|pour|fur|bei|zur|zu|wegen)\s")
_SENTENCE = re.compile(r"[a-zß-ÿ]{3}[.!?]\s+[A-ZÁÉÍÓÚÄÖÜ].{25,}[.!?]$")


@cache
def _label() -> re.Pattern[str]:
    """`Media contact:`, `CONTACT – `, `For more information, please contact:`, alone or with what follows."""
    words, verbs = any_of(phrases("contact")), any_of(phrases("asks_to_contact"))
    return re.compile(
        rf"[\s*•\-–—]*(?:{_OURS})?(?P<label>(?:{words})(?:\s*[/&|]\s*(?:{words}))?(?:\s*\([^)]{{1,25}}\))?"
        rf"(?:,?\s*(?:please\s+|bitte\s+|por favor,?\s+|veuillez\s+)?(?:{verbs}))?"
        r"(?:\s+(?:only|bitte an|an|a|con|com|at|de))?)"
        r"\s*(?P<sign>[:：]|[-–—](?=\s)|$|\t)"
    )


def contact_label(piece: Piece) -> int:
    """Where what follows a contact's label begins in a line; 0 where the line begins with none."""
    if piece.paragraph is None or len(piece.text) > 300:
        return 0
    match = _label().match(piece.plain)
    if match:
        rest = piece.text[match.end() :]
        return match.end() if len(rest) < 160 or reaches(plain(rest)) else 0
    colon = piece.text.find(":")
    if 0 < colon <= 60 and len(piece.text) <= 160:
        before = re.sub(rf"^(?:{_OURS})", "", piece.plain[:colon])
        return colon + 1 if _names_contact(before, piece.plain[colon + 1 :]) else 0
    return 0


def _names_contact(label: str, rest: str) -> bool:
    """Whether a longer label is one: `Press officer on duty: …`. `Media freedom: …` is one only before a number."""
    if len(label.split()) > 8:
        return False
    asks = _ASKS.match(label) and any(label.endswith(f" {verb}") for verb in phrases("asks_to_contact"))
    begins = any(label.startswith(f"{word} ") for word in phrases("contact"))
    return bool(asks or (begins and (_SURELY.search(label) or reaches(rest))))


def take_contacts(sheet: Sheet) -> None:
    """Take contact blocks out of the pieces: those that a label opens, sentences, and what is signed at the end."""
    _unlist(sheet)
    people = People(sheet.office.region)
    taken: set[int] = set()
    lead = lead_of(sheet)
    number = 0
    while number < len(sheet.pieces):
        piece = sheet.pieces[number]
        end = number + 1
        if start := contact_label(piece):
            end = _end(sheet.pieces, number, start, in_head=number < lead)
            if end:
                _read(people, sheet.pieces[number:end], start)
                taken.update(range(number, end))
        elif (
            (asks := sentence_that_asks(piece))
            and (asks[0] == 0 or number > lead)
            and not (people.people and names_nobody(piece.text[asks[1] :]))
        ):
            read_sentence(people, piece.text[asks[0] :], asks[1] - asks[0])
            sheet.pieces[number] = piece.with_runs(cut(piece.runs, 0, asks[0]))
            taken |= set() if asks[0] else {number}
        number = max(end, number + 1)
    if not any(person.name for person in people.people):
        taken |= _unlabelled(sheet, people, lead, taken)
    _keep(sheet, people, taken)


def _unlist(sheet: Sheet) -> None:
    """Programs make a list of a contact, and a bullet of the plus before a number: its items are lines again."""
    made: list[Piece] = []
    for piece in sheet.pieces:
        lines = _short_items(piece.block) if isinstance(piece.block, Listing) else []
        called = any(contact_label(before) for before in made[-3:])
        if any(reaches(plain(line.text)) for line in lines) and (called or len(lines) == 1):
            made += [Piece(line, piece.group) for line in lines]
        else:
            made.append(piece)
    sheet.pieces = made


def _short_items(listing: Listing) -> list[Paragraph]:
    """The items of a list of lines, or nothing."""
    items = [item[0] for item in listing.items if len(item) == 1]
    lines = [item for item in items if isinstance(item, Paragraph) and len(item.text) <= 120]
    return lines if len(lines) == len(listing.items) and not listing.ordered else []


def _keep(sheet: Sheet, people: People, taken: set[int]) -> None:
    places = [place_of(sheet.pieces[number]) for number in sorted(taken)]
    sheet.pieces = [piece for number, piece in enumerate(sheet.pieces) if number not in taken]
    for contact in people.contacts():
        say_contact(sheet, contact)
    for words, why in people.left_out:
        sheet.aside(words, why, places[0] if places else "")
    for doubt in people.doubts:
        sheet.guess(doubt, "contacts")


def say_contact(sheet: Sheet, contact: Contact, place: str = "") -> bool:
    """Add a contact, unless it is there already. Returns whether it was new."""
    if contact not in sheet.contacts:
        sheet.contacts.append(contact)
        return True
    said = (contact.name, contact.role, contact.phone, contact.mobile, contact.email, contact.hours)
    sheet.aside(" ".join((*said, *contact.languages)), "the same contact, a second time", place)
    return False


def _end(pieces: Sequence[Piece], first: int, start: int, *, in_head: bool) -> int:
    """Where a block ends that a label opens; 0 where it says nothing that a contact says."""
    inline = pieces[first].text[start:]
    sure = bool(_SURELY.search(pieces[first].plain[:start]))
    named = sure and is_person(inline.split(",")[0])
    end = first + 1 if named or (reaches(plain(inline)) and (sure or not reaches_only_the_web(inline))) else 0
    silent = 0
    for number in range(first + 1, len(pieces)):
        piece = pieces[number]
        same = piece.group == pieces[number - 1].group
        if (piece.parted and end) or (
            not _fits(piece, in_head) and not (piece.paragraph and contact_label(piece))
        ):
            break
        if (says_how_to_reach(piece) and piece.paragraph is not None) or (
            same and end == number and (is_postal(piece.text) or says_hours(piece.text) or not in_head)
        ):
            end, silent = number + 1, 0
        elif not in_head and end == number and is_postal(piece.text):
            end = number + 1
        else:
            silent += 1
            if silent > 3 or (
                in_head and not same and len(piece.text.split()) > 6 and not is_person(piece.text)
            ):
                break
    if not end and not in_head and first + 1 < len(pieces) and is_person(pieces[first + 1].text):
        end = first + 2
    return end


def _fits(piece: Piece, in_head: bool) -> bool:
    """Whether a line can stand in a contact block."""
    if piece.paragraph is None or piece.paragraph.heading or is_sign(piece) or is_section_start(piece):
        return False
    mark = note_mark(piece)
    if mark and (mark[0] in ("square", "raised") or (mark[0] != "plain" and not reaches(piece.plain))):
        return False
    limit = 90 if in_head else 120
    return len(piece.text) <= limit and not _SENTENCE.search(piece.text)


def _read(people: People, pieces: Sequence[Piece], start: int) -> None:
    group = pieces[0].group
    for number, piece in enumerate(pieces):
        inner = start if number == 0 else contact_label(piece)
        if inner:
            people.label(piece.text[:inner])
        asks = sentence_that_asks(piece) if not inner else None
        if asks and asks[0] == 0:
            read_sentence(people, piece.text, asks[1])
        else:
            people.read(piece.text[inner:], apart=piece.group != group or bool(inner and number))
        group = piece.group


def _signature(sheet: Sheet, people: People, others: set[int]) -> set[int]:
    """An office or a person at the very end, each line a paragraph of its own: `Press Office`, `Phone: …`."""
    first = len(sheet.pieces)
    while first and first - 1 not in others and _signs_off(sheet.pieces[first - 1]):
        first -= 1
    lines = sheet.pieces[first:]
    while lines and not (is_person(lines[0].text) or names_office(lines[0].text)):
        lines = lines[1:]
    reached = [line for line in lines if says_how_to_reach(line) and not reaches_only_the_web(line.text)]
    if not 2 <= len(lines) <= 8 or not reached or len({line.group for line in lines}) < 2:
        return set()
    _read(people, lines, 0)
    return set(range(len(sheet.pieces) - len(lines), len(sheet.pieces)))


def _signs_off(piece: Piece) -> bool:
    if not _fits(piece, in_head=False) or len(piece.text) > 80 or is_sentence(piece):
        return False
    called = is_person(piece.text) or names_office(piece.text)
    return called or (says_how_to_reach(piece) and len(piece.text.split()) <= 6)


def _unlabelled(sheet: Sheet, people: People, lead: int, others: set[int]) -> set[int]:
    """A block of short lines with a number or an address and a name, at the end or above the text."""
    pieces = sheet.pieces
    groups: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        groups.setdefault(piece.group, []).append(number)
    taken: set[int] = _signature(sheet, people, others)
    for numbers in () if taken else groups.values():
        lines = [pieces[number] for number in numbers]
        outside = numbers[-1] < lead or not any(
            len(p.text) > 160 and p.paragraph for p in pieces[numbers[-1] + 1 :]
        )
        if (
            outside
            and numbers[0] != lead
            and not others & set(numbers)
            and all(_fits(line, numbers[-1] < lead) for line in lines)
            and any(says_how_to_reach(line) and not reaches_only_the_web(line.text) for line in lines)
            and any(is_person(re.split(r"[,|(–\t]| - ", line.text)[0]) for line in lines)
        ):
            _read(people, lines, 0)
            taken.update(numbers)
    if taken:
        sheet.guess("No line said “Contact”: see whether these are the people to call.", "contacts")
    return taken
