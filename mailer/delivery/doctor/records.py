"""Asks DNS. What it does not answer is unknown: a timeout or a server's failure says nothing about a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailer.visible import visible

if TYPE_CHECKING:
    from dns.resolver import Resolver


LATER = "Run `mailer doctor` again later."
"""Where DNS did not answer."""


class Unknown(Exception):
    """DNS did not answer.

    Attributes:
        name: what was asked about.
        why: in a word.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


class Records:
    """What DNS says, each name asked once.

    Args:
        resolver: asks; whoever makes one says where.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, their strings put together (RFC 1035 §3.3.14); none where there is none.

        Raises:
            Unknown: DNS did not answer.
        """
        return self._ask(name, "TXT")

    def exists(self, domain: str) -> bool:
        """Whether a domain has an address or takes mail (A, AAAA or MX, as RFC 9989 has it).

        Raises:
            Unknown: DNS did not answer.
        """
        return any(self._ask(domain, kind) for kind in ("A", "AAAA", "MX"))

    def _ask(self, name: str, kind: str) -> tuple[str, ...]:
        import dns.exception
        import dns.resolver

        if (name, kind) not in self._known:
            try:
                answer = self._resolver.resolve(name, kind, search=False)
                found = [
                    b"".join(record.strings).decode("utf-8", "replace") if kind == "TXT" else record.to_text()
                    for record in answer
                ]
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                found = []
            except dns.exception.DNSException as error:
                raise Unknown(name, type(error).__name__) from None
            self._known[name, kind] = tuple(visible(text) for text in found)
        return self._known[name, kind]
