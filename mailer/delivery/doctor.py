"""Looks at the way out before anybody is mailed: the server, and what DNS says of the sender's domain."""

from __future__ import annotations

import contextlib
import selectors
import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, TypeVar

from mailer.delivery.opening import Line, Offer, check_security, open_session
from mailer.delivery.redaction import Redaction
from mailer.delivery.replies import Stage
from mailer.delivery.resolving import SocketAddress, resolve
from mailer.delivery.wire import Cut, Want, Wire
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

_Answer = TypeVar("_Answer")


def examine(settings: Settings, domain: str, resolver: Resolver | None = None) -> Iterator[Finding]:
    """What `mailer doctor` says, in the order of looking. Nothing is sent.

    Args:
        settings: SMTP_*, DKIM_*, ENVELOPE_FROM.
        domain: the sender's, in A-labels.
        resolver: asks DNS; the system's by default.

    Yields:
        Findings whose id is reach, tls, login, size, extensions, spf, dkim or dmarc.
    """
    try:
        check_security(settings)
        offer = yield from _reach(settings)
    except MailerError as error:
        yield Finding("reach", _BAD, error.message, error.hint)
    else:
        if offer is not None:
            yield from _describe(settings, offer)
    envelope = settings.envelope_from.rpartition("@")[2] or domain
    yield from _sender(settings, domain, envelope, resolver)


# ---- the server ------------------------------------------------------------------------------------


def _reach(settings: Settings) -> Generator[Finding, None, Offer | None]:
    where = f"{settings.smtp_host}:{settings.port}"
    problem = ""
    for address in resolve(settings):
        line = Line(Wire(address, Redaction(settings.smtp_username, settings.smtp_password)))
        try:
            started = time.monotonic()
            offer = _driven(line, open_session(line, settings))
            with contextlib.suppress(Cut):
                _driven(line, line.ask(b"QUIT", Stage.QUIT, 5))
            took = (time.monotonic() - started) * 1000
            yield Finding(
                "reach", _GOOD, f"{where} ({_shown(address)}) answers, in {took:.0f} ms with all greetings."
            )
            return offer
        except Cut as cut:
            problem = str(cut)
            if line.password_sent:  # one login, one attempt
                break
        finally:
            line.wire.close()
    hint = "Is SMTP_HOST right, does a firewall close this port, and is this computer online?"
    yield Finding("reach", _BAD, f"No connection to {where}: {problem}.", hint)
    return None


def _driven(line: Line, conversation: Generator[Want, None, _Answer]) -> _Answer:
    """Runs a conversation to its end, alone.

    Raises:
        Cut: its time is up, or the line broke.
    """
    try:
        want = next(conversation)
        while True:
            seconds = max(0.0, line.deadline - time.monotonic())
            if seconds and _ready(line, want, seconds):  # who always has one more byte gains no time by it
                want = next(conversation)
            else:
                want = conversation.throw(Cut(f"timed out waiting for {line.awaited}"))
    except StopIteration as end:
        answer: _Answer = end.value
        return answer


def _ready(line: Line, want: Want, seconds: float) -> bool:
    """Whether what is wanted comes in time. A selector hears on Windows, too, that a connection was refused."""
    event = selectors.EVENT_READ if want is Want.READ else selectors.EVENT_WRITE
    with selectors.DefaultSelector() as selector:
        selector.register(line.wire.socket, event)
        return bool(selector.select(seconds))


def _shown(address: SocketAddress) -> str:
    return str(address[4][0])


def _describe(settings: Settings, offer: Offer) -> Iterator[Finding]:
    if settings.smtp_security == "none":
        yield Finding(
            "tls", _ODD, "The connection is not encrypted.", "Right for a server on this computer only."
        )
    else:
        yield Finding("tls", _GOOD, f"Encrypted ({settings.smtp_security}), and the server proved its name.")
    if settings.smtp_username:
        yield Finding("login", _GOOD, f"Logged in as {settings.smtp_username}.")
    else:
        yield Finding("login", _GOOD, "No login is set, and none was asked for.")
    if offer.size:
        yield Finding("size", _GOOD, f"Messages up to {offer.size / 1e6:.1f} MB are taken.")
    else:
        yield Finding("size", _ODD, "The server does not say how big a message may be (no SIZE).")
    yield from _extensions(settings, offer)


def _extensions(settings: Settings, offer: Offer) -> Iterator[Finding]:
    offered = ", ".join(sorted(offer.extensions)) or "nothing"
    yield Finding("extensions", _GOOD, f"It offers: {offered}.")
    if "PIPELINING" not in offer.extensions:
        yield Finding(
            "extensions", _ODD, "No PIPELINING: a message costs five round trips instead of one.",
            "It works, slowly; more SMTP_CONNECTIONS help.",
        )  # fmt: skip
    if settings.smtp_window > 1 and "CHUNKING" not in offer.extensions:
        yield Finding("extensions", _ODD, "SMTP_WINDOW has no effect: the server offers no CHUNKING.")


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
            "spf", _GOOD, "SPF, DKIM and DMARC are unknown: this computer is not set up to ask DNS."
        )
        return
    yield _look(
        "spf", "SPF", envelope, "v=spf1", asked, "Mail in its name may be taken for forged (RFC 7208)."
    )
    if settings.dkim_selector:
        key = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}"
        yield _look(
            "dkim", "DKIM key", key, "p=", asked, "Signatures with this selector will fail (RFC 6376 §3.6)."
        )
    else:
        yield Finding(
            "dkim", _GOOD, "mailer does not sign (no DKIM_SELECTOR); your server may: ask whoever runs it."
        )
    yield _look("dmarc", "DMARC policy", f"_dmarc.{domain}", "v=DMARC1", asked, _BULK)


_BULK = "Large mail providers want one from whoever sends to many (RFC 7489)."


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
            check, _GOOD, f"{what} of {name} is unknown: DNS does not answer ({type(error).__name__})."
        )
    found = [record for record in records if mark in record]
    if len(found) > 1 and check != "dkim":
        return Finding(
            check, _BAD, f"{name} has {len(found)} {what} records; only one may be.", "Remove the others."
        )
    if found:
        return Finding(check, _GOOD, f"{what} of {name}: {found[0]}")
    level: Level = _BAD if check == "dkim" else _ODD
    return Finding(check, level, f"{name} has no {what} record.", lacking)
