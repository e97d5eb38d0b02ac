"""How to reach the server: environment over `.env` over defaults, never a release's header.

A colleague's file must not redirect SMTP, so nothing here is read from a release or newsroom.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from mailer.env_file import MAILBOX_ALONE, env_of, first_said, mailbox_alone
from mailer.errors import SettingsError
from mailer.presets import BY_NAME, Preset

Security = Literal["starttls", "tls", "none"]

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `messages` in any window of `seconds`."""

    messages: int
    seconds: int


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value.lower()

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def _shaped(pattern: str, what: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {what}")
        return value

    return parse


_PAGE = _shaped(r"(?i:https?)://[^\s/?#,]+[^\s?#,]{0,300}", "a web address such as https://example.org/u")
_MAILBOX = _shaped(r"[^\s@<>:,;]{1,64}@[^\s@<>:,;?&#]{1,255}", "an address alone: unsubscribe@example.org")


def _host(value: str) -> str:
    """A server's name or address. What is more than that may hold a password, so it is never repeated."""
    if re.search(r"[\s/@\\]|^[^:]*:[^:]*$", value):
        raise ValueError("must be just a server's name, without smtp://, user, password or port")
    return value


def _database(value: str) -> str:
    """A database's address. It may hold a password, so it is never repeated."""
    if not re.match(r"postgres(ql)?://", value.strip()):
        raise ValueError("must begin with postgresql://")
    return value.strip()


def parse_rates(value: str) -> tuple[Rate, ...]:
    """`14/second, 50000/day` → windows, all of which hold at once.

    Raises:
        ValueError: with what is wrong, for staff.
    """
    rates = []
    for piece in filter(None, re.split(r"[,;]\s*", value.strip())):
        match = re.fullmatch(r"(\d+)\s*(?:/|per)\s*(second|minute|hour|day)s?", piece.strip(), re.IGNORECASE)
        if not match or int(match[1]) == 0:
            raise ValueError(
                f"has “{piece}”, which is not a rate: write it as 600/minute or 14/second, 50000/day"
            )
        rates.append(Rate(int(match[1]), SECONDS[match[2].lower()]))
    return tuple(rates)


def rate_text(rate: Rate) -> str:
    """A window as people say it: 30 a minute."""
    unit = next(name for name, seconds in SECONDS.items() if seconds == rate.seconds)
    return f"{rate.messages:,} {'an' if unit == 'hour' else 'a'} {unit}"


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,;]+", value) if word)


def allows(globs: Sequence[str], canonical: str) -> bool:
    """Whether ALLOW_ONLY lets an address be mailed.

    Args:
        globs: its value; none: everybody.
        canonical: a canonical address.
    """
    return not globs or any(fnmatch(canonical, glob.lower()) for glob in globs)


