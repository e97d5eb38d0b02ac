"""Columns: which header means what, how names are composed, what becomes a merge field."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailer.model import Recipient
from mailer.press import read_list
from mailer.press.list_files.columns import ROLES, SYNONYMS
from mailer.press.list_files.words import plain


def only(tmp_path: Path, text: str) -> Recipient:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    (person,) = read_list(path)
    return person


@pytest.mark.parametrize("role", SYNONYMS)
def test_every_header_is_found_padded_and_in_capitals(role: str, tmp_path: Path) -> None:
    for synonym in SYNONYMS[role]:
        assert ROLES[plain(f"  {synonym.strip().upper()}:* ")] == role, synonym


def test_no_header_means_two_things() -> None:
    words = [plain(word) for words in SYNONYMS.values() for word in words]
    by_role = {role: set(map(plain, words)) for role, words in SYNONYMS.items()}
    assert all(sum(word in own for own in by_role.values()) == 1 for word in words)


@pytest.mark.parametrize(
    ("headers", "cells", "name", "first", "last"),
    [
        ("First name;Last name", "Ana;Ruiz", "Ana Ruiz", "Ana", "Ruiz"),
        ("Nombre;Apellidos", "Ana;Ruiz Peña", "Ana Ruiz Peña", "Ana", "Ruiz Peña"),
        ("Nom;Prénom", "Ruiz;Ana", "Ana Ruiz", "Ana", "Ruiz"),
        ("Name;Vorname", "Ruiz;Ana", "Ana Ruiz", "Ana", "Ruiz"),
        ("Nome;Sobrenome", "Ana;Ruiz", "Ana Ruiz", "Ana", "Ruiz"),
        ("Name;First name", "Ana Ruiz;Ana", "Ana Ruiz", "Ana", ""),
        ("Name;First name;Last name", "Dr Ana Ruiz;Ana;Ruiz", "Dr Ana Ruiz", "Ana", "Ruiz"),
        ("First name;Last name", ";Ruiz", "Ruiz", "", "Ruiz"),
        ("First name;Last name", "Ana;", "Ana", "Ana", ""),
        ("Name", "Ana Ruiz", "Ana Ruiz", None, None),
    ],
)
def test_a_name_is_composed(
    headers: str, cells: str, name: str, first: str | None, last: str | None, tmp_path: Path
) -> None:
    person = only(tmp_path, f"email;{headers}\nana@example.net;{cells}\n")
    assert (person.name, person.fields.get("first_name"), person.fields.get("last_name")) == (
        name,
        first,
        last,
    )


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("es", ("es",)),
        ("ES", ("es",)),
        ("es-MX", ("es-MX",)),
        ("es_mx", ("es-MX",)),
        ("zh-Hant-TW", ("zh-Hant-TW",)),
        ("Spanish", ("es",)),
        ("español", ("es",)),
        ("Castellano", ("es",)),
        ("Español (México)", ("es",)),
        ("Espagnol", ("es",)),
        ("Deutsch", ("de",)),
        ("alemão", ("de",)),
        ("English; Spanish", ("en", "es")),
        ("fr/en", ("fr", "en")),
        ("en, en", ("en",)),
        ("Klingonish", ()),
        ("", ()),
    ],
)
def test_a_language_is_read_as_tag_or_name(text: str, languages: tuple[str, ...], tmp_path: Path) -> None:
    assert only(tmp_path, f'email|language\nana@example.net|"{text}"\n').languages == languages


def test_tags_are_split_and_lower_case(tmp_path: Path) -> None:
    assert only(tmp_path, 'email,tags\nana@example.net,"Coast; Water | radio,,COAST"\n').tags == {
        "coast",
        "water",
        "radio",
    }


def test_tags_in_quotes_lose_them(tmp_path: Path) -> None:
    """Mailchimp writes \"Press\",\"Coast\" into one cell."""
    assert only(tmp_path, 'email,tags\nana@example.net,"""Press"",""Coast"""\n').tags == {"press", "coast"}


def test_an_address_is_no_name(tmp_path: Path) -> None:
    assert only(tmp_path, "email,name\nana@example.net,Ana@example.net\n").name == ""


def test_further_columns_become_merge_fields(tmp_path: Path) -> None:
    person = only(
        tmp_path,
        "email;Beat;País;Phone (office);Acepta embargo;lists\na@example.net;Sea;México;202-555-0101;Sí;x\n",
    )
    assert person.fields == {
        "beat": "Sea",
        "country": "México",
        "phone_office": "202-555-0101",
        "accepts_embargo": "yes",
        "lists_2": "x",
    }


def test_two_columns_of_one_name_keep_both_values(tmp_path: Path) -> None:
    person = only(tmp_path, "email,Notes,notes,\na@example.net,one,two,three\n")
    assert person.fields == {"notes": "one", "notes_2": "two"}


def test_a_second_address_column_that_is_filled_late_is_named(tmp_path: Path) -> None:
    """The first 64 KB show one column in use, so nothing is asked; a later row's other address is told."""
    path = tmp_path / "list.csv"
    rows = "".join(f"p{n}@example.net,,{'x' * 60}\n" for n in range(1200))
    path.write_text(f"email,e-mail 2,notes\n{rows}last@example.net,other@example.org,\n,late@example.org,\n")
    problems = list(read_list(path).problems)
    assert [(p.line, p.id) for p in problems] == [(1202, "second-address"), (1203, "no-address")]
    assert "late@example.org" in problems[1].message
