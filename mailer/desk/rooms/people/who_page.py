"""`/who`: who has it? A name, an outlet or an address, typed on any page, and all that is known of whom it may mean."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.people.asked import LONGEST_QUESTION, words_of
from mailer.desk.rooms.people.persons import Clock, mark_of, person_of, still_reading
from mailer.desk.rooms.people.reading.record import Record
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.desk.rooms.people.reading.rolls import Lists, Rolls
from mailer.desk.rooms.people.suppressed_page import take_back_link
from mailer.errors import MailerError
from mailer.pipeline.person import Person
from mailer.press import canonical
from mailer.press.clean_text import folded
from mailer.press.suppressions.suppressed_rows import HASH

MOST, FEW = 25, 7
"""People on the page, and below the field while somebody types."""
PATIENCE = 0.12
"""Seconds in which the record is to be brought up to date before the page shows what is known."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom a question may mean."""

    key: str
    address: str
    name: str
    outlet: str


class WhoPage:
    """The endpoints."""

    def __init__(self, office: Office, pages: Pages, rolls: Rolls) -> None:
        self._office, self._pages, self._rolls = office, pages, rolls
        self._record = Record(office)

    def show(self, request: Request) -> Response:
        return self._answer(request, "people/who.html.j2", MOST)

    def found(self, request: Request) -> Response:
        """What is shown below the field while somebody types."""
        try:
            return self._answer(request, "people/who_found.html.j2", FEW)
        except MailerError as error:
            return self._pages.answer(request, "people/who_trouble.html.j2", error=error)

    def _answer(self, request: Request, template: str, most: int) -> Response:
        question = request.query_params.get("q", "").strip()[:LONGEST_QUESTION]
        words = words_of(question)
        up_to_date = not words or self._record.refresh(PATIENCE)
        lists = self._rolls.all() if words else []
        reading = still_reading(lists)  # before they are looked into
        named = self._named(lists, words, most + 1) if words else []
        with self._office.ledger() as ledger:
            people = [
                (each, person_of(self._office, self._rolls, ledger, each.key, each.address, lists))
                for each in named[:most]
            ]
        known = [(each, person) for each, person in people if person.is_known]
        return self._pages.answer(
            request, template, question=question, people=known, more=len(named) > most, mark_of=mark_of,
            reading=reading, up_to_date=up_to_date, at=Clock(self._office), state_of=state_of,
            take_back_link=take_back_link, never=self._rolls.never.faults,
        )  # fmt: skip

    def _named(self, lists: Lists, words: tuple[str, ...], most: int) -> list[Named]:
        """Whom these words may mean: of the lists first, then of the record, then of those who are never mailed."""
        found: dict[str, Named] = {}
        for _, roll in lists:
            if isinstance(roll, Roll):
                for row in roll.with_words(words, most):
                    key = canonical(row.address)
                    found.setdefault(key, Named(key, row.address, row.name, row.outlet))
        for known in self._record.with_words(words, most):
            found.setdefault(known.key, Named(known.key, known.address, known.name, known.outlet))
        if len(found) < most:
            for named in self._suppressed(words):
                found.setdefault(named.key, named)
        return list(found.values())[:most]

    def _suppressed(self, words: tuple[str, ...]) -> list[Named]:
        never = self._rolls.never.current()
        entries = never or ()
        return [
            Named(canonical(entry.address), entry.address, "", "")
            for entry in entries
            if not entry.address.startswith(HASH) and all(word in folded(entry.address) for word in words)
        ]


def state_of(person: Person) -> str:
    """In a word, whether releases reach them."""
    if person.suppressed is not None:
        return "never mailed"
    return "gets releases" if person.gets else "gets none"
