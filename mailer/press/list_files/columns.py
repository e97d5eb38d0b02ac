"""Headers that people give to columns, in nineteen languages, and the columns of a header row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mailer.press.clean_text import clean, folded
from mailer.press.list_files.gates import GATES, LONGEST_HEADER, gate_of
from mailer.press.list_files.words import headers, plain, spaced

SYNONYMS: dict[str, tuple[str, ...]] = headers()
"""The columns that mean something to the tool, and the headers under which each is found."""

ROLES: dict[str, str] = {plain(word): role for role, words in SYNONYMS.items() for word in words}

_NUMBERED = re.compile(r"(?:contact|person)?(?:e?mail)(?:address)?(\d)(?:value|address)?")
"""`E-mail 2 Address` (Outlook), `E-mail 1 - Value` (Google)."""
_SOUNDS_LIKE_ADDRESS = re.compile(
    "mail|mejl|correo|courriel|epost|eposta|почт|пошт|имеил|メール|邮|郵|电邮|電郵|메일|ایمیل|ايميل|بريد|ταχυδρομ"
)
_NO_ADDRESS = re.compile(
    r"\b(?:display )?(?:name|type|label|domain|status|reason|subject|source|validation)$"
)
"""Ends of headers such as `E-mail Display Name` (Outlook), whose cells may hold an address and are none to mail."""
_WHOSE = (
    "contact", "contacts", "person", "journalist", "reporter", "influencer", "subscriber", "recipient", "member",
    "author", "user", "customer",
)  # fmt: skip
"""`Contact First Name` (Cision), `Person - Name` (Pipedrive): whose column it is, in front of what it is."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header row names.

    Attributes:
        headers: as the file has them, cleaned.
        address: index of the column of addresses.
        others: indices of further columns of addresses, which are not mailed.
        roles: index of each column that means something to the tool.
        gates: indices of columns that say whether somebody may be mailed, each with one of `GATES`.
        extras: index and key of each further column; the keys are merge fields and names for `--where`.
        answered: key and role of each further column that staff have explained: one of `GATES`, or "".
    """

    headers: tuple[str, ...]
    address: int
    others: tuple[int, ...] = ()
    roles: dict[str, int] = field(default_factory=dict)
    gates: tuple[tuple[int, str], ...] = ()
    extras: tuple[tuple[int, str], ...] = ()
    answered: tuple[tuple[str, str], ...] = ()

    @property
    def fields(self) -> tuple[tuple[str, int], ...]:
        """Key and index of everything that ends up in a recipient's `fields`; -1: no column, but composed.

        Beside a column called “name”, a first or a last name tells which part that one holds.
        """
        own = [(role, self.roles[role]) for role in FIELD_ROLES if role in self.roles]
        parts = {"first_name", "last_name"} & self.roles.keys()
        if "name" in self.roles and len(parts) == 1:
            own += [(part, -1) for part in ("first_name", "last_name") if part not in parts]
        return (*own, *((key, index) for index, key in self.extras))

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of a recipient's `fields`, in their order."""
        return tuple(key for key, _ in self.fields)


FIELD_ROLES = ("first_name", "last_name", "beat", "country", "accepts_embargo")
"""Known columns that end up in `Recipient.fields`."""

RESERVED_KEYS = frozenset(
    {"email", "address", "domain", "name", "outlet", "language", "languages", "tags", "lists"}
)


def sounds_like_address(header: str) -> bool:
    """Whether a header may name a column of addresses without being one we know."""
    return (
        len(header) <= LONGEST_HEADER
        and _SOUNDS_LIKE_ADDRESS.search(plain(header)) is not None
        and _NO_ADDRESS.search(spaced(header)) is None
        and not gate_of(header)
    )


@lru_cache(maxsize=4096)
def role_of(header: str) -> str:
    """The role of a header, or ""."""
    if len(header) > LONGEST_HEADER:
        return ""
    word = plain(header)
    if word in ROLES:
        return ROLES[word]
    if _NUMBERED.fullmatch(word):
        return "email"
    whose, _, what = spaced(header).partition(" ")
    role = ROLES.get(plain(what), "") if what and whose in _WHOSE else ""
    return "" if role in GATES else role


def rank_of(header: str) -> int:
    """Which of a person's numbered addresses a column has: 1 of `E-mail Address` and of `E-mail 1 - Value`, 2 …

    0 for a column that is none of such a row of columns.
    """
    found = _NUMBERED.fullmatch(plain(header))
    return int(found[1]) if found else int(plain(header) in ("email", "emailaddress", "mail"))


def key_of(header: str) -> str:
    """`Phone (office)` → `phone_office`: the name of a merge field."""
    return re.sub(r"[^a-z0-9]+", "_", folded(header[:LONGEST_HEADER])).strip("_")


def name_columns(
    headers: Sequence[str],
    address: int,
    others: Sequence[int],
    *,
    roles: Mapping[int, str] | None = None,
    gates: Sequence[tuple[int, str]] = (),
) -> Columns:
    """The columns of a header row whose address column is known.

    Args:
        roles: of columns that staff have explained: "" where one says nothing about mail.
        gates: indices of the columns that say who may be mailed, each with one of `GATES`.
    """
    said = roles or {}
    found: dict[str, int] = {}
    extras: list[tuple[int, str]] = []
    taken = set(RESERVED_KEYS) | set(FIELD_ROLES)
    gated = {index for index, _ in gates}
    for index in sorted(range(len(headers)), key=lambda index: (index not in said, index)):
        if index == address or index in others or not clean(headers[index]):
            continue
        role = said.get(index, role_of(headers[index]))
        if index not in gated and role not in ("", "email", *GATES) and role not in found:
            found[role] = index
        else:
            extras.append((index, key_of(headers[index])))
    named = tuple((i, _free_key(key or f"column_{i + 1}", taken)) for i, key in sorted(extras))
    answered = tuple((key, said[index]) for index, key in named if said.get(index) in ("", *GATES))
    return Columns(tuple(map(clean, headers)), address, tuple(others), found, tuple(gates), named, answered)


def _free_key(key: str, taken: set[str]) -> str:
    free, number = key, 2
    while free in taken:
        free, number = f"{key}_{number}", number + 1
    taken.add(free)
    return free
