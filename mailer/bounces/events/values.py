"""JSON of strangers, asked for what it should hold and never surprised by what it does.

Anybody who knows an address of ours may post anything, and a provider may change its mind about a type. So a value is
asked for a text, a list or a moment, and what is none of that is an empty one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST = 2_000
"""Characters of a text that are looked at: a server's reply, of a few lines."""
MOST = 5_000
"""Members of a list that are looked at: of the largest body there is room for about as many events."""
_LATEST = 2**40
_MILLISECONDS = 10**11
"""A number of seconds that large would be the year 5138."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a JSON text; `raw` is None where there is none."""

    raw: object

    def __getitem__(self, key: str) -> Value:
        return Value(self.raw.get(key)) if isinstance(self.raw, dict) else Value(None)

    @property
    def text(self) -> str:
        """A string, without what UTF-8 has no octets for; of a whole number its digits; "" for anything else."""
        if isinstance(self.raw, str):
            return self.raw[:LONGEST].encode("utf-8", "replace").decode()
        if isinstance(self.raw, int) and not isinstance(self.raw, bool) and abs(self.raw) < _LATEST**2:
            return str(self.raw)
        return ""

    @property
    def word(self) -> str:
        """A text that is one of a few: in lower case, short."""
        return self.text[:60].strip().lower()

    @property
    def true(self) -> bool:
        return self.raw is True

    def __iter__(self) -> Iterator[Value]:
        """The members of a list; none of anything else."""
        members = self.raw if isinstance(self.raw, list) else []
        return map(Value, members[:MOST])

    @property
    def moment(self) -> datetime | None:
        """A moment in ISO 8601 or in seconds (or milliseconds) since 1970; None where it is neither."""
        try:
            if isinstance(self.raw, int | float) and not isinstance(self.raw, bool):
                seconds = self.raw / 1000 if self.raw > _MILLISECONDS else self.raw
                return datetime.fromtimestamp(seconds, UTC)
            moment = datetime.fromisoformat(self.text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            return None

    @property
    def embedded(self) -> Value:
        """The JSON in a string."""
        return read_json(self.raw.encode("utf-8", "replace")) if isinstance(self.raw, str) else Value(None)


def read_json(content: bytes) -> Value:
    """The value of a JSON text; of what is none, or is too deep or too odd to be read, an empty one."""
    try:
        return Value(json.loads(content))
    except (
        ValueError,
        RecursionError,
    ):  # UnicodeDecodeError, and a number of 5,000 digits, are ValueErrors too
        return Value(None)
