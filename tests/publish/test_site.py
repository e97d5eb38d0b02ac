"""`mailer publish`: the web version of a release, and the newsroom that leads to it."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from support.published import ADVISORY, BASE, NOW, OnTheWeb, newsroom, well_formed
from support.releases import EXAMPLES
from support.terminal import mailer

from mailer.errors import CheckFailed, MailerError, ReleaseError, WorkspaceError
from mailer.publish.site import folder as site_folder
from mailer.release import NODE_TYPES, read_release
from mailer.render.localisation import read_label_file
from mailer.workspace import Workspace, built_in_templates, page_name

PAGES = Path(site_folder.__file__).parent / "pages"


@pytest.fixture
def office(workspace: Workspace) -> OnTheWeb:
    return newsroom(workspace)


# ---- what stands on a page ----------------------------------------------------------------------------


def test_there_is_a_macro_for_every_type_of_block() -> None:
    macros = set(re.findall(r"macro (\w+)\(", (PAGES / "blocks.html.j2").read_text("utf-8")))
    assert set(NODE_TYPES) <= macros


def test_every_language_of_the_mail_has_every_label_of_the_site() -> None:
    """And none that no page prints."""
    mail = {path.name for path in (built_in_templates() / "default").glob("labels.*.toml")}
    site = {path.name: set(read_label_file(path)) for path in PAGES.glob("labels.*.toml")}
    assert set(site) == mail
    printed = "".join(path.read_text("utf-8") for path in (*PAGES.glob("*.j2"), *PAGES.parent.glob("*.py")))
    for name, labels in site.items():
        assert labels == site["labels.en.toml"], name
        assert not [
            label for label in labels if not re.search(rf'labels\.{label}\b|labels\["{label}"\]', printed)
        ]


def test_every_word_of_the_text_is_on_its_page(office: OnTheWeb) -> None:
    office.write("full", (EXAMPLES / "full.md").read_text("utf-8"))
    office.publish("full")
    page = office.text("full.html")
    for words in ("Every Block There Is", "a page of its own", "Orrin’s Mouth", "A lamp that nobody counts", "Tomas Brandl",
                  "The quay of Grey Haven at dawn.", "Photo: I. Valdero", "The lighthouse, last.", "Sheet 30 of the",
                  "Ines Valdero", "020 7946 0143", "Pictures may be used freely"):  # fmt: skip
        assert words in page, words
    assert well_formed(page.encode()) == []
    assert page.count('role="doc-noteref"') == 31
    assert office.dead_links() == []


def test_a_page_is_for_everybody(office: OnTheWeb) -> None:
    """A cover note to journalists is not published, and where a name stands in the mail there is its fallback."""
    office.publish("lamps")
    page = office.text("lamps.html")
    assert "for journalists alone" not in page
    assert "every lamp, dear colleague." in page
    assert "{{" not in page
    assert not any("\ue000" <= character <= "\uf8ff" for character in page)


def test_a_slot_without_a_fallback_is_refused(office: OnTheWeb) -> None:
    office.write("lamps", ADVISORY.replace("{{ first_name | dear colleague }}", "{{ first_name }}"))
    with pytest.raises(ReleaseError, match="first_name"):
        office.publish("lamps")
    assert not office.folder.exists()


def test_editions_name_each_other(office: OnTheWeb) -> None:
    office.publish("harbour-report")
    for path in ("harbour-report.html", "harbour-report.es.html"):
        page = office.text(path)
        assert f'<link rel="alternate" hreflang="en" href="{BASE}harbour-report.html">' in page
        assert f'<link rel="alternate" hreflang="es" href="{BASE}harbour-report.es.html">' in page
        assert f'<link rel="alternate" hreflang="x-default" href="{BASE}harbour-report.html">' in page
        assert f'<link rel="canonical" href="{BASE}{path}">' in page
    spanish = office.text("harbour-report.es.html")
    assert '<html lang="es" dir="ltr">' in spanish
    assert "Comunicado de prensa" in spanish
    assert "23 de noviembre de 2026" in spanish


def test_three_languages_one_of_them_from_the_right(office: OnTheWeb) -> None:
    arabic = (EXAMPLES / "arabic.md").read_text("utf-8")
    (office.workspace.releases / "harbour-report.ar.md").write_text(arabic, "utf-8")
    office.publish("harbour-report")
    page = office.text("harbour-report.ar.html")
    assert '<html lang="ar" dir="rtl">' in page
    assert "بيان صحفي" in page
    assert {"index.html", "index.es.html", "index.ar.html", "atom.ar.xml", "rss.es.xml"} <= set(
        office.everything()
    )
    assert office.dead_links() == []
    assert [
        path
        for path, content in office.everything().items()
        if path.endswith("html") and well_formed(content)
    ] == []


def test_a_follow_up_is_called_so_and_changes_nothing(office: OnTheWeb) -> None:
    office.publish("harbour-report")
    head = "Kind: Follow-up\nFollows: harbour-report\nHeadline: A chart\nDate: 24 November 2026\n"
    office.write("chart", f"---\n{head}---\n\nA chart is ready.\n")
    office.write("chart.es", "---\nTitular: Un gráfico\n---\n\nHay un gráfico.\n")
    office.publish("chart")
    assert '<p class="kind">Follow-up</p>' in office.text("chart.html")
    assert "<h2>Seguimiento: 24 de noviembre de 2026</h2>" in office.text("harbour-report.es.html")
    assert "Seguimiento: Un gráfico" in office.text("atom.es.xml")
    assert "edNote" not in office.text("harbour-report/harbour-report.en.ninjs.json")


def test_a_web_address_of_its_own_is_canonical(office: OnTheWeb) -> None:
    office.write("lamps", ADVISORY.replace("Kind:", "Web: https://example.org/lamps\nKind:", 1))
    office.publish("lamps")
    assert '<link rel="canonical" href="https://example.org/lamps">' in office.text("lamps.html")


def test_without_an_address_everything_is_relative_and_there_are_no_feeds(workspace: Workspace) -> None:
    office = newsroom(workspace, web="")
    made = office.publish("lamps")
    assert not made.feeds
    assert not [path for path in office.everything() if path.endswith(".xml")]
    assert "canonical" not in office.text("lamps.html")
    assert office.dead_links() == []


def test_the_event_is_a_file_for_calendars(office: OnTheWeb) -> None:
    office.publish("lamps")
    assert 'href="lamps/event.en.ics"' in office.text("lamps.html")
    assert b"BEGIN:VEVENT" in office.everything()["lamps/event.en.ics"]


def test_no_page_holds_anything_that_runs(office: OnTheWeb) -> None:
    for name in ("harbour-report", "lamps"):
        office.publish(name)
    for path, content in office.everything().items():
        if path.endswith(".html"):
            assert not re.search(rb"<(script|iframe|form|object|embed)\b|\son\w+=|javascript:", content), path


# ---- the index ----------------------------------------------------------------------------------------


def test_the_index_lists_releases_by_date_and_by_kind(office: OnTheWeb) -> None:
    for name in ("harbour-report", "lamps"):
        office.publish(name)
    index = office.text("index.html")
    assert index.index("Counts Its Lamps") < index.index("Harbour Water Is Cleaner")
    assert "<h2>2026</h2>" in index
    assert '<a href="harbour-report.es.html" lang="es" hreflang="es"' in index
    by_kind = office.text("by-kind.html")
    assert by_kind.index("<h2>Press release</h2>") < by_kind.index("<h2>Media advisory</h2>")
    spanish = office.text("index.es.html")
    assert "El agua de los puertos" in spanish
    assert "Lamps" not in spanish


def test_a_release_that_is_changed_later_stays_on_the_site_as_it_was_published(office: OnTheWeb) -> None:
    """Its file may be half-written when another release is published."""
    office.publish("harbour-report")
    path = office.workspace.releases / "harbour-report.md"
    path.write_text(path.read_text("utf-8").replace("Cleaner than at Any Time", "SECRET DRAFT"), "utf-8")
    office.publish("lamps")
    assert not [path for path, content in office.everything().items() if b"SECRET DRAFT" in content]


# ---- again, corrected, withdrawn ----------------------------------------------------------------------


def test_publishing_again_changes_nothing_where_nothing_changed(office: OnTheWeb) -> None:
    office.publish("lamps")
    before = office.everything()
    made = office.publish("lamps", NOW + timedelta(days=1))
    assert made.written == ()
    assert office.everything() == before


def test_publishing_again_takes_over_what_was_changed(office: OnTheWeb) -> None:
    office.publish("lamps")
    office.write(
        "lamps",
        ADVISORY.replace("Saltby | 41", "Saltby | 42").replace(
            "  - file: files/tables.csv\n    title: All tables\n    send: attach\n",
            "  - file: https://example.org/t.csv\n",
        ),
    )
    [page] = office.publish("lamps", NOW + timedelta(days=1)).pages
    assert (page.published, page.updated) == ("2026-11-30T09:00:00+00:00", "2026-12-01T09:00:00+00:00")
    assert '<td class="right">42</td>' in office.text("lamps.html")
    assert "lamps/tables.csv" not in office.everything()
    assert "lamps/quay-600.jpg" in office.everything()


def test_a_correction_stands_on_the_page_that_it_corrects(office: OnTheWeb) -> None:
    office.publish("harbour-report")
    office.follow("better", "correction")
    office.publish("better", NOW + timedelta(hours=1))
    page = office.text("harbour-report.html")
    told = page[: page.index("Eight of the eleven harbours on the")]
    assert "It is seven, not eight." in told
    assert '<a href="better.html">About the Harbours Again</a>' in told
    assert '<a href="harbour-report.html">' in office.text("better.html")
    assert "Corrected" in office.text("index.html")
    spanish = office.text("harbour-report.es.html")
    assert '<p lang="en">It is seven, not eight.</p>' in spanish


def test_a_withdrawal_takes_the_place_of_the_page(office: OnTheWeb) -> None:
    office.publish("lamps")
    assert "lamps/lamps.zip" in office.everything()
    office.follow("sorry", "withdrawal", "lamps")
    office.publish("sorry", NOW + timedelta(hours=1))
    page = office.text("lamps.html")
    assert "Withdrawn on November 29, 2026" in page
    assert "It is seven, not eight." in page
    assert "every lamp" not in page
    assert '<meta name="robots" content="noindex">' in page
    left = {path for path in office.everything() if path.startswith("lamps/")}
    assert left == {"lamps/lamps.en.ninjs.json"}
    assert office.dead_links() == []
    everything = office.everything()
    assert not [
        path for path, content in everything.items() if b"every lamp" in content
    ]  # nor where nobody looks
    office.publish("lamps", NOW + timedelta(hours=2))
    assert office.everything() == everything


def test_the_withdrawal_of_a_correction_takes_the_place_of_what_that_corrected_too(office: OnTheWeb) -> None:
    """Nobody is to use the text as it was put right; so nobody is to use it as it was wrong."""
    office.publish("lamps")
    office.follow("better", "correction", "lamps")
    office.publish("better", NOW + timedelta(hours=1))
    office.follow("again", "update", "better")
    office.publish("again", NOW + timedelta(hours=2))
    office.follow("after", "follow-up", "again")
    office.publish("after", NOW + timedelta(hours=3))
    office.follow("never-mind", "withdrawal", "after")
    office.publish("never-mind", NOW + timedelta(hours=4))
    assert "every lamp" in office.text("lamps.html"), "that was about the note alone"
    office.follow("no-news", "withdrawal", "again")
    office.publish("no-news", NOW + timedelta(hours=5))
    assert "Withdrawn on November 29, 2026" in office.text("again.html")
    assert "every lamp" in office.text("lamps.html"), (
        "that was about the news alone: nothing was wrong before it"
    )
    office.follow("sorry", "withdrawal", "better")
    office.publish("sorry", NOW + timedelta(hours=6))
    for page in ("lamps.html", "better.html"):
        assert "Withdrawn on November 29, 2026" in office.text(page)
    assert not [path for path, content in office.everything().items() if b"every lamp" in content]
    assert not [
        path for path in office.everything() if path.endswith((".ics", ".zip")) and "sorry" not in path
    ]
    assert office.dead_links() == []


def test_what_was_called_off_is_no_file_for_calendars(office: OnTheWeb) -> None:
    office.publish("lamps")
    office.write(
        "off",
        ADVISORY.replace("Kind: media advisory", "Kind: withdrawal\nCorrects: lamps\nCorrection: It rains."),
    )
    office.publish("off", NOW + timedelta(hours=1))
    assert "Add to calendar" not in office.text("off.html")
    assert not [path for path in office.everything() if path.endswith(".ics")]


# ---- what is refused ----------------------------------------------------------------------------------


def test_a_release_under_embargo_is_refused(office: OnTheWeb) -> None:
    office.write("lamps", ADVISORY.replace("Kind:", "Embargo: 2026-12-01 10:00 Europe/London\nKind:", 1))
    with pytest.raises(MailerError, match="under embargo until"):
        office.publish("lamps")
    assert not office.folder.exists()


def test_a_page_that_is_ready_before_its_embargo_ends_is_led_to_by_nothing(office: OnTheWeb) -> None:
    office.publish("harbour-report")
    office.write("lamps", ADVISORY.replace("Kind:", "Embargo: 2026-12-01 10:00 Europe/London\nKind:", 1))
    office.publish("lamps", under_embargo=True)
    page = office.text("lamps.html")
    assert "Embargoed until" in page
    assert "noindex" in page
    assert not [p for p, content in office.everything().items() if b"lamps.html" in content
                and not p.startswith("lamps") and p != site_folder.MANIFEST]  # fmt: skip
    office.publish("harbour-report", NOW + timedelta(days=2))
    assert "lamps.html" in office.text("index.html")
    assert "Embargoed until" not in office.text("lamps.html")


def test_under_embargo_has_no_effect_without_one(office: OnTheWeb) -> None:
    with pytest.raises(MailerError, match="no effect"):
        office.publish("lamps", under_embargo=True)


def test_errors_of_the_check_are_refused(office: OnTheWeb) -> None:
    office.write("lamps", ADVISORY.replace("Kind: media advisory", "Kind: correction"))
    with pytest.raises(CheckFailed) as caught:
        office.publish("lamps")
    assert "error" in {finding.level for finding in caught.value.findings}
    assert not office.folder.exists()


# ---- the folder ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["index.html", "lamps.html", "lamps/quay-600.jpg", "atom.xml"])
def test_a_file_that_somebody_else_made_is_never_overwritten(office: OnTheWeb, name: str) -> None:
    theirs = office.folder / name
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_text("by hand", "utf-8")
    with pytest.raises(WorkspaceError, match="was not made by mailer"):
        office.publish("lamps")
    assert office.everything() == {name: b"by hand"}


def test_a_page_that_somebody_changed_by_hand_is_not_overwritten(office: OnTheWeb) -> None:
    office.publish("lamps")
    (office.folder / "lamps.html").write_text("by hand", "utf-8")
    before = office.everything()
    office.write("lamps", ADVISORY.replace("Saltby | 41", "Saltby | 42"))
    with pytest.raises(WorkspaceError, match="was changed since"):
        office.publish("lamps")
    assert office.everything() == before


def test_files_beside_those_of_mailer_stay(office: OnTheWeb) -> None:
    office.publish("lamps")
    (office.folder / "lamps" / "own.pdf").write_bytes(b"theirs")
    (office.folder / "CNAME").write_text("petrel.example.org", "utf-8")
    office.follow("sorry", "withdrawal", "lamps")
    office.publish("sorry")
    assert {"lamps/own.pdf", "CNAME"} <= set(office.everything())


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("name", ["lamps", "lamps.html"])
def test_a_link_out_of_the_folder_is_not_followed(office: OnTheWeb, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    office.folder.mkdir()
    (office.folder / name).symlink_to(elsewhere if name == "lamps" else elsewhere / "made")
    with pytest.raises(WorkspaceError, match="link to another place"):
        office.publish("lamps")
    assert list(elsewhere.iterdir()) == []


def test_whoever_is_stopped_in_between_publishes_again(office: OnTheWeb) -> None:
    """Half of the files are new then, and mailer knows them for its own."""
    office.publish("harbour-report")
    in_the_way = office.folder / ".rss.xml.new"  # where the feed is written before it takes its place
    in_the_way.mkdir()
    with pytest.raises(WorkspaceError, match="can't be written"):
        office.publish("lamps")
    assert "lamps.html" in office.everything()
    assert b"lamps.html" not in office.everything()["rss.xml"]
    in_the_way.rmdir()
    office.write("lamps", ADVISORY.replace("Saltby | 41", "Saltby | 42"))
    office.publish("lamps", NOW + timedelta(days=1))
    assert office.dead_links() == []
    assert '<td class="right">42</td>' in office.text("lamps.html")
    assert "lamps.html" in office.text("rss.xml")


def test_two_releases_whose_pages_would_be_one_are_refused(office: OnTheWeb) -> None:
    office.publish("lamps")
    office.write("Lamps", ADVISORY)
    if (office.workspace.releases / "lamps.md").samefile(office.workspace.releases / "Lamps.md"):
        pytest.skip("this system does not tell them apart")
    with pytest.raises(WorkspaceError, match="is the page of “lamps” already"):
        office.publish("Lamps")


@pytest.mark.parametrize(("name", "page"), [
    ("harbour-report", "harbour-report.html"), ("Harbour Report", "harbour-report.html"), ("2026_01", "2026-01.html"),
])  # fmt: skip
def test_a_page_is_called_after_its_release(name: str, page: str) -> None:
    assert page_name(name) == page


@pytest.mark.parametrize(
    "name", ["index", "con", "..", "Größe", "مياه", "a%2e", "über/../etc", "aux", "x" * 300]
)
def test_a_name_that_can_be_no_address_gets_one(name: str) -> None:
    page = page_name(name)
    assert re.fullmatch(r"[a-z0-9-]{0,90}[0-9a-f]{6}\.html", page), page
    assert page_name(name) != page_name(f"{name}!")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_web_server_of_another_account_may_read_it(office: OnTheWeb) -> None:
    ran = mailer("publish", "lamps", cwd=office.workspace.root)
    assert ran.code == 0, ran.err
    for path in (office.folder, *office.folder.rglob("*")):
        if path.name == ".mailer-site.json":  # it names what is under embargo, and is nobody's business
            continue
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


# ---- the link in the mail, templates of one's own, the command -----------------------------------------


def test_the_mail_links_to_the_page_of_its_language(office: OnTheWeb) -> None:
    release = read_release(office.workspace, "harbour-report")
    assert [e.web for e in release.editions] == [
        f"{BASE}harbour-report.html",
        f"{BASE}harbour-report.es.html",
    ]
    path = office.workspace.releases / "harbour-report.md"
    path.write_text(
        path.read_text("utf-8").replace("---\n", "---\nWeb: https://example.org/own\n", 1), "utf-8"
    )
    release = read_release(office.workspace, "harbour-report")
    assert {edition.web for edition in release.editions} == {"https://example.org/own"}


def test_an_offices_own_templates_and_rules_come_first(office: OnTheWeb) -> None:
    own = office.workspace.root / "site-templates"
    own.mkdir()
    (own / "site.css").write_text("h1 { color: rebeccapurple; }", "utf-8")
    (own / "blocks.html.j2").write_text("{% macro hr(node) %}<hr class='own'>{% endmacro %}", "utf-8")
    office.write("lamps", ADVISORY.replace("[^a]:", "---\n\n[^a]:"))
    office.publish("lamps")
    assert office.text("site.css").endswith("h1 { color: rebeccapurple; }")
    assert "<hr class='own'>" in office.text("lamps.html")


def test_the_command_says_what_it_wrote(office: OnTheWeb) -> None:
    ran = mailer("publish", "lamps", "--out", "www", cwd=office.workspace.root)
    assert ran.code == 0, ran.err
    assert "www/lamps.html" in ran.out.replace(os.sep, "/").splitlines()
    assert (
        json.loads((office.workspace.root / "www" / site_folder.MANIFEST).read_text("utf-8"))["version"] == 1
    )
    again = mailer("publish", "lamps", "--out", "www", "--under-embargo", cwd=office.workspace.root)
    assert (again.code, "no effect" in again.err) == (2, True)
