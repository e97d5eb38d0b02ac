"""`mailer unsubscribe-server` under attack: floods, slow connections, kill -9, a full disk.

What was answered with 200 is never lost, and holds at once for whoever sends; what could not be kept is never
confirmed.
"""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from support.terminal import start
from support.unsubscribing import (
    all_at_once,
    beside,
    exchange,
    off,
    request,
    serving,
    slow_connections,
    status,
)

from mailer.desk.inbox import Inbox
from mailer.press import Choice, Suppressions, read_audience
from mailer.workspace import Workspace

ANA = "ana.ruiz@example.net"


def readers(number: int, name: str = "reader") -> list[str]:
    return [f"{name}{n}@example.net" for n in range(number)]


def test_two_thousand_at_once_and_five_hundred_slow_ones(workspace: Workspace) -> None:
    everybody = readers(2000)
    with serving(workspace) as server, slow_connections(server.port, 500):
        answers = all_at_once(server.port, everybody)
        assert set(answers.values()) == {200}
        assert set(everybody) <= off(workspace), "from the moment of the answer, in another process"
    assert set(everybody) <= off(workspace)
    written = workspace.suppressed.read_text("utf-8").splitlines()
    assert len(written) == len(set(written))
    assert set(everybody) <= {line.partition(",")[0] for line in written}, "in the file staff read"
    assert beside(workspace) == set()


@pytest.mark.parametrize("number", [1000, 6000])
def test_slow_connections_silence_it_for_nobody(workspace: Workspace, number: int) -> None:
    """Fewer than there are places, and more."""
    with serving(workspace) as server, slow_connections(server.port, number):
        time.sleep(1.2)  # in the first second nobody has to make room
        assert status(exchange(server.port, request(ANA))) == 200
    assert ANA in off(workspace)


def test_a_request_that_does_not_end_is_cut(workspace: Workspace) -> None:
    with serving(workspace) as server, slow_connections(server.port, 8) as slow:
        dribbling = [connection for n, connection in enumerate(slow) if n % 4]
        ended: set[int] = set()
        until = time.monotonic() + 60
        while len(ended) < len(dribbling) and time.monotonic() < until:
            time.sleep(1)
            for n, connection in enumerate(dribbling):
                try:
                    connection.sendall(b"x")  # a byte a second resets no clock
                except OSError:
                    ended.add(n)
        assert len(ended) == len(dribbling)
        for connection in slow[::4]:
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
    assert "slow@example.net" not in off(workspace)


def test_who_does_not_take_the_answers_is_cut(workspace: Workspace) -> None:
    """Many requests on one connection, and nothing read: neither memory nor a place for ever."""
    with serving(workspace, "--limit", "1000000") as server:
        greedy = socket.socket()
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.connect(("127.0.0.1", server.port))
        greedy.settimeout(60)
        with greedy, pytest.raises(ConnectionError):
            while True:
                greedy.sendall(b"GET /u/x HTTP/1.1\r\nHost: a\r\n\r\n" * 1000)
        assert status(exchange(server.port, request(ANA))) == 200


def test_kill_9_in_the_middle_loses_nobody(workspace: Workspace) -> None:
    """Not those of the first killed, not while they are folded, not after the next start."""
    answered: set[str] = set()
    for life in range(3):
        with serving(workspace) as server:
            everybody = readers(600, f"life{life}.")
            answers: dict[str, int] = {}
            posting = threading.Thread(
                target=lambda port=server.port, people=everybody, into=answers: into.update(
                    all_at_once(port, people)
                )
            )
            posting.start()
            while f"unsubscribed: life{life}" not in server.said:
                time.sleep(0.01)
            time.sleep(0.1 * life)
            server.kill()
            posting.join(60)
            answered |= {address for address, code in answers.items() if code == 200}
            assert set(answers.values()) <= {200, 0}
            assert answered <= off(workspace), "without a restart"
    assert answered
    with serving(workspace):
        assert answered <= off(workspace)
    lines = workspace.suppressed.read_text("utf-8").splitlines()
    assert answered <= {line.partition(",")[0] for line in lines}
    assert len(lines) == len(set(lines)), "and nobody twice"
    assert beside(workspace) == set()


