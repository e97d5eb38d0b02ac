"""Begin a translation: a file beside its original, which says only what differs."""

from __future__ import annotations

from pathlib import Path

from mailer.errors import ValueFault, WorkspaceError
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.languages import is_other
from mailer.release.newsroom import read_newsroom
from mailer.release.read import digest
from mailer.release.source import read_source
from mailer.release.values import parse_language
from mailer.release.writing.header_text import FieldValue, header_text
from mailer.workspace import Workspace

_IN_WORDS = ("headline", "subhead", "subject", "preheader", "note", "dateline")
"""What a translation says anew; dates, people, pictures and the rest it takes over."""

TO_TRANSLATE = "TODO Translate what follows."
"""The first line of a translation that nobody has begun."""


def new_translation(workspace: Workspace, original: Path, language: str) -> Path:
    """Writes `NAME.LANG.md` with the original's words, to be translated, and returns its path. Nothing is overwritten.

    Its headline and its text begin with TODO, so that nobody is sent a text in a language that is not theirs.

    Args:
        original: a file of releases/.
        language: BCP 47.

    Raises:
        ReleaseError: the original is no text.
        WorkspaceError: `language` is no language, or the original's; the file is there; it can't be written.
    """
    shown = workspace.shown(original)
    header = read_header(read_source(original, shown).text, shown, RELEASE_FIELDS, RECORDS)
    own = header.text("lang") or read_newsroom(workspace).language
    try:
        tag = parse_language(language)
    except ValueFault as fault:
        raise WorkspaceError(f"{fault.message}.", f"{fault.hint[:1].upper()}{fault.hint[1:]}.") from None
    if not is_other(tag, own) and tag.lower() == own.lower():
        raise WorkspaceError(f"{shown} is in that language itself ({own}).", "Choose another one.")
    path = original.with_name(f"{workspace.release_name(original)}.{tag}.md")
    said: dict[str, FieldValue] = {
        name: f"TODO {header.text(name)}" for name in _IN_WORDS if header.text(name)
    }
    fields = header_text({**said, "lang": tag, "original": digest(original)})
    text = f"{fields}\n{TO_TRANSLATE}\n\n{header.body.strip()}\n"
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise WorkspaceError(f"{workspace.shown(path)} is there already.", "Go on with it.") from None
    except OSError as error:
        raise WorkspaceError(f"{workspace.shown(path)} can't be written: {error.strerror}.") from None
    return path
