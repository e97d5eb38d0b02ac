"""A form changes one field of a header: that field says what was meant, and every other line is as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.errors import ValueFault
from mailer.release.field_names import ALIASES, NEWSROOM, RECORDS, RELEASE, RELEASE_FIELDS, Field
from mailer.release.header import KEEPS_LINES
from mailer.release.source import as_read
from mailer.release.writing.changing import change_field, field_values
from mailer.release.writing.header_text import field_lines

LETTERS = st.characters(blacklist_categories=("Cs", "Zs", "Zl", "Zp"), blacklist_characters="\r\n")
AWKWARD = st.sampled_from(
    ["- ", "---", "—", ": ", ":", ",", ";", "#", "• ", "name: ", "Headline: ", "{{ x }}"]
)
SAID = (
    st.lists(AWKWARD | st.text(LETTERS, max_size=6), min_size=1, max_size=6)
    .map(lambda parts: as_read("".join(parts)).strip())
    .filter(lambda text: bool(text) and "\n" not in text and "\r" not in text)
)
OTHER_NAMES = {name: [alias for alias, of in ALIASES.items() if of == name] for name in RELEASE_FIELDS}


def values_of(name: str) -> st.SearchStrategy[Any]:
    if name not in RECORDS:
        return SAID
    if not RECORDS[name]:
        return st.lists(SAID, min_size=1, max_size=4)
    record = st.dictionaries(st.sampled_from(sorted(RECORDS[name])), SAID, min_size=1)
    return st.lists(record, min_size=1, max_size=1 if name == "event" else 3)


@st.composite
def written(draw: st.DrawFn, name: str) -> str:
    """A field as somebody wrote it: under any of its names, with blank lines and lines that go on."""
    lines = list(field_lines(name, draw(values_of(name))))
    _, _, rest = lines[0].partition(":")
    called = draw(st.sampled_from([name, name.upper().replace("_", "-"), *OTHER_NAMES[name]]))
    blanks = "\n" * draw(st.integers(0, 2))
    more = draw(st.sampled_from(["", "\n  and more of it"])) if name not in RECORDS else ""
    return f"{called}:{rest}{more}\n" + "".join(f"{line}\n" for line in lines[1:]) + blanks


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], str, Any, str]:
    """Fields as written in any order; one of all that there are, and what it is to say; and a file's line end."""
    names = draw(st.lists(st.sampled_from(sorted(RELEASE_FIELDS)), unique=True, max_size=6))
    blocks = [draw(written(name)) for name in names]
    name = draw(
        st.sampled_from(names) if names and draw(st.booleans()) else st.sampled_from(sorted(RELEASE_FIELDS))
    )
    return blocks, name, draw(values_of(name)), draw(st.sampled_from(["\n", "\r\n", "\r"]))


@given(cases())
@example(
    (
        ["titular: One\n", "contacto:\n  - nombre: Mira\n    tel: 1\n\n"],
        "contacts",
        [{"name": "Mira"}],
        "\r\n",
    )
)
@example((["about: One\n"], "lists", ["- a", "b, c"], "\n"))
@example((["event:\n  what: One\n"], "event", [{"what": "- Two", "where": "•"}], "\n"))
def test_it_says_what_was_meant_and_all_else_is_as_it_was(case: tuple[list[str], str, Any, str]) -> None:
    blocks, name, value, end = case
    text = "".join(["---\n", *blocks, "---\n", "\nBody: text.\n"]).replace("\n", end)
    before = field_values(text)
    after = change_field(text, name, value)
    assert field_values(after) == before | {name: value}
    others = [block for block in blocks if field_values(f"---\n{block}---\n").keys() != {name}]
    at = 0
    for block in ["---\n", *others, "---\n\nBody: text.\n"]:  # each of them whole, in their order
        found = after.find(block.rstrip("\n").replace("\n", end), at)
        assert found >= 0, (block, after)
        at = found + len(block.rstrip("\n"))
    if end == "\r\n":
        assert "\n" not in after.replace("\r\n", "") and "\r" not in after.replace("\r\n", "")


@given(cases())
def test_what_is_taken_out_is_gone_with_all_its_lines(case: tuple[list[str], str, Any, str]) -> None:
    blocks, name, _, end = case
    text = "".join(["---\n", *blocks, "---\n"]).replace("\n", end)
    after = change_field(text, name, [] if name in RECORDS else "")
    assert field_values(after) == {each: said for each, said in field_values(text).items() if each != name}
    assert set(after.split(end)) <= set(text.split(end))


@given(cases())
def test_to_say_what_it_says_changes_nothing(case: tuple[list[str], str, Any, str]) -> None:
    blocks, _, _, end = case
    text = "".join(["---\n", *blocks, "---\n"]).replace("\n", end)
    for name, value in field_values(text).items():
        assert change_field(text, name, value) == text


