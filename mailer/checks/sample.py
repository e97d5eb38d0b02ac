"""What still speaks as the sample's office: `mailer init` copies one so that there is something to look at.

Its *marks* are taken from the sample that travels with the tool: each name, address, number and text of its
newsroom.md, in every language there is. They are compared word by word, so that capitals, accents, line breaks and
punctuation hide none; a phone number by its digits, so that another spelling of it is the same number.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from markdown_it.tree import SyntaxTreeNode

from mailer.checks.draft import Draft
from mailer.checks.text import NOT_PRINTED, leaves, printed_texts
from mailer.model import Edition, Finding, Newsroom, Where
from mailer.release import read_newsroom
from mailer.release.source import read_source
from mailer.render.localisation import locale_of
from mailer.workspace import Workspace, sample

HABITS = NOT_PRINTED | {"dash", "end_mark", "role", "hours", "languages"}
"""Fields of a newsroom by which nobody is known: any office may have a Press Officer and end with ENDS. A field that
is new in the model is a mark unless it is named here."""

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(
    r"(?<![\w@./-])(?:https?://)?(?:www\.)?(?P<host>(?:[\w-]+\.)+[\w-]+)/?(?![\w@/-]|\.\w)", re.IGNORECASE
)
"""A site as such, not one of its pages: what a release links to there is its own matter."""
_NUMBER = re.compile(r"\d(?:[\s()./‐-―-]*\d)+")
_TELLING_WORDS = 5
_TELLING_DIGITS = 8
"""The last digits of a phone number are the same with and without its country code, `(0)` or `00`."""


def words(text: str) -> list[str]:
    bare = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"\w+", "".join(bare).casefold())


def addresses(text: str) -> list[str]:
    return _ADDRESS.findall(text.casefold())


def sites(text: str) -> list[str]:
    return [match["host"] for match in _SITE.finditer(text.casefold())]


def numbers(text: str) -> list[str]:
    """Each run of eight digits in what could be a phone number."""
    found = []
    for match in _NUMBER.finditer(text):
        digits = "".join(str(unicodedata.decimal(c)) for c in match[0] if c.isdecimal())
        found += [digits[i : i + _TELLING_DIGITS] for i in range(len(digits) - _TELLING_DIGITS + 1)]
    return found


READINGS: dict[Callable[[str], list[str]], str] = {
    words: "", addresses: "address", sites: "website", numbers: "phone number",
}  # fmt: skip
"""How texts are read to be compared, and what staff call a mark of that kind; "" = by its field."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something by which the sample's office is known.

    Attributes:
        what: "name", "address", "boilerplate" …
        text: as the sample has it.
        read, key: how a text is read to be compared with it, and what is then looked for, in this order.
    """

    what: str
    text: str
    read: Callable[[str], list[str]]
    key: tuple[str, ...]

    def stands_in(self, tokens: Iterable[str]) -> bool:
        """Whether it is in a text that `read` has read."""
        return f" {' '.join(self.key)} " in f" {' '.join(tokens)} "

    def lines_in(self, text: str) -> list[int]:
        """The lines of a file on which it begins."""
        read = [(token, line) for line, each in enumerate(text.split("\n"), 1) for token in self.read(each)]
        tokens, length = tuple(token for token, _ in read), len(self.key)
        starts = (i for i in range(len(tokens) - length + 1) if tokens[i : i + length] == self.key)
        return list(dict.fromkeys(read[i][1] for i in starts))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mark stands: its first place in a file, and the other lines there."""

    mark: Mark
    where: Where
    others: tuple[int, ...] = ()

    def __str__(self) -> str:
        lines = ", ".join(map(str, self.others))
        also = f" (also in line{'s' if len(self.others) > 1 else ''} {lines})" if lines else ""
        return f"{self.mark.what}, “{textwrap.shorten(self.mark.text, 60, placeholder=' …')}”{also}"


# ---- the marks --------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def marks() -> tuple[Mark, ...]:
    """All marks of the sample. One in which another stands is left out: that one tells as much."""
    workspace = Workspace(sample())
    languages = sorted(path.name.split(".")[1] for path in workspace.root.glob("newsroom.*.md"))
    newsrooms = [read_newsroom(workspace, language) for language in ("", *languages)]
    found: dict[object, Mark] = {}
    for newsroom in newsrooms:
        for mark in marks_of(newsroom):
            found.setdefault((mark.read, mark.key), mark)
    return tuple(
        mark
        for mark in found.values()
        if not any(o is not mark and o.stands_in(o.read(mark.text)) for o in found.values())
    )


