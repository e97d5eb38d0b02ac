"""Begin a release: a file with its header filled in."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

from mailer.errors import WorkspaceError
from mailer.model import Kind
from mailer.workspace import Workspace

_EXTRA: dict[Kind, str] = {
    Kind.MEDIA_ADVISORY: """\
Event:
  what: TODO what journalists are invited to
  start: {day}, 10:00
  end: 11:00
  where: TODO street and town
  rsvp: TODO address
""",
    Kind.CORRECTION: "Corrects: TODO name of the release\nCorrection: TODO what was wrong, what is right\n",
    Kind.UPDATE: "Corrects: TODO name of the release\nCorrection: TODO what is new\n",
    Kind.FOLLOW_UP: "Follows: TODO name of the release\n",
    Kind.WITHDRAWAL: "Corrects: TODO name of the release\nCorrection: TODO why it is withdrawn\n",
}

_SKELETON = """\
---
Kind: {kind}
Headline: {headline}
Subhead:
Preheader:
Date: {day}
Dateline: TODO place
Lang: {language}
{extra}---

TODO Who did what, when and where, in one sentence.[^1]

“TODO A sentence that somebody really said,” said TODO Name, TODO role. **“TODO The highlighted passage.”**

TODO LABEL OF A BUTTON: <https://example.org>

## Notes to editors

- TODO Who can be interviewed, and in which languages.

[^1]: TODO Source, <https://example.org>.
"""


def new_release(workspace: Workspace, headline: str, *, kind: Kind, language: str, today: date) -> Path:
    """Write `releases/SLUG.md`, and return its path. Nothing is ever overwritten.

    Args:
        headline: verbatim; the file's name is made from its first words.
        today: the day of release, in the office's zone.

    Raises:
        WorkspaceError: the headline is empty, or the folder can't be written.
    """
    headline = " ".join(headline.split())
    if not headline:
        raise WorkspaceError("The headline is empty.", 'Give one: mailer new "What happened, in one line"')
    day = f"{today:%B} {today.day}, {today.year}"
    text = _SKELETON.format(
        kind=kind.value.capitalize(),
        headline=headline,
        day=day,
        language=language,
        extra=_EXTRA.get(kind, "").format(day=day),
    )
    name = slug(headline)
    try:
        workspace.releases.mkdir(exist_ok=True)
        for number in range(1, 100):
            path = workspace.releases / (f"{name}.md" if number == 1 else f"{name}-{number}.md")
            if not path.exists():
                with path.open("x", encoding="utf-8") as file:
                    file.write(text)
                return path
    except OSError as error:
        raise WorkspaceError(f"{workspace.releases} can't be written: {error.strerror}.") from None
    raise WorkspaceError(f"There are already 99 releases called {name}.", "Choose another headline.")


def slug(headline: str) -> str:
    """ "Clean Water, at Last: 8 of 11" → "clean-water-at-last-8"."""
    plain = unicodedata.normalize("NFKD", headline).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", ""))[:6]) or "release"
