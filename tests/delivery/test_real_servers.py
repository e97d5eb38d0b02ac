"""Real servers receive a mailing, and what they hold equals what was meant, octet for octet."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from support.places import Place
from support.postfix import Postfix, running_postfix
from support.smtp_mailing import QUICK, RELEASE, addresses, draft, entries, queued, settings

from mailer.delivery import Ledger, Parcel, Schedule, SmtpTransport, Transport, Work, deliver
from mailer.model import Status


class Noting:
    """A transport that notes what the one inside is given. What helper processes take is not seen: there may be none."""

    def __init__(self, inside: Transport) -> None:
        self.inside = inside
        self.meant: dict[str, bytes] = {}

    def carry(self, work: Work) -> None:
        self.inside.carry(_NotingWork(work, self.meant))  # type: ignore[arg-type]


class _NotingWork:
    def __init__(self, work: Work, meant: dict[str, bytes]) -> None:
        self._work, self._meant = work, meant

    def take(self) -> Parcel | None:
        parcel = self._work.take()
        if parcel:
            self._meant[parcel.envelope.rcpt_to] = parcel.envelope.content
        return parcel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with running_postfix() as server:
        yield server


@pytest.mark.parametrize(("count", "window"), [(2000, 1), (300, 8)], ids=["DATA", "BDAT"])
def test_postfix_receives_what_was_meant(any_place: Place, postfix: Postfix, count: int, window: int) -> None:
    for path in postfix.mailbox.glob("*"):
        path.unlink()
    with Ledger(any_place) as ledger:
        mailing = queued(ledger, count)
        values = {"smtp_connections": 4, "smtp_window": window, "smtp_timeout": 60}
        transport = Noting(SmtpTransport(settings(postfix.port, **values), processes=1))
        report = deliver(mailing, ledger, transport)
    assert report.finished and report.counts == {Status.ACCEPTED: count}
    arrived = postfix.wait_for(count)
    assert sorted(arrived) == sorted(addresses(count))
    assert arrived == {address: [content] for address, content in transport.meant.items()}
    one = transport.meant["reporter7@example.net"]
    assert b"=2Ehidden" in one, "a leading dot is written so that no server has to remove one"


@pytest.mark.parametrize("window", [1, 8], ids=["DATA", "BDAT"])
def test_a_refused_recipient_stays_out_of_the_next_message(
    any_place: Place, postfix: Postfix, window: int
) -> None:
    """Postfix counts a pipelined refusal twice, and hangs up after 20 errors: the rest still gets there."""
    for path in postfix.mailbox.glob("*"):
        path.unlink()
    with Ledger(any_place) as ledger:
        people = list(entries(60))
        unknown = [
            type(person)(f"unknown+{n}@example.net", "unknown@example.net", "", "en", {})
            for n, person in enumerate(people[:25])
        ]
        mixed = [person for pair in zip(unknown, people, strict=False) for person in pair] + people[25:]
        mailing = ledger.queue(draft(), mixed)
        transport = SmtpTransport(
            settings(postfix.port, smtp_window=window, smtp_timeout=60, smtp_connections=1), QUICK
        )
        report = deliver(mailing, ledger, transport, refused_share=None)
        assert report.counts == {Status.ACCEPTED: 60, Status.REJECTED: 25}
        replies = {line.reply for line in ledger.recipients(RELEASE, Status.REJECTED)}
    assert all(reply.startswith("550 5.1.1 ") for reply in replies)
    assert len(report.suppress) == 25
    arrived = postfix.wait_for(60)
    assert {address: len(copies) for address, copies in arrived.items()} == dict.fromkeys(addresses(60), 1)


def test_aiosmtpd_receives_what_was_meant(any_place: Place) -> None:
    """A server without PIPELINING: command by command."""
    arrived: dict[str, list[bytes]] = {}

    class Mailbox:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            arrived.setdefault(envelope.rcpt_tos[0], []).append(envelope.original_content)
            return "250 2.0.0 ok"

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with Ledger(any_place) as ledger:
            mailing = queued(ledger, 2000, paragraphs=3)
            its = settings(port, smtp_timeout=60, smtp_connections=4)
            transport = Noting(SmtpTransport(its, Schedule(), processes=1))
            report = deliver(mailing, ledger, transport)
    finally:
        controller.stop()
    assert report.finished and report.accepted == 2000
    assert arrived == {address: [content] for address, content in transport.meant.items()}
