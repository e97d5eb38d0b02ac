"""What one message of the sample release is made of: the longest line of its header, its sizes, the text's columns.

    python benchmarks/message/measure.py [--release FILE]

A workspace is made with `mailer init`, and `mailer send --test` proofs its release to a server on this machine: what
is measured is what arrived there. Four ways: without UNSUBSCRIBE_URL, with it, with a long one, and signed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from wcwidth import wcswidth

ADDRESS = "ana.ruiz@example.net"
LINK = {"UNSUBSCRIBE_URL": "https://press.example.org/u/", "SECRET_KEY": "x" * 43}
LONG = {**LINK, "UNSUBSCRIBE_URL": "https://unsubscribe.press-office.foundation.example.org/leave/"}
SIGNED = {**LINK, "DKIM_DOMAIN": "example.org", "DKIM_SELECTOR": "press", "DKIM_KEY_FILE": "key.pem"}
WAYS: dict[str, dict[str, str]] = {
    "by mail alone": {},
    "UNSUBSCRIBE_URL of 28": LINK,
    "UNSUBSCRIBE_URL of 62": LONG,
    "of 28, signed": SIGNED,
}


class Sink:
    """Keeps the octets of the last message."""

    content = b""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.content = envelope.original_content
        return "250 kept"


def mailer(*arguments: str, cwd: Path, **settings: str) -> None:
    names = ("SMTP_", "DKIM_", "UNSUBSCRIBE_", "SECRET_", "ENVELOPE_", "ALLOW_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    command = [sys.executable, "-m", "mailer", *arguments]
    subprocess.run(
        command, cwd=cwd, env=kept | settings, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def arrived(folder: Path, release: str, settings: dict[str, str]) -> bytes:
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
        mailer("send", release, "--test", ADDRESS, "--yes", cwd=folder, **server, **settings)
    finally:
        controller.stop()
    return sink.content


def row(way: str, content: bytes) -> str:
    message = message_from_bytes(content, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    header = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    longest = max(header, key=len)
    name = next(line for line in reversed(header[: header.index(longest) + 1]) if not line.startswith(b" "))
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    lines = [line for line in text.get_content().splitlines() if not re.search(r"https?://", line)]
    cells = (
        way, f"{len(longest)} ({name.partition(b':')[0].decode()})", str(max(map(len, content.split(b"\r\n")))),
        f"{len(content):,}", f"{len(html.get_content().encode()):,}", f"{len(text.get_content().encode()):,}",
        str(max(map(wcswidth, lines))),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--release", type=Path, help="a release file, instead of the sample's")
    release = parser.parse_args().release
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "office"
        mailer("init", str(folder), cwd=Path(above))
        if release:
            shutil.copyfile(release, folder / "releases" / "measured.md")
        key = rsa.generate_private_key(65537, 2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pem").write_bytes(pem)
        print(
            "| | longest header line | longest line | octets | of the HTML | of the text | columns of the text |"
        )
        print("|---|---|---|---|---|---|---|")
        for way, settings in WAYS.items():
            print(row(way, arrived(folder, "measured" if release else "harbour-report", settings)))


if __name__ == "__main__":
    main()
