"""What must not leave: tracked changes, struck words, hidden text."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from mailer.importing.document import Leak
from mailer.importing.sources.web.looks import Declarations, struck
from mailer.importing.sources.web.reading import Reading
from mailer.importing.sources.web.unseen import hidden


def taken_out(element: Any, style: Declarations, reading: Reading) -> bool:
    """Takes note of an element that is hidden or is a tracked change.

    Returns:
        Whether its words are no part of the text.
    """
    if hidden(element, style):
        note_leak("hidden text", element, reading)
        return True
    comment = (
        style.get("mso-element") == "comment"
        or "msocommenttext" in (element.get("class") or "").lower().split()
    )
    if comment and not any(each in reading.skipped for each in element.iter()):  # else it is known already
        note_leak("comment", element, reading)
        return True
    tag, classes = element.tag, (element.get("class") or "").lower().split()
    if tag in ("del", "s", "strike") or "msodel" in classes or struck(style):
        note_leak("deletion", element, reading, acceptable=True)
        return True
    if tag == "ins" and "adsbygoogle" in classes:
        return True
    if tag == "ins" or "msoins" in classes:
        note_leak("insertion", element, reading, acceptable=True)
    elif "msochangeprop" in classes:
        note_leak("formatting", element, reading, acceptable=True)
    return False


def note_leak(kind: Any, element: Any, reading: Reading, *, acceptable: bool = False) -> None:
    """Takes note of the words of an element as a leak, with who made it and when, as Word says it."""
    if text := " ".join(element.text_content().split()):
        author = unquote((element.get("cite") or "").removeprefix("mailto:"))
        reading.leak(Leak(kind, text, reading.place, author, element.get("datetime") or "", acceptable))
