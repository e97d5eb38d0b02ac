"""A server that repeats an access token, in whatever form and wherever: it is shown and remembered nowhere.

As test_password_echoed.py, for tokens: long ones, of which any piece is as bad as the whole, and newer ones after a refresh.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.smtp_certificates import Authority
from support.smtp_hostile import HostileServer, Words
from support.smtp_tokens import read_token
from support.terminal import mailer
from support.token_sender import by_name

from mailer.delivery.smtp.login.redaction import HIDDEN, Redaction
from mailer.settings import Settings
from mailer.workspace import Workspace

LONG = base64.urlsafe_b64encode(bytes(range(256)) * 6).decode()
"""Two thousand characters, of every kind that a token may have."""

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda token: token,
    "its beginning": lambda token: token[:12],
    "its middle": lambda token: token[7:19],
    "in base64": lambda token: base64.b64encode(token.encode()).decode(),
    "as it was sent": lambda token: base64.b64encode(f"user=press@example.org\1auth=Bearer {token}\1\1".encode()).decode(),
    "as it was sent, cut off": lambda token: base64.b64encode(f"user=a\1auth=Bearer {token}".encode()).decode()[:40],
    "another alignment": lambda token: base64.b64encode(f"xy{token}z".encode()).decode(),
    "for URLs": lambda token: quote(f"?{token}", safe=""),
    "hexadecimal": lambda token: token.encode().hex(),
    "in JSON": lambda token: json.dumps({"token": token}),
    "JSON in base64": lambda token: base64.b64encode(json.dumps({"scope": f"a {token}"}).encode()).decode(),
}  # fmt: skip


def traces(token: str) -> set[str]:
    """Pieces that give it away."""
    octets = [token.encode(), *(bytes(n) + token.encode() for n in (1, 2))]
    encoded = [base64.b64encode(octet).decode()[n + 2 :] for n, octet in enumerate(octets)]
    return {
        form[n : n + 9] for form in (token, token.encode().hex(), *encoded) for n in range(0, len(form) - 12)
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("token", ["k3Y-of_a.short1", LONG], ids=["short", "long"])
def test_no_piece_of_it_is_left(token: str, form: str) -> None:
    said = f"2.0.0 you said {FORMS[form](token)} and more"
    shown = Redaction.of_tokens("press@example.org", "of-an-earlier-hour", token)(said)
    assert HIDDEN in shown and shown.endswith(" and more")
    assert not [trace for trace in traces(token) if trace in shown]


def test_what_is_no_token_is_left_as_it_is() -> None:
    redact = Redaction.of_tokens("press@example.org", "", LONG)
    for said in ("250 2.0.0 Ok: queued as 4ZxYq1", "AUTH XOAUTH2 OAUTHBEARER", "press@example.org may send"):
        assert redact(said) == said


class Echo:
    """Repeats, at each stage, every form of every token that it has been shown."""

    def __init__(self, code: int) -> None:
        self.code = code

    def __call__(self, line: bytes) -> bytes:
        lines = [f"{self.code}-{name}: {form(token)} !" for token in SHOWN for name, form in FORMS.items()]
        return ("\r\n".join([*lines, f"{self.code} that was all"])).encode() + b"\r\n"


SHOWN: list[str] = []


def taking_note(then: Words) -> Words:
    def answer(line: bytes) -> bytes:
        word = line.split()[-1]
        SHOWN.append(read_token("XOAUTH2", base64.b64decode(word).decode())[1])
        return then(line) if callable(then) else then

    return answer


SEND = ("send", "harbour-report", "--yes", "--max-wait", "0", "--json", "--csv", "report.csv")


@pytest.mark.parametrize(
    ("stage", "arguments"),
    [("AUTH", ("--debug", *SEND)), ("AUTH", ("doctor",)), ("MAIL", ("--debug", *SEND)), ("RCPT", SEND), ("dot", SEND)],
    ids=str,
)  # fmt: skip
def test_no_form_of_it_is_shown_or_kept(workspace: Workspace, stage: str, arguments: tuple[str, ...]) -> None:
    SHOWN.clear()
    echo = {"AUTH": Echo(535), "MAIL": Echo(530), "RCPT": Echo(550), "dot": Echo(250)}[stage]
    replies: dict[str, Words] = {
        "EHLO": b"250-hostile.example.net\r\n250 AUTH XOAUTH2\r\n",
        "AUTH": taking_note(echo if stage == "AUTH" else b"235 2.7.0 welcome\r\n"),
    }
    if stage != "AUTH":
        replies[stage] = echo
    with authorization_server(lifetime=600) as office, HostileServer(replies=replies) as server:
        how = server.settings(**office.settings(), SMTP_TIMEOUT="5")
        office.signed_in(Settings(**by_name(office.settings()), smtp_host="127.0.0.1"))  # type: ignore[arg-type]
        ran = mailer(*arguments, cwd=workspace.root, **how)
        told = mailer("status", "harbour-report", "--recipients", "--json", cwd=workspace.root)
        assert SHOWN, ran.err
        text = left_behind(workspace, ran.out, ran.err, told.out, told.err)
        hidden(text, office)
    if stage == "dot" and "send" in arguments:
        assert HIDDEN in told.out, "what the server said is kept, but for that"


def left_behind(workspace: Workspace, *shown: str) -> str:
    files = [path for path in workspace.root.rglob("*") if path.is_file() and path.suffix != ".png"]
    return "\n".join([*shown, *(path.read_bytes().decode("utf-8", "replace") for path in files)])


def hidden(text: str, office: AuthorizationServer) -> None:
    assert office.secrets
    for secret in office.secrets:
        found = [trace for trace in traces(secret) if trace in text]
        assert not found, text[max(0, text.find(found[0]) - 80) : text.find(found[0]) + 20]


def test_nor_by_the_command_that_reads_bounces(workspace: Workspace) -> None:
    from support.imap_server import ImapServer, running_imap

    certificates = Authority(workspace.root.parent)
    server = ImapServer({}, user="press@example.org", valid=lambda token: "nobody@example.org")
    with authorization_server(lifetime=600) as office, running_imap(server, certificates.server()):
        office.signed_in(Settings(**by_name(office.settings()), bounce_imap_host="127.0.0.1"))  # type: ignore[arg-type]
        how = office.settings() | {
            "BOUNCE_IMAP_HOST": "127.0.0.1", "BOUNCE_IMAP_PORT": str(server.port),
            "BOUNCE_IMAP_USERNAME": "press@example.org", "SMTP_CA_FILE": str(certificates.file),
        }  # fmt: skip
        ran = mailer("--debug", "bounces", "--imap", cwd=workspace.root, **how)
        assert "did not take the sign-in" in ran.err and len(server.shown) == 2
        hidden(left_behind(workspace, ran.out, ran.err), office)
