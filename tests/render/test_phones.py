"""Phone numbers: whoever taps one calls the right country, and one that nothing tells the country of is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.releases import written

from mailer.checks import Draft
from mailer.checks.mail import phone_numbers
from mailer.errors import ReleaseError
from mailer.model import Finding
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.release import read_newsroom, read_release
from mailer.render import render
from mailer.render.phones import region_of, tel
from mailer.workspace import Workspace, make_workspace


@pytest.mark.parametrize(("number", "region", "url"), [
    ("+ (202) 555-0142", "US", "tel:+12025550142"), ("(202) 555-0142", "US", "tel:+12025550142"),
    ("020 7946 0142", "GB", "tel:+442079460142"), ("+44 20 7946 0142", "US", "tel:+442079460142"),
    ("202-555-0142 ext. 12", "US", "tel:+12025550142;ext=12"), ("+44 (0)20 7946 0142", "GB", "tel:+442079460142"),
    ("0044 20 7946 0142", "US", "tel:+442079460142"), ("+(44) 20 7946 0142", "US", "tel:+442079460142"),
    ("00 49 30 123456", "GB", "tel:+4930123456"), ("٠٢٠ ٧٩٤٦ ٠١٤٢", "GB", "tel:+442079460142"),
    ("ask at the desk", "US", ""), ("112 112", "GB", ""), ("020 7946 0142", "US", ""), ("020 7946 0142", "", ""),
])  # fmt: skip
def test_a_phone_number_calls_the_right_country(number: str, region: str, url: str) -> None:
    assert tel(number, region) == url


@pytest.mark.parametrize(
    "number", ["07700 900142", "+44 7700 900142", "0044 7700 900142", "07700 900142 ext. 3"]
)
def test_a_number_that_no_plan_assigns_yet_is_one(number: str) -> None:
    """Ofcom keeps it free for films; a new block is as unknown to the data of a year ago."""
    assert tel(number, "GB").startswith("tel:+447700900142")


@pytest.mark.parametrize("number", ["+ (202) 797-2171", "(202) 797-2171", "202-797-2171"])
@pytest.mark.parametrize("office", ["GB", "MX", "FR", ""])
def test_a_number_of_elsewhere_without_its_code_calls_nobody_wrong(number: str, office: str) -> None:
    assert tel(number, office) == ""


@pytest.mark.parametrize(("number", "office"), [
    ("+1 202 555 014", "GB"), ("+34 91 123 45 6", "GB"), ("0034 91 123 45 6", "GB"), ("+44 20 7946 01", "US"), ("020 7946 014", "GB"),
    ("07700 90014", "GB"),
])  # fmt: skip
def test_a_number_that_lacks_a_digit_calls_nobody(number: str, office: str) -> None:
    """`+1 202 555 014` was read again without its code, as a number of Bournemouth."""
    assert tel(number, office) == ""


def test_the_country_of_a_number_is_told_by_its_code() -> None:
    assert [region_of(n) for n in ("+44 20 7946 0142", "0049 30 123456", "+1 613 555 0142", "020 7946 0142", "+999 1")] == [
        "GB", "DE", "CA", "", "",
    ]  # fmt: skip


def links(workspace: Workspace, contact: str) -> list[str]:
    fields = f"Headline: One\nContacts:\n  - name: Mira Okafor\n{contact}"
    mail = render(written(workspace, "Text.", fields), workspace.theme("default"))
    return list(dict.fromkeys(re.findall(r'href="(tel:[^"]+)"', mail.html)))


def test_every_number_of_the_sample_is_a_link(sample_workspace: Workspace) -> None:
    for path in sample_workspace.releases.glob("*.md"):
        for edition in read_release(sample_workspace, path.name.split(".")[0]).editions:
            html = render(edition, sample_workspace.theme("default")).html
            numbers = [number for c in edition.contacts for number in (c.phone, c.mobile) if number]
            found = dict.fromkeys(re.findall(r'href="(tel:[^"]+)"', html))  # one is on top, too
            assert list(found) == ["tel:+442079460142", "tel:+447700900142"][: len(numbers)]


def test_a_contacts_other_number_tells_the_country(workspace: Workspace) -> None:
    """A correspondent in Washington writes the code once."""
    assert links(workspace, "    phone: +1 202 555 0142\n    mobile: (202) 797-2171\n") == [
        "tel:+12025550142", "tel:+12027972171",
    ]  # fmt: skip


def test_a_number_to_register_at_is_a_link(workspace: Workspace) -> None:
    event = (
        "Headline: One\nKind: media advisory\nEvent:\n  what: A walk\n  start: 2030-05-01, 10:00\n  rsvp: {}"
    )
    for rsvp, link in (("020 7946 0142", "tel:+442079460142"), ("Suite 020 7946 0142 or the desk", "")):
        html = render(written(workspace, "Text.", event.format(rsvp)), workspace.theme("default")).html
        assert ("tel:+442079460142" in html.partition("Contact<")[0]) == bool(link)


# ---- the office's country ----------------------------------------------------------------------------


def newsroom_with(workspace: Workspace, zone: str, region: str) -> str:
    text = workspace.newsroom.read_text("utf-8")
    text = re.sub(r"(?m)^Region: .*\n", f"Region: {region}\n" if region else "", text)
    workspace.newsroom.write_text(
        re.sub(r"(?m)^Zone: .*\n", f"Zone: {zone}\n" if zone else "", text), "utf-8"
    )
    return read_newsroom(workspace).region


@pytest.mark.parametrize(("zone", "region", "told"), [
    ("Europe/London", "", "GB"), ("America/Mexico_City", "", "MX"), ("Europe/London", "IE", "IE"), ("UTC", "", ""),
    ("", "", ""), ("", "gb", "GB"),
])  # fmt: skip
def test_where_the_office_is(workspace: Workspace, zone: str, region: str, told: str) -> None:
    assert newsroom_with(workspace, zone, region) == told


@pytest.mark.parametrize(("region", "hint"), [("UK", "GB"), ("Germany", "DE"), ("Ruritania", "two letters")])
def test_a_country_that_is_none_is_an_error(workspace: Workspace, region: str, hint: str) -> None:
    """Before, every number of such an office was no link, and nothing said so."""
    with pytest.raises(ReleaseError) as caught:
        newsroom_with(workspace, "Europe/London", region)
    [fault] = caught.value.faults
    assert hint in fault.hint
    assert fault.line


# ---- the finding -------------------------------------------------------------------------------------


def found(workspace: Workspace, name: str) -> list[Finding]:
    prepared = prepare(workspace, name, Choice())
    draft = Draft.at_once(workspace, prepared.release, prepared.audience, prepared.rendered)
    return list(phone_numbers(draft))


def test_a_number_that_can_not_be_called_is_named_with_its_line(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "office")
    release = workspace.releases / "one.md"
    release.write_text(
        "---\nHeadline: One\nContacts:\n  - name: Francis\n    email: a@example.org\n    phone: + (202) 797-2171\n---\n\nText.\n",
        "utf-8",
    )
    [finding] = found(workspace, "one")
    assert (finding.level, finding.where.path, finding.where.line) == ("warning", "releases/one.md", 6)
    assert "+ (202) 797-2171" in finding.message
    assert "+44 20 7946 0142" in finding.hint


def test_a_number_of_the_office_is_named_where_the_office_has_it(workspace: Workspace) -> None:
    newsroom_with(workspace, "Europe/London", "US")
    (workspace.releases / "one.md").write_text("---\nHeadline: One\n---\n\nText.\n", "utf-8")
    findings = found(workspace, "one")
    lines = workspace.newsroom.read_text("utf-8").split("\n")
    assert [f.where.path for f in findings] == ["newsroom.md"] * len(findings)
    assert findings
    for finding in findings:
        assert re.search(r"(phone|mobile): ", lines[finding.where.line - 1])
