"""What is asked of Microsoft and of Google, and what their refusals mean."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from mailer.authorization.client import client_of
from mailer.authorization.refusals import MEANINGS, Refusal, in_its_words, told
from mailer.authorization.servers import SERVERS
from mailer.authorization.signing_in import in_browser
from mailer.errors import AuthorizationError, SettingsError
from mailer.presets import PRESETS
from mailer.settings import read_settings

MICROSOFT = {"SMTP_PRESET": "microsoft365", "OAUTH_TENANT": "example.org"}
GOOGLE = {"SMTP_PRESET": "google", "OAUTH_CLIENT_SECRET": "s"}
COMMON = {"OAUTH_CLIENT_ID": "c", "SMTP_USERNAME": "press@example.org"}


def page(tmp_path: Path, **given: str) -> tuple[str, dict[str, str]]:
    """Where a browser is sent, and with what; nobody signs in there."""
    seen: list[str] = []
    client = client_of(read_settings(tmp_path, COMMON | given))
    with pytest.raises(AuthorizationError, match="Nobody signed in"):
        in_browser(client, seen.append, lambda: None, seconds=0)
    parts = urlsplit(seen[0])
    return f"{parts.scheme}://{parts.netloc}{parts.path}", {k: v[0] for k, v in parse_qs(parts.query).items()}


def test_a_preset_names_a_server_that_there_is() -> None:
    named = {preset.authorization for preset in PRESETS if preset.authorization}
    assert named == set(SERVERS)


def test_microsoft_is_asked_for_sending_and_for_a_refresh_token(tmp_path: Path) -> None:
    address, asked = page(tmp_path, **MICROSOFT)
    assert address == "https://login.microsoftonline.com/example.org/oauth2/v2.0/authorize"
    assert asked["scope"] == "https://outlook.office.com/SMTP.Send offline_access"
    redirect = urlsplit(asked["redirect_uri"])
    assert (redirect.scheme, redirect.hostname, redirect.path) == ("http", "localhost", "")
    assert redirect.port


@pytest.mark.parametrize(("password", "asked_for"), [("", True), ("one of its own", False)])
def test_and_for_reading_where_what_comes_back_is_read_by_token(
    password: str, asked_for: bool, tmp_path: Path
) -> None:
    mailbox = {"BOUNCE_IMAP_HOST": "outlook.office365.com", "BOUNCE_IMAP_PASSWORD": password}
    _, asked = page(tmp_path, **MICROSOFT, **mailbox)
    assert ("https://outlook.office.com/IMAP.AccessAsUser.All" in asked["scope"].split()) == asked_for


def test_google_is_asked_so_that_it_gives_a_refresh_token_each_time(tmp_path: Path) -> None:
    address, asked = page(tmp_path, **GOOGLE)
    assert address == "https://accounts.google.com/o/oauth2/v2/auth"
    assert asked["scope"] == "https://mail.google.com/"
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"


def test_an_address_of_env_beats_the_preset_s(tmp_path: Path) -> None:
    elsewhere = {"OAUTH_AUTHORIZE_URL": "https://login.example.org/go?realm=office", "OAUTH_SCOPE": "mail"}
    address, asked = page(tmp_path, **GOOGLE, **elsewhere)
    assert address == "https://login.example.org/go"
    assert (asked["realm"], asked["scope"]) == ("office", "mail")


def test_a_sign_in_needs_a_page(tmp_path: Path) -> None:
    given = COMMON | {"OAUTH_TOKEN_URL": "https://login.example.org/token"}
    with pytest.raises(SettingsError, match="OAUTH_AUTHORIZE_URL is empty"):
        in_browser(client_of(read_settings(tmp_path, given)), lambda page: None, lambda: None, seconds=0)


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        (("https://outlook.office.com/SMTP.Send",), []),
        (("https://outlook.office.com/smtp.send", "https://outlook.office.com/IMAP.AccessAsUser.All"), []),
        (("https://outlook.office.com/IMAP.AccessAsUser.All",), ["https://outlook.office.com/SMTP.Send"]),
        ((), []),
    ],
)
def test_what_was_not_allowed_is_found(granted: tuple[str, ...], missing: list[str]) -> None:
    assert SERVERS["microsoft"].missing(granted) == missing


@pytest.mark.parametrize("of", [of for meaning in MEANINGS for of in meaning.of])
def test_each_meaning_is_told(of: str) -> None:
    """By a number of Microsoft's, whatever code stands beside it; else by the code. No other row is in the way."""
    (meaning,) = (meaning for meaning in MEANINGS if of in meaning.of)
    refusal = Refusal("invalid_grant", f"AADSTS{of}: Words.") if of.isdecimal() else Refusal(of, "Words.")
    error = told(refusal, "Example")
    assert error.message == meaning.message
    assert error.hint.startswith(meaning.hint)
    assert "(Example says: " in error.hint and "\n" not in error.hint, "it is shown in one line"


def test_what_nobody_knows_is_told_in_its_own_words() -> None:
    assert told(Refusal("new_error", "AADSTS999999: Something new."), "Microsoft").message == (
        "Microsoft refuses: AADSTS999999: Something new."
    )
    assert "new_error" in told(Refusal("new_error"), "Microsoft").message


def test_words_are_few_and_without_what_is_for_support() -> None:
    said = "AADSTS65001: The user has not consented.\r\nTrace ID: 0000aaaa\r\nTimestamp: 2026-11-30 00:00:00Z"
    assert in_its_words(said) == "AADSTS65001: The user has not consented"
    assert len(in_its_words("x" * 10_000)) < 300
