"""Languages and their scripts: what is not in the mail's own language says so (WCAG 2.2, 3.1.2), and no script is set
in a way that harms it. Each theme is held to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html as lxml_html
from support.releases import THEMES, edition, rendered, written

from mailer.release import direction_of, is_other, read_release, script_of
from mailer.render import render
from mailer.render.languages import marked, with_elements
from mailer.workspace import Workspace, built_in_templates

NEWSROOM = """---
Name: Lantern Coast Foundation
{lang}Sender: Press Office <press@example.org>
Postal address:
  Lantern Coast Foundation
  The Old Light, 4 Quay Street
Why: You asked for our releases.
End mark: ENDS
Contacts:
  - name: Mira Okafor
    role: Press Officer
    languages: English
    hours: weekdays
---

## About Lantern Coast Foundation

It keeps the lights of **eleven** harbours.
"""
TRANSLATION = {"ja": "港はきれいだ。", "ar": "الموانئ نظيفة.", "he": "הנמלים נקיים.", "zh": "港口很干净。", "hi": "बंदरगाह साफ़ हैं।",
               "th": "ท่าเรือสะอาด", "ko": "항구는 깨끗하다.", "fa": "بندرها پاک‌اند."}  # fmt: skip


def house(workspace: Workspace, lang: str = "Lang: en\n", **translated: str) -> None:
    for page in workspace.root.glob("newsroom*.md"):
        page.unlink()
    workspace.newsroom.write_text(NEWSROOM.format(lang=lang), "utf-8")
    for tag, text in translated.items():
        (workspace.root / f"newsroom.{tag}.md").write_text(text, "utf-8")


def page_of(workspace: Workspace, body: str, fields: str, theme: str = "default") -> lxml_html.HtmlElement:
    return lxml_html.fromstring(render(written(workspace, body, fields), workspace.theme(theme)).html)


def languages(page: lxml_html.HtmlElement) -> dict[str, str]:
    """Each text of the page's body, with the language that the nearest element around it says."""
    found = {}
    for node in page.body.iter():
        if not isinstance(node.tag, str):
            continue
        around = [node, *node.iterancestors()]
        for text, of in ((node.text, around), (node.tail, around[1:])):
            if text and text.strip():
                found[text.strip()] = next(each.get("lang") for each in of if each.get("lang"))
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_only_there_in_english_says_that_it_is(workspace: Workspace, theme: str) -> None:
    house(workspace)
    found = languages(
        page_of(workspace, "港はきれいだ。", "Headline: 港の水質\nLang: ja\nDate: 2026-11-23", theme)
    )
    english = ("Press release", "For immediate release", "Press Officer", "weekdays", "English", "ENDS",
               "You asked for our releases.", "The Old Light, 4 Quay Street", "Unsubscribe", "eleven",
               "About Lantern Coast Foundation")  # fmt: skip
    assert {text: found.get(text) for text in english} == dict.fromkeys(english, "en")
    assert {found["港の水質"], found["港はきれいだ。"]} == {"ja"}
    day = next(text for text in found if "2026年11月23日" in text)
    assert found[day] == "ja"


def test_a_description_in_english_says_so_on_its_own_tag(workspace: Workspace) -> None:
    house(workspace)
    page = page_of(workspace, "港はきれいだ。[^1]\n\n[^1]: 注。", "Headline: 港\nLang: ja")
    (mark,) = page.body.xpath("//a[@role='doc-noteref']")
    assert (mark.get("aria-label"), mark.get("lang"), mark.get("dir")) == ("Note 1", "en", None)


