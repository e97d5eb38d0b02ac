"""Forty releases as offices write them: nobody is warned without need. And what is planted there is found.

The long form, with figures for each check: `python benchmarks/checks/measure.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.benchmark import benchmark

measure = benchmark("checks/measure.py")


@pytest.mark.parametrize("name", measure.names())
def test_a_release_as_it_should_be_is_left_in_peace(tmp_path: Path, name: str) -> None:
    warned = {finding.id for finding in measure.found_in(name, tmp_path) if finding.level != "notice"}
    assert warned <= {check for release, check in measure.JUDGED if release == name}


def test_they_are_forty_of_several_offices_kinds_and_languages() -> None:
    assert len(measure.names()) == 40
    heads = [
        measure.parts_of((measure.HERE / "releases" / f"{name}.md").read_text("utf-8"))[0]
        for name in measure.names()
    ]
    for sign in ("Lang: en", "Idioma: es", "Lang: de", "Lang: fr", "Media advisory", "Statement", "Correction", "Update",
                 "Withdrawal", "Embargo", "Event", "Attachments", "Contactos", "Spokespeople", "Subject"):  # fmt: skip
        assert any(sign in head for head in heads), sign
    assert len(list((measure.HERE / "releases").glob("*.*.md"))) >= 3, "translations"


@pytest.mark.parametrize("check", measure.PLANTED)
def test_what_is_planted_is_found(tmp_path: Path, check: str) -> None:
    """In two, at least, of the first four releases where it can be planted: not each of them is a riddle that has an
    answer, as where the next paragraph begins with a quotation as well."""
    found = [
        check in {finding.id for finding in measure.found_in(name, tmp_path / name, change)}
        for name, change in measure.plantable(check)[:4]
    ]
    assert sum(found) >= 2
