"""What people write beside an address in its cell: a label, or a name.

`Email: jane@example.org`, `jane@example.org - Jane Doe`. Only what is plainly one of these is taken away: a remark may
be “left in May”, and in `jane doe@example.org` a space may stand for the dot that was meant.
"""

from __future__ import annotations

import re

from mailer.press.clean_text import folded
from mailer.press.list_files.cell_values import activity


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LABEL = re.compile(
    r"(?:smtp|(?:work|office|business|home|private|main)\s+e-?mail|e-?mail(?:[- ]?add?ress?e?)?|mail|"
    r"correo(?:\s+electrónico|-e)?|courriel|mél|adresse|e-post|indirizzo|posta)\s*[:=]\s*",
    re.IGNORECASE,
)
_IN_ADDRESS = r"[^\s@,;|<>()\[\]\"“”]"
_ONE_ADDRESS = re.compile(rf"(?<!{_IN_ADDRESS}){_IN_ADDRESS}++@(?:(?!:){_IN_ADDRESS})++")
_BEFORE = re.compile(r"(?P<words>[^@]*?)(?:\s[-–—|/]|\s*[,;])\s+")
"""No colon: `Undisclosed: jane@example.org;` is a group (RFC 5322 §3.4)."""
_AFTER = re.compile(r"(?:\s[-–—|/]|\s*[,;])\s+(?P<words>[^@]*)")
_WORD = r"[^\W\d_](?:['’.-]?[^\W\d_])*+\.?"
_LIKE_A_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,5}}")
_PART_OF_ADDRESS = re.compile(r"[^\s:,;|/<>()–—-]$")
_NO_NAME = _words(
    """
    no not non nao nicht never nunca jamais dont stop left leaving leave moved gone old ex former formerly anterior
    antiguo antigua ancien ancienne alt ehemalig retired retiree jubilado jubilada pension deceased dead fallecido
    fallecida decede verstorben unsubscribe unsubscribed baja removed remove delete deleted bounce bounced bounces
    invalid wrong error cc bcc via care please optout inactive inactivo inactiva blocked banned suppressed
    """
)
"""Words of remarks that must not be read as a name, folded."""


def beside(text: str) -> tuple[str, str] | None:
    """The name and the address of a text that has one `@`; None where something else than a name or a label is there.

    Args:
        text: on one line.
    """
    label = _LABEL.match(text)
    text = text[label.end() :] if label else text
    found = _ONE_ADDRESS.search(text)
    if found is None:
        return None
    words = []
    for pattern, rest in ((_BEFORE, text[: found.start()]), (_AFTER, text[found.end() :])):
        match = pattern.fullmatch(rest)
        if rest.strip() and (match is None or not _is_name(match["words"].strip())):
            return None
        words += [match["words"].strip()] if match else []
    if len(words) > 1 or not (label or words):
        return None
    return "".join(words), found[0]


def not_to_be_mailed(words: str, *, remark: bool = False) -> bool:
    """Whether words beside an address say that it is not to be mailed.

    Args:
        remark: they stand where a remark does: one such word is enough. Where a name does, they all have to say it:
            somebody may be called Old.
    """
    words = words.strip(" -–—|/.,;:!\"'“”")
    if words and activity(words) is False:
        return True
    return remark and not _NO_NAME.isdisjoint(re.findall(r"[^\W\d_]+", folded(words).replace("'", "")))


def what_stands_beside(text: str) -> str:
    """The words beside the one address of a text, or "" where there are none or no such address."""
    found = _ONE_ADDRESS.search(text) if text.count("@") == 1 else None
    if found is None or "." not in found[0].partition("@")[2]:
        return ""
    before, after = text[: found.start()].rstrip(), text[found.end() :].lstrip()
    rest = " … ".join(filter(None, (before.rstrip("< "), after.lstrip("> "))))
    return "" if _PART_OF_ADDRESS.search(before) else rest


def _is_name(text: str) -> bool:
    """Whether these words are a person's or an office's name, and don't say that somebody is not to be mailed."""
    return bool(
        text[:1].isupper() and _LIKE_A_NAME.fullmatch(text) and not not_to_be_mailed(text, remark=True)
    )
