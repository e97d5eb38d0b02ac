"""Whose OAuth 2.0 it is: where a token is asked for, and what for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from mailer.errors import SettingsError
from mailer.presets import BY_NAME
from mailer.settings import Settings

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_NEVER_NAMED = ("offline_access", "openid", "profile", "email")
"""Scopes that are not for mail, and that Microsoft leaves out of its answer."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Server:
    """An authorization server (RFC 6749 §1.1).

    Attributes:
        title: as people call it.
        authorize: where a browser is sent; `{tenant}` stands for OAUTH_TENANT.
        token: where tokens are asked for.
        device: where a device's code is asked for (RFC 8628); "": it has none, or none that may mail.
        revoke: where a token is given back (RFC 7009); "": nowhere.
        scope: what a person is asked to allow.
        reading: the scope for reading returned mail, where one is needed.
        application_scope: what an application asks for in its own name; "": it can't.
        redirect_host: how this computer is called in an address that the browser comes back to.
        extra: further parameters of the authorization request.
        consents: where a person takes a consent back.
    """

    title: str
    authorize: str
    token: str
    device: str = ""
    revoke: str = ""
    scope: str = ""
    reading: str = ""
    application_scope: str = ""
    redirect_host: str = "127.0.0.1"
    extra: Mapping[str, str] = field(default_factory=dict)
    consents: str = ""

    def missing(self, granted: Sequence[str]) -> list[str]:
        """What was asked for and not allowed. A server that says nothing has allowed all of it (RFC 6749 §5.1)."""
        allowed = {scope.lower().rstrip("/") for scope in granted}
        asked = [scope for scope in self.scope.split() if scope not in _NEVER_NAMED]
        return [scope for scope in asked if granted and scope.lower().rstrip("/") not in allowed]


SERVERS: Mapping[str, Server] = {
    "microsoft": Server(
        "Microsoft",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        device="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        scope="https://outlook.office.com/SMTP.Send offline_access",
        reading="https://outlook.office.com/IMAP.AccessAsUser.All",
        application_scope="https://outlook.office365.com/.default",
        redirect_host="localhost",  # the one name for which it takes any port without an edit of the manifest
        consents="https://entra.microsoft.com, Enterprise applications, your application, Permissions",
    ),
    "google": Server(
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        revoke="https://oauth2.googleapis.com/revoke",
        scope="https://mail.google.com/",
        extra={"access_type": "offline", "prompt": "consent"},  # else a second sign-in gets no refresh token
        consents="https://myaccount.google.com/connections",
    ),
}


def server_of(settings: Settings) -> Server:
    """The authorization server that the settings name: by SMTP_PRESET, or by its addresses.

    Raises:
        SettingsError: they name none, or one that can't be asked safely; or they want a password, too.
    """
    _must_not_contradict(settings)
    preset = BY_NAME.get(settings.smtp_preset)
    known = SERVERS.get(preset.authorization) if preset else None
    given: dict[str, Any] = {
        "authorize": settings.oauth_authorize_url,
        "token": settings.oauth_token_url,
        "device": settings.oauth_device_url,
        "scope": settings.oauth_scope,
        "application_scope": settings.oauth_scope if not known or known.application_scope else "",
    }
    other = Server(urlsplit(settings.oauth_token_url).hostname or "", "", "")
    server = replace(known or other, **{k: v for k, v in given.items() if v})
    if not server.token:
        raise SettingsError(
            "OAUTH_CLIENT_ID is set, and not where to sign in.",
            "Set SMTP_PRESET=microsoft365 or SMTP_PRESET=google; for any other server OAUTH_AUTHORIZE_URL, "
            "OAUTH_TOKEN_URL and OAUTH_SCOPE.",
        )
    if server.reading and not settings.oauth_scope and reads_mail_by_token(settings):
        server = replace(server, scope=f"{server.scope} {server.reading}")
    server = _of_tenant(server, settings.oauth_tenant)
    for key, url in _addresses(server).items():
        if url:
            _must_be_safe(key, url)
    return server


def reads_mail_by_token(settings: Settings) -> bool:
    """Whether BOUNCE_IMAP_HOST is shown the token, too."""
    return bool(settings.bounce_imap_host) and not settings.bounce_imap_password


def _of_tenant(server: Server, tenant: str) -> Server:
    if "{tenant}" not in server.authorize + server.token + server.device:
        return server
    if not _TENANT.fullmatch(tenant):
        raise SettingsError(
            "OAUTH_TENANT is empty." if not tenant else "OAUTH_TENANT is neither an id nor a domain.",
            "Set it to the directory (tenant) ID that the application's page shows, or to your domain there.",
        )
    return replace(
        server,
        authorize=server.authorize.replace("{tenant}", tenant),
        token=server.token.replace("{tenant}", tenant),
        device=server.device.replace("{tenant}", tenant),
    )


def _addresses(server: Server) -> dict[str, str]:
    return {
        "OAUTH_AUTHORIZE_URL": server.authorize,
        "OAUTH_TOKEN_URL": server.token,
        "OAUTH_DEVICE_URL": server.device,
    }


def on_this_computer(url: str) -> bool:
    """Whether an address never leaves this computer, so that it needs no TLS."""
    return urlsplit(url).hostname in _LOOPBACK


def _must_be_safe(key: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        safe = bool(parts.hostname) and not parts.username and not parts.fragment and (parts.port or 1) > 0
    except ValueError:
        safe = False
    if not safe or not (parts.scheme == "https" or (parts.scheme == "http" and on_this_computer(url))):
        raise SettingsError(
            f"{key} is no address that a secret can be sent to.",
            "It begins with https:// and a server's name.",
        )


def _must_not_contradict(settings: Settings) -> None:
    if settings.smtp_password:
        raise SettingsError(
            "OAUTH_CLIENT_ID and SMTP_PASSWORD are both set: one or the other logs in.",
            "Empty SMTP_PASSWORD to log in by mailer login, or OAUTH_CLIENT_ID to log in by password.",
        )
    if settings.oauth_client_secret and settings.oauth_certificate_file:
        raise SettingsError(
            "OAUTH_CLIENT_SECRET and OAUTH_CERTIFICATE_FILE are both set.",
            "Keep the one by which your application proves who it is.",
        )
    if not settings.smtp_username:
        raise SettingsError(
            "SMTP_USERNAME is empty.",
            "Set it to the address of the mailbox that sends: a token is for one mailbox.",
        )
