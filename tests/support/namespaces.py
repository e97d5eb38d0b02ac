"""Computers of an office, as far as the network can tell: network namespaces of Linux, each with a line of its own to a
bridge, at which this thread's programs listen. Whoever may make none (no root, no iproute2) skips.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from contextlib import suppress
from itertools import count
from typing import Self

import pytest

_NUMBERS = count(1)
_CLONE_NEWNET = 0x40000000


_HERE = "/proc/thread-self/ns/net"


def enter(namespace: str) -> None:
    """From now on this thread of this process is in a network namespace (its file)."""
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        _enter(descriptor)
    finally:
        os.close(descriptor)


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "can't enter a network namespace")


def _leave_for_a_new_one() -> None:
    """A bridge in the namespace where everything else runs would be a change of its network: a browser that another test
    drives then drops what it asks for (ERR_NETWORK_CHANGED)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "can't make a network namespace")


class Computers:
    """As a context manager, which makes them, and takes this thread and what it starts to where they can be reached.

    Args:
        ip: iproute2's program.
        number: how many.

    Attributes:
        host: the bridge's address, which all of them reach; net: with all others, in CIDR notation.
        namespaces: a file for each.
    """

    def __init__(self, ip: str, number: int) -> None:
        self._ip = ip
        mine = f"{os.getpid() % 100_000}{next(_NUMBERS)}"  # a device's name has 15 characters at most
        self._bridge = f"mlb{mine}"
        self._names = [f"ml{mine}-{each}" for each in range(number)]
        # Of the block for benchmarks (RFC 2544): nobody's network, so it hides none.
        third = os.getpid() % 256
        self.host, self.net = f"198.18.{third}.1", f"198.18.{third}.0/24"
        self._addresses = [f"198.18.{third}.{each + 2}/24" for each in range(number)]
        self.namespaces = [f"/var/run/netns/{name}" for name in self._names]

    def _say(self, *words: str) -> None:
        done = subprocess.run([self._ip, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")

    def __enter__(self) -> Self:
        self._before = os.open(_HERE, os.O_RDONLY)
        try:
            _leave_for_a_new_one()
        except OSError as error:
            os.close(self._before)
            pytest.skip(f"no network namespaces here: {error}")
        try:
            self._say("link", "set", "lo", "up")
            self._say("link", "add", self._bridge, "type", "bridge")
            self._say("address", "add", f"{self.host}/24", "dev", self._bridge)
            self._say("link", "set", self._bridge, "up")
            for name, address in zip(self._names, self._addresses, strict=True):
                self._say("netns", "add", name)
                self._say("link", "add", name, "type", "veth", "peer", "name", "office", "netns", name)
                self._say("link", "set", name, "master", self._bridge, "up")
                self._say("-n", name, "address", "add", address, "dev", "office")
                self._say("-n", name, "link", "set", "office", "up")
        except OSError as error:
            self.__exit__()
            pytest.skip(f"no network namespaces here: {error}")
        return self

    def __exit__(self, *exc: object) -> None:
        for name in self._names:
            with suppress(OSError):
                self._say("netns", "delete", name)
        with suppress(OSError):
            self._say("link", "delete", self._bridge)
        _enter(self._before)
        os.close(self._before)

    def cut(self, number: int) -> None:
        """Pulls out a computer's plug: what is on the line is lost, and nobody is told."""
        self._say("link", "set", self._names[number], "down")

    def join(self, number: int) -> None:
        """Puts it in again."""
        self._say("link", "set", self._names[number], "up")
