"""Electronic business cards (.vcf), as address books export them: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350).

A card becomes a row of fixed columns, so that all else reads it as it reads any list. One card at a time, and of a card
only what a list can use: portraits, which are most of such a file, are never held. Why not by a library:
docs/decisions/dependencies.md.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TextIO

from mailer.errors import Fault, ListError
from mailer.press.list_files.answers import Answers
from mailer.press.list_files.cell_values import LONGEST
from mailer.press.list_files.columns import name_columns
from mailer.press.list_files.encoding import Encoding, find_encoding
from mailer.press.list_files.gates import gate_of, question, read_gate, why_out
from mailer.press.list_files.header import Header
from mailer.press.list_files.raw_rows import LONGEST_CELL, RawRow
from mailer.press.list_files.readings import encoding_question

COLUMNS = (
    "Email", "Name", "First name", "Last name", "Outlet", "Language", "Tags", "Country", "Further addresses", "Title",
    "Phone", "Note", "Opted out",
)  # fmt: skip
CARD_HEADER = Header(0, name_columns(COLUMNS, 0, (8,), gates=((12, "opted_out"),)))

MOST_PROPERTIES = 1_000
"""Of one card."""
_SAMPLE = 500
"""Cards that show what the properties hold which say who may be mailed."""
_KEPT = frozenset(("FN", "N", "ORG", "EMAIL", "LANG", "CATEGORIES", "ADR", "TITLE", "TEL", "NOTE"))
_PIECE = 1 << 16
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cards:
    """How a file of cards is read.

    Attributes:
        encoding: of the file; a property may have one of its own.
        gates: name of a property → what it says about who may be mailed (`gates.read_gate`).
    """

    encoding: Encoding
    gates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Property:
    """A property of a card: its name in capitals, the parameters with no name or called TYPE, its value as written."""

    name: str
    types: frozenset[str]
    preference: int
    value: str

    def pieces(self, separator: str) -> list[str]:
        """Its components (RFC 6350 section 3.4): what a backslash stands before separates nothing."""
        found = re.findall(rf"(?:[^\\{separator}]|\\.?)*+", self.value, re.DOTALL)
        kept = [text for number, text in enumerate(found) if text or number == 0 or found[number - 1] == ""]
        return [_unescaped(text).strip() for text in kept]


def is_cards(path: Path) -> bool:
    """Whether a file holds cards, by its bytes rather than its name."""
    with path.open("rb") as file:
        head = file.read(256)
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:11].lower() == b"begin:vcard"


def find_cards(path: Path, shown: str, answers: Answers) -> tuple[Cards, list[Fault]]:
    """How a file of cards is read, and what is to be asked about it.

    Raises:
        ListError: its encoding isn't the one that staff have said; or a card is too large.
    """
    encoding = Encoding(answers.encoding) if answers.encoding else find_encoding(path)
    questions = list(encoding_question(path, shown, encoding, answers))
    values: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for line, card in islice(_cards(path, encoding, shown), _SAMPLE):
        for each in card:
            if each.name not in _KEPT and _unescaped(each.value).strip():
                values.setdefault(each.name, []).append(_unescaped(each.value).strip())
                lines.setdefault(each.name, line)
    gates: dict[str, str] = {}
    for name, held in values.items():
        said = answers.role(name)
        kind, seen = read_gate(name.removeprefix("X-"), held) if said is None else (said, "")
        if seen:
            number = list(values).index(name) + 1
            questions.append(question(name, number, seen, (shown, lines[name]), answers.how_column(name)))
        elif kind:
            gates[name] = kind
    questions += answers.misnamed(values)
    return Cards(encoding, gates), questions


def read_cards(path: Path, cards: Cards, shown: str) -> Iterator[RawRow]:
    """Every card of a file as a row of `COLUMNS`, one at a time; `line` is where it begins.

    Raises:
        ListError: a card is too large, or the encoding that staff have said is not the file's.
    """
    for line, card in _cards(path, cards.encoding, shown):
        yield RawRow(line, _row(card, cards.gates), [])


def _row(card: list[_Property], gates: Mapping[str, str]) -> list[str]:
    def first(name: str) -> _Property | None:
        return next((each for each in card if each.name == name), None)

    def text(name: str) -> str:
        found = first(name)
        return _unescaped(found.value).strip() if found else ""

    def preferred(name: str) -> list[str]:
        found = sorted((each for each in card if each.name == name), key=lambda each: each.preference)
        return [value for each in found if (value := _unescaped(each.value).strip())]

    family, given = ([*name.pieces(";"), "", ""] if (name := first("N")) else ["", ""])[:2]
    outlet = organisation.pieces(";")[0] if (organisation := first("ORG")) else ""
    full = text("FN")
    address, *further = [re.sub("^mailto:", "", value, flags=re.I) for value in preferred("EMAIL")] or [""]
    tags = [tag for each in card if each.name == "CATEGORIES" for tag in each.pieces(",") if tag]
    country = next(
        (found[6] for each in card if each.name == "ADR" and len(found := each.pieces(";")) > 6), ""
    )
    name_only = "" if full == outlet and not (family or given) else full
    return [
        address, name_only, given, family, outlet, ", ".join(preferred("LANG")), ", ".join(tags), country,
        ", ".join(further), text("TITLE"), text("TEL").removeprefix("tel:"), text("NOTE"), _out(card, gates),
    ]  # fmt: skip


def _out(card: Iterable[_Property], gates: Mapping[str, str]) -> str:
    """The property that says that its person is not to be mailed, or ""."""
    for each in card:
        kind = gates.get(each.name) or (
            "opted_out" if gate_of(each.name.removeprefix("X-")) == "opted_out" else ""
        )
        value = _unescaped(each.value).strip()
        if each.name in _KEPT or not kind or (not value and kind != "consent"):
            continue
        if why_out(kind, value[:LONGEST])[0]:
            return f"{each.name}: {value}"
    return ""


def _cards(path: Path, encoding: Encoding, shown: str) -> Iterator[tuple[int, list[_Property]]]:
    """Line and properties of each card. One that never ends, ends where the next begins."""
    begun, card = 0, list[_Property]()
    try:
        with path.open(encoding=encoding.codec, errors=encoding.errors) as file:
            for line, text in _unfolded(file, shown):
                bare = text.strip().upper().replace(" ", "")
                if bare in ("BEGIN:VCARD", "END:VCARD"):
                    if begun:
                        yield begun, card
                    begun, card = (line if bare[0] == "B" else 0), []
                elif begun and (found := _property(text)):
                    card.append(found)
                    if len(card) > MOST_PROPERTIES:
                        what = f"the card has more than {MOST_PROPERTIES:,} properties"
                        raise ListError(
                            [Fault(shown, begun, what, "is this really an address book? Export it again")]
                        )
            if begun:
                yield begun, card
    except UnicodeError:
        fault = Fault(shown, 0, f"this is not {encoding} text", "name another encoding, or none")
        raise ListError([fault]) from None


def _unfolded(file: TextIO, shown: str) -> Iterator[tuple[int, str]]:
    """Lines as they were before they were folded (RFC 6350 section 3.2, and vCard 2.1's quoted-printable).

    What is of no use, portraits above all, is not held; nor is a line that has no end.
    """
    number = begun = length = 0
    pieces: list[str] = []
    kept = whole = True
    while piece := file.readline(_PIECE):
        number += whole
        goes_on = not whole or _goes_on(pieces, piece)
        if not goes_on:
            if pieces:
                yield begun, "".join(pieces)
            begun, pieces, length, kept = number, [], 0, _useful(piece)
        if kept or not goes_on:
            text = piece.rstrip("\n")
            if goes_on and whole:
                text = _joined(pieces, text)
            length += len(text)
            if kept and length > LONGEST_CELL:
                what = f"a property of the card has more than {LONGEST_CELL:,} characters"
                raise ListError(
                    [Fault(shown, begun, what, "is this really an address book? Export it again")]
                )
            pieces.append(text if kept else text[:100])
        whole = piece.endswith("\n")
    if pieces:
        yield begun, "".join(pieces)


def _goes_on(pieces: list[str], piece: str) -> bool:
    if not pieces:
        return False
    return (piece[0] in " \t" and bool(piece.strip())) or _soft(pieces)


def _joined(pieces: list[str], text: str) -> str:
    """What a continued line adds: without the blank that folded it, or after a soft line break."""
    if _soft(pieces):
        pieces[-1] = pieces[-1][:-1]
        return text
    return text[1:]


def _soft(pieces: list[str]) -> bool:
    """Whether a line ends in a soft line break of quoted-printable (RFC 2045 section 6.7)."""
    return pieces[-1].endswith("=") and "QUOTED-PRINTABLE" in pieces[0][:200].upper()


def _useful(line: str) -> bool:
    name = re.split("[;:]", line[:100], maxsplit=1)[0].rpartition(".")[2].strip().upper()
    return name in _KEPT or name in ("BEGIN", "END") or (name.startswith("X-") and gate_of(name[2:]) != "")


def _property(text: str) -> _Property | None:
    """`item1.EMAIL;TYPE=work;PREF=1:ana@example.net`; None where it is none that is kept."""
    head, colon, value = _at_colon(text)
    name = head.partition(";")[0].rpartition(".")[2].strip().upper()
    if not colon or not _useful(f"{name}:"):
        return None
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for parameter in head.split(";")[1:]:
        key, equals, said = parameter.strip().upper().partition("=")
        if not equals or key == "TYPE":
            types.update((said if equals else key).strip('"').split(","))
        else:
            parameters.setdefault(key, said.strip('"'))
    if types & {"BASE64", "B"} or parameters.get("ENCODING") in ("B", "BASE64"):
        return None
    if "QUOTED-PRINTABLE" in (*types, parameters.get("ENCODING", "")):
        value = _decoded(value, parameters.get("CHARSET", ""))
    preference = parameters.get("PREF", "")
    rank = (
        int(preference) if preference.isdecimal() and len(preference) < 4 else 0 if "PREF" in types else 101
    )
    return _Property(name, frozenset(types), rank, value)


def _at_colon(text: str) -> tuple[str, str, str]:
    """A line at the colon before its value: the first one outside of quotation marks."""
    quoted = False
    for index, character in enumerate(text[:2000]):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return text[:index], ":", text[index + 1 :]
    return text.partition(":")  # a mark that is never closed, as some of Apple's


def _decoded(value: str, charset: str) -> str:
    content = quopri.decodestring(value.encode("utf-8", "replace"))
    for name in (charset, "utf-8"):
        try:
            return content.decode(name) if name else content.decode("utf-8")
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _unescaped(text: str) -> str:
    """A text without its backslashes (RFC 6350 section 3.4)."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)
