"""What leaves is what was meant: the number that is typed stands for everything, a planned time and an embargo hold on
every path, and what was never sent can be taken back."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from support.lists import make_list
from support.office import Office
from support.queued import left_in_the_queue, server_of
from support.smtp_faulty import FaultyServer
from support.terminal import Ran, Terminal, mailer, on_a_terminal, start

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.settings import Settings
from mailer.workspace import Workspace

NOBODY_THERE = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "SMTP_SECURITY": "none"}
LATER = "2099-12-01 06:00 Europe/Madrid"


@pytest.fixture
def server():
    with FaultyServer() as running:
        yield running


def told(workspace: Workspace, release: str = "harbour-report") -> dict:
    rows = json.loads(mailer("status", release, "--json", cwd=workspace.root).out)
    return rows[0]


def states(workspace: Workspace, release: str = "harbour-report") -> Counter[str]:
    rows = mailer("status", release, "--recipients", cwd=workspace.root).out.splitlines()
    return Counter(line.split("\t")[1] for line in rows)


def send(workspace: Workspace, server: FaultyServer | None, *arguments: str) -> Ran:
    where = server_of(server) if server else NOBODY_THERE
    return mailer("send", *arguments, cwd=workspace.root, **where)


MANY = ("send", "harbour-report", "--list", "many", "--yes")


def planned(workspace: Workspace, server: FaultyServer, *arguments: str) -> None:
    """`mailer send` that waits for its time, and is killed while it does."""
    process = start("send", "harbour-report", "--yes", *arguments, cwd=workspace.root, **server_of(server))
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Waiting until"):
            break
    process.kill()
    process.communicate()
    assert server.accepted == []


def the_clock_goes_on(workspace: Workspace, seconds: float) -> None:
    """As if the planned time lay so many seconds earlier: the machine slept meanwhile."""
    with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE mailings SET planned = planned - ? WHERE planned > 0", (seconds,))


def seconds_until_later() -> float:
    return datetime(2099, 12, 1, 5, 0, tzinfo=UTC).timestamp() - time.time()


# ---- whom ------------------------------------------------------------------------------------------------


def test_nothing_is_queued_before_the_server_lets_us_in(workspace: Workspace, server: FaultyServer) -> None:
    """Reproduction: send to press while the server is down, then to regional: 13 messages for a typed 2."""
    assert send(workspace, None, "harbour-report", "--list", "press", "--yes").code == 2
    assert mailer("status", cwd=workspace.root).out == ""
    shown = on_a_terminal(
        "send", "harbour-report", "--list", "regional", cwd=workspace.root, typed="3", **server_of(server)
    )
    assert "Type 3 to send" in shown.out
    assert len(server.accepted) == 3
    assert shown.code == 0


def test_the_number_is_everything_that_leaves(workspace: Workspace, server: FaultyServer) -> None:
    """Whoever stands in the queue from before leaves with the next order, so they are counted and named."""
    left_in_the_queue(workspace, "harbour-report", "--list", "press")
    arguments = ("send", "harbour-report", "--list", "regional")
    shown = on_a_terminal(*arguments, cwd=workspace.root, typed="3", **server_of(server))
    assert "13 recipients: 2 new, 11 (ana.ruiz@example.net" in shown.out
    assert (shown.code, server.accepted) == (2, []), "three is not what was shown"
    shown = on_a_terminal(*arguments, cwd=workspace.root, typed="13", **server_of(server))
    assert (shown.code, len(server.accepted)) == (0, 13)


def test_whoever_was_suppressed_meanwhile_is_not_counted(workspace: Workspace, server: FaultyServer) -> None:
    left_in_the_queue(workspace, "harbour-report")
    mailer("suppress", "priya.n@example.com", cwd=workspace.root)
    shown = on_a_terminal("resume", "harbour-report", cwd=workspace.root, typed="10", **server_of(server))
    assert "Type 10 to send" in shown.out
    assert "suppressed since: 1 (priya.n@example.com)" in shown.out
    assert len(server.accepted) == 10


def test_whom_allow_only_forbids_is_not_counted(workspace: Workspace, server: FaultyServer) -> None:
    only = {"ALLOW_ONLY": "*@newsdesk.example.com, priya.n@example.com"}
    shown = on_a_terminal(
        "send", "harbour-report", cwd=workspace.root, typed="2", **server_of(server), **only
    )
    assert "Type 2 to send" in shown.out
    assert "not in ALLOW_ONLY: 9" in shown.out
    assert {recipient for recipient, _ in server.accepted} == {
        "desk@newsdesk.example.com", "priya.n@example.com",
    }  # fmt: skip
    assert send(workspace, server, "harbour-report", "--yes").code == 0
    assert len(server.accepted) == 11, "whoever was left out on this machine is new to the next"


def test_without_a_terminal_and_yes_nothing_leaves_ever(workspace: Workspace, server: FaultyServer) -> None:
    """Reproduction: after a failed `send --yes`, `send </dev/null` sent what was left, with exit code 0."""
    for arguments in (
        ("send", "harbour-report"),
        ("send", "harbour-report", "--test", "press@example.org"),
        ("send", "harbour-report", "--at", LATER),
    ):
        assert mailer(*arguments, cwd=workspace.root, **server_of(server)).code == 2
    left_in_the_queue(workspace, "harbour-report")
    for command in ("send", "resume"):
        ran = mailer(command, "harbour-report", cwd=workspace.root, **server_of(server))
        assert (ran.code, "--yes" in ran.err) == (2, True)
    ran = mailer("discard", "harbour-report", cwd=workspace.root)
    assert (ran.code, states(workspace)["queued"]) == (2, 11)
    assert server.accepted == []


def test_a_resume_shows_what_leaves_and_asks(workspace: Workspace, server: FaultyServer) -> None:
    left_in_the_queue(workspace, "harbour-report")
    with Terminal("resume", "harbour-report", cwd=workspace.root, **server_of(server)) as terminal:
        said = terminal.until("Type 11 to send")
        for what in (
            "Harbour Water",
            "El agua de los puertos",
            "en: ",
            "es: ",
            "newsdesk@example.org",
            "11 recipients",
            "en 9, es 2",
        ):
            assert what in said
        terminal.type("yes")
        assert (terminal.code(), server.accepted) == (2, [])
    shown = on_a_terminal("resume", "harbour-report", cwd=workspace.root, typed="11", **server_of(server))
    assert (shown.code, len(server.accepted)) == (0, 11)


def test_resume_with_nothing_left_asks_nothing(workspace: Workspace, server: FaultyServer) -> None:
    assert send(workspace, server, "harbour-report", "--yes").code == 0
    ran = mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **NOBODY_THERE)
    assert (ran.code, len(server.accepted)) == (0, 11), "no server is needed for that"


# ---- when ------------------------------------------------------------------------------------------------


def test_a_planned_time_survives_the_process(workspace: Workspace, server: FaultyServer) -> None:
    """Reproduction: killed while waiting, `resume` sent 32 hours before the embargo."""
    planned(workspace, server, "--at", LATER)
    out = mailer("status", "harbour-report", cwd=workspace.root).out
    assert "11 queued, planned for 2099-12-01 05:00 Europe/London" in out
    assert told(workspace)["planned"] == "2099-12-01T05:00:00+00:00"
    for command in ("resume", "send"):
        with Terminal(command, "harbour-report", cwd=workspace.root, **server_of(server)) as terminal:
            assert "When  2099-12-01 05:00 Europe/London" in terminal.until("Type 11 to send")
            terminal.type("11")
            terminal.until("Waiting until 2099-12-01 05:00 Europe/London")
            os.kill(terminal.pid, signal.SIGINT)
            assert terminal.code() == 130
    assert server.accepted == []
    assert told(workspace)["planned"] == "2099-12-01T05:00:00+00:00"
    ran = mailer("resume", "harbour-report", "--yes", "--now", cwd=workspace.root, **server_of(server))
    assert (ran.code, len(server.accepted)) == (0, 11)
    assert told(workspace)["planned"] == ""


def test_it_leaves_when_its_time_has_come(workspace: Workspace, server: FaultyServer) -> None:
    planned(workspace, server, "--at", LATER)
    due = time.time() + 8
    the_clock_goes_on(workspace, seconds_until_later() - 8)
    ran = mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server_of(server))
    assert (ran.code, len(server.accepted)) == (0, 11), ran.err
    assert time.time() >= due


def test_a_time_that_has_passed_is_refused(workspace: Workspace, server: FaultyServer) -> None:
    ran = send(workspace, server, "harbour-report", "--yes", "--at", "2024-12-01 06:00 Europe/Madrid")
    assert (ran.code, server.accepted) == (2, [])
    assert "2024-12-01 06:00 Europe/Madrid has passed" in ran.err
    assert mailer("status", cwd=workspace.root).out == ""


def test_whoever_is_late_is_asked(workspace: Workspace, server: FaultyServer) -> None:
    """The laptop was closed at six: what was right then may be wrong at noon."""
    planned(workspace, server, "--at", LATER)
    the_clock_goes_on(workspace, seconds_until_later() + 6 * 3600)
    ran = mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server_of(server))
    assert (ran.code, server.accepted) == (2, []), "--yes was not about six hours later"
    assert "--now" in ran.err
    with Terminal("resume", "harbour-report", cwd=workspace.root, **server_of(server)) as terminal:
        assert "now; it was planned for" in terminal.until("Type 11 to send, 6.0 hours late")
        terminal.type("11")
        assert terminal.code() == 0
    assert len(server.accepted) == 11


def test_a_waiting_process_that_slept_too_long_sends_nothing(
    workspace: Workspace, server: FaultyServer
) -> None:
    """It wakes hours after its time. On a terminal it asks; in a script it stops, and says how to go on."""
    planned(workspace, server, "--at", LATER)
    the_clock_goes_on(workspace, seconds_until_later() + 3600)
    settings = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
    with Ledger(workspace.ledger) as ledger:
        report = deliver(ledger.mailing("harbour-report"), ledger, SmtpTransport(settings))
    assert "planned time has passed" in report.halted
    assert "mailer resume --now" in report.hint
    assert (server.accepted, states(workspace)["queued"]) == ([], 11)


# ---- under embargo ---------------------------------------------------------------------------------------


def under_embargo(workspace: Workspace, server: FaultyServer) -> None:
    office = Office(workspace, server)
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London")
    office.marked_as_accepting_embargoes()


def test_a_running_embargo_is_a_question(workspace: Workspace, server: FaultyServer) -> None:
    under_embargo(workspace, server)
    ran = send(workspace, server, "harbour-report", "--yes")
    assert (ran.code, server.accepted) == (2, [])
    assert "--under-embargo" in ran.err
    with Terminal("send", "harbour-report", cwd=workspace.root, **server_of(server)) as terminal:
        terminal.until("Type 11 to send")
        terminal.type("11")
        assert "2098-12-01 06:00 Europe/London" in terminal.until("Type embargo to send")
        terminal.type("11")
        assert (terminal.code(), server.accepted) == (2, [])
    ran = send(workspace, server, "harbour-report", "--yes", "--under-embargo")
    assert (ran.code, len(server.accepted)) == (0, 11)


def test_resume_asks_about_the_embargo_too(workspace: Workspace, server: FaultyServer) -> None:
    under_embargo(workspace, server)
    planned(workspace, server, "--at", "2099-01-01 06:00 UTC")  # after it: no question
    ran = mailer("resume", "harbour-report", "--yes", "--now", cwd=workspace.root, **server_of(server))
    assert (ran.code, server.accepted) == (2, [])
    with Terminal("resume", "harbour-report", "--now", cwd=workspace.root, **server_of(server)) as terminal:
        terminal.until("Type 11 to send")
        terminal.type("11")
        terminal.until("Type embargo to send")
        terminal.type("embargo")
        assert terminal.code() == 0
    assert len(server.accepted) == 11


def test_who_accepts_no_embargo_gets_nothing_under_one(workspace: Workspace, server: FaultyServer) -> None:
    """They are on what leaves after the embargo, and so in the queue; then somebody wants it sent at once."""
    (workspace.lists / "careful.csv").write_text(
        "email,name,accepts_embargo\nyes@example.net,A,yes\nno@example.net,B,no\n", "utf-8"
    )
    under_embargo(workspace, server)
    planned(workspace, server, "--list", "careful", "--at", "2099-01-01 06:00 UTC")
    arguments = ("resume", "harbour-report", "--yes", "--now", "--under-embargo")
    ran = mailer(*arguments, cwd=workspace.root, **server_of(server))
    assert (ran.code, server.accepted) == (2, [])
    assert "accept no embargoes: 1 (no@example.net)" in ran.err


# ---- what ------------------------------------------------------------------------------------------------


def test_a_release_without_a_date_is_the_same_tomorrow(workspace: Workspace, server: FaultyServer) -> None:
    """Reproduction: sent again the next day, to newcomers, it was "changed after it was sent". Here the office moves to
    where it is another day."""
    path = workspace.releases / "harbour-report.md"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("Date:")), "utf-8")
    for zone, arguments in (("Pacific/Kiritimati", ("--limit", "2")), ("Pacific/Pago_Pago", ())):
        newsroom = workspace.newsroom.read_text("utf-8")
        workspace.newsroom.write_text(re.sub("(?m)^Zone: .*$", f"Zone: {zone}", newsroom), "utf-8")
        ran = send(workspace, server, "harbour-report", "--yes", *arguments)
        assert ran.code == 0, ran.err
    assert len(server.accepted) == 11


def test_the_same_text_under_another_name_is_noticed(workspace: Workspace, server: FaultyServer) -> None:
    assert send(workspace, server, "harbour-report", "--yes").code == 0
    text = (workspace.releases / "harbour-report.md").read_text("utf-8")
    (workspace.releases / "harbour-new.md").write_text(text, "utf-8")
    shown = on_a_terminal("send", "harbour-new", cwd=workspace.root, typed="no", **server_of(server))
    assert "“harbour-report” has the same text: 11 of these people have it." in shown.out
    dated = re.sub("(?m)^Date: .*$", "Date: 1 December 2026\nSubject: Another subject", text, count=1)
    (workspace.releases / "harbour-dated.md").write_text(dated, "utf-8")
    shown = on_a_terminal("send", "harbour-dated", cwd=workspace.root, typed="no", **server_of(server))
    assert "“harbour-report” has the same text" in shown.out, "another day and subject, the same words"
    assert len(server.accepted) == 11


def test_the_same_correction_under_another_name_is_noticed(
    workspace: Workspace, server: FaultyServer
) -> None:
    """Reproduction: what a correction follows says the same, so nothing was compared with it, another correction neither:
    a renamed copy of one went to all again, unremarked."""
    office = Office(workspace, server)
    assert send(workspace, server, "harbour-report", "--yes").code == 0
    assert send(workspace, server, office.correction(), "--yes").code == 0
    for name, said in (("copy", "nine do."), ("copy.es", "son nueve.")):
        before = office.release(name.replace("copy", "better")).read_text("utf-8")
        assert said in before.casefold()
        office.release(name).write_text(before, "utf-8")
    shown = on_a_terminal("send", "copy", cwd=workspace.root, typed="no", **server_of(server))
    assert "“better” has the same text: 11 of these people have it." in shown.out
    assert "harbour-report” has" not in shown.out
    office.edit(office.release("copy"), "Corrects: harbour-report", "Corrects: better")
    office.edit(office.release("copy"), "Correction: Nine", "Correction: As before, nine")
    shown = on_a_terminal("send", "copy", cwd=workspace.root, typed="no", **server_of(server))
    assert "has the same text" not in shown.out, (
        "what it follows, and what that follows, is meant to be like it"
    )


def test_every_edition_is_shown_and_proofed(workspace: Workspace, server: FaultyServer) -> None:
    ran = send(
        workspace, server, "harbour-report", "--yes", "--test", "press@example.org", "--test", "a@example.org"
    )
    assert ran.code == 0, ran.err
    assert Counter(recipient for recipient, _ in server.accepted) == {
        "press@example.org": 2,
        "a@example.org": 2,
    }
    contents = [content for recipient, content in server.accepted if recipient == "a@example.org"]
    assert {b"Content-Language: en" in c for c in contents} == {True, False}
    assert {b"Content-Language: es" in c for c in contents} == {True, False}


# ---- taking it back --------------------------------------------------------------------------------------


def test_discard_takes_back_what_waits(workspace: Workspace, server: FaultyServer) -> None:
    left_in_the_queue(workspace, "harbour-report")
    with Terminal("discard", "harbour-report", cwd=workspace.root) as terminal:
        assert re.search(r"priya\.n@example\.com\s+queued", terminal.until("Type 11 to take back"))
        terminal.type("no")
        assert terminal.code() == 2
    assert states(workspace) == {"queued": 11}
    shown = on_a_terminal("discard", "harbour-report", cwd=workspace.root, typed="11")
    assert shown.code == 0
    assert states(workspace) == {"discarded": 11}
    assert told(workspace)["orders"][-1]["kind"] == "discard"
    assert told(workspace)["orders"][-1]["number"] == 11
    ran = mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server_of(server))
    assert (ran.code, server.accepted) == (0, [])
    assert "11 recipients" in on_a_terminal(
        "send", "harbour-report", cwd=workspace.root, typed="11", **server_of(server)
    ).out, "they are new to it again"  # fmt: skip
    assert len(server.accepted) == 11
    assert states(workspace) == {"accepted": 11}


def test_discard_leaves_what_left(workspace: Workspace, server: FaultyServer) -> None:
    assert send(workspace, server, "harbour-report", "--limit", "4", "--yes").code == 0
    left_in_the_queue(workspace, "harbour-report")
    assert mailer("discard", "harbour-report", "--yes", cwd=workspace.root).code == 0
    assert states(workspace) == {"accepted": 4, "discarded": 7}
    assert len(server.accepted) == 4


def test_a_correction_taken_back_supersedes_nobody(workspace: Workspace, server: FaultyServer) -> None:
    """Those who were still to get the wrong text would else get neither."""
    left_in_the_queue(workspace, "harbour-report", "--limit", "3")
    Office(workspace, server).correction()
    left_in_the_queue(workspace, "better")
    assert states(workspace) == {"rejected": 3}
    assert mailer("discard", "better", "--yes", cwd=workspace.root).code == 0
    assert states(workspace) == {"queued": 3}
    assert send(workspace, server, "better", "--yes").code == 0
    assert (len(server.accepted), states(workspace)) == (3, Counter({"rejected": 3}))


def test_what_is_being_sent_can_not_be_taken_back(workspace: Workspace, server: FaultyServer) -> None:
    make_list(workspace, "many", 200)
    sender = start(*MANY, cwd=workspace.root, SMTP_RATE="20/second", **server_of(server))
    try:
        while not server.accepted:
            time.sleep(0.01)
        ran = mailer("discard", "harbour-report", "--yes", cwd=workspace.root)
        assert (ran.code, "is already being sent" in ran.err) == (2, True)
    finally:
        sender.kill()
        sender.wait()


# ---- the rest --------------------------------------------------------------------------------------------


def test_the_report_is_never_lost_to_a_folder_that_is_not_there(
    workspace: Workspace, server: FaultyServer
) -> None:
    """Reproduction: `--csv` into a missing folder failed after everything was sent, with the code for "not started"."""
    ran = send(workspace, server, "harbour-report", "--yes", "--csv", "nowhere/report.csv")
    assert (ran.code, server.accepted) == (2, [])
    assert "nowhere/report.csv can't be written" in ran.err
    assert send(workspace, server, "harbour-report", "--yes", "--csv", "report.csv").code == 0
    assert (workspace.root / "report.csv").read_text("utf-8-sig").count("accepted") == 11


@pytest.mark.parametrize(
    "path", ["lists/press.csv", "lists/suppressed.csv", "releases/harbour-report.md", "newsroom.md"]
)
def test_the_report_takes_no_other_files_place(workspace: Workspace, server: FaultyServer, path: str) -> None:
    """Reproduction: `--csv lists/press.csv`, typed for `--list press`: the list was gone, and in its place a report."""
    before = (workspace.root / path).read_bytes()
    ran = send(workspace, server, "harbour-report", "--list", "regional", "--yes", "--csv", path)
    assert (ran.code, server.accepted) == (2, []), ran.err
    assert f"--csv: {path} is there already, and is no report" in ran.err
    assert (workspace.root / path).read_bytes() == before


def test_the_report_is_no_press_list(workspace: Workspace, server: FaultyServer) -> None:
    """Among the lists, everybody who got something would be on a list of their own; or the report, called
    suppressed-today.csv, would be taken for the suppressions."""
    (workspace.root / "here").symlink_to(workspace.lists)
    for path in ("lists/report.csv", "lists/suppressed-today.csv", "here/report.csv"):
        ran = send(workspace, server, "harbour-report", "--yes", "--csv", path)
        assert (ran.code, server.accepted) == (2, []), ran.err
        assert f"--csv: {path} would be taken for a press list" in ran.err
        assert not (workspace.root / path).exists()


@pytest.mark.parametrize("saved", [None, "", "address;state;reply;at;server;attempts\r\n"])
def test_the_report_takes_the_place_of_an_earlier_one(
    workspace: Workspace, server: FaultyServer, saved: str | None
) -> None:
    """As it was written, emptied, or saved by an Excel that separates with semicolons."""
    for command in ("send", "resume"):
        arguments = (command, "harbour-report", "--yes", "--csv", "report.csv")
        assert mailer(*arguments, cwd=workspace.root, **server_of(server)).code == 0
        assert (workspace.root / "report.csv").read_text("utf-8-sig").count("accepted") == 11
        if saved is not None:
            (workspace.root / "report.csv").write_text(saved, "utf-8-sig")


def test_an_address_that_is_not_in_doubt_is_named(workspace: Workspace, server: FaultyServer) -> None:
    """Reproduction: `resume --uncertain typo@x` said nothing."""
    assert send(workspace, server, "harbour-report", "--yes").code == 0
    ran = mailer(
        "resume", "harbour-report", "--yes", "--uncertain", "typo@example.net", "--uncertain", "priya.n@example.com",
        cwd=workspace.root, **server_of(server),
    )  # fmt: skip
    assert (ran.code, len(server.accepted)) == (2, 11)
    assert "typo@example.net is not one of its recipients; priya.n@example.com is accepted" in ran.err


def test_a_suppression_file_that_goes_in_the_middle_stops_the_run(
    workspace: Workspace, server: FaultyServer
) -> None:
    """What is in flight is finished, nobody is lost, and nobody is mailed of whom nobody knows whether they may be."""
    make_list(workspace, "many", 120)
    sender = start(*MANY, cwd=workspace.root, SMTP_RATE="15/second", **server_of(server))
    while len(server.accepted) < 20:
        time.sleep(0.01)
    kept = workspace.suppressed.read_bytes()
    workspace.suppressed.unlink()
    _, said = sender.communicate(timeout=60)
    assert sender.returncode == 1, said
    assert "suppressed.csv" in said
    assert "bug in mailer" not in said
    assert states(workspace) == {"accepted": len(server.accepted), "queued": 120 - len(server.accepted)}
    assert mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server_of(server)).code == 2
    workspace.suppressed.write_bytes(kept)
    assert mailer("resume", "harbour-report", "--yes", cwd=workspace.root, **server_of(server)).code == 0
    assert set(Counter(person for person, _ in server.accepted).values()) == {1}
    assert len(server.accepted) == 120


def test_a_choice_has_no_effect_on_a_correction(workspace: Workspace, server: FaultyServer) -> None:
    """Reproduction: `--list` and the others were ignored on a correction, and eleven got it."""
    assert send(workspace, server, "harbour-report", "--yes").code == 0
    Office(workspace, server).correction()
    for option in (
        ("--list", "regional"), ("--except", "regional"), ("--where", 'language == "es"'), ("--limit", "2"),
        ("--not-got", "harbour-report"),
    ):  # fmt: skip
        for command in (("send", "better", "--yes"), ("check", "better"), ("send", "better", "--dry-run")):
            ran = mailer(*command, *option, cwd=workspace.root, **server_of(server))
            assert (ran.code, "have no effect" in ran.err) == (2, True), (command, option, ran.err)
    assert len(server.accepted) == 11
