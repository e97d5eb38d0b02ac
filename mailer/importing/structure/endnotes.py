"""Notes: the source's own, and typed ones, with marks in the text and a list at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailer.importing.document import Block, Listing, Paragraph, Run, Table
from mailer.importing.structure.headings import is_section_start, opens_editors_notes, opens_notes
from mailer.importing.structure.marks import citations, cited, note_mark
from mailer.importing.structure.runs import Runs, cut, joined, merged
from mailer.importing.structure.sheet import Piece, Sheet

_CITED_AS: Mapping[str, frozenset[str]] = {
    "raised": frozenset(("raised",)),
    "square": frozenset(("square", "raised")),
    "round": frozenset(("round", "raised")),
    "plain": frozenset(("raised", "square")),
    "sign": frozenset(("sign", "raised")),
}
"""How a note is cited in the text, by how its own text begins."""


@dataclass(slots=True)
class _Typed:
    """A typed note: its form and number, its text, and which pieces it stands on."""

    form: str
    number: str
    blocks: tuple[Block, ...]
    pieces: list[int]


def map_runs(block: Block, change: Callable[[Runs], Runs]) -> Block:
    """The block with all of its text changed."""
    match block:
        case Paragraph():
            return replace(block, runs=change(block.runs))
        case Listing():
            items = tuple(tuple(map_runs(inner, change) for inner in item) for item in block.items)
            return replace(block, items=items)
        case Table():
            rows = tuple(
                tuple(tuple(map_runs(inner, change) for inner in cell) for cell in row) for row in block.rows
            )
            return replace(block, rows=rows)
        case _:
            return block


def runs_in(block: Block) -> list[Runs]:
    """The runs of each paragraph in a block."""
    found: list[Runs] = []

    def see(runs: Runs) -> Runs:
        found.append(runs)
        return runs

    map_runs(block, see)
    return found


def take_typed_notes(sheet: Sheet) -> dict[str, tuple[Block, ...]]:
    """Take typed notes out of the pieces, and let their marks in the text cite them. Returns them by key."""
    for typed in reversed(_sequences(sheet.pieces)):
        own = {place for note in typed for place in note.pieces}
        marks = {
            (form, number)
            for n, piece in enumerate(sheet.pieces)
            if n not in own
            for runs in runs_in(piece.block)
            for form, number, _, _ in citations(runs)
        }
        keys: dict[tuple[str, str], str] = {}
        missing: list[str] = []
        for note in typed:
            forms = [(form, note.number) for form in _CITED_AS[note.form] if (form, note.number) in marks]
            keys.update(dict.fromkeys(forms, f"typed {note.number}"))
            missing += [] if forms else [note.number]
        listed = len(own) < len(typed)  # a list is taken as a whole, or not at all
        if keys and len(missing) * 2 <= len(typed) and not (listed and missing):
            return _cite(sheet, typed, keys, missing)
    return {}


def _cite(
    sheet: Sheet, typed: Sequence[_Typed], keys: dict[tuple[str, str], str], missing: Sequence[str]
) -> dict[str, tuple[Block, ...]]:
    notes = [note for note in typed if note.number not in missing]
    gone = {number for note in notes for number in note.pieces}
    first = min(gone)
    after = sheet.pieces[max(gone) + 1 : max(gone) + 2]
    alone = not after or is_section_start(after[0]) or bool(after[0].paragraph and after[0].paragraph.heading)
    if first and (
        opens_notes(sheet.pieces[first - 1]) or (alone and opens_editors_notes(sheet.pieces[first - 1]))
    ):
        sheet.aside(sheet.pieces[first - 1].text, "the heading of the notes: the mail prints its own")
        gone.add(first - 1)
    sheet.aside(" ".join(note.number for note in notes), "numbers of the notes: they are numbered anew")
    for uncited in missing:
        sheet.guess(f"Nothing in the text cites note {uncited}: it stays in the text.", "body")
    kept = []
    for number, piece in enumerate(sheet.pieces):
        if number not in gone:
            if piece.block.__class__ is not Paragraph or any(
                citations(runs) for runs in runs_in(piece.block)
            ):
                piece = Piece(map_runs(piece.block, lambda runs: cited(runs, keys)), piece.group)
            kept.append(piece)
    sheet.pieces = kept
    return {f"typed {note.number}": note.blocks for note in notes}


def _sequences(pieces: Sequence[Piece]) -> list[list[_Typed]]:
    """Runs of paragraphs that begin with 1, 2, 3 …, or with signs; and ordered lists under a heading of notes."""
    found: list[list[_Typed]] = []
    current: list[_Typed] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece.block, Listing) and piece.block.ordered:
            found.append(_listed(piece.block, number))
            current = []
            continue
        mark = note_mark(piece) if piece.paragraph is not None else None
        if mark and _follows(current, mark[0], mark[1]):
            current.append(_note(mark, piece, number))
        elif mark and (mark[1] == "1" or mark[0] == "sign"):
            current = [_note(mark, piece, number)]
            found.append(current)
        elif current and piece.group == pieces[number - 1].group and piece.paragraph is not None:
            _lengthen(current[-1], piece, number)
        else:
            current = []
    return [sequence for sequence in found if sequence]


def _follows(current: Sequence[_Typed], form: str, number: str) -> bool:
    if not current or current[-1].form != form:
        return False
    if form == "sign":
        return number not in {note.number for note in current}
    return (
        number.isdecimal() and current[-1].number.isdecimal() and int(number) == int(current[-1].number) + 1
    )


def _note(mark: tuple[str, str, int], piece: Piece, number: int) -> _Typed:
    assert piece.paragraph is not None
    runs = piece.with_runs(cut(piece.runs, mark[2])).runs
    form = "sign" if mark[0] == "raised" and not mark[1].isalnum() else mark[0]
    return _Typed(form, mark[1], (replace(piece.paragraph, runs=runs),), [number])


def _lengthen(note: _Typed, piece: Piece, number: int) -> None:
    last = note.blocks[-1]
    assert isinstance(last, Paragraph)
    note.blocks = (*note.blocks[:-1], replace(last, runs=joined(last.runs, piece.runs)))
    note.pieces.append(number)


def _listed(listing: Listing, number: int) -> list[_Typed]:
    return [
        _Typed("plain", str(count), item, [number])
        for count, item in enumerate(listing.items, start=listing.first)
    ]


def number_notes(
    sheet: Sheet, blocks: Sequence[Block], notes: Mapping[str, tuple[Block, ...]]
) -> tuple[list[Block], tuple[tuple[Block, ...], ...]]:
    """Number the notes in the order in which the text first cites them. Notes that it does not cite are set aside."""
    order: dict[str, int] = {}

    def numbered(runs: Runs) -> Runs:
        made: list[Run] = []
        for run in runs:
            if run.note and run.note in notes:
                number = order.setdefault(run.note, len(order) + 1)
                made.append(replace(run, note=str(number)))
            else:
                made.append(replace(run, note="") if run.note else run)
        return merged(made)

    texts = [map_runs(block, numbered) for block in blocks]
    in_order = tuple(notes[key] for key in order)
    for key, blocks_of_note in notes.items():
        if key not in order:
            from mailer.importing.structure.runs import block_text

            words = " ".join(map(block_text, blocks_of_note))
            sheet.aside(words, "a note that nothing in the text cites")
            sheet.guess("A note that nothing in the text cites was set aside.", "body")
    plain_notes = tuple(
        tuple(map_runs(block, lambda runs: merged(replace(run, note="") for run in runs)) for block in note)
        for note in in_order
    )
    return texts, plain_notes
