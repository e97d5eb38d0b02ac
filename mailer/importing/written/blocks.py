"""The blocks of a draft as Markdown, in the manner of the house: one line a paragraph, a blank line between blocks.

What Markdown has no words for becomes what is nearest, and is said: a table without a head takes its first row for one,
a cell's paragraphs stand on one line, a picture in a cell stands behind its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from mailer.importing.document import Block, Figure, Listing, Paragraph, Rule, Run, Table
from mailer.importing.draft import CallToAction, Guess, Part, Quotation
from mailer.importing.written.inline import button, escaped, inline
from mailer.importing.written.read_back import Within
from mailer.importing.written.runs import changes_on_the_line, on_one_line, plain, sound_link, tidied
from mailer.release.body import parse_body

UNDESCRIBED = "TODO what this picture shows"
"""The words of a picture that has none: a release that says so can't be sent."""


@dataclass(slots=True)
class BlockWriter:
    """Writes blocks, and keeps what a person should look at.

    Attributes:
        files: names of the pictures' files, by key.
    """

    files: Mapping[str, str]
    guesses: list[Guess] = field(default_factory=list)

    def parts(self, parts: Sequence[Part]) -> str:
        """The body of a release."""
        return "\n\n".join(self._blocks(parts, "body"))

    def note(self, number: int, blocks: Sequence[Block]) -> str:
        """`[^1]: …`: paragraphs alone, the lines of further ones indented."""
        texts = [text for runs in _paragraphs_in(blocks) if (text := self._inline(runs, "list"))]
        if not texts:
            texts = ["TODO the text of this note"]
            self._look("The source has no text for this note.", f"[^{number}]: TODO")
        return f"[^{number}]: " + "\n\n".join(_indented(text, "    ") for text in texts).lstrip()

    def _blocks(self, parts: Sequence[Part], within: Within) -> list[str]:
        written: list[str] = []
        marker = ""
        for part in _quotations_gathered(parts):
            if isinstance(part, Listing):
                its_marker = _other_marker(part, marker)
                text = self._listing(part, its_marker)
            else:
                text, its_marker = "\n\n".join(self._part(part, within)), ""
            if text:  # what is empty parts no lists
                written.append(text)
                marker = its_marker
        return written

    def _part(self, part: Part, within: Within) -> Iterator[str]:
        if isinstance(part, Paragraph):
            yield from filter(None, [self._paragraph(part, within)])
        elif isinstance(part, CallToAction):
            yield self._call_to_action(part)
        elif isinstance(part, Quotation):
            yield from filter(None, [self._quotation(part)])
        elif isinstance(part, Table):
            yield from self._table(part)
        elif isinstance(part, Figure):
            yield from filter(None, [self.figure(part)])
        elif isinstance(part, Rule):
            yield "---" if within == "body" else "___"

    def _paragraph(self, paragraph: Paragraph, within: Within) -> str:
        if not paragraph.heading or within != "body":
            return self._inline(paragraph.runs, within)
        runs = [replace(run, bold=False) for run in on_one_line(paragraph.runs)]
        text = self._inline(runs, "list")
        bare = text.rstrip("#")
        if bare != text and not bare.endswith(
            "\\"
        ):  # else they would close the heading, and go (CommonMark §4.2)
            text = bare + "\\#" * (len(text) - len(bare))
        return f"{'#' * min(max(paragraph.heading, 2), 6)} {text}" if text else ""

    def _inline(self, runs: Sequence[Run], within: Within) -> str:
        for run in runs:
            if run.href and not sound_link(run.href) and run.text.strip():
                self._look(f"The link to {plain(run.href)} was left out: a mail can't hold it.", run.text)
            if changes_on_the_line(run):
                self._look(
                    f"“{run.text}” is raised in the document, and here it can't be: say it in words.",
                    run.text,
                )
        written = inline(runs, within)
        if written.lost:
            self._look(
                f"This paragraph lost {written.lost}: Markdown can't write them there.", _text_of(runs)
            )
        return written.text

    def _call_to_action(self, call: CallToAction) -> str:
        label, href = plain(call.label).rstrip(": "), sound_link(call.address)
        written = button(label, href) if label and href else ""
        if written:
            return written
        self._look("This call to action has no address that a button could lead to.", label or call.address)
        return self._inline([Run(f"{label}: "), Run(plain(call.address), href=href)], "body")

    def _quotation(self, quotation: Quotation) -> str:
        texts = self._blocks(quotation.blocks, "quotation")
        said = _plainly(quotation.attribution)
        if said:
            texts.append(f"— {self._attribution(said)}")
        return "\n>\n".join(_indented(text, "> ", blank=">") for text in texts)

    def _attribution(self, said: Sequence[Run]) -> str:
        """Who said it. An address at its beginning would be a link, which names nobody: it is escaped."""
        text = self._inline(said, "list")
        quotation = parse_body(f"> — {text}", "", 1).tree
        if any(node.type == "attribution" for node in quotation.walk()) or any(run.note for run in said):
            return text
        return escaped(_text_of(said).strip(), everything=True)

    def _listing(self, listing: Listing, marker: str) -> str:
        items = [blocks for item in listing.items if (blocks := self._blocks(item, "list"))]
        loose = any(
            any(_needs_blank_line(block) for block in item[1:])
            or any(isinstance(block, Table | Figure) for block in item)
            for item in listing.items
        )
        lines = []
        for number, blocks in enumerate(items, max(listing.first, 0)):
            mark = f"{number}{marker} " if listing.ordered else f"{marker} "
            text = ("\n\n" if loose else "\n").join(blocks)
            lines.append(mark + _indented(text, " " * len(mark)).lstrip(" "))
        return ("\n\n" if loose else "\n").join(lines)

    def _table(self, table: Table) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in row] for row in table.rows]
        rows = [row for row in rows if any(row)]
        if rows:
            if not table.headed:
                self._look("This table has no head: its first row is taken for one.", " ".join(rows[0]))
            width = max(map(len, rows))
            lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
            yield "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
        for figure in _figures_in(block for row in table.rows for cell in row for block in cell):
            if text := self.figure(figure):
                self._look("This picture stood in the table before it.", text)
                yield text

    def _cell(self, blocks: Sequence[Block]) -> str:
        paragraphs = [list(runs) for runs in _paragraphs_in(blocks)]
        runs = [run for n, each in enumerate(paragraphs) for run in ([Run(" ")] if n else []) + each]
        text = self._inline(on_one_line(runs), "list")
        return text.replace("|", "\\|")

    def figure(self, figure: Figure) -> str:
        """`![alt](file)`, or "" where the document only says where a picture is to be had."""
        file = self.files.get(figure.picture, "")
        if not file:
            return ""
        alt = described(figure)
        if alt == UNDESCRIBED:
            self._look("This picture has no description. Say what it shows.", file)
        for everything in (False, True):
            words = escaped(alt, everything=everything)
            if not everything:
                words = (
                    words.replace("[", "\\[")
                    .replace("]", "\\]")
                    .replace("\\\\[", "\\[")
                    .replace("\\\\]", "\\]")
                )
            text = f"![{words}]({file})"
            found = parse_body(text, "", 1).tree.children
            if [(node.type, node.content) for node in found] == [("figure", alt)]:
                return text
        return f"![{UNDESCRIBED}]({file})"

    def _look(self, message: str, words: str) -> None:
        self.guesses.append(Guess(message, "body", words))


