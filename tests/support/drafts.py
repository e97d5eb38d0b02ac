"""Every word of a source and of the draft made of it, counted: nothing is lost, nothing is made up."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from mailer.importing.document import (
    Block,
    Figure,
    Listing,
    Margin,
    Paragraph,
    Rule,
    Run,
    SourceDocument,
    Table,
)
from mailer.importing.draft import CallToAction, Draft, Quotation
from mailer.importing.sources import plain
from mailer.importing.structure import Office, recover

_WORD = re.compile(r"[^\W\d_]+|\d+")
_MARK = re.compile("[⁰¹²³⁴-⁹]+")


def words(texts: Iterable[str]) -> Counter[str]:
    """Words without case; a raised number is a word of its own, wherever it stands."""
    counts: Counter[str] = Counter()
    for text in texts:
        apart = _MARK.sub(lambda match: f" {match[0]} ", text)
        counts.update(_WORD.findall(unicodedata.normalize("NFKC", apart).casefold()))
    return counts


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """The text of blocks. Runs that a note's mark parts are words apart."""
    for block in blocks:
        match block:
            case Paragraph():
                yield "".join(
                    f" {run.text} " if run.text and (run.note or run.raised) else run.text
                    for run in block.runs
                )
            case Listing():
                for number, item in enumerate(block.items, start=block.first):
                    yield str(number) if block.ordered else ""
                    yield from texts_of(item)
            case Table():
                for row in block.rows:
                    for cell in row:
                        yield from texts_of(cell)
            case Figure():
                yield block.alt
            case Rule():
                pass


def source_words(document: SourceDocument) -> Counter[str]:
    return words(
        (
            *texts_of(document.blocks),
            *(text for note in document.notes.values() for text in texts_of(note)),
            *(text for margin in document.margins for text in texts_of(margin.blocks)),
        )
    )


def _draft_texts(draft: Draft) -> Iterator[str]:
    yield from (draft.headline, draft.subhead, draft.dateline, *draft.fields.values())
    yield from (value for name, value in draft.event.items() if name != "start" and value != draft.headline)
    for contact in draft.contacts:
        yield from (contact.name, contact.role, contact.phone, contact.mobile, contact.email, contact.hours)
        yield from contact.languages
    for part in draft.body:
        match part:
            case CallToAction():
                yield part.label
            case Quotation():
                yield from texts_of(part.blocks)
                yield from texts_of((Paragraph(part.attribution),))
            case _:
                yield from texts_of((part,))
    for note in draft.notes:
        yield from texts_of(note)
    for picture in draft.captioned:
        yield from (picture.caption, picture.credit)


def _addresses(blocks: Iterable[Block]) -> Iterator[str]:
    """Where links lead, and where pictures are: words of a text file, and of no other source."""
    for block in blocks:
        match block:
            case Paragraph():
                yield from (run.href for run in block.runs)
            case Listing():
                for item in block.items:
                    yield from _addresses(item)
            case Table():
                for row in block.rows:
                    for cell in row:
                        yield from _addresses(cell)
            case Figure():
                yield block.address
            case Rule():
                pass


def account(document: SourceDocument, draft: Draft) -> str:
    """What is lost and what was made up, in words; "" where everything is accounted for.

    The kind, the date and the embargo are written in the release's own way: their words may be in it as well.
    """
    source = source_words(document)
    notes = (block for note in document.notes.values() for block in note)
    addresses = words(_addresses((*document.blocks, *notes)))
    kept = words(_draft_texts(draft)) + words(aside.text for aside in draft.set_aside)
    buttons = words(part.address for part in draft.body if isinstance(part, CallToAction))
    own = words((draft.date, draft.embargo)) + addresses + buttons
    lost = (source | words((document.words,))) - (kept + own)
    made_up = kept - source - addresses - buttons
    said = [f"lost: {' '.join(lost.elements())}"] if lost else []
    return "; ".join([*said, f"made up: {' '.join(made_up.elements())}"] if made_up else said)


LEAD = (
    "Eight of the eleven harbours on the coast now meet the standard for bathing water, more than in any year since "
    "measuring began, according to a study that is published today."
)


def drafted(text: str, **office: object) -> Draft:
    """What is recovered of a text, with every word of it accounted for."""
    known: dict[str, object] = {
        "name": "Lantern Coast Foundation", "language": "en", "region": "GB", "zone": "Europe/London",
        "today": date(2026, 11, 24),
    }  # fmt: skip
    document = plain.read(text.encode(), "release.txt")
    draft = recover(document, Office(**{**known, **office}))  # type: ignore[arg-type]
    assert account(document, draft) == ""
    return draft


def of_blocks(*blocks: Block, margins: tuple[Margin, ...] = (), **notes: str) -> Draft:
    """The same for blocks. `notes`: the texts of the source's own notes, by key."""
    document = SourceDocument(
        kind="document",
        blocks=blocks,
        margins=margins,
        notes={key: (Paragraph((Run(text),)),) for key, text in notes.items()},
    )
    draft = recover(
        document,
        Office(name="Lantern Coast Foundation", region="GB", zone="Europe/London", today=date(2026, 11, 24)),
    )
    assert account(document, draft) == ""
    return draft


def guessed(draft: Draft, about: str) -> str:
    """What staff are asked to check about a field."""
    return " ".join(guess.message for guess in draft.guesses if guess.field == about)
