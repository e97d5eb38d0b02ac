"""`mailer login --device` on a computer without a browser, and `--app` without a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from support.authorization_server import SCOPE, AuthorizationServer, authorization_server
from support.terminal import mailer

from mailer.authorization import access_tokens
from mailer.authorization.client import client_of
from mailer.authorization.grants import by_refresh
from mailer.authorization.signing_in import as_application, by_device_code, device_code
from mailer.authorization.tokens import keep
from mailer.errors import AuthorizationError, SettingsError
from mailer.settings import Settings, read_settings
from mailer.workspace import Workspace

PEM, PKCS8, OPEN = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


def test_a_code_is_shown_and_typed_elsewhere(server: AuthorizationServer, office: Workspace) -> None:
    server.interval = 0
    ran = mailer("login", "--device", cwd=office.root)
    assert ran.code == 0, ran.err
    assert f"open {server.url}/activate" in ran.err
    assert "WDJB-MJHT" in ran.err
    assert "Signed in." in ran.err
    assert not [secret for secret in server.secrets if secret in ran.err + ran.out]


def test_it_asks_at_the_interval_and_more_slowly_when_told(
    server: AuthorizationServer, settings: Settings
) -> None:
    """RFC 8628 §3.5: five seconds more for this and all later questions."""
    server.device_answers.extend(["authorization_pending", "slow_down", "authorization_pending"])
    client, waits = client_of(settings), list[float]()
    signed_in = by_device_code(client, device_code(client), waits.append)
    assert waits == [1, 1, 6, 6]
    assert server.valid(signed_in.access) == server.user


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("access_denied", "not allowed"),
        ("expired_token", "not typed in time"),
        ("invalid_grant", "withdrawn or has"),
    ],
)
def test_a_no_ends_it(answer: str, said: str, server: AuthorizationServer, settings: Settings) -> None:
    server.device_answers.append(answer)
    client = client_of(settings)
    with pytest.raises(AuthorizationError, match=said):
        by_device_code(client, device_code(client), lambda seconds: None)


def test_nobody_types_it_and_it_ends_by_itself(server: AuthorizationServer, settings: Settings) -> None:
    server.device_answers.extend(["authorization_pending"] * 100)
    server.device_lifetime = 7
    client, waits = client_of(settings), list[float]()
    with pytest.raises(AuthorizationError, match="not typed in time"):
        by_device_code(client, device_code(client), waits.append)
    assert sum(waits) == 7


def test_a_line_that_is_down_for_a_moment_does_not_end_it(
    server: AuthorizationServer, settings: Settings
) -> None:
    server.stumbles.append((404, b"<html>a portal of the hotel's</html>"))
    client = client_of(settings)
    assert by_device_code(client, device_code(client), lambda seconds: None).access


def test_google_has_no_codes_for_mail_and_lets_no_application_in(tmp_path: Path) -> None:
    given = {
        "SMTP_PRESET": "google",
        "OAUTH_CLIENT_ID": "c",
        "OAUTH_CLIENT_SECRET": "s",
        "SMTP_USERNAME": "a@b.example",
    }
    client = client_of(read_settings(tmp_path, given))
    with pytest.raises(SettingsError, match="--device has no effect here: Google"):
        device_code(client)
    with pytest.raises(SettingsError, match="--app has no effect here: Google"):
        as_application(client)


# --- as the application --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "press office")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(9)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(PEM)


@pytest.fixture
def with_certificate(
    tmp_path: Path, key: rsa.RSAPrivateKey, kept: Path
) -> Iterator[tuple[AuthorizationServer, Settings, Path]]:
    """A server that knows the application's certificate, and a workspace with its file."""
    certificate = certificate_of(key)
    (tmp_path / "application.pem").write_bytes(key.private_bytes(PEM, PKCS8, OPEN) + certificate)
    with authorization_server(certificate=certificate) as server:
        given = server.settings() | {"OAUTH_CERTIFICATE_FILE": "application.pem"}
        yield server, read_settings(tmp_path, given), tmp_path / "application.pem"


