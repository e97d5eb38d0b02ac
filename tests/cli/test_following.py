"""`mailer correct` and `mailer follow-up`: what comes after a release is begun by the tool, and finished by an editor."""

from __future__ import annotations

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import FaultyServer

from mailer.model import Kind
from mailer.release.writing.following import following_name
from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace):
    with FaultyServer() as server:
        yield Office(workspace, server)


def finished(office: Office, name: str, old: str, new: str) -> None:
    """What the editor does with a file that was begun."""
    for path in sorted(office.workspace.releases.glob(f"{name}*.md")):
        text = path.read_text("utf-8")
        path.write_text(text.replace(old, new), "utf-8")


# ---- correct --------------------------------------------------------------------------------------------


def test_what_was_put_right_is_offered_as_what_changed(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    office.edit(office.release(), "In 2025 that happened on 61 days.", "In 2025 that happened on 16 days.")
    office.edit(office.release(f"{RELEASE}.es"), "desbordaron 61 días", "desbordaron 16 días")
    ran = office.run("correct", RELEASE)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        f"releases/{RELEASE}-correction.md", f"releases/{RELEASE}-correction.es.md",
    ]  # fmt: skip
    text = office.release(f"{RELEASE}-correction").read_text("utf-8")
    assert f"Kind: Correction\nCorrects: {RELEASE}\n" in text
    said = "“In 2025 that happened on 61 days.” → “In 2025 that happened on 16 days.”"
    assert f"Correction: {said}\n" in text
    spanish = office.release(f"{RELEASE}-correction.es").read_text("utf-8")
    assert "Correction: “En 2025 se desbordaron 61 días.” → “En 2025 se desbordaron 16 días.”" in spanish
    assert "Contacts:" not in text, "the sample's are newsroom.md's"
    assert "Is  en: In 2025 that happened on 16 days." in ran.err
    assert office.run("check", f"{RELEASE}-correction").code == 0
    assert office.run("send", f"{RELEASE}-correction", "--yes").code == 0
    _, mail = office.mails("ana.ruiz@example.net")
    assert mail["Subject"].startswith("Corrección: El agua")
    assert "16 días.”" in mail.get_body(("plain",)).get_content().replace("\n", " ")


