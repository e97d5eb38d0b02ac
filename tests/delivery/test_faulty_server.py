"""The server that the trust tests stand on keeps to RFC 3030 itself, while it misbehaves: a chunk is read to its end
whatever becomes of it, and once one was refused only RSET helps."""

from __future__ import annotations

import contextlib
import socket

import pytest
from support.smtp_faulty import Fault, FaultyServer


def talk(server: FaultyServer, *lines: bytes) -> list[str]:
    """Sends everything at once (RFC 2920); the codes of the replies after the greeting and EHLO, until the server
    hangs up, with a reset where it has not read everything."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(b"EHLO client.example.org\r\n" + b"".join(lines) + b"QUIT\r\n")
        with contextlib.suppress(ConnectionResetError):
            while piece := line.recv(65536):
                said += piece
    codes = [reply[:3].decode("latin-1") for reply in said.splitlines() if reply[3:4] != b"-"]
    assert codes[:2] == ["220", "250"]
    return codes[2:]


def message(number: int, content: bytes = b"Subject: lamps\r\n\r\nCounted.\r\n") -> bytes:
    start = b"RSET\r\nMAIL FROM:<press@example.org>\r\nRCPT TO:<reporter%d@example.net>\r\n" % number
    return start + b"BDAT %d LAST\r\n" % len(content) + content


def server(*faults: Fault) -> FaultyServer:
    return FaultyServer(*faults, extensions=("PIPELINING", "CHUNKING"))


GOOD = ["250", "250", "250", "250"]


def test_chunks_make_one_message() -> None:
    with server() as its:
        start = b"MAIL FROM:<press@example.org>\r\nRCPT TO:<reporter1@example.net>\r\n"
        assert talk(its, start, b"BDAT 4\r\n\r\n.\r", b"bdat 0\r\n", b"BDAT 5 LAST\r\n\nEnd\n") == [
            *("250", "250", "250", "250", "250"),
            "221",
        ]
        assert its.accepted == [("reporter1@example.net", b"\r\n.\r\nEnd\n")]


@pytest.mark.parametrize("kind", ["4xx", "5xx"])
@pytest.mark.parametrize(
    ("stage", "codes"),
    [
        ("RSET", ["R", "250", "250", "250"]),
        ("MAIL", ["250", "R", "503", "503"]),
        ("RCPT", ["250", "250", "R", "503"]),
        ("body", ["250", "250", "250", "R"]),
        ("dot", ["250", "250", "250", "R"]),
    ],
)
def test_a_refusal_in_a_window_is_of_one_message(stage: str, kind: str, codes: list[str]) -> None:
    with server(Fault(stage, kind, 2)) as its:
        said = talk(its, message(1), message(2), message(3))
    refused = [code if code != "R" else said[4 + codes.index("R")] for code in codes]
    assert said == [*GOOD, *refused, *GOOD, "221"]
    assert said[4 + codes.index("R")][0] == kind[0]
    expected = [1, 2, 3] if stage == "RSET" else [1, 3]
    assert [address for address, _ in its.accepted] == [f"reporter{n}@example.net" for n in expected]


@pytest.mark.parametrize("stage", ["body", "dot"])
def test_after_a_refused_chunk_only_rset_helps(stage: str) -> None:
    mail = b"MAIL FROM:<press@example.org>\r\n"
    with server(Fault(stage, "4xx")) as its:
        said = talk(its, message(1), mail, b"DATA\r\n", b"BDAT 3 LAST\r\n\r\n.", message(2))
    assert said == ["250", "250", "250", "451", "503", "503", "503", *GOOD, "221"]


@pytest.mark.parametrize(("stage", "heard"), [("RSET", 0), ("MAIL", 1), ("RCPT", 2), ("body", 3), ("dot", 3)])
@pytest.mark.parametrize("kind", ["drop", "421"])
def test_what_stands_behind_the_end_of_a_line_was_never_heard(stage: str, kind: str, heard: int) -> None:
    with server(Fault(stage, kind, 2)) as its:
        said = talk(its, message(1), message(2), message(3))
    assert said == [*GOOD, *GOOD[:heard], *(["421"] if kind == "421" else [])]
    assert len(its.accepted) == 1


def test_accepted_and_then_gone() -> None:
    with server(Fault("dot", "accepted-then-dropped", 2)) as its:
        said = talk(its, message(1), message(2), message(3))
    assert said == [*GOOD, *GOOD[:3]]
    assert len(its.accepted) == 2