def test_with_a_secret(office: Workspace, kept: Path) -> None:
    with authorization_server(client_secret="the application's own secret", lifetime=1) as server:
        lines = [f"{key}={value}\n" for key, value in server.settings().items()]
        (office.root / ".env").write_text("".join(lines), "utf-8")
        ran = mailer("login", "--app", cwd=office.root)
        assert ran.code == 0, ran.err
        assert "the application office-application, for press@example.org" in ran.err
        assert "the application's own secret" not in ran.err
        tokens = access_tokens(read_settings(office.root))
        assert tokens
        first = tokens.current()
        server.expire()
        second = tokens.current(refused=first.value)
        assert server.valid(second.value)
        assert server.answers == [("client_credentials", "ok")] * 2, "no refresh token: a new one is fetched"


def test_an_answer_need_not_name_the_scope(server: AuthorizationServer, settings: Settings) -> None:
    """RFC 6749 §5.1: where it is what was asked for. This is Microsoft's answer to an application
    (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#successful-response-1)."""
    client = replace(client_of(settings), secret="hunter2")
    server.stumbles.append(
        (200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "eyJ0"})
    )
    signed_in = as_application(client)
    assert (signed_in.access, signed_in.scope) == ("eyJ0", ())
    server.stumbles.append((200, {"token_type": "Bearer", "access_token": "eyJ1"}))
    assert by_refresh(client, replace(signed_in, refresh="r", scope=("smtp",))).scope == ("smtp",)


def test_with_a_certificate(with_certificate: tuple[AuthorizationServer, Settings, Path]) -> None:
    """The server of these tests verifies signature, thumbprint, audience, issuer and times, as RFC 7523 §3 asks."""
    server, settings, _ = with_certificate
    client = client_of(settings)
    keep(client, as_application(client))
    tokens = access_tokens(settings)
    assert tokens
    assert server.valid(tokens.current().value)
    header, claims = server.assertions[0]
    assert (header["alg"], header["typ"]) == ("PS256", "JWT")
    assert claims["aud"] == f"{server.url}/token"
    assert client.proof()["client_assertion"] != client.proof()["client_assertion"], "none is used twice"


def test_a_certificate_that_the_server_does_not_know(
    with_certificate: tuple[AuthorizationServer, Settings, Path],
) -> None:
    server, settings, file = with_certificate
    stranger = rsa.generate_private_key(65537, 2048)
    file.write_bytes(stranger.private_bytes(PEM, PKCS8, OPEN) + certificate_of(stranger))
    with pytest.raises(AuthorizationError, match="does not prove who it is"):
        as_application(client_of(settings))
    assert server.answers == [("client_credentials", "invalid_client")]


@pytest.mark.parametrize("what", ["missing", "rubbish", "no certificate", "locked", "another's", "elliptic"])
def test_a_file_that_can_t_be_used_is_named(
    what: str, with_certificate: tuple[AuthorizationServer, Settings, Path], key: rsa.RSAPrivateKey
) -> None:
    _, settings, file = with_certificate
    private, stranger = key.private_bytes(PEM, PKCS8, OPEN), ec.generate_private_key(ec.SECP256R1())
    contents = {
        "rubbish": b"-----BEGIN PRIVATE KEY-----\nno\n",
        "no certificate": private,
        "locked": key.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"x"))
        + certificate_of(key),
        "another's": private + certificate_of(stranger),
        "elliptic": stranger.private_bytes(PEM, PKCS8, OPEN) + certificate_of(stranger),
    }
    file.unlink()
    if what in contents:
        file.write_bytes(contents[what])
    with pytest.raises(SettingsError, match="OAUTH_CERTIFICATE_FILE"):
        as_application(client_of(settings))


def test_without_a_secret_or_certificate(office: Workspace) -> None:
    ran = mailer("login", "--app", cwd=office.root)
    assert ran.code == 2
    assert "--app needs OAUTH_CLIENT_SECRET or OAUTH_CERTIFICATE_FILE" in ran.err


def test_a_wrong_secret_is_told_and_not_shown(office: Workspace) -> None:
    with authorization_server(client_secret="right") as server:
        given = server.settings() | {"OAUTH_CLIENT_SECRET": "wr0ng-secret"}
        ran = mailer("--debug", "login", "--app", cwd=office.root, **given)
    assert ran.code == 2
    assert "OAUTH_CLIENT_SECRET is not the application's secret." in ran.err
    assert "wr0ng-secret" not in ran.err


def test_what_was_not_allowed_is_named(office: Workspace, server: AuthorizationServer) -> None:
    server.interval, server.granted = 0, SCOPE.split()[0]
    ran = mailer("login", "--device", cwd=office.root)
    assert ran.code == 0
    assert f"Not for  {SCOPE.split()[1]}" in ran.err
