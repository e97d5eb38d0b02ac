"""README.md, “What it is careful about”: each sentence, and somebody who tries to break it. What a guide says too
is tried in its module, or in the stories."""

from __future__ import annotations

from collections import Counter

import pytest
from support.lists import make_list
from support.office import RELEASE, Office
from support.promises import promise
from support.smtp_faulty import Fault

PAGE = "README.md"

# ---- twice, or never -------------------------------------------------------------------------------------


@promise(
    PAGE,
    "Nobody gets it twice.",
    "Kill the process, pull the plug, run it again: it knows who has it, and where nobody can know"
    " (the connection broke before the server's answer) it names them and waits for you to decide.",
)
@pytest.mark.parametrize(("stage", "plug"), [("body", "the process is killed"), ("dot", "the process is killed"),
                                             ("MAIL", "the plug is pulled")])  # fmt: skip
def test_killed_again_and_again(office: Office, stage: str, plug: str) -> None:
    everybody = make_list(office.workspace, "many", 12)
    office.killed_at(stage, 4, "send", RELEASE, "--list", "many", "--yes", SMTP_CONNECTIONS="1")
    if plug == "the plug is pulled":
        office.restart_of_the_machine()
    resumed = office.run("resume", RELEASE, "--yes")
    again = office.run("send", RELEASE, "--list", "many", "--yes")
    assert max(Counter(office.got()).values()) == 1
    known = office.states()
    in_doubt = [address for address in everybody if known[address] == "uncertain"]
    assert [address for address in everybody if known[address] != "accepted"] == in_doubt, "nobody is lost"
    assert set(everybody) - set(in_doubt) <= set(office.got()), "who is said to have it has it"
    if plug == "the process is killed":
        assert int(stage == "dot") <= len(in_doubt) <= 1, "one a connection at most"
    else:
        assert len(in_doubt) >= 8, "what was written last may be lost with the machine's power"
    assert (resumed.code, again.code) == ((1, 1) if in_doubt else (0, 0))
    for address in in_doubt[:1]:
        before = office.got().count(address)
        office.run("resume", RELEASE, "--uncertain", address, "--yes")
        assert office.got().count(address) == before + 1, "now somebody has said so"


@promise(PAGE, "Nobody gets it twice.")
def test_the_line_breaks_after_the_server_took_it(office: Office) -> None:
    office.server.faults.append(Fault("dot", "accepted-then-dropped", nth=3))
    assert office.run("send", RELEASE, "--yes", SMTP_CONNECTIONS="1").code == 1
    third = office.got()[2]
    for command in ("resume", "send"):
        office.run(command, RELEASE, "--yes")
    assert office.states()[third] == "uncertain"
    assert set(Counter(office.got()).values()) == {1}


@promise(
    PAGE,
    "Nobody is lost silently.",
    "Each row of a list becomes a recipient, or is listed with its line and the reason.",
)
def test_rows_of_every_kind_of_trouble(office: Office) -> None:
    rows = (
        "ana@example.net,Ana",
        "bo@@example.org,Bo",
        ",Nobody",
        "ANA@example.net,Ana again",
        "gone.away@example.com,Pat",
        "not an address,X",
        '"cy@example.org\nBcc: dee@example.org",Cy',
        "=HYPERLINK(1),Eff",
        "x@" + "y" * 300 + ".net,Gil",
        "hal@example.org",
        "ivy@example.org,Ivy,too,many,cells,here",
    )
    path = office.list("trouble", *rows, header="email,name")
    shown = office.run("lists", "show", "trouble")
    recipients = [line.split("\t")[0] for line in shown.out.splitlines()]
    assert {"ana@example.net", "hal@example.org", "ivy@example.org"} <= set(recipients)
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines[1:], 2):
        mailed = any(line.split(",")[0] == address for address in recipients)
        told = f"lists/trouble.csv:{number}: " in shown.err
        assert mailed or told or line.startswith("Bcc"), f"line {number} has gone: {line}\n{shown.err}"
    assert office.run("send", RELEASE, "--list", "trouble", "--yes").code == 0
    assert sorted(office.got()) == sorted(recipients)


# ---- what was meant --------------------------------------------------------------------------------------


