"""Which settings come from SMTP_PRESET, which are the office's own, and which of those can't be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailer.model import Finding
from mailer.presets import Preset
from mailer.settings import Settings, parse_rates, rate_text

_APP_PASSWORD = re.compile(r"[a-z]{16}")
"""As Google makes them, shown in four groups."""


def look_at_preset(settings: Settings, sender: str = "") -> Iterator[Finding]:
    """What the preset sets, and what is odd about what the office sets besides. Without a preset, nothing.

    Args:
        sender: the address in From; "": not known.
    """
    preset = settings.preset
    if preset is None:
        return
    its, own = _who_set_what(settings, preset)
    said = f"SMTP_PRESET={preset.name} is {preset.title}. From the preset: {', '.join(its) or 'nothing'}."
    yield Finding("preset", "notice", f"{said} Your own: {', '.join(own)}." if own else said, preset.note)
    if 0 < preset.connections < settings.smtp_connections:
        yield Finding(
            "preset",
            "warning",
            f"SMTP_CONNECTIONS={settings.smtp_connections} is more than {preset.title} allows at the same time:"
            f" {preset.connections}.",
            "Leave SMTP_CONNECTIONS empty in .env.",
        )
    if preset.username and settings.smtp_username not in ("", preset.username):
        yield Finding("preset", "warning", f"SMTP_USERNAME is not “{preset.username}”.", preset.note)
    yield from _login(settings, preset)
    user = settings.smtp_username
    if preset.other_sender and sender and "@" in user and sender.lower() != user.lower():
        yield Finding(
            "preset",
            "warning",
            f"The sender is {sender}, but {user} logs in.",
            preset.other_sender.format(user=user, sender=sender),
        )


def _login(settings: Settings, preset: Preset) -> Iterator[Finding]:
    if preset.must_log_in and not (settings.smtp_username and (settings.smtp_password or settings.by_token)):
        how = "SMTP_USERNAME and SMTP_PASSWORD"
        if preset.authorization:
            how = "SMTP_USERNAME and OAUTH_CLIENT_ID, and sign in with `mailer login`"
        yield Finding(
            "preset",
            "warning",
            f"No login is set, and {preset.title} takes mail only after one.",
            f"Set {how}.",
        )
    if preset.passwords and settings.smtp_password and not _may_be_taken(settings, preset):
        yield Finding(
            "preset",
            "warning",
            f"SMTP_PASSWORD is set. {preset.passwords}",
            "`mailer login` signs in without a password.",
        )


def _may_be_taken(settings: Settings, preset: Preset) -> bool:
    """Whether there is a token instead, or the password is one that a program may use."""
    password = settings.smtp_password.replace(" ", "")
    return settings.by_token or (
        preset.authorization == "google" and _APP_PASSWORD.fullmatch(password) is not None
    )


def _who_set_what(settings: Settings, preset: Preset) -> tuple[list[str], list[str]]:
    """What is as the preset has it, and what is not: each `KEY=value`."""
    same_security = settings.smtp_security == preset.security
    facts: tuple[tuple[str, object, object, str], ...] = (
        ("SMTP_HOST", settings.smtp_host, preset.host, settings.smtp_host),
        ("SMTP_PORT", settings.port, preset.port if same_security else 0, str(settings.port)),
        ("SMTP_SECURITY", settings.smtp_security, preset.security, settings.smtp_security),
        ("SMTP_USERNAME", settings.smtp_username, preset.username, settings.smtp_username),
        (
            "SMTP_CONNECTIONS",
            settings.smtp_connections,
            preset.connections or Settings().smtp_connections,
            str(settings.smtp_connections),
        ),
        ("SMTP_RATE", settings.smtp_rate, parse_rates(preset.rates), _rates(settings)),
    )
    # A user name of the office's own may be half of a key (Postmark), so it is not repeated.
    its = [f"{key}={shown}" for key, value, set_by_it, shown in facts if value == set_by_it and shown]
    own = [
        key if key == "SMTP_USERNAME" else f"{key}={shown}"
        for key, value, set_by_it, shown in facts
        if value != set_by_it and shown
    ]
    if not preset.connections:  # then the default is nobody's choice
        its = [fact for fact in its if not fact.startswith("SMTP_CONNECTIONS=")]
    return its, own


def _rates(settings: Settings) -> str:
    return " and ".join(rate_text(rate) for rate in settings.smtp_rate)
