"""Feeds and ninjs: what programs read of the newsroom."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import pytest
from jsonschema import Draft202012Validator
from lxml import etree
from support.own_office import make_own_office
from support.published import BASE, NOW, OnTheWeb, newsroom

from mailer.workspace import Workspace

SCHEMA = json.loads((Path(__file__).parent / "ninjs_3.1_excerpt.json").read_text("utf-8"))
ATOM = "{http://www.w3.org/2005/Atom}"


def three(workspace: Workspace) -> OnTheWeb:
    """Three releases: one of two languages, which is corrected, and one with a picture."""
    office = newsroom(workspace)
    office.publish("harbour-report")
    office.publish("lamps", NOW + timedelta(hours=1))
    office.follow("better", "correction")
    office.publish("better", NOW + timedelta(hours=2))
    return office


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> OnTheWeb:
    """To be read."""
    return three(make_own_office(tmp_path_factory.mktemp("feeds") / "press-office"))


@pytest.fixture
def office(workspace: Workspace) -> OnTheWeb:
    """To be published into."""
    return three(workspace)


@pytest.mark.parametrize("path", ["atom.xml", "rss.xml", "atom.es.xml", "rss.es.xml"])
def test_a_feed_is_read_without_a_complaint(published: OnTheWeb, path: str) -> None:
    feed = feedparser.parse(published.everything()[path])
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == ("atom10" if path.startswith("atom") else "rss20")
    assert len(feed.entries) == (1 if ".es." in path else 3)
    for entry in feed.entries:
        assert entry.link.startswith(BASE)
        assert (published.folder / entry.link.removeprefix(BASE)).is_file()
        assert re.fullmatch(r"tag:example\.org,2026-11-30:newsroom/[a-z.-]+", entry.id)
        assert entry.published_parsed


def test_an_entry_has_the_whole_text_with_whole_addresses(published: OnTheWeb) -> None:
    for path in ("atom.xml", "rss.xml"):
        by_link = {entry.link: entry for entry in feedparser.parse(published.everything()[path]).entries}
        content = by_link[f"{BASE}lamps.html"].content[0].value
        assert "every lamp, dear colleague" in content
        assert f'src="{BASE}lamps/quay-600.jpg"' in content
        assert f'href="{BASE}lamps.html#note-1"' in content
        assert not re.search(r'(?:href|src)="(?![a-z]+:)', content)
        assert "for journalists alone" not in content


def test_what_validators_of_rss_look_for(published: OnTheWeb) -> None:
    root = etree.fromstring(published.everything()["rss.xml"])
    channel = root[0]
    assert [channel.findtext(name) for name in ("title", "link", "language")] == [
        "Petrel Bay Trust",
        f"{BASE}index.html",
        "en",
    ]
    assert channel.findtext("description")
    own = channel.find(f"{ATOM}link")
    assert own is not None
    assert (own.get("rel"), own.get("href"), own.get("type")) == (
        "self",
        f"{BASE}rss.xml",
        "application/rss+xml",
    )
    guids = []
    for item in channel.findall("item"):
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"
        guids.append(guid.text)
        date = item.findtext("pubDate") or ""
        assert re.fullmatch(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000", date)
        assert parsedate_to_datetime(date)
    assert len(set(guids)) == len(guids) == 3


def test_what_rfc_4287_asks_for(published: OnTheWeb) -> None:
    root = etree.fromstring(published.everything()["atom.xml"])
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert [e for e in element.findall(f"{ATOM}link") if e.get("rel") == "alternate"]
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert root.findtext(f"{ATOM}updated") == max(each.text or "" for each in root.iter(f"{ATOM}updated"))


def test_a_correction_renews_the_entry_that_it_corrects_and_not_its_id(office: OnTheWeb) -> None:
    entries = {e.link: e for e in feedparser.parse(office.everything()["atom.xml"]).entries}
    corrected, other = entries[f"{BASE}harbour-report.html"], entries[f"{BASE}lamps.html"]
    assert (corrected.published, corrected.updated) == (
        "2026-11-30T09:00:00+00:00",
        "2026-11-30T11:00:00+00:00",
    )
    assert other.published == other.updated
    assert "It is seven, not eight." in corrected.content[0].value
    path = office.workspace.releases / "harbour-report.md"
    path.write_text(path.read_text("utf-8").replace("41,600", "41,700"), "utf-8")
    office.publish("harbour-report", NOW + timedelta(days=40))
    again = {e.link: e for e in feedparser.parse(office.everything()["atom.xml"]).entries}[corrected.link]
    assert (again.id, again.published) == (corrected.id, corrected.published)
    assert again.updated == "2027-01-09T09:00:00+00:00"


def test_a_withdrawn_release_is_no_more_than_its_notice_in_feeds(office: OnTheWeb) -> None:
    office.follow("sorry", "withdrawal", "lamps")
    office.publish("sorry", NOW + timedelta(hours=3))
    for path in ("atom.xml", "rss.xml"):
        entry = {e.link: e for e in feedparser.parse(office.everything()[path]).entries}[f"{BASE}lamps.html"]
        assert f'href="{BASE}sorry.html"' in entry.content[0].value
        assert "every lamp" not in str(entry)


# ---- ninjs --------------------------------------------------------------------------------------------


def items(office: OnTheWeb) -> dict[str, dict[str, object]]:
    return {
        path: json.loads(content)
        for path, content in office.everything().items()
        if path.endswith(".ninjs.json")
    }


def test_every_edition_is_ninjs_by_its_schema(office: OnTheWeb) -> None:
    office.follow("sorry", "withdrawal", "better")
    office.publish("sorry", NOW + timedelta(hours=3))
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    found = items(office)
    assert len(found) == 5
    for path, item in found.items():
        assert [error.message for error in validator.iter_errors(item)] == [], path


def test_the_schema_refuses_what_ninjs_has_not() -> None:
    validator = Draft202012Validator(SCHEMA)
    assert validator.is_valid({"uri": "tag:example.org,2026:a"})
    assert not validator.is_valid({"uri": "tag:example.org,2026:a", "headline": "of ninjs 1"})
    assert not validator.is_valid({"headlines": [{"value": "without uri"}]})


def test_ninjs_says_what_the_page_says(published: OnTheWeb) -> None:
    item = items(published)["lamps/lamps.en.ninjs.json"]
    assert item["headlines"] == [{"role": "main", "value": "The Coast Counts Its Lamps Again"},
                                 {"role": "sub", "value": "Forty volunteers, eleven quays, one night"}]  # fmt: skip
    [picture] = item["associations"]  # type: ignore[misc]
    assert picture["by"] == "I. Valdero"
    for each in picture["renditions"]:
        file = published.folder / each["href"].removeprefix(BASE)
        assert file.stat().st_size == each["sizeInBytes"]
    corrected = items(published)["harbour-report/harbour-report.en.ninjs.json"]
    assert corrected["versionCreated"] == "2026-11-30T11:00:00+00:00"
    assert "It is seven, not eight." in str(corrected["edNote"])


def test_a_withdrawn_release_is_canceled(office: OnTheWeb) -> None:
    office.follow("sorry", "withdrawal", "lamps")
    office.publish("sorry", NOW + timedelta(hours=3))
    item = items(office)["lamps/lamps.en.ninjs.json"]
    assert item["pubStatus"] == "canceled"
    assert "bodies" not in item
