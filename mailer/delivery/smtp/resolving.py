"""Where the server is: its addresses, and whether that is this very machine."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address

from mailer.errors import TransportError
from mailer.settings import Settings

SocketAddress = tuple[int, int, int, str, tuple[object, ...]]
"""As `socket.getaddrinfo` gives it."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by what it is called: an address of 127.0.0.0/8 or ::1 (RFC 1122 §3.2.1.3, RFC
    4291 §2.5.3), or `localhost` (RFC 6761 §6.3). `127.evil.example` is a name like any other.

    Args:
        host: an address or a name; nothing is looked up.
    """
    name = host.lower().removesuffix(".")
    if name == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def resolve(settings: Settings) -> list[SocketAddress]:
    """The server's addresses.

    Raises:
        TransportError: there are none, or what is called this machine is another one: in clear, everything would
            leave for it.
    """
    try:
        found = socket.getaddrinfo(settings.smtp_host, settings.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TransportError(
            f"No network address was found for {settings.smtp_host}: {reason}.",
            "Is SMTP_HOST right, and is this computer online?",
        ) from None
    if is_loopback(settings.smtp_host):
        for *_, address in found:
            if not is_loopback(str(address[0])):
                raise TransportError(
                    f"{settings.smtp_host} is not this computer: it leads to {address[0]}.",
                    "Someone may be tampering with names (the hosts file, DNS). Write 127.0.0.1 in SMTP_HOST.",
                )
    return list(found)
