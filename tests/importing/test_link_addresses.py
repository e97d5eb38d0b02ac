"""Where links of a source lead: redirects are unwrapped, what readers can't use is left out, what counts clicks is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drafts import LEAD
from support.word_documents import p, word

from mailer.importing import import_document
from mailer.importing.click_counters import told_of_clicks
from mailer.importing.sources.addresses import Link, link_of
from mailer.workspace import Workspace

TARGET = "https://harbor.example.org/ferry?id=7"
QUOTED = "https%3A%2F%2Fharbor.example.org%2Fferry%3Fid%3D7"

REDIRECTS = {
    "Google Docs": f"https://www.google.com/url?q={QUOTED}&sa=D&source=editors&ust=1&usg=AOv",
    "Google in Spain": f"https://www.google.es/url?sa=t&url={QUOTED}",
    "Outlook": f"https://eur01.safelinks.protection.outlook.com/?url={QUOTED}&data=05%7C01&reserved=0",
    "Outlook for governments": f"https://usg01.safelinks.protection.office365.us/?url={QUOTED}&data=05",
    "Proofpoint 1": f"https://urldefense.proofpoint.com/v1/url?u={QUOTED}&k=x",
    "Proofpoint 2": "https://urldefense.proofpoint.com/v2/url?u=https-3A__harbor.example.org_ferry-3Fid-3D7&d=DwMF&c=x",
    "Proofpoint 3": "https://urldefense.com/v3/__https://harbor.example.org/ferry?id=7__;!!AbC!xyz$",
    "Facebook": f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
    "LinkedIn": f"https://www.linkedin.com/redir/redirect?url={QUOTED}",
    "Slack": f"https://slack-redir.net/link?url={QUOTED}",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={QUOTED}&c=E",
    "Cisco": f"https://secure-web.cisco.com/1abc/{QUOTED}",
}


@pytest.mark.parametrize("address", REDIRECTS.values(), ids=REDIRECTS)
def test_redirects_are_unwrapped(address: str) -> None:
    assert link_of(address).address == TARGET


def test_characters_that_proofpoint_took_out_are_put_back() -> None:
    """`*` stands for a byte, `**B` for three of them."""
    assert link_of("https://urldefense.com/v3/__https://a.example.org/x*y__;Iw!!k$").address == (
        "https://a.example.org/x#y"
    )
    assert link_of("https://urldefense.com/v3/__https://a.example.org/**B__;IyMj!!k$").address == (
        "https://a.example.org/###"
    )


def test_redirects_in_redirects() -> None:
    inner = "https://nam02.safelinks.protection.outlook.com/?url=" + QUOTED
    from urllib.parse import quote

    assert link_of(f"https://www.google.com/url?q={quote(inner, safe='')}").address == TARGET


@pytest.mark.parametrize(
    "inside",
    ["javascript:alert(1)", "file:///C:/Users/amora/x.docx", "data:text/html,x", "//x", "x", "https://"],
)
def test_a_redirect_to_what_may_not_travel_stays_a_redirect(inside: str) -> None:
    address = f"https://www.google.com/url?q={inside}"
    assert link_of(address).address == address


@pytest.mark.parametrize("address", ["https://lnkd.in/eXample", f"{TARGET}&utm_source=mail&fbclid=Iw"])
def test_links_that_count_clicks_stay_as_they_are(address: str) -> None:
    assert link_of(address) == Link(address)


def test_links_through_a_service_that_counts_clicks_are_one_line() -> None:
    links = [f"https://bit.ly/port{number}" for number in range(8)]
    (told,) = told_of_clicks(["https://example.org", *links, links[0]])
    assert told.startswith("8 links lead through bit.ly, which counts clicks: https://bit.ly/port0, ")
    assert "and 5 more" in told
    assert told_of_clicks(links[:1])[0].startswith("1 link leads through bit.ly")


def test_links_with_the_marks_of_a_campaign_are_one_line() -> None:
    told = told_of_clicks([f"{TARGET}&utm_source=a&fbclid=Iw", f"{TARGET}&utm_source=b&fbclid=Iw"])
    assert len(told) == 1
    assert told[0].startswith("2 links carry utm_source, fbclid, which tells")


@pytest.mark.parametrize("name", ["links.txt", "links.md", "links.html", "links.docx"])
def test_every_source_is_told_of_its_links_alike(workspace: Workspace, name: str) -> None:
    text = "Ports: https://bit.ly/one and https://bit.ly/two."
    lines = (
        "PRESS RELEASE",
        "23 November 2026",
        "Eight Ports Publish Their Figures",
        f"PORTMELLON — {LEAD} {text}",
    )
    if name.endswith(".docx"):
        content = word(*map(p, lines))
    elif name.endswith(".html"):
        content = "".join(f"<p>{line}</p>" for line in lines).encode()
    else:
        content = "\n\n".join(lines).encode()
    found = import_document(workspace, content, name)
    told = [each for each in found.remarks if "bit.ly" in each]
    assert len(told) == 1
    assert told[0].startswith(
        "2 links lead through bit.ly, which counts clicks: https://bit.ly/one, https://bit.ly/two."
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:void(0)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "C:\\Users\\amora\\plan.docx",
        "file:///C:/Users/amora/plan.docx", "\\\\server\\share\\plan.docx", "mhtml:file://x", "about:blank", "cid:x",
    ],
)  # fmt: skip
def test_what_readers_can_not_follow_is_left_out(address: str) -> None:
    """Nor does the remark say it: it may name a person or a computer."""
    link = link_of(address)
    assert link.address == ""
    assert link.remark
    assert "amora" not in link.remark
    assert "server" not in link.remark


@pytest.mark.parametrize(
    "address", ["mailto:press@example.org", "tel:+15550144", "https://example.org", "HTTP://example.org"]
)
def test_others_stay_as_they_are(address: str) -> None:
    assert link_of(address).address == address
    assert link_of(address).remark == ""


def test_a_relative_link_leads_somewhere_where_the_page_says_where_it_is() -> None:
    assert (
        link_of("/deed", "https://ministry.example.org/news/1").address == "https://ministry.example.org/deed"
    )
    assert link_of("/deed").address == ""


@given(st.text(max_size=200), st.sampled_from(["", *REDIRECTS.values(), "https://urldefense.com/v3/__"]))
def test_no_address_makes_it_fail(text: str, before: str) -> None:
    found = link_of(before + text).address
    assert found == "" or found.split(":")[0].lower() in ("http", "https", "mailto", "tel")
