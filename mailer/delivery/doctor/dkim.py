"""DKIM (RFC 6376): is the public key there, of our own signatures or of the provider's?"""

from __future__ import annotations

from collections.abc import Iterator

from mailer.delivery.doctor.records import LATER, Records, Unknown
from mailer.model import Finding
from mailer.presets import Preset
from mailer.settings import Settings


def look_at_dkim(settings: Settings, domain: str, records: Records) -> Iterator[Finding]:
    """
    Args:
        domain: the sender's; a provider signs for it.
    """
    if settings.dkim_selector:
        yield _our_key(f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}", records)
    elif settings.preset and settings.preset.selectors:
        yield _key_of_provider(settings.preset, domain, records)
    else:
        who = settings.preset.title if settings.preset else "Your server"
        yield Finding(
            "dkim",
            "notice",
            f"mailer does not sign (no DKIM_SELECTOR). {who} may; what its keys are called can't be known from here.",
            f"Does a mail of yours that arrived have a DKIM-Signature with d={domain}? Otherwise ask whoever runs it.",
        )


def _our_key(name: str, records: Records) -> Finding:
    try:
        found = [text for text in records.texts(name) if "p=" in text]
    except Unknown as unknown:
        return _unknown(f"The DKIM key {name}", unknown)
    if found:
        return Finding("dkim", "notice", f"DKIM key of {name}: {found[0]}")
    return Finding(
        "dkim",
        "error",
        f"{name} has no DKIM key record.",
        "Signatures with this selector will fail (RFC 6376 §3.6).",
    )


def _key_of_provider(preset: Preset, domain: str, records: Records) -> Finding:
    names = [f"{selector}._domainkey.{domain}" for selector in preset.selectors]
    try:
        there = [name for name in names if any("p=" in text for text in records.texts(name))]
    except Unknown as unknown:
        return _unknown(f"Whether {preset.title} signs for {domain}", unknown)
    if there:
        return Finding("dkim", "notice", f"{preset.title} has a key to sign for {domain} with: {there[0]}.")
    return Finding(
        "dkim",
        "notice",
        f"{preset.title} has no key of its usual name to sign for {domain} with ({', '.join(names)}).",
        "Unless it has one of another name, its signature is not yours: switch DKIM on for your domain there.",
    )


def _unknown(what: str, unknown: Unknown) -> Finding:
    return Finding(
        "dkim", "notice", f"{what} is unknown: DNS did not answer ({unknown.name}: {unknown.why}).", LATER
    )
