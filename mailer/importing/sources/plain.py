"""Plain text, as it comes out of mail programs, old word processors and wires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mailer.importing.document import Block, Listing, Paragraph, Rule, Run, SourceDocument
from mailer.importing.sources.characters import decoded
from mailer.importing.sources.typed_markup import runs_of
from mailer.importing.words import field_names, phrases, plain

_LONG, _WIDEST, _NARROWEST = 110, 100, 50
_CENTRED, _SECOND_COLUMN = 8, 24
_WAYS = (
    "contact",
    "phone",
    "mobile",
    "email",
    "fax",
    "web",
    "release_line",
    "embargo",
    "event_what",
    "event_when",
    "event_where",
    "event_else",
)
_TAB = re.compile(r"(?<=\S)(?: {3,}|\t+ *)(?=\S)")
_BULLET = re.compile(r"\s*(?P<bullet>[•·‣▪●○◦∙–*-]|\+(?!\s*[\d(])|\uf0b7|o(?=\s{2,}))\s+(?=\S)")
_NUMBERED = re.compile(r"\s*(?P<number>\d{1,2})[.)]\s+(?=\S)")
_NOTE = re.compile(r"\s*(?:[⁰¹²³⁴-⁹]{1,2}\s*\S|\[\d{1,2}\]\s)")
_HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?=[^\s#])")
_DATELINE = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ’'. -]{2,}(?:,| ?--| ?[–—]| \()")
_LINE = re.compile(r"\s*[-_=–—~]{4,}\s*")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile("\r\n|[\r\x0b\x1c-\x1e\x85\u2028]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SENTENCE_END = re.compile(r"[.!?:;…][\"”’»)\]*]*$")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Read a text file.

    Its characters are those that a byte-order mark says, else UTF-8, else the likeliest code page, which is told. Lines
    that a program broke at a width are put together; lines that somebody broke stay lines.

    Args:
        content: the file.
        name: as staff call it, for errors.
        accept_changes: a text file holds none.

    Raises:
        DocumentError: it is no text.
    """
    text, remarks = decoded(content, name)
    text, cleaned = _clean(text)
    groups = _paragraphs(text)
    width = _width(groups)
    if width:
        remarks.append(f"Lines that end at column {width} were put together to paragraphs.")
    blocks = tuple(_listed([block for group in groups for block in _blocks(group, width)]))
    return SourceDocument(kind="text file", blocks=blocks, remarks=(*remarks, *cleaned), words=text)


def _clean(text: str) -> tuple[str, list[str]]:
    """The text with one kind of line ends, and without characters that nobody sees."""
    text = _LINE_END.sub("\n", text.replace("\u2029", "\n\n"))
    text, count = _INVISIBLE.subn("", text)
    remark = f"{count} invisible characters were taken out (soft hyphens and their like)."
    return _CONTROLS.sub("", text), [remark] if count else []


def _paragraphs(text: str) -> list[list[_Line]]:
    """Groups of lines without a blank line or a page's end between them."""
    groups: list[list[_Line]] = [[]]
    number = 0
    for page in text.split("\f"):
        for line in page.split("\n"):
            number += 1
            if line.strip():
                groups[-1].append(_Line(line.rstrip(), number))
            elif groups[-1]:
                groups.append([])
        number -= 1  # a form feed ends no line
        if groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _width(groups: Sequence[Sequence[_Line]]) -> int:
    """The column at which a program broke the lines; 0 where each paragraph is one line."""
    lines = [line.text for group in groups for line in group]
    long = sum(len(line) > _LONG for line in lines)
    within = [
        len(a.text.expandtabs())
        for group in groups
        for a, _ in pairwise(group)
        if " " in a.text.strip() and len(a.text) <= _WIDEST
    ]
    full = [length for length in within if length >= _NARROWEST]
    if len(full) < 2 or long * 3 > len(full):
        return 0
    return max(full)


def _blocks(group: Sequence[_Line], width: int) -> Iterator[Block]:
    """The blocks of lines between two blank ones."""
    made: list[str] = []
    first = group[0].number
    lines = list(group)
    for number, line in enumerate(lines):
        if _LINE.fullmatch(line.text):
            yield from _paragraph(made, first)
            made, first = [], line.number + 1
            yield Rule(f"line {line.number}")
        elif made and not _goes_on(lines[number - 1].text, line.text, width):
            if (
                _stands_alone(line.text)
                or _stands_alone(made[0])
                or (not width and len(lines[number - 1].text) > _LONG)
            ):
                yield from _paragraph(made, first)
                made, first = [line.text], line.number
            else:
                made.append(line.text)
        elif made:
            made[-1] = _joined(made[-1], line.text)
        else:
            made, first = [line.text], line.number
    yield from _paragraph(made, first)


def _stands_alone(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBERED.match(text) or _NOTE.match(text) or _HEADING.match(text))