def marks_of(newsroom: Newsroom) -> Iterator[Mark]:
    """What an office is known by. A single word, or a short number, is nobody's own."""
    for field in fields(newsroom):
        if field.name not in HABITS:
            value = getattr(newsroom, field.name)
            name = field.name.removesuffix("s") if isinstance(value, tuple) else field.name.replace("_", " ")
            for text in _telling(value, newsroom.name):
                mark = _mark(name, text)
                if len(mark.key) > 1 or mark.read is not words:
                    yield mark


def _telling(value: object, name: str) -> Iterator[str]:
    """Lines, and of a standing text its sentences: whoever has changed one may have forgotten the next. The name is a
    mark of its own, and may be all that was changed, so what stands around it is one too unless it is short."""
    for line in _lines(value):
        around = line.split(name) if line != name else [line]
        yield from (
            around if len(around) == 1 else (part for part in around if len(words(part)) >= _TELLING_WORDS)
        )


def _lines(value: object) -> Iterator[str]:
    for leaf in leaves(value, HABITS):
        if isinstance(leaf, str):
            yield from filter(None, map(str.strip, leaf.split("\n")))
        else:
            for node in leaf.walk():
                if node.type == "inline":
                    yield from re.split(r"(?<=[.!?])\s+", _line(node))


def _line(node: SyntaxTreeNode) -> str:
    breaks = ("softbreak", "hardbreak")
    return "".join(" " if n.type in breaks else n.content for n in node.walk(include_self=False))


def _mark(field: str, text: str) -> Mark:
    one_word = not re.search(r"\s", text)
    kinds = ((addresses, one_word), (sites, one_word), (numbers, not re.search(r"[^\W\d_]", text)))
    for read, fits in kinds:
        if fits and (found := read(text)):
            return Mark(READINGS[read], text, read, (found[-1],))
    return Mark(field, text.strip(" ,"), words, tuple(words(text)))


# ---- the check --------------------------------------------------------------------------------------------


def sample_office(draft: Draft) -> Iterator[Finding]:
    """sample-office: a name, an address, a number or a text of the sample's office is still printed."""
    for place in dict.fromkeys(place for e in draft.release.editions for place in _places(draft, e)):
        message = f"Still has the sample's {place}: put your own there."
        yield Finding("sample-office", "warning", message, _hint(draft.workspace, place.where), place.where)


def _hint(workspace: Workspace, where: Where) -> str:
    if workspace.root.resolve() == sample().resolve():
        return "This folder is the sample itself. Make a workspace of your own: mailer init press-office"
    translated = re.fullmatch(r"newsroom\.(.+)\.md", where.path)
    if not translated:
        return ""
    language = locale_of(translated[1]).get_display_name("en")
    return f"Or delete {where.path}, if you don't write in {language}."


def _places(draft: Draft, edition: Edition) -> list[Place]:
    """Every place of the marks that an edition prints, by file and line."""
    workspace = draft.workspace
    files = (
        *(workspace.root / e.path for e in (edition, draft.release.original)),
        edition.newsroom.path,
        workspace.newsroom,
    )
    printed = _printed(draft, edition)
    found = [place for path in dict.fromkeys(files) for place in places_in(workspace, path, printed)]
    known = {place.mark for place in found}
    # What a file writes in another way than it is printed, or what a theme brings along.
    return found + [Place(mark, where) for mark, where in printed.items() if mark not in known]


def _printed(draft: Draft, edition: Edition) -> dict[Mark, Where]:
    """The marks that stand in any printed text, in who speaks, or in the mail's text part, which also prints where
    links lead; with the place that is known for that text."""
    mail = draft.rendered[edition.language].text if edition.language in draft.rendered else ""
    found: dict[Mark, Where] = {}
    for _, text, where in (*printed_texts(edition), ("text", mail, edition.where())):
        tokens = {read: read(text) for read in READINGS}
        for mark in marks():
            if mark.stands_in(tokens[mark.read]):
                found.setdefault(mark, where)
    return found


def places_in(workspace: Workspace, path: Path, of: Iterable[Mark]) -> list[Place]:
    """Where marks stand in a file, by line; nowhere, if there is no such file."""
    shown = workspace.shown(path)
    text = read_source(path, shown, workspace.unsaved.get(path)).text if path.is_file() else ""
    found = [
        Place(mark, Where(shown, lines[0]), tuple(lines[1:])) for mark in of if (lines := mark.lines_in(text))
    ]
    return sorted(found, key=lambda place: place.where.line)


def sample_places(workspace: Workspace) -> list[Place]:
    """All places of a workspace that are still the sample's, whatever release prints them."""
    newsrooms = sorted(workspace.root.glob("newsroom*.md"), key=lambda path: (len(path.name), path.name))
    paths = (*newsrooms, *sorted(workspace.releases.glob("*.md")))
    return [place for path in paths for place in places_in(workspace, path, marks())]
