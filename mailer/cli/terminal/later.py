"""What is said later: a list may turn out unreadable at its last row, and then nothing of it is said. Until its end is
reached, lines wait on disk: there may be a million."""

from __future__ import annotations

import tempfile
from typing import Any

from mailer.cli.terminal.output import Styled, json_item, json_text, say

_PIECE = 1 << 16
"""Characters that are read from disk at a time."""
_IN_MEMORY = 1 << 16
"""Bytes that need no file: a short list's, of which `lists check` may look at hundreds."""


class Later:
    """Lines on disk, as they will be said. The file is private, and goes with this."""

    def __init__(self) -> None:
        # A lone surrogate is no UTF-8, and may stand in a file's name.
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (it lives as long as this)
            _IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline="\n"
        )

    def add(self, text: Styled, *, nl: bool = True) -> None:
        """More of it, as `row_of` or `seen` has made it; `nl` as of `say`."""
        self._file.write(f"{text}\n" if nl else text)

    def say(self, *, err: bool = False) -> None:
        """All of it, whole lines at a time, so that no colour is cut in two."""
        self._file.seek(0)
        while lines := self._file.readlines(_PIECE):
            say(Styled("".join(lines)), err=err, nl=False)


class JsonArray:
    """An array that is a member of a JSON object: item by item, and laid out as `say_json` would."""

    def __init__(self) -> None:
        self._later = Later()
        self._any = False

    def add(self, item: Any) -> None:
        self._later.add(Styled(f"{',' if self._any else ''}\n    {json_item(item, 2)}"), nl=False)
        self._any = True

    def say(self) -> None:
        """Its text, bracket to bracket."""
        say("[", nl=False)
        self._later.say()
        say("\n  ]" if self._any else "]", nl=False)


class JsonObject:
    """A JSON document that is an object, member by member."""

    def __init__(self) -> None:
        self._members: list[tuple[str, Any]] = []

    def add(self, name: str, value: Any) -> None:
        """One more member: any data, or a `JsonArray`."""
        self._members.append((name, value))

    def say(self) -> None:
        say("{", nl=False)
        for number, (name, value) in enumerate(self._members):
            say(Styled(f"{',' if number else ''}\n  {json_text(name)}: "), nl=False)
            if isinstance(value, JsonArray):
                value.say()
            else:
                say(Styled(json_item(value, 1)), nl=False)
        say("\n}" if self._members else "}")
