"""What DNS says of the sender's domain: SPF, DKIM, DMARC, and whether they are about the same organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailer.delivery.doctor.alignment import look_at_alignment
from mailer.delivery.doctor.dkim import look_at_dkim
from mailer.delivery.doctor.dmarc import Walk, policy_of, walk
from mailer.delivery.doctor.records import LATER, Records, Unknown
from mailer.delivery.doctor.spf import look_at_spf
from mailer.model import Finding
from mailer.settings import Settings

if TYPE_CHECKING:
    from dns.resolver import Resolver

_BULK = "Large mail providers expect one from anyone who sends in bulk. To begin with"
_LIKE_NONE = "Receivers ignore it: it has to begin with v=DMARC1, in capitals (RFC 9989 §4.8)."


def look_at_sender(settings: Settings, domain: str, resolver: Resolver | None) -> Iterator[Finding]:
    """
    Args:
        domain: of the sender, in A-labels, small letters.
        resolver: asks DNS; the system's by default.
    """
    try:
        import dns.exception
        import dns.resolver
    except ImportError:
        yield Finding(
            "spf",
            "notice",
            "SPF, DKIM and DMARC are unknown: dnspython is not installed.",
            "pip install dnspython",
        )
        return
    try:
        records = Records(resolver or dns.resolver.Resolver())
    except (OSError, dns.exception.DNSException):  # /etc/resolv.conf, or Windows' registry, names no server
        yield Finding(
            "spf",
            "notice",
            "SPF, DKIM and DMARC are unknown: this computer is not set up to query DNS.",
            LATER,
        )
        return
    preset = settings.preset
    if preset and not preset.spf:
        yield Finding(
            "spf",
            "notice",
            f"{preset.title} puts a return address of its own on the mail: receivers look at SPF there, not at yours.",
            "Set up a return address below your domain there, and it counts for DMARC too.",
        )
    else:
        envelope = settings.envelope_from.rpartition("@")[2].lower() or domain
        yield from look_at_spf(envelope, preset, records)
    yield from look_at_dkim(settings, domain, records)
    yield from _look_at_dmarc(settings, domain, records)


def _look_at_dmarc(settings: Settings, domain: str, records: Records) -> Iterator[Finding]:
    try:
        up = walk(domain, records)
        yield from _oddities(up)
        if not up.found:
            yield Finding(
                "dmarc",
                "warning",
                f"{domain} has no DMARC record, and none above it holds for it.",
                f"{_BULK}, a TXT record of _dmarc.{domain} can say: v=DMARC1; p=none",
            )
            return
        record, place = up.found
        policy, tag = policy_of(record, domain, records)
    except Unknown as unknown:
        said = f"DMARC of {domain} is unknown: DNS did not answer ({unknown.name}: {unknown.why})."
        yield Finding("dmarc", "notice", said, LATER)
        return
    where = f"_dmarc.{record.domain}"
    if not policy:
        yield Finding(
            "dmarc",
            "warning",
            f"{where} has no valid policy, so receivers ignore it: {record.text}",
            "It has to say p=none, p=quarantine or p=reject, and sp and np likewise (RFC 9989 §4.7).",
        )
        return
    whose = "" if place == "its own" else f" of {record.domain} ({place}), for domains below it"
    testing = " It is only tested (t=y)." if record.tag("t") == "y" else ""
    said = f"DMARC of {domain}: {policy}, by “{tag}” in the record{whose}: {record.text}{testing}"
    yield Finding("dmarc", "notice", said)
    yield from look_at_alignment(settings, up, record, policy, records)


def _oddities(up: Walk) -> Iterator[Finding]:
    for name in up.several:
        yield Finding(
            "dmarc",
            "error",
            f"_dmarc.{name} has several DMARC records, so receivers ignore them all; there must be only one.",
            "Remove the others (RFC 9989 §4.10).",
        )
    for name, text in up.ignored.items():
        yield Finding(
            "dmarc", "warning", f"_dmarc.{name} has what looks like a DMARC record: {text}", _LIKE_NONE
        )
