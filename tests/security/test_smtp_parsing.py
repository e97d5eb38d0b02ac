"""Wild bytes in wild pieces: reading replies ends in a reply or in `ConnectionLost`, never in another exception, never in a hang."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailer.delivery.replies import Reply, Stage, Verdict, judge, outcome
from mailer.delivery.smtp.connection import Connection, ConnectionLost
from mailer.delivery.smtp.dialogue import Capabilities
from mailer.delivery.smtp.login.redaction import HIDDEN, Redaction
from mailer.model import Status

PASSWORD = "lantern-coast-1987"

_SMTP = st.sampled_from([b"250 ok\r\n", b"250-one\r\n", b"250 2.1.5 ok\r\n", b"334 ", b"354 go\r\n", b"421 bye\r\n", b"\r\n", b"\n",
                         b"\r", b"-", b" ", b"2", b"5.7.1", b"\0", b"\x1b]0;x\x07", b"\xe2\x80\xae", b"\xff", b"SIZE ", b"AUTH=PLAIN",
                         PASSWORD.encode(), b"x" * 5000])  # fmt: skip
WILD = st.one_of(st.binary(max_size=200), st.lists(_SMTP, max_size=30).map(b"".join))


@contextmanager
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    wire = Connection(
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 25)), Redaction("press", PASSWORD)
    )
    wire.close()
    ours.setblocking(False)
    wire.socket = ours
    with ours, theirs:
        yield wire, theirs


def read_all(pieces: list[bytes]) -> tuple[list[Reply], str]:
    """Every reply, and how it ended."""
    replies: list[Reply] = []
    with pair() as (wire, theirs):
        try:
            for piece in pieces:
                theirs.sendall(piece)
                wire.receive()
                while reply := wire.next_reply():
                    replies.append(reply)
            theirs.close()
            while True:
                wire.receive()
                reply = wire.next_reply()
                assert reply, "the other end has hung up: there is nothing to wait for"
                replies.append(reply)
        except ConnectionLost as cut:
            return replies, str(cut)


@given(st.lists(WILD, max_size=12))
@example([b"250-" * 20_000])
@example([b"250-x\r\n" * 10_000])
@example([b"250 SIZE " + b"9" * 5000 + b"\r\n"])
@settings(max_examples=300)
def test_replies_or_cut(pieces: list[bytes]) -> None:
    replies, end = read_all(pieces)
    assert end.isprintable()
    for reply in replies:
        assert 200 <= reply.code <= 599
        assert all(
            line.isprintable() or "\u200c" in line or "\u200d" in line for line in reply.text.split("\n")
        )
        assert PASSWORD not in str(reply) and PASSWORD not in reply.text
        Capabilities.read(reply)
        for stage in Stage:
            verdict = judge(stage, reply)
            became = outcome(stage, reply, verdict)
            assert (became.status is Status.ACCEPTED) == (verdict is Verdict.ACCEPTED)
            assert "\n" not in became.text and len(became.text) < 1100


@given(st.binary(max_size=300), st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_how_it_is_cut_into_pieces_changes_nothing(content: bytes, sizes: list[int]) -> None:
    pieces, position = [], 0
    for size in sizes * (len(content) // len(sizes) + 1):
        pieces.append(content[position : position + size])
        position += size
    assert read_all([content])[0] == read_all([piece for piece in pieces if piece])[0]


@given(
    password=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
@example(password="0\x1f0", before="", after="")
@example(password="a b", before="", after="")
def test_the_password_is_never_left_where_it_can_be_read(password: str, before: str, after: str) -> None:
    """Of seven characters and more, wherever it stands; shorter ones, where they stand alone."""
    redact = Redaction("press", password)
    compact = "".join(password.split())
    if len(compact) >= 7:
        assert compact not in "".join(redact(f"{before}{password}{after}").replace(HIDDEN, " ").split(" "))
    elif password.strip() == password and compact.isalnum():
        assert redact(f"no ({password}) here").count(password) <= f"no {HIDDEN} here".count(password)
    assert redact("") == ""


@pytest.mark.parametrize("length", [1, 2, 3])
def test_most_text_stays_whatever_the_password(length: int) -> None:
    said = "550 5.1.1 The email account that you tried to reach does not exist."
    for password in ("a" * length, "e" * length, "5.1"[:length]):
        assert Redaction("press", password)(said).count(HIDDEN) <= 1


def test_a_flood_does_not_keep_us_reading() -> None:
    """Another thread writes as fast as it can: `receive` comes back all the same, having read no more than a reply."""
    with pair() as (wire, theirs):
        flooding = threading.Event()

        def flood() -> None:
            try:
                while True:
                    theirs.sendall(b"x" * 65536)
                    flooding.set()
            except OSError:
                return

        writer = threading.Thread(target=flood, daemon=True)
        writer.start()
        flooding.wait(10)
        try:
            with pytest.raises(ConnectionLost, match="reply does not end"):
                while select.select([wire.socket], [], [], 10)[0]:
                    wire.receive()
                    wire.next_reply()
        finally:
            wire.socket.close()
            writer.join(10)
    assert not writer.is_alive()
