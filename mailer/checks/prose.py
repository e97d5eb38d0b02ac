"""Checks of the text itself, as a copy editor makes them: words twice, quotation marks, notes, eaten numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mailer.checks.draft import Draft
from mailer.checks.reading import HIDDEN, Manuscript, Passage
from mailer.checks.reading.words import words
from mailer.model import Finding, Where

_LONG_WORD = 4
"""Letters. Shorter words that are not listed may be names, units, songs."""

_RAISED = re.compile(r"(?<=[^\W\d_]{4})[¹²³⁰⁴-⁹]{1,2}(?!\w)|(?<=[.,;!?”»\"’)])[¹²³⁰⁴-⁹]{1,2}(?!\w)")
_BRACKETED = re.compile(
    r"(?<=[^\W\d_.,”»\"’])[ \u00a0]?(?:\((\d{1,2})\)|\[(\d{1,2})\])(?=[.,;:](?:\s|$)|\s*$)"
)
_UNITS = ("metre", "meter", "feet", "foot", "mile", "inch", "metro", "mètre")
_CITED = re.compile(r"\[\^([^\]\s]+)\](?!:)")
_NOTE_NUMBER = re.compile(r"\b(?:notes?|footnotes?|nota|Fußnote|Anmerkung)\s+\d", re.IGNORECASE)
_EATEN = re.compile(r"\(?\d[\d\s().\u00a0/-]{5,20}(?:\s*(?:ext|x)\.?\s*\d+)?\.?")

_PRIMES = re.compile(r"(?<=[\d½¼¾⅓⅔⅛])[\"'′″]|(?<=[^\W\d_])\"(?=[^\W\d_])")
"""Feet and inches, minutes and seconds; and what Hebrew writes within an abbreviation."""

_STRAIGHT, _CURLY = (
    re.compile(r"\"|(?<=[^\W\d_])'(?=[^\W\d_])"),
    re.compile("[“”„]|(?<=[^\\W\\d_])’(?=[^\\W\\d_])"),
)


def doubled_word(draft: Draft) -> Iterator[Finding]:
    """doubled-word: “the the”. Names (Walla Walla) and what a language does say twice (had had) are none."""
    for manuscript in draft.manuscripts:
        once = words("once", manuscript.language)
        if not once:
            continue  # many languages say words twice: Malay, Vietnamese, Swahili
        for passage in manuscript.passages:
            for first, second in pairwise(passage.words):
                if first.small == second.small and second.text == second.small:
                    between = passage.text[first.end : second.start]
                    if between and not between.strip(" \u00a0\n") and _is_slip(second.small, once):
                        yield Finding(
                            "doubled-word",
                            "warning",
                            f"“{first.text} {second.text}”: a word stands twice.",
                            "Remove one of the two.",
                            passage.at(second.start),
                        )


def _is_slip(word: str, once: frozenset[str]) -> bool:
    return word in once or (len(word) >= _LONG_WORD and word not in words("twice"))


# ---- quotation marks ------------------------------------------------------------------------------------------


def quotes(draft: Draft) -> Iterator[Finding]:
    """unbalanced-quotes, mixed-quotes: a mark of quotation that nothing closes, and two sorts of marks in one text."""
    for manuscript in draft.manuscripts:
        yield from _unbalanced(manuscript)
        yield from _mixed(manuscript)


def _unbalanced(manuscript: Manuscript) -> Iterator[Finding]:
    if manuscript.language in _ONE_MARK_FOR_BOTH:
        return
    passages = manuscript.passages
    for index, passage in enumerate(passages):
        alone = _unmatched(_PRIMES.sub(" ", passage.text))
        below = passages[index + 1].text.lstrip()[:1] if index + 1 < len(passages) else ""
        goes_on = passage.field == "text" and below in ("“", "«", "„", '"')
        if alone is None or (alone.opens and alone.only_one and goes_on):
            continue  # each paragraph of a long quotation opens it anew, and the last one closes it
        what = "opened and not closed" if alone.opens else "closed and not opened"
        yield Finding(
            "unbalanced-quotes",
            "warning",
            f"A quotation is {what}: {_around(passage, alone.offset)}",
            "Put the other mark where the quotation begins or ends.",
            passage.at(alone.offset),
        )


_ONE_MARK_FOR_BOTH = ("sv", "fi")
"""Languages in which ” opens and closes."""


@dataclass(frozen=True, slots=True)
class _Alone:
    """A mark of quotation without its other; `only_one`: all others have theirs."""

    offset: int
    opens: bool
    only_one: bool = False


def _unmatched(text: str) -> _Alone | None:
    """German opens with „ and closes with “, or turns »…« round; a typewriter's mark does either."""
    turned = 0 <= text.find("»") < text.find("«")
    opening, closing = ("»", "«") if turned else ("«", "»")
    ends = {"”": "“„", "“": "„", closing: opening, '"': '"'}
    held: list[tuple[str, int]] = []
    for offset, sign in enumerate(text):
        if sign in ends and held and held[-1][0] in ends[sign]:
            held.pop()
        elif sign in '“„"' or sign == opening:
            held.append((sign, offset))
        elif sign in ends:
            return _Alone(offset, opens=False)
    return _Alone(held[-1][1], opens=True, only_one=len(held) == 1) if held else None