SPANISH = """\
---
Titular:  Agua limpia
Contactos:
  - nombre: Mira Okafor
    cargo: Jefa de prensa
    teléfono: +44 20 7946 0142

  - nombre: Tom
    tel:  1234
LUGAR: Portmellon
---

Texto.
"""


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        ("headline", "Agua", "Titular:  Agua limpia\n", "Titular:  Agua\n"),
        ("dateline", "", "LUGAR: Portmellon\n", ""),
        ("subhead", "Al fin", "Contactos:\n", "Subhead: Al fin\nContactos:\n"),
        ("lang", "es", "LUGAR: Portmellon\n", "LUGAR: Portmellon\nLang: es\n"),
        ("contacts", [{"name": "Mira Okafor", "role": "Jefa", "phone": "+44 20 7946 0142"}, {"name": "Tom", "phone": "1234"}],
         "    cargo: Jefa de prensa\n", "    cargo: Jefa\n"),
        ("contacts", [{"name": "Mira Okafor", "role": "Jefa de prensa", "phone": "+44 20 7946 0142"}, {"phone": "1234"}],
         "  - nombre: Tom\n    tel:  1234\n", "  - tel:  1234\n"),
        ("contacts", [{"name": "Tom", "phone": "1234"}],
         "  - nombre: Mira Okafor\n    cargo: Jefa de prensa\n    teléfono: +44 20 7946 0142\n\n", ""),
        ("contacts", [{"name": "Mira Okafor", "role": "Jefa de prensa", "phone": "+44 20 7946 0142"},
                      {"name": "Tom", "phone": "1234", "email": "t@example.org"}, {"name": "Ana"}],
         "    tel:  1234\n", "    tel:  1234\n    email: t@example.org\n  - nombre: Ana\n"),
    ],
)  # fmt: skip
def test_what_stays_of_a_record_stays_as_it_was_written(name: str, value: Any, old: str, new: str) -> None:
    for mark, end in (("", "\n"), ("\ufeff", "\r\n")):
        text = mark + SPANISH.replace("\n", end)
        assert change_field(text, name, value) == mark + SPANISH.replace(old, new, 1).replace("\n", end)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("---\nHeadline: One\n---", "---\nHeadline: One\nDate: May 1, 2026\n---"),
        ("---\nHeadline: One", "---\nHeadline: One\nDate: May 1, 2026"),
        ("---\nDate: May 2, 2026", "---\nDate: May 1, 2026"),
        ("---\n---\n", "---\nDate: May 1, 2026\n---\n"),
        ("\n\n—-\nLugar: here\n\n---", "\n\n—-\nDate: May 1, 2026\nLugar: here\n\n---"),
    ],
)
def test_a_file_may_end_where_it_likes(text: str, after: str) -> None:
    assert change_field(text, "date", "May 1, 2026") == after


def test_lines_of_a_postal_address_stay_lines() -> None:
    text = "---\nName: A\nPostal address:\n  One Street\n  Town\nZone: UTC\n---\n"
    assert "postal_address" in KEEPS_LINES
    after = change_field(text, "postal_address", "A\r\nOther Street\r\nTown", NEWSROOM)
    assert after == "---\nName: A\nPostal address:\n  A\n  Other Street\n  Town\nZone: UTC\n---\n"


@pytest.mark.parametrize(
    ("text", "name", "value", "said"),
    [
        ("Headline: One\n", "headline", "Two", "there is no header"),
        ("---\nHeadline: One\n---\n", "headline", "Two\nThree", "several lines"),
        ("---\nHeadline: One\n---\n", "headline", "T\u202ewo", "no release may hold"),
        ("---\nHeadline: One\nTitular: Two\n---\n", "headline", "", "can't be changed here"),
        ("---\n  stray\n---\n", "headline", "One", "can't be changed here"),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(text: str, name: str, value: str, said: str) -> None:
    with pytest.raises(ValueFault, match=said):
        change_field(text, name, value)


@pytest.mark.parametrize("fields", [RELEASE, NEWSROOM])
def test_each_field_there_is_can_be_put_in_and_taken_out(fields: tuple[Field, ...]) -> None:
    text = "---\n---\n\nBody.\n"
    for field in reversed(fields):  # so that each has to find its place before those that are there
        parts = sorted(RECORDS.get(field.name, ()))
        value: Any = (
            [{part: part for part in parts}] if parts else ["word"] if field.name in RECORDS else "text"
        )
        text = change_field(text, field.name, value, fields)
    assert list(field_values(text, fields)) == [field.name for field in fields]
    for field in fields:
        text = change_field(text, field.name, [] if field.name in RECORDS else "", fields)
    assert text == "---\n---\n\nBody.\n"
