"""A real Postfix for a test: its own configuration, queue and mailboxes, on a free port of 127.0.0.1."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

DOMAIN = "example.net"

_MAIN = """
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}
myhostname = mail.example.net
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_banner = $myhostname ESMTP
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_sender_restrictions = check_recipient_access inline:{{ {{unknown@example.net = 550 5.1.1 unknown}} }}
smtpd_client_connection_count_limit = 0
virtual_mailbox_domains = example.net
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 100
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
virtual   unix - n n - - virtual
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


_ADDED = re.compile(rb"(?:(?:Return-Path|X-Original-To|Delivered-To|Received):[^\n]*\n(?:[ \t][^\n]*\n)*)+")
"""What Postfix puts in front of a message."""


@dataclass
class Postfix:
    port: int
    mailbox: Path

    def wait_for(self, count: int, seconds: float = 60) -> dict[str, list[bytes]]:
        """The delivered messages by recipient, as they were sent: without what Postfix puts in front, and with
        CRLF for its line feeds."""
        until = time.monotonic() + seconds
        while len(list(self.mailbox.glob("*"))) < count:
            assert time.monotonic() < until, f"{len(list(self.mailbox.glob('*')))} of {count} arrived"
            time.sleep(0.05)
        found: dict[str, list[bytes]] = {}
        for path in self.mailbox.iterdir():
            raw = path.read_bytes()
            recipient = str(message_from_bytes(raw)["Delivered-To"])
            added = _ADDED.match(raw)
            assert added
            found.setdefault(recipient, []).append(raw[added.end() :].replace(b"\n", b"\r\n"))
        return found


@contextmanager
def running_postfix(extra: str = "") -> Iterator[Postfix]:
    """Needs root, as Postfix changes to its own user.

    Args:
        extra: more lines of main.cf.
    """
    postfix = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if postfix is None or os.geteuid() != 0:
        pytest.skip("Postfix is not installed, or this is not root")
    import pwd

    user = pwd.getpwnam("postfix")
    daemons = subprocess.run(
        ["postconf", "-d", "-h", "daemon_directory"], capture_output=True, text=True, check=True
    )
    base = Path(tempfile.mkdtemp(prefix="postfix-"))
    base.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    values = {
        "base": base,
        "port": port,
        "daemons": daemons.stdout.strip(),
        "uid": user.pw_uid,
        "gid": user.pw_gid,
    }
    for name in ("etc", "queue", "data", "log", "mail"):
        (base / name).mkdir()
    for name in ("data", "mail"):
        os.chown(base / name, user.pw_uid, user.pw_gid)
    (base / "etc/main.cf").write_text(_MAIN.format(**values) + extra)
    (base / "etc/master.cf").write_text(_MASTER.format(**values))
    command = [postfix, "-c", str(base / "etc")]
    try:
        started = subprocess.run([*command, "start"], capture_output=True, text=True)
        assert started.returncode == 0, started.stderr
        _wait_for(port)
        yield Postfix(port, base / "mail/all/new")
    finally:
        subprocess.run([*command, "stop"], capture_output=True)
        shutil.rmtree(base, ignore_errors=True)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("Postfix does not listen")
