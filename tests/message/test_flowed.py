"""Flowed text on the wire (RFC 3676): what its lines begin with, and what a reader's program makes of them."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTPUTF8

import pytest
from support.messages import HEAD, addressee, composition, read, rendered, slot

from mailer.message import compile_message, verify


def raw(content: bytes) -> list[str]:
    part = message_from_bytes(content, policy=SMTPUTF8).get_body(("plain",))
    return part.get_content().replace("\r\n", "\n").split("\n")


def test_the_text_says_that_it_flows() -> None:
    part = read(composition().fill(addressee())).message.get_body(("plain",))
    assert part.get_param("format") == "flowed"
    assert part.get_param("delsp") == "no"


def test_a_text_that_does_not_flow_says_nothing_and_travels_as_it_is() -> None:
    text = "    A quotation\nFrom the coast\n港の水は" + "もっともきれいになった" * 20 + "\n"
    content = compile_message(replace(rendered(text=text), flows=False), HEAD).fill(addressee())
    part = read(content).message.get_body(("plain",))
    assert part.get_param("format") is None
    assert part.get_content().replace("\r\n", "\n") == text
    assert read(content).text == text


def test_what_could_be_taken_for_something_else_has_a_space_before_it() -> None:
    """RFC 3676 §4.4: a line that begins with a space, with ">" or with "From "."""
    text = "    A quotation\n>> Embargo\nFrom the coast\nFromage\n\n-- \nThe office\n"
    content = composition(text=text).fill(addressee())
    assert raw(content)[:7] == [
        "     A quotation",
        " >> Embargo",
        " From the coast",
        "Fromage",
        "",
        "-- ",
        "The office",
    ]
    assert read(content).text == text


def test_the_space_of_a_soft_break_arrives() -> None:
    """Blanks before a line end may be lost on the way, so it is encoded (RFC 2045 §6.7, rule 3)."""
    content = composition(text="One paragraph \nin two lines\n").fill(addressee())
    assert b"One paragraph=20\r\nin two lines\r\n" in content


@pytest.mark.parametrize("name", ["Ana", "> quoted", " spaced", "From Ana", "-- "])
def test_whatever_value_begins_a_line(name: str) -> None:
    text = f"{slot('first_name')}, hello\n{slot('unsubscribe')}\n"
    someone = addressee(values={"first_name": name})
    made = composition(text=text)
    content = made.fill(someone)
    verify(content, someone, made)
    assert raw(content)[0] == f" {name}, hello"
    assert raw(content)[1].startswith("mailto:"), "what the tool fills in needs none"