@promise(
    PAGE,
    "Nothing is sent by accident.",
    "Errors block, the number must be typed, and without a terminal nothing leaves, unless a script"
    " uses `--yes`.",
)
def test_accidents(office: Office) -> None:
    assert office.run("send", RELEASE).code == 2
    for typed in ("yes", "12"):
        shown = office.typing(typed, "send", RELEASE)
        assert (shown.code, "Nothing was sent" in shown.out) == (2, True), typed
    office.edit(office.release(), "Volunteers took", "TODO **took")
    assert office.run("send", RELEASE, "--yes").code == 1
    assert office.nothing_was_ever_sent()
    office.edit(office.release(), "TODO **took", "Volunteers took")
    assert office.run("send", RELEASE, "--yes").code == 0
    assert len(office.got()) == 11


@promise(
    PAGE,
    "People who asked not to be mailed are not mailed.",
    "While their list is missing or damaged, nothing leaves.",
)
def test_they_asked(office: Office) -> None:
    suppressed = office.workspace.suppressed
    whole = suppressed.read_text("utf-8")
    office.queue()
    for odd, command in (
        (None, "resume"),
        ("", "send"),
        (whole + "@example.com,a whole domain,,\n", "resume"),
    ):
        suppressed.unlink() if odd is None else suppressed.write_text(odd, "utf-8")
        ran = office.run(command, RELEASE, "--yes")
        assert (ran.code, "suppressed.csv" in ran.err, office.got()) == (2, True, []), (odd, command)
    suppressed.write_text(f"{whole}priya.n@example.com,asked by phone,,\n", "utf-8")
    assert office.run("resume", RELEASE, "--yes").code == 1, "one of the queue is not mailed after all"
    assert len(office.got()) == 10
    assert not {"priya.n@example.com", "gone.away@example.com"} & set(office.got())


# ---- what the server says --------------------------------------------------------------------------------


@promise(PAGE, "A temporary error is not final.")
@pytest.mark.parametrize(
    "fault",
    [Fault("RCPT", "4xx", times=3), Fault("MAIL", "421", nth=2), Fault("DATA", "drop", nth=2)],
    ids=str,
)
def test_a_busy_server(office: Office, fault: Fault) -> None:
    office.server.faults.append(fault)
    first = office.run("send", RELEASE, "--yes", "--max-wait", "0")
    assert "rejected" not in office.counts()
    if office.counts()["accepted"] < 11:
        assert (first.code, office.run("resume", RELEASE, "--yes").code) == (1, 0)
    assert Counter(office.got()) == dict.fromkeys(office.states(), 1)
    assert len(office.got()) == 11


@promise(
    PAGE,
    "Busy servers and greylisting are tried again; a problem with you rather than with a recipient"
    " (a wrong password, a blocked sender) stops the run at once.",
)
def test_greylisted_or_blocked(office: Office) -> None:
    office.server.refuse = {"priya.n@example.com": "450 4.2.0 greylisted, come back later"}
    assert office.run("send", RELEASE, "--limit", "6", "--yes", "--max-wait", "0").code == 1
    assert office.states()["priya.n@example.com"] == "deferred"
    office.server.refuse = {}
    assert office.run("resume", RELEASE, "--yes").code == 0
    assert office.states()["priya.n@example.com"] == "accepted"
    office.server.faults.append(Fault("MAIL", "5xx", nth=office.server.seen["MAIL"] + 1, times=100))
    before = office.server.seen["MAIL"]
    blocked = office.run("send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    assert (blocked.code, "Halted" in blocked.err) == (1, True)
    assert office.server.seen["MAIL"] == before + 1, "it is not said five times"
    assert office.counts() == {"accepted": 6, "queued": 5}, "nobody is rejected for what is about us"


@promise(PAGE, "A correction goes to exactly those who got the original, in the same thread.")
def test_a_correction_after_the_list_was_changed(office: Office) -> None:
    office.server.refuse = {"priya.n@example.com": "550 5.1.1 no such user"}
    office.run("send", RELEASE, "--limit", "8", "--yes")
    first = {address: office.mails(address)[0]["Message-ID"] for address in office.got()}
    assert len(first) == 7
    office.list("press", "new.person@example.net,New,,en,")
    office.server.refuse = {}
    office.server.accepted.clear()
    assert office.run("send", office.correction(), "--yes").code == 0
    assert sorted(office.got()) == sorted(first)
    for address, message_id in first.items():
        (mail,) = office.mails(address)
        assert (mail["In-Reply-To"], mail["References"]) == (message_id, message_id)
