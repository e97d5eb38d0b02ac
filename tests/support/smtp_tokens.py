"""An SMTP server that lets in whoever has a good access token (RFC 7628, XOAUTH2), for as long as it is good."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from itertools import cycle

from support.smtp_conversation import Conversation
from support.smtp_faulty import Fault, FaultyServer

EXPIRED = (
    "530 5.7.57 Client not authenticated to send mail.",
    "535 5.7.8 the token has expired",
    "454 4.7.0 the token has expired",
    "421 4.7.0 the token has expired",
    "530 5.7.0 Authentication Required",
)
"""What servers may say to a connection that has lived longer than its token. None of them documents it."""


class TokenServer(FaultyServer):
    """
    Args:
        valid: whose a token is, "" where it is no longer good.
        mechanisms: what it offers.
        expired: what it says, in turn, at `when` on a connection whose token is no longer good; 421 hangs up.
        when: "MAIL", or "dot" for a server that looks only when it has the message.
        bare: refuse a token without a reason in JSON, as Exchange Online does.

    Attributes:
        shown: every token that was shown, with its mechanism and what became of it.
        outlived: how often a connection had lived longer than its token.
    """

    def __init__(
        self,
        valid: Callable[[str], str],
        *faults: Fault,
        mechanisms: str = "XOAUTH2 OAUTHBEARER PLAIN",
        expired: Sequence[str] = EXPIRED,
        when: str = "MAIL",
        bare: str = "",
        chunking: bool = False,
        **more: object,
    ) -> None:
        offered = ("PIPELINING", "8BITMIME", f"AUTH {mechanisms}", *(("CHUNKING",) if chunking else ()))
        super().__init__(*faults, extensions=offered, **more)  # type: ignore[arg-type]
        self.valid, self.expired, self.when, self.bare = valid, cycle(expired), when, bare
        self.shown: list[tuple[str, str, bool]] = []
        self.outlived = 0

    class conversation(Conversation):  # noqa: N801 - FaultyServer asks for it by that name
        server: TokenServer
        _token = ""

        def _auth(self, words: list[str]) -> None:
            mechanism = words[1].upper()
            if mechanism not in ("XOAUTH2", "OAUTHBEARER"):
                super()._auth(words)
                return
            if len(words) == 2:
                self._say("334 ")
                words.append(self._line().decode())
            user, token = read_token(mechanism, base64.b64decode(words[2], validate=True).decode())
            right = bool(user) and self.server.valid(token) == user
            self.server.shown.append((mechanism, token, right))
            if right:
                self._token = token
                self._answer("AUTH", "235 2.7.0 Accepted")
            elif self.server.bare:
                self._answer("AUTH", self.server.bare)
            else:
                self._refuse_token(mechanism)

        def _refuse_token(self, mechanism: str) -> None:
            status = {"XOAUTH2": "400", "OAUTHBEARER": "invalid_token"}[mechanism]
            told = json.dumps({"status": status, "schemes": "Bearer", "scope": "https://mail.example.org/"})
            self._say("334 " + base64.b64encode(told.encode()).decode())
            understood = {"XOAUTH2": b"", "OAUTHBEARER": b"AQ=="}[mechanism]
            right = self._line() == understood
            self._answer("AUTH", "535 5.7.8 Authentication failed" if right else "501 5.5.2 what is that?")

        def _mail(self, words: list[str]) -> None:
            if not self._token:
                self._say("530 5.7.0 Authentication Required")
            elif self.server.when == "dot" or not self._outlived():
                super()._mail(words)

        def _complete(self, content: bytes) -> bool:
            if self.server.when == "dot" and self._outlived():
                return False
            return super()._complete(content)

        def _outlived(self) -> bool:
            if self.server.valid(self._token):
                return False
            self.server.outlived += 1
            said = next(self.server.expired)
            if said.startswith("421"):
                self._break_off("421")
            self._say(said)
            return True


def read_token(mechanism: str, message: str) -> tuple[str, str]:
    """User and token, as strictly as the mechanism has them."""
    if mechanism == "XOAUTH2":
        user, auth, *rest = message.split("\1")
        name = user.removeprefix("user=")
    else:
        header, host, port, auth, *rest = message.split("\1")
        assert host == "host=127.0.0.1" and port.startswith("port=")
        assert header.startswith("n,a=") and header.endswith(",")
        name = header[4:-1].replace("=2C", ",").replace("=3D", "=")
    assert rest == ["", ""] and auth.startswith("auth=Bearer "), message
    return name, auth.removeprefix("auth=Bearer ")
