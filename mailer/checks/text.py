"""Checks of what the release says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from zoneinfo import ZoneInfo

from markdown_it.tree import SyntaxTreeNode

from mailer.checks.draft import Draft
from mailer.checks.reading import Manuscript
from mailer.errors import WorkspaceError
from mailer.importing.house_style import DATELINE_WITH_MORE, House, left_behind
from mailer.model import MERGE_SLOT, Edition, Finding, Kind, Newsroom, Where
from mailer.release.field_names import FIELDS_WITH_SLOTS
from mailer.release.source import read_source
from mailer.release.values import moment_text

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBC|TBD|FIXME)\b|\bX{4,}\b|(?<!Bowl )(?<!siglo )\bXXX\b(?! [A-ZÁÉÍÓÚ][a-zé]{3})"
    r"|(?i:\blorem ipsum\b|\[(?:insert|your|name|date|city|place)\b[^\]]*\])"
)
_TO_COME = re.compile(
    r"\[TK\]|\bTK(?:TK)+\b|\bTK\b(?! [A-Z][a-z])(?!\))"
    r"|\b(?:of|that|for|than|by|over|nearly|about|some|only) XX (?!chromosomes)(?=[a-z]+s\b)"
    r"|[€$£]\s?XX\b|\[XX\]|\bXX[:/.]XX\b|\bXX(?=\s?(?:%|percent|per cent|por ciento|Prozent|pour cent|million|millones"
    r"|Millionen|thousand|euros?\b|dollars?\b|pounds?\b|people\b|personas\b|years\b|años\b|de XX|p\.m|a\.m))"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December) XX\b"
    r"|\bXX (?=de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b)"
)
"""TK is “to come” in newsrooms, unless it is somebody's name (TK Maxx) or an abbreviation (Techniker Krankenkasse, TK);
XX is a figure to come where a figure would stand, and twenty in siglo XX, or a name."""

_MARKUP = re.compile(r"\*\*|\{\{|\}\}|\{[%#]|[%#]\}|~~|```|\]\(")
_NO_FIELDS = frozenset(("text", "about", "boilerplates", "dash", "end_mark"))
"""Bodies, and what a house may make of any signs."""

NOT_PRINTED = frozenset((
    "path", "language", "direction", "lists", "theme", "zone", "zones", "region", "original", "corrects",
    "origin", "lines", "findings", "follow_up_after", "approvers", "silence", "written_in", "newsroom", "kind",
    "colour", "file", "send",
))  # fmt: skip
"""Fields of editions and newsrooms that no reader sees. A field that is new in the model is checked unless it is
named here."""


def printed_texts(edition: Edition) -> Iterator[tuple[str, str, Where]]:
    """Every text that is printed: the header field (or "text") that it belongs to, its words, and its place."""
    yield from _texts_of(edition, edition.where)
    newsroom = edition.newsroom
    yield from _texts_of(newsroom, lambda field: Where(newsroom.path.name, newsroom.lines.get(field, 0)))


def _texts_of(record: Edition | Newsroom, where: Callable[[str], Where]) -> Iterator[tuple[str, str, Where]]:
    for field in fields(record):
        if field.name not in NOT_PRINTED:
            name = "text" if field.name in ("body", "notes") else field.name
            for leaf in leaves(getattr(record, field.name)):
                yield name, leaf if isinstance(leaf, str) else _words_of(leaf), where(field.name)


def leaves(value: object, without: frozenset[str] = NOT_PRINTED) -> Iterator[str | SyntaxTreeNode]:
    """Every text of a value, however deep it lies in records and lists.

    Args:
        without: fields that are left out.
    """
    if isinstance(value, str | SyntaxTreeNode):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from leaves(each, without)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in without:
                yield from leaves(getattr(value, field.name), without)


def _words_of(tree: SyntaxTreeNode) -> str:
    return "\n".join(
        n.content for n in tree.walk() if n.type in ("text", "call_to_action", "figure", "image")
    )


def what_the_reader_noticed(draft: Draft) -> Iterator[Finding]:
    """leftover-markup, missing-note, unused-note, repeated-note, dead-link, outdated-translation, odd-character."""
    for edition in draft.release.editions:
        yield from edition.findings
        yield from edition.newsroom.findings


def missing_fields(draft: Draft) -> Iterator[Finding]:
    """missing-field, missing-body: what every release needs, and no template can make up."""
    for edition in draft.release.editions:
        if not edition.contacts:
            yield Finding("missing-field", "error", "No contact is given for journalists.",
                          "Add contacts to the release or to newsroom.md.", edition.where())  # fmt: skip
        elif not any(contact.email or contact.phone or contact.mobile for contact in edition.contacts):
            yield Finding("missing-field", "error", "No contact has a phone number or an email address.",
                          "Add phone: or email: to a contact.", edition.where("contacts"))  # fmt: skip
        if not edition.dateline and edition.kind is not Kind.FOLLOW_UP:
            yield Finding("missing-field", "warning", "There is no dateline.",
                          "Add Dateline: and the place.", edition.where())  # fmt: skip
        if not draft.release.original.lines.get("date") and not edition.lines.get("date"):
            yield Finding("missing-field", "warning", "There is no date, so the day of sending is printed.",
                          "Add Date: and the day.", edition.where())  # fmt: skip
        if not edition.newsroom.postal_address:
            yield Finding("missing-field", "warning", "The sender's postal address is missing.",
                          "Add Postal address: to newsroom.md; in many countries the law requires it.",
                          edition.where())  # fmt: skip
        if not any(node.content.strip() for node in edition.body.walk() if node.type == "text"):
            yield Finding(
                "missing-body",
                "error",
                "The release has no text.",
                "Write it below the header.",
                edition.where(),
            )


def placeholder_text(draft: Draft) -> Iterator[Finding]:
    """placeholder-text: TODO and its like, which `mailer new` writes where something is to be filled in; TK and XX."""
    for manuscript in draft.manuscripts:
        found: dict[Finding, None] = {}
        for field, text, where in printed_texts(manuscript.edition):
            spoken = field.replace("_", " ")
            for word, place in _each(_PLACEHOLDER, text, manuscript, where):
                found[Finding("placeholder-text", "error", f"“{word}” is still in the {spoken}.",
                              "Fill it in, or remove it.", place)] = None  # fmt: skip
            for word, place in _each(_TO_COME, text, manuscript, where) if "(TK)" not in text else ():
                found[Finding("placeholder-text", "warning", f"“{word}” in the {spoken} seems to be still to come.",
                              "Fill it in, if it is.", place)] = None  # fmt: skip
        yield from found


def _each(
    wanted: re.Pattern[str], text: str, manuscript: Manuscript, where: Where
) -> Iterator[tuple[str, Where]]:
    """What is wanted, wherever it stands: by its line, or once for the field where only that is known."""
    words = dict.fromkeys(match[0].strip() for match in wanted.finditer(text))
    passages = () if where.line or where.path != str(manuscript.edition.path) else manuscript.prose
    told = set()
    for passage in passages if words else ():
        for match in wanted.finditer(passage.text):
            if (word := match[0].strip()) in words:
                told.add(word)
                yield word, passage.at(match.start())
    yield from ((word, where) for word in words if word not in told)


def markup_in_fields(draft: Draft) -> Iterator[Finding]:
    """leftover-markup: in a field of the header, where it is printed as it stands. The reader looks over bodies."""
    for edition in draft.release.editions:
        for field, text, where in printed_texts(edition):
            if field in _NO_FIELDS:
                continue
            match = _MARKUP.search(MERGE_SLOT.sub("", text) if field in FIELDS_WITH_SLOTS else text)
            if match:
                spoken = field.replace("_", " ")
                slots = "; a merge slot is {{ first_name | colleague }}" if field in FIELDS_WITH_SLOTS else ""
                yield Finding("leftover-markup", "error", f"{match[0]} would be printed in the {spoken}.",
                              f"Remove it: the header's fields are plain text{slots}.", where)  # fmt: skip


def left_by_word(draft: Draft) -> Iterator[Finding]:
    """left-by-word: what came along when the text was copied, and readers would stumble over. `mailer fix` knows it."""
    for edition in draft.release.editions:
        path = draft.workspace.root / edition.path
        house = House(edition.language, edition.newsroom.dash, edition.newsroom.contacts)
        source = read_source(path, str(edition.path), draft.workspace.unsaved.get(path))
        for told in left_behind(source.text, house):
            by_hand = told.message == DATELINE_WITH_MORE
            hint = "Take it out of the text." if by_hand else f"mailer fix {path.stem} puts it right."
            yield Finding("left-by-word", "warning", told.message, hint,
                          Where(str(edition.path), told.line))  # fmt: skip


def embargo(draft: Draft) -> Iterator[Finding]:
    """past-embargo, embargo, future-date."""
    for edition in draft.release.editions:
        if edition.embargo and edition.embargo <= (draft.leaves or draft.now):
            ended = "ended on" if edition.embargo <= draft.now else "is over when it leaves:"
            yield Finding("past-embargo", "warning", f"The embargo {ended} {moment_text(edition.embargo)}.",
                          "Remove it, or the email asks journalists to wait for nothing.",
                          edition.where("embargo"))  # fmt: skip
        elif edition.embargo:
            yield Finding("embargo", "notice", f"Under embargo until {moment_text(edition.embargo)}.",
                          "Everybody who gets it now can read it now.", edition.where("embargo"))  # fmt: skip
        leaving = (draft.leaves or draft.now).astimezone(ZoneInfo(edition.newsroom.zone)).date()
        days = (edition.date - leaving).days
        if days > 1 and not edition.embargo:
            when = "after it leaves" if draft.leaves and draft.leaves > draft.now else "from now"
            yield Finding("future-date", "warning", f"The release is dated {days} days {when}, without an embargo.",
                          "Add Embargo:, or correct the date.", edition.where("date"))  # fmt: skip


def follow_up(draft: Draft) -> Iterator[Finding]:
    """follow-up: a correction, update or withdrawal names what it follows and says what changed."""
    edition = draft.release.original
    if not edition.kind.follows:
        return
    if not edition.corrects:
        yield Finding("follow-up", "error", f"This {edition.kind} does not say which release it follows.",
                      "Add Corrects: and that release's name.", edition.where("kind"))  # fmt: skip
    else:
        try:
            draft.workspace.release_path(edition.corrects)
        except WorkspaceError as error:
            yield Finding("follow-up", "error", error.message, error.hint, edition.where("corrects"))
    if edition.kind.supersedes and not edition.correction:
        yield Finding("follow-up", "error", f"This {edition.kind} does not say what changed.",
                      "Add Correction: and one sentence.", edition.where("kind"))  # fmt: skip
