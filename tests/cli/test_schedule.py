"""What is planned leaves at its time, once: by `mailer post`, which something runs every minute; over a change of the clock,
over restarts, and however many of them run."""

from __future__ import annotations

import json
import os
import plistlib
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import Fault, FaultyServer
from support.terminal import environment

from mailer.cli import main
from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.errors import WorkspaceError
from mailer.pipeline.planned import When, planned_of
from mailer.release.values import moment_text, parse_moment
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.timer import timer_of

LATER = "2099-12-01 05:00 UTC"


@pytest.fixture
def office(workspace: Workspace):
    with FaultyServer() as server:
        yield Office(workspace, server)


def ordered(office: Office, *arguments: str, **settings: str) -> None:
    ran = office.run("send", RELEASE, "--at", LATER, "--yes", "--no-wait", *arguments, **settings)
    assert ran.code == 0, ran.err
    assert "Kept: it leaves on 2099-12-01 05:00 Europe/London" in ran.err
    assert "mailer post --install" in ran.err
    assert office.got() == []


def due_in(office: Office, seconds: float) -> None:
    """As if the planned time were so far away from now."""
    later = parse_moment(LATER).timestamp()
    office.the_clock_goes_on(later - time.time() - seconds)


# ---- the clock is changed -------------------------------------------------------------------------------


@pytest.mark.own_ledger  # a database goes by its own clock: tests/postgres/test_clocks.py
@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2099-10-25 01:30 UTC", "2099-10-25 01:30 UTC"),
        ("2099-03-29 03:30 Europe/Madrid", "2099-03-29 03:30 Europe/Madrid"),
    ],
    ids=["the second half past two in autumn", "after the hour that spring skips"],
)
def test_a_planned_time_holds_over_a_change_of_the_clock_and_a_restart(
    office: Office, at: str, shown: str
) -> None:
    """The clock is ours: what the office's clock shows a second time, half past two, is the second one."""
    office.edit(office.workspace.newsroom, "Zone: Europe/London", "Zone: Europe/Madrid")
    assert office.run("send", RELEASE, "--at", at, "--yes", "--no-wait").code == 0
    assert shown in office.run("schedule").out
    moment = parse_moment(at).timestamp()
    for now, when in ((moment - 3600, When.TO_COME), (moment - 1, When.TO_COME), (moment, When.DUE),
                      (moment + 599, When.DUE), (moment + 601, When.LATE)):  # fmt: skip
        with Ledger(office.workspace.ledger) as ledger:  # a new process each time
            found = planned_of(ledger, RELEASE, now)
            assert found and found.when is when
    clock = [moment - 3600 - 0.2]
    left_at = []

    def now() -> float:
        clock[0] += 0.1 if clock[0] < moment - 3600 or clock[0] > moment - 0.5 else 3600.0 - 0.4
        return clock[0]

    office.server.hook = lambda stage, when: left_at.append(clock[0]) if stage == "dot" else None
    settings = Settings(smtp_host="127.0.0.1", smtp_port=office.server.port, smtp_security="none")
    with Ledger(office.workspace.ledger) as ledger:
        deliver(ledger.mailing(RELEASE), ledger, SmtpTransport(settings), now=now)
    assert len(office.got()) == 11
    assert min(left_at) >= moment


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            "2099-03-29 02:30 Europe/Madrid",
            "write 2099-03-29 01:30 Europe/Madrid or 2099-03-29 03:30 Europe/Madrid",
        ),
        (
            "2099-10-25 02:30 Europe/Madrid",
            "write 2099-10-25 00:30 UTC for the first one, or 2099-10-25 01:30 UTC",
        ),
        ("2099-10-24 12 am UTC", "write 12:00 for noon"),
    ],
)
def test_a_time_that_is_none_or_two_is_refused(office: Office, at: str, said: str) -> None:
    ran = office.run("send", RELEASE, "--at", at, "--yes", "--no-wait")
    assert (ran.code, said in " ".join(ran.err.split())) == (2, True), ran.err
    assert office.run("schedule").out == ""


