"""The theme `bulletin`: the items of a week, numbered and listed, with links instead of buttons."""

from __future__ import annotations

import re

import pytest
from lxml import html as markup
from support.pictures import noise
from support.releases import written

from mailer.model import Rendered
from mailer.render import render
from mailer.workspace import Workspace

ITEMS = ("Oysters are back", "Every mole has a lamp", "The night boat is silent")
NOTES = "## Notes to editors\n\nPictures may be used freely."


def bulletin(workspace: Workspace, body: str, fields: str = "Headline: The Week") -> Rendered:
    return render(written(workspace, body, fields), workspace.theme("bulletin"))


def week(count: int) -> str:
    """A release of so many items, with an introduction before and notes to editors behind."""
    items = (f"## {title}\n\nIt was counted on Sunday." for title in ITEMS[:count])
    return "\n\n".join(("This was the week.", *items, NOTES))


def words(mail: Rendered, path: str) -> list[str]:
    """The words of the elements that an XPath finds."""
    return [" ".join(element.text_content().split()) for element in markup.fromstring(mail.html).xpath(path)]


def column(mail: Rendered, name: str) -> list[str]:
    """The words of the cells of a class."""
    return words(mail, f'//td[contains(concat(" ", @class, " "), " {name} ")]')


def test_items_are_numbered_and_listed_before_the_first(workspace: Workspace) -> None:
    mail = bulletin(workspace, week(3))
    assert column(mail, "contents-line") == list(ITEMS)
    assert column(mail, "contents-number") == column(mail, "entry-number") == ["1", "2", "3"]
    assert words(mail, '//h2[@class="entry-title"]') == list(ITEMS)
    for part in (mail.html, mail.text):
        assert part.index("This was the week.") < part.index("In this issue") < part.index(ITEMS[2])
    assert (
        f"In this issue\n-------------\n\n1. {ITEMS[0]}\n2. {ITEMS[1]}\n3. {ITEMS[2]}\n\n1. {ITEMS[0]}\n---"
        in mail.text
    )
    assert f"\n3. {ITEMS[2]}\n{'-' * len('3. ' + ITEMS[2])}\n" in mail.text


def test_the_list_speaks_the_language_of_the_release(workspace: Workspace) -> None:
    mail = bulletin(workspace, week(3), "Headline: La semana\nLang: es")
    assert "En este número" in mail.html
    assert "En este número" in mail.text


def test_two_items_need_no_list_and_one_no_number(workspace: Workspace) -> None:
    two, one = bulletin(workspace, week(2)), bulletin(workspace, week(1))
    assert column(two, "entry-number") == ["1", "2"]
    assert f"\n2. {ITEMS[1]}\n" in two.text
    assert column(one, "entry-number") == []
    assert f"\n{ITEMS[0]}\n" in one.text
    for mail in (one, two):
        assert "In this issue" not in mail.html + mail.text


def test_notes_to_editors_are_no_item(workspace: Workspace) -> None:
    mail = bulletin(workspace, week(3))
    assert words(mail, '//h2[@class="h2"]')[0] == "Notes to editors"
    assert "\nNotes to editors\n" in mail.text


def test_the_list_has_the_words_of_a_title_alone(workspace: Workspace) -> None:
    """A link in a list of titles would lead away from the mail, and a mark of a note would be said twice."""
    title = "## [Oysters](https://example.org/oysters) *are* back[^1]"
    mail = bulletin(workspace, f"{week(3)}\n\n{title}\n\nYes.\n\n[^1]: Counted.")
    assert column(mail, "contents-line")[3] == "Oysters are back"
    assert not re.search(r'class="contents-line"[^>]*>[^<]*<a', mail.html)
    assert "\n4. Oysters are back\n" in mail.text
    assert len(re.findall('id="ref-1-1"', mail.html)) == 1


def test_a_picture_behind_a_title_stands_above_it(workspace: Workspace) -> None:
    (workspace.root / "images").mkdir()
    for name in ("first", "later"):
        noise("RGB", (1200, 600)).save(workspace.root / "images" / f"{name}.png")
    body = f"{week(2)}\n\n## A pier\n\n![First](images/first.png)\n\nText.\n\n![Later](images/later.png)"
    mail = bulletin(workspace, body)
    third = mail.html.split('class="entry"')[-1]
    assert third.index('alt="First"') < third.index("A pier") < third.index('alt="Later"')
    widths = {alt: int(width) for alt, width in re.findall(r'alt="(\w+)" width="(\d+)"', mail.html)}
    assert widths == {"First": 536, "Later": 496}, "beside the numbers there is less room"


ACTIONS = "[Read it](https://example.org/a)\n\n[See the map](https://example.org/b)"


def test_links_are_lines_with_an_arrow_that_never_stands_alone(workspace: Workspace) -> None:
    mail = bulletin(workspace, ACTIONS)
    assert words(mail, '//p[@class="action"]') == ["Read it →", "See the map →"]
    assert "Read it\N{NO-BREAK SPACE}<span" in mail.html
    assert 'class="button"' not in mail.html
    assert 'class="outline"' not in mail.html


def test_the_arrow_points_where_the_line_goes(workspace: Workspace) -> None:
    mail = bulletin(workspace, ACTIONS, "Headline: أسبوع\nLang: ar")
    assert "←" in mail.html
    assert "→" not in mail.html


def test_only_to_register_is_a_button(workspace: Workspace) -> None:
    event = "Kind: media advisory\nHeadline: Come\nEvent:\n  what: A boat\n  start: 2026-11-30, 7:00\n  rsvp: https://example.org/r"
    mail = bulletin(workspace, ACTIONS, event)
    assert words(mail, '//td[@class="button"]') == ["Register"]
    assert words(mail, '//p[@class="action"]')[0] == "Add to calendar →"


@pytest.mark.parametrize("marks", ["", "Logo:\n  file: https://example.org/l.png\n  alt: The Coast\n"])
def test_kind_and_date_stand_below_the_masthead(workspace: Workspace, marks: str) -> None:
    page = workspace.newsroom.read_text("utf-8")
    workspace.newsroom.write_text(page.replace("---\n", f"---\n{marks}", 1), "utf-8")
    mail = bulletin(workspace, "Text.", "Headline: The Week\nDate: 2026-11-23")
    places = [mail.html.index(f'class="{name}"') for name in ("masthead", "folio", "headline")]
    assert places == sorted(places)
    assert "November 23, 2026 · For immediate release" in column(mail, "folio-end")
