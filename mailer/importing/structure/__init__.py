"""A source's blocks become the fields and the text of a release."""

from __future__ import annotations

from mailer.importing.document import Picture, SourceDocument
from mailer.importing.draft import Draft, Part
from mailer.importing.structure.body import figures_in, make_body, make_parts
from mailer.importing.structure.boilerplate import take_boilerplates
from mailer.importing.structure.columns import untabulate
from mailer.importing.structure.contacts.blocks import take_contacts
from mailer.importing.structure.endnotes import number_notes, take_typed_notes
from mailer.importing.structure.event import take_event
from mailer.importing.structure.furniture import (
    join_broken_paragraphs,
    set_furniture_aside,
    tell_below_the_end,
)
from mailer.importing.structure.head.forms import take_form_fields, unfold_tables
from mailer.importing.structure.head.lines import take_head
from mailer.importing.structure.head.said import join_embargo_lines, settle_embargo
from mailer.importing.structure.margins import take_margins
from mailer.importing.structure.office import Office
from mailer.importing.structure.opening import take_dateline, take_signs_below
from mailer.importing.structure.sheet import Sheet, pieces_of
from mailer.importing.words import language_of
from mailer.model import Kind

__all__ = ["Office", "recover"]


def recover(document: SourceDocument, office: Office) -> Draft:
    """What a source says, as fields and text of a release: what is not certain is among the guesses, what is in
    neither is among what was set aside. It raises nothing: any blocks make a draft.

    Args:
        document: without leaks; margins are looked through for contacts and embargoes.
        office: who writes, so that letterheads and boilerplates are known for what they are.
    """
    sheet = Sheet(office=office, pieces=pieces_of(unfold_tables(document.blocks)))
    sheet.language = _language(document, office)
    _take_head_and_contacts(sheet, document)
    if sheet.kind and sheet.kind.follows:
        sheet.guess(
            f"A {sheet.kind} follows a release: name it in the field Corrects, and say what is new.", "kind"
        )
    notes = {**document.notes, **take_typed_notes(sheet)}
    join_broken_paragraphs(sheet)
    take_boilerplates(sheet)
    tell_below_the_end(sheet)
    blocks, in_order = number_notes(sheet, make_body(sheet), notes)
    body, captioned = make_parts(sheet, blocks)
    return Draft(
        headline=sheet.headline,
        kind=sheet.kind or Kind.PRESS_RELEASE,
        language=sheet.language,
        subhead=sheet.subhead,
        date=sheet.date,
        embargo=sheet.embargo,
        dateline=sheet.dateline,
        contacts=tuple(sheet.contacts),
        fields=sheet.fields,
        event=sheet.event,
        about=tuple(sheet.about),
        offered=tuple(sheet.offered),
        body=body,
        notes=in_order,
        captioned=captioned,
        pictures=_shown(document, body),
        guesses=tuple(sheet.guesses),
        set_aside=tuple(sheet.set_aside),
    )


def _take_head_and_contacts(sheet: Sheet, document: SourceDocument) -> None:
    """Everything that is a field, out of the pieces: what is left is the text."""
    set_furniture_aside(sheet)
    untabulate(sheet)
    join_embargo_lines(sheet)
    take_form_fields(sheet)
    take_contacts(sheet)
    take_head(sheet)
    take_event(sheet)
    take_dateline(sheet)
    take_signs_below(sheet)
    take_margins(sheet, document.margins)
    settle_embargo(sheet)


def _shown(document: SourceDocument, body: tuple[Part, ...]) -> dict[str, Picture]:
    """The pictures that the text shows."""
    return {
        block.picture: document.pictures[block.picture]
        for block in figures_in(body)
        if block.picture in document.pictures
    }


def _language(document: SourceDocument, office: Office) -> str:
    """The language of the text; "" where it is the newsroom's. What a program declares is often the program's own."""
    words = "\n".join(piece.text for piece in pieces_of(document.blocks))
    found = language_of(words) or document.language
    return "" if found.split("-")[0] == office.language.split("-")[0] else found
