"""A release is a text that colleagues and agencies send one another: none of it gets out of its place on a page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import feedparser
import html5lib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from support.published import NOW, OnTheWeb, newsroom, well_formed

from mailer.errors import MailerError
from mailer.workspace import Workspace, web_name

BREAKING_OUT = "</title></head><script>alert(1)</script><img src=x onerror=alert(1)>\"' ]]> --> &amp;"


@pytest.fixture
def office(workspace: Workspace) -> OnTheWeb:
    return newsroom(workspace)


def release(headline: str, **more: str) -> str:
    fields = "\n".join(f"{name}: {value}" for name, value in more.items())
    return f"---\nHeadline: {headline}\nDate: 2026-11-28\nDateline: Portmellon\n{fields}\n---\n\nWater.\n"


def elements(html: bytes) -> set[str]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return {str(element.tag) for element in tree.iter() if isinstance(element.tag, str)}


def attributes(html: bytes) -> set[str]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return {str(name) for element in tree.iter() for name in element.attrib}


@pytest.mark.parametrize("field", ["Headline", "Subhead", "Preheader", "Dateline", "Correction"])
def test_a_field_can_not_break_out(office: OnTheWeb, field: str) -> None:
    office.publish("harbour-report")
    more = {"Kind": "correction", "Corrects": "harbour-report", "Correction": "Seven."} | (
        {field: BREAKING_OUT} if field != "Headline" else {}
    )
    if field == "Dateline":
        text = release("Seven", **more).replace("Dateline: Portmellon\n", "")
    else:
        text = release(BREAKING_OUT if field == "Headline" else "Seven", **more)
    office.write("odd", text)
    office.publish("odd")
    plain = office.everything()
    for path, content in plain.items():
        if path.endswith(".html"):
            assert not elements(content) & {"script", "iframe", "form"}, path
            assert not [name for name in attributes(content) if name.startswith("on")], path
            assert well_formed(content) == [], path
    for path in ("atom.xml", "rss.xml"):
        feed = feedparser.parse(plain[path], sanitize_html=False)
        assert not feed.bozo
        for entry in feed.entries:
            assert "<script" not in entry.content[0].value
            assert "<img" not in entry.content[0].value


def test_links_lead_to_the_schemes_of_a_release(office: OnTheWeb) -> None:
    """The reader of releases lets no other through; here it is looked at again, on the page."""
    office.write(
        "odd",
        release("Links").replace(
            "Water.", "See [this](https://example.org/a?b=1&c=<d>) and JavaScript:alert(1) too."
        ),
    )
    office.publish("odd")
    for link in re.findall(r'href="([a-zA-Z+.-]+):', office.text("odd.html")):
        assert link in ("https", "mailto", "tel")


def test_names_with_signs_that_steer_are_harmless(office: OnTheWeb) -> None:
    contact = "\n  - name: Ana\u202eziur\n    role: <b>Editor</b>\n    email: press@example.org\n    phone: 020 7946 0142"
    office.write("odd", release("Names", Contacts=contact))
    try:
        office.publish("odd")
    except MailerError:
        return  # the check has seen it
    page = office.text("odd.html")
    assert "<b>" not in page
    assert well_formed(page.encode()) == []


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80)


@given(headline=TEXTS, credit=TEXTS)
@example(headline="]]>", credit="\x0b\x1b[2J")
@example(headline="\ufffe\U0010ffff \x85 \u2028", credit="a\ue000b")
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_headline_says_pages_and_feeds_are_whole(
    office: OnTheWeb, headline: str, credit: str
) -> None:
    shutil.rmtree(office.folder, ignore_errors=True)
    line = " ".join(headline.split()) or "-"
    image = f"\n  - file: files/quay.jpg\n    alt: A quay\n    credit: {' '.join(credit.split())}"
    office.write("odd", release(line, Images=image))
    try:
        office.publish("odd")
    except MailerError:
        return  # told to staff; nothing was written
    for path, content in office.everything().items():
        if path.endswith(".xml"):
            etree.fromstring(content)
            assert not feedparser.parse(content).bozo
        if path.endswith(".html"):
            assert not elements(content) & {"script", "b", "i"}
    assert office.dead_links() == []


@given(name=st.text(max_size=300))
def test_a_release_can_be_called_anything_and_stays_in_the_folder(name: str) -> None:
    found = web_name(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found), found
    assert len(found) <= 90
    assert Path(found).name == found


def test_a_site_that_was_tampered_with_leads_nobody_out_of_it(office: OnTheWeb, tmp_path: Path) -> None:
    """Whoever can write the manifest names a file elsewhere: it is neither removed nor overwritten."""
    office.publish("lamps")
    victim = tmp_path / "victim.txt"
    victim.write_text("theirs", "utf-8")
    manifest = office.folder / ".mailer-site.json"
    outside = f"../../{victim.name}"
    digest = "1d1c5a0c7f6c0b1a4c4f4a8a39b6ba3d1d4a2a4d0b3a2c0e8f3a6d9ad9c9d6d1"
    text = manifest.read_text("utf-8").replace('"files": {', f'"files": {{"{outside}": ["{digest}"],', 1)
    manifest.write_text(text, "utf-8")
    with pytest.raises(MailerError):
        office.publish("lamps", NOW)
    assert victim.read_text("utf-8") == "theirs"
