"""`mailer doctor` where the login is by a token: each of the reasons why it is refused has its own cure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.authorization_server import AuthorizationServer, Refused, authorization_server
from support.smtp_tokens import TokenServer

from mailer.delivery.doctor.server import look_at_server
from mailer.model import Finding
from mailer.settings import read_settings

SWITCHED_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
)
NOT_TAKEN = "535 5.7.3 Authentication unsuccessful"
NO_CONSENT = "AADSTS65001: The user or administrator has not consented to use the application with ID '1111'."


def nothing(server: AuthorizationServer) -> None:
    pass


def without_consent(server: AuthorizationServer) -> None:
    def refuse(asked: object) -> dict[str, object]:
        raise Refused("invalid_grant", NO_CONSENT)

    server.expire()
    server._by_refresh = refuse


def looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch, bare: str, then: Callable[[AuthorizationServer], None]
) -> list[Finding]:
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    with (
        authorization_server() as issuer,
        TokenServer((lambda token: "") if bare else issuer.valid, bare=bare) as server,
    ):
        where = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}
        settings = read_settings(folder, {"SMTP_PRESET": "microsoft365"} | where | issuer.settings())
        issuer.signed_in(settings)
        then(issuer)
        return list(look_at_server(settings))


def test_a_token_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked_at(tmp_path, monkeypatch, "", nothing)
    assert "login" in {finding.id for finding in found}
    assert {finding.level for finding in found} <= {"notice", "warning"}


@pytest.mark.parametrize(
    ("bare", "then", "says", "cure"),
    [
        (SWITCHED_OFF, nothing, "5.7.139", "Set-CASMailbox"),
        (NOT_TAKEN, nothing, "5.7.3", "Add-MailboxPermission"),
        ("", without_consent, "consent", "Grant admin consent"),
        ("", AuthorizationServer.withdraw, "withdrawn", "Sign in again"),
    ],
    ids=["the mailbox may not send", "another mailbox's", "missing consent", "withdrawn"],
)
def test_why_a_token_is_refused_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare: str,
    then: Callable[[AuthorizationServer], None], says: str, cure: str,
) -> None:  # fmt: skip
    (found,) = looked_at(tmp_path, monkeypatch, bare, then)
    assert (found.id, found.level) == ("login", "error")
    assert says in found.message
    assert cure in found.hint
    assert found.hint.count("Is SMTP_USERNAME") + found.hint.count("is SMTP_USERNAME") <= 1, (
        "nothing is asked twice"
    )
    others = {"Set-CASMailbox", "Add-MailboxPermission", "Grant admin consent"} - {cure}
    assert not any(other in found.hint for other in others)
