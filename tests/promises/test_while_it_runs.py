"""docs/guide/sending.md: of the server, of a sending that goes on, and of what comes afterwards."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import threading
import time
from collections import Counter

import pytest
from support.lists import make_list
from support.office import RELEASE, Office
from support.promises import promise
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer

PAGE = "docs/guide/sending.md"

# ---- the server ------------------------------------------------------------------------------------------


@promise(
    PAGE,
    "Certificates are always verified.",
    "A server that stops offering encryption, or shows an expired or foreign certificate, is refused"
    " before a"
    " password or an address is sent to it.",
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


@promise(PAGE, "It holds over all connections, over runs, and over two mailings at once.")
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
        while len(office.got()) < 5 or office.server.seen["EHLO"] < 3:  # both have logged in, one has sent
            assert all(process.poll() is None for process in both)
            time.sleep(0.05)
        time.sleep(1)
    finally:
        for process in both:
            process.kill()
            process.communicate()
    greeted = office.server.seen["EHLO"]
    third = office.started("resume", RELEASE, "--yes", SMTP_RATE="5/hour")
    while office.server.seen["EHLO"] == greeted:
        assert third.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    third.kill()
    third.communicate()
    assert len(office.got()) == 5


@promise(
    PAGE,
    "What `mailer` makes is its owner's alone; where the workspace's folder belongs to a group that"
    " may write in it,"
    " it is that group's.",
)
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
        if "carries on where this stopped" in line:
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
    "Halted means that the server's answer was about us, not about a recipient: a wrong password, a"
    " refused sender, a quota that is used up,"
    " spam suspected, a message too big, more than 10 % of the recipients refused.",
    "(People whom `mailer` itself leaves out, such as those suppressed since, do not count.)",
    "No recipient is lost.",
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
    assert re.search(r"if that is permanent: mailer suppress reporter\d+@", halted.err)
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
    "`mailer discard` shows who is affected, asks, and records who did it.",
)
@promise(
    PAGE,
    "`mailer discard` takes back everybody who certainly hasn't got it yet: those waiting, and those"
    " deferred.",
    "It shows them and asks for their number.",
    "Nobody who has it, or may have it, is touched.",
    "The record keeps who took it back: `mailer status` lists every order.",
    "If the release is sent again, they count as new.",
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
    said = office.typing("7", "send", RELEASE).out.replace("\n", " ")
    assert "7 recipients: 3 more have it, or may have it, 1 more was refused before" in said
    assert max(Counter(office.got()).values()) == 1
    assert office.counts() == {"accepted": 9, "uncertain": 1, "rejected": 1}


@promise(
    PAGE,
    "Taking back a correction also puts its recipients back where they were in the queue for the first text.",
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
