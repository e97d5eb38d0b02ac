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
