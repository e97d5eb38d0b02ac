"""What a mail says in another language than its own, marked as such (WCAG 2.2, 3.1.2 Language of Parts): a screen
reader reads it with the right voice, and a browser takes the right glyphs.

Labels that are only there in English, and what a translation takes over from the original or from newsroom.md, are put
into the templates between signs of their own, so that no theme need think of it: `U+E002 tag U+E003 words U+E004`. They
become elements, or an attribute of the tag they stand in, once the page is whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from mailer.model import Contact, Edition
from mailer.release import direction_of, is_other, script_of

_BEGIN, _END = re.compile("\ue002([A-Za-z0-9-]+)\ue003"), "\ue004"
_SIGN = re.compile("\ue002[A-Za-z0-9-]*\ue003|[\ue002-\ue004]")
_OWN_WORDS = re.compile(r"\{(?:moment|date)\}")
"""What is put into a label in the mail's own language; what else is put in are names and numbers."""

_PIECES = re.compile(r"""(<!--.*?-->|</?[a-zA-Z](?:"[^"]*"|'[^']*'|[^<>"'])*>)""", re.DOTALL)
_HAS_LANGUAGE = re.compile(r"\slang\s*=", re.IGNORECASE)

_WITH_ITALICS = frozenset(("Latn", "Cyrl", "Grek", "Armn"))
"""Scripts that have them (ISO 15924). All others a program would slant by force; and letters that join, or stand in
squares, are torn by spacing."""

_LETTERS_WITH_ITALICS = ("LATIN ", "CYRILLIC ", "GREEK ", "ARMENIAN ")
"""How Unicode's names of their letters begin."""


def is_upright(language: str) -> bool:
    """Whether the language's script (BCP 47) has no italics, and bears no spacing of letters."""
    return script_of(language) not in _WITH_ITALICS


def has_italics(text: str, language: str) -> bool:
    """Whether a text may be set in italics: most of its letters have them; of one without letters, the language's."""
    letters = [letter for letter in text if letter.isalpha()]
    slanted = sum(unicodedata.name(letter, "").startswith(_LETTERS_WITH_ITALICS) for letter in letters)
    return 2 * slanted > len(letters) if letters else not is_upright(language)


def marked(text: str, language: str, own: str) -> str:
    """A text, between signs where it is in another language than the mail's own.

    Args:
        language, own: BCP 47; "" for `language` where nobody said it.
    """
    if not language or not is_other(language, own) or not any(map(str.isalpha, text)):
        return text
    return f"\ue002{language}\ue003{text}{_END}"


def marked_label(label: str, language: str, own: str) -> str:
    """A label, between signs where it is in another language; a date in it keeps the mail's own."""
    if not is_other(language, own):
        return label
    return marked(_OWN_WORDS.sub(lambda words: f"\ue002{own}\ue003{words[0]}{_END}", label), language, own)


def language_of(edition: Edition, field: str) -> str:
    """The language (BCP 47) of a field that may come from another file; "" where nobody said it."""
    said: Mapping[str, str] = {**edition.newsroom.written_in, **edition.written_in}
    return said.get(field, edition.language)


def attributes_of(edition: Edition, field: str) -> Markup:
    """` lang="en"`, and `dir` where that differs, for the element that holds a field in another language; else ""."""
    language = language_of(edition, field)
    if not language or not is_other(language, edition.language):
        return Markup("")
    return Markup(attributes(language, edition.direction))  # noqa: S704 - a tag of letters, digits and hyphens


def with_marks(edition: Edition) -> Edition:
    """The edition, its words in other languages marked; names and addresses, which have none, are left as they are."""

    newsroom, event = edition.newsroom, edition.event

    def said(field: str, text: str) -> str:
        language, lines = language_of(edition, field), text.split("\n")
        return "\n".join(
            line if line == newsroom.name else marked(line, language, edition.language) for line in lines
        )

    def people(field: str, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(
            replace(
                contact,
                role=said(field, contact.role),
                hours=said(field, contact.hours),
                languages=tuple(said(field, name) for name in contact.languages),
            )
            for contact in contacts
        )

    return replace(
        edition,
        newsroom=replace(
            newsroom,
            postal_address=said("postal_address", newsroom.postal_address),
            why=said("why", newsroom.why),
            end_mark=said("end_mark", newsroom.end_mark),
            logo=newsroom.logo and replace(newsroom.logo, alt=said("logo", newsroom.logo.alt)),
        ),
        contacts=people("contacts", edition.contacts),
        spokespeople=people("spokespeople", edition.spokespeople),
        event=event and replace(event, what=said("event", event.what), where=said("event", event.where)),
        attachments=tuple(
            replace(file, title=said("attachments", file.title)) for file in edition.attachments
        ),
    )


def with_elements(html: str, direction: str) -> str:
    """A page whose signs have become elements, or an attribute of the tag that one stands in.

    Args:
        direction: the mail's own, "ltr" or "rtl".
    """
    if "\ue002" not in html:
        return html
    head, body, rest = html.partition("<body")

    def piece(text: str) -> str:
        found = _BEGIN.search(text)
        if not found:
            return text
        if not text.startswith("<"):
            return _elements(text, direction)
        tag = _SIGN.sub("", text)
        if text.startswith("<!--") or _HAS_LANGUAGE.search(tag):
            return tag
        return re.sub(
            r"^<[^\s/>]+", lambda name: f'{name[0]} lang="{found[1]}"', tag
        )  # `dir` would move its content

    return _SIGN.sub("", head) + body + _SIGN.sub("", "".join(map(piece, _PIECES.split(rest))))


def _elements(text: str, direction: str) -> str:
    """Words without tags, their signs as elements, one in another perhaps."""
    around = [direction]

    def element(sign: re.Match[str]) -> str:
        if sign[0] == _END:
            around.pop()
            return "</span>"
        outer = around[-1]
        around.append(direction_of(sign[1]))
        return f"<span{attributes(sign[1], outer)}>"

    if len(_BEGIN.findall(text)) != text.count(_END):
        return text  # a theme cut it: without its signs it is words as any
    return re.sub(f"{_BEGIN.pattern}|{_END}", element, text)


def attributes(language: str, direction: str) -> str:
    """` lang="ar" dir="rtl"`: a language (BCP 47), and its direction where that is not the one around it."""
    own = direction_of(language)
    return f' lang="{language}"' + (f' dir="{own}"' if own != direction else "")