def test_a_sentence_that_was_taken_out_or_put_in_has_changed_too(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    office.edit(office.release(), " In 2025 that happened on 61 days.", "")
    office.edit(
        office.release(f"{RELEASE}.es"), "desbordaron 61 días.", "desbordaron 61 días. Fue un récord."
    )
    ran = office.run("correct", RELEASE)
    assert "Was  en: In 2025 that happened on 61 days." in ran.err
    assert "Is  en: —" in ran.err
    assert "Is  es: Fue un récord." in ran.err
    assert "Nothing of what was sent has changed yet" not in ran.err
    english, spanish = (
        office.release(f"{RELEASE}-correction{end}").read_text("utf-8") for end in ("", ".es")
    )
    assert "Correction: TODO left out: “In 2025 that happened on 61 days.”\n" in english
    assert "Correction: TODO new: “Fue un récord.”\n" in spanish


def test_that_it_is_another_day_is_no_change(office: Office) -> None:
    """A release without a date says the day on which it was sent, a day later too."""
    office.without_date()
    office.edit(office.workspace.newsroom, "Zone: Europe/London", "Zone: Pacific/Kiritimati")
    assert office.run("send", RELEASE, "--yes").code == 0
    office.edit(office.workspace.newsroom, "Zone: Pacific/Kiritimati", "Zone: Pacific/Pago_Pago")
    assert "Nothing of what was sent has changed yet" in office.run("correct", RELEASE).err


def test_where_nothing_has_changed_yet_it_waits_for_an_editor(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    ran = office.run("correct", RELEASE)
    assert (ran.code, "Nothing of what was sent has changed yet" in ran.err) == (0, True)
    ran = office.run("send", f"{RELEASE}-correction", "--yes")
    assert (ran.code, "TODO" in ran.err) == (1, True)
    assert len(office.got()) == 11


def test_it_is_never_written_over(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    assert office.run("correct", RELEASE).code == 0
    before = office.release(f"{RELEASE}-correction").read_text("utf-8")
    ran = office.run("correct", RELEASE)
    assert (ran.code, "is there already" in ran.err) == (2, True)
    assert office.release(f"{RELEASE}-correction").read_text("utf-8") == before


def test_the_correction_of_a_correction_follows_that(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    assert office.run("correct", RELEASE).code == 0
    first = f"{RELEASE}-correction"
    finished(office, first, "TODO what was wrong, what is right", "Nine, not eight.")
    assert office.run("send", first, "--yes").code == 0
    ran = office.run("correct", RELEASE, "--withdraw")
    assert (ran.code, f"Name the later one: {first}" in ran.err) == (2, True)
    assert office.run("correct", first).out.splitlines()[0] == f"releases/{first}-2.md"
    ran = office.run("correct", first, "--withdraw")
    assert ran.out.splitlines()[0] == f"releases/{RELEASE}-withdrawal.md"


@pytest.mark.parametrize(("option", "kind"), [("--update", "Update"), ("--withdraw", "Withdrawal")])
def test_an_update_and_a_withdrawal(office: Office, option: str, kind: str) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    (path, _) = office.run("correct", RELEASE, option).out.splitlines()
    text = (office.workspace.root / path).read_text("utf-8")
    assert f"Kind: {kind}" in text
    assert ("41,600" in text) == (kind == "Update"), "what is withdrawn is not said again"
    assert "Dear {{" not in text, "the cover note was the first text's"


def test_what_was_never_sent_needs_no_correction(office: Office) -> None:
    ran = office.run("correct", RELEASE)
    assert (ran.code, "was never sent from here" in ran.err) == (2, True)


@pytest.mark.parametrize("command", ["correct", "follow-up"])
def test_a_renamed_copy_is_noticed(office: Office, command: str) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    office.release("final").write_text(office.release().read_text("utf-8"), "utf-8")
    ran = office.run(command, "final")
    assert (ran.code, f"name the one that was sent, {RELEASE}" in ran.err) == (2, True)


@pytest.mark.parametrize(("name", "kind", "expected"), [
    ("one", Kind.CORRECTION, "one-correction"), ("one-correction", Kind.CORRECTION, "one-correction-2"),
    ("one-correction-2", Kind.CORRECTION, "one-correction-3"), ("one-correction", Kind.WITHDRAWAL, "one-withdrawal"),
    ("one", Kind.FOLLOW_UP, "one-follow-up"),
])  # fmt: skip
def test_what_it_is_called(name: str, kind: Kind, expected: str) -> None:
    assert following_name(name, kind) == expected


@pytest.mark.parametrize("option", ["--update", "--withdraw"])
def test_what_the_header_holds_in_records_is_kept_whole(office: Office, option: str) -> None:
    """Reproduction: the line `Contacts:` was lost with the field above it."""
    office.add_fields("Contacts:", "  - name: Ann Bell", "    phone: +44 20 7946 0999")
    office.edit(
        office.release(),
        "Kind: Press release\n",
        "Kind: Press release\nLists: press\nImages:\n  - file: https://example.org/a.jpg\n    alt: A quay\n",
    )
    assert office.run("send", RELEASE, "--yes").code == 0
    (path, _) = office.run("correct", RELEASE, option).out.splitlines()
    text = (office.workspace.root / path).read_text("utf-8")
    assert "Contacts:\n  - name: Ann Bell\n    phone: +44 20 7946 0999\n" in text
    assert ("Images:\n  - file: https://example.org/a.jpg\n" in text) == (option == "--update")


# ---- follow-up ------------------------------------------------------------------------------------------

NOTE = f"{RELEASE}-follow-up"


def begun(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    assert office.run("follow-up", RELEASE).code == 0
    finished(
        office,
        NOTE,
        "TODO One or two sentences: what you have for them beside the release.",
        "A chart is ready.",
    )


def the_day_after(office: Office, hours: float) -> None:
    from mailer.delivery import Ledger

    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE attempts SET at = at - ?", (hours * 3600,))


def test_a_note_goes_in_the_thread_of_each_reader_s_copy_to_whom_one_chooses(office: Office) -> None:
    begun(office)
    the_day_after(office, 25)
    before = len(office.got())
    ran = office.run("send", NOTE, "--where", 'language == "es"', "--yes")
    assert ran.code == 0, ran.err
    new = office.got()[before:]
    assert "ana.ruiz@example.net" in new
    for who in new:
        first, note = office.mails(who)
        assert note["In-Reply-To"] == first["Message-ID"] == note["References"]
        assert note["Subject"].startswith("Seguimiento: El agua")
        text = note.get_body(("plain",)).get_content()
        assert "A chart is ready." in text
        assert "140" not in text, "no boilerplate"
    assert len(new) < 11


def test_nobody_is_followed_up_so_soon(office: Office) -> None:
    begun(office)
    ran = office.run("check", NOTE)
    assert "had another mail shortly before 11" in ran.out + ran.err
    assert office.run("send", NOTE, "--yes").code == 1
    the_day_after(office, 23)
    assert office.run("send", NOTE, "--yes").code == 1
    office.edit(office.workspace.newsroom, "Zone:", "Follow up after: 12 hours\nZone:")
    assert office.run("send", NOTE, "--yes").code == 0
    assert len(office.got()) == 22


def test_who_may_have_had_another_mail_is_left_alone_too(office: Office) -> None:
    """It was killed at the dot: nobody has heard an answer, and they may have it."""
    begun(office)
    the_day_after(office, 25)
    office.list("one", "priya.n@example.com,Priya,,en,")
    office.release("second").write_text(
        "---\nKind: Press release\nHeadline: A second one\nDate: 25 November 2026\n---\n\nIt is short.\n",
        "utf-8",
    )
    dot = office.server.seen["dot"] + 1
    office.killed_at("dot", dot, "send", "second", "--list", "one", "--yes", SMTP_CONNECTIONS="1")
    ran = office.run("check", NOTE)
    assert "had another mail shortly before: 1 (priya.n@example.com)" in ran.out + ran.err


def test_a_planned_note_is_measured_by_its_time(office: Office) -> None:
    begun(office)
    assert office.run("send", NOTE, "--yes", "--at", "2099-12-01 06:00 UTC", "--no-wait").code == 0


def test_who_does_not_have_the_release_gets_no_note(office: Office) -> None:
    begun(office)
    the_day_after(office, 25)
    ran = office.run("send", NOTE, "--list", "regional", "--yes")
    new = office.got()[11:]
    assert (ran.code, new) == (0, ["tom.wainwright@example.com"]), ran.err
    assert "not on the lists that were chosen: 10" in ran.err


def test_a_note_takes_nobody_off_the_release_s_queue(office: Office) -> None:
    assert office.run("send", RELEASE, "--limit", "3", "--yes").code == 0
    office.queue(RELEASE)
    assert office.counts() == {"accepted": 3, "queued": 8}
    assert office.run("follow-up", RELEASE).code == 0
    finished(
        office,
        NOTE,
        "TODO One or two sentences: what you have for them beside the release.",
        "A chart is ready.",
    )
    the_day_after(office, 25)
    assert office.run("send", NOTE, "--yes").code == 0
    assert office.counts() == {"accepted": 3, "queued": 8}
    assert office.counts(NOTE) == {"accepted": 3}
    assert office.run("resume", RELEASE, "--yes").code == 0


@pytest.mark.parametrize("command", [("follow-up",), ("correct",), ("correct", "--withdraw")])
def test_an_embargo_that_is_running_holds_for_what_follows_too(
    office: Office, command: tuple[str, ...]
) -> None:
    office.add_fields("Embargo: December 1, 2099, 10:00 Europe/London", "Zones: America/New_York")
    assert office.run("send", RELEASE, "--include-unmarked", "--under-embargo", "--yes").code == 0
    name, *flags = command
    written = office.release(office.run(name, RELEASE, *flags).out.split()[0].removeprefix("releases/")[:-3])
    assert "Embargo: December 1, 2099, 10:00 Europe/London\nZones: America/New_York\n" in written.read_text(
        "utf-8"
    )
    written.unlink()
    written.with_suffix(".es.md").unlink()
    office.edit(office.release(), "2099", "2019")
    written = office.release(office.run(name, RELEASE, *flags).out.split()[0].removeprefix("releases/")[:-3])
    assert "\nEmbargo:" not in written.read_text("utf-8"), "it is over"


def test_what_is_planned_for_the_end_of_an_embargo_gives_nothing_away_before(office: Office) -> None:
    """Reproduction: planned for later, which is right, it was moved before the end, or sent at once, and nobody was asked."""
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London")
    assert office.run("send", RELEASE, "--include-unmarked", "--under-embargo", "--yes").code == 0
    name = office.correction()
    assert office.run("send", name, "--at", "2099-01-01 06:00 UTC", "--no-wait", "--yes").code == 0
    before = "2098-01-01 06:00 UTC"
    for way in (("resume", name, "--now"), ("resume", name, "--at", before), ("schedule", "move", name, before),
                ("send", name, "--now"), ("resume", name, "--now", "--queue")):  # fmt: skip
        ran = office.run(*way, "--yes")
        assert (ran.code, f"“{name}” would give it away" in ran.err) == (2, True), (way, ran.err)
        assert (f"`mailer discard {name}`, write the same Embargo:" in ran.err) == (way[0] != "send"), ran.err
    assert len(office.got()) == 11
    assert office.run("schedule", "move", name, "2099-02-01 06:00 UTC", "--yes").code == 0


@pytest.mark.parametrize("way", ["later", "under the same"])
def test_what_is_said_of_it_in_the_queue_helps(office: Office, way: str) -> None:
    """Reproduction: an Embargo: was to be written into the file of what leaves as it was frozen, which changes nothing."""
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London")
    assert office.run("send", RELEASE, "--include-unmarked", "--under-embargo", "--yes").code == 0
    name = office.correction()
    assert office.run("send", name, "--at", "2099-01-01 06:00 UTC", "--no-wait", "--yes").code == 0
    said = " ".join(office.run("resume", name, "--now", "--yes").err.split())
    assert (
        f"`mailer resume {name} --at TIME` sends it then. Or `mailer discard {name}`, write the same Embargo:"
        in said
    )
    if way == "later":
        assert office.run("resume", name, "--at", "2098-12-01 06:00 UTC", "--no-wait", "--yes").code == 0
        return
    assert office.run("discard", name, "--yes").code == 0
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London", release=name)
    ran = office.run("send", name, "--under-embargo", "--yes")
    assert (ran.code, len(office.mails("priya.n@example.com"))) == (0, 2), ran.err


def test_that_an_embargo_is_lifted_early_can_be_said(office: Office) -> None:
    """Reproduction: an update that said so was refused until the embargo's end, and nothing told what else to do."""
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London")
    assert office.run("send", RELEASE, "--include-unmarked", "--under-embargo", "--yes").code == 0
    name = office.correction(kind="Update")
    ran = office.run("send", name, "--yes")
    assert (ran.code, "Was the embargo lifted early? That is a release of its own" in ran.err) == (2, True), (
        ran.err
    )
    office.edit(office.release(name), f"Corrects: {RELEASE}\n", "")
    office.edit(office.release(name), "Kind: Update", "Kind: Statement")
    ran = office.run("send", name, "--yes")
    assert (ran.code, len(office.mails("priya.n@example.com"))) == (0, 2), ran.err
