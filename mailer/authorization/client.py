"""The office's application, as the authorization server knows it (RFC 6749 §2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mailer.authorization.servers import Server, reads_mail_by_token, server_of
from mailer.errors import SettingsError
from mailer.settings import Settings


@dataclass(frozen=True, slots=True)
class Client:
    """
    Attributes:
        user: the mailbox for which it asks.
        secret: a secret.
        certificate: a PEM file with its private key and certificate, in place of a secret.
        hosts: the servers for mail that are shown its tokens.
    """

    server: Server
    id: str
    user: str
    secret: str = field(default="", repr=False)
    certificate: Path | None = None
    hosts: tuple[str, ...] = ()

    def proof(self) -> dict[str, str]:
        """The fields by which it proves who it is; none for one that can't keep a secret (RFC 6749 §2.1).

        Raises:
            SettingsError: the certificate's file can't be used.
        """
        if self.certificate:
            from mailer.authorization.assertion import ASSERTION_TYPE, assertion

            made = assertion(self.certificate, self.id, self.server.token)
            return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": made}
        return {"client_secret": self.secret} if self.secret else {}


def client_of(settings: Settings) -> Client:
    """
    Raises:
        SettingsError: what the settings say of OAuth 2.0 contradicts itself, or is not enough.
    """
    if not settings.by_token:
        raise SettingsError(
            "OAUTH_CLIENT_ID is empty: your office's application is not set.",
            "docs/guide/sign-in.md shows how to register it, at Microsoft and at Google.",
        )
    return Client(
        server_of(settings),
        settings.oauth_client_id,
        settings.smtp_username,
        settings.oauth_client_secret,
        Path(settings.oauth_certificate_file) if settings.oauth_certificate_file else None,
        _hosts(settings),
    )


def _hosts(settings: Settings) -> tuple[str, ...]:
    reading = settings.bounce_imap_host if reads_mail_by_token(settings) else ""
    return tuple(sorted({host.lower().rstrip(".") for host in (settings.smtp_host, reading) if host}))
