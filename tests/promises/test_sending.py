"""docs/guide/sending.md: what the guide says of sending, and somebody who tries to break it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from support.lists import make_list
from support.office import RELEASE, Office
from support.promises import promise
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer
from support.terminal import mailer

PAGE = "docs/guide/sending.md"
LATER = "2099-12-01 06:00 Europe/Madrid"
EMBARGO = "Embargo: 2098-12-01 06:00 Europe/London"


def seconds_until_later() -> float:
    return datetime(2099, 12, 1, 5, 0, tzinfo=UTC).timestamp() - time.time()


# ---- what you are shown ----------------------------------------------------------------------------------


@promise(
    PAGE,
    "Before anything leaves you see what would: every edition's subject and sender, the server, the time, the embargo, who"
    " gets it, and who is left out and why.",
    "People who are new and people who stand in the queue from before are counted apart, and those in the queue are named.",
    "Then you type the number of recipients.",
    "It is everything that leaves: any other answer sends nothing.",
)
@pytest.mark.parametrize("answer", ["9", "\x03"], ids=["the new ones alone", "Ctrl-C"])
def test_all_is_seen_and_only_the_number_is_an_answer(office: Office, answer: str) -> None:
    office.queue(RELEASE, "--limit", "2")
    office.add_fields(EMBARGO)
    with office.terminal("send", RELEASE) as terminal:
        said = terminal.until("Type 11 to send")
        for shown in ("en: Harbour Water", "es: El agua", "Petrel Bay News Desk <newsdesk@example.org>",
                      f"127.0.0.1:{office.server.port}", "When  now", "until 2098-12-01 06:00 Europe/London",
                      "11 recipients: 9 new, 2 (ana.ruiz@example.net, jean-luc@example.com) in the queue from before",
                      "suppressed: 1 (gone.away@example.com)"):  # fmt: skip
            assert shown in re.sub(r"\s+", " ", said).replace("When now", "When  now"), shown
        terminal.type(answer)
        assert terminal.code() in (2, 130)
    assert office.got() == []
    assert office.counts() == {"queued": 2}


@promise("README.md", "Nothing is queued before the server has let us in.")
@promise(
    PAGE,
    "Nothing is queued before the server has let us in: a login is tried once.",
    "If it fails, nothing is remembered of this try, and the next one, with whatever list, reaches only whom it shows.",
    "A login costs one attempt: a refused one stops the run at once, so that the account is not locked.",
)
def test_a_wrong_password(office: Office) -> None:
    office.server.extensions, office.server.login = ("AUTH PLAIN LOGIN",), ("press", "right")
    wrong = office.run("send", RELEASE, "--yes", SMTP_USERNAME="press", SMTP_PASSWORD="wrong")
    assert (wrong.code, office.server.seen["AUTH"]) == (2, 1)
    assert office.nothing_was_ever_sent()
    account = {"SMTP_USERNAME": "press", "SMTP_PASSWORD": "right"}
    assert "Type 3 to send" in office.typing("3", "send", RELEASE, "--list", "regional", **account).out
    assert len(office.got()) == 3
    refused = office.server.seen["AUTH"]
    office.server.login = ("press", "changed meanwhile")
    assert office.run("send", RELEASE, "--list", "press", "--yes", **account).code == 2
    assert office.server.seen["AUTH"] == refused + 1
    assert office.counts() == {"accepted": 3}


@promise(
    PAGE,
    "Without a terminal nothing leaves, be it a release, what is left of one, or a proof.",
    "Scripts say `--yes`, and mean all that is shown.",
    "`mailer resume` shows what is left and asks in the same way.",
)
def test_nobody_is_there_to_ask(office: Office) -> None:
    assert mailer("send", RELEASE, cwd=office.workspace.root, typed="11\n", **office.settings()).code == 2
    assert office.run("send", RELEASE, "--test", "newsdesk@example.org").code == 2
    assert office.nothing_was_ever_sent()
    office.queue()
    assert mailer("resume", RELEASE, cwd=office.workspace.root, typed="11\n", **office.settings()).code == 2
    assert office.typing("10", "resume", RELEASE).code == 2
    assert (office.got(), office.counts()) == ([], {"queued": 11})


@promise(
    PAGE,
    "An option that has no effect is refused: whoever gives it means something by it.",
    "`--list` on a correction is one.",
    "The file of `--csv` is tried before anything leaves.",
)
def test_what_could_not_be_done_is_refused_before(office: Office) -> None:
    office.run("send", RELEASE, "--limit", "3", "--yes")
    office.server.accepted.clear()
    office.correction()
    for arguments, said in (
        (("send", "better", "--list", "regional"), "--list"),
        (("send", RELEASE, "--now"), "--now"),
        (("send", RELEASE, "--csv", "no/such/folder.csv"), "no/such/folder.csv can't be written"),
    ):
        ran = office.run(*arguments, "--yes")
        assert (ran.code, said in ran.err, office.got()) == (2, True, []), arguments


@promise(
    PAGE, "If another release says the same, you are told its name, and how many of these people have it."
)
def test_the_same_under_another_name(office: Office) -> None:
    office.run("send", RELEASE, "--limit", "4", "--yes")
    text = (
        office.release()
        .read_text("utf-8")
        .replace("Headline: Harbour", "Subject: Quite another\nHeadline: Harbour")
    )
    office.release("final-final").write_text(text, "utf-8")
    shown = office.typing("no", "send", "final-final").out
    assert f"“{RELEASE}” says the same: 4 of these people have it." in shown
    assert len(office.got()) == 4


@promise(
    PAGE,
    "On a machine with `ALLOW_ONLY`, whom it forbids is left out, not counted, and still new to the next machine.",
)
def test_a_machine_for_trying_things(office: Office) -> None:
    shown = office.typing("1", "send", RELEASE, ALLOW_ONLY="priya.n@example.com")
    assert "Type 1 to send" in shown.out
    assert office.got() == ["priya.n@example.com"]
    assert office.run("send", RELEASE, "--yes").code == 0
    assert Counter(office.got()) == dict.fromkeys(office.states(), 1)
    assert len(office.got()) == 11


@promise(
    PAGE,
    "Once you have typed the number, the release is frozen together with the list: what you edit from then on changes"
    " nothing.",
)
def test_edited_behind_its_back(office: Office) -> None:
    office.queue()
    office.edit(office.release(), "Eight of the eleven", "All of the eleven")
    office.list("press", "somebody.else@example.net,Else,,en,")
    office.workspace.newsroom.unlink()
    office.workspace.newsroom.write_text("---\nName: Another\nAddress: other@example.org\n---\n", "utf-8")
    assert office.run("resume", RELEASE, "--yes").code == 0
    assert len(office.got()) == 11
    assert "somebody.else@example.net" not in office.got()
    (mail,) = office.mails("priya.n@example.com")
    assert "newsdesk@example.org" in mail["From"]
    assert "Eight of the eleven" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


# ---- at a time, under an embargo -------------------------------------------------------------------------


@promise(
    PAGE,
    "The time is the mailing's, not the process's: if it is killed or the machine restarts, `mailer status` shows the time,"
    " and `mailer resume` keeps it.",
    "`--at` gives it another, `--now` sends at once.",
    "A time that has passed is refused.",
)
def test_killed_restarted_and_planned_anew(office: Office) -> None:
    office.killed_while_waiting(RELEASE, "--at", LATER, "--yes")
    office.restart_of_the_machine()
    assert "11 queued, planned for 2099-12-01 05:00 Europe/London" in office.run("status", RELEASE).out
    past = office.run("resume", RELEASE, "--at", "2024-12-01 06:00 Europe/Madrid", "--yes")
    assert (past.code, "has passed" in past.err) == (2, True)
    with office.terminal("resume", RELEASE, "--at", "2099-12-24 18:00 Europe/London") as terminal:
        terminal.until("Type 11 to send")
        terminal.type("11")
        terminal.until("Waiting until 2099-12-24 18:00 Europe/London")
        terminal.kill()
    assert "planned for 2099-12-24 18:00 Europe/London" in office.run("status", RELEASE).out
    assert office.got() == []
    assert office.run("resume", RELEASE, "--now", "--yes").code == 0
    assert len(office.got()) == 11


@promise(
    PAGE,
    "More than ten minutes late, you are asked again: the laptop was closed at six, and what was right then may be wrong at"
    " noon.",
    "`--yes` does not answer that; a script says `--now`.",
)
def test_the_laptop_was_closed(office: Office) -> None:
    office.killed_while_waiting(RELEASE, "--at", LATER, "--yes")
    office.the_clock_goes_on(seconds_until_later() + 6 * 3600)
    late = office.run("resume", RELEASE, "--yes")
    assert (late.code, office.got(), "--now" in late.err) == (2, [], True)
    assert "Type 11 to send, 6.0 hours late" in office.typing("no", "resume", RELEASE).out
    assert office.got() == []
    assert office.run("resume", RELEASE, "--yes", "--now").code == 0
    assert len(office.got()) == 11


@promise(
    PAGE,
    "An embargo that still runs when the mail would leave is a question of its own, in `send` and in `resume`, with `--now`"
    " too: you type `embargo`.",
    "Scripts say `--under-embargo`.",
    "Who accepts no embargoes (the column `accepts_embargo`) is never mailed under one.",
)
def test_somebody_in_a_hurry(office: Office) -> None:
    office.list(
        "careful",
        "yes@example.net,yes",
        "no@example.net,no",
        "perhaps@example.net,",
        header="email,accepts_embargo",
    )
    office.add_fields(EMBARGO)
    to_careful = ("send", RELEASE, "--list", "careful")
    with office.terminal(*to_careful) as terminal:
        assert "accepts no embargoes: 1 (no@example.net)" in terminal.until("Type 2 to send")
        terminal.type("2")
        terminal.until("Type embargo to send it all the same")
        terminal.type("2")
        assert (terminal.code(), office.got()) == (2, [])
    assert office.run(*to_careful, "--yes").code == 2
    office.killed_while_waiting(RELEASE, "--list", "careful", "--at", LATER, "--yes")
    for sure in ((), ("--under-embargo",)):
        assert office.run("resume", RELEASE, "--now", "--yes", *sure).code == 2, (
            "one of the queue accepts none"
        )
    assert office.got() == []
    office.run("discard", RELEASE, "--yes")
    assert office.run(*to_careful, "--yes", "--under-embargo").code == 0
    assert sorted(office.got()) == ["perhaps@example.net", "yes@example.net"]


# ---- the server ------------------------------------------------------------------------------------------


@promise(
    PAGE,
    "Certificates are always verified.",
    "A server that stops offering encryption, or shows an expired or foreign certificate, is refused before a password or an"
    " address is sent to it.",
)
@pytest.mark.parametrize(
    "certificate", ["in order", "none", "expired", "of another machine", "signed by itself"]
)
def test_somebody_in_between(office: Office, certificate: str) -> None:
    authority = Authority(office.workspace.root.parent)
    tls = {
        "in order": authority.server("127.0.0.1"),
        "none": None,
        "expired": authority.server("127.0.0.1", days=-1),
        "of another machine": authority.server("mail.example.org"),
        "signed by itself": authority.server("127.0.0.1", self_signed=True),
    }[certificate]
    extensions = ("AUTH PLAIN", "STARTTLS") if tls else ("AUTH PLAIN",)
    with FaultyServer(tls=tls, extensions=extensions) as between:
        ran = Office(office.workspace, between).run(
            "send", RELEASE, "--yes", SMTP_SECURITY="starttls", SMTP_USERNAME="press", SMTP_PASSWORD="secret",
            SSL_CERT_FILE=str(authority.file),
        )  # fmt: skip
    if certificate == "in order":
        assert (ran.code, len(between.accepted)) == (0, 11)
        return
    assert ran.code == 2
    assert between.seen["AUTH"] + between.seen["MAIL"] + between.seen["RCPT"] == 0
    assert not [line for line in between.commands if "@" in line or "AUTH" in line.upper()]


@promise(PAGE, "It holds over all connections, over runs, and over two mailings at once")
def test_two_mailings_and_a_provider_that_counts(office: Office) -> None:
    """Five an hour: a sixth would be there at once, if each counted for itself."""
    make_list(office.workspace, "many", 30)
    office.release("another").write_text(
        "---\nHeadline: Nine harbours\nDate: 24 November 2026\nDateline: Portmellon\n---\n\nNine do.\n",
        "utf-8",
    )
    arguments = ("--list", "many", "--yes")
    both = [office.started("send", name, *arguments, SMTP_RATE="5/hour") for name in (RELEASE, "another")]
    try:
        while len(office.got()) < 5 or office.server.seen["EHLO"] < 4:  # each logs in, and then sends
            assert all(process.poll() is None for process in both)
            time.sleep(0.05)
        time.sleep(1)
    finally:
        for process in both:
            process.kill()
            process.communicate()
    third = office.started("resume", RELEASE, "--yes", SMTP_RATE="5/hour")
    while office.server.seen["EHLO"] < 6:
        assert third.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    third.kill()
    third.communicate()
    assert len(office.got()) == 5


@promise(PAGE, "What `mailer` makes is its owner's alone; where the workspace's folder belongs to a group that may write in"
         " it, it is that group's.")  # fmt: skip
def test_a_colleague_s_account_looks_in(office: Office) -> None:
    before = os.umask(0)
    try:
        assert office.run("send", RELEASE, "--yes", "--csv", "who.csv").code == 0
    finally:
        os.umask(before)
    made = [office.workspace.private, *office.workspace.private.rglob("*"), office.workspace.root / "who.csv"]
    assert len(made) >= 3
    assert not [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]


# ---- while it runs ---------------------------------------------------------------------------------------


@promise(
    PAGE,
    "Ctrl-C once finishes what is in flight and says how to go on.",
    "Twice stops at once; the few messages whose answer was still out are uncertain then.",
)
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c(office: Office, presses: int) -> None:
    pressed = threading.Event()

    def hold(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before") and office.server.seen["dot"] == 3:
            os.kill(process.pid, signal.SIGINT)
            pressed.wait(30)

    office.server.hook = hold
    process = office.started("send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    assert process.stderr is not None
    for line in process.stderr:
        if "press again" in line:
            if presses == 2:
                os.kill(process.pid, signal.SIGINT)
                break
            pressed.set()
        if "goes on where this stopped" in line:
            break
    said = process.communicate(timeout=60)[1] or ""
    pressed.set()
    assert process.returncode == 130
    if presses == 2:
        assert "mailer status" in said
    counts = office.counts()
    assert counts["uncertain"] == presses - 1
    assert counts["queued"] >= 7
    assert sum(counts.values()) == 11


@promise(PAGE, "Later, `mailer resume` tries them at once.")
def test_a_full_mailbox_is_emptied(office: Office) -> None:
    office.server.refuse = {"priya.n@example.com": "452 4.2.2 mailbox full"}
    office.run("send", RELEASE, "--yes", "--max-wait", "0")
    assert office.counts() == {"accepted": 10, "deferred": 1}
    office.server.refuse = {}
    assert office.run("resume", RELEASE, "--yes", "--max-wait", "0").code == 0
    assert office.server.times("priya.n@example.com") == 1


@promise(
    PAGE,
    "Halted means that the server's answer was about us, not about a recipient: a wrong password, a refused sender, spam"
    " suspected, a message too big, more than 10 % of the recipients refused.",
    "(Whom `mailer` itself leaves out, as suppressed since, does not count for that.)",
    "Nothing is lost.",
    "Rejected addresses that don't exist are proposed for suppression.",
)
def test_a_tenth_of_an_old_list(office: Office) -> None:
    everybody = make_list(office.workspace, "old", 60)
    office.queue(RELEASE, "--list", "old")
    gone, dead = everybody[:12], everybody[12:60:4]
    with office.workspace.suppressed.open("a", encoding="utf-8") as file:
        file.writelines(f"{address},asked by phone,,\n" for address in gone)
    office.server.refuse = dict.fromkeys(dead, "550 5.1.1 no such user")
    halted = office.run("resume", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    assert (halted.code, "Halted" in halted.err) == (1, True)
    assert len(office.got()) >= 14, "the twelve who asked were not counted as refused"
    assert office.counts()["queued"] > 0
    assert re.search(r"if that is for good: mailer suppress reporter\d+@", halted.err)
    assert dead[0] not in office.workspace.suppressed.read_text("utf-8"), "proposed, not done"
    office.run("resume", RELEASE, "--any-share", "--yes")
    assert sorted(office.got()) == sorted(set(everybody) - set(gone) - set(dead))


def printed_day(office: Office, address: str) -> str:
    """The day that somebody's mail says the release is of."""
    (mail,) = office.mails(address)
    found = re.search(r"[A-Z][a-z]+ \d+, 20\d\d", mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert found is not None
    return found[0]


# ---- afterwards ------------------------------------------------------------------------------------------


@promise(
    "README.md",
    "What has not left can be taken back.",
    "`mailer discard` shows whom, asks, and keeps who did it.",
)
@promise(
    PAGE,
    "`mailer discard` takes back whoever surely has nothing yet: those who wait, and those put off.",
    "It shows them and asks for their number.",
    "Who has it, or may have it, is not touched.",
    "Who took it back is kept: `mailer status` lists every order.",
    "If the release is sent again, they are new to it.",
)
def test_better_not(office: Office) -> None:
    office.server.refuse = {
        "ana.ruiz@example.net": "450 4.2.0 later",
        "jean-luc@example.com": "550 5.1.1 no such user",
    }
    office.server.faults.append(Fault("dot", "accepted-then-dropped", nth=2))
    office.run("send", RELEASE, "--limit", "5", "--yes", "--max-wait", "0", SMTP_CONNECTIONS="1")
    office.queue()
    assert office.counts() == {"accepted": 2, "uncertain": 1, "deferred": 1, "rejected": 1, "queued": 6}
    assert office.run("discard", RELEASE).code == 2
    shown = office.typing("11", "discard", RELEASE)
    assert (shown.code, "ana.ruiz@example.net" in shown.out) == (2, True)
    assert office.typing("7", "discard", RELEASE).code == 0
    assert office.counts() == {"accepted": 2, "uncertain": 1, "rejected": 1, "discarded": 7}
    orders = json.loads(office.run("status", RELEASE, "--json").out)[0]["orders"]
    assert all("@" in order["giver"] for order in orders), "somebody at some machine"
    assert [(order["kind"], order["number"]) for order in orders] == [
        ("send", 5),
        ("send", 7),
        ("discard", 7),
    ]
    office.server.refuse = {}
    assert "7 recipients: 4 more have it, or may have it" in office.typing("7", "send", RELEASE).out.replace(
        "\n", " "
    )
    assert max(Counter(office.got()).values()) == 1
    assert office.counts() == {"accepted": 9, "uncertain": 1, "rejected": 1}


@promise(
    PAGE,
    "Taking back a correction also gives its recipients the place back that they had in the queue of the first text.",
)
def test_the_correction_was_wrong_too(office: Office) -> None:
    office.queue(RELEASE, "--limit", "3")
    office.queue(office.correction())
    assert office.counts() == {"rejected": 3}
    assert office.run("discard", "better", "--yes").code == 0
    assert office.counts() == {"queued": 3}
    assert office.run("resume", RELEASE, "--yes").code == 0
    assert len(office.got()) == 3


@promise(
    PAGE,
    "`mailer send` of the same release reaches newcomers only.",
    "Without a `Date:` it keeps the day on which it was first sent.",
    "A changed text needs a correction: it goes to exactly those who have the first one, in its thread.",
)
def test_the_next_day(office: Office) -> None:
    office.without_date()
    for zone, limit in (("Pacific/Kiritimati", "2"), ("Pacific/Pago_Pago", "5")):  # another day there
        newsroom = office.workspace.newsroom.read_text("utf-8")
        office.workspace.newsroom.write_text(re.sub("(?m)^Zone: .*$", f"Zone: {zone}", newsroom), "utf-8")
        assert office.run("send", RELEASE, "--yes", "--limit", limit).code == 0
    assert len(office.got()) == len(set(office.got())) == 5
    assert printed_day(office, "jean-luc@example.com") == printed_day(office, "omar.haddad@example.net")
    office.edit(office.release(), "Eight of the eleven", "All of the eleven")
    changed = office.run("send", RELEASE, "--yes")
    assert (changed.code, "correction" in changed.err, len(office.got())) == (2, True, 5)
