"""What recovering a release needs to know of the office that wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The organisation, as newsroom.md has it, in plain words.

    Attributes:
        name: the organisation's name.
        language: BCP 47.
        region: ISO 3166, "" = not known: who reads 3/4/2024 as the 3rd of April.
        zone: IANA time zone of the office.
        boilerplates: title → text of each, in plain words.
        postal_address, website: as newsroom.md has them: head lines that repeat them are none of the release's.
        end_mark, dash: the house's own, whatever they are: both are known for what they are in a source.
        today: the day in the office's zone: a date without a year is the nearest one.
    """

    name: str = ""
    language: str = "en"
    region: str = ""
    zone: str = "UTC"
    boilerplates: Mapping[str, str] = field(default_factory=dict)
    postal_address: str = ""
    website: str = ""
    end_mark: str = "###"
    dash: str = "—"
    today: date
