"""The reference of the release file is held to the code; its tables by tests/docs/test_made.py."""

from __future__ import annotations

from conftest import REPOSITORY

from mailer.release.field_names import RECORDS

REFERENCE = REPOSITORY / "docs" / "reference"


def test_every_part_of_a_record_is_named() -> None:
    page = (REFERENCE / "release-file.md").read_text("utf-8")
    for fields in RECORDS.values():
        for field in fields:
            assert f"`{field}`" in page, field
