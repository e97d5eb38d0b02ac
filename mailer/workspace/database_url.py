"""Where a ledger is that several computers share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HOST = r"(?:\[[0-9A-Fa-f:.%]*\]|[^:/?#@\[\],]*)(?::[0-9]*)?"
_URL = re.compile(
    r"(?P<scheme>postgres(?:ql)?)://(?:(?P<user>[^:/?#@]*)(?::[^/@]*)?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)(?P<database>/[^/?#@:]*)?(?:\?.*)?",
    re.DOTALL,
)
"""As libpq takes one apart: user and password end at the first `@`, and have no `/` in them."""


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """`postgresql://…`, as libpq reads it (LEDGER_URL). What is shown of it has no password."""

    url: str = field(repr=False)

    @property
    def well_formed(self) -> bool:
        """Whether it is known what in it is a password: libpq names the pieces of what it can't read."""
        return _URL.fullmatch(self.url) is not None

    def __str__(self) -> str:
        found = _URL.fullmatch(self.url)
        if found is None:
            return "postgresql://…"
        user = f"{found['user']}@" if found["user"] else ""
        return f"{found['scheme']}://{user}{found['hosts']}{found['database'] or ''}"
