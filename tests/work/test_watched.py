"""Whoever looks after a `mailer work`: its figures by HTTP, its log as JSON, its supervisor, its mailings by `mailer status`."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import pytest
from support.office import RELEASE, Office
from support.open_metrics import Family, families_of
from support.smtp_faulty import Fault, FaultyServer
from support.working import Working, queued, second_release, slowly

from mailer.cli.work.supervisor import Supervisor
from mailer.model import Status
from mailer.pipeline.working import Figures, without_addresses
from mailer.pipeline.working.open_metrics import CONTENT_TYPE, exposition
from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


# ---- figures --------------------------------------------------------------------------------------------


def figures(worker: Working) -> tuple[str, dict[str, Family]]:
    where = re.search(r"http://\S+/metrics", worker.until("started")["message"])
    assert where
    with urllib.request.urlopen(where[0]) as answer:
        assert answer.headers["Content-Type"] == CONTENT_TYPE
        return where[0], families_of(answer.read().decode())


def now(where: str) -> dict[str, Family]:
    with urllib.request.urlopen(where) as answer:
        return families_of(answer.read().decode())


def number(families: dict[str, Family], family: str, suffix: str = "", **labels: str) -> float:
    return families[family].samples[f"{family}{suffix}", frozenset(labels.items())]


def test_figures_are_told_and_grow(office: Office) -> None:
    with Working(office, "--metrics", "127.0.0.1:0") as worker:
        where, first = figures(worker)
        worker.until("idle")
        assert number(first, "mailer_accepted", "_total") == 0
        assert not first["mailer_last_accepted_timestamp_seconds"].samples
        began = time.time()
        queued(office)
        worker.until("finished", RELEASE)
        time.sleep(5.2)  # the ledger is not asked more often
        then = now(where)
        assert number(then, "mailer_ledger_up") == 1
        assert number(then, "mailer_accepted", "_total") == 11
        assert number(then, "mailer_work_mailings_due") == 0
        assert number(then, "mailer_last_accepted_timestamp_seconds") >= int(began)
        its = {s.value: number(then, "mailer_recipients", release=RELEASE, state=s.value) for s in Status}
        assert its == dict.fromkeys((s.value for s in Status), 0) | {"accepted": 11}
        assert {f.kind for f in then.values()} == {"counter", "gauge", "info"}
        assert all(f.help for f in then.values())


def test_figures_name_no_recipient(office: Office) -> None:
    queued(office)
    with Working(office, "--metrics", "127.0.0.1:0") as worker:
        where, _ = figures(worker)
        worker.until("finished", RELEASE)
        with urllib.request.urlopen(where) as answer:
            assert b"@" not in answer.read()


def test_nothing_else_is_there(office: Office) -> None:
    with Working(office, "--metrics", "127.0.0.1:0") as worker:
        where, _ = figures(worker)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(where.removesuffix("metrics"))
        assert refused.value.code == 404
        asked = urllib.request.Request(where, data=b"x")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked)
        assert refused.value.code == 501


def test_a_port_alone_is_this_computers(office: Office) -> None:
    with Working(office, "--metrics", "0") as worker:
        where, _ = figures(worker)
        assert where.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_said(office: Office) -> None:
    queued(office)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = office.run("work", "--once", "--metrics", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (ran.code, office.got()) == (2, []), "before anything leaves"
    assert "can't be had" in ran.err
    for odd in ("nowhere:x", "127.0.0.1:70000", "a b:1", "::1:9"):
        ran = office.run("work", "--once", "--metrics", odd)
        assert (ran.code, "is no HOST:PORT" in ran.err) == (2, True), odd


def test_a_ledger_that_is_away_and_an_odd_name_are_told_too() -> None:
    away = families_of(exposition(Figures(), None))
    assert number(away, "mailer_ledger_up") == 0
    assert not away["mailer_recipients"].samples
    name = 'a "quoted" back\\slash\nline'
    odd = families_of(exposition(Figures(), {name: {Status.QUEUED: 3}}))
    assert number(odd, "mailer_recipients", release=name, state="queued") == 3


# ---- its log --------------------------------------------------------------------------------------------


def test_each_line_of_the_log_is_json_with_a_moment_a_level_and_an_event(office: Office) -> None:
    queued(office)
    ran = office.run("work", "--once", "--log-json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert [line["event"] for line in lines] == ["started", "begun", "finished", "ended"]
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert datetime.fromisoformat(line["time"]).tzinfo
        assert line["level"] in ("info", "warning", "error")
    assert (lines[2]["release"], lines[2]["accepted"], lines[2]["accepted_by_all"]) == (RELEASE, 11, 11)


def test_the_log_names_no_recipient_whatever_the_server_says(office: Office) -> None:
    queued(office)
    office.server.faults.append(
        Fault("MAIL", "550 5.7.1 <priya.n@example.com> may not hear from newsdesk@example.org")
    )
    ran = office.run("work", "--once", "--log-json", SMTP_CONNECTIONS="1")
    halted = next(line for line in map(json.loads, ran.err.splitlines()) if line["event"] == "halted")
    assert "5.7.1 <(address)> may not hear from (address)" in halted["message"]
    assert "@" not in ran.err.replace(str(office.workspace.ledger), "")


def test_a_databases_url_is_no_address() -> None:
    assert (
        without_addresses("postgresql://mailer@db/office of ana@example.org")
        == "postgresql://mailer@db/office of (address)"
    )


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.1 blocked, see https://support.example.com/why?who=ana@example.org",
        "550 blocked, see https://support.example.com/ana%40example.org/why",
        "550 mailto://ana@example.org is full",
    ],
)
def test_who_stands_in_a_servers_url_is_told_nowhere(reply: str) -> None:
    assert "ana" not in without_addresses(reply)


def test_who_asks_for_figures_and_goes_away_leaves_no_trace_in_the_log(office: Office) -> None:
    with Working(office, "--metrics", "127.0.0.1:0") as worker:
        where, _ = figures(worker)
        port = int(where.split(":")[2].partition("/")[0])
        for request in (b"GET /met", b"GET /metrics HTTP/1.1\r\n\r\n" * 50):
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(request)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        now(where)
        time.sleep(0.5)
        assert worker.ends() == 0, "and all that was told is JSON"


def test_an_error_at_the_start_is_a_line_of_json_too(tmp_path: Path, office: Office) -> None:
    ran = office.run("work", "--log-json", SMTP_HOST="", SMTP_PORT="", SMTP_SECURITY="")
    (line,) = map(json.loads, ran.err.splitlines())
    assert (ran.code, line["event"], line["level"]) == (2, "ended", "error")
    assert "SMTP_HOST" in line["message"]


# ---- its supervisor -------------------------------------------------------------------------------------


class Listener:
    """What systemd would hear. It listens all the time, as few datagrams wait for one that doesn't (unix(7))."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._heard: SimpleQueue[dict[str, str]] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            said = self._socket.recv(4096).decode()
            self._heard.put(dict(line.split("=", 1) for line in said.splitlines()))

    def hears(self) -> dict[str, str]:
        return self._heard.get(timeout=60)

    def until(self, what: str) -> dict[str, str]:
        while what not in (said := self.hears()):
            pass
        return said


