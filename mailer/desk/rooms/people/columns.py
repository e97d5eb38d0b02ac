"""The columns of a list as they were understood, for somebody to look over; and what they say is otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from starlette.datastructures import FormData

from mailer.desk.forms import text_of
from mailer.desk.rooms.people.wording import ROLES
from mailer.errors import Fault, ListError
from mailer.press import Answers, PressList
from mailer.press.clean_text import clean, shortened
from mailer.press.list_files.answers import MEANINGS, is_encoding, read_answers
from mailer.press.list_files.readings import Reading, readings
from mailer.press.list_files.words import plain
from mailer.press.list_files.write import write_answers

LOOKED_AT = 200
"""Rows in which examples are looked for."""
EXAMPLES = 3
AS_UNDERSTOOD = "-"
"""In the form: nothing is said about the column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        number: from 1.
        meaning: what it is to the tool, in words.
        examples: what some of its cells hold.
        said: what somebody has said that it is, one of `MEANINGS`; "": nothing.
        asked: only staff can know what it is, and nobody has said.
    """

    number: int
    header: str
    meaning: str
    examples: tuple[str, ...]
    said: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Understood:
    """What is to be looked over, and can be said otherwise.

    Attributes:
        addresses: headers of the columns that hold addresses, where there are several.
        mailed: the one of them that is mailed.
        readings: what the file's letters may be, where that is a guess.
        codec: the one that is taken.
    """

    columns: tuple[Column, ...]
    addresses: tuple[str, ...] = ()
    mailed: str = ""
    readings: tuple[Reading, ...] = ()
    codec: str = ""

    @property
    def meanings(self) -> tuple[str, ...]:
        return tuple(MEANINGS)


def understood(press_list: PressList, questions: tuple[Fault, ...]) -> Understood:
    """The columns of a list.

    Raises:
        ListError: the file can't be read.
    """
    columns = press_list.header.columns
    if press_list.cards or not press_list.header.line:
        return Understood((), readings=_readings(press_list), codec=_codec(press_list))
    try:
        answers = read_answers(press_list.path, press_list.shown)
    except (ListError, OSError):
        answers = Answers()
    rows = islice(
        (row.cells for row in press_list.raw_rows() if row.line > press_list.header.line), LOOKED_AT
    )
    examples: list[dict[str, None]] = [{} for _ in columns.headers]
    for cells in rows:
        for index, cell in enumerate(cells[: len(examples)]):
            if cell.strip() and len(examples[index]) < EXAMPLES:
                examples[index][shortened(clean(cell), 40)] = None
    words = {role: meaning for meaning, role in MEANINGS.items()}
    found = []
    for index, header in enumerate(columns.headers):
        said = answers.role(header) if header else None
        asks = index != columns.address and index not in columns.others
        asked = asks and any(f"“{shortened(header)}”" in question.message for question in questions)
        found.append(Column(index + 1, header, _meaning(press_list, index), tuple(examples[index]),
                            "" if said is None else words.get(said, ""), asked and bool(header)))  # fmt: skip
    addresses = tuple(columns.headers[index] for index in sorted({columns.address, *columns.others}))
    several = addresses if len(addresses) > 1 else ()
    return Understood(
        tuple(found), several, columns.headers[columns.address], _readings(press_list), _codec(press_list)
    )


def _meaning(press_list: PressList, index: int) -> str:
    columns = press_list.header.columns
    if index == columns.address:
        return "the address that is mailed"
    if index in columns.others:
        return "another address, which is not mailed"
    gate = dict(columns.gates).get(index)
    role = gate or next((role for role, at in columns.roles.items() if at == index), "")
    if role:
        return ROLES.get(role, role)
    key = dict(columns.extras).get(index, "")
    return f"kept as {key}: a release can use it as {{{{ {key} }}}}" if key else "not used"


def _readings(press_list: PressList) -> tuple[Reading, ...]:
    guessed = press_list.dialect is not None and (
        press_list.dialect.encoding.guessed or press_list.dialect.encoding.in_doubt
    )
    return tuple(readings(press_list.path)) if guessed else ()


def _codec(press_list: PressList) -> str:
    return press_list.dialect.encoding.codec if press_list.dialect else ""


def save_answers(form: FormData, path: Path, shown: str, columns: tuple[str, ...]) -> None:
    """Writes what a form says about a list into the file beside it; what the form does not ask about stays.

    Args:
        columns: the headers that were asked about.

    Raises:
        ListError: the file beside it can't be read, or can't be written.
    """
    known = read_answers(path, shown)
    meanings, headers = dict(known.columns), dict(known.headers)
    for index, header in enumerate(columns):
        meaning = text_of(form, f"column-{index + 1}")
        if not header or not meaning:
            continue
        if meaning in MEANINGS:
            meanings[plain(header)], headers[plain(header)] = MEANINGS[meaning], (header, "", 0)
        elif meaning == AS_UNDERSTOOD:
            meanings.pop(plain(header), None)
            headers.pop(plain(header), None)
    address, encoding = text_of(form, "address"), text_of(form, "encoding")
    new = Answers(
        address if address in columns else known.address,
        encoding if encoding and is_encoding(encoding) else known.encoding,
        known.delimiter, known.sheet, meanings, headers, known.file,
    )  # fmt: skip
    write_answers(path, new)
