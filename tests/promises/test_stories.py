"""Five mornings at a press office: what the officer types and sees, on a terminal, and who has mail afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from support.office import RELEASE, Office
from support.own_office import put_own_in_place
from support.promises import promise

from mailer.workspace import Workspace

README = "README.md"
SENDING = "docs/guide/sending.md"
LISTS = "docs/guide/press-lists.md"
WRITING = "docs/guide/write-a-release.md"

REGIONAL = {"e.marsh@example.net", "r.penrose@example.net", "Tom.Wainwright@example.com"}
"""Tom stands on both lists, here with capitals."""


def plain(shown: str) -> str:
    """As it is read: without line ends, columns and colours."""
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", shown))


# ---- the server is down, and then the list is another -----------------------------------------------------


@promise(
    SENDING,
    "If it fails, nothing is kept of this attempt, and the next one, with whatever list, reaches"
    " only the people it shows.",
)
def test_the_server_was_down_at_the_first_try(office: Office) -> None:
    # Half past eight. The national list; but the server is being restarted.
    with office.terminal("send", RELEASE, "--list", "press", SMTP_PORT="9") as officer:
        officer.until("Type 11 to send")
        officer.type("11")
        assert officer.code() == 2
        assert "127.0.0.1:9" in officer.shown

    # Nine. The server is up, and the chief has decided: the regional papers first.
    assert office.run("status").out == ""
    with office.terminal("send", RELEASE, "--list", "regional") as officer:
        assert "3 recipients" in officer.until("Type 3 to send")
        officer.type("3")
        assert officer.code() == 0
    assert set(office.got()) == REGIONAL
    assert len(office.got()) == 3


@promise(
    README,
    "What leaves is what was shown.",
    "The number that you type is everything that leaves, including anyone still waiting from before.",
)
@promise(
    SENDING,
    "New people and people already waiting in the queue are counted separately, and those in the"
    " queue are named.",
)
def test_the_server_let_us_in_and_then_refused_to_work(office: Office) -> None:
    # Half past eight. Eleven are in the queue when the server says that it does not know the sender.
    office.queue(RELEASE, "--list", "press")

    # Nine. The regional papers first? But eleven wait, Tom among them. That is seen, and not what was meant.
    with office.terminal("send", RELEASE, "--list", "regional") as officer:
        said = plain(officer.until("Type 13 to send"))
        assert "13 recipients: 2 new, 11 (ana.ruiz@example.net, jean-luc@example.com" in said
        officer.type("3")
        assert officer.code() == 2
    assert office.got() == []

    # So the queue is taken back first; then three are three.
    with office.terminal("discard", RELEASE) as officer:
        officer.until("Type 11 to take back")
        officer.type("11")
        assert officer.code() == 0
    with office.terminal("send", RELEASE, "--list", "regional") as officer:
        officer.until("Type 3 to send")
        officer.type("3")
        assert officer.code() == 0
    assert set(office.got()) == REGIONAL


# ---- six in the morning, and an embargo -------------------------------------------------------------------


@promise(
    README,
    "A planned time holds.",
    "Kill the process while it waits: `mailer resume` keeps the time.",
    "While an embargo is running, you are always asked.",
)
@promise(
    SENDING,
    "The time is the mailing's, not the process's: if it is killed or the machine restarts, `mailer"
    " status` shows"
    " the time, and `mailer resume` keeps it.",
    "If an embargo is still running when the email would leave, you are asked separately, in `send`"
    " and in `resume`, with"
    " `--now` too: you type `embargo`.",
)
def test_killed_while_waiting_for_six_o_clock(office: Office) -> None:
    office.add_fields("Embargo: 2099-12-01 06:00 Europe/London")
    office.marked_as_accepting_embargoes()
    with office.terminal("send", RELEASE, "--at", "2099-12-01 06:00 Europe/London") as officer:
        said = officer.until("Type 11 to send")
        assert "2099-12-01 06:00 Europe/London" in said
        officer.type("11")
        officer.until("Waiting until 2099-12-01 06:00 Europe/London")
        officer.kill()  # the machine installs updates at night

    # In the morning: nothing has left, and the time is known.
    assert office.got() == []
    assert "11 queued, planned for 2099-12-01 06:00 Europe/London" in office.run("status", RELEASE).out
    with office.terminal("resume", RELEASE) as officer:
        officer.until("Type 11 to send")
        officer.type("11")
        officer.until("Waiting until 2099-12-01 06:00 Europe/London")
        officer.kill()
    assert office.got() == []

    # Somebody has published it already. Now, then? The embargo is asked about, and “11” is no answer.
    for answer, sent in (("11", 0), ("embargo", 11)):
        with office.terminal("resume", RELEASE, "--now") as officer:
            officer.until("Type 11 to send")
            officer.type("11")
            assert "until 2099-12-01 06:00 Europe/London" in officer.until("Type embargo to send it anyway")
            officer.type(answer)
            assert officer.code() == (0 if sent else 2)
        assert len(office.got()) == sent


# ---- the list of those who are never mailed ---------------------------------------------------------------


def beside_as_a_workbook(suppressed: Path) -> None:
    book = Workbook()
    for row in (["address", "reason"], ["priya.n@example.com", "asked by phone"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(suppressed.with_suffix(".xlsx"))


LOST: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (Path.unlink, "the list of people who are never mailed is missing"),
    "emptied": (lambda suppressed: suppressed.write_bytes(b""), "it is empty: 0 bytes"),
    "saved beside as a workbook": (beside_as_a_workbook, "suppressed.xlsx: this may also be a list"),
}


@promise(
    LISTS,
    "Nothing is sent while the file is missing or odd, because everybody it names would be mailed.",
)
def test_the_suppression_file_is_lost_between_two_sendings(office: Office) -> None:
    suppressed = office.workspace.suppressed
    kept = suppressed.read_bytes()
    with office.terminal("send", RELEASE, "--list", "regional") as officer:
        officer.until("Type 3 to send")
        officer.type("3")
        assert officer.code() == 0

    # A colleague tidies up. Whatever they did, nobody is mailed, and the file is named.
    for lose, said in LOST.values():
        lose(suppressed)
        with office.terminal("send", RELEASE, "--list", "press") as officer:
            assert officer.code() == 2, "not even a question"
            assert said in plain(officer.shown)
        assert len(office.got()) == 3
        suppressed.write_bytes(kept)

    # It is back, and the workbook has been put away.
    suppressed.with_suffix(".xlsx").unlink()
    with office.terminal("send", RELEASE, "--list", "press") as officer:
        assert "suppressed: 1 (gone.away@example.com)" in plain(officer.until("Type 10 to send"))
        officer.type("10")
        assert officer.code() == 0
    assert len(office.got()) == 13
    assert "gone.away@example.com" not in office.got()


# ---- the sample's office ----------------------------------------------------------------------------------


@promise(
    WRITING,
    "While a release still contains any of it, in any of its languages, `mailer check` names each"
    " place, and `mailer send`"
    " refuses.",
)
@promise(
    SENDING,
    "While a release still contains anything from the sample office, it can be looked at, rehearsed"
    " and proofed, but is not"
    " sent.",
)
def test_nobody_had_opened_the_spanish_newsroom(sample_workspace: Workspace, office: Office) -> None:
    spanish = sample_workspace.root / "newsroom.es.md"
    samples = spanish.read_text("utf-8")
    put_own_in_place(sample_workspace)
    spanish.write_text(samples, "utf-8")
    ours = Office(sample_workspace, office.server)

    # The proof comes, in both languages, and a warning with it.
    with ours.terminal("send", RELEASE, "--test", "edda@example.org", "--yes") as officer:
        assert officer.code() == 0
        assert "newsroom.es.md:2: warning: Still has the sample's name, “Fundación Costa Linterna”" in plain(
            officer.shown
        )
    assert ours.got() == ["edda@example.org"] * 2

    # Nobody reads warnings. But the real thing does not even ask.
    with ours.terminal("send", RELEASE) as officer:
        assert officer.code() == 1
        assert "newsroom.es.md:2: error: Still has the sample's name" in plain(officer.shown)
        assert "Type " not in officer.shown
    assert ours.got() == ["edda@example.org"] * 2

    # Nobody here writes Spanish: they delete it, as they are told to.
    spanish.unlink()
    with ours.terminal("send", RELEASE) as officer:
        officer.until("Type 11 to send")
        officer.type("11")
        assert officer.code() == 0
    assert len(ours.got()) == 2 + 11
    assert not [mail for address, mail in office.server.accepted[2:] if b"Linterna" in mail]


# ---- two languages ----------------------------------------------------------------------------------------


def spoken(office: Office, address: str) -> list[str]:
    return [str(mail["Content-Language"]) for mail in office.mails(address)]


@promise(WRITING, "Anyone whose language is `es` on the list gets it; everybody else gets the original.")
def test_a_release_in_two_languages(office: Office) -> None:
    # First a proof, to look at both.
    with office.terminal("send", RELEASE, "--test", "edda@example.org", "--yes") as officer:
        assert officer.code() == 0
    assert spoken(office, "edda@example.org") == ["en", "es"]
    assert all(mail["Subject"].startswith("[TEST] ") for mail in office.mails("edda@example.org"))

    # Then both are shown: who they are from, what stands on them, and how many read which.
    with office.terminal("send", RELEASE) as officer:
        said = plain(officer.until("Type 11 to send"))
        for shown in ("en: Harbour Water Is Cleaner", "es: El agua de los puertos", "en 9, es 2"):
            assert shown in said
        officer.type("11")
        assert officer.code() == 0

    # Ana's row says es, Lucía's es-MX, Jean-Luc's fr, which there is not.
    people = (
        "ana.ruiz@example.net",
        "lucia.ferrer@example.net",
        "jean-luc@example.com",
        "priya.n@example.com",
    )
    assert [spoken(office, person) for person in people] == [["es"], ["es"], ["en"], ["en"]]


@promise(WRITING, "Anyone whose language is `es` on the list gets it; everybody else gets the original.")
def test_the_translation_comes_later(office: Office) -> None:
    # The Spanish text is late. Those who read English have the release at nine.
    spanish = office.workspace.releases / f"{RELEASE}.es.md"
    text = spanish.read_text("utf-8")
    spanish.unlink()
    assert office.run("send", RELEASE, "--where", 'language == "en"', "--yes").code == 0
    early = office.got()

    # At noon it is there. Nobody gets a second mail for it.
    spanish.write_text(text, "utf-8")
    with office.terminal("send", RELEASE) as officer:
        officer.until(f"Type {11 - len(early)} to send")
        officer.type(str(11 - len(early)))
        assert officer.code() == 0
    assert len(office.got()) == len(set(office.got())) == 11
    assert [spoken(office, person) for person in ("ana.ruiz@example.net", "jean-luc@example.com")] == [
        ["es"],
        ["en"],
    ]