@pytest.mark.skipif(sys.platform != "linux", reason="abstract sockets are Linux's")
@pytest.mark.parametrize("abstract", [False, True], ids=["a file", "abstract"])
def test_its_supervisor_hears_when_it_is_ready_alive_and_about_to_end(
    office: Office, abstract: bool, tmp_path: Path
) -> None:
    name = f"@mailer-test-{tmp_path.name}-{time.time_ns()}" if abstract else str(tmp_path / "notify")
    listener = Listener(f"\0{name[1:]}" if abstract else name)
    queued(office)
    slowly(office, 1.0)
    with Working(office, NOTIFY_SOCKET=name, WATCHDOG_USEC="900000", SMTP_CONNECTIONS="1") as worker:
        assert listener.until("READY")["READY"] == "1"
        worker.until("begun", RELEASE)
        for _ in range(3):  # while a sending goes on
            assert listener.until("WATCHDOG")["WATCHDOG"] == "1"
        while RELEASE not in listener.until("STATUS")["STATUS"]:
            pass
        office.server.heal()
        assert worker.ends() == 0
        assert listener.until("STOPPING")["STOPPING"] == "1"


def test_whoever_has_no_supervisor_or_one_that_is_gone_works_all_the_same(
    office: Office, tmp_path: Path
) -> None:
    assert office.run("work", "--once", NOTIFY_SOCKET=str(tmp_path / "nobody"), WATCHDOG_USEC="x").code == 0
    heard = Supervisor({"NOTIFY_SOCKET": "vsock:2:1234", "WATCHDOG_USEC": "3000000"}, lambda: "")
    heard.ready()
    heard.beat()


def test_another_processs_watchdog_is_not_fed(tmp_path: Path) -> None:
    listener = Listener(str(tmp_path / "notify"))
    its = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300", "WATCHDOG_PID": "1"}
    supervisor = Supervisor(its, lambda: "on two\nlines")
    supervisor.beat()
    supervisor.stopping()
    assert listener.hears() == {"STATUS": "on two lines"}
    assert listener.hears()["STOPPING"] == "1"


# ---- status ---------------------------------------------------------------------------------------------


def test_status_tells_of_all_mailings_who_ordered_last_and_who_sends_now(office: Office) -> None:
    second_release(office)
    queued(office)
    queued(office, "short", "--list", "second", "--at", "2099-12-01 05:00 UTC")
    slowly(office, 0.5)
    with Working(office, SMTP_CONNECTIONS="1") as worker:
        worker.until("begun", RELEASE)
        while not office.got():
            time.sleep(0.02)
        first, second = json.loads(office.run("status", "--json").out)
        shown = office.run("status", RELEASE).err
        office.server.heal()
        worker.until("finished", RELEASE)
    assert (first["release"], first["follows"], first["last_order"]["kind"]) == (RELEASE, "", "post")
    assert first["last_order"]["giver"] == second["last_order"]["giver"] != ""
    assert f"process {worker.process.pid} of " in first["senders"][0]
    assert f"sent by process {worker.process.pid} of " in shown
    assert f"queued for 11 recipients, by {first['last_order']['giver']}" in shown
    assert (second["senders"], second["counts"]) == ([], {"queued": 30})
    assert second["planned"] == "2099-12-01T05:00:00+00:00"


# ---- the unit of the guide ------------------------------------------------------------------------------


def test_systemd_takes_the_unit_of_the_guide(tmp_path: Path) -> None:
    from conftest import REPOSITORY

    guide = (REPOSITORY / "docs" / "guide" / "several-senders.md").read_text("utf-8")
    unit = re.search(r"```ini\n(\[Unit\].*?)```", guide, re.DOTALL)
    assert unit
    assert "Type=notify" in unit[1]
    program = tmp_path / "mailer"
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    file = tmp_path / "mailer-work.service"
    text = re.sub(r"ExecStart=\S+", f"ExecStart={program}", unit[1])
    file.write_text(re.sub(r"WorkingDirectory=\S+", f"WorkingDirectory={tmp_path}", text), "utf-8")
    try:
        done = subprocess.run(
            ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs systemd-analyze")
    about_it = [line for line in done.stderr.splitlines() if "mailer-work" in line]
    assert (done.returncode, about_it) == (0, []), done.stderr