def described(figure: Figure) -> str:
    """What a picture shows, in words."""
    return plain(figure.alt) or UNDESCRIBED


def _quotations_gathered(parts: Sequence[Part]) -> Iterator[Part]:
    """Quoted paragraphs that follow one another are one quotation."""
    for quoted, group in groupby(parts, lambda part: isinstance(part, Paragraph) and part.quoted):
        if quoted:
            blocks = [replace(part, quoted=False) for part in group if isinstance(part, Paragraph)]
            yield Quotation(tuple(blocks))
        else:
            yield from group


def _other_marker(listing: Listing, before: str) -> str:
    """Two lists beside one another are one to Markdown, unless their markers differ (CommonMark §5.3)."""
    markers = (".", ")") if listing.ordered else ("-", "+")
    return markers[1] if before == markers[0] else markers[0]


def _needs_blank_line(block: Block) -> bool:
    """Whether a paragraph before it would swallow it: words, and a list that doesn't begin with 1 (CommonMark §5.3)."""
    return isinstance(block, Paragraph) or (isinstance(block, Listing) and block.ordered and block.first != 1)


def _plainly(runs: Sequence[Run]) -> list[Run]:
    """Who said it: without looks, and without a link at the very beginning, where the dash must meet a word."""
    flat = [Run(run.text, href=run.href, note=run.note) for run in tidied(on_one_line(runs, ", "))]
    if flat and not flat[0].note:
        flat[0] = replace(flat[0], href="")
    return flat


def _paragraphs_in(blocks: Sequence[Block]) -> Iterator[Sequence[Run]]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.runs
        elif isinstance(block, Listing):
            for item in block.items:
                yield from _paragraphs_in(item)
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from _paragraphs_in(cell)


def _figures_in(blocks: Iterator[Block]) -> Iterator[Figure]:
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Listing):
            yield from _figures_in(each for item in block.items for each in item)
        elif isinstance(block, Table):
            yield from _figures_in(each for row in block.rows for cell in row for each in cell)


def _text_of(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def _indented(text: str, by: str, blank: str = "") -> str:
    return "\n".join(by + line if line else blank for line in text.split("\n"))
