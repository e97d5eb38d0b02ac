"""Page headers, footers and text boxes: often they hold the contact, or an embargo."""

from __future__ import annotations

from collections.abc import Sequence

from mailer.importing.document import Margin
from mailer.importing.structure.contacts.blocks import say_contact, take_contacts
from mailer.importing.structure.furniture import is_page_mark
from mailer.importing.structure.head.said import say_signs
from mailer.importing.structure.head.signs import read_signs
from mailer.importing.structure.sheet import Sheet, pieces_of


def take_margins(sheet: Sheet, margins: Sequence[Margin]) -> None:
    """Take contacts and signs from the margins; what else they say is set aside, each with where it stood."""
    said: set[str] = set()
    for margin in margins:
        inner = Sheet(office=sheet.office, pieces=pieces_of(margin.blocks))
        repeated = " ".join(piece.text for piece in inner.pieces)
        if repeated in said:  # the same header on the first page and on the others
            sheet.aside(repeated, f"the same {margin.kind}, once more", margin.place)
            continue
        said.add(repeated)
        take_contacts(inner)
        sheet.set_aside += inner.set_aside
        new = [contact for contact in inner.contacts if say_contact(sheet, contact, margin.place)]
        if new:
            sheet.guess(f"A contact stood in a {margin.kind}: see whether it belongs here.", "contacts")
        for piece in inner.pieces:
            signs = read_signs(piece.text, sheet.office) if len(piece.text) <= 200 else None
            if signs and signs.rest < 0 and signs.any and not is_page_mark(piece):
                say_signs(sheet, piece, signs)
            else:
                sheet.aside(piece.text, f"stood in a {margin.kind}", margin.place or piece.block.place)
