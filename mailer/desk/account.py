"""Which account of this computer is at the other end of a connection, where the system tells: Linux.

A cookie is one host's, whatever its port (RFC 6265 §8.5): a server that another account runs on 127.0.0.1 is sent ours,
once a page leads our browser there. And the address that is opened stands in the browser's command line for a moment,
where every account reads it. So neither is enough to tell our own browser from another account's program.
"""

from __future__ import annotations

import os
import platform
import socket
import struct
import sys
from contextlib import suppress

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
"""Every TCP socket of this computer, and whose it is (proc_net_tcp of the kernel's documentation)."""
_LOCAL, _REMOTE, _ACCOUNT, _INODE = 1, 2, 7, 9
_ROOT = 0

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY, of a question and of its answer
_REQUEST = 1  # NLM_F_REQUEST
_HEADER = struct.Struct("=IHHII")
"""Of a message to the kernel (netlink(7)): its length, type, flags, number, and who sends it."""
_ENDS = struct.Struct("!HH16s16s12s")
"""One socket (`inet_diag_sockid`, sock_diag(7)): its ports, its addresses, and which of several; all ones: any."""
_PORTS = struct.Struct("!HH")
_LISTENS = 10  # TCP_LISTEN
_ANY = b"\0" * 4 + b"\xff" * 8
_OWNER = struct.Struct("=II")
"""At the end of the answer (`inet_diag_msg`): the account, and the inode."""
_OWNER_AT = _HEADER.size + 4 + _ENDS.size + 12


def is_ours(client: tuple[str, int] | None, port: int) -> bool:
    """Whether a connection to a port of 127.0.0.1 is this account's, or root's, who may do everything anyway.

    Also where nobody can tell: on other systems; where our own listening socket is not in the table either; and in WSL,
    where a browser of Windows is in no table of Linux.

    Args:
        client: its address and port.
    """
    if sys.platform != "linux" or client is None or "microsoft" in platform.release().lower():
        return True
    if _owned_by_us(client[1], port):
        return True
    here, there = _ends_in(port), _ends_in(client[1])
    listening = known = False
    for fields in _sockets():
        if fields[_LOCAL] == f"0100007F{here}" and fields[_REMOTE].endswith(":0000"):
            listening = True
        elif fields[_LOCAL].endswith(f"0100007F{there}") and fields[_REMOTE].endswith(f"0100007F{here}"):
            # One that its owner has closed already belongs to nobody: it has no inode, and is counted as root's.
            known = fields[_INODE] != "0" and int(fields[_ACCOUNT]) in (os.geteuid(), _ROOT)
    return known or not listening


def _owned_by_us(there: int, here: int) -> bool:
    """Whether the kernel, asked for this one socket, says that it is ours. The tables, each line of which is read, take
    five hundred times as long. False, too, where it does not answer that."""
    home = socket.inet_aton("127.0.0.1").ljust(16, b"\0")
    asked = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
    asked += _ENDS.pack(there, here, home, home, _ANY)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
            kernel.settimeout(1)
            kernel.send(_HEADER.pack(_HEADER.size + len(asked), _BY_FAMILY, _REQUEST, 1, 0) + asked)
            answer, (sender, _) = kernel.recvfrom(8192)
    except (OSError, AttributeError):  # not every container may ask
        return False
    if sender != 0 or len(answer) < _OWNER_AT + _OWNER.size or _HEADER.unpack_from(answer)[1] != _BY_FAMILY:
        return False
    # Where there is no such connection, it finds whoever listens at that end of it.
    if answer[_HEADER.size + 1] == _LISTENS or _PORTS.unpack_from(answer, _HEADER.size + 4) != (there, here):
        return False
    account, inode = _OWNER.unpack_from(answer, _OWNER_AT)
    return inode != 0 and account in (os.geteuid(), _ROOT)


def _ends_in(port: int) -> str:
    return f":{port:04X}"


def _sockets() -> list[list[str]]:
    found: list[list[str]] = []
    for table in _TABLES:
        with suppress(OSError), open(table, encoding="ascii") as lines:  # noqa: PTH123 - as cheap as it gets
            found += [fields for fields in map(str.split, lines) if len(fields) > _INODE]
    return found
