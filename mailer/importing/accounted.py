"""The account of words: every word of a source is in the release or among what was set aside, or nothing is imported.

What the words of the source are is said by another reader than the one that made the release (`SourceDocument.words`),
and the release's by its own reader. Held against one another are words alone, each as often as it stands there:

- letters and digits count, in any case and form (NFKC), apart from one another: a note's mark is none of its word's,
  10² is not 102; so do the signs that numbers need (minus, percent, currencies, degrees, ±); other punctuation, dashes,
  bullets and quotation marks don't count;
- characters that nobody sees (soft hyphens, blanks of no width) are no part of a word;
- a word that a line's end parts with a hyphen is one where the release has it as one;
- a note's number counts where it is cited; so do the numbers of a numbered list. What a mail says in words of its
  own (the kind, the labels of contacts, the numbers before notes) is among what was set aside.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.tree import SyntaxTreeNode

from mailer.importing.document import SourceDocument
from mailer.importing.draft import Draft
from mailer.release import plain_text
from mailer.release.body import Body, parse_body
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.source import as_read

_CURRENCIES = re.escape("".join(chr(n) for n in range(0x10000) if unicodedata.category(chr(n)) == "Sc"))
_WORD = re.compile(
    r"[^\W\d_⁰¹²³⁴-⁹]+|\d+|[⁰¹²³⁴-⁹]+"
    rf"|[{_CURRENCIES}±×÷≤≥≠≈∞√°]"
    r"|(?<=\d)[ \u00a0\u202f]?[%‰](?![0-9A-Fa-f]{2})"  # in addresses it begins a byte
    rf"|(?<![\w.,:;/)+*#\\{_CURRENCIES}–−-])[−–-](?=[{_CURRENCIES}]?\d)"
)
"""Words, and signs without which a number says something else."""
_POWER = re.compile(r"(\d+)([⁰¹²³⁴-⁹]+)")
_AROUND = 4
"""Words before and behind those that are lost, by which they are found."""
_OF_THE_OFFICE = frozenset(["kind", "lang", "original", "lists", "theme", "about", "web", "corrects"])
"""Fields that hold none of the source's words, or say them in words of the house's."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Words of a source that are nowhere, as they stand there, and the words around them."""

    words: str
    around: str


def lost_words(document: SourceDocument, draft: Draft, text: str) -> tuple[Lost, ...]:
    """What the release and the list of what was set aside lack of the source.

    Args:
        draft: what was recovered, for what it set aside.
        text: of the release file that was made.
    """
    shown = as_read(document.words)
    spans = [(match.start(), match.end()) for match in _WORD.finditer(shown)]
    source = [_normalised(shown[start:end]) for start, end in spans]
    texts = (*_in_file(text), *(aside.text for aside in draft.set_aside))
    kept = [word for each in texts for word in words_of(each)]
    missing = Counter(source) - Counter(kept)
    spare = Counter(kept) - Counter(source)
    for at in _hyphenated(shown, spans):
        first, second = source[at], source[at + 1]
        if missing[first] and missing[second] and spare[first + second]:
            missing -= Counter((first, second))
            spare[first + second] -= 1
    for number, power in (found for each in texts for found in _POWER.findall(as_read(each))):
        plain = number + _normalised(power)  # a source may say by looks alone that it is raised
        if missing[plain] and spare[number] and spare[_normalised(power)]:
            missing[plain] -= 1
            spare -= Counter((number, _normalised(power)))
    missing = +missing
    places = sorted(_places(source, kept, missing))
    return tuple(_lost(shown, spans, stretch) for stretch in _stretches(places))


def words_of(text: str) -> list[str]:
    """The words of a text as they are counted."""
    return [_normalised(word) for word in _WORD.findall(as_read(text))]


def _normalised(word: str) -> str:
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", word).casefold()))
    return plain or ("-" if word in "−–-" else word.strip())


def _in_file(text: str) -> Iterator[str]:
    """Everything that a reader of the release gets to see."""
    header = read_header(text, "", RELEASE_FIELDS, RECORDS)
    for name, value in header.values.items():
        if name not in _OF_THE_OFFICE:
            yield value.text
    for name, records in header.records.items():
        if name not in _OF_THE_OFFICE:
            yield from (
                part.text for record in records for key, part in record.fields.items() if key != "file"
            )
    body = parse_body(header.body, "", 1)
    for note in body.notes:
        yield from (str(note.number),) * note.references
        yield plain_text_of(note.content)
    yield plain_text_of(body.tree)


def body_of(text: str) -> Body:
    """The body of a release file's text."""
    return parse_body(read_header(text, "", RELEASE_FIELDS, RECORDS).body, "", 1)


def plain_text_of(tree: SyntaxTreeNode) -> str:
    """A tree's words, block by block, with the numbers of its lists and where its buttons lead."""
    said = []
    for node in tree.walk():
        if node.type == "inline":
            said.append(plain_text(node))
        elif node.type in ("call_to_action", "figure"):
            said += [node.content, str(node.attrs.get("href", ""))]
        elif node.type == "image":
            said.append(node.content)
        elif node.type == "ordered_list":
            first = int(node.attrs.get("start", 1))
            said += [str(number) for number in range(first, first + len(node.children))]
    return "\n".join(said)


def _hyphenated(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Words that a hyphen at the end of a line parts from the next one."""
    for at in range(len(spans) - 1):
        if re.fullmatch(r"[-‐]\s*\n\s*", text[spans[at][1] : spans[at + 1][0]]):
            yield at


def _places(source: Sequence[str], kept: Sequence[str], missing: Counter[str]) -> Iterator[int]:
    """Where the missing words stood: of a word that stands there more often, where its neighbours are not met."""
    met = set(pairwise(kept))
    padded = ["", *source, ""]

    def at_home(at: int) -> int:
        """How much speaks for a word's being in the release: neighbours that are met beside it, and not missing."""
        before, word, behind = padded[at : at + 3]
        pairs = ((before, word) in met) + ((word, behind) in met)
        return pairs - (missing[before] > 0) - (missing[behind] > 0)

    for word, number in missing.items():
        yield from sorted((at for at, each in enumerate(source) if each == word), key=at_home)[:number]


def _stretches(places: Sequence[int]) -> Iterator[list[int]]:
    stretch: list[int] = []
    for place in places:
        if stretch and place != stretch[-1] + 1:
            yield stretch
            stretch = []
        stretch.append(place)
    if stretch:
        yield stretch


def _lost(text: str, spans: Sequence[tuple[int, int]], stretch: Sequence[int]) -> Lost:
    first, last = stretch[0], stretch[-1]
    start, end = spans[max(first - _AROUND, 0)][0], spans[min(last + _AROUND, len(spans) - 1)][1]
    words = text[spans[first][0] : spans[last][1]]
    return Lost(" ".join(words.split()), " ".join(text[start:end].split()))
