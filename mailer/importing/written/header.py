"""The header of a draft: the fields of a release file, in the order in which they are documented."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mailer.importing.draft import Draft
from mailer.importing.written.blocks import described
from mailer.importing.written.runs import plain
from mailer.model import Contact
from mailer.release.field_names import FIELDS_WITH_SLOTS, RECORDS, RELEASE
from mailer.release.writing.header_text import FieldValue, header_text


def header_of(draft: Draft, files: Mapping[str, str], leave_out: Collection[str] = ()) -> str:
    """The header, fences included.

    Args:
        files: names of the pictures' files, by key.
        leave_out: fields that are not written.
    """
    kind = draft.kind.value
    said: dict[str, FieldValue] = {
        "kind": kind[:1].upper() + kind[1:],
        "headline": draft.headline,
        "subhead": draft.subhead,
        "date": draft.date,
        "embargo": draft.embargo,
        "dateline": draft.dateline,
        "lang": draft.language,
        "contacts": [_contact(contact) for contact in draft.contacts],
        "event": [{name: plain(value) for name, value in draft.event.items()}] if draft.event else [],
        "images": [
            {
                "file": files[each.figure.picture],
                "alt": described(each.figure),
                "caption": plain(each.caption),
                "credit": plain(each.credit),
            }
            for each in draft.captioned
            if each.figure.picture in files and (plain(each.caption) or plain(each.credit))
        ],
        "about": [plain(name) for name in draft.about],
        **draft.fields,
    }
    ordered = {
        field.name: said[field.name]
        for field in RELEASE
        if field.name in said and field.name not in leave_out
    }
    return header_text({name: _cleaned(name, value) for name, value in ordered.items()})


def _cleaned(name: str, value: FieldValue) -> FieldValue:
    """A field on one line, with no merge slot in it that its author did not mean."""
    if not isinstance(value, str):
        return value
    text = plain(value)
    if name in FIELDS_WITH_SLOTS:
        text = text.replace("{{", "{ {").replace("}}", "} }")
    return text if name not in RECORDS else [text]


def _contact(contact: Contact) -> dict[str, str]:
    languages = ", ".join(plain(each) for each in contact.languages)
    parts = {
        name: plain(getattr(contact, name)) for name in ("name", "role", "phone", "mobile", "email", "hours")
    }
    return {**parts, "languages": languages}
