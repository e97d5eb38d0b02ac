"""DMARC (RFC 9989): where an organisation's domain begins, and which policy holds for a sender.

Both are found by a walk up the tree of names (§4.10): `_dmarc.` of the domain, then of each one above it; no list of
public suffixes is needed, as a registry says of itself that it is one (`psd=y`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mailer.delivery.doctor.records import Records

Place = Literal["its own", "its organisation's", "its registry's"]

MOST_QUERIES = 8
"""Of one walk (RFC 9989 §4.10): a longer name is cut to its last seven labels after the first query."""

_POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A record and the domain that has it; its tags by name in small letters."""

    domain: str
    text: str
    tags: Mapping[str, str]

    def tag(self, name: str, default: str = "") -> str:
        return self.tags.get(name, default).lower()


@dataclass(frozen=True, slots=True)
class Walk:
    """What stands on the way up from a domain.

    Attributes:
        domain: where it began.
        records: from the longest name to the shortest; a name with several has none (§4.10, step 2).
        several: names with more than one record.
        ignored: what looks like a record, and is none, by its name.
    """

    domain: str
    records: tuple[DmarcRecord, ...]
    several: tuple[str, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)

    @property
    def organisation(self) -> str:
        """The Organizational Domain (§4.10.2): one below a registry; else the shortest name with a record, as `psd=n`
        ends the walk."""
        for record in self.records:
            if record.tag("psd") == "y" and record.domain != self.domain:
                below = self.domain.removesuffix(f".{record.domain}").rpartition(".")[2]
                return f"{below}.{record.domain}"
        return self.records[-1].domain if self.records else self.domain

    @property
    def found(self) -> tuple[DmarcRecord, Place] | None:
        """The record whose policy holds (§4.10.1), and whose it is."""
        at = {record.domain: record for record in self.records}
        if self.domain in at:
            return at[self.domain], "its own"
        if self.organisation in at:
            return at[self.organisation], "its organisation's"
        registry = next((record for record in self.records if record.tag("psd") == "y"), None)
        return (registry, "its registry's") if registry else None


def on_the_way_up(domain: str) -> list[str]:
    """The domains whose `_dmarc.` a walk asks for, in order: at most eight."""
    labels = domain.split(".")
    above = labels[1:] if len(labels) < MOST_QUERIES else labels[-(MOST_QUERIES - 1) :]
    return [domain, *(".".join(above[n:]) for n in range(len(above)))]


def walk(domain: str, records: Records) -> Walk:
    """
    Args:
        domain: in A-labels, small letters.

    Raises:
        Unknown: DNS did not answer about one of the names, so nothing can be said.
    """
    found: list[DmarcRecord] = []
    several: list[str] = []
    ignored: dict[str, str] = {}
    for name in on_the_way_up(domain):
        texts = records.texts(f"_dmarc.{name}")
        here = [DmarcRecord(name, text, _tags(text)) for text in texts if _is_record(text)]
        for text in texts:
            if "dmarc1" in text.lower() and not _is_record(text):
                ignored[name] = text
        if len(here) > 1:
            several.append(name)
        elif here:
            found += here
            if here[0].tag("psd") in ("y", "n"):
                break
    return Walk(domain, tuple(found), tuple(several), ignored)


def policy_of(record: DmarcRecord, domain: str, records: Records) -> tuple[str, str]:
    """What receivers are asked to do with mail of a domain that fails (§4.7), and the tag that says so; ("", "") where
    the record is so wrong that they ignore it (§4.10.1).

    Raises:
        Unknown: DNS did not answer whether the domain exists.
    """
    inherited = [] if record.domain == domain else ["sp"]
    if inherited and "np" in record.tags and not records.exists(domain):
        inherited.insert(0, "np")
    if any(
        record.tag(name) not in _POLICIES for name in ("p", "sp", "np") if name == "p" or name in record.tags
    ):
        return ("none", "rua") if "mailto:" in record.tag("rua") else ("", "")
    tag = next((name for name in (*inherited, "p") if name in record.tags), "p")
    return record.tag(tag), tag


def _is_record(text: str) -> bool:
    """Whether it is a record of this version: `v=DMARC1` first, the value in capitals (§4.8)."""
    name, _, value = text.partition(";")[0].partition("=")
    return name.strip().lower() == "v" and value.strip() == "DMARC1"


def _tags(text: str) -> dict[str, str]:
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags
