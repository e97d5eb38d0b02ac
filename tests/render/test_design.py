"""How a mail is set: one scale, one primary button, notes that hang, a brand's colour that is itself and readable."""

from __future__ import annotations

import re
from html import unescape

import pytest
from support.releases import NAMES, THEMES, edition, rendered, written

from mailer.model import Edition
from mailer.render import render
from mailer.render.capitals import sentence_case
from mailer.render.colours import contrast, luminance, palette
from mailer.workspace import Workspace

INVITATION = (
    "Kind: media advisory\nHeadline: Come\nEvent:\n  what: A boat\n  start: 2026-11-30, 7:00\n  rsvp: {rsvp}"
)
ACTIONS = "READ IT ALL: <https://example.org/a>\n\nSEE THE MAP: <https://example.org/b>"


def html_of(workspace: Workspace, release: Edition, theme: str = "default") -> str:
    return render(release, workspace.theme(theme)).html


def body(html: str) -> str:
    return html.partition("<body")[2]


# ---- type and structure ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_type_keeps_to_one_scale(workspace: Workspace, name: str, theme: str) -> None:
    html = rendered(workspace, name, theme).html
    sizes = {int(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?\b(\d+)px", html)} - {0}
    assert sizes <= {13, 14, 17, 20, 28, 36}
    lines = re.findall(r"line-height:(\d+)px|font:[^;\"]*?/(\d+)px", body(html))
    assert {int(a or b) % 4 for a, b in lines} == {0}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_words_engine_gets_what_it_understands(workspace: Workspace, name: str, theme: str) -> None:
    """Outlook on Windows lays out with Word: it knows exact lines, cells with fonts of their own and six digits."""
    html = rendered(workspace, name, theme).html
    page = re.search(r'<td class="page" style="([^"]+)"', html)
    assert page
    assert "mso-line-height-rule:exactly" in page[1]
    assert re.search(r"font:\d+px/\d+px", page[1])
    assert "text-align:start" not in body(html)
    assert not re.search(r'<div[^>]*style="[^"]*(?<!max-)\bwidth:', html)
    assert not re.findall(r"#[0-9a-fA-F]{3}\b(?![0-9a-fA-F])", html)
    assert not re.findall(r'style="[^"]*; ', html), "blanks of which each mail has hundreds"


def test_what_an_author_writes_is_not_taken_for_a_style(workspace: Workspace) -> None:
    alt = 'it said \' style="a; b" >'
    release = written(workspace, 'Text style="a; b".', f"Headline: One\nImages:\n  - file: https://example.org/a.png\n    alt: {alt}")  # fmt: skip
    html = html_of(workspace, release)
    assert 'Text style="a; b".' in html
    assert alt in unescape(html)


def test_the_cover_note_stands_outside_the_sheet(workspace: Workspace) -> None:
    html = html_of(workspace, written(workspace, "Text.", "Headline: One\nNote: Dear colleague."))
    assert html.index("Dear colleague.") < html.index('class="sheet"')


@pytest.mark.parametrize("theme", THEMES)
def test_whom_to_call_stands_under_the_date(workspace: Workspace, theme: str) -> None:
    mail = render(written(workspace, "Text."), workspace.theme(theme))
    contact = edition(workspace, "full").contacts[0]
    for head in (mail.text.partition("\nOne\n===")[0], mail.html.partition("<h1")[0]):
        assert contact.phone in head
        assert contact.email in head
    assert 'href="tel:+44' in mail.html.partition("<h1")[0]


def test_notes_hang(workspace: Workspace) -> None:
    html = rendered(workspace, "full").html
    assert len(re.findall(r'<td width="28" valign="top"><a class="note-number"', html)) == 30


def test_a_long_highlight_is_tinted_and_a_short_one_bold(workspace: Workspace) -> None:
    html = html_of(workspace, written(workspace, f"**{'word ' * 24}ends**\n\n**{'word ' * 20}ends**"))
    long, short = re.findall(r"<strong[^>]*>(.*?)</strong>", html)[:2]
    assert long.startswith('<span class="tint" style="')
    assert "font-weight:normal" in long
    assert "<" not in short


@pytest.mark.parametrize(
    ("name", "letters"), [("arabic", "letter-spacing:0;"), ("press-release", "letter-spacing:1px;")]
)
def test_letters_that_join_are_not_moved_apart(workspace: Workspace, name: str, letters: str) -> None:
    html = rendered(workspace, name).html
    (kind,) = re.findall(r'<p class="kind[^"]*" style="([^"]+)"', html)
    assert letters in f"{kind};"


# ---- buttons -----------------------------------------------------------------------------------------------------


def test_one_button_is_filled_and_the_others_are_outlined(workspace: Workspace) -> None:
    html = html_of(workspace, written(workspace, ACTIONS))
    assert re.findall(r'<td class="(button|outline)"', html) == ["button", "outline"]
    cells = re.findall(
        r'<td class="(?:button|outline)"[^>]*style="([^"]*)"[^>]*><a [^>]*style="([^"]*)"', html
    )
    assert len(cells) == 2
    for cell, link in cells:
        assert not re.search(r"(^|;)padding:", cell)
        assert "mso-padding-alt:" in cell
        assert re.search(r"(^|;)padding:", link)
        assert "text-decoration:none" in link


def test_an_invitation_asks_to_register_before_all_else(workspace: Workspace) -> None:
    release = written(workspace, ACTIONS, INVITATION.format(rsvp="https://example.org/register"))
    mail = render(release, workspace.theme("default"))
    found = re.findall(r'<td class="(button|outline)"[^>]*><a [^>]*>(?:<span[^>]*>)?([^<]+)<', mail.html)
    assert found == [("button", "Register"), ("outline", "Add to calendar"), ("outline", "Read it all"), ("outline", "See the map")]  # fmt: skip
    assert "event.ics" in mail.html
    assert "event.ics" in mail.text


def test_what_can_not_be_followed_is_a_row_and_no_button(workspace: Workspace) -> None:
    html = html_of(workspace, written(workspace, "Text.", INVITATION.format(rsvp="ask at the desk")))
    assert re.search(r">Register</td><td [^>]*>ask at the desk</td>", html)
    assert re.findall(r'<td class="(button|outline)"', html) == ["outline"]


TEXTS = [
    "The UN and Mexico agree, she said.",
    "Volunteers of Portmellon’s quay met volunteers.",
    "The US wrote to us.",
]


@pytest.mark.parametrize(("label", "shown"), [
    ("READ THE REPORT", "Read the report"), ("READ THE UN REPORT", "Read the UN report"), ("SEE PORTMELLON’S MAP", "See Portmellon’s map"),
    ("MEXICO: THE FIGURES", "Mexico: the figures"), ("MEET VOLUNTEERS", "MEET VOLUNTEERS"), ("VOLUNTEERS AND THE UN", "Volunteers and the UN"),
    ("READ THE US REPORT", "READ THE US REPORT"), ("VISIT ATLANTIS", "VISIT ATLANTIS"), ("SEE A QUAYS", "See a quays"), ("MAP", "Map"), ("PDF", "PDF"), ("Read It", "Read It"),
    ("READ “THE REPORT”", "Read “the report”"), ("2030", "2030"), ("阅读", "阅读"), ("اقرأ", "اقرأ"), ("", ""),
])  # fmt: skip
def test_a_label_in_capitals_becomes_a_sentence_where_the_release_says_how(label: str, shown: str) -> None:
    """A word that may be a name, or is written in two ways, leaves the label as its author wrote it."""
    assert sentence_case(TEXTS)(label) == shown


# ---- colours -----------------------------------------------------------------------------------------------------

BRANDS = ["#ffffff", "#000000", "#ffcc00", "#ff6600", "#ffa500", "#0b5563", "#ff0000", "#7fff00", "#123456", "#808080", "#00a0e3", "#ffff00", "#ffd633"]  # fmt: skip


@pytest.mark.parametrize("brand", BRANDS)
def test_a_brands_colour_is_itself_where_no_words_stand_and_readable_where_they_do(brand: str) -> None:
    p = palette(brand)
    assert p.brand == brand
    for one, other in (
        (p.fill, p.on_fill), (p.bright, p.on_bright), (p.text, "#f1f3f4"), (p.text, p.tint), ("#12181b", p.tint),
        (p.dark, "#232a2e"), (p.dark, "#101416"), (p.tint_dark, "#f4f6f7"),
    ):  # fmt: skip
        assert contrast(one, other) >= 4.5, (one, other)


@pytest.mark.parametrize(("brand", "dark_words"), [
    ("#ffcc00", True), ("#ff6600", True), ("#ffa500", True), ("#ffff00", True), ("#0b5563", False), ("#ff0000", False),
])  # fmt: skip
def test_yellow_and_orange_are_filled_at_full_strength_with_dark_words(brand: str, dark_words: bool) -> None:
    p = palette(brand)
    assert (luminance(p.on_bright) < 0.1) == dark_words
    assert (p.bright == brand) == (dark_words or brand == "#0b5563")


def turned(colour: str, light: float, dark: float) -> str:
    """As a client recolours it that turns what is lighter or darker than this."""
    if luminance(colour) > light:
        return "#1a1a1a"
    return "#e0e0e0" if luminance(colour) < dark else colour


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize(("light", "dark"), [(0.7, 0.15), (0.85, 0.05)], ids=["everything", "extremes"])
def test_a_button_stays_readable_where_a_client_recolours_it(brand: str, light: float, dark: float) -> None:
    p = palette(brand)
    assert contrast(turned(p.fill, light, dark), turned(p.on_fill, light, dark)) >= 4.5
    if p.bright != p.fill:  # its words have a colour that such clients don't know, and the area is left
        assert turned(p.bright, light, dark) == p.bright


def test_a_brand_that_bears_white_words_needs_no_rule_of_its_own(workspace: Workspace) -> None:
    assert "prefers-color-scheme: light" not in html_of(workspace, written(workspace, "Text."))
    page = workspace.newsroom.read_text("utf-8")
    workspace.newsroom.write_text(re.sub(r"(?m)^Colour:.*$", "Colour: #ff6600", page), "utf-8")
    html = html_of(workspace, written(workspace, "Text."))
    assert ".button { background-color: #ff6600 !important; }" in html


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_words_on_the_page_are_dark_enough_to_be_turned_with_it(
    workspace: Workspace, name: str, theme: str
) -> None:
    """A grey of the middle stays as it is on a page that a client has made dark."""
    html = body(rendered(workspace, name, theme).html)
    on_areas = re.compile(r'class="(?:button-link|embargo)"')
    for tag in re.findall(r"<[a-z][^>]*>", html):
        for colour in re.findall(r"[\";]color:(#\w{6})", tag):
            assert luminance(colour) < 0.05 or on_areas.search(tag), tag
