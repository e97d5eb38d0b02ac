"""Places in source files, and what pre-flight noticed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a source file; `line` is 1-based, 0 for the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What pre-flight noticed. An error blocks sending; a warning is shown; a notice informs.

    Attributes:
        id: the check's name in kebab-case, as documented in docs/reference/checks.md.
        level: how grave it is.
        message: what was noticed, one sentence for staff.
        hint: what to do about it, or "".
        where: the place in the source, where there is one.
    """

    id: str
    level: Level
    message: str
    hint: str = ""
    where: Where | None = None