def test_without_a_date_it_is_dated_on_the_day_on_which_it_leaves(office: Office) -> None:
    """Reproduction: planned for tomorrow, it said today. The day is the office's: there it is December already."""
    office.without_date()
    office.edit(office.workspace.newsroom, "Zone: Europe/London", "Zone: Pacific/Auckland")
    ran = office.run("send", RELEASE, "--at", "2099-11-30 18:00 UTC", "--yes", "--no-wait", "--limit", "4")
    assert ran.code == 0, ran.err
    assert office.run("resume", RELEASE, "--now", "--yes").code == 0
    assert office.run("send", RELEASE, "--yes").code == 0, "and it keeps that day"
    texts = [mail.get_body(("plain",)).get_content() for mail in office.mails("priya.n@example.com")]
    assert ["December 1, 2099" in text for text in texts] == [True]
    assert len(office.got()) == 11


SOONER = "2099-11-29 18:00 UTC"


@pytest.mark.parametrize(
    ("way", "day"),
    [((), "December 1, 2099"), (("--at", SOONER), "November 29, 2099"), (("--now",), "today")],
    ids=["as planned", "sooner", "now"],
)
def test_sent_again_for_an_earlier_day_it_is_dated_on_that(
    office: Office, way: tuple[str, ...], day: str
) -> None:
    """Reproduction: planned for Friday and then sent on Wednesday, it said Friday, and nobody was told."""
    office.without_date()
    ordered(office)
    today = datetime.now(ZoneInfo("Europe/London"))
    ran = office.run("send", RELEASE, *way, "--yes", *(() if way == ("--now",) else ("--no-wait",)))
    assert (ran.code, "future-date" in ran.err) == (0, False), ran.err
    if day != "today":
        assert office.run("resume", RELEASE, "--now", "--yes").code == 0
    (mail,) = office.mails("priya.n@example.com")
    text = mail.get_body(("plain",)).get_content()
    assert (f"{today:%B} {today.day}, {today.year}" if day == "today" else day) in text


def test_what_is_dated_on_the_day_for_which_it_is_planned_is_not_dated_in_the_future(office: Office) -> None:
    """Reproduction: whoever planned it for the day after tomorrow was warned of the date that mailer itself had given it.
    The day is the office's."""
    office.without_date()
    office.edit(office.workspace.newsroom, "Zone: Europe/London", "Zone: Pacific/Kiritimati")
    at = ("--at", "2099-11-30 18:00 UTC", "--no-wait", "--yes")
    ran = office.run("send", RELEASE, *at, "--limit", "4")
    assert (ran.code, "future-date" in ran.err) == (0, False), ran.err
    ran = office.run("check", RELEASE)
    assert (ran.code, "future-date" in ran.out + ran.err) == (0, False), "nor as it is planned"
    for day, warned in (("2099-12-01", False), ("2099-12-02", False), ("2099-12-03", True)):
        office.add_fields(f"Date: {day}")
        ran = office.run("send", RELEASE, *at)
        assert ("is dated 2 days after it leaves, without an embargo. [future-date]" in ran.err) == warned
        office.edit(office.release(), f"Date: {day}\n", "")


@pytest.mark.parametrize(
    ("way", "anew"),
    [
        (("resume", RELEASE, "--now"), ("--now",)),
        (("resume", RELEASE, "--at", SOONER), ("--at", SOONER)),
        (("schedule", "move", RELEASE, SOONER), ("--at", SOONER)),
    ],
    ids=lambda said: " ".join(said),
)
def test_whoever_has_it_leave_before_its_date_is_told_and_what_to_do(
    office: Office, way: tuple[str, ...], anew: tuple[str, ...]
) -> None:
    office.without_date()
    ordered(office)
    with office.terminal(*way) as terminal:
        said = " ".join(terminal.until("Type 11 to send").split())
        terminal.type("no")
        assert terminal.code() == 2
    assert "Dated 2099-12-01, after the day on which it leaves." in said
    when = '--at "2099-11-29 18:00 Europe/London"' if SOONER in anew else "--now"
    assert f"`mailer send {RELEASE} {when}`, to its lists, dates it anew." in said
    assert office.run("send", RELEASE, *anew, "--yes", *(("--no-wait",) if SOONER in anew else ())).code == 0
    ran = office.run("resume", RELEASE, *(("--at", SOONER, "--no-wait") if SOONER in anew else ()), "--yes")
    assert (ran.code, "Dated" in ran.err) == (0, False), "that was true"


