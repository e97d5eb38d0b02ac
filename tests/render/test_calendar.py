"""An advisory's entry in a journalist's calendar: one for each event, replaced and cancelled by what follows."""

from __future__ import annotations

import pytest
from support.releases import EXAMPLES, THEMES

from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace

ADVISORY = (EXAMPLES / "advisory.md").read_text("utf-8")


def entry(workspace: Workspace, name: str, language: str = "") -> dict[str, str]:
    """The properties of a release's entry, its lines unfolded (RFC 5545 §3.1)."""
    edition = read_release(workspace, name).edition_for((language,))
    (part,) = render(edition, workspace.theme("default")).attached
    assert part.media_type.endswith(f"method={METHOD}")
    raw = part.content.decode()
    assert all(len(line.encode()) <= 75 for line in raw.split("\r\n"))
    lines = raw.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert lines[0], lines[-1] == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    found = dict(line.split(":", 1) for line in lines)
    assert len([line for line in lines if line.startswith("BEGIN:")]) == 2
    return found


METHOD = "PUBLISH"


def write(workspace: Workspace, name: str, text: str) -> None:
    (workspace.releases / f"{name}.md").write_text(text, "utf-8")


def following(kind: str, name: str) -> str:
    return ADVISORY.replace(
        "Kind: Media advisory", f"Kind: {kind}\nCorrects: {name}\nCorrection: Another pier."
    )


def test_two_advisories_are_two_entries(workspace: Workspace) -> None:
    """They shared one UID where they announced the same thing: the second replaced the first."""
    write(workspace, "monday", ADVISORY)
    write(workspace, "tuesday", ADVISORY)
    assert entry(workspace, "monday")["UID"] != entry(workspace, "tuesday")["UID"]


def test_a_correction_replaces_the_entry_and_so_does_the_next(workspace: Workspace) -> None:
    write(workspace, "trip", ADVISORY)
    write(workspace, "trip-corrected", following("Correction", "trip"))
    write(workspace, "trip-again", following("Update", "trip-corrected"))
    found = [entry(workspace, name) for name in ("trip", "trip-corrected", "trip-again")]
    assert len({each["UID"] for each in found}) == 1
    assert [each["SEQUENCE"] for each in found] == ["0", "1", "2"]


def test_a_withdrawal_cancels_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5546 §3.2.5."""
    write(workspace, "trip", ADVISORY)
    before = entry(workspace, "trip")
    write(workspace, "off", following("Withdrawal", "trip"))
    monkeypatch.setattr(f"{__name__}.METHOD", "CANCEL")
    found = entry(workspace, "off")
    assert (found["METHOD"], found["STATUS"], found["UID"]) == ("CANCEL", "CANCELLED", before["UID"])
    assert int(found["SEQUENCE"]) > int(before["SEQUENCE"])


@pytest.mark.parametrize("theme", THEMES)
def test_nobody_is_asked_to_what_was_called_off(workspace: Workspace, theme: str) -> None:
    """Its facts are still told: the mail says of what it speaks."""
    write(workspace, "trip", ADVISORY)
    write(workspace, "off", following("Withdrawal", "trip"))
    for name, asked in (("trip", True), ("off", False)):
        mail = render(read_release(workspace, name).original, workspace.theme(theme))
        for text in (mail.html, mail.text):
            assert ("calendar.google.com" in text) is asked
            assert ("Add to calendar" in text) is asked
            assert "boat trip with the people" in text


def test_a_translation_is_the_same_entry(workspace: Workspace) -> None:
    write(workspace, "trip", ADVISORY)
    write(workspace, "trip.es", "---\nTitular: Un viaje\nIdioma: es\n---\n\nTexto.\n")
    assert entry(workspace, "trip", "es")["UID"] == entry(workspace, "trip", "en")["UID"]


def test_it_has_all_that_rfc_5546_asks_of_a_published_entry(workspace: Workspace) -> None:
    """§3.2.1: an organizer and no attendee; RFC 5545 §3.6.1: UID and DTSTAMP."""
    write(workspace, "trip", ADVISORY)
    found = entry(workspace, "trip")
    assert found['ORGANIZER;CN="Petrel Bay News Desk"'] == "mailto:newsdesk@example.org"
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"} <= set(found)
    assert not [name for name in found if name.startswith("ATTENDEE")]


def test_releases_that_follow_each_other_in_a_circle_are_read(workspace: Workspace) -> None:
    write(workspace, "one", following("Correction", "two"))
    write(workspace, "two", following("Correction", "one"))
    assert read_release(workspace, "one").original.origin == "two"
    write(workspace, "self", following("Correction", "self"))
    assert read_release(workspace, "self").original.revision == 0


def test_an_organisations_name_can_not_end_its_parameter(workspace: Workspace) -> None:
    newsroom = workspace.newsroom.read_text("utf-8")
    hostile = 'Sender: "A\\"B;ATTENDEE=x" <press@example.org>'
    workspace.newsroom.write_text(
        newsroom.replace("Sender: Petrel Bay News Desk <newsdesk@example.org>", hostile), "utf-8"
    )
    write(workspace, "trip", ADVISORY)
    found = entry(workspace, "trip")
    assert len([name for name in found if name.startswith("ORGANIZER;CN=")]) == 1
    assert prepare(workspace, "trip", Choice()).rendered["en"].attached