def test_english_in_a_mail_that_is_read_from_the_right_has_its_own_direction(workspace: Workspace) -> None:
    house(workspace)
    fields = "Headline: הנמלים\nLang: he\nEmbargo: 2026-11-23 10:00 Europe/London"
    page = page_of(workspace, "הנמלים נקיים.", fields)
    (embargo,) = page.body.xpath("//*[@class='embargo']/span")
    assert (embargo.text, embargo.get("lang"), embargo.get("dir")) == ("Embargoed until ", "en", "ltr")
    (day,) = embargo
    assert (day.get("lang"), day.get("dir")) == ("he", "rtl")
    (about,) = page.body.xpath("//*[contains(@class, 'about')]")
    assert (about.get("lang"), about.get("dir")) == ("en", "ltr")


def test_no_sign_is_left_and_no_markup_in_the_title(workspace: Workspace) -> None:
    house(workspace)
    theme = workspace.templates / "ours"
    theme.mkdir(parents=True)
    (theme / "release.html.j2").write_text(
        "<!DOCTYPE html><html><head><title>{{ kind }}</title></head><body><!-- {{ labels.notes }} -->"
        '<p title="{{ labels.notes }}" lang="ja">{{ kind | upper }} {{ labels.notes[:5] }}</p></body></html>',
        "utf-8",
    )
    got = render(written(workspace, "港。", "Headline: 港\nLang: ja"), workspace.theme("ours")).html
    assert "<title>Press release</title>" in got
    assert '<p title="Notes" lang="ja">' in got
    assert not re.search("[\ue002-\uf8ff]", got)


def test_the_text_part_has_no_marks(workspace: Workspace) -> None:
    house(workspace)
    mail = render(written(workspace, "港。", "Headline: 港\nLang: ja"), workspace.theme("default"))
    assert "Press release" in mail.text
    assert not re.search("[\ue002-\uf8ff]|lang=", mail.text + mail.subject + mail.preheader)


@pytest.mark.parametrize("tag", ["en", "en-GB", "es-MX", "ar", "pt-BR"])
def test_a_mail_in_one_language_says_it_once(workspace: Workspace, tag: str) -> None:
    own = {tag.partition("-")[0]: f"---\nWhy: —\nEnd mark: ###\nPostal address: —\n---\n\n## {tag}\n\n—\n"}
    house(workspace, **own)
    contact = "Contacts:\n  - name: Ana\n    role: —"
    page = page_of(workspace, "Text.", f"Headline: One\nLang: {tag}\n{contact}")
    assert set(languages(page).values()) == {tag}
    assert not page.body.xpath(".//span[@lang]")


def test_a_newsroom_that_does_not_say_its_language_is_not_called_english(workspace: Workspace) -> None:
    house(workspace, lang="")
    found = languages(page_of(workspace, "Wasser.", "Headline: Wasser\nLang: de"))
    assert found["Press Officer"] == found["eleven"] == "de"


def test_what_a_translated_newsroom_leaves_out_stays_the_houses(workspace: Workspace) -> None:
    house(workspace, de="---\nWhy: Sie wollten das.\n---\n\n## Über uns\n\nText von uns.\n")
    found = languages(page_of(workspace, "Wasser.", "Headline: Wasser\nLang: de"))
    assert (found["Sie wollten das."], found["Text von uns."]) == ("de", "de")
    assert (found["Press Officer"], found["The Old Light, 4 Quay Street"]) == ("en", "en")


ORIGINAL = """---
Kind: Media advisory
Headline: Boat trip
Date: 2026-11-23
Spokespeople:
  - name: Tomas Brandl
    role: Harbour master
Event:
  what: Sampling at dawn
  start: 2026-11-24 08:00 Europe/London
  where: North quay
Images:
  - file: https://example.org/tide.jpg
    alt: A tide table
    caption: The tide
Attachments:
  - file: https://example.org/tide.pdf
    title: Tide tables
---

Text.
"""


