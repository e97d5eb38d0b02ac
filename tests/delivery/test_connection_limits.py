"""A server that has room for fewer connections than SMTP_CONNECTIONS: the run goes on with those it has."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from support.places import Place
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_hostile import HostileServer, Peer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, Report, Schedule, SmtpTransport, deliver
from mailer.delivery.smtp.probe import log_in
from mailer.errors import TransportError
from mailer.model import Status

COUNT = 200
AUTH = ("PIPELINING", "AUTH PLAIN")


@pytest.fixture
def path(any_place: Place) -> Place:
    with Ledger(any_place) as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return any_place


def once(happened: Callable[[], bool]) -> Callable[[str, str], None]:
    """A hook: no message is answered before this has happened, or could have long since."""

    def wait(stage: str, when: str) -> None:
        until = time.monotonic() + 15
        while (stage, when) == ("dot", "before") and not happened() and time.monotonic() < until:
            time.sleep(0.005)

    return wait


def send(path: Place, port: int, processes: int = 1, schedule: Schedule = QUICK, **more: object) -> Report:
    values = {"smtp_connections": 4, "smtp_timeout": 20} | more
    with Ledger(path) as ledger:
        transport = SmtpTransport(settings(port, **values), schedule, processes=processes, help_after=0)
        return deliver(ledger.mailing(RELEASE), ledger, transport, schedule=schedule, max_wait=0)


def everybody_has_it(path: Place, report: Report, accepted: list[tuple[str, bytes]]) -> None:
    found = reconcile(path, accepted, COUNT)
    assert not report.halted
    assert set(found.values()) == {Status.ACCEPTED}


# ---- how many there may be ----------------------------------------------------------------------------


@pytest.mark.parametrize("crowded", ["421 4.7.0 too many connections", "554 5.7.0 too many connections"])
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_limit_below_ours(path: Place, most: int, processes: int, crowded: str) -> None:
    with FaultyServer(hook=once(lambda: server.turned_away > 0), most=most, crowded=crowded) as server:
        report = send(path, server.port, processes)
    everybody_has_it(path, report, server.accepted)
    assert server.most_at_once == most
    assert server.turned_away == 1, "one too many was enough to know"


@pytest.mark.parametrize(
    ("stage", "kind"),
    [("connect", "drop"), ("connect", "reset"), ("connect", "4xx"), ("EHLO", "421"), ("EHLO", "4xx"),
     ("EHLO", "5xx"), ("EHLO", "drop"), ("AUTH", "4xx"), ("AUTH", "421")],
)  # fmt: skip
@pytest.mark.parametrize("processes", [1, 2])
def test_all_but_the_first_connection_fail(path: Place, stage: str, kind: str, processes: int) -> None:
    hook = once(lambda: server.seen[stage] > 1)
    with FaultyServer(Fault(stage, kind, nth=2, times=1000), extensions=AUTH, hook=hook) as server:
        report = send(path, server.port, processes, smtp_username="press", smtp_password="lamp")
    everybody_has_it(path, report, server.accepted)
    assert server.seen[stage] == 2


def test_a_server_that_stops_listening(path: Place) -> None:
    """As behind a load balancer that sends nobody there any more; who is connected stays so."""

    def closes(stage: str, when: str) -> None:
        with contextlib.suppress(OSError):
            server._listener.shutdown(socket.SHUT_RDWR)
        server._listener.close()
        if stage == "dot" and not server.accepted:
            time.sleep(0.5)

    with FaultyServer(hook=closes) as server:
        report = send(path, server.port)
    everybody_has_it(path, report, server.accepted)


def test_a_limit_that_is_lifted_is_used(path: Place) -> None:
    def lifts(stage: str, when: str) -> None:
        if server.turned_away > 0:
            server.most = None
            used(stage, when)

    used = once(lambda: server.most_at_once == 4)
    with FaultyServer(hook=lifts, most=1) as server:
        report = send(path, server.port, schedule=replace(QUICK, more=(0.05, 0.1)))
    everybody_has_it(path, report, server.accepted)
    assert server.most_at_once == 4


def test_a_server_that_counts_connections_which_have_ended(path: Place) -> None:
    """554 to whoever comes back too early; the only connection had been cut."""
    faults = Fault("MAIL", "421", nth=10), Fault("connect", "554 5.7.0 too many", nth=2, times=2)
    with FaultyServer(*faults) as server:
        report = send(path, server.port, smtp_connections=1)
    everybody_has_it(path, report, server.accepted)
    assert server.seen["connect"] == 4


def test_no_room_for_the_very_first_is_final_where_the_server_says_so(path: Place) -> None:
    with (
        FaultyServer(most=0, crowded="554 5.7.1 not you") as server,
        pytest.raises(TransportError, match="refused connect: 554"),
    ):
        send(path, server.port)
    assert server.turned_away == 1


@pytest.mark.parametrize(("crowded", "asked"), [("421 4.7.0 later", 3), ("554 5.7.1 not you", 1)])
def test_at_the_start_of_a_command(crowded: str, asked: int) -> None:
    with FaultyServer(most=0, crowded=crowded) as server, pytest.raises(TransportError, match=crowded[:3]):
        log_in(settings(server.port), QUICK)
    assert server.turned_away == asked


# ---- cut in mid-session -------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 5])
def test_one_of_several_is_cut(path: Place, times: int) -> None:
    hook = once(lambda: server.most_at_once == 4)
    with FaultyServer(Fault("MAIL", "421", nth=30, times=times), hook=hook) as server:
        report = send(path, server.port)
    everybody_has_it(path, report, server.accepted)


def test_a_server_that_takes_nothing_but_from_one(path: Place) -> None:
    """It lets every connection in, and cuts all but the first at their first message."""

    def script(peer: Peer) -> None:
        if server.connections == 1:
            peer.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server._converse(peer)
        else:
            peer.say(b"220 hello\r\n")
            peer.line()
            peer.say(b"250 hello\r\n")
            peer.line()
            peer.say(b"421 4.7.0 too many\r\n")

    def answer(content: bytes) -> bytes:
        until = time.monotonic() + 15
        while server.connections < 3 and time.monotonic() < until:
            time.sleep(0.005)
        return b"250 2.0.0 queued\r\n"

    with HostileServer(script, {"dot": answer}) as server:
        report = send(path, server.port)
    everybody_has_it(path, report, server.accepted)
    assert 3 <= server.connections <= 4, (
        "two were cut (a third may have been on its way), and then no more for a while"
    )


# ---- a login that is refused --------------------------------------------------------------------------


def log_in_and_send(path: Place, server: FaultyServer, processes: int = 1) -> Report:
    return send(path, server.port, processes, smtp_username="press", smtp_password="lamp")


@pytest.mark.parametrize("kind", ["5xx", "drop", "stall", "garbage"])
@pytest.mark.parametrize("processes", [1, 2])
def test_refused_to_the_second_connection_only(path: Place, kind: str, processes: int) -> None:
    """No other login is tried; the one that was taken goes on."""
    hook = once(lambda: server.seen["AUTH"] > 1)
    with FaultyServer(Fault("AUTH", kind, nth=2), extensions=AUTH, hook=hook) as server:
        settled = replace(QUICK, more=(0.01,))
        report = send(
            path, server.port, processes, settled, smtp_username="press", smtp_password="lamp", smtp_timeout=1
        )  # fmt: skip
    everybody_has_it(path, report, server.accepted)
    assert server.seen["AUTH"] == 2


def test_refused_and_then_what_works_ends(path: Place) -> None:
    faults = Fault("AUTH", "5xx", nth=2), Fault("MAIL", "421", nth=100)
    with FaultyServer(*faults, extensions=AUTH, hook=once(lambda: server.seen["AUTH"] > 1)) as server:
        report = log_in_and_send(path, server)
    found = reconcile(path, server.accepted, COUNT)
    assert "refused the login of press: 535" in report.halted
    assert "so that the account is not locked" in report.hint
    assert server.seen["AUTH"] == 2, "not a third time"
    assert Status.QUEUED in found.values() and Status.UNCERTAIN not in found.values()


# ---- the TLS handshake --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def encrypted(server: FaultyServer, authority: Authority) -> dict[str, object]:
    return {
        "smtp_security": "tls" if server.implicit_tls else "starttls",
        "smtp_ca_file": str(authority.file),
    }


@pytest.mark.parametrize(
    "kind", ["drop", "reset", "\x15\x03\x03\x00\x02\x01\x00"], ids=["EOF", "reset", "close"]
)
@pytest.mark.parametrize("implicit", [True, False], ids=["tls", "starttls"])
class TestALineThatBreaksInTheHandshake:
    """As one does that is turned away by whoever stands before the server: no more than a dropped line."""

    def server(self, authority: Authority, implicit: bool, fault: Fault) -> FaultyServer:
        offered = ("PIPELINING", "STARTTLS")
        return FaultyServer(fault, extensions=offered, tls=authority.server(), implicit_tls=implicit)

    def test_of_the_first_connections(
        self, path: Place, authority: Authority, implicit: bool, kind: str
    ) -> None:
        with self.server(authority, implicit, Fault("TLS", kind, times=2)) as server:
            assert log_in(settings(server.port, **encrypted(server, authority)), QUICK)
            server.seen.clear()
            report = send(path, server.port, **encrypted(server, authority))
        everybody_has_it(path, report, server.accepted)

    def test_of_all_but_the_first(self, path: Place, authority: Authority, implicit: bool, kind: str) -> None:
        with self.server(authority, implicit, Fault("TLS", kind, nth=2, times=1000)) as server:
            report = send(path, server.port, **encrypted(server, authority))
        everybody_has_it(path, report, server.accepted)
        assert server.seen["TLS"] == 2

    def test_of_every_one(self, path: Place, authority: Authority, implicit: bool, kind: str) -> None:
        with self.server(authority, implicit, Fault("TLS", kind, times=1000)) as server:
            for use in (send, lambda _, port, **how: log_in(settings(port, **how), QUICK)):
                server.seen.clear()
                with pytest.raises(TransportError, match=r"Can't connect.*during the TLS handshake") as told:
                    use(path, server.port, **encrypted(server, authority))
                assert "SMTP_SECURITY" in told.value.hint
                assert 3 <= server.seen["TLS"] <= 4


def test_what_is_no_tls_is_told_at_once(path: Place, authority: Authority) -> None:
    with FaultyServer() as server, pytest.raises(TransportError, match="TLS failed with"):
        send(path, server.port, smtp_security="tls", smtp_ca_file=str(authority.file))
    assert server.seen["connect"] == 1
