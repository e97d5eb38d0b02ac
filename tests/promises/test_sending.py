"""docs/guide/sending.md: what is shown and asked before anything leaves, and when it leaves."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from support.office import RELEASE, Office
from support.promises import promise
from support.terminal import mailer

PAGE = "docs/guide/sending.md"
LATER = "2099-12-01 06:00 Europe/Madrid"
EMBARGO = "Embargo: 2098-12-01 06:00 Europe/London"


def seconds_until_later() -> float:
    return datetime(2099, 12, 1, 5, 0, tzinfo=UTC).timestamp() - time.time()


# ---- what you are shown ----------------------------------------------------------------------------------


@promise(
    PAGE,
    "Before anything leaves, you see what would go out: every edition's subject and sender, the"
    " server, the time, the"
    " embargo, who gets it, and who is left out and why.",
    "New people and people already waiting in the queue are counted separately, and those in the"
    " queue are named.",
    "Then you type the number of recipients.",
    "It is everything that leaves: with any other answer, nothing is sent.",
)
@pytest.mark.parametrize("answer", ["9", "\x03"], ids=["the new ones alone", "Ctrl-C"])
def test_all_is_seen_and_only_the_number_is_an_answer(office: Office, answer: str) -> None:
    office.marked_as_accepting_embargoes()
    office.queue(RELEASE, "--limit", "2")
    office.add_fields(EMBARGO)
    with office.terminal("send", RELEASE) as terminal:
        said = terminal.until("Type 11 to send")
        for shown in ("en: EMBARGO Dec 1, 6:00 AM London: Harbour Water", "es: EMBARGO 1 dic, 6:00 Londres: El agua", "Petrel Bay News Desk <newsdesk@example.org>",
                      f"127.0.0.1:{office.server.port}", "When  now", "until 2098-12-01 06:00 Europe/London",
                      "11 recipients: 9 new, 2 (ana.ruiz@example.net, jean-luc@example.com) in the"
                      " queue from before",
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
    "If it fails, nothing is kept of this attempt, and the next one, with whatever list, reaches"
    " only the people it shows.",
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
    "Without a terminal nothing leaves, whether a release, the rest of one, or a proof.",
    "Scripts use `--yes`, which agrees to everything that is shown.",
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
    "An option that would have no effect is refused, because you must have meant something by it.",
    "`--list` on a correction is one.",
    "The `--csv` file is tested before anything leaves.",
    "It takes the place of an earlier report, of no other file, and is not put among the press lists.",
)
def test_what_could_not_be_done_is_refused_before(office: Office) -> None:
    office.run("send", RELEASE, "--limit", "3", "--yes")
    office.server.accepted.clear()
    office.correction()
    for arguments, said in (
        (("send", "better", "--list", "regional"), "--list"),
        (("send", RELEASE, "--now"), "--now"),
        (("send", RELEASE, "--csv", "no/such/folder.csv"), "no/such/folder.csv can't be written"),
        (("send", RELEASE, "--csv", "lists/press.csv"), "lists/press.csv is there already"),
        (("send", RELEASE, "--csv", "lists/new.csv"), "lists/new.csv would be taken for a press list"),
    ):
        ran = office.run(*arguments, "--yes")
        assert (ran.code, said in ran.err, office.got()) == (2, True, []), arguments


@promise(
    PAGE,
    "If another release has the same text, you see its name and how many of these people already have it.",
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
    assert f"“{RELEASE}” has the same text: 4 of these people have it." in shown
    assert len(office.got()) == 4


@promise(
    PAGE,
    "On a machine with `ALLOW_ONLY`, anyone it does not allow is left out, not counted, and still"
    " new to the next machine.",
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
    "Once you have typed the number, the release is frozen together with the list: nothing you edit"
    " from then on changes it.",
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
    "The time is the mailing's, not the process's: if it is killed or the machine restarts, `mailer"
    " status` shows"
    " the time, and `mailer resume` keeps it.",
    "`--at` sets a different time, `--now` sends at once.",
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
    "More than ten minutes late, you are asked again: the laptop was closed at six, and what was"
    " right then may be"
    " wrong at noon.",
    "`--yes` is not enough for that; a script must add `--now`.",
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
    "If an embargo is still running when the email would leave, you are asked separately, in `send`"
    " and in `resume`, with"
    " `--now` too: you type `embargo`.",
    "Scripts use `--under-embargo`.",
    "Only people who are marked as accepting embargoes (the column `accepts_embargo`) get it then;"
    " `--include-unmarked` adds those who are not marked at all.",
    "Anyone who accepts no embargoes is never mailed under one.",
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
        said = terminal.until("Type 1 to send")
        assert "accepts no embargoes: 1 (no@example.net)" in said
        assert "not marked as accepting embargoes: 1 (perhaps@example.net)" in said
        terminal.type("1")
        terminal.until("Type embargo to send it anyway")
        terminal.type("1")
        assert (terminal.code(), office.got()) == (2, [])
    assert office.run(*to_careful, "--yes").code == 2
    office.killed_while_waiting(RELEASE, "--list", "careful", "--at", LATER, "--yes")
    for sure in ((), ("--under-embargo",), ("--under-embargo", "--include-unmarked")):
        assert office.run("resume", RELEASE, "--now", "--yes", *sure).code == 2, (
            "one of the queue accepts none"
        )
    assert office.got() == []
    office.run("discard", RELEASE, "--yes")
    assert office.run(*to_careful, "--yes", "--under-embargo").code == 0
    assert office.got() == ["yes@example.net"]
    with office.terminal(*to_careful, "--include-unmarked") as terminal:
        terminal.until("Type 1 to send")
        terminal.type("1")
        assert "1 (perhaps@example.net) of them never said" in terminal.until(
            "Type embargo to send it anyway"
        )
        terminal.type("embargo")
        assert terminal.code() == 0
    assert sorted(office.got()) == ["perhaps@example.net", "yes@example.net"]