@pytest.mark.parametrize("theme", THEMES)
def test_what_a_translation_takes_over_is_in_the_originals_language(workspace: Workspace, theme: str) -> None:
    house(workspace)
    (workspace.releases / "trip.md").write_text(ORIGINAL.replace("Kind", "Lang: en\nKind"), "utf-8")
    (workspace.releases / "trip.es.md").write_text("---\nHeadline: Paseo\n---\n\nTexto.\n", "utf-8")
    translation = read_release(workspace, "trip").edition_for(["es"])
    page = lxml_html.fromstring(render(translation, workspace.theme(theme)).html)
    found = languages(page)
    taken = ("Harbour master", "Sampling at dawn", "North quay", "The tide", "Tide tables")
    assert {text: found[text] for text in taken} == dict.fromkeys(taken, "en")
    (picture,) = page.body.xpath("//img[@alt='A tide table']")
    assert picture.get("lang") == "en"
    assert found["Tomas Brandl"] == "es"  # a name is of no language
    own = "Spokespeople:\n  - name: Tomas Brandl\n    role: Capitán"
    (workspace.releases / "trip.es.md").write_text(f"---\nHeadline: Paseo\n{own}\n---\n\nTexto.\n", "utf-8")
    translation = read_release(workspace, "trip").edition_for(["es"])
    assert (
        languages(lxml_html.fromstring(render(translation, workspace.theme(theme)).html))["Capitán"] == "es"
    )


def test_what_a_theme_cuts_is_words_without_a_mark() -> None:
    sign = marked("Press release", "en", "ja")
    assert with_elements(f"<body>{sign[:8]}", "ltr") == "<body>Pres"
    assert with_elements(f"<body>{sign}", "rtl") == '<body><span lang="en" dir="ltr">Press release</span>'


@pytest.mark.parametrize(
    ("tag", "script", "direction"),
    [("en", "Latn", "ltr"), ("ar", "Arab", "rtl"), ("fa-AF", "Arab", "rtl"), ("he", "Hebr", "rtl"), ("yi", "Hebr", "rtl"),
     ("ckb", "Arab", "rtl"), ("dv", "Thaa", "rtl"), ("pa", "Guru", "ltr"), ("pa-PK", "Arab", "rtl"), ("az-Arab", "Arab", "rtl"),
     ("sr-Latn-RS", "Latn", "ltr"), ("ja", "Jpan", "ltr"), ("zh-TW", "Hant", "ltr"), ("xx", "Latn", "ltr")],
)  # fmt: skip
def test_a_tag_tells_the_script_and_its_direction(tag: str, script: str, direction: str) -> None:
    assert (script_of(tag), direction_of(tag)) == (script, direction)


def test_two_tags_of_one_language_in_one_script_are_no_other() -> None:
    assert not is_other("es-MX", "es")
    assert not is_other("EN", "en-GB")
    assert is_other("zh-TW", "zh")
    assert is_other("sr-Latn", "sr")


# ---- how a script is set --------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tag", TRANSLATION)
def test_no_script_without_italics_is_slanted_or_spaced(workspace: Workspace, tag: str, theme: str) -> None:
    house(workspace)
    words = TRANSLATION[tag]
    body = f"{words} *{words}*\n\n> {words} *{words}*\n>\n> — {words}\n\n## {words}\n\n### *{words}*\n\n- *{words}*"
    fields = f"Headline: {words}\nSubhead: {words}\nLang: {tag}\nDate: 2026-11-23"
    page = page_of(workspace, body, fields, theme)
    styles = " ".join(node.get("style", "") for node in page.body.iter() if isinstance(node.tag, str))
    assert "italic" not in styles
    assert set(re.findall(r"letter-spacing: ?([^;\"]+)", styles)) <= {"0"}
    stressed = page.body.xpath("//em")
    assert len(stressed) == 4
    for em in stressed:
        assert "font-style:normal" in em.get("style")
        assert "font-weight:bold" in em.get("style")


@pytest.mark.parametrize("theme", THEMES)
def test_what_phones_and_dark_mode_change_slants_and_spaces_nothing(theme: str) -> None:
    sheet = Path(built_in_templates() / theme / "clients.css")
    assert not re.search(
        r"italic|oblique|letter-spacing", sheet.read_text("utf-8") if sheet.is_file() else ""
    )


