"""Identifier alignment (RFC 9989): DMARC passes only by a signature, or a return address, of the domain in From, or of
its organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mailer.delivery.doctor.dmarc import DmarcRecord, Walk, walk
from mailer.delivery.doctor.records import LATER, Records, Unknown
from mailer.delivery.doctor.spf import spf_records
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
    try:
        proofs = list(_proofs(settings, up, record, records))
    except Unknown as unknown:
        yield Finding(
            "alignment",
            "notice",
            f"Whether signature and return address belong to {up.domain} is unknown: DNS did not answer"
            f" ({unknown.name}: {unknown.why}).",
            LATER,
        )
        return
    said = f"For DMARC of {up.domain}, " + "; ".join(proof.said for proof in proofs)
    if any(proof.passes for proof in proofs):
        yield Finding("alignment", "notice", f"{said}.")
        return
    who = settings.preset.title if settings.preset else "the server"
    alone = record.tag("adkim") == "s" or up.organisation == up.domain
    organisation = "" if alone else f", or for its organisation, {up.organisation}"
    only = f"it passes only if {who} signs with d={up.domain}{organisation}"
    if settings.dkim_selector:
        level: Level = "error" if policy in ("quarantine", "reject") else "warning"
        hint = f"Sign for the sender's domain: DKIM_DOMAIN={up.domain}, with a key there."
    else:
        level, hint = "warning", "In a mail of yours that arrived, look at d= in its DKIM-Signature."
    yield Finding(
        "alignment", level, f"{said}: {only}." if proofs else f"DMARC of {up.domain}: {only}.", hint
    )


class _Proof(NamedTuple):
    """What may prove that the mail is the domain's own, in words, and whether it does."""

    said: str
    passes: bool


def _proofs(settings: Settings, up: Walk, record: DmarcRecord, records: Records) -> Iterator[_Proof]:
    """Our signature, and our return address, where there are such.

    Raises:
        Unknown: DNS did not answer about one of them.
    """
    if settings.dkim_selector:
        signer, mode = settings.dkim_domain.lower(), record.tag("adkim", "r")
        key = any("p=" in text for text in records.texts(f"{settings.dkim_selector}._domainkey.{signer}"))
        yield _proof(
            f"the signature of {signer}", _aligned(signer, up, mode, records), mode, "" if key else "key"
        )
    if not settings.preset or settings.preset.spf:
        bounces, mode = (
            settings.envelope_from.rpartition("@")[2].lower() or up.domain,
            record.tag("aspf", "r"),
        )
        lacks = "" if len(spf_records(bounces, records)) == 1 else "SPF record"
        yield _proof(f"the return address at {bounces}", _aligned(bounces, up, mode, records), mode, lacks)


def _proof(what: str, aligned: bool, mode: str, lacks: str) -> _Proof:
    if mode == "s":
        belongs = "is of that very domain (strict)" if aligned else "is not of that very domain (strict)"
    else:
        belongs = "belongs to it" if aligned else "does not belong to it"
    but = f", but has no valid {lacks}" if aligned and lacks else ""
    return _Proof(f"{what} {belongs}{but}", aligned and not lacks)


def _aligned(domain: str, up: Walk, mode: str, records: Records) -> bool:
    """Whether a domain is the one of From, or, in relaxed mode, of the same organisation.

    Raises:
        Unknown: DNS did not answer about the way up from it.
    """
    if domain == up.domain or mode == "s":
        return domain == up.domain
    return walk(domain, records).organisation == up.organisation
