"""A real Dovecot for a test, which asks an authorization server about each access token (RFC 7662): IMAP over TLS, and
submission that relays to a server of ours; it also tells Postfix whom to let in. Its own configuration, sockets and mailboxes, on free ports of 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_MAIN = """
protocols = imap submission
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
hostname = mail.example.net
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {base}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={base}/mail/%u
}}
first_valid_uid = 1
mail_location = maildir:{base}/mail/%u
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {{
    port = {sasl}
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
}}
"""

_OAUTH = """
introspection_url = {introspection}
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass
class Dovecot:
    """
    Attributes:
        imap, submission: ports.
        sasl: port where Postfix asks whom to let in.
        folder: of mailboxes, by user.
        log: what it said.
    """

    imap: int
    submission: int
    sasl: int
    folder: Path
    log: Path

    def receive(self, user: str, content: bytes) -> None:
        """Puts a mail into a mailbox."""
        place = self.folder / user
        for part in ("cur", "new", "tmp"):
            (place / part).mkdir(parents=True, exist_ok=True)
        (place / "new" / f"{time.time_ns()}.test").write_bytes(content)
        shutil.chown(place, "nobody", "nogroup")
        for path in place.rglob("*"):
            shutil.chown(path, "nobody", "nogroup")


@contextmanager
def running_dovecot(
    introspection: str, certificate: Path, relay: int, mechanisms: str = "oauthbearer xoauth2"
) -> Iterator[Dovecot]:
    """Needs root, as Dovecot changes to users of its own.

    Args:
        introspection: URL of the authorization server's.
        certificate: PEM file with a key and its certificate, for 127.0.0.1.
        relay: port of the SMTP server that submission passes mail on to.
        mechanisms: by which it lets people in.
    """
    program = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    parts = ("imap-login", "submission-login")
    if program is None or not all((Path("/usr/lib/dovecot") / part).exists() for part in parts):
        pytest.skip("Dovecot is not installed: dovecot-core, dovecot-imapd, dovecot-submissiond (.ci/run)")
    if os.geteuid() != 0:
        pytest.skip("Dovecot needs root here, to change to users of its own")
    base = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))  # its sockets' paths must be short
    base.chmod(0o755)
    ports = {name: _free_port() for name in ("imap", "submission", "sasl")}
    values = {"base": base, "relay": relay, "certificate": certificate, "mechanisms": mechanisms}
    (base / "dovecot.conf").write_text(_MAIN.format(**values, **ports))
    (base / "oauth2.conf").write_text(_OAUTH.format(introspection=introspection))
    (base / "mail").mkdir(mode=0o777)
    (base / "mail").chmod(0o777)
    process = subprocess.Popen([program, "-F", "-c", str(base / "dovecot.conf")], stdin=subprocess.DEVNULL)
    try:
        for port in ports.values():
            _wait_for(port, process, base / "log")
        yield Dovecot(**ports, folder=base / "mail", log=base / "log")
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(base, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text() if log.exists() else "Dovecot does not start"
            time.sleep(0.05)
    raise AssertionError("Dovecot does not listen")
