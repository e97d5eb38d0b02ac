"""What offices write around a text, in five languages."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from mailer.importing.words import FIELDS, LANGUAGES, field_names, kinds, language_of, months, phrases, plain
from mailer.model import Kind
from mailer.release.values import MONTHS

KINDS = [kind.name.lower() for kind in Kind if kind is not Kind.FOLLOW_UP]
"""What a document may be: a note of a few lines is none."""


def _keys(table: dict[str, object], above: str = "") -> set[str]:
    return {
        found
        for key, value in table.items()
        for found in (_keys(value, f"{key}.") if isinstance(value, dict) else {f"{above}{key}"})
    }


def test_each_language_has_every_table() -> None:
    read = {
        language: tomllib.loads(
            files("mailer.importing.words").joinpath(f"{language}.toml").read_text("utf-8")
        )
        for language in LANGUAGES
    }
    for language, table in read.items():
        assert _keys(table) == _keys(read["en"]), language
        assert set(table["fields"]) == set(FIELDS), language
        assert set(table["kinds"]) == set(KINDS), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_names_twelve_months_as_the_release_file_does(language: str) -> None:
    table = tomllib.loads(files("mailer.importing.words").joinpath(f"{language}.toml").read_text("utf-8"))
    assert len(re.split(r"[;\n]", table["months"].strip())) == 12
    for name, number in MONTHS.items():
        assert months()[plain(name)] == number


def test_no_word_means_two_kinds_or_two_fields_in_one_language() -> None:
    for language in LANGUAGES:
        for what, names in (("kinds", KINDS), ("fields", list(FIELDS))):
            seen: dict[str, str] = {}
            for name in names:
                for phrase in phrases(f"{what}.{name}", language):
                    assert seen.setdefault(phrase, name) == name, f"{language}: {phrase}"
    assert kinds()["pressemitteilung"] == Kind.PRESS_RELEASE
    assert field_names()["titular"] == "headline"


@pytest.mark.parametrize("text", ["Übermaß", "Évaluation d’été", "Straße", "İzmir", "ﬁn", "e\u0301te"])
def test_plain_letters_stand_where_the_written_ones_do(text: str) -> None:
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Eight of the eleven harbours on the coast now meet the standard, and that is more than in any year.",
            "en",
        ),
        (
            "Ocho de los once puertos de la costa cumplen ya la norma, y eso es más que en cualquier otro año.",
            "es",
        ),
        (
            "Huit des onze ports de la côte respectent la norme, et c’est plus que dans toute autre année pour les villes.",
            "fr",
        ),
        (
            "Acht der elf Häfen an der Küste erfüllen nun die Norm, und das ist mehr als in jedem Jahr mit den Städten.",
            "de",
        ),
        (
            "Oito dos onze portos da costa cumprem já a norma, e isso é mais do que em qualquer outro ano, não só no norte.",
            "pt",
        ),
        ("12 345", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language
