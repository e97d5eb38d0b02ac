"""`/lists` and `/lists/NAME`: what lists there are, and one of them with its people, problems and proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.desk.rooms.people.adding.uploads import Uploads
from mailer.desk.rooms.people.asked import PAGE, Asked, asked_of
from mailer.desk.rooms.people.columns import Understood, understood
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.desk.rooms.people.reading.rolls import PATIENCE, Rolls
from mailer.desk.rooms.people.reading.rows import Row, marks_of
from mailer.desk.rooms.people.said import Said
from mailer.desk.rooms.people.uses import Uses
from mailer.desk.rooms.people.wording import KINDS, hint_for, number_of, plain
from mailer.desk.showing.shelf import faults_of
from mailer.errors import Fault, ListError, MailerError
from mailer.model import Recipient
from mailer.pipeline.cleaning import proposals
from mailer.press import Problem
from mailer.press.mending import can_be_mended
from mailer.press.tidying import Proposal
from mailer.workspace.endings import LIST_ENDINGS


@dataclass(frozen=True, slots=True)
class Found:
    """What a page of a list shows.

    Attributes:
        number: of all that is wanted.
        kinds: of problems or proposals, each with its number.
    """

    number: int = 0
    people: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()

    @property
    def pages(self) -> int:
        return max(1, -(-self.number // PAGE))


@dataclass(frozen=True, slots=True)
class Line:
    """A list among the others.

    Attributes:
        roll: None: it can't be read at all.
        whole: what the roll says is about all of the list.
        used_by: releases that go to it.
    """

    path: Path
    changed: datetime
    roll: Roll | None
    whole: bool
    faults: tuple[Fault, ...]
    used_by: tuple[str, ...]
    by_default: bool


class ListPages:
    """The endpoints."""

    def __init__(self, office: Office, pages: Pages, rolls: Rolls, said: Said, uploads: Uploads) -> None:
        self._workspace, self._pages, self._rolls, self._said = office.workspace, pages, rolls, said
        self._uses, self._uploads = Uses(office.workspace), uploads

    # ---- all lists -----------------------------------------------------------------------------------------

    def all(self, request: Request) -> Response:
        used, complete = self._uses.now(PATIENCE)
        default = self._uses.by_default()
        lines = [self._line(path, roll, used, default) for path, roll in self._rolls.all()]
        reading = not complete or any(line.roll is not None and not line.whole for line in lines)
        what: dict[str, Any] = {
            "lines": lines,
            "reading": reading,
            "never": self._never(),
            "number_of": number_of,
        }
        if is_piece(request):
            return self._pages.answer(request, "people/lists/lists_table.html.j2", **what)
        return self._pages.answer(
            request, "people/lists/lists.html.j2", **what, endings=", ".join(LIST_ENDINGS),
            waiting=self._uploads.waiting(),
            said=self._said.heard(request.query_params.get("said", "")),
        )  # fmt: skip

    def _line(
        self, path: Path, roll: Roll | ListError, used: dict[str, list[str]], default: tuple[str, ...]
    ) -> Line:
        try:
            changed = path.stat().st_mtime
        except OSError:
            changed = 0.0
        read = roll if isinstance(roll, Roll) else None
        whole = read is not None and read.whole
        faults = tuple(roll.faults) if isinstance(roll, ListError) else roll.fault or roll.questions
        return Line(
            path, datetime.fromtimestamp(changed).astimezone(), read, whole, faults,
            tuple(used.get(path.stem, ())), path.stem in default,
        )  # fmt: skip

    def _never(self) -> tuple[Fault, ...]:
        self._rolls.never.current()
        return self._rolls.never.faults

    # ---- one ----------------------------------------------------------------------------------------------

    def one(self, request: Request) -> Response:
        """A list, or the piece of it that htmx asks for: also when its file has gone, or can't be read any more."""
        try:
            return self._one(request)
        except MailerError as error:
            if not is_piece(request):
                raise
            return self._pages.answer(request, "people/lists/gone.html.j2", faults=faults_of(error))

    def _one(self, request: Request) -> Response:
        path = self._rolls.path_of(request.path_params["name"])
        asked = asked_of(request)
        if asked.line:
            return self.row(request, path, self._rolls.whole_of(path), asked)
        roll = self._rolls.of(path)
        what = self._what(path, roll, asked)
        if is_piece(request):
            return self._pages.answer(request, "people/lists/found.html.j2", **what)
        used, _ = self._uses.now(PATIENCE)
        return self._pages.answer(
            request, "people/lists/list.html.j2", **what, used_by=used.get(path.stem, ()), never=self._never(),
            said=self._said.heard(request.query_params.get("said", "")),
            changed=datetime.fromtimestamp(path.stat().st_mtime).astimezone(),
            columns=self._columns(roll),
        )  # fmt: skip

    def _what(self, path: Path, roll: Roll, asked: Asked) -> dict[str, Any]:
        ready = roll.whole
        return {
            "roll": roll, "asked": asked, "found": self._found(roll, asked, ready), "path_": path, "name": path.stem,
            "ready": ready, "hint_for": hint_for, "plain": plain, "kinds_": KINDS, "page_size": PAGE,
            "number_of": number_of, "mendable": can_be_mended(roll.press_list),
        }  # fmt: skip

    @staticmethod
    def _columns(roll: Roll) -> Understood | None:
        try:
            return understood(roll.press_list, roll.questions)
        except (ListError, OSError):
            return None

    def _found(self, roll: Roll, asked: Asked, whole: bool) -> Found:
        if asked.show == "proposals":
            return self._proposals(roll, asked)
        if not whole:
            return Found(
                people=() if asked.filtered or asked.page > 1 or asked.show != "people" else _begin(roll)
            )
        if asked.show == "people":
            number, people = roll.people(asked.wanted, asked.first, PAGE)
            return Found(number, tuple(people))
        kinds = dict(roll.problem_kinds if asked.show == "problems" else roll.left_out_kinds)
        if asked.show == "left-out":
            kinds["suppressed"] = kinds.get("suppressed", 0) + roll.never
        ask = roll.problems if asked.show == "problems" else roll.not_mailed
        number, problems = ask(asked.wanted, asked.first, PAGE)
        ordered = sorted(((kind, n) for kind, n in kinds.items() if n), key=lambda pair: -pair[1])
        return Found(number, problems=tuple(problems), kinds=tuple(ordered))

    def _proposals(self, roll: Roll, asked: Asked) -> Found:
        if roll.questions:
            return Found()
        today = datetime.now().astimezone().date()
        found = proposals(self._workspace, roll.press_list, today)
        kinds: dict[str, int] = {}
        for proposal in found:
            kinds[proposal.kind] = kinds.get(proposal.kind, 0) + 1
        wanted = [proposal for proposal in found if asked.kind in ("", proposal.kind)]
        shown = wanted[asked.first : asked.first + PAGE]
        return Found(len(wanted), proposals=tuple(shown), kinds=tuple(kinds.items()))

    def row(
        self, request: Request, path: Path, roll: Roll, asked: Asked, *, wrong: str = "", typed: str = ""
    ) -> Response:
        """One row of a list, with all that can be done about it."""
        people = roll.at_line(asked.line)
        return self._pages.answer(
            request, "people/lists/row.html.j2", roll=roll, asked=asked, people=people, name=path.stem, path_=path,
            problems=roll.problems_at(asked.line), mendable=can_be_mended(roll.press_list) and len(people) == 1,
            hint_for=hint_for, wrong=wrong, typed=typed, status=422 if wrong else 200,
        )  # fmt: skip


def _begin(roll: Roll) -> tuple[Row, ...]:
    """The first people of a list that is still being read."""
    rows = (row for row in islice(roll.press_list.rows(), PAGE * 2) if isinstance(row, Recipient))
    try:
        return tuple(map(_as_row, islice(rows, PAGE)))
    except (ListError, OSError):
        return ()


def _as_row(person: Recipient) -> Row:
    tags = ", ".join(sorted(person.tags))
    fields = tuple((key[2:], value) for key, value in marks_of(person) if key.startswith("c."))
    line = person.where.line if person.where else 0
    return Row(
        line, person.address, person.name, person.outlet, ", ".join(person.languages), tags, fields, ""
    )
