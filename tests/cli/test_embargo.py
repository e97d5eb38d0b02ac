"""Under embargo: the time stands where nobody can overlook it, in the readers' zones; and only those get it who are known to
keep embargoes, unless somebody says otherwise."""

from __future__ import annotations

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import FaultyServer

from mailer.workspace import Workspace

UNTIL = "2098-12-24 06:00 Europe/Madrid"
ZONES = "Zones: Europe/Madrid, America/Mexico_City, America/New_York, Asia/Kolkata"


@pytest.fixture
def office(workspace: Workspace):
    with FaultyServer() as server:
        running = Office(workspace, server)
        running.add_fields(f"Embargo: {UNTIL}")
        yield running


def parts(office: Office, who: str) -> tuple[str, str, str]:
    (mail,) = office.mails(who)
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    return mail["Subject"], html, text


@pytest.mark.parametrize("theme", ["default", "letter", "bulletin"])
def test_the_time_stands_in_subject_and_on_top_in_the_readers_zones(office: Office, theme: str) -> None:
    office.add_fields(f"Theme: {theme}")
    newsroom = office.workspace.newsroom
    office.edit(newsroom, "Zone: Europe/London", f"Zone: Europe/London\n{ZONES}")
    office.marked_as_accepting_embargoes()
    assert office.run("send", RELEASE, "--yes", "--under-embargo").code == 0
    for who, subject, places in (
        ("k.lindqvist@example.net", "EMBARGO Dec 24, 6:00 AM Madrid: Harbour Water Is Cleaner",
         ("Mexico City: Tue, Dec 23, 11:00\u202fPM", "New York: 12:00 midnight", "Kolkata: 10:30\u202fAM")),
        ("ana.ruiz@example.net", "EMBARGO 24 dic, 6:00 Madrid: El agua de los puertos",
         ("Ciudad de México: mar, 23 dic, 23:00", "Nueva York: 0:00", "Calcuta: 10:30")),
    ):  # fmt: skip
        said, html, text = parts(office, who)
        assert said.startswith(subject)
        headline = subject.partition("Madrid: ")[2]
        for part, end in ((html, "<h1"), (text, headline)):
            assert all(part.index(place) < part.index(end) for place in places)
            assert "Madrid: " not in part, "the first line says it already"


def test_a_release_has_its_own_readers(office: Office) -> None:
    office.add_fields("Zones: Asia/Tokyo")
    office.edit(office.workspace.newsroom, "Zone: Europe/London", f"Zone: Europe/London\n{ZONES}")
    office.run("render", RELEASE)
    text = (office.workspace.private / "rendered" / f"{RELEASE}.es.txt").read_text("utf-8")
    assert "Tokio: 14:00" in text
    assert "Calcuta" not in text


def test_a_subject_that_says_it_already_is_left_alone(office: Office) -> None:
    office.add_fields("Subject: Embargoed until Christmas Eve: clean harbours")
    office.marked_as_accepting_embargoes()
    assert office.run("send", RELEASE, "--yes", "--under-embargo").code == 0
    assert parts(office, "k.lindqvist@example.net")[0] == "Embargoed until Christmas Eve: clean harbours"


def test_a_house_has_its_own_form_of_the_subject(office: Office) -> None:
    theme = office.workspace.templates / "own"
    theme.mkdir(parents=True)
    (theme / "labels.en.toml").write_text('embargo_subject = "[not before {moment}] {subject}"\n', "utf-8")
    office.add_fields("Theme: own")
    office.marked_as_accepting_embargoes()
    assert office.run("send", RELEASE, "--yes", "--under-embargo").code == 0
    assert parts(office, "k.lindqvist@example.net")[0].startswith(
        "[not before Dec 24, 6:00 AM Madrid] Harbour"
    )


def test_where_nobody_is_marked_it_is_said_what_to_do(office: Office) -> None:
    """Reproduction: whoever had said nothing about embargoes got it under one."""
    for command in (("check", RELEASE), ("send", RELEASE, "--yes", "--under-embargo")):
        ran = office.run(*command)
        assert ran.code == 1
        said = ran.out + ran.err
        assert "not marked as accepting embargoes 11" in said
        assert "--include-unmarked" in said
    assert office.got() == []


