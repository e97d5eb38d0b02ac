"""A small IMAP server over TLS for a test: one folder, one user, and a script of misbehaviour."""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from support.smtp_tokens import read_token


@dataclass
class ImapServer:
    """
    Attributes:
        mails: by UID.
        plain: whether it offers AUTHENTICATE PLAIN; else LOGIN.
        drip: answer a FETCH with an octet now and then, for ever.
        hang_up_at: close the line when this UID is asked for.
        valid: whose an access token is, "" where it is no longer good: it offers XOAUTH2 and OAUTHBEARER then.
        mechanisms: these, if it takes tokens.
        at_once: whether it takes the first message in the command (SASL-IR, RFC 4959).
        bare: refuse a token without a reason in JSON.
        echo: repeat a refused login's words, as bad servers do.
        lies: what it says in answer to GREETING, CAPABILITY, AUTHENTICATE, EXAMINE, SEARCH or FETCH, instead of the
            truth; each piece once, the last one for ever. `TAG` in it stands for the command's.
        refused: UIDs of mails that it does not hand out.
        commands: what clients said, without their tags.
        shown: every access token that was shown, with its mechanism and what became of it.
    """

    mails: dict[int, bytes]
    user: str = "bounces@example.org"
    password: str = "corréct horse"
    folder: str = "INBOX"
    validity: int = 1
    plain: bool = True
    drip: bool = False
    hang_up_at: int = 0
    valid: Callable[[str], str] | None = None
    mechanisms: tuple[str, ...] = ("OAUTHBEARER", "XOAUTH2")
    at_once: bool = True
    bare: bool = False
    echo: bool = False
    lies: dict[str, list[bytes]] = field(default_factory=dict)
    refused: tuple[int, ...] = ()
    port: int = 0
    commands: list[str] = field(default_factory=list)
    shown: list[tuple[str, str, bool]] = field(default_factory=list)

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
            offered = ["AUTH=PLAIN"] if self.plain else []
            offered += [f"AUTH={name}" for name in self.mechanisms if self.valid]
            offered += ["SASL-IR"] if self.valid and self.at_once else []
            line.sendall(f"* CAPABILITY {' '.join(['IMAP4rev1', *offered])}\r\n".encode())
        elif word == "AUTHENTICATE" and self.valid:
            if why := self._by_token(line, told, command.split(" ")[1:]):
                return self._refuse(line, tag, why)
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

    def _by_token(self, line: ssl.SSLSocket, told: object, words: list[str]) -> str:
        """Why a token is refused, or ""."""
        mechanism, *first = words
        if not (first and self.at_once):
            line.sendall(b"+ \r\n")
            first = [told.readline().decode().strip()]  # type: ignore[attr-defined]
        user, token = read_token(mechanism, base64.b64decode(first[0], validate=True).decode())
        assert self.valid
        right = bool(user) and self.valid(token) == user
        self.shown.append((mechanism, token, right))
        if right:
            return ""
        if not self.bare:
            reason = {
                "status": {"XOAUTH2": "400", "OAUTHBEARER": "invalid_token"}[mechanism],
                "scope": "mail",
            }
            line.sendall(b"+ " + base64.b64encode(json.dumps(reason).encode()) + b"\r\n")
            understood = told.readline().strip()  # type: ignore[attr-defined]
            assert understood == {"XOAUTH2": b"", "OAUTHBEARER": b"AQ=="}[mechanism]
        return f"no such token {first[0]} {token}"

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
