"""So many requests a minute from one client: enough for people and mail providers, too few for a flood."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000
"""Clients kept in memory; the one not seen for longest is forgotten first."""
_LONGEST = 64
"""Characters kept of what is no IP address, as a proxy may pass on anything that a client wrote."""


class RequestLimit:
    """A token bucket for each client.

    Args:
        requests: at once, and in any minute after that.
        clock: seconds that never run backwards.
    """

    def __init__(self, requests: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests, self._clock = requests, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Count one more request of a client (an IP address; of IPv6 its /64, which is one customer's)."""
        key, now = _customer(client), self._clock()
        left, last = self._buckets.pop(key, (float(self._requests), now))
        left = min(self._requests, left + (now - last) * self._requests / 60)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed


def _customer(client: str) -> str:
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client[:_LONGEST]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:  # how a socket for both kinds shows the older one: not one customer of them all
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))
