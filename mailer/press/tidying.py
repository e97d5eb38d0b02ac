"""What could be mended in a list: proposals for a person to decide about, never done by themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailer.model import Recipient
from mailer.press.address_warnings import is_role, one_slip, suggested_domain
from mailer.press.addresses import canonical, domain_of
from mailer.press.list_files.read import PressList
from mailer.press.suppressions.suppressions import Suppressions

MANY, FEW = 5, 2
"""A domain that so many people of a list have is known; one that so few have may be a slip of it."""
SHORTEST = 7
"""Letters of a domain, its dots among them, for a slip to be told from another domain: ft.com, afp.com."""
STALE_AFTER_YEARS = 2
BOUNCED = "bounced"
"""How the reason begins for which `mailer bounces` suppresses a dead address."""


class Kind(StrEnum):
    """What is proposed, in the order in which it is looked for; docs/guide/press-lists.md explains each."""

    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"
    TYPO = "typo"
    NOBODY = "nobody"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be done about a row.

    Attributes:
        line: of the file, from 1.
        address: whose row it is, as mailed.
        becomes: the address that it would have; "" = the row would go; None = only a person can tell what is right.
    """

    kind: Kind
    line: int
    address: str
    becomes: str | None
    why: str


def propose(
    press_list: PressList, suppressions: Suppressions, failing: Mapping[str, tuple[Kind, str]], today: date
) -> Iterator[Proposal]:
    """At most one proposal for each recipient of a list, in its order.

    Args:
        failing: by canonical address, what is known of mail that did not arrive, and why.

    Raises:
        ListError: the list turns out unreadable on the way.
    """
    domains = Counter(domain_of(person.address) for person in press_list)
    slips = _slips(domains)
    first: dict[str, Recipient] = {}
    shared = _shared_rows(press_list)
    for person in press_list:
        assert person.where is not None
        line, key = person.where.line, canonical(person.address)
        found = (
            _duplicate(person, first[key])
            if key in first
            else _of(person, key, suppressions, failing, slips, today)
        )
        first.setdefault(key, person)
        if found is None:
            continue
        kind, becomes, why = found
        if becomes and canonical(becomes) in first:
            becomes, why = "", f"{why} {becomes} is on line {_line(first[canonical(becomes)])}"
        by_hand = line in shared
        yield Proposal(
            kind,
            line,
            person.address,
            None if by_hand else becomes,
            f"{why}; several addresses share the row" if by_hand else why,
        )


def _of(
    person: Recipient,
    key: str,
    suppressions: Suppressions,
    failing: Mapping[str, tuple[Kind, str]],
    slips: Mapping[str, str],
    today: date,
) -> tuple[Kind, str | None, str] | None:
    local, _, domain = person.address.rpartition("@")
    meant = suggested_domain(domain) or slips.get(domain, "")
    corrected = f"{local}@{meant}" if meant else ""
    # A slip bounces, and is suppressed then: the right address is the better answer, if it may be mailed.
    entry = suppressions.get(key)
    bounced = entry is not None and entry.reason.startswith(BOUNCED)
    if corrected and (entry is None or bounced) and corrected not in suppressions:
        return Kind.TYPO, corrected, f"did you mean {meant}?{' It bounced.' if bounced else ''}"
    if entry is not None or (corrected and corrected in suppressions):
        return Kind.SUPPRESSED, "", f"never mailed: {entry or suppressions.get(corrected)}"
    if key in failing:
        kind, why = failing[key]
        return kind, "" if kind is Kind.BOUNCED else None, why
    if is_role(person.address):
        return Kind.NOBODY, "", "not a person's mailbox: perhaps nobody reads it"
    stale = _stale(person.fields, today)
    return (Kind.STALE, None, stale) if stale else None


def _duplicate(person: Recipient, first: Recipient) -> tuple[Kind, str | None, str]:
    """The later row of a person can go where it says nothing that the first one does not."""
    more = [key for key, value in person.fields.items() if value and value != first.fields.get(key, "")]
    more += [key for key in ("name", "outlet") if getattr(person, key) not in ("", getattr(first, key))]
    more += ["language"] * (not set(person.languages) <= set(first.languages))
    more += ["tags"] * (not person.tags <= first.tags)
    if more:
        return Kind.DUPLICATE, None, f"line {_line(first)} is the same person, with another {', '.join(more)}"
    return Kind.DUPLICATE, "", f"line {_line(first)} is the same person and says all of this"


def _line(person: Recipient) -> int:
    return person.where.line if person.where else 0


def _shared_rows(press_list: PressList) -> set[int]:
    """Lines whose row holds several addresses: nothing can be done to one of them without the others."""
    return {line for line, number in Counter(map(_line, press_list)).items() if number > 1}


# ---- slips of the fingers ---------------------------------------------------------------------------


def _slips(domains: Mapping[str, int]) -> dict[str, str]:
    """Domains of a few people, each with the one of many that is one slip away."""
    known: dict[str, list[str]] = {}
    for domain, number in domains.items():
        if number >= MANY and len(domain) >= SHORTEST:
            for form in _without_one(domain):
                known.setdefault(form, []).append(domain)
    found = {}
    for domain, number in domains.items():
        if number <= FEW and len(domain) >= SHORTEST:
            near = {other for form in _without_one(domain) for other in known.get(form, ())}
            meant = [other for other in near if other != domain and _slip_of(domain, other)]
            if len(meant) == 1:
                found[domain] = meant[0]
    return found


def _without_one(domain: str) -> Iterable[str]:
    """A word and itself without each of its letters: two words one slip apart have one of these in common."""
    return {domain, *(domain[:i] + domain[i + 1 :] for i in range(len(domain)))}


def _slip_of(domain: str, other: str) -> bool:
    """Only within the name: paper.es and paper.ee, or mail1 and mail2, are two domains."""
    name, _, top = domain.partition(".")
    meant, _, other_top = other.partition(".")
    return top == other_top and one_slip(name, meant) and not re.search(r"\d", name + meant)


# ---- long not looked at -----------------------------------------------------------------------------

_LOOKED_AT = re.compile(
    r"(?:last_)?(?:verified|updated|update|modified|checked|contacted|contact_date|confirmed)(?:_(?:at|on|date))?|"
    r"(?:fecha_de_)?(?:actualizado|actualizacion|verificado|ultimo_contacto)|"
    r"mis_a_jour|derniere_mise_a_jour|aktualisiert(?:_am)?|atualizado(?:_em)?|last_changed|date_updated"
)
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:$|[T ])")


def _stale(fields: Mapping[str, str], today: date) -> str:
    """Which column says that nobody has looked at the row for years, or ""."""
    newest, column = date.min, ""
    for key, value in fields.items():
        match = _DAY.match(value) if _LOOKED_AT.fullmatch(key) else None
        try:
            day = date(*map(int, match.groups())) if match else date.min
        except ValueError:
            continue
        if day > newest:
            newest, column = day, key
    if not column or (today - newest).days < STALE_AFTER_YEARS * 365:
        return ""
    return f"{column}: {newest.isoformat()}, more than {STALE_AFTER_YEARS} years ago"