@pytest.mark.parametrize(
    ("tag", "words", "slanted"),
    [("ar", "Latin words", True), ("ja", "2026", False), ("en", "港の水質", False), ("en", "the *Tide*", True),
     ("ja", "AI 技術の進歩", False), ("ru", "вода", True), ("el", "νερό", True), ("en", "1987", True)],
)  # fmt: skip
def test_stress_is_italic_where_its_own_letters_have_italics(
    workspace: Workspace, tag: str, words: str, slanted: bool
) -> None:
    page = page_of(workspace, f"A *{words.replace('*', '')}* b", f"Headline: One\nLang: {tag}")
    (em,) = page.body.xpath("//em")
    assert (em.get("style") is None) == slanted


def test_a_quotation_is_italic_where_its_own_letters_have_italics(workspace: Workspace) -> None:
    page = page_of(workspace, "> Said.\n\n> 水是干净的。\n", "Headline: One\nLang: en")
    one, other = (quote.get("style") for quote in page.body.xpath("//blockquote"))
    assert "font-style:italic" in one
    assert "font-style:normal" in other


COLUMNS = "| الميناء | العينات | جيد | ملاحظة |\n|---|:-:|--:|:--|\n| سالتبي | 3812 | 2104 | جيد |"


@pytest.mark.parametrize("theme", THEMES)
def test_a_table_that_is_read_from_the_right_begins_at_the_right(workspace: Workspace, theme: str) -> None:
    """`align` for Word's engine, `text-align` for the others; the first column touches the edge, as it does in a table
    that is read from the left."""
    page = page_of(workspace, COLUMNS, "Headline: الموانئ\nLang: ar", theme)
    for cells in (page.body.xpath("//th"), page.body.xpath("//td[contains(@class, 'td')]")):
        assert [cell.get("align") for cell in cells] == ["right", "center", "right", "left"]
        for cell in cells:
            assert f"text-align:{cell.get('align')}" in cell.get("style")
        assert "padding-left:12px;padding-right:0" in cells[0].get("style")
        assert "padding-right:0" not in cells[3].get("style")


@pytest.mark.parametrize("theme", THEMES)
def test_a_table_that_is_read_from_the_left_begins_at_the_left(workspace: Workspace, theme: str) -> None:
    page = page_of(workspace, COLUMNS, "Headline: One\nLang: en", theme)
    assert [cell.get("align") for cell in page.body.xpath("//th")] == ["left", "center", "right", "left"]


def test_name_number_and_address_keep_their_order_from_the_right(workspace: Workspace) -> None:
    """Side by side they would be one run that is read from the left, and the address the first of the three."""
    contact = "Contacts:\n  - name: Mira Okafor\n    phone: +44 20 7946 0142\n    email: press@example.org"
    page = page_of(workspace, "نص.", f"Headline: الموانئ\nLang: ar\n{contact}")
    line = page.body.xpath("//*[@class='when']")[-1]
    assert [(each.text, each.get("dir")) for each in line.iter("span")] == [
        ("Mira Okafor", "auto"), ("+44 20 7946 0142", "ltr"), ("press@example.org", "ltr")
    ]  # fmt: skip


def test_the_footers_sentences_are_read_from_the_right(workspace: Workspace) -> None:
    """Of the address in Latin letters each line alone is read from the left."""
    house(workspace)
    page = lxml_html.fromstring(rendered(workspace, "arabic").html)
    (footer,) = page.body.xpath("//td[@class='footer']")
    assert footer.get("dir") is None
    assert edition(workspace, "arabic").direction == "rtl"
    assert "The Old Light, 4 Quay Street" in [
        each.text_content() for each in footer.xpath(".//*[@dir='auto']")
    ]
