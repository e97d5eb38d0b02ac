"""What our pages promise, sentence by sentence, and the tests that try to break it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

_FENCED = re.compile(r"(?ms)^\s*```.*?^\s*```")
_STARTS = re.compile(r"\s*(?:[-*] |\d+\. |#+ |\|)")
"""A line that begins something new: an item, a heading, a row of a table."""

_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][)”]))\s+(?=[A-Z`“(])")


def promise(page: str, *sentences: str) -> Callable[[Test], Test]:
    """Marks a test as trying to break what a page says.

    Args:
        page: its path in the repository.
        sentences: word for word, but without emphasis and with the texts of links alone.
    """

    def keep(test: Test) -> Test:
        kept = [*promises_of(test), *((page, sentence) for sentence in sentences)]
        test.promises = kept  # type: ignore[attr-defined]
        return test

    return keep


def promises_of(test: object) -> list[tuple[str, str]]:
    """The pages and sentences that a test stands for."""
    return getattr(test, "promises", [])


def sentences(markdown: str) -> list[str]:
    """The sentences of a page, in their order; a cell of a table is one at least. What is fenced is left out."""
    blocks: list[str] = []
    going_on = False
    for line in _FENCED.sub("\n\n", markdown).splitlines():
        if line.lstrip().startswith("|"):
            blocks += re.split(r"(?<!\\)\|", line)
        elif going_on and line.strip() and not _STARTS.match(line):
            blocks[-1] += f" {line}"
        else:
            blocks.append(_STARTS.sub("", line, count=1) if _STARTS.match(line) else line)
        going_on = bool(line.strip()) and not line.lstrip().startswith(("|", "#"))
    return [sentence for block in blocks for sentence in _END.split(_folded(block)) if sentence]


def section(markdown: str, title: str) -> str:
    """What stands under a heading of the second level.

    Raises:
        AssertionError: there is no such heading.
    """
    _, found, rest = markdown.partition(f"\n## {title}\n")
    assert found, f"no section is called “{title}”"
    return rest.partition("\n## ")[0]


def _folded(text: str) -> str:
    """Without emphasis and line ends; of links, their texts."""
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text).replace("**", "")
    text = re.sub(r"(?<!\w)\*([^*]+)\*(?!\w)", r"\1", text)
    return " ".join(text.split())
