"""Tokens of unsubscribe links: ours come back, everything else is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.unsubscribing import token_of_the_first_kind

from mailer.press import UnsubscribeTokenError, read_unsubscribe_token, unsubscribe_token

KEY = "a key of the office"


@pytest.mark.parametrize("address", ["ana@example.net", "josé@example.net", "a" * 64 + "@example.net"])
def test_a_token_holds_its_address(address: str) -> None:
    token = unsubscribe_token(address, KEY)
    assert read_unsubscribe_token(token, KEY) == address
    assert unsubscribe_token(address, KEY) == token, "the same in every mail"
    assert re.fullmatch(r"[A-Za-z0-9._-]+", token), "nothing to quote in a URL"


def test_a_link_of_the_first_kind_stays_valid() -> None:
    """They are in mailboxes. This is one, character by character: the code that made it is gone."""
    token = "YW5hQGV4YW1wbGUubmV0.VPHkG83TKzaiJnfUhyv_ByVzngBoBY8520D4eN838vc"
    assert token == token_of_the_first_kind("ana@example.net", KEY)
    assert read_unsubscribe_token(token, KEY) == "ana@example.net"


@pytest.mark.parametrize("address", ["a@b.example", "ana.ruiz@example.net", "a" * 64 + "@example.net"])
def test_a_token_is_short(address: str) -> None:
    """The address and 12 octets of proof in base64url, and nothing beside: what it stands in can't be folded."""
    assert len(unsubscribe_token(address, KEY)) == -(-(len(address) + 12) * 4 // 3)


def test_a_changed_or_foreign_token_is_refused() -> None:
    token = unsubscribe_token("ana@example.net", KEY)
    other = unsubscribe_token("bo@example.org", KEY)
    first = token_of_the_first_kind("ana@example.net", KEY)
    for forged in (
        "",
        ".",
        token[:-1],
        token + "A",
        "A" + token,
        token[:16] + other[16:],
        token[16:],
        first[:-1],
        first + "A",
        token_of_the_first_kind("bo@example.org", KEY).partition(".")[0] + "." + first.partition(".")[2],
        token_of_the_first_kind("ana@example.net", "another key"),
        unsubscribe_token("ana@example.net", "another key"),
        "é" + token,
    ):
        with pytest.raises(UnsubscribeTokenError):
            read_unsubscribe_token(forged, KEY)


def test_an_empty_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="SECRET_KEY"):
        unsubscribe_token("ana@example.net", "")


@given(st.text(max_size=80))
def test_no_text_crashes_the_reading(token: str) -> None:
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscribe_token(token, KEY)
