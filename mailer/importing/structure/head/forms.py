"""Sources that are filled-in forms: `Headline: …`, `Fecha: …`, on lines of their own or in a table of two columns."""

from __future__ import annotations

import re

from mailer.importing.document import Block, Figure, Paragraph, Run, Table
from mailer.importing.structure.contacts.blocks import contact_label
from mailer.importing.structure.contacts.lines import reaches
from mailer.importing.structure.head.days import days_in
from mailer.importing.structure.head.said import say_day, say_place
from mailer.importing.structure.head.signs import ANY_OFFICE, read_signs
from mailer.importing.structure.runs import block_text, cut
from mailer.importing.structure.sheet import Piece, Sheet, pieces_of, place_of
from mailer.importing.words import FIELDS, field_names, kinds, phrases, plain

_LABEL = re.compile(r"\s*[*_]{0,2}(?P<name>[^:\n]{2,32}?)[*_]{0,2}\s*:[*_]{0,2}\s*")
_UNMISTAKABLE = frozenset(("headline", "subhead"))
_EVENT = ("what", "when", "where", "else")
_WHY = "a label of the source's form"


def field_of(piece: Piece) -> tuple[str, int]:
    """The field that a line is labelled as, and where its value begins; "" for none."""
    if piece.paragraph is None or not (match := _LABEL.match(piece.plain)):
        return "", 0
    name = field_names().get(" ".join(match["name"].split()), "")
    return name, match.end()


def unfold_tables(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A table that is a form becomes lines: a label, then its value. One that only puts head lines and contacts beside
    each other, as letter papers do, becomes its cells, one after the other."""
    made: list[Block] = []
    for block in blocks:
        if isinstance(block, Table) and _is_event(block):
            made += [_one_line(row, block.place) for row in block.rows]
            continue
        if isinstance(block, Table) and _is_layout(block):
            made += [inner for row in block.rows for cell in row for inner in cell]
            continue
        if isinstance(block, Table) and _is_form(block):
            for row in block.rows:
                label = block_text(row[0][0]).strip().rstrip(":") if row[0] else ""
                made.append(Paragraph((Run(f"{label}:"),), place=block.place))
                made += [inner for cell in row[1:] for inner in cell]
        else:
            made.append(block)
    return tuple(made)


def _is_event(table: Table) -> bool:
    """`When` and `Where` beside what they name."""
    labels = [_label_in(row) for row in table.rows]
    known = sum(any(label in phrases(f"event_{part}") for part in _EVENT) for label in labels)
    return known >= 2 and all(len(row) == 2 and _is_line(row[1]) for row in table.rows)


def _is_line(cell: tuple[Block, ...]) -> bool:
    return len(cell) <= 1 and all(isinstance(block, Paragraph) for block in cell)


def _one_line(row: tuple[tuple[Block, ...], ...], place: str) -> Paragraph:
    runs = [run for block in row[1] if isinstance(block, Paragraph) for run in block.runs]
    return Paragraph((Run(f"{block_text(row[0][0]).strip().rstrip(': ')}: "), *runs), place=place)


def _label_in(row: tuple[tuple[Block, ...], ...]) -> str:
    return plain(" ".join(map(block_text, row[0]))).strip().rstrip(":? ") if row else ""


def _is_layout(table: Table) -> bool:
    """Whether a table is none of data: three rows at most, and a cell that a contact's label or a sign opens, with more
    in it than a figure."""
    if len(table.rows) > 3 or any(len(row) > 3 for row in table.rows):
        return False
    cells = [cell for row in table.rows for cell in row if any(block_text(block).strip() for block in cell)]
    if not all(isinstance(block, Paragraph | Figure) for cell in cells for block in cell):
        return False
    return any(_opens_head(cell) for cell in cells)


def _opens_head(cell: tuple[Block, ...]) -> bool:
    pieces = pieces_of(cell)
    if not pieces:
        return False
    labelled = contact_label(pieces[0]) and any(reaches(piece.plain) for piece in pieces)
    signs = read_signs(pieces[0].text, ANY_OFFICE)
    return bool(labelled) or (signs.rest < 0 and bool(signs.release or signs.embargo or signs.kind))


def _is_form(table: Table) -> bool:
    labels = [plain(" ".join(map(block_text, row[0]))).strip().rstrip(": ") for row in table.rows if row]
    known = sum(label in field_names() or label in phrases("contact") for label in labels)
    return known >= 2 and all(len(row) == 2 for row in table.rows)


def take_form_fields(sheet: Sheet) -> None:
    """Take labelled fields out of the pieces, where the source is such a form."""
    labelled = [(number, *field_of(piece)) for number, piece in enumerate(sheet.pieces)]
    labelled = [(number, name, start) for number, name, start in labelled if name]
    names = [name for _, name, _ in labelled]
    if not _UNMISTAKABLE & set(names) and len(set(names) - {"date", "embargo", "kind"}) < 2:
        return
    taken: set[int] = set()
    seen: set[str] = set()
    body: tuple[int, int] | None = None
    for number, name, start in labelled:
        if name in seen or number in taken:
            continue
        if name == "body":  # what follows is the text
            body = (number, start)
            break
        value, used = _value(sheet, number, start, {n for n, _, _ in labelled})
        if not value.strip():
            continue
        seen.add(name)
        sheet.aside(sheet.pieces[number].text[:start], _WHY, place_of(sheet.pieces[number]))
        _say(sheet, name, value.strip(), place_of(sheet.pieces[number]))
        taken |= used
    if body:
        sheet.pieces[body[0]] = _without_label(sheet, *body)
    sheet.pieces = [
        p for number, p in enumerate(sheet.pieces) if number not in taken and (p.text or not p.paragraph)
    ]


def _without_label(sheet: Sheet, number: int, start: int) -> Piece:
    piece = sheet.pieces[number]
    sheet.aside(piece.text[:start], _WHY, place_of(piece))
    return piece.with_runs(cut(piece.runs, start))


def _value(sheet: Sheet, number: int, start: int, labels: set[int]) -> tuple[str, set[int]]:
    """A field's value: on its line, or on the next one."""
    piece = sheet.pieces[number]
    inline = piece.text[start:]
    if inline.strip():
        return inline, {number}
    after = number + 1
    if after < len(sheet.pieces) and after not in labels and sheet.pieces[after].paragraph is not None:
        return sheet.pieces[after].text, {number, after}
    return "", set()


def _say(sheet: Sheet, name: str, value: str, place: str) -> None:
    assert name in FIELDS
    match name:
        case "headline" if not sheet.headline:
            sheet.headline = value
        case "subhead" if not sheet.subhead:
            sheet.subhead = value
        case "dateline":
            say_place(sheet, value, place)
        case "embargo":
            sheet.aside(value, "the embargo: the mail says it from the Embargo field", place)
            sheet.embargoes.append(value)
        case "date" if days := days_in(value, sheet.office):
            day = days[0]
            say_day(sheet, day, value[day.start : day.end], place)
            sheet.aside(value[: day.start] + " " + value[day.end :], "stood beside the date", place)
        case "kind" if plain(value) in kinds():
            sheet.kind = kinds()[plain(value)]
            sheet.aside(value, "the kind: the mail says it from the Kind field", place)
        case (
            "subject" | "preheader"
        ):  # whoever wrote the document says what inboxes show: somebody has to see it
            sheet.fields[name] = value
            sheet.guess(f"The document says the mail's {name}: “{value}”.", name)
        case _:
            sheet.aside(value, f"a value of the form that the field {name} does not take", place)
            sheet.guess(f"The form's “{value}” could not be read as {name}.", name)