def test_whoever_prepares_a_mailing_leaves_them_out_at_once(workspace: Workspace) -> None:
    """Before anything is folded, and in a sender that began before."""
    sender = Suppressions(workspace.suppressed)
    before = workspace.suppressed.read_bytes()
    with serving(workspace) as server:
        assert status(exchange(server.port, request(ANA))) == 200
        sender.refresh()
        assert workspace.suppressed.read_bytes() == before, "not yet folded"
        assert ANA in sender
        audience = read_audience(workspace, Choice(lists=("press",)))
    assert ANA in {left.address for left in audience.left_out if left.reason == "suppressed"}


def test_a_mailing_that_is_running_leaves_them_out(workspace: Workspace, tmp_path: Path) -> None:
    """They click while `mailer send` is at work, two messages a second, and are not reached any more."""
    (workspace.lists / "slow.csv").write_text("email\n" + "\n".join(readers(14)), "utf-8")
    with Inbox(tmp_path / "mailbox") as inbox, serving(workspace) as server:
        smtp = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(inbox.port),
            "SMTP_SECURITY": "none",
            "SMTP_CONNECTIONS": "1",
        }
        arguments = ("send", "harbour-report", "--list", "slow", "--yes")
        sending = start(*arguments, cwd=workspace.root, SMTP_RATE="2/second", **smtp)
        until = time.monotonic() + 60
        while not inbox.received() and time.monotonic() < until:
            time.sleep(0.05)
        last = readers(14)[-3:]
        assert set(all_at_once(server.port, last).values()) == {200}
        _, said = sending.communicate(timeout=60)
        got = {mail.to.rpartition("<")[2].rstrip(">") for mail in inbox.received()}
    assert got == set(readers(11)), said
    assert set(last) <= off(workspace)


def test_who_was_put_back_can_leave_again(workspace: Workspace) -> None:
    """While the server runs, and remembers them as gone."""
    with serving(workspace) as server:
        for _ in range(3):
            assert status(exchange(server.port, request(ANA))) == 200
            assert ANA in off(workspace)
            assert Suppressions(workspace.suppressed).remove(ANA) == 1
            assert ANA not in off(workspace)
        assert status(exchange(server.port, request(ANA))) == 200
    assert ANA in off(workspace)


def test_a_full_disk_confirms_nothing(workspace: Workspace) -> None:
    with serving(workspace, largest_file=4096) as server:
        answers = [exchange(server.port, request(address)) for address in readers(80)]
        kept = {a for a, answer in zip(readers(80), answers, strict=True) if status(answer) == 200}
        refused = [answer for answer in answers if status(answer) != 200]
        assert kept
        assert refused
        assert {status(answer) for answer in refused} == {503}
        assert all(b"\r\nretry-after: 60\r\n" in answer.lower() for answer in refused)
        assert kept <= off(workspace)
        server.kill()
    assert kept <= off(workspace)
    with serving(workspace) as server:
        assert status(exchange(server.port, request(ANA))) == 200
    assert kept | {ANA} <= off(workspace)


def test_a_file_that_cant_be_folded_into_keeps_nobody_from_leaving(workspace: Workspace) -> None:
    """Somebody has put a folder where suppressed.csv was. Nothing is sent then, and no wish is lost."""
    aside: Path = workspace.suppressed.with_suffix(".old")
    with serving(workspace) as server:
        workspace.suppressed.rename(aside)
        workspace.suppressed.mkdir()
        assert status(exchange(server.port, request(ANA))) == 200
        until = time.monotonic() + 30
        while "Nobody who asked is mailed" not in server.said and time.monotonic() < until:
            time.sleep(0.2)
        workspace.suppressed.rmdir()
        aside.rename(workspace.suppressed)
    assert "Traceback" not in server.said
    assert ANA in off(workspace)
    assert ANA in workspace.suppressed.read_text("utf-8")
