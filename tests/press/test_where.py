"""`--where`: what the small expression says about a recipient, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.model import Recipient
from mailer.press import WhereError
from mailer.press.where_expression import read_where

ANA = Recipient(
    "ana@faro.example",
    name="Ana Ruiz",
    outlet="El Faro, Diario",
    languages=("es-MX", "en"),
    tags=frozenset({"mexico", "coast"}),
    fields={
        "beat": "Medio ambiente",
        "country": "México",
        "circulation": "12000",
        "accepts_embargo": "yes",
        "vip": "",
    },
    lists=("press", "coast"),
)
COLUMNS = tuple(ANA.fields)

TRUE = [
    'language == "es" and "mexico" in tags',
    'language == "es"',
    'language == "es-MX"',
    'language == "ES_mx"',
    'language in ["en", "es"]',
    '"en" in languages',
    '"es" in languages',
    'language != "en"',
    'country == "mexico"',
    'country == "MÉXICO"',
    'country in ("Mexico", "Spain")',
    'country not in ("Chile", "Spain")',
    '"faro" in outlet',
    '"ambiente" in beat',
    'domain == "faro.example"',
    'email == "ANA@faro.example"',
    'address == "ana@faro.example"',
    "circulation > 9000",
    "circulation >= 12000.0",
    "circulation == 12000",
    "0 < circulation <= 12000",
    "circulation != -1",
    'name < "Bo"',
    '"coast" in lists',
    '"Coast" in tags',
    "accepts_embargo",
    "accepts_embargo == True",
    "not vip",
    'vip == ""',
    'tags == ["coast", "Mexico"]',
    'not (language == "fr" or "radio" in tags)',
    'LANGUAGE == "es"',
]

FALSE = [
    'language == "e"',
    'language == ""',
    'language == "fr"',
    '"coas" in tags',
    "circulation > 12000",
    "name > 3",
    "vip > 0",
    'vip < "z"',
    "vip",
    'name == ["Ana Ruiz"]',
    'language == "es" and "radio" in tags',
    "accepts_embargo == False",
]

REFUSED = {
    'langauge == "es"': "Did you mean language?",
    'quite_other == "x"': "The columns are: accepts_embargo, address, beat",
    "language == es": 'Text needs quotes: "es"',
    'language = "es"': "Write == to compare",
    'language == "es" and': "can't be read",
    "": "can't be read",
    '"es"': "neither a comparison nor a column",
    "__import__('os').system('id')": "can't use",
    "name.upper() == 'ANA'": "can't use “name.upper()”",
    "name[0] == 'A'": "can't use “name[0]”",
    "(lambda: 1)() == 1": "can't use",
    "[x for x in tags] == []": "can't use",
    "f'{name}' == 'x'": "can't use",
    "name is vip": "use == or !=",
    "circulation + 1 > 2": "can't use “circulation + 1”",
    "b'x' == name": "can't use",
    "name == None": "can't use",
    "name if vip else outlet": "neither a comparison nor a column",
    "(name := 'x') == 'x'": "can't use",
    "not " * 3000 + "vip": "",
    "(" * 3000 + "vip" + ")" * 3000: "",
    "name\x00": "can't be read",
}


@pytest.mark.parametrize("expression", TRUE)
def test_it_is_true(expression: str) -> None:
    assert read_where(expression, COLUMNS)(ANA) is True


@pytest.mark.parametrize("expression", FALSE)
def test_it_is_false(expression: str) -> None:
    assert read_where(expression, COLUMNS)(ANA) is False


@pytest.mark.parametrize("expression", REFUSED, ids=lambda text: repr(text[:30]))
def test_it_is_refused_and_says_what_to_do(expression: str) -> None:
    with pytest.raises(WhereError) as refused:
        read_where(expression, COLUMNS)
    assert REFUSED[expression] in str(refused.value)
    assert refused.value.hint


def test_a_recipient_without_languages_reads_none() -> None:
    nobody = Recipient("x@example.net")
    assert not read_where('language == "es"', ())(nobody)
    assert read_where('language == ""', ())(nobody)
    assert read_where('language != "es"', ())(nobody)


@given(st.text(max_size=60))
def test_no_text_crashes_it(expression: str) -> None:
    try:
        test = read_where(expression, COLUMNS)
    except WhereError:
        return
    assert test(ANA) in (True, False)
