"""Each preset has its page, and the page says what the preset sets, where the provider says so, and an .env that is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import REPOSITORY

from mailer.delivery.replies import Reply, Stage, Verdict, judge, rule_for
from mailer.presets import BY_NAME, PRESETS, Preset
from mailer.settings import KEYS, read_settings

GUIDE = REPOSITORY / "docs" / "guide" / "providers"
INDEX = (GUIDE / "README.md").read_text("utf-8")
PAGES = sorted(path for path in GUIDE.glob("*.md") if path.name != "README.md")

Row = tuple[str, ...]


def page_of(preset: Preset) -> Path:
    """The page that the index gives for a preset."""
    found = re.search(rf"(?m)^\| \[[^\]]+\]\(([\w.-]+)(?:#[\w-]+)?\) \| `{preset.name}` \|", INDEX)
    assert found, f"docs/guide/providers/README.md has no row for {preset.name}"
    return GUIDE / found[1]


def rows(text: str) -> list[Row]:
    """All rows of all tables, without backticks."""
    return [
        tuple(cell.strip().replace("`", "") for cell in line.strip("| ").split(" | "))
        for line in text.splitlines()
        if line.startswith("| ")
    ]


def blocks(page: Path) -> list[str]:
    return re.findall(r"(?s)```sh\n# \.env\n(.*?)```", page.read_text("utf-8"))


def test_no_page_is_of_nobody() -> None:
    assert {page_of(preset) for preset in PRESETS} == set(PAGES)
    for page in PAGES:
        assert f"({page.name})" in INDEX


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_page_has_the_preset_s_numbers_and_sources(preset: Preset) -> None:
    text = page_of(preset).read_text("utf-8")
    table = rows(text)
    heading = next(row for row in table if row[0] == "key" and preset.name in row)
    column = heading.index(preset.name)
    said = {row[0]: row[column] for row in table if row[0] in KEYS}
    states = {
        "SMTP_HOST": preset.host,
        "SMTP_PORT": str(preset.port),
        "SMTP_SECURITY": preset.security,
        "SMTP_USERNAME": preset.username,
        "SMTP_CONNECTIONS": str(preset.connections or ""),
        "SMTP_RATE": preset.rates,
    }
    assert said == {key: value for key, value in states.items() if value}
    for source in preset.sources:
        assert f"({source})" in text, source
    for name in filter(None, (preset.spf, *preset.selectors)):
        assert name in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_env_of_a_page_is_read_as_it_stands(tmp_path: Path, page: Path) -> None:
    written = blocks(page)
    assert written
    for block in written:
        (tmp_path / ".env").write_text(block, "utf-8")
        settings = read_settings(tmp_path, {})
        assert settings.preset is not None
        assert page_of(settings.preset) == page
        settings.must_name_a_server()
        named = re.findall(r"(?m)^([A-Z_]+)=", block)
        assert named and set(named) <= set(KEYS)
        assert settings.by_token == bool(settings.preset.authorization)


def test_every_preset_s_env_is_written_somewhere() -> None:
    written = "\n".join(block for page in PAGES for block in blocks(page))
    assert set(re.findall(r"(?m)^SMTP_PRESET=(.*)$", written)) == set(BY_NAME)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_real_keys_only(page: Path) -> None:
    named = re.findall(
        r"\b(?:SMTP|DKIM|BOUNCE|UNSUBSCRIBE|OAUTH|EVENTS|ENVELOPE)_[A-Z_]+\b", page.read_text("utf-8")
    )
    assert set(named) <= set(KEYS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_the_same_parts(page: Path) -> None:
    parts = re.findall(r"(?m)^## (.*)$", page.read_text("utf-8"))
    some = ("The relay", "What it changes in the mail")
    said = [part.replace("presets set", "preset sets") for part in parts if part not in some]
    assert said == ["What to set", "What the preset sets", "DNS", "What its refusals mean", "What comes back"]


# ---- what a page says of refusals is what happens ----------------------------------------------------

AT_LOGIN_ONLY = ("535", "534", "550 5.7.30 Basic", "451 Authentication")


def refusals(page: Path) -> list[tuple[str, str]]:
    """Each reply that a page quotes, and what it says is to be done."""
    part = page.read_text("utf-8").partition("## What its refusals mean")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [
        (reply, line.strip("| ").split(" | ")[2])
        for line in lines
        for reply in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    ]


QUOTED = [(page.stem, reply, cure) for page in PAGES for reply, cure in refusals(page)]


@pytest.mark.parametrize(("page", "quoted", "cure"), QUOTED, ids=lambda text: text[:40])
def test_a_refusal_that_a_page_quotes_costs_nobody_the_release(page: str, quoted: str, cure: str) -> None:
    parts = re.fullmatch(r"(\d{3}) ?(\d\.\d\.\d+)? ?(.*)", quoted.replace(" …", " and so on"))
    assert parts
    reply = Reply(int(parts[1]), parts[3], parts[2] or "")
    if quoted.startswith(AT_LOGIN_ONLY):
        assert judge(Stage.AUTH, reply) in (Verdict.STOP, Verdict.RECONNECT)
        return
    for stage in (Stage.MAIL, Stage.RCPT, Stage.DOT):
        rule = rule_for(stage, reply)
        assert rule.verdict in (Verdict.HALT_QUEUED, Verdict.FEWER, Verdict.SLOWER, Verdict.STOP), rule
        assert ("room again" in cure or "the same" in cure) == bool(rule.window)
        assert ("the run waits" in cure) == (rule.verdict is Verdict.SLOWER)
        assert ("goes on with fewer" in cure) == (rule.verdict is Verdict.FEWER)


@pytest.mark.parametrize("name", ["ses", "brevo"])
def test_who_replaces_our_message_id_is_said_where_an_office_looks(name: str) -> None:
    """As docs/reference/message.md has it: a signature of our own breaks by it."""
    page = (GUIDE / f"{name}.md").read_text("utf-8")
    assert "Message-ID" in page and "DKIM_*" in page and "reference/message.md" in page
