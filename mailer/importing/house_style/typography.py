"""Quotation marks, apostrophes, dashes and blanks, as the language of the release has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mailer.importing.house_style.page import Page, protected
from mailer.importing.house_style.quotes import with_quotes
from mailer.release.source import as_read

PROSE = frozenset(
    ["headline", "subhead", "subject", "preheader", "note", "correction", "caption", "alt", "what", "credit"]
)
"""Fields whose value is a sentence. Of all others, programs read some part."""

_FIELD = re.compile(r"(?P<before>\s*(?:[-•*]\s+)?(?P<name>[^\W\d_][\w \-]*?)\s*:\s+)(?P<value>\S.*)")
_TABLE = re.compile(r"\s*\|")
_RULER = re.compile(r"\s*(?:[-*_=:|]\s*){3,}")
_DIALOGUE = re.compile(r"(?:—|--) ?[¿¡«“\"]?[^\W\d_]")
"""Where somebody begins to speak in Spanish and Portuguese: https://www.rae.es/dpd/raya"""
_HIDDEN = "hidden characters taken out"
_BLANKS = "blanks too many taken out"


def set_in_type(page: Page) -> None:
    """Every sentence of the page. Lines stay lines."""
    for index, line in enumerate(page.lines):
        kept = "".join(c for c in line if as_read(c))
        page.changed(_HIDDEN, len(line) - len(kept))
        page.lines[index] = _without_idle_blanks(page, kept, _breaks(page, index))
    for start, end, text in list(_sentences(page)):
        _set(page, start, end, text)


def _breaks(page: Page, index: int) -> bool:
    """Whether blanks at this line's end would be a line break within a paragraph (CommonMark §6.7)."""
    below = page.lines[index + 1] if index + 1 < len(page.lines) else ""
    return index >= page.body and bool(below.strip()) and page.lines[index].endswith("  ")


def _without_idle_blanks(page: Page, line: str, breaks: bool) -> str:
    stripped = line.rstrip(" \t\u00a0") + ("  " if breaks and line.strip() else "")
    margin = re.match(r"[\s>]*(?:[-*+•]\s+|\d+[.)]\s+|#+\s+)*", stripped)
    start = margin.end() if margin else 0
    if _TABLE.match(stripped) or _RULER.fullmatch(stripped):
        rest = stripped[start:]
    else:
        body, end = (
            (stripped[start:-2], "  ") if breaks and stripped.endswith("  ") else (stripped[start:], "")
        )
        rest = re.sub(r"[ \u00a0]*(?: {2}| \u00a0|\u00a0 )[ \u00a0]*", " ", body) + end
    page.changed(_BLANKS, len(line) - start - len(rest))
    return stripped[:start] + rest


def _sentences(page: Page) -> Iterator[tuple[int, int, str]]:
    """Lines that are read together: where they stand, and their text. Of a field, its value's first line at least."""
    prose = False
    for index in range(page.body - 1):
        line = page.lines[index]
        match = _FIELD.fullmatch(line)
        known = match is not None and _canonical(match["name"]) in PROSE
        if match and known:
            yield index, index + 1, match["value"]
        elif match is None and prose and line[:1] in " \t" and line.strip():
            yield index, index + 1, line.strip()
        prose = known if match else prose and bool(line.strip())
    for lines in page.paragraphs():
        text = "\n".join(page.lines[lines.start : lines.stop])
        if not all(_RULER.fullmatch(line) for line in text.split("\n")):
            yield lines.start, lines.stop, text


def _canonical(name: str) -> str:
    from mailer.release.field_names import ALIASES, RECORD_ALIASES, normalised

    key = normalised(name)
    return key if key in PROSE else ALIASES.get(key, RECORD_ALIASES.get(key, key))


def _set(page: Page, start: int, end: int, text: str) -> None:
    new, times = _dashes(page, text)
    page.changed("dashes set", times)
    new, times, doubt = with_quotes(new, page.house.language)
    page.changed("quotation marks and apostrophes set", times)
    if doubt:
        page.doubt(start, doubt)
    new, times = _french_blanks(page, new)
    page.changed("no-break blanks set", times)
    if new == text:
        return
    if end - start == 1:
        before, _, after = page.lines[start].rpartition(text)
        page.lines[start] = before + new + after
    else:
        page.lines[start:end] = new.split("\n")


def _dashes(page: Page, text: str) -> tuple[str, int]:
    """`--` between words. Two hyphens with a blank on one side alone may be an option of a command. Between figures
    they are the shorter dash of ranges in every house; in a dialogue the blanks say who speaks, and stay."""
    dash = page.house.dash
    attribution = re.sub(r"(?m)^(\s*>\s*)--(?=\s*\S)", lambda m: f"{m[1]}—", text)
    named = attribution != text
    pattern = re.compile(r"(?<=[^\s\-|>])(?:[ \u00a0]--[ \u00a0]|--)(?=[^\s\-|>])")
    if page.house.language.split("-")[0].lower() in ("es", "pt") and _DIALOGUE.match(text):
        new, times = _replaced(attribution, re.compile("(?<!-)--(?!-)"), lambda _: "—")
        return new, times + named
    new, ranges = _replaced(attribution, re.compile(r"(?<=\d)--(?=\d)"), lambda _: "–")
    new, times = _replaced(new, pattern, lambda _: dash)
    return new, times + named + ranges


def _french_blanks(page: Page, text: str) -> tuple[str, int]:
    """A no-break blank where French has one before a sign: narrow before ; ! ? and within « », wide before :.
    One that stands there already is as good, whichever it is."""
    if page.house.language.split("-")[0] != "fr":
        return text, 0
    times = 0
    for pattern, to in (
        (r"(?<=\S) (?=[;!?](?:\s|$|[»”\"*_)]))", "\u202f"), (r"(?<=\S) (?=:(?:\s|$))", "\u00a0"),
        (r"(?<=«) ?(?=\S)", "\u202f"), (r"(?<=\S) ?(?=»)", "\u202f"),
    ):  # fmt: skip
        text, found = _replaced(text, re.compile(pattern), lambda _, to=to: to)  # type: ignore[misc]
        times += found
    return text, times


def _replaced(text: str, pattern: re.Pattern[str], to: Callable[[re.Match[str]], str]) -> tuple[str, int]:
    """What a pattern finds outside of what is protected, replaced; and how often."""
    mask = protected(text)
    times = 0

    def one(match: re.Match[str]) -> str:
        nonlocal times
        if any(mask[max(match.start() - 1, 0) : match.end() + 1]):  # beside an address it would be part of it
            return match[0]
        times += 1
        return to(match)

    return pattern.sub(one, text), times
