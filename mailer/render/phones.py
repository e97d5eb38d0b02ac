"""Phone numbers as links (RFC 3966). The country of a number is told, in this order, by its own country code, by that
of its contact's other number, and by the office. One that none of them makes a number is no link, and a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailer.model import Contact, Edition

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_OWN_CODE = re.compile(r"\s*(?:\+|00)\s*(?=[1-9])")
_CODE_IN_BRACKETS = re.compile(r"\s*\+\s*\((\d{1,3})\)")
_CODE_SET_APART = re.compile(r"\s*(?:\+|00)\s*([1-9]\d{0,2})[\s(./-]")
_LETTERS = re.compile(r"[^\W\d_]")


def tel(number: str, *regions: str) -> str:
    """A `tel:` URL for a phone number as written, or "" where it is none that can be called.

    `+ (202) 555-0142` is a number of Washington, not of Egypt: a `+` that no country code follows is only a habit, so
    what is not valid as written is read again without it. A number that no plan assigns yet (all that a country keeps
    free for films and examples, and a block that is newer than our data) is one if it has the right length and its
    country is written: by its code, or by the 0 that is dialled before an area code. `+1 202 555 014` lacks a digit,
    and is not a number of Bournemouth: where a country's code is set apart, it is meant.

    Args:
        regions: ISO 3166, the likeliest first; for a number without a country code.
    """
    import phonenumbers as p

    bare = number.replace("+", " ")
    own = _OWN_CODE.sub("+", number, count=1) if _OWN_CODE.match(number) else ""
    brackets = _CODE_IN_BRACKETS.match(number)
    if (apart := _CODE_SET_APART.match(number)) and int(apart[1]) in p.COUNTRY_CODE_TO_REGION_CODE:
        regions = ()
    readings = [(own, "", True), *((bare, region, True) for region in regions)]
    readings += [
        (own, "", False),
        *((bare, region, False) for region in regions if _has_trunk_0(bare, region)),
    ]
    if brackets:
        readings.append((number, "", True))
    for text, region, assigned in readings:
        try:
            parsed = p.parse(text, region or None)
        except p.NumberParseException:
            continue
        if brackets and not region and parsed.country_code != int(brackets[1]):
            continue
        if p.is_valid_number(parsed) if assigned else _could_be_assigned(parsed) and only_a_number(text):
            extension = f";ext={parsed.extension}" if parsed.extension else ""
            return f"tel:{p.format_number(parsed, p.PhoneNumberFormat.E164)}{extension}"
    return ""


def _could_be_assigned(number: PhoneNumber) -> bool:
    """Whether it has a length of its country's numbers: a block that no plan assigns has no shorter numbers either."""
    import phonenumbers as p

    if p.is_possible_number_with_reason(number) != p.ValidationResult.IS_POSSIBLE:
        return False
    region = p.region_code_for_country_code(number.country_code or 0)
    kinds = (p.PhoneNumberType.FIXED_LINE, p.PhoneNumberType.MOBILE)
    examples = [example for kind in kinds if (example := p.example_number_for_type(region, kind))]
    return not examples or len(p.national_significant_number(number)) in {
        len(p.national_significant_number(example)) for example in examples
    }


def only_a_number(text: str) -> bool:
    """Whether a text that may be anything holds nothing but a phone number, with its extension at most."""
    return not _LETTERS.search(_without_extension(text))


def region_of(number: str) -> str:
    """The country (ISO 3166) whose code a number is written with, or ""."""
    import phonenumbers as p

    if not _OWN_CODE.match(number):
        return ""
    try:
        parsed = p.parse(_OWN_CODE.sub("+", number, count=1), None)
    except p.NumberParseException:
        return ""
    region: str = p.region_code_for_number(parsed) or p.region_code_for_country_code(parsed.country_code or 0)
    return "" if region in ("ZZ", "001") else region


def numbers_of(contact: Contact, office: str) -> Iterator[tuple[str, str, str]]:
    """A contact's numbers: the field, the number as written, its `tel:` URL or "".

    Args:
        office: the region of the office.
    """
    written = {"phone": contact.phone, "mobile": contact.mobile}
    own = [region for number in written.values() if (region := region_of(number))]
    for field, number in written.items():
        if number:
            yield field, number, tel(number, *dict.fromkeys((*own, office)))


def links_of(edition: Edition) -> dict[str, str]:
    """The `tel:` URL, or "", of every number of an edition's contacts and spokespeople."""
    people = (*edition.contacts, *edition.spokespeople)
    return {
        number: url
        for contact in reversed(people)
        for _, number, url in numbers_of(contact, edition.newsroom.region)
    }


def _has_trunk_0(number: str, region: str) -> bool:
    import phonenumbers as p

    metadata = p.PhoneMetadata.metadata_for_region(region)
    return (
        metadata is not None and metadata.national_prefix == "0" and re.sub(r"\D", "", number).startswith("0")
    )


def _without_extension(text: str) -> str:
    return re.split(r"(?i)\s*(?:;|,|#|\b(?:e?xt|extension|anexo|durchwahl)\b|\bx\b)", text)[0]