def test_with_their_consent_unasked_a_script_has_to_say_so_twice(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes", "--include-unmarked").code == 2
    assert office.got() == []
    assert office.run("send", RELEASE, "--yes", "--include-unmarked", "--under-embargo").code == 0
    assert len(office.got()) == 11


def test_they_are_not_taken_along_from_the_queue(office: Office) -> None:
    """They stand in the queue of what leaves after the embargo; then somebody wants it sent at once."""
    office.killed_while_waiting(RELEASE, "--at", "2099-01-01 06:00 UTC", "--yes")
    ran = office.run("resume", RELEASE, "--now", "--yes", "--under-embargo")
    assert (ran.code, "not marked as accepting embargoes: 11" in ran.err) == (2, True)
    assert office.got() == []
    ran = office.run("resume", RELEASE, "--now", "--yes", "--under-embargo", "--include-unmarked")
    assert (ran.code, len(office.got())) == (0, 11)


def test_what_was_queued_under_an_embargo_is_asked_about_where_the_file_has_none_any_more(
    office: Office,
) -> None:
    """Reproduction: a colleague's older copy of the file, without the embargo: what was planned for its end left at once."""
    office.marked_as_accepting_embargoes()
    assert office.run("send", RELEASE, "--at", "2099-01-01 06:00 UTC", "--no-wait", "--yes").code == 0
    office.edit(office.release(), f"Embargo: {UNTIL}\n", "")
    ran = office.run("send", RELEASE, "--now", "--yes")
    assert (ran.code, "It is under embargo until 2098-12-24 05:00 Europe" in ran.err) == (2, True), ran.err
    with office.terminal("send", RELEASE, "--now") as terminal:
        terminal.until("Type 11 to send")
        terminal.type("11")
        terminal.until("Type embargo to send it anyway")
        terminal.type("11")
        assert terminal.code() == 2
    assert office.got() == []
    again = office.run("send", RELEASE, "--no-wait", "--yes")
    assert again.code == 0, "after its end nobody is asked, and it stays under it:"
    for early in (("resume", RELEASE, "--now"), ("schedule", "move", RELEASE, "2098-01-01 06:00 UTC")):
        ran = office.run(*early, "--yes")
        assert (ran.code, "It is under embargo until 2098-12-24 05:00 Europe" in ran.err) == (2, True), (
            ran.err
        )
    assert office.got() == []
    assert office.run("discard", RELEASE, "--yes").code == 0
    assert office.run("send", RELEASE, "--yes").code == 0, "taken back, it is under none"
    assert len(office.got()) == 11


@pytest.mark.parametrize("mark", ["", "no"], ids=["not marked", "accepts none"])
def test_whoever_took_the_embargo_out_is_told_where_there_still_is_one_and_what_lifts_it(
    office: Office, mark: str
) -> None:
    """Reproduction: people in the queue “accept no embargoes”, it said, and the file had none."""
    office.marked_as_accepting_embargoes()
    office.edit(office.workspace.lists / "press.csv", ",yes", f",{mark}")
    later = ("--at", "2099-01-01 06:00 UTC", "--no-wait", "--yes")
    assert office.run("send", RELEASE, *later).code == 0
    why = f"It was queued under an embargo until 2098-12-24 05:00 Europe/London; `mailer discard {RELEASE}` lifts that."
    ran = office.run("send", RELEASE, "--now", "--yes", "--under-embargo")
    assert (ran.code, "lifts that" in ran.err) == (2, False), "the file says it"
    office.edit(office.release(), f"Embargo: {UNTIL}\n", "")
    ran = office.run("send", RELEASE, "--now", "--yes", "--under-embargo")
    refused = " ".join(ran.err.partition("Some people in the queue")[2].split())
    assert (ran.code, why in refused) == (2, True), ran.err
    ran = office.run("send", RELEASE, "--now", "--yes")
    assert (ran.code, why in " ".join(ran.err.split())) == (2, True), ran.err
    assert office.run("discard", RELEASE, "--yes").code == 0
    assert office.run("send", RELEASE, "--yes").code == 0
    assert len(office.got()) == 11


@pytest.mark.parametrize("command", ["send", "check"])
def test_it_has_no_effect_without_an_embargo(office: Office, command: str) -> None:
    office.edit(office.release(), f"Embargo: {UNTIL}\n", "")
    ran = office.run(command, RELEASE, "--include-unmarked", *(("--yes",) if command == "send" else ()))
    assert (ran.code, "--include-unmarked has no effect" in ran.err) == (2, True)


def test_an_embargo_that_is_over_when_it_leaves_is_asked_of_nobody(office: Office) -> None:
    """Reproduction: planned for the end of the embargo, it left with EMBARGO in its subject, unremarked."""
    for at, warned in ((UNTIL, True), ("2098-12-24 05:59 Europe/Madrid", False)):
        ran = office.run("send", RELEASE, "--at", at, "--no-wait", "--yes", "--list", "regional")
        assert (f"The embargo is over when it leaves: {UNTIL}. [past-embargo]" in ran.err) == warned