def _labelled(text: str) -> bool:
    """`Headline: …`, `Phone: …`: a line that begins so is nobody's second one."""
    label, colon, _ = text.partition(":")
    name = " ".join(plain(label).split())
    return (
        bool(colon)
        and len(label) <= 40
        and (name in field_names() or any(name in phrases(way) for way in _WAYS))
    )


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a program, not a person, ended the line: the next word had no room in it."""
    if not width or _stands_alone(following) or _labelled(following) or "\t" in line.strip():
        return False
    bare, length = following.strip(), len(line.expandtabs())
    if _TAB.search(line.strip()) and length < width - 5:
        return False
    if _begins_text(line, bare):
        return False
    first = bare.split(" ", 1)[0]
    if length >= _NARROWEST and length + 1 + len(first) > width:
        return True
    return (
        length >= 0.75 * width and bare[:1].islower() and not _SENTENCE_END.search(line) and "@" not in line
    )


def _begins_text(line: str, following: str) -> bool:
    """Whether a line begins as a text does, PORTMELLON, Jan. 5 …, below a headline that filled its line."""
    return bool(_DATELINE.match(following)) and not line.isupper() and not _SENTENCE_END.search(line)


def _joined(line: str, following: str) -> str:
    """Two lines as one. A hyphen at a line's end may be the word's own: it stays."""
    divided = re.search(r"[^\W\d_]-$", line) and following.strip()[:1].islower()
    return f"{line}{'' if divided else ' '}{following.strip()}"


def _paragraph(pieces: Sequence[str], line: int) -> Iterator[Paragraph]:
    if not pieces:
        return
    centred = all(len(piece) - len(piece.lstrip(" ")) >= _CENTRED for piece in pieces)
    text = "\n".join(_columns(piece) for piece in pieces).lstrip("\t")
    quoted = all(part.lstrip().startswith(">") for part in text.split("\n"))
    if quoted:
        text = "\n".join(part.lstrip().removeprefix(">").strip() for part in text.split("\n"))
    heading = _HEADING.match(text)
    level = len(heading["marks"]) if heading and "\n" not in text else 0
    if heading and level:
        text = text[heading.end() :].rstrip(" #")
    runs = runs_of(text)
    if any(run.text.strip() for run in runs):
        yield Paragraph(runs, heading=level, quoted=quoted, centred=centred, place=f"line {line}")


def _columns(text: str) -> str:
    """Blanks that make columns become a tab, and so does the margin of a line that begins in the second one."""
    line = text.strip()
    if len(text) <= _WIDEST:
        line = _TAB.sub("\t", line)
    margin = text[: len(text) - len(text.lstrip())]
    return "\t" + line if "\t" in margin or len(margin) >= _SECOND_COLUMN else line


def _listed(blocks: Sequence[Block]) -> Iterator[Block]:
    """Paragraphs that begin with bullets, or are numbered from one, become lists."""
    number = 0
    while number < len(blocks):
        end, ordered = _list_end(blocks, number)
        if end - number >= (2 if ordered else 1):
            items = tuple(_item(block) for block in blocks[number:end])
            yield Listing(items, ordered=ordered, place=blocks[number].place)
            number = end
        else:
            yield blocks[number]
            number += 1


def _list_end(blocks: Sequence[Block], first: int) -> tuple[int, bool]:
    ordered = _numbered(blocks[first]) == 1
    end = first
    while end < len(blocks):
        if ordered and _numbered(blocks[end]) != end - first + 1:
            break
        if not ordered and not _bulleted(blocks, end, first):
            break
        end += 1
    return end, ordered


def _numbered(block: Block) -> int:
    match = _NUMBERED.match(block.text) if isinstance(block, Paragraph) else None
    return int(match["number"]) if match else 0


def _bulleted(blocks: Sequence[Block], number: int, first: int) -> bool:
    """Whether a paragraph is an item. A dash also begins what somebody says, and who said it: it needs a second one."""
    block = blocks[number]
    match = _BULLET.match(block.text) if isinstance(block, Paragraph) and not block.quoted else None
    if not match:
        return False
    if match["bullet"] not in "–-*o" or number > first:
        return True
    following = blocks[number + 1] if number + 1 < len(blocks) else None
    again = _BULLET.match(following.text) if isinstance(following, Paragraph) else None
    return bool(again and again["bullet"] == match["bullet"]) or match["bullet"] == "*"


def _item(block: Block) -> tuple[Block, ...]:
    assert isinstance(block, Paragraph)
    match = _BULLET.match(block.text) or _NUMBERED.match(block.text)
    start = match.end() if match else 0
    runs, at = [], 0
    for run in block.runs:
        kept = run.text[max(0, start - at) :]
        at += len(run.text)
        if kept:
            runs.append(replace(run, text=kept))
    return (replace(block, runs=tuple(runs) or (Run(""),)),)
