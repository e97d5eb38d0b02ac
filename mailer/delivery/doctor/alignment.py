"""Identifier alignment (RFC 9989): DMARC passes only by a signature, or a return address, of the domain in From, or of
its organisation."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.delivery.doctor.dmarc import DmarcRecord, Walk, walk
from mailer.delivery.doctor.records import Records, Unknown
from mailer.model import Finding, Level
from mailer.settings import Settings


def look_at_alignment(
    settings: Settings, up: Walk, record: DmarcRecord, policy: str, records: Records
) -> Iterator[Finding]:
    """
    Args:
        up: the walk from the domain of From.
        record: the DMARC record that holds for it, and its policy.
    """
    signer = settings.dkim_domain.lower() if settings.dkim_selector else ""
    bounces = settings.envelope_from.rpartition("@")[2].lower() or up.domain
    own_return = not (settings.preset and not settings.preset.spf)
    try:
        signed = bool(signer) and _aligned(signer, up, record.tag("adkim", "r"), records)
        returned = own_return and _aligned(bounces, up, record.tag("aspf", "r"), records)
    except Unknown as unknown:
        yield Finding(
            "alignment",
            "notice",
            f"Whether signature and return address belong to {up.domain} is unknown: DNS did not answer"
            f" ({unknown.name}: {unknown.why}).",
        )
        return
    facts = []
    if signer:
        facts.append(f"the signature of {signer} {_belongs(signed, record.tag('adkim', 'r'))}")
    if own_return:
        facts.append(f"the return address at {bounces} {_belongs(returned, record.tag('aspf', 'r'))}")
    said = f"For DMARC of {up.domain}, " + "; ".join(facts) if facts else ""
    yield from _verdict(settings, up, policy, said, passes=signed or returned, signer=signer)


def _verdict(
    settings: Settings, up: Walk, policy: str, said: str, *, passes: bool, signer: str
) -> Iterator[Finding]:
    if passes:
        yield Finding("alignment", "notice", f"{said}.")
    elif signer:
        level: Level = "error" if policy in ("quarantine", "reject") else "warning"
        yield Finding(
            "alignment",
            level,
            f"{said}: every message fails.",
            f"Set DKIM_DOMAIN={up.domain}, with a key there.",
        )
    else:
        who = settings.preset.title if settings.preset else "the server"
        said = said or f"For DMARC of {up.domain}, all depends on who signs"
        yield Finding(
            "alignment",
            "warning",
            f"{said}: it passes only if {who} signs with d={up.domain}, or for its organisation, {up.organisation}.",
            "In a mail of yours that arrived, look at d= in its DKIM-Signature.",
        )


def _aligned(domain: str, up: Walk, mode: str, records: Records) -> bool:
    """Whether a domain is the one of From, or, in relaxed mode, of the same organisation.

    Raises:
        Unknown: DNS did not answer about the way up from it.
    """
    if domain == up.domain or mode == "s":
        return domain == up.domain
    return walk(domain, records).organisation == up.organisation


def _belongs(aligned: bool, mode: str) -> str:
    if mode == "s":
        return "is that very domain (strict)" if aligned else "is not that very domain (strict)"
    return "belongs to it" if aligned else "does not belong to it"