def test_it_is_told_once_somebody_has_it_too(office: Office) -> None:
    """Then its date can't be changed any more, so no such advice is given."""
    office.without_date()
    ordered(office, "--limit", "4")
    office.server.faults.append(Fault("RCPT", "4xx"))
    assert office.run("resume", RELEASE, "--now", "--max-wait", "0", "--yes").code == 1
    ran = office.run("resume", RELEASE, "--yes")
    assert "after the day on which it leaves." in ran.err
    assert "dates it anew" not in ran.err


# ---- a timer --------------------------------------------------------------------------------------------

TIMER = (
    "import subprocess, sys, time\n"
    "while True:\n"
    "    subprocess.run([sys.executable, '-m', 'mailer', 'post'], stdin=subprocess.DEVNULL)\n"
    "    time.sleep(1)\n"
)


def timer(office: Office) -> subprocess.Popen[bytes]:
    its = environment(**office.settings())
    return subprocess.Popen(
        [sys.executable, "-c", TIMER], cwd=office.workspace.root, env=its, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def restart(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_timer_sends_it_at_its_time_over_a_restart(office: Office) -> None:
    left_at = []
    office.server.hook = lambda stage, when: left_at.append(time.time()) if stage == "dot" else None
    ordered(office)
    due_in(office, 6)
    with Ledger(office.workspace.ledger) as ledger:
        moment = ledger.mailing(RELEASE).planned
    before = timer(office)
    time.sleep(2)
    restart(before)
    assert office.got() == []
    after = timer(office)
    try:
        for _ in range(600):
            if office.counts() == {"accepted": 11}:
                break
            time.sleep(0.1)
    finally:
        restart(after)
    assert set(Counter(office.got()).values()) == {1}
    assert len(office.got()) == 11
    assert min(left_at) >= moment


def test_two_at_once_send_it_once(office: Office) -> None:
    ordered(office)
    due_in(office, -1)
    office.server.hook = lambda stage, when: time.sleep(0.02)
    both = [office.started("post") for _ in range(2)]
    for each in both:
        each.communicate(timeout=60)
    assert [each.wait() for each in both] == [0, 0]
    assert set(Counter(office.got()).values()) == {1}
    assert office.counts() == {"accepted": 11}


def test_whoever_stops_waiting_leaves_it_to_the_timer_and_is_told_so(office: Office) -> None:
    with office.terminal("send", RELEASE, "--at", LATER, "--yes") as terminal:
        terminal.until("where `mailer post` is run it sends it then")
        terminal.type("\x03")
        assert terminal.code() == 130
    due_in(office, -1)
    assert office.run("post").code == 0
    assert len(office.got()) == 11


def test_only_what_is_due_leaves(office: Office) -> None:
    ordered(office)
    due_in(office, 3600)
    ran = office.run("post")
    assert (ran.code, office.got()) == (0, [])
    assert "is not due yet" in office.run("post", RELEASE).err


# ---- what a person has to look at -----------------------------------------------------------------------


def test_what_is_late_stays_where_it_is_until_somebody_says_so(office: Office) -> None:
    ordered(office)
    due_in(office, -3600)
    for _ in range(2):
        ran = office.run("post")
        assert (ran.code, "NOT SENT" in ran.err, f"mailer resume {RELEASE} --now" in ran.err) == (
            1,
            True,
            True,
        )
    assert "late" in office.run("schedule").out
    shown = office.typing("11", "post")
    assert "Type 11 to send, 1.0 hours late" in shown.out
    assert len(office.got()) == 11


def test_killed_in_the_midst_it_is_gone_on_with(office: Office) -> None:
    ordered(office)
    due_in(office, -1)
    office.killed_at("dot", 4, "post", RELEASE, SMTP_CONNECTIONS="1")
    assert 0 < len(office.got()) < 11
    ran = office.run("post")
    counts = office.counts()
    assert counts["accepted"] + counts["uncertain"] == 11, ran.err
    assert set(Counter(office.got()).values()) == {1}


def test_whoever_stops_it_has_stopped_it(office: Office) -> None:
    """Ctrl-C at a terminal is somebody's word: a timer's next minute does not go on with it."""
    ordered(office)
    due_in(office, -1)
    office.server.hook = lambda stage, when: time.sleep(0.2) if stage == "dot" else None
    with office.terminal("post", SMTP_CONNECTIONS="1") as terminal:
        while len(office.got()) < 2:
            time.sleep(0.05)
        terminal.type("\x03")
        assert terminal.code() == 130
    left = office.counts()["queued"]
    assert left
    office.run("post")
    assert office.counts()["queued"] == left
    assert f"ended, with this left: {left} recipients" in office.run("status", RELEASE).err


def test_a_refused_password_is_tried_once_and_not_every_minute(office: Office) -> None:
    with FaultyServer(extensions=("AUTH PLAIN",), login=("press", "right")) as server:
        there = {"SMTP_USERNAME": "press", "SMTP_PORT": str(server.port)}
        ordered(office, SMTP_PASSWORD="right", **there)
        due_in(office, -1)
        server.seen.clear()
        there["SMTP_PASSWORD"] = "wrong"
        assert [office.run("post", RELEASE, **there).code for _ in range(3)] == [2, 1, 1]
        assert server.seen["AUTH"] == 1
    assert "stopped" in office.run("schedule").out
    assert office.counts() == {"queued": 11}


def test_a_server_that_does_not_answer_is_tried_again(office: Office) -> None:
    ordered(office)
    due_in(office, -1)
    office.server.go_away()
    ran = office.run("post", RELEASE)
    assert (ran.code, "Can't connect" in ran.err) == (2, True), ran.err
    office.server.come_back()
    assert office.run("post", RELEASE).code == 0
    assert len(office.got()) == 11


def test_what_is_left_over_is_not_begun_again_every_minute(office: Office) -> None:
    ordered(office)
    due_in(office, -1)
    office.server.faults.append(Fault("MAIL", "5xx", times=1_000))
    assert office.run("post", RELEASE).code == 1
    tried = office.server.seen["MAIL"]
    office.run("post")
    assert office.server.seen["MAIL"] == tried
    said = office.run("status", RELEASE).err
    assert "begun at its time for 11 recipients" in said
    assert "ended, with this left: 11 recipients" in said


def test_who_is_suppressed_meanwhile_gets_nothing(office: Office) -> None:
    ordered(office)
    office.run("suppress", "priya.n@example.com")
    due_in(office, -1)
    assert office.run("post", RELEASE).code in (0, 1)
    assert len(office.got()) == 10


# ---- shown, moved, cancelled ----------------------------------------------------------------------------


def test_the_schedule_says_what_when_to_how_many_by_whom(office: Office) -> None:
    assert "Nothing is planned" in office.run("schedule").err
    office.add_fields("Embargo: 2099-12-01 05:00 UTC")
    office.marked_as_accepting_embargoes()
    ordered(office)
    (row,) = office.run("schedule").out.splitlines()
    release, state, when, number, giver, embargo = row.split("\t")
    assert (release, state, when, number) == (
        RELEASE,
        "planned",
        "2099-12-01 05:00 Europe/London",
        "11 recipients",
    )
    assert giver.startswith("ordered by ")
    assert embargo == "embargo until 2099-12-01 05:00 Europe/London"
    (data,) = json.loads(office.run("schedule", "--json").out)
    assert (data["release"], data["number"]) == (RELEASE, 11)


def test_it_is_moved_by_a_new_order(office: Office) -> None:
    ordered(office)
    to = "2099-12-24 18:00 Europe/London"
    assert office.run("schedule", "move", RELEASE, to).code == 2, "nobody is there to say so"
    assert "Type 11 to send" in office.typing("12", "schedule", "move", RELEASE, to).out
    assert "2099-12-01" in office.run("schedule").out
    office.typing("11", "schedule", "move", RELEASE, to)
    assert to in office.run("schedule").out
    assert "moved to another time for 11 recipients" in office.run("status", RELEASE).err
    assert office.got() == []


def test_moved_before_the_end_of_its_embargo_it_is_asked_about(office: Office) -> None:
    office.add_fields(f"Embargo: {LATER}")
    office.marked_as_accepting_embargoes()
    ordered(office)
    move = ("schedule", "move", RELEASE, "2099-11-30 06:00 UTC", "--yes")
    ran = office.run(*move)
    assert (ran.code, "--under-embargo" in ran.err) == (2, True)
    assert office.run(*move, "--under-embargo").code == 0


def test_it_is_cancelled(office: Office) -> None:
    ordered(office)
    assert office.run("schedule", "cancel", RELEASE, "--yes").code == 0
    assert office.run("schedule").out == ""
    assert office.counts() == {"discarded": 11}
    ran = office.run("schedule", "cancel", RELEASE, "--yes")
    assert (ran.code, "is planned for a time" in ran.err) == (2, True)


@pytest.mark.parametrize("option", [("--csv", "report.csv"), ("--json",), ("--max-wait", "5"), ("--now",)])
def test_an_order_that_is_kept_takes_nothing_of_what_happens_later(
    office: Office, option: tuple[str, ...]
) -> None:
    ran = office.run("send", RELEASE, "--at", LATER, "--yes", "--no-wait", *option)
    assert (ran.code, "with --no-wait" in ran.err) == (2, True)
    ran = office.run("send", RELEASE, "--yes", "--no-wait")
    assert (ran.code, "--no-wait has no effect" in ran.err) == (2, True)


# ---- what runs it ---------------------------------------------------------------------------------------


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system that writes down what it is told; and we are nobody of power."""
    told = tmp_path / "told"
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> "{told}"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="systemd's")
def test_a_timer_is_shown_asked_about_and_undone(
    workspace: Workspace, systemctl: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace.root)
    files = list(timer_of(workspace).files)
    assert main(["post", "--install"]) == 2
    shown = capsys.readouterr().err
    assert all(str(path) in shown for path in files)
    assert f"WorkingDirectory={workspace.root}" in shown
    assert "There is no terminal to confirm on" in shown
    assert not systemctl.exists()
    assert main(["post", "--install", "--yes"]) == 0
    assert "loginctl enable-linger" in capsys.readouterr().err
    assert timer_of(workspace).installed
    assert systemctl.read_text("utf-8").splitlines() == [
        "--user daemon-reload", f"--user enable --now {files[1].name}",
    ]  # fmt: skip
    assert main(["post", "--uninstall", "--yes"]) == 0
    assert f"--user disable --now {files[1].name}" in systemctl.read_text("utf-8")
    assert not any(path.exists() for path in files)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows knows no root")
def test_never_as_root(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.chdir(workspace.root)
    assert main(["post", "--install", "--yes"]) == 2
    assert "would run as root" in capsys.readouterr().err


def test_odd_paths_are_what_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "100% of “it” & more"
    folder.mkdir()
    for platform in ("linux", "darwin", "win32"):
        first = next(iter(timer_of(Workspace(folder), platform).files.values()))
        if platform == "linux":
            assert f"WorkingDirectory={tmp_path}/100%% of “it” & more" in first.decode()
        elif platform == "darwin":
            assert plistlib.loads(first)["WorkingDirectory"] == str(folder)
        else:
            tree = ET.fromstring(first.decode("utf-16"))
            assert str(folder) in [element.text for element in tree.iter()]


def test_a_moment_in_the_hour_that_comes_twice_is_shown_as_it_can_be_typed() -> None:
    second = parse_moment("2099-10-25 01:30 UTC").astimezone(ZoneInfo("Europe/Madrid"))
    assert (f"{second:%H:%M}", moment_text(second)) == ("02:30", "2099-10-25 01:30 UTC")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    "name",
    ["a\nExecStart=/bin/evil", "a\\", "a ", "a\x01b", "a\udcffb"],
    ids=["line", "backslash", "blank", "control", "octet"],
)
def test_a_folder_that_would_write_lines_of_its_own_is_run_by_no_timer(tmp_path: Path, name: str) -> None:
    """In a unit file a line break begins another setting, and a backslash at the end of a line takes the next one in."""
    folder = tmp_path / name
    folder.mkdir(parents=True)
    for platform in ("linux", "darwin"):
        with pytest.raises(WorkspaceError, match="can't be run by a timer"):
            timer_of(Workspace(folder), platform)


def test_a_release_that_is_called_like_an_option_leaves_too(office: Office) -> None:
    office.release().rename(office.release("--help"))
    office.release(f"{RELEASE}.es").unlink()
    ran = office.run("send", "--at", LATER, "--yes", "--no-wait", "--list", "press", "--", "--help")
    assert ran.code == 0, ran.err
    due_in(office, -1)
    assert office.run("post").code == 0
    assert len(office.got()) == 11


def test_a_task_that_is_there_already_is_replaced(workspace: Workspace) -> None:
    """Else schtasks asks, on a pipe, where nobody sees it."""
    ((create, *how),) = timer_of(workspace, "win32").start
    assert (create, "/F" in how) == ("schtasks", True)


# ---- with an embargo, and in words ----------------------------------------------------------------------


def test_who_was_let_in_by_the_order_is_asked_about_when_it_is_late(office: Office) -> None:
    office.add_fields("Embargo: December 3, 2099, 10:00 Europe/London")
    ordered(office, "--include-unmarked", "--under-embargo")
    due_in(office, -3600)
    with office.terminal("post") as terminal:
        terminal.until("Type 11 to send")
        terminal.type("11")
        assert "never said that they keep embargoes" in terminal.until("Type embargo")
        terminal.type("embargo")
        assert terminal.code() == 0, terminal.shown
    assert len(office.got()) == 11


def test_one_that_is_late_and_may_not_leave_keeps_no_other_from_leaving(office: Office) -> None:
    ordered(office)
    due_in(office, -3600)
    office.workspace.suppressed.unlink()
    with office.terminal("post") as terminal:
        assert "“harbour-report”: " in terminal.until("suppressed")
        assert terminal.code() == 2


def test_what_was_ordered_through_one_server_does_not_leave_through_another(office: Office) -> None:
    """Reproduction: whoever had a trial server in .env when the time came had a release sent there, and `mailer status`
    said that it had left through the one that was agreed to."""
    ordered(office)
    due_in(office, -60)
    agreed = f"127.0.0.1:{office.server.port}"
    with FaultyServer() as other:
        other_port = {"SMTP_PORT": str(other.port)}
        planned = office.run("schedule", **other_port).out
        assert f"through {agreed}, not 127.0.0.1:{other.port} as it is set now" in planned
        for command in (("post",), ("post", RELEASE)):
            ran = office.run(*command, **other_port)
            assert ran.code == 2
            assert f"It was ordered to leave through {agreed}" in ran.err
        assert (office.got(), other.accepted) == ([], [])
        ran = office.run("resume", RELEASE, "--yes", **other_port)
        assert ran.code == 0, ran.err
        assert len(other.accepted) == 11
    assert f"through 127.0.0.1:{other.port}" in office.run("status", RELEASE).err
    assert office.got() == []


def test_where_no_server_is_set_any_more_that_is_said(office: Office) -> None:
    ordered(office)
    due_in(office, -60)
    nowhere = {"SMTP_HOST": ""}
    assert (
        f"through 127.0.0.1:{office.server.port}, and no server is set now"
        in office.run("schedule", **nowhere).out
    )
    ran = office.run("post", RELEASE, **nowhere)
    assert (ran.code, office.got()) == (2, [])
    assert ":587" not in ran.err


def test_what_is_set_back_in_time_leaves_as_ordered(office: Office) -> None:
    """A host's name in capitals is the same host (RFC 4343)."""
    ordered(office, SMTP_HOST="localhost")
    due_in(office, -60)
    with FaultyServer() as other:
        assert office.run("post", SMTP_HOST="localhost", SMTP_PORT=str(other.port)).code == 2
    assert "as it is set now" not in office.run("schedule", SMTP_HOST="LOCALHOST").out
    assert office.run("post", SMTP_HOST="LOCALHOST").code == 0
    assert len(office.got()) == 11


def test_a_time_that_is_none_is_told_as_it_was_typed(office: Office) -> None:
    ordered(office)
    ran = office.run("schedule", "move", RELEASE, "2099-12-01 07:00", "--yes")
    assert ran.code == 2
    assert "Invalid value for TIME: “2099-12-01 07:00” has no time zone" in ran.err


def test_what_is_only_planned_is_not_called_sent(office: Office) -> None:
    ordered(office)
    ran = office.run("status", RELEASE)
    assert "planned for 11 recipients" in ran.err
    assert "sent to" not in ran.err


def test_the_log_has_nothing_empty(office: Office) -> None:
    ordered(office)
    due_in(office, -60)
    assert office.run("post").code == 0
    (line,) = [each for each in json.loads(office.run("log", "--json").out) if each["did"] == "post"]
    assert {"sender", "relay"}.isdisjoint(line)
