"""docs/guide/unsubscribe-server.md: a wish is followed, nobody else can make it, and it is not lost."""

from __future__ import annotations

import socket

import pytest
from support.office import RELEASE, Office
from support.promises import promise
from support.unsubscribing import KEY, exchange, off, request, serving, status

from mailer.press import unsubscribe_token

PAGE = "docs/guide/unsubscribe-server.md"
ANA = "ana.ruiz@example.net"


def get(address: str, method: str = "GET") -> bytes:
    token = unsubscribe_token(address, KEY)
    return f"{method} /u/{token} HTTP/1.1\r\nHost: press.example.org\r\nConnection: close\r\n\r\n".encode()


@promise(
    PAGE,
    "Nobody is taken off: scanners, previews and virus checkers follow links",
    "200; nobody mails them from this moment.",
    "200 and the same page; nothing is written",
    "`POST` with anything else, however odd",
    "400; nothing is written",
    "a token that was not made here, or was cut off",
    "404, without saying why",
)
def test_scanners_strangers_and_the_person(office: Office) -> None:
    with serving(office.workspace) as server:
        assert [status(exchange(server.port, get(ANA, method))) for method in ("GET", "HEAD", "GET")] == [
            200
        ] * 3
        for body in (b"", b"List-Unsubscribe=Two-Click", b"\0\xff" * 50):
            assert status(exchange(server.port, request(ANA, body))) == 400
        assert status(exchange(server.port, request(ANA, key="somebody's own key"))) == 404
        cut = unsubscribe_token(ANA, "somebody's own key")[:-4]
        assert status(exchange(server.port, request(ANA, token=cut))) == 404
        assert ANA not in off(office.workspace)
        assert status(exchange(server.port, request(ANA))) == 200
        assert ANA in off(office.workspace)
        again = office.workspace.lists / ".suppressed.wishes"
        before = again.read_bytes() if again.exists() else office.workspace.suppressed.read_bytes()
        assert status(exchange(server.port, request(ANA))) == 200
        after = again.read_bytes() if again.exists() else office.workspace.suppressed.read_bytes()
        assert before.count(ANA.encode()) == after.count(ANA.encode()) == 1
        office.run("send", RELEASE, "--yes")
    assert len(office.got()) == 10
    assert ANA not in office.got()


@promise(
    PAGE,
    "A request that was answered with 200 is not lost: it is on the disk first, as a line of"
    " `lists/.suppressed.wishes`, whatever happens to the machine afterwards, and even if"
    " `suppressed.csv` is open elsewhere.",
)
def test_killed_right_after_the_answer(office: Office) -> None:
    with serving(office.workspace) as server:
        assert status(exchange(server.port, request(ANA))) == 200
        server.kill()
    assert office.run("send", RELEASE, "--yes").code == 0
    assert ANA not in office.got()
    assert len(office.got()) == 10


@promise(
    PAGE,
    "While that can't be written (Excel on Windows keeps others from it), is missing or odd, they"
    " stay where they are and still count; the server says so once.",
    "It never creates the file again.",
)
def test_the_file_is_gone_while_they_click(office: Office) -> None:
    kept = office.workspace.suppressed.read_bytes()
    office.workspace.suppressed.unlink()
    with serving(office.workspace) as server:
        for address in (ANA, "priya.n@example.com"):
            assert status(exchange(server.port, request(address))) == 200
    assert "suppressed.csv" in server.said
    assert not office.workspace.suppressed.exists()
    office.workspace.suppressed.write_bytes(kept)
    assert office.run("send", RELEASE, "--yes").code == 0
    assert len(office.got()) == 9
    assert not {ANA, "priya.n@example.com", "gone.away@example.com"} & set(office.got())


@promise(
    PAGE,
    "Its lines on stderr name addresses, never links or tokens, and nothing in them can steer a terminal.",
    "Anything that is not HTTP is answered with 400, and gets no line.",
)
def test_its_log_is_read_by_somebody(office: Office) -> None:
    with serving(office.workspace) as server:
        exchange(server.port, request(ANA))
        exchange(server.port, request("x", token="\x1b[2J\x1b]0;owned\x07"))
        assert status(exchange(server.port, b"\x16\x03\x01 hello \x1b[31m\r\n\r\n")) in (400, 0)
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(b"GET ")
    said = server.said
    assert ANA in said
    assert "\x1b" not in said
    assert "/u/" not in said
    assert unsubscribe_token(ANA, KEY) not in said
    assert said.splitlines()[1:] == [f"unsubscribed: {ANA} (one-click)"], "the first one says how to end it"


@pytest.mark.parametrize("proxy", [(), ("--proxy", "127.0.0.1")])
@promise(
    PAGE,
    "Without it nobody's is: any client can write that field, and would look like a new client with"
    " each request.",
    "An address's first request is never turned away, as it needs a valid token",
)
def test_a_client_that_is_somebody_else_each_time(office: Office, proxy: tuple[str, ...]) -> None:
    def asked(number: int) -> int:
        forged = f"Host: press.example.org\r\nX-Forwarded-For: 203.0.113.{number}".encode()
        return status(exchange(server.port, get(ANA).replace(b"Host: press.example.org", forged)))

    with serving(office.workspace, "--limit", "3", *proxy) as server:
        answers = [asked(number) for number in range(1, 8)]
        assert (429 in answers) == (not proxy)
        assert status(exchange(server.port, request(ANA))) == 200
