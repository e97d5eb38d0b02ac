"""The reference of the release file is held to the code."""

from __future__ import annotations

import re

from conftest import REPOSITORY

from mailer.release import NODE_TYPES
from mailer.release.field_names import ALIASES, NEWSROOM_FIELDS, RECORDS, RELEASE_FIELDS, normalised

REFERENCE = REPOSITORY / "docs" / "reference"


def rows(page: str) -> list[tuple[str, str, str]]:
    return re.findall(r"^\| `([a-z_]+)` \|\s*([^|]*?)\s*\| (.*?) ?\|$", page, re.MULTILINE)


def test_every_field_is_documented_with_aliases_that_work() -> None:
    page = (REFERENCE / "release-file.md").read_text("utf-8")
    release, _, newsroom = page.partition("## Fields of newsroom.md")
    for text, fields in ((release, RELEASE_FIELDS), (newsroom, NEWSROOM_FIELDS)):
        assert {name for name, _, _ in rows(text)} == fields
        for name, aliases, _ in rows(text):
            for alias in filter(None, re.split(r",\s*", aliases.strip())):
                assert ALIASES.get(normalised(alias)) == name, alias


def test_every_part_of_a_record_is_named() -> None:
    page = (REFERENCE / "release-file.md").read_text("utf-8")
    for fields in RECORDS.values():
        for field in fields:
            assert f"`{field}`" in page, field


def test_every_type_of_block_is_documented() -> None:
    page = (REFERENCE / "blocks.md").read_text("utf-8")
    assert re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE) != []
    assert set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)) == set(NODE_TYPES)
