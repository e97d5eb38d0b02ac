"""A small IMAP server over TLS for a test: one folder, one user, and a script of misbehaviour."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class ImapServer:
    """
    Attributes:
        mails: by UID.
        plain: whether it offers AUTHENTICATE PLAIN; else LOGIN.
        drip: answer a FETCH with an octet now and then, for ever.
        hang_up_at: close the line when this UID is asked for.
        echo: repeat a refused login's words, as bad servers do.
        lies: what it says in answer to GREETING, CAPABILITY, AUTHENTICATE, EXAMINE, SEARCH or FETCH, instead of the
            truth; each piece once, the last one for ever. `TAG` in it stands for the command's.
        refused: UIDs of mails that it does not hand out.
        commands: what clients said, without their tags.
    """

    mails: dict[int, bytes]
    user: str = "bounces@example.org"
    password: str = "corréct horse"
    folder: str = "INBOX"
    validity: int = 1
    plain: bool = True
    drip: bool = False
    hang_up_at: int = 0
    echo: bool = False
    lies: dict[str, list[bytes]] = field(default_factory=dict)
    refused: tuple[int, ...] = ()
    port: int = 0
    commands: list[str] = field(default_factory=list)

    def serve(self, line: ssl.SSLSocket) -> None:
        with suppress(OSError, ValueError), line, line.makefile("rb") as told:
            if self._lies(line, told, "GREETING", ""):
                return
            line.sendall(b"* OK ready\r\n")
            for raw in told:
                tag, _, command = raw.decode("utf-8", "replace").strip().partition(" ")
                self.commands.append(command)
                if not self._answer(line, told, tag, command):
                    return

    def _answer(self, line: ssl.SSLSocket, told: object, tag: str, command: str) -> bool:
        word = command.split(" ")[0].upper()
        sub = command.upper().split(" ")[1] if word == "UID" else ""
        if self._lies(line, told, sub or word, tag):
            return True
        if word == "CAPABILITY":
            offered = b" AUTH=PLAIN" if self.plain else b""
            line.sendall(b"* CAPABILITY IMAP4rev1" + offered + b"\r\n")
        elif word == "AUTHENTICATE":
            line.sendall(b"+ \r\n")
            given = told.readline().strip()  # type: ignore[attr-defined]
            if base64.b64decode(given).decode() != f"\0{self.user}\0{self.password}":
                return self._refuse(line, tag, given.decode())
        elif word == "LOGIN":
            if command != f'LOGIN {self.user} "{self.password}"':
                return self._refuse(line, tag, command)
        elif word in ("SELECT", "EXAMINE"):
            if command.partition(" ")[2] != f'"{self.folder}"':
                line.sendall(f"{tag} NO no such folder\r\n".encode())
                return True
            line.sendall(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] is\r\n".encode())
        elif sub == "SEARCH":
            line.sendall(self._search(command))
        elif sub == "FETCH":
            uid = int(command.split(" ")[2])
            if uid == self.hang_up_at:
                return False
            if uid in self.refused:
                line.sendall(f"{tag} NO [SERVERBUG] this one is broken\r\n".encode())
                return True
            while self.drip:
                line.sendall(b"*")
                time.sleep(0.05)
            if uid in self.mails:
                content = self.mails[uid]
                line.sendall(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n" % (uid, len(content), content))
        elif word == "LOGOUT":
            line.sendall(b"* BYE\r\n")
        line.sendall(f"{tag} OK done\r\n".encode())
        return word != "LOGOUT"

    def _lies(self, line: ssl.SSLSocket, told: object, word: str, tag: str) -> bool:
        pieces = self.lies.get(word, [])
        for piece in pieces[:-1]:
            line.sendall(piece.replace(b"TAG", tag.encode()))
            self.commands.append(told.readline().decode("utf-8", "replace").strip())  # type: ignore[attr-defined]
        last = pieces[-1].replace(b"TAG", tag.encode()) if pieces else b""
        line.sendall(last)
        while last and b"TAG" not in pieces[-1]:
            line.sendall(last)
        return bool(pieces)

    def _search(self, command: str) -> bytes:
        """`n:*` always finds the last one (RFC 9051 §6.4.4)."""
        match = re.search(r"UID (\d+):\*", command)
        least = int(match[1]) if match else 1
        found = [uid for uid in self.mails if uid >= least] or sorted(self.mails)[-1:]
        return ("* SEARCH " + " ".join(map(str, found)) + "\r\n").encode()

    def _refuse(self, line: ssl.SSLSocket, tag: str, given: str) -> bool:
        line.sendall(f"{tag} NO [AUTHENTICATIONFAILED] wrong{': ' + given if self.echo else ''}\r\n".encode())
        return True


@contextmanager
def running_imap(server: ImapServer, context: ssl.SSLContext) -> Iterator[ImapServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = int(listening.getsockname()[1])

        def accept() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    with suppress(OSError):
                        server.serve(context.wrap_socket(line, server_side=True))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