def _around(passage: Passage, offset: int) -> str:
    """What stands there, as far as it is one line."""
    begin = max(0, offset - 20)
    said = " ".join(passage.text[begin : offset + 40].replace(HIDDEN, "…").split())
    return f"{'… ' if begin else ''}{said} …"


def _mixed(manuscript: Manuscript) -> Iterator[Finding]:
    """Once for an edition, at the first of the fewer."""
    straight, curly = list[tuple[Passage, int]](), list[tuple[Passage, int]]()
    for passage in manuscript.prose:
        text = _PRIMES.sub(" ", passage.text)
        straight += [(passage, match.start()) for match in _STRAIGHT.finditer(text)]
        curly += [(passage, match.start()) for match in _CURLY.finditer(text)]
    if straight and curly:
        passage, offset = straight[0]
        times = f"{len(straight)} times" if len(straight) > 1 else "once"
        yield Finding(
            "mixed-quotes",
            "notice",
            f"Typewriter's quotation marks or apostrophes, {times}, among printers' ones.",
            f"mailer fix {manuscript.edition.path.stem} sets them alike.",
            passage.at(offset),
        )


# ---- notes ----------------------------------------------------------------------------------------------------


def typed_notes(draft: Draft) -> Iterator[Finding]:
    """typed-note: the mark of a note that was typed (¹, (1), [1]), and leads to no note."""
    for manuscript in draft.manuscripts:
        for passage in manuscript.prose:
            if (
                passage.kind == "footnote"
                or (match := _typed(passage.text, bool(manuscript.edition.notes))) is None
            ):
                continue
            yield Finding(
                "typed-note",
                "warning",
                f"“{match[0].strip()}” looks like the mark of a note, and leads to none.",
                "Write [^1] there, and [^1]: with the note at the end.",
                passage.at(match.start()),
            )
            break


def _typed(text: str, has_notes: bool) -> re.Match[str] | None:
    for match in _RAISED.finditer(text):
        before = re.search(r"[^\W\d_]+$", text[max(0, match.start() - 30) : match.start()])
        if not before or not before[0].casefold().rstrip("s").endswith(_UNITS):
            return match
    found = list(_BRACKETED.finditer(text)) if has_notes else []
    # “(1) a quay; (2) a crane” counts what is in the sentence.
    return found[0] if found and not re.search(r"\([12]\) [^\W\d_]", text) else None


def note_order(draft: Draft) -> Iterator[Finding]:
    """note-order: notes whose typed numbers are not those that are printed, as they are cited in another order."""
    for manuscript in draft.manuscripts:
        seen: dict[str, int] = {}
        for number, line in enumerate(manuscript.source, 1):
            for label in _CITED.findall(line) if "[^" in line else ():
                seen.setdefault(label, number)
        labels = [label for label in seen if label.isdecimal()]
        wrong = next((label for printed, label in enumerate(labels, 1) if int(label) != printed), None)
        if wrong and len(labels) == len(seen):
            named = any(_NOTE_NUMBER.search(passage.text) for passage in manuscript.prose)
            also = " The text names notes by their number." if named else ""
            printed = labels.index(wrong) + 1
            yield Finding(
                "note-order",
                "warning" if named else "notice",
                f"Note [^{wrong}] is printed as {printed}: it is cited in that place.{also}",
                "Number notes in the order in which they are cited.",
                Where(str(manuscript.edition.path), seen[wrong]),
            )


# ---- lists ----------------------------------------------------------------------------------------------------


def phone_in_list(draft: Draft) -> Iterator[Finding]:
    """phone-in-list: a telephone number whose first digits were taken for the number of a list's item."""
    for manuscript in draft.manuscripts:
        for passage in manuscript.prose:
            line = passage.where.line
            written = manuscript.source[line - 1] if 0 < line <= len(manuscript.source) else ""
            typed = re.match(r"[\s>]*(\d{1,3})[.)]\s", written)
            if passage.kind == "list_item" and typed and _EATEN.fullmatch(passage.text.strip()):
                yield Finding(
                    "phone-in-list",
                    "warning",
                    f"“{written.strip()}” would be an item of a list, without its “{typed[1]}”.",
                    f"Write {typed[1]}\\. or put “Phone:” before it.",
                    passage.where,
                )
