"""What is not as it was when it was offered, in words for whoever has just said yes to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from mailer.pipeline.outgoing import at_the_office
from mailer.release.values import moment_text

NAMED = 5
"""Of those who are new, so many are named."""

_TOLD = frozenset(("editions", "people", "recipients", "number", "planned", "embargo", "warnings"))
_FOLLOWS = frozenset(("languages", "newcomers", "waiting", "again", "zone"))
"""Nothing of it changes alone; where it does, that is told as it stands."""
_NAMES = {
    "relay": "the server",
    "mail_from": "the return address",
    "only_to": "to whom this computer may send (ALLOW_ONLY)",
    "approved": "the approval",
    "title": "what it is",
    "asked": "whom it is for",
    "kind": "what is to be done",
    "release": "the release",
}


def differences(
    then: Mapping[str, Any], now: Mapping[str, Any], addresses: Mapping[str, str] | None = None
) -> list[str]:
    """In a sentence each; [] where all is as it was. A warning that is gone is none.

    Args:
        then, now: what was shown, as `shown` makes it.
        addresses: those of `Shown`, of now.
    """
    said = [
        *_in_editions(then["editions"], now["editions"]),
        *_in_people(then, now, addresses or {}),
        *_in_times(then, now),
        *(
            f"New: {each['message']}"
            for each in now["warnings"]
            if each["key"] not in {other["key"] for other in then["warnings"]}
        ),
    ]
    for key in sorted({*then, *now} - _TOLD):
        if then.get(key) != now.get(key) and not (key in _FOLLOWS and said):
            said.append(f"Changed: {_NAMES.get(key, key)} {_from_to(then.get(key), now.get(key))}")
    return said


def _from_to(then: object, now: object) -> str:
    if isinstance(then, str) and isinstance(now, str) and then and now:
        return f"was {then}, and is {now}."
    return "is another."


def _in_editions(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for language in {**then, **now}:
        before, after = then.get(language), now.get(language)
        if before is None or after is None:
            yield f"{language}: this edition is {'new' if after else 'gone'}."
            continue
        if before["subject"] != after["subject"]:
            yield f"{language}: the subject was “{before['subject']}”, and is “{after['subject']}”."
        if before["from"] != after["from"]:
            yield f"{language}: it was from {before['from']}, and is from {after['from']}."
        if number := changed_words(before["text"], after["text"]):
            yield f"{language}: {number:,} {'word' if number == 1 else 'words'} changed in the text."
        elif before["digest"] != after["digest"] and before["subject"] == after["subject"]:
            yield f"{language}: it reads the same, and its layout, a picture, a file or a header field is another."


def changed_words(before: str, after: str) -> int:
    """How many words differ: those that came, or those that went, whichever are more in each place."""
    old, new = (re.findall(r"\S+", text) for text in (before, after))
    if old == new:
        return 0
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps if tag != "equal")


def _in_people(
    then: Mapping[str, Any], now: Mapping[str, Any], addresses: Mapping[str, str]
) -> Iterator[str]:
    before, after = then["people"], now["people"]
    if isinstance(before, str) or isinstance(after, str):
        if then["number"] != now["number"]:
            yield f"It was for {then['number']:,} people, and is for {now['number']:,}."
        elif before != after or then["recipients"] != now["recipients"]:
            yield f"The {now['number']:,} people, or what some of them get, are others."
        return
    more = [addresses.get(who, "somebody") for who in after if who not in before]
    fewer = sum(who not in after for who in before)
    other = [addresses.get(who, "somebody") for who, what in after.items() if before.get(who, what) != what]
    if more:
        yield f"{_count(len(more))} more: {_named(more)}."
    if fewer:
        yield f"{_count(fewer)} fewer."
    if other:
        yield f"What {_count(len(other))} would get is another (edition, name, or what is filled in): {_named(other)}."
    if not (more or fewer) and (then["recipients"], then["number"]) != (now["recipients"], now["number"]):
        yield "The people are others."


def _count(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _named(addresses: list[str]) -> str:
    more = len(addresses) - NAMED
    return ", ".join(addresses[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _in_times(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key, what, none in (("planned", "It leaves", "at once"), ("embargo", "The embargo:", "none")):
        if then[key] != now[key]:
            was, is_ = (_moment(each[key], each["zone"], none) for each in (then, now))
            yield f"{what} {is_}; it was: {was}."


def _moment(seconds: float, zone: str, none: str) -> str:
    return moment_text(at_the_office(seconds, zone)) if seconds else none
