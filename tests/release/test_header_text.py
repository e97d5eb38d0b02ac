"""What is written into a header comes back from it as it was; what could not is refused and says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.errors import ValueFault
from mailer.release import read_release
from mailer.release.field_names import NEWSROOM_FIELDS, RECORDS, RELEASE, RELEASE_FIELDS
from mailer.release.header import Header, read_header
from mailer.release.source import as_read
from mailer.release.writing.header_text import header_text
from mailer.workspace import Workspace

AWKWARD = st.sampled_from(
    ["-", "- ", "---", "—", "–", ": ", ":", ",", ";", "#", "• ", "* ", "name: ", "Headline: ", "{{ x }}", "\u00a0", "\u2028", "\t"]
)  # fmt: skip
LETTERS = st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n")
WILD = (
    st.lists(AWKWARD | st.text(LETTERS, max_size=8), max_size=8)
    .map(lambda parts: as_read("".join(parts)).strip())
    .filter(lambda text: "\n" not in text and "\r" not in text)
)
SAID = WILD.filter(bool)


def records_of(name: str) -> st.SearchStrategy[list[Any]]:
    if not RECORDS[name]:
        return st.lists(SAID, max_size=4)
    record = st.dictionaries(st.sampled_from(sorted(RECORDS[name])), SAID, min_size=1)
    return st.lists(record, max_size=1 if name == "event" else 3)


HEADERS = st.fixed_dictionaries(
    {},
    optional={f.name: records_of(f.name) if f.name in RECORDS else SAID for f in RELEASE},
)


def read_back(fields: Mapping[str, Any], known: frozenset[str] = RELEASE_FIELDS) -> Header:
    return read_header(f"{header_text(fields)}\nBody.\n", "r.md", known, RECORDS)


@given(HEADERS)
@example({"about": ["- About us", "x"], "lists": ["press, regional"]})
@example({"headline": "---", "contacts": [{"name": "- name: x", "phone": "—"}]})
@example({"event": [{"what": "- start: 10:00", "where": "•"}]})
def test_what_was_written_is_read_as_it_was(fields: dict[str, Any]) -> None:
    found = read_back(fields)
    assert found.faults == []
    assert {name: value.text for name, value in found.values.items()} == {
        name: value for name, value in fields.items() if isinstance(value, str)
    }
    for name in RECORDS:
        records = found.records.get(name, [])
        said = [
            {part: value.text for part, value in r.fields.items()} if RECORDS[name] else r.text
            for r in records
        ]
        assert said == list(fields.get(name, []))
    assert found.body.strip() == "Body."


@given(st.lists(SAID, min_size=1, max_size=4))
def test_a_postal_address_keeps_its_lines(lines: list[str]) -> None:
    address = "\n".join(lines)
    try:
        found = read_back({"postal_address": address}, NEWSROOM_FIELDS)
    except ValueFault as fault:
        assert "would end the header" in fault.message
    else:
        assert (found.text("postal_address"), found.faults) == (address, [])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"headline": "One\nTwo"}, "several lines"),
        ({"contacts": [{"name": "One\nTwo"}]}, "several lines"),
        ({"about": ["One\rTwo"]}, "several lines"),
        ({"subhead": "of\u202ethe"}, "no release may hold"),
        ({"dateline": "soft\u00adhyphen"}, "no release may hold"),
        ({"contacts": [{"nmae": "Mira"}]}, "not a part of"),
        ({"postal_address": "One\n---"}, "would end the header"),
    ],
)
def test_what_would_come_back_as_something_else_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueFault, match=said):
        header_text(fields)


def test_a_whole_release_comes_back(workspace: Workspace) -> None:
    (workspace.root / "images").mkdir(exist_ok=True)
    (workspace.root / "images" / "tank.png").write_bytes(b"\x89PNG")
    fields = {
        "kind": "Media advisory", "headline": "Tanks: 3 of 11 — “at last”", "subhead": "- but slowly", "date": "2026-11-24",
        "embargo": "2026-11-24 06:00 America/New_York", "dateline": "Portmellon", "lang": "en",
        "contacts": [{"name": "Mira: Okafor", "phone": "+44 20 7946 0142", "languages": "en, es"}],
        "event": [{"what": "Opening", "start": "2026-11-24 10:00 Europe/London", "where": "Quay, 3"}],
        "images": [{"file": "images/tank.png", "alt": "A tank: half full", "caption": "- A tank"}],
        "attachments": [{"file": "https://example.org/a.pdf", "title": "Study, with tables"}],
        "about": ["none"], "lists": ["press"],
    }  # fmt: skip
    (workspace.releases / "tanks.md").write_text(header_text(fields) + "\nBody.\n", "utf-8")
    edition = read_release(workspace, "tanks").original
    assert (edition.headline, edition.subhead) == ("Tanks: 3 of 11 — “at last”", "- but slowly")
    assert [(c.name, c.phone, c.languages) for c in edition.contacts] == [
        ("Mira: Okafor", "+44 20 7946 0142", ("en", "es"))
    ]
    assert edition.event and (edition.event.what, edition.event.where) == ("Opening", "Quay, 3")
    assert [(i.alt, i.caption) for i in edition.images] == [("A tank: half full", "- A tank")]
    assert [a.title for a in edition.attachments] == ["Study, with tables"]
    assert (edition.about, edition.lists, f"{edition.embargo:%H:%M}") == ((), ("press",), "06:00")
