"""The theme `letter`: on the office's paper, and nothing else that a person who writes would not do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from support.own_office import CONTACT, NAME, PHONE
from support.releases import NAMES, rendered, written

from mailer.render import render
from mailer.workspace import Workspace


def text_of(workspace: Workspace, body: str, fields: str = "Headline: One") -> str:
    return render(written(workspace, body, fields), workspace.theme("letter")).text


def letter(workspace: Workspace, body: str, fields: str = "Headline: One") -> str:
    html = render(written(workspace, body, fields), workspace.theme("letter")).html
    return unescape(html.partition('class="shell"')[2])


def test_the_paper_has_the_office_and_how_to_reach_it(workspace: Workspace) -> None:
    head, _, rest = letter(workspace, "Text.").partition("</table>")
    for each in (NAME, "3 Fulmar Steps", "Skerry Head SH4 2PB", 'href="tel:+442079460361"',
                 'href="mailto:newsdesk@example.org"', 'href="https://petrel.example.org"'):  # fmt: skip
        assert each in head
    assert "3 Fulmar Steps" not in rest, "said once"
    assert text_of(workspace, "Text.").startswith(f"{NAME}\n3 Fulmar Steps\nSkerry Head SH4 2PB\n{PHONE}\n")


def test_a_logo_takes_the_place_of_the_name_which_stands_with_the_address(workspace: Workspace) -> None:
    page = workspace.newsroom.read_text("utf-8")
    logo = "Logo:\n  file: https://example.org/l.png\n  alt: The Coast\n"
    workspace.newsroom.write_text(page.replace("---\n", f"---\n{logo}", 1), "utf-8")
    head = letter(workspace, "Text.").partition("</table>")[0]
    assert 'alt="The Coast"' in head
    assert f"{NAME}<br" in head


def test_place_and_date_then_the_salutation_then_what_it_is_about(workspace: Workspace) -> None:
    fields = "Headline: One Lamp\nDate: 2026-11-23\nDateline: Saltby\nNote: Dear colleague, good news."
    html, text = letter(workspace, "It was lit.", fields), text_of(workspace, "It was lit.", fields)
    for part in (html, text):
        in_order = ("Saltby, November 23, 2026", "Dear colleague", "One Lamp", "It was lit.")
        places = [part.index(each) for each in in_order]
        assert places == sorted(places)
        assert part.count("Saltby") == 1, "the text does not say it again"


def test_who_signs_stands_behind_the_text(workspace: Workspace) -> None:
    fields = "Headline: One\nSpokespeople:\n  - name: Ines Valdero\n    role: Author"
    body = "Text.[^1]\n\n[^1]: A note."
    signed = letter(workspace, body, fields).partition('class="signature"')[2]
    for part in (signed, text_of(workspace, body, fields).partition("ENDS")[2]):
        places = [part.index(each) for each in (CONTACT, "Ines Valdero", "A note.")]
        assert places == sorted(places)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_no_buttons_and_no_boxes(workspace: Workspace, name: str) -> None:
    html = rendered(workspace, name, "letter").html.partition("<body")[2]
    assert not re.search(r'class="(button|outline|card|box)"', html)
