"""SMTP_PRESET: what a provider documents stands in for what .env leaves empty, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailer.delivery.doctor.preset import look_at_preset
from mailer.errors import SettingsError
from mailer.presets import BY_NAME, PRESETS
from mailer.settings import KEYS, Rate, Settings, parse_rates, read_settings


def read(folder: Path, **environment: str) -> Settings:
    return read_settings(folder, environment)


def test_what_microsoft_365_states(tmp_path: Path) -> None:
    settings = read(tmp_path, SMTP_PRESET="microsoft365")
    assert (settings.smtp_host, settings.port, settings.smtp_security) == (
        "smtp.office365.com",
        587,
        "starttls",
    )
    assert settings.smtp_connections == 3
    assert settings.smtp_rate == (Rate(30, 60), Rate(10_000, 86_400))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_preset_is_read_and_says_where_it_is_from(tmp_path: Path, preset) -> None:
    settings = read(tmp_path, SMTP_PRESET=preset.name)
    assert settings.preset is preset
    assert (settings.smtp_host, settings.smtp_security) == (preset.host, preset.security)
    assert settings.port == preset.port
    assert settings.smtp_rate == parse_rates(preset.rates)
    assert settings.smtp_connections == (preset.connections or Settings().smtp_connections)
    assert preset.sources
    assert all(source.startswith("https://") for source in preset.sources)
    assert preset.host or preset.example


@pytest.mark.parametrize(
    ("key", "value", "attribute", "expected"),
    [
        ("SMTP_HOST", "relay.example.org", "smtp_host", "relay.example.org"),
        ("SMTP_PORT", "25", "port", 25),
        ("SMTP_CONNECTIONS", "1", "smtp_connections", 1),
        ("SMTP_RATE", "10/minute", "smtp_rate", (Rate(10, 60),)),
        ("SMTP_SECURITY", "tls", "smtp_security", "tls"),
    ],
)
def test_each_key_that_is_set_beats_the_preset_and_no_other(
    tmp_path: Path, key: str, value: str, attribute: str, expected: object
) -> None:
    preset = read(tmp_path, SMTP_PRESET="microsoft365")
    (tmp_path / ".env").write_text(f"SMTP_PRESET=microsoft365\n{key}={value}\n", "utf-8")
    for settings in (read(tmp_path), read(tmp_path, SMTP_PRESET="microsoft365", **{key: value})):
        assert getattr(settings, attribute) == expected
        others = {"smtp_host", "smtp_connections", "smtp_rate", "smtp_security"} - {attribute}
        assert all(getattr(settings, other) == getattr(preset, other) for other in others)


def test_the_environment_s_preset_does_not_beat_a_key_of_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_HOST=relay.example.org\n", "utf-8")
    assert read(tmp_path, SMTP_PRESET="sendgrid").smtp_host == "relay.example.org"


def test_a_flag_beats_the_preset(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {"SMTP_PRESET": "brevo"}, smtp_host="127.0.0.1", smtp_security="none")
    assert (settings.smtp_host, settings.port) == ("127.0.0.1", 25)


@pytest.mark.parametrize(("security", "port"), [("", 465), ("tls", 465), ("starttls", 587)])
def test_a_preset_s_port_goes_with_its_security(tmp_path: Path, security: str, port: int) -> None:
    assert read(tmp_path, SMTP_PRESET="brevo", SMTP_SECURITY=security).port == port


def test_an_empty_key_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_PRESET=google\nSMTP_HOST=\nSMTP_RATE=\n", "utf-8")
    settings = read(tmp_path)
    assert (settings.smtp_host, settings.smtp_rate) == ("smtp.gmail.com", (Rate(2000, 86_400),))


def test_a_mistyped_preset_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, SMTP_PRESET="office365")
    assert all(name in str(error.value) for name in ("SMTP_PRESET", *BY_NAME))


def test_a_preset_with_a_server_for_each_region_says_so_with_an_example(tmp_path: Path) -> None:
    settings = read(tmp_path, SMTP_PRESET="ses")
    with pytest.raises(SettingsError, match="SMTP_HOST has to say which") as error:
        settings.must_name_a_server()
    assert "SMTP_HOST=email-smtp.eu-west-1.amazonaws.com" in error.value.hint
    read(tmp_path, SMTP_PRESET="ses", SMTP_HOST="email-smtp.us-east-1.amazonaws.com").must_name_a_server()


def test_sendgrid_s_user_name_is_a_word(tmp_path: Path) -> None:
    assert read(tmp_path, SMTP_PRESET="sendgrid", SMTP_PASSWORD="k").smtp_username == "apikey"
    assert read(tmp_path, SMTP_PRESET="sendgrid", SMTP_HOST="relay.example.org").smtp_username == ""
    assert read(tmp_path, SMTP_PRESET="sendgrid", SMTP_USER="ana").smtp_username == "ana"


# ---- what doctor says of it --------------------------------------------------------------------------


LOGIN = {"SMTP_USERNAME": "press@example.org", "SMTP_PASSWORD": "lamplight"}


def told(tmp_path: Path, **environment: str) -> list[tuple[str, str, str]]:
    return [(f.level, f.message, f.hint) for f in look_at_preset(read(tmp_path, **environment))]


def test_without_a_preset_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert told(tmp_path, SMTP_HOST="relay.example.org") == []


def test_doctor_tells_the_preset_s_values_from_the_office_s(tmp_path: Path) -> None:
    ((level, message, _),) = told(
        tmp_path, SMTP_PRESET="microsoft365", SMTP_RATE="20/minute", SMTP_USERNAME="press@example.org",
        OAUTH_CLIENT_ID="11111111-2222",
    )  # fmt: skip
    assert level == "notice"
    its, _, own = message.partition(" Your own: ")
    assert "SMTP_PRESET=microsoft365 is Microsoft 365" in its
    assert "SMTP_HOST=smtp.office365.com, SMTP_PORT=587, SMTP_SECURITY=starttls, SMTP_CONNECTIONS=3" in its
    assert own == "SMTP_USERNAME, SMTP_RATE=20 a minute."
    assert "SMTP_RATE" not in its


@pytest.mark.parametrize(
    ("preset", "connections", "warned"), [("microsoft365", "4", True), ("google", "9", False)]
)
def test_more_connections_than_the_provider_allows_are_warned_of(
    tmp_path: Path, preset: str, connections: str, warned: bool
) -> None:
    found = told(tmp_path, SMTP_PRESET=preset, SMTP_CONNECTIONS=connections)
    assert any(level == "warning" and "SMTP_CONNECTIONS" in said for level, said, _ in found) == warned


def test_another_user_name_than_sendgrid_s_is_warned_of(tmp_path: Path) -> None:
    (_, (level, message, _)) = told(tmp_path, SMTP_PRESET="sendgrid", **LOGIN)
    assert (level, message) == ("warning", "SMTP_USERNAME is not “apikey”.")


@pytest.mark.parametrize(
    ("preset", "password", "token", "warned"),
    [
        ("microsoft365", "lamplight", "", True),
        ("microsoft365", "abcd efgh ijkl mnop", "", True),
        ("microsoft365", "lamplight", "11111111-2222", False),
        ("microsoft365", "", "", False),
        ("google", "lamplight", "", True),
        ("google", "abcd efgh ijkl mnop", "", False),
        ("google-relay", "abcdefghijklmnop", "", False),
        ("sendgrid", "SG.lamplight", "", False),
    ],
)
def test_a_password_that_the_provider_no_longer_takes_is_warned_of(
    tmp_path: Path, preset: str, password: str, token: str, warned: bool
) -> None:
    found = told(tmp_path, SMTP_PRESET=preset, SMTP_PASSWORD=password, OAUTH_CLIENT_ID=token)
    assert (
        any("SMTP_PASSWORD is set." in said and "mailer login" in hint for _, said, hint in found) == warned
    )
    assert not password or password not in repr(found)


@pytest.mark.parametrize(
    ("preset", "settings", "hint"),
    [
        ("postmark", {}, "Set SMTP_USERNAME and SMTP_PASSWORD."),
        ("postmark", {"SMTP_USERNAME": "key"}, "Set SMTP_USERNAME and SMTP_PASSWORD."),
        ("sendgrid", {}, "Set SMTP_USERNAME and SMTP_PASSWORD."),
        ("postmark", LOGIN, ""),
        ("microsoft365", {"SMTP_USERNAME": "press@example.org"}, "sign in with `mailer login`."),
        ("microsoft365", {"SMTP_USERNAME": "press@example.org", "OAUTH_CLIENT_ID": "11111111-2222"}, ""),
        ("google-relay", {}, ""),
    ],
)
def test_a_login_that_is_not_set_is_missed(
    tmp_path: Path, preset: str, settings: dict[str, str], hint: str
) -> None:
    found = told(tmp_path, SMTP_PRESET=preset, **settings)
    missed = [cure for _, said, cure in found if "No login is set" in said]
    assert len(missed) == bool(hint)
    assert not hint or missed[0].endswith(hint)


def test_notes_name_real_keys_only() -> None:
    for preset in PRESETS:
        assert set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", preset.note + preset.passwords)) <= set(KEYS)


@pytest.mark.parametrize(
    ("preset", "user", "cure"),
    [
        ("microsoft365", "newsdesk@example.org", "Add-RecipientPermission press@example.org -Trustee newsdesk@example.org"),
        ("google", "newsdesk@example.org", "“Send mail as”"),
        ("microsoft365", "Press@Example.org", ""),
        ("google-relay", "newsdesk@example.org", ""),
        ("postmark", "newsdesk@example.org", ""),
    ],
)  # fmt: skip
def test_a_sender_who_is_not_the_mailbox_that_logs_in(preset: str, user: str, cure: str) -> None:
    """Found on the first morning otherwise, when the first message is refused."""
    settings = Settings(smtp_preset=preset, smtp_username=user)
    found = [
        each for each in look_at_preset(settings, "press@example.org") if "The sender is" in each.message
    ]
    assert [each.level for each in found] == (["warning"] if cure else [])
    assert cure in "".join(each.hint for each in found)
