"""What is worth saying about an address that can be mailed: likely typos, role accounts, reserved domains.

A warning only: nothing here changes an address or leaves one out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.co.uk",
    "yahoo.com.mx",
    "yahoo.com.br",
    "hotmail.com",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.co.uk",
    "outlook.com",
    "outlook.es",
    "icloud.com",
    "protonmail.com",
    "comcast.net",
    "verizon.net",
    "btinternet.com",
    "t-online.de",
    "wanadoo.fr",
    "orange.fr",
    "laposte.net",
)
"""Large mail providers whose names are long enough (≥ 5 letters) for a slip to be told from another."""

REAL = _words(
    """
    cloud.com email.com fmail.com grange.fr hmail.com hotmail.fi hotmail.gr hotmail.se mail.com
    outlook.co range.fr yahoo.com.ar yahoo.com.tr yahoo.gr yahoo.se ymail.com"""
)
"""Domains that exist and differ from a provider's by one letter: no typos."""

ROLES = _words(
    """
    noreply no-reply no_reply no.reply donotreply do-not-reply do_not_reply dont-reply norespond
    no-responder noresponder ne-pas-repondre nepasrepondre nicht-antworten naoresponda nao-responda
    postmaster abuse mailer-daemon mailerdaemon hostmaster bounce bounces nobody root spam unsubscribe"""
)
"""Local parts behind which no journalist reads (RFC 2142 for postmaster, abuse, hostmaster)."""

_TYPED_MOST = (
    "com",
    "org",
    "net",
    "edu",
    "info",
    "tv",
    "uk",
    "es",
    "fr",
    "de",
    "it",
    "eu",
    "mx",
    "br",
    "ca",
    "ie",
    "au",
)
"""What a top-level name that does not exist may have been meant to be, the likeliest first."""

EVERYDAY = _words("com org net edu gov info int mil example")
"""Top-level names that need no looking up."""

RESERVED = ("test", "invalid", "local", "localhost", "onion", "arpa", "internal")
"""Top-level names that the public DNS never serves (RFC 6761, 6762, 7686; .internal by ICANN)."""


def warning_about(address: str) -> tuple[str, str] | None:
    """What to tell staff about an address as mailed: (id, sentence), or None.

    Args:
        address: as `parse_address` returned it.
    """
    domain = address.rpartition("@")[2]
    if is_role(address):
        return "role-address", f"{address} is not a person's mailbox: perhaps nobody reads it"
    return _of_domain(domain)


def is_role(address: str) -> bool:
    """Whether an address is a role's behind which no journalist reads."""
    return address.rpartition("@")[0].lower() in ROLES


@lru_cache(maxsize=16384)
def _of_domain(domain: str) -> tuple[str, str] | None:
    if domain.rpartition(".")[2] in RESERVED:
        return "reserved-domain", f"“{domain}” is reserved: no server on the internet accepts mail for it"
    meant = suggested_domain(domain)
    if meant:
        return "address-typo", f"“{domain}” — did you mean {meant}? It is used as written"
    if not is_top_level(top := domain.rpartition(".")[2]):
        return "unknown-top-level", f"“{domain}”: no domain ends in “.{top}”. It is used as written"
    return None


@lru_cache(maxsize=4096)
def is_top_level(label: str) -> bool:
    """Whether domains end in this label, by the Public Suffix List, which has all that IANA has delegated.

    Args:
        label: in lower-case A-labels.
    """
    return label in EVERYDAY or _public_suffixes().publicsuffix(f"a.{label}") is not None


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


def suggested_domain(domain: str) -> str:
    """The provider that `domain` is one slip of the fingers away from, or itself with an ending that there is, or "".

    One slip is a letter too many, too few, wrong, or two swapped (Damerau-Levenshtein distance 1). Short
    names are never candidates: every three-letter domain is one letter from another (afp.com, ft.com).
    """
    if domain in REAL or domain in PROVIDERS:
        return ""
    provider = next((provider for provider in PROVIDERS if one_slip(domain, provider)), "")
    name, _, top = domain.rpartition(".")
    if provider or not name or is_top_level(top):
        return provider
    near = next((real for real in _TYPED_MOST if one_slip(top, real)), "")
    return f"{name}.{near}" if near else ""


def one_slip(typed: str, meant: str) -> bool:
    """Whether two words differ by a letter too many, too few, wrong, or by two that are swapped."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if start is None:
        return len(typed) != len(meant)
    a, b = typed[start:], meant[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])
