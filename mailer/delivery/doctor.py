"""Looks at the way out before anybody is mailed: the server, and what DNS says of the sender's domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailer.delivery.smtp.dialogue import Offer
from mailer.delivery.smtp.probe import log_in
from mailer.errors import MailerError
from mailer.model import Finding, Level
from mailer.settings import Settings
from mailer.visible import visible

if TYPE_CHECKING:
    from dns.resolver import Resolver

_GOOD: Level = "notice"
_ODD: Level = "warning"
_BAD: Level = "error"
_DNS_SECONDS = 5.0


def diagnose(settings: Settings, domain: str, resolver: Resolver | None = None) -> Iterator[Finding]:
    """What `mailer doctor` says, in the order of looking. Nothing is sent.

    Args:
        settings: SMTP_*, DKIM_*, ENVELOPE_FROM.
        domain: the sender's, in A-labels.
        resolver: asks DNS; the system's by default.

    Yields:
        Findings whose id is reach, tls, login, size, extensions, spf, dkim or dmarc.
    """
    try:
        greeted = log_in(settings)
    except MailerError as error:
        yield Finding("reach", _BAD, error.message, error.hint)
    else:
        yield Finding(
            "reach", _GOOD, f"{settings.smtp_host}:{settings.port} ({greeted.host}) answered in"
            f" {greeted.seconds * 1000:.0f} ms, greetings included.",
        )  # fmt: skip
        yield from _describe(settings, greeted.offer)
    envelope = settings.envelope_from.rpartition("@")[2] or domain
    yield from _sender(settings, domain, envelope, resolver)


# ---- the server ------------------------------------------------------------------------------------


def _describe(settings: Settings, offer: Offer) -> Iterator[Finding]:
    if settings.smtp_security == "none":
        yield Finding(
            "tls",
            _ODD,
            "The connection is not encrypted.",
            "That is only right for a server on this computer.",
        )
    else:
        yield Finding(
            "tls",
            _GOOD,
            f"Encrypted ({settings.smtp_security}), and the server's certificate matches its name.",
        )
    if settings.smtp_username:
        yield Finding("login", _GOOD, f"Logged in as {settings.smtp_username}.")
    else:
        yield Finding("login", _GOOD, "No login is set, and the server did not ask for one.")
    if offer.size:
        yield Finding("size", _GOOD, f"Messages up to {offer.size / 1e6:.1f} MB are accepted.")
    else:
        yield Finding("size", _ODD, "The server does not say how big a message may be (no SIZE).")
    yield from _extensions(settings, offer)


def _extensions(settings: Settings, offer: Offer) -> Iterator[Finding]:
    offered = ", ".join(sorted(offer.extensions)) or "nothing"
    yield Finding("extensions", _GOOD, f"It offers: {offered}.")
    if "PIPELINING" not in offer.extensions:
        yield Finding(
            "extensions", _ODD, "No PIPELINING: each message takes five round trips instead of one.",
            "It works, but slowly; raising SMTP_CONNECTIONS helps.",
        )  # fmt: skip
    if settings.smtp_window > 1 and "CHUNKING" not in offer.extensions:
        yield Finding("extensions", _ODD, "SMTP_WINDOW has no effect: the server does not offer CHUNKING.")


# ---- what DNS says ---------------------------------------------------------------------------------


def _sender(settings: Settings, domain: str, envelope: str, resolver: Resolver | None) -> Iterator[Finding]:
    try:
        import dns.exception
        import dns.resolver
    except ImportError:
        yield Finding("spf", _GOOD, "SPF, DKIM and DMARC are unknown: dnspython is not installed.")
        return
    try:
        asked = resolver or dns.resolver.Resolver()
    except (OSError, dns.exception.DNSException):  # /etc/resolv.conf, or Windows' registry, names no server
        yield Finding(
            "spf", _GOOD, "SPF, DKIM and DMARC are unknown: this computer is not set up to query DNS."
        )
        return
    yield _look(
        "spf", "SPF", envelope, "v=spf1", asked, "Mail sent in its name may be treated as forged (RFC 7208)."
    )
    if settings.dkim_selector:
        key = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}"
        yield _look(
            "dkim", "DKIM key", key, "p=", asked, "Signatures with this selector will fail (RFC 6376 §3.6)."
        )
    else:
        yield Finding(
            "dkim",
            _GOOD,
            "mailer does not sign (no DKIM_SELECTOR). Your server may: ask the people who run it.",
        )
    yield _look("dmarc", "DMARC policy", f"_dmarc.{domain}", "v=DMARC1", asked, _BULK)


_BULK = "Large mail providers expect one from anyone who sends in bulk (RFC 7489)."


def _look(check: str, what: str, name: str, mark: str, resolver: Resolver, lacking: str) -> Finding:
    import dns.exception
    import dns.resolver

    try:
        answer = resolver.resolve(name, "TXT", lifetime=_DNS_SECONDS)
        records = [visible(b"".join(record.strings).decode("utf-8", "replace")) for record in answer]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        records = []
    except dns.exception.DNSException as error:
        return Finding(
            check, _GOOD, f"{what} of {name} is unknown: DNS did not answer ({type(error).__name__})."
        )
    found = [record for record in records if mark in record]
    if len(found) > 1 and check != "dkim":
        return Finding(
            check,
            _BAD,
            f"{name} has {len(found)} {what} records; there must be only one.",
            "Remove the others.",
        )
    if found:
        return Finding(check, _GOOD, f"{what} of {name}: {found[0]}")
    level: Level = _BAD if check == "dkim" else _ODD
    return Finding(check, level, f"{name} has no {what} record.", lacking)
