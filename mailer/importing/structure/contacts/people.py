"""The lines of a contact block become contacts, each with a name, a role and ways to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from mailer.importing.structure.contacts.lines import (
    Reach,
    is_person,
    is_postal,
    names_office,
    says_hours,
    taken_apart,
)
from mailer.importing.words import any_of, names, phrases, plain
from mailer.model import Contact

_NO_FIELD = "a contact has no field for it: add it to the text where readers need it"
_LABELS = "labels of contacts: the mail prints its own"


@dataclass(slots=True)
class _Person:
    name: str = ""
    role: list[str] = field(default_factory=list)
    phone: str = ""
    mobile: str = ""
    email: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()

    @property
    def reachable(self) -> bool:
        return bool(self.phone or self.mobile or self.email)

    @property
    def contact(self) -> Contact:
        return Contact(
            self.name, ", ".join(self.role), self.phone, self.mobile, self.email, self.languages, self.hours
        )


@dataclass(slots=True)
class People:
    """Contacts as they are read, line by line.

    Attributes:
        labels: words that only name what follows.
        left_out: (words, why) that have no place in a contact.
        doubts: sentences for staff.
    """

    region: str = ""
    people: list[_Person] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def read(self, text: str, *, apart: bool) -> None:
        """Take in a line. `apart`: a blank line stands before it."""
        begins = True
        for part in taken_apart(self._named_field(text)).parts:
            if isinstance(part, Reach):
                self._reach(part)
            else:
                if link := _trailing().search(plain(part)):
                    self.label(part[link.start() :])
                    part = part[: link.start()]
                for words in _phrases(part, named=bool(self._current().name)):
                    self._words(words, apart, begins)
                    begins = False
            apart = begins = False

    def label(self, text: str) -> None:
        if any(letter.isalnum() for letter in text):
            self.labels.append(text.strip(" :–—-.,*"))

    def contacts(self) -> Iterator[Contact]:
        for person in self.people:
            if person.reachable or is_person(person.name):
                yield person.contact
            else:
                words = ", ".join(filter(None, (person.name, *person.role, person.hours)))
                self.left_out.append((words, _NO_FIELD))
        if self.labels:
            self.left_out.append((" · ".join(self.labels), _LABELS))

    def _named_field(self, text: str) -> str:
        """`Hours: …`, `Name: …`: the label goes, and what it names is kept."""
        match = _field_labels().match(plain(text))
        if not match:
            return text
        self.label(text[: match.end()])
        rest = text[match.end() :].strip()
        which = " ".join(match["label"].split())
        if which in phrases("languages") and rest:
            person = self._current()
            person.languages = tuple(word for word in re.split(r"\s*[,;/]\s*", rest) if word)
            return ""
        if which in phrases("hours") and rest and not self._current().hours:
            self._current().hours = rest
            return ""
        return rest

    def _current(self) -> _Person:
        if not self.people:
            self.people.append(_Person())
        return self.people[-1]

    def _reach(self, reach: Reach) -> None:
        self.label(reach.label)
        if reach.way in ("web", "fax"):
            self.left_out.append((reach.value, _NO_FIELD))
            return
        person = self._current()
        way = reach.way
        if (
            getattr(person, way)
            and way == "phone"
            and not person.mobile
            and _is_mobile(reach.value, self.region)
        ):
            way = "mobile"
        if getattr(person, way):
            self.left_out.append((reach.value, f"a contact has one {way.replace('email', 'address')}"))
            self.doubts.append(f"A contact had more than one way of this kind: {reach.value} was left out.")
            return
        setattr(person, way, reach.value)

    def _words(self, words: str, apart: bool, begins: bool) -> None:
        person = self._current()
        if plain(words) in _mere_labels():
            self.label(words)
        elif says_hours(words) and person.name and not person.hours:
            person.hours = words
        elif is_postal(words) and not is_person(words):
            self.left_out.append((words, "a postal address: newsroom.md has the office's"))
        elif is_person(words):
            self._person(words, begins)
        elif not person.name and not person.reachable:
            person.name = words
        elif person.reachable and apart and (person.role or not person.name):
            self.people.append(_Person(words))
        elif not person.name:
            person.name = words
        elif len(person.role) < 3:
            person.role.append(words)
        else:
            self.left_out.append((words, _NO_FIELD))

    def _person(self, words: str, begins: bool) -> None:
        """A person's name, or that of a town: within a line it tells where the one before it works."""
        person = self._current()
        if person.reachable and person.name and (is_person(person.name) or (person.phone and person.email)):
            self.people.append(_Person(words))
        elif not person.name:
            person.name = words
        elif not is_person(person.name):  # the office came first
            person.role.insert(0, person.name)
            person.name = words
        elif not person.reachable and begins:
            self.people.append(_Person(words))
        else:
            person.role.append(words)


def _phrases(part: str, *, named: bool) -> Iterable[str]:
    """`Jane Doe, Press Officer, Harbour Trust`: the name, and the rest. `named`: a name is known already, so that
    `Lantern House, 12 Quay Street` is no other."""
    bracket = re.fullmatch(r"([^()]+?)\s*\(([^()]+)\)", part)
    if bracket and is_person(bracket[1]) and not is_person(part):
        return [bracket[1], bracket[2]]
    first, comma, rest = part.partition(",")
    if plain(rest).partition(",")[0].strip(" .") in names("companies"):
        return [part]
    if comma and named and is_postal(rest):
        return [part]
    if comma and is_person(first) and rest.strip():
        return [first.strip(), rest.strip()]
    if comma and names_office(first) and is_person(rest):
        return [first.strip(), rest.strip()]
    return [part]


@cache
def _mere_labels() -> frozenset[str]:
    labels = ("contact", "phone", "mobile", "fax", "email", "web", "asks_to_contact")
    return frozenset().union(*map(phrases, labels), names("between"))


@cache
def _trailing() -> re.Pattern[str]:
    """`Jane Doe at`, before her number."""
    return re.compile(rf"(?:\s+(?:{any_of(names('between'))}))+$")


@cache
def _field_labels() -> re.Pattern[str]:
    labels = any_of(phrases("hours"), phrases("languages"), names("contact_fields"))
    return re.compile(rf"\s*(?P<label>{labels})\s*:\s*")


def _is_mobile(number: str, region: str) -> bool:
    from phonenumbers import NumberParseException, PhoneNumberType, number_type, parse

    try:
        kind = number_type(parse(number, region or None))
    except NumberParseException:
        return False
    return bool(kind == PhoneNumberType.MOBILE)