def _setting(
    key: str, default: Any, parse: Callable[[str], Any] = str, *aliases: str, secret: bool = False
) -> Any:
    return field(default=default, repr=not secret, metadata={"key": key, "parse": parse, "aliases": aliases})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every key of `.env`, with its default. docs/reference/settings.md says what each is for."""

    smtp_preset: str = _setting("SMTP_PRESET", "", _one_of(*BY_NAME))
    smtp_host: str = _setting("SMTP_HOST", "", _host)
    smtp_port: int = _setting("SMTP_PORT", 0, _whole(1, 65535))
    smtp_username: str = _setting("SMTP_USERNAME", "", str, "SMTP_USER")
    smtp_password: str = _setting("SMTP_PASSWORD", "", str, "SMTP_PASS", secret=True)
    smtp_security: Security = _setting("SMTP_SECURITY", "starttls", _one_of("starttls", "tls", "none"))
    smtp_connections: int = _setting("SMTP_CONNECTIONS", 4, _whole(1, 64))
    smtp_connections_total: int = _setting("SMTP_CONNECTIONS_TOTAL", 0, _whole(0, 255))
    smtp_window: int = _setting("SMTP_WINDOW", 1, _whole(1, 64))
    smtp_rate: tuple[Rate, ...] = _setting("SMTP_RATE", (), parse_rates)
    smtp_timeout: int = _setting("SMTP_TIMEOUT", 60, _whole(1, 3600))
    smtp_ca_file: str = _setting("SMTP_CA_FILE", "")
    envelope_from: str = _setting("ENVELOPE_FROM", "")
    allow_only: tuple[str, ...] = _setting("ALLOW_ONLY", (), _words)
    unsubscribe_url: str = _setting("UNSUBSCRIBE_URL", "", _PAGE)
    unsubscribe_mailto: str = _setting("UNSUBSCRIBE_MAILTO", "", _MAILBOX)
    secret_key: str = _setting("SECRET_KEY", "", secret=True)
    bounce_imap_host: str = _setting("BOUNCE_IMAP_HOST", "", _host)
    bounce_imap_port: int = _setting("BOUNCE_IMAP_PORT", 993, _whole(1, 65535))
    bounce_imap_username: str = _setting("BOUNCE_IMAP_USERNAME", "")
    bounce_imap_password: str = _setting("BOUNCE_IMAP_PASSWORD", "", secret=True)
    bounce_imap_folder: str = _setting("BOUNCE_IMAP_FOLDER", "INBOX")
    bounce_authserv_id: tuple[str, ...] = _setting("BOUNCE_AUTHSERV_ID", (), _words)
    dkim_domain: str = _setting("DKIM_DOMAIN", "")
    dkim_selector: str = _setting("DKIM_SELECTOR", "")
    dkim_key_file: str = _setting("DKIM_KEY_FILE", "")
    oauth_client_id: str = _setting("OAUTH_CLIENT_ID", "")
    oauth_client_secret: str = _setting("OAUTH_CLIENT_SECRET", "", secret=True)
    oauth_certificate_file: str = _setting("OAUTH_CERTIFICATE_FILE", "")
    oauth_tenant: str = _setting("OAUTH_TENANT", "")
    oauth_authorize_url: str = _setting("OAUTH_AUTHORIZE_URL", "")
    oauth_token_url: str = _setting("OAUTH_TOKEN_URL", "")
    oauth_device_url: str = _setting("OAUTH_DEVICE_URL", "")
    oauth_scope: str = _setting("OAUTH_SCOPE", "")
    events_secret: str = _setting("EVENTS_SECRET", "", secret=True)
    events_ses_topic: str = _setting("EVENTS_SES_TOPIC", "")
    events_mailgun_key: str = _setting("EVENTS_MAILGUN_KEY", "", secret=True)
    events_sendgrid_key: str = _setting("EVENTS_SENDGRID_KEY", "")
    ledger_path: str = _setting("LEDGER_PATH", "")
    ledger_url: str = _setting("LEDGER_URL", "", _database, secret=True)

    @property
    def by_token(self) -> bool:
        """Whether the login is by OAuth 2.0: an application is registered for it, and its tokens stand in for
        SMTP_PASSWORD and, where that is empty, for BOUNCE_IMAP_PASSWORD."""
        return bool(self.oauth_client_id)

    @property
    def events_provider(self) -> str:
        """Who carries our mail and tells what became of it, by SMTP_PRESET; "": nobody who tells."""
        return BY_NAME[self.smtp_preset].events if self.smtp_preset else ""

    @property
    def port(self) -> int:
        """SMTP_PORT, or the usual one: 465 for tls (RFC 8314 §3.3), 587 for starttls, 25 for none."""
        return self.smtp_port or {"tls": 465, "starttls": 587, "none": 25}[self.smtp_security]

    @property
    def preset(self) -> Preset | None:
        """What SMTP_PRESET stands for; what .env says itself has beaten it."""
        return BY_NAME.get(self.smtp_preset)

    def must_name_a_server(self) -> None:
        """
        Raises:
            SettingsError: SMTP_HOST is empty.
        """
        if not self.smtp_host and self.preset:
            raise SettingsError(
                f"{self.preset.title} has a server for each region: SMTP_HOST has to say which is yours.",
                f"For example SMTP_HOST={self.preset.example}",
            )
        if not self.smtp_host:
            raise SettingsError(
                "No mail server is set: SMTP_HOST is empty.",
                "Copy .env.example to .env and fill it in. To rehearse without one: "
                "`mailer send RELEASE --dry-run`",
            )


KEYS: tuple[str, ...] = tuple(f.metadata["key"] for f in fields(Settings))
"""The documented keys, in the order of `.env.example`."""

NAMES: frozenset[str] = frozenset(
    n for f in fields(Settings) for n in (f.metadata["key"], *f.metadata["aliases"])
)
"""Those, and what else they may be called."""

_BEYOND_NAME = re.compile(r"[^A-Za-z0-9_]")
"""Where a key ends. What follows in `SMTP_PASSWORD:secret=…` is a mistake in writing, and may be the password."""

_FAMILIES = ("SMTP_", "DKIM_", "BOUNCE_", "UNSUBSCRIBE_", "OAUTH_", "EVENTS_", "LEDGER_")

PRACTICE_KEY = "what is signed here is for practice, and good nowhere else"
"""With which approvals are signed where one practises: an office that asks for them practises them too."""


def _of_mailbox_alone(folder: Path) -> Settings:
    """What is set elsewhere counts for nothing: not the environment of a terminal, no `.env`, no flag."""
    try:
        port = _whole(1, 65535)((folder / MAILBOX_ALONE).read_text("ascii").strip())
    except (OSError, ValueError):  # it says nothing that can be used: then there is no server at all
        return Settings()
    return Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", secret_key=PRACTICE_KEY)


def read_settings(
    folder: Path, environ: Mapping[str, str] | None = None, family: str = "", **flags: object
) -> Settings:
    """Settings for a workspace: flags over the environment over `folder/.env` over the preset over defaults. One that
    is there to practise in (`mailbox_alone`) has none but its mailbox.

    Args:
        folder: the workspace.
        environ: the environment; this process's by default.
        family: only keys that begin so, whatever is wrong with others.
        flags: values from the command line by attribute name; None means "not given".

    Raises:
        SettingsError: naming every key that can't be used, never its value where it is secret.
    """
    if mailbox_alone(folder):
        return _of_mailbox_alone(folder)
    environ = os.environ if environ is None else environ
    try:
        from_file = env_of(folder)
    except ValueError as error:
        raise SettingsError(*error.args) from None
    values: dict[str, Any] = {}
    faults = _unknown_keys(from_file, family or _FAMILIES)
    for setting in fields(Settings):
        names = (setting.metadata["key"], *setting.metadata["aliases"])
        given = first_said(names, environ, from_file)
        if given is None or not names[0].startswith(family):
            continue
        text = given if not setting.repr else given.strip()
        try:
            text.encode()
            values[setting.name] = setting.metadata["parse"](text)
        except UnicodeEncodeError:  # bytes of another character set, in the environment
            faults.append(f"{names[0]} is not UTF-8 text")
        except ValueError as error:
            faults.append(f"{names[0]} {error}")
    if faults:
        raise SettingsError("; ".join(faults), f"Fix it in {folder / '.env'} or in the environment.")
    if "oauth_certificate_file" in values:  # asked for wherever a token is, which knows of no workspace
        values["oauth_certificate_file"] = str(folder.resolve() / values["oauth_certificate_file"])
    values |= {name: value for name, value in flags.items() if value is not None}
    return Settings(**_of_preset(values) | values)


def _of_preset(values: Mapping[str, Any]) -> dict[str, Any]:
    """What SMTP_PRESET sets of those values that nobody has set."""
    preset = BY_NAME.get(values.get("smtp_preset", ""))
    if preset is None:
        return {}
    its: dict[str, Any] = {
        "smtp_host": preset.host,
        "smtp_security": preset.security,
        # Without a password it is nobody's: a relay of the office's own may stand in between, and want no login.
        "smtp_username": preset.username if values.get("smtp_password") else "",
        "smtp_connections": preset.connections,
        "smtp_rate": parse_rates(preset.rates),
    }
    if values.get("smtp_security", preset.security) == preset.security:
        its["smtp_port"] = preset.port  # else the usual one of the security that was chosen instead
    return {name: value for name, value in its.items() if value}


def _unknown_keys(from_file: Mapping[str, str], families: str | tuple[str, ...]) -> list[str]:
    return [
        f"{_BEYOND_NAME.split(key)[0]} is not a setting that mailer knows"
        for key in from_file
        if key.startswith(families) and key not in NAMES
    ]
