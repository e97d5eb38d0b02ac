"""`mailer render` and `mailer themes`: files to look at, as any recipient would get them."""

from __future__ import annotations

import shutil
from email import message_from_bytes
from email.policy import default

import pytest
from support.browser import NAMES
from support.messages import read
from support.terminal import mailer

from mailer.workspace import Workspace


def test_html_text_and_message_of_each_language(workspace: Workspace) -> None:
    ran = mailer("render", "harbour-report", "--out", "out", cwd=workspace.root)
    assert (ran.code, len(ran.out.splitlines())) == (0, 6)
    for language in ("en", "es"):
        content = (workspace.root / "out" / f"harbour-report.{language}.eml").read_bytes()
        message = message_from_bytes(content, policy=default)
        text = (workspace.root / "out" / f"harbour-report.{language}.txt").read_text("utf-8")
        assert read(content).text == text
        assert message["Content-Language"] == language


def test_as_one_recipient_would_get_it(workspace: Workspace) -> None:
    ran = mailer(
        "render", "harbour-report", "--for", "LUCIA.ferrer@example.net", "--out", "out", cwd=workspace.root
    )
    assert ran.code == 0, ran.err
    assert [line.rpartition("/")[2] for line in ran.out.splitlines()] == [
        "harbour-report.es.html", "harbour-report.es.txt", "harbour-report.es.eml",
    ]  # fmt: skip
    assert "Hola, Lucía:" in (workspace.root / "out" / "harbour-report.es.txt").read_text("utf-8")


def test_whoever_would_not_get_it_is_told(workspace: Workspace) -> None:
    ran = mailer(
        "render", "harbour-report", "--for", "nobody@example.net", "--out", "out", cwd=workspace.root
    )
    assert (ran.code, "would not get it" in ran.err) == (2, True)


def test_another_theme_and_the_list_of_them(workspace: Workspace) -> None:
    ran = mailer("themes", cwd=workspace.root)
    assert [line.split("\t")[:2] for line in ran.out.splitlines()] == [
        ["bulletin", "built in"],
        ["default", "built in"],
        ["letter", "built in"],
    ]
    (workspace.templates / "ours").mkdir(parents=True)
    assert "ours\tworkspace" in mailer("themes", cwd=workspace.root).out
    mailer("render", "harbour-report", "--theme", "letter", "--out", "out", cwd=workspace.root)
    assert 'class="button"' not in (workspace.root / "out" / "harbour-report.en.html").read_text("utf-8")
    wrong = mailer("render", "harbour-report", "--theme", "no-such", cwd=workspace.root)
    assert (wrong.code, "bulletin, default, letter, ours" in wrong.err) == (2, True)


def test_a_screenshot_where_a_browser_is(workspace: Workspace) -> None:
    if not any(map(shutil.which, NAMES)):
        pytest.skip("no Chromium is installed (.ci/run installs it)")
    ran = mailer("render", "harbour-report", "--png", "--out", "out", cwd=workspace.root)
    assert ran.code == 0, ran.err
    assert (workspace.root / "out" / "harbour-report.en.png").read_bytes().startswith(b"\x89PNG")
