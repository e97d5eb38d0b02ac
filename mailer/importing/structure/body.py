"""What is left is the text: paragraphs, sections, quotations, calls to action, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from mailer.importing.document import Block, Figure, Listing, Paragraph, Rule, Run, Table
from mailer.importing.draft import CallToAction, Captioned, Part, Quotation
from mailer.importing.structure.headings import editors_label, opens_editors_notes
from mailer.importing.structure.runs import Runs, all_italic, cut, joined, merged, text_of
from mailer.importing.structure.sheet import Piece, Sheet
from mailer.importing.words import any_of, phrases, plain

_LABELLED = re.compile(
    r"\s*(?P<label>[^\s<>:][^<>\n:]{1,90}?)\s*(?::|→|»|>>|–|—)\s*[<(\[]?(?P<address>(?:https?://|mailto:|tel:)[^\s<>]+?)[>)\]]?\s*"
)
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)\S+")
_DASHED = re.compile(r"\s*(?:[—–―]|--?)\s*(?=\S)")
_QUOTED = re.compile(r"[“\"«„‘].*[”\"»“’][.,]?", re.DOTALL)
_LABEL = "a label of a picture's words: the mail prints its own"
_QUOTE_STYLES = ("quote", "zitat", "cita", "citation", "citacao", "blockquote")


def make_body(sheet: Sheet) -> list[Block]:
    """The blocks of the text, its lines put together again."""
    made: list[tuple[Block, int]] = []
    for piece in sheet.pieces:
        for part in _sections(piece):
            block = part.block
            if made and made[-1][1] == part.group and _same_paragraph(made[-1][0], block):
                before = made[-1][0]
                assert isinstance(before, Paragraph)
                assert isinstance(block, Paragraph)
                made[-1] = (replace(before, runs=joined(before.runs, block.runs, "\n")), part.group)
            else:
                made.append((block, part.group))
    blocks = [block for block, _ in made]
    while blocks and isinstance(blocks[0], Rule):
        del blocks[0]
    while blocks and isinstance(blocks[-1], Rule):
        del blocks[-1]
    return _levelled(blocks)


def _same_paragraph(first: Block, second: Block) -> bool:
    return (
        isinstance(first, Paragraph)
        and isinstance(second, Paragraph)
        and first.heading == second.heading == 0
        and first.quoted == second.quoted
        and call_to_action(second) is None
        and (call_to_action(first) is None)
    )


def _sections(piece: Piece) -> list[Piece]:
    """`Notes to editors` becomes a heading, with what follows it on its line below."""
    paragraph = piece.paragraph
    if paragraph is None:
        return [piece]
    if opens_editors_notes(piece):
        title = piece.text.strip(" *_#:.–—-")
        return [Piece(Paragraph((Run(title),), heading=2, place=paragraph.place), -piece.group - 1)]
    if start := editors_label(piece):
        label = Run(piece.text[:start].strip(" *_#:.–—-"))
        heading = Piece(Paragraph((label,), heading=2, place=paragraph.place), -piece.group - 1)
        return [heading, piece.with_runs(cut(piece.runs, start))]
    return [piece]


def _levelled(blocks: Sequence[Block]) -> list[Block]:
    """The headline is the only heading of the first level."""
    lower = any(isinstance(block, Paragraph) and block.heading == 1 for block in blocks)
    made: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            heading = min(block.heading + 1, 6) if lower and block.heading else block.heading
            block = replace(block, heading=heading, runs=tidy(block.runs))
        made.append(block)
    return made


def tidy(runs: Sequence[Run]) -> Runs:
    """Blanks at the edges of bold or italic words stand outside of them."""
    made: list[Run] = []
    for run in merged(runs):
        bare = run.text.strip()
        if not (run.bold or run.italic) or bare == run.text or run.note:
            made.append(run)
        elif not bare:
            made.append(replace(run, bold=False, italic=False))
        else:
            start = run.text.index(bare)
            made += [
                replace(run, text=run.text[:start], bold=False, italic=False),
                replace(run, text=bare),
                replace(run, text=run.text[start + len(bare) :], bold=False, italic=False),
            ]
    return merged(made)


def call_to_action(paragraph: Paragraph) -> CallToAction | None:
    """`LABEL: <https://…>`, or a paragraph that is only a link with words of its own."""
    said = [run for run in paragraph.runs if run.text.strip()]
    if not said or paragraph.heading or any(run.note for run in paragraph.runs):
        return None
    text = text_of(paragraph.runs).strip()
    if len(text) > 400:
        return None
    addresses = {run.href for run in said if run.href}
    if len(addresses) == 1 and all(run.href for run in said):
        address = addresses.pop()
        if not _ADDRESS.fullmatch(text) and "@" not in text and _ADDRESS.match(address):
            return CallToAction(" ".join(text.split()), address)
        return None
    match = _LABELLED.fullmatch(text)
    if match and len(match["label"].split()) <= 12 and not re.search(r"[.!?]\s", match["label"]):
        return CallToAction(" ".join(match["label"].split()), match["address"].rstrip("."))
    labelled = len(said) >= 2 and said[-1].href and not any(run.href for run in said[:-1])
    label = text_of(said[:-1]).strip()
    if (
        labelled
        and label.endswith(":")
        and len(label.split()) <= 12
        and plain(said[-1].text) == plain(said[-1].href)
    ):
        return CallToAction(label.rstrip(": "), said[-1].href)
    return None


def make_parts(sheet: Sheet, blocks: Sequence[Block]) -> tuple[tuple[Part, ...], tuple[Captioned, ...]]:
    """Calls to action, quotations, and pictures with their captions."""
    parts: list[Part] = []
    captioned: list[Captioned] = []
    number = 0
    while number < len(blocks):
        block = blocks[number]
        number += 1
        if isinstance(block, Figure):
            captions: list[str] = []
            while len(captions) < 2 and number < len(blocks) and _is_caption(blocks[number], bool(captions)):
                captions.append(text_of(blocks[number].runs).strip())  # type: ignore[union-attr]
                number += 1
            captioned.append(_captioned(sheet, block, " ".join(captions)))
            parts.append(block)
        elif isinstance(block, Paragraph) and _is_quotation(block, blocks, number):
            quotation, number = _quotation(blocks, number - 1)
            parts.append(quotation)
        elif isinstance(block, Paragraph) and (button := call_to_action(block)):
            parts.append(button)
        else:
            parts.append(block)
    return tuple(parts), tuple(captioned)


@cache
def _credit() -> re.Pattern[str]:
    return re.compile(rf"[(\[©\s]*(?:{any_of(phrases('photo'))})(?:\s*[/&]\s*\w+)?\s*[:©]\s*|[(\[]?©\s*")


@cache
def _credit_within() -> re.Pattern[str]:
    return re.compile(rf"[(\[]?\b(?:{any_of(phrases('photo'))})\s*:\s*|©\s*")


@cache
def _caption_label() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(phrases('caption'))})\s*:\s*")


def _is_caption(block: Block, after_another: bool) -> bool:
    if not isinstance(block, Paragraph) or block.heading:
        return False
    text = block.text.strip()
    style = plain(block.style)
    if any(
        word in style for word in ("caption", "beschriftung", "leyenda", "legende", "legenda", "epigrafe")
    ):
        return True
    named = bool(_credit().match(plain(text))) and len(text) <= 300
    return named or (not after_another and all_italic(block.runs) and len(text) <= 300)


def _captioned(sheet: Sheet, figure: Figure, words: str) -> Captioned:
    """Caption and credit of what stands below a picture: `A harbour at dawn. Photo: Jane Doe`."""
    folded = plain(words)
    label = _caption_label().match(folded)
    start = label.end() if label else 0
    sheet.aside(words[:start], _LABEL, figure.place)
    for match in _credit_within().finditer(folded, start):
        sheet.aside(words[match.start() : match.end()], _LABEL, figure.place)
        caption = words[start : match.start()].strip(" (|/–—-")
        return Captioned(figure, caption, words[match.end() :].strip(" )]."))
    return Captioned(figure, words[start:].strip(), "")


def _is_quotation(block: Paragraph, blocks: Sequence[Block], after: int) -> bool:
    if block.quoted or any(style in plain(block.style) for style in _QUOTE_STYLES):
        return True
    following = blocks[after] if after < len(blocks) else None
    return (
        isinstance(following, Paragraph)
        and bool(_QUOTED.fullmatch(block.text.strip()))
        and len(following.text) <= 140
        and bool(_DASHED.match(following.text))
    )


def _quotation(blocks: Sequence[Block], first: int) -> tuple[Quotation, int]:
    """The quotation that begins at a block, and where what follows it begins."""
    inner: list[Block] = []
    number = first
    while number < len(blocks):
        block = blocks[number]
        if not isinstance(block, Paragraph):
            break
        dashed = bool(inner) and len(block.text) <= 140 and bool(_DASHED.match(block.text))
        if dashed:
            return Quotation(tuple(inner), _without_dash(block.runs)), number + 1
        if inner and not (block.quoted or any(style in plain(block.style) for style in _QUOTE_STYLES)):
            break
        inner.append(replace(block, quoted=False))
        number += 1
    last = inner[-1]
    assert isinstance(last, Paragraph)
    cut_at = last.text.rfind("\n")
    if cut_at > 0 and _DASHED.match(last.text[cut_at + 1 :]):
        attribution = _without_dash(cut(last.runs, cut_at + 1))
        return Quotation((*inner[:-1], replace(last, runs=cut(last.runs, 0, cut_at))), attribution), number
    return Quotation(tuple(inner)), number


def _without_dash(runs: Runs) -> Runs:
    match = _DASHED.match(text_of(runs))
    return cut(runs, match.end()) if match else runs


def figures_in(parts: Iterable[Part]) -> Iterator[Figure]:
    """Every picture in the text, in its order."""
    for part in parts:
        match part:
            case Figure():
                yield part
            case Listing():
                for item in part.items:
                    yield from figures_in(item)
            case Table():
                for row in part.rows:
                    for cell in row:
                        yield from figures_in(cell)
            case Quotation():
                yield from figures_in(part.blocks)
            case _:
                pass
