"""SPF (RFC 7208) of the domain that bounces go back to: is there a record, can receivers make sense of it, and does it
name the provider?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.delivery.doctor.records import LATER, Records, Unknown
from mailer.model import Finding
from mailer.presets import Preset

MOST_LOOKUPS = 10
"""Of one evaluation (RFC 7208 §4.6.4); beyond, receivers treat the record as an error."""

_TERM = re.compile(r"[+\-~?]?(include|exists|redirect|ptr|mx|a)(?:[:=]([^/\s]+))?(?:/.*)?", re.IGNORECASE)
_BAD_FOR_US = "Mail sent in its name may be treated as forged (RFC 7208)."


def look_at_spf(domain: str, preset: Preset | None, records: Records) -> Iterator[Finding]:
    """
    Args:
        domain: of the envelope's sender.
        preset: whose servers the record should name, where one is set and states how.
    """
    try:
        found = spf_records(domain, records)
        seen = Terms() if len(found) == 1 else None
        if seen:
            seen.follow(found[0], records)
    except Unknown as unknown:
        yield Finding(
            "spf",
            "notice",
            f"SPF of {domain} is unknown: DNS did not answer ({unknown.name}: {unknown.why}).",
            LATER,
        )
        return
    if not found:
        new = f"{_BAD_FOR_US} A new one is: v=spf1 include:{preset.spf} ~all" if preset else _BAD_FOR_US
        yield Finding("spf", "warning", f"{domain} has no SPF record.", new)
    elif len(found) > 1:
        yield Finding(
            "spf",
            "error",
            f"{domain} has {len(found)} SPF records; there must be only one.",
            "Make one of them, with the terms of both (RFC 7208 §4.5).",
        )
    elif seen:
        yield Finding("spf", "notice", f"SPF of {domain}: {found[0]}")
        yield from _faults(domain, seen, preset)


def spf_records(domain: str, records: Records) -> list[str]:
    """
    Raises:
        Unknown: DNS did not answer.
    """
    return [text for text in records.texts(domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]


@dataclass(slots=True)
class Terms:
    """What a record asks receivers to look up, through everything that it includes.

    Attributes:
        lookups: how many; not counted beyond the most that are allowed.
        included: the domains.
        without: those of them that have no record themselves, or several: an error to receivers (§5.2).
    """

    lookups: int = 0
    included: set[str] = field(default_factory=set)
    without: list[str] = field(default_factory=list)

    def follow(self, record: str, records: Records) -> None:
        """
        Raises:
            Unknown: DNS did not answer about something that is included.
        """
        for term in record.split()[1:]:
            match = _TERM.fullmatch(term)
            if not match or self.lookups > MOST_LOOKUPS:
                continue
            self.lookups += 1
            what, domain = match[1].lower(), (match[2] or "").lower().rstrip(".")
            if what not in ("include", "redirect") or "%" in domain:  # a macro differs from mail to mail
                continue
            self.included.add(domain)
            found = spf_records(domain, records)
            if len(found) == 1:
                self.follow(found[0], records)
            else:
                self.without.append(domain)


def _faults(domain: str, seen: Terms, preset: Preset | None) -> Iterator[Finding]:
    if seen.lookups > MOST_LOOKUPS:
        yield Finding(
            "spf",
            "error",
            f"SPF of {domain} asks for more than {MOST_LOOKUPS} lookups in DNS, so receivers count it as an error.",
            "Take out what no longer sends for you (RFC 7208 §4.6.4).",
        )
    for name in seen.without:
        yield Finding(
            "spf",
            "error",
            f"SPF of {domain} includes {name}, which has no SPF record of its own, or several.",
            "Receivers count that as an error: take it out, or ask whose it is (RFC 7208 §5.2).",
        )
    if preset and preset.spf and preset.spf not in seen.included and seen.lookups <= MOST_LOOKUPS:
        yield Finding(
            "spf",
            "warning",
            f"SPF of {domain} does not include {preset.spf}, where {preset.title} names its servers.",
            f"Put include:{preset.spf} into it, before its last term.",
        )
