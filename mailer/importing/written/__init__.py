"""A draft becomes the text of a release file: what `read_release` reads from it is what the draft says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mailer.importing.document import Picture
from mailer.importing.draft import Draft, Guess
from mailer.importing.written.blocks import BlockWriter
from mailer.importing.written.header import header_of

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class ToCheck:
    """What a person should look at, and the 1-based line of the new file where it stands; 0 = the whole file."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a release file, and the pictures that stand beside it, by name of their file."""

    text: str
    pictures: Mapping[str, Picture]
    to_check: tuple[ToCheck, ...]


def write(draft: Draft, name: str, leave_out: Collection[str] = ()) -> Written:
    """The file of a draft.

    Args:
        name: of the release; its pictures are called NAME-1.png, NAME-2.jpg …
        leave_out: fields of the header that are not written.

    Raises:
        ValueFault: a field can't be written.
    """
    shown = {key: picture for key, picture in draft.pictures.items() if picture.media_type in ENDINGS}
    files = {
        key: f"{name}-{number}.{ENDINGS[picture.media_type]}"
        for number, (key, picture) in enumerate(shown.items(), 1)
    }
    writer = BlockWriter(files)
    body = writer.parts(draft.body)
    notes = [writer.note(number, blocks) for number, blocks in enumerate(draft.notes, 1)]
    text = (
        "\n\n".join(filter(None, [header_of(draft, files, leave_out), body, *notes])).replace(
            "---\n\n\n", "---\n\n", 1
        )
        + "\n"
    )
    pictures = {files[key]: picture for key, picture in shown.items()}
    return Written(text, pictures, tuple(_placed(text, [*draft.guesses, *writer.guesses])))


def write_passage(draft: Draft, notes_there: int) -> tuple[str, str, tuple[ToCheck, ...]]:
    """The text of a draft without a header: its body, its notes, and what to look at, with the body's line.

    Args:
        notes_there: what its notes are counted on from.
    """
    writer = BlockWriter({})
    body = writer.parts(draft.body)
    notes = [writer.note(number, blocks) for number, blocks in enumerate(draft.notes, notes_there + 1)]
    fences = "---\n---\n"
    placed = _placed(fences + body, [*draft.guesses, *writer.guesses])
    to_check = tuple(ToCheck(max(each.line - fences.count("\n"), 0), each.message) for each in placed)
    return body, "\n\n".join(notes), to_check


def _placed(text: str, guesses: list[Guess]) -> Iterator[ToCheck]:
    lines = text.split("\n")
    end = lines.index("---", 1)
    bare = [_bare(line) for line in lines]
    found = (ToCheck(_line(guess, lines, bare, end), guess.message) for guess in guesses)
    yield from sorted(dict.fromkeys(found), key=lambda each: each.line)


def _line(guess: Guess, lines: list[str], bare: list[str], end: int) -> int:
    words = _bare(guess.words)[:60]
    if guess.field == "body":
        start, stop = end + 1, len(lines)
    else:
        field = guess.field.replace("_", " ").capitalize()
        start = next((n for n in range(1, end) if lines[n].startswith(f"{field}:")), -1)
        stop = next((n for n in range(start + 1, end) if not lines[n].startswith(" ")), end)
        if start < 0:
            return 0
    there = [n for n in range(start, stop) if words and words in bare[n]]
    at = min(there, key=lambda n: (bare[n] != words, n), default=-1)
    return at + 1 if at >= 0 else start + 1 if guess.field != "body" else 0


def _bare(line: str) -> str:
    """A line's letters and digits, by which words are found again whatever stands around them."""
    return re.sub(r"[\W_]+", "", line).casefold()
