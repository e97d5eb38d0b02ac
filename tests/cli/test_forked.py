"""Most tests run commands that are forks of an interpreter which has imported `mailer` before: are they the same?"""

from __future__ import annotations

import os
import signal

import pytest
from support import terminal
from support.forked import can_fork, the_server
from support.office import RELEASE
from support.terminal import Terminal, environment, mailer, octets_of

from mailer.workspace import Workspace

pytestmark = pytest.mark.skipif(not can_fork(environment()), reason="there are forks on Linux only")


@pytest.fixture
def by_a_new_interpreter(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Whoever asks for this runs commands in interpreters of their own."""
    monkeypatch.setattr(terminal, "can_fork", lambda environment: False)
    return monkeypatch


COMMANDS = (
    ("--version",),
    ("send", "--help"),
    ("nonsense",),
    ("check", RELEASE),
    ("check", "nothing-of-that-name"),
    ("lists", "show", "world"),
    ("status", "--json"),
    ("render", RELEASE, "--out", "out"),
    ("send", RELEASE),
    ("forget", "nobody"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_it_says_the_same(
    command: tuple[str, ...], workspace: Workspace, by_a_new_interpreter: pytest.MonkeyPatch
) -> None:
    (workspace.lists / "world.csv").write_text("email,name\nana@example.net,Łucja Ḱ 李娜\n", "utf-8")
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "SMTP_SECURITY": "none", "TZ": "Asia/Tokyo"}
    new = mailer(*command, cwd=workspace.root, **settings)
    by_a_new_interpreter.undo()
    assert mailer(*command, cwd=workspace.root, **settings) == new


def test_it_has_a_terminal_of_its_own(workspace: Workspace, by_a_new_interpreter: pytest.MonkeyPatch) -> None:
    def on_a_terminal() -> tuple[int, str]:
        with Terminal("check", RELEASE, cwd=workspace.root, TERM="xterm-256color") as shown:
            return shown.code(), shown.shown

    new = on_a_terminal()
    assert "\x1b[" in new[1]
    by_a_new_interpreter.undo()
    assert on_a_terminal() == new


def test_how_it_ended_is_told(workspace: Workspace) -> None:
    with Terminal("desk", "--no-browser", "--port", "0", cwd=workspace.root) as shown:
        shown.until("http")
        os.kill(shown.pid, signal.SIGKILL)
        assert shown.code() == -signal.SIGKILL


def test_if_the_interpreter_is_gone_another_one_takes_its_place(workspace: Workspace) -> None:
    assert mailer("--version", cwd=workspace.root).code == 0
    _, server = the_server()
    server.kill()
    server.wait()
    assert mailer("--version", cwd=workspace.root).code == 0


@pytest.mark.parametrize("encoding", ["cp437", "cp1252:strict", "ascii", "utf-16", ":replace"])
def test_it_writes_the_same_octets(
    encoding: str, workspace: Workspace, by_a_new_interpreter: pytest.MonkeyPatch
) -> None:
    (workspace.lists / "world.csv").write_text("email,name\nana@example.net,Łucja – Ḱ 李娜 ß ½\n", "utf-8")
    commands = (("lists", "show", "world"), ("check", "no-sŁch"))

    def said() -> list[terminal.RanInOctets]:
        return [
            octets_of(*command, cwd=workspace.root, typed=b"\xff\n", PYTHONIOENCODING=encoding)
            for command in commands
        ]

    new = said()
    by_a_new_interpreter.undo()
    assert said() == new


def test_only_a_new_interpreter_knows_another_locale() -> None:
    assert not can_fork(environment(PYTHONUTF8="0"))
    assert not can_fork(environment(LC_ALL="C"))
