"""Text that others wrote can't steer the terminal that shows it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.visible import visible


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("250 2.1.5 Ok", "250 2.1.5 Ok"),
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
        ("no\x08\x08yes", r"no\x08\x08yes"),
        ("moc.elpmaxe\u202e@a", r"moc.elpmaxe\u202e@a"),
        ("\x9b31m", r"\x9b31m"),
        ("\ufeffana", r"\ufeffana"),
        ("a\r\nb\tc\u2028d\xa0e", "a  b c d e"),
        ("Łódź, كتاب, می\u200cخواهم", "Łódź, كتاب, می\u200cخواهم"),
        ("\udc80", r"\udc80"),
    ],
    ids=ascii,
)
def test_what_can_not_be_seen_is_shown_as_its_escape(said: str, shown: str) -> None:
    assert visible(said) == shown


@given(st.text())
def test_nothing_invisible_is_left_but_joiners(text: str) -> None:
    shown = visible(text)
    assert "\n" not in shown
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    assert left <= {"\u200c", "\u200d"}
