"""`mailer theme check` and `mailer check`: nothing of a theme fails in silence, whether it is misspelt or left out."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.breadth import some
from support.releases import THEMES
from support.terminal import mailer

from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.workspace import Workspace, built_in_templates

CHILD = '{% extends "default/release.html.j2" %}\n'
FULL = """---
Headline: A full release
Date: 2026-11-23
Dateline: Skerry Head
Embargo: 2031-01-02, 10:00 Europe/London
Note: Dear colleague.
Contacts:
  - name: Ada Quill
    phone: 020 7946 0311
  - name: Bo Ferris
    email: bo@example.org
---

Text.[^1]

[^1]: A note.
"""
PLAIN = """---
Headline: A plain release
Date: 2026-11-23
Dateline: Skerry Head
Contacts:
  - name: Ada Quill
    email: ada@example.org
---

Text.
"""


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    for name, text in (("full", FULL), ("plain", PLAIN)):
        (workspace.releases / f"{name}.md").write_text(text, "utf-8")
    newsroom = workspace.newsroom.read_text("utf-8")
    workspace.newsroom.write_text(newsroom.replace("---\n", "---\nTheme: ours\n", 1), "utf-8")
    (workspace.templates / "ours").mkdir(parents=True)
    return workspace


def put(office: Workspace, **files: str) -> Path:
    """Files of the theme, `layout_css` for layout.css."""
    for name, text in files.items():
        path = office.templates / "ours" / name.replace("_", ".")
        path.write_text(text, "utf-8")
    return office.templates / "ours"


Found = list[dict[str, Any]]


def found(office: Workspace, *arguments: str) -> Found:
    """What a check of the theme says, without what is not about themes."""
    ran = mailer(*arguments, "--json", cwd=office.root)
    assert ran.code in (0, 1), ran.err
    return [finding for finding in json.loads(ran.out) if finding["id"].startswith("theme-")]


def in_theme(office: Workspace) -> Found:
    return found(office, "theme", "check", "ours")


def in_release(office: Workspace, release: str = "full") -> Found:
    return found(office, "check", release)


def lines(findings: Found) -> list[str]:
    return [
        f"{f['where']['path'].removeprefix('templates/')}:{f['where']['line']}: {f['message']} {f['hint']}"
        for f in findings
    ]


# Misspelt: file, its text, line, what is said

MISSPELT = [
    ("blocks_html_j2", "\n{% macro paragrph(node) %}x{% endmacro %}", 2, "“paragrph”. Did you mean paragraph?"),
    ("blocks_txt_j2", "{% macro headding(node) %}x{% endmacro %}", 1, "“headding”. Did you mean heading?"),
    ("blocks_html_j2", "{% macro persn(contact, first) %}x{% endmacro %}", 1, "Did you mean person?"),
    ("release_html_j2", CHILD + "{% macro paragraph(node) %}x{% endmacro %}", 2, "Move it to blocks.html.j2."),
    ("blocks_html_j2", "{% macro em(node) %}<em>{{ blocks(node.children) }}</em>{% endmacro %}\n" * 2, 1, "stands here twice"),
    ("release_html_j2", CHILD + "{% block mastheed %}x{% endblock %}", 2, "“mastheed”, so this is not printed. Did you mean masthead?"),
    ("release_html_j2", CHILD + "\n<p>Our press office</p>", 3, "outside of every block"),
    ("release_html_j2", CHILD + "{% if release.web %}{{ release.web }}{% endif %}", 2, "outside of every block"),
    ("layout_css", ".link { color: red }\n.headlin { color: red }", 2, "“headlin”. Did you mean headline?"),
    ("clients_css", "@media print {\n .headline, .futer { color: red }\n}", 2, "“futer”. Did you mean footer?"),
    ("layout_css", ".headline {\n  colr: red;\n}", 2, "There is no property “colr”. Did you mean color?"),
    ("blocks_html_j2", '{% macro hr(node) %}\n<hr class="divder">{% endmacro %}', 2, "“divder”. Did you mean divider?"),
    ("labels_en_toml", 'immediate = "Now"\ncontacs = "Desk"', 2, "“contacs”. Did you mean contacts?"),
    ("labels_en_toml", 'note = "Note"', 1, "does not print {number}."),
    ("labels_engl_toml", 'contact = "Desk"', 0, "“engl” is no language that is known, so this is not read. Did you mean labels.en.toml?"),
    ("layouts_css", ".headline { color: red }", 0, "Did you mean layout.css?"),
    ("release_htm_j2", CHILD, 0, "Did you mean release.html.j2?"),
    ("parts_html_j2", "x", 0, "not read"),
    ("theme_txt", "Ours\nForm: letter", 2, "written “From: NAME”"),
]  # fmt: skip
CAN_NOT_BE_RENDERED = [
    ("blocks_html_j2", "{% macro hr(node) %}{{ relase.headline }}{% endmacro %}", 1, "“relase”. Did you mean release?"),
    ("blocks_html_j2", "{% macro hr(node) %}\n{{ release.headlin }}{% endmacro %}", 2, "“release.headlin”. Did you mean headline?"),
    ("blocks_html_j2", "{% macro hr(node) %}{{ newsroom.websit }}{% endmacro %}", 1, "Did you mean website?"),
    ("blocks_html_j2", "{% macro hr(node) %}{{ labels.contacs }}{% endmacro %}", 1, "Did you mean contacts?"),
    ("blocks_html_j2", "{% macro hr(node) %}{{ colour.fil }}{% endmacro %}", 1, "Did you mean fill?"),
    ("blocks_html_j2", '{% macro hr(node) %}{{ part("persn", 1, 2) }}{% endmacro %}', 1, "Did you mean person?"),
    ("blocks_html_j2", '{% macro hr(node) %}{{ fact("a", "b") }}{% endmacro %}', 1, 'Write part("fact", …).'),
    ("labels_de_toml", 'embargo = "bis {momen}"', 1, "Nothing fills {momen} of the label “embargo”. Did you mean moment?"),
    ("labels_de_toml", 'contact = "x"\nembargo = bis', 2, ""),
]  # fmt: skip
STOPS_EVERY_MAIL = [
    ("release_html_j2", '\n{% extends "defualt/release.html.j2" %}', 2, "“defualt/release.html.j2” in this theme", "Did you mean default/release.html.j2?"),
    ("release_html_j2", '{% extends "letter/release.html.j2" %}', 1, "“letter/release.html.j2” in this theme", "write From: letter into theme.txt"),
    ("blocks_html_j2", "{% macro paragraph(node) %}\n{{ node.content | uper }}{% endmacro %}", 2, "filter “uper”", "Did you mean upper?"),
    ("blocks_html_j2", "\n{% macro paragraph(node) %}{% if %}x{% endmacro %}", 2, "", ""),
    ("layout_css", "\np { color: red }", 2, "“p” is not a class selector", ""),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text", "line", "said"), some(MISSPELT, 6))
def test_what_is_misspelt_is_named_with_its_line_and_what_was_meant(
    office: Workspace, file: str, text: str, line: int, said: str
) -> None:
    """It changed nothing, and nobody was told."""
    put(office, **{file: text})
    place = f"ours/{file.replace('_', '.')}:{line}: "
    for findings in (in_theme(office), in_release(office)):
        [told] = [told for told in lines(findings) if said in told]
        assert told.startswith(place)
        assert {(f["id"], f["level"]) for f in findings} == {("theme-no-effect", "warning")}


@pytest.mark.parametrize(("file", "text", "line", "said"), some(CAN_NOT_BE_RENDERED, 5))
def test_what_can_not_be_rendered_is_named_before_a_release_reaches_it(
    office: Workspace, file: str, text: str, line: int, said: str
) -> None:
    """The release at hand has no rule and is not German: it can be sent, and somebody is told."""
    put(office, **{file: text})
    place = f"ours/{file.replace('_', '.')}:{line}: "
    for level, findings in (("error", in_theme(office)), ("warning", in_release(office))):
        faults = [f for f in findings if f["id"] == "theme-fault"]
        assert {f["level"] for f in faults} == {level}
        assert [told for told in lines(faults) if told.startswith(place) and said in told]


@pytest.mark.parametrize(("file", "text", "line", "said", "hint"), STOPS_EVERY_MAIL)
def test_what_stops_every_mail_is_named_with_what_was_meant(
    office: Workspace, file: str, text: str, line: int, said: str, hint: str
) -> None:
    put(office, **{file: text})
    place = f"ours/{file.replace('_', '.')}:{line}: "
    assert [told for told in lines(in_theme(office)) if told.startswith(place) and said in told]
    ran = mailer("check", "full", cwd=office.root)
    assert ran.code == 2
    [told] = [told for told in ran.err.splitlines() if f"templates/{place}" in told]
    assert said in told
    assert hint.lower() in told.lower()


def test_every_fault_is_told_in_one_go(office: Workspace) -> None:
    put(
        office,
        release_html_j2='{% extends "defualt/release.html.j2" %}{% block mastheed %}{{ newsroom.nam }}{% endblock %}',
        blocks_html_j2="{% macro paragrph(node) %}{{ node.content | uper }}{% endmacro %}",
        layout_css="p { color: red }\n.headline { colr: red }",
        labels_de_toml='kontakt = "Kontakt"',
    )
    wanted = {"defualt", "newsroom.nam", "paragrph", "uper", "“p”", "colr", "kontakt"}
    told = "\n".join(lines(in_theme(office)))
    assert {name for name in wanted if name in told} == wanted
    told = mailer("check", "full", cwd=office.root).err
    assert {name for name in wanted if name in told} == wanted


@pytest.mark.parametrize("name", THEMES)
def test_nothing_is_wrong_with_the_themes_that_ship(office: Workspace, name: str) -> None:
    assert found(office, "theme", "check", name) == []


def test_what_a_theme_may_do_is_no_fault(office: Workspace) -> None:
    folder = put(
        office,
        theme_txt="Ours: by the house\n",
        layout_css=".headline, .ours { color: {{ colour.text }}; -webkit-text-size-adjust: 100%; mso-line-height-rule: exactly; }\n"
        ".cell-left { color: red } .h2 { color: red } .box-loud { color: red }",
        clients_css="@font-face { font-family: Ours; src: url(https://example.org/ours.woff2); }\n"
        "[data-ogsc] .ours { color: red }\n.ours:hover { color: red }",
        release_html_j2='{% extends "default/release.html.j2" %}\n{% import "own.html.j2" as own %}\n{% set loud = "box-loud" %}\n'
        '{% block masthead %}{{ super() }}<p class="ours">{{ own.line(newsroom.name) }}{{ maybe | default("") }}</p>'
        '{% include "more.html.j2" ignore missing %}<p class="{{ "box-loud" }}">{{ labels.slogan }}</p>{% endblock %}',
        own_html_j2="{% macro line(text) %}{{ text | upper }}{% endmacro %}",
        blocks_html_j2='{% macro td(node) %}<td class="cell-{{ node.tag }} td">{{ mark() }}{{ blocks(node.children) }}</td>{% endmacro %}'
        "{% macro mark() %}{% endmacro %}",
        labels_en_toml='slogan = "Every day"\n',
    )  # fmt: skip
    for name in ("README.md", "logo.png", ".DS_Store"):
        (folder / name).write_bytes(b"x")
    assert lines(in_theme(office)) == []


# Left out


def leaves_out(*blocks: str) -> str:
    return CHILD + "".join(f"{{% block {name} %}}{{% endblock %}}" for name in blocks)


@pytest.mark.parametrize(
    ("block", "said"),
    some(
        [
            ("people", {"the contacts", "the spokespeople"}),
            ("notes", {"the footnotes"}),
            ("footer", {"the link to unsubscribe", "the postal address", "the website", "why people get it"}),
            ("headlines", {"the headline", "the subhead"}),
            ("above", {"the embargo"}),
            ("cover", {"the cover note"}),
            ("event", {"the event"}),
            ("media", {"the attachments"}),
            ("about", {"the texts about the organisation"}),
            ("follow_up", {"the correction"}),
            ("kind_and_date", {"the kind", "the date"}),
        ],
        6,
    ),
)
def test_a_theme_that_leaves_something_out_fails(office: Workspace, block: str, said: set[str]) -> None:
    put(office, release_html_j2=leaves_out(block))
    ran = mailer("theme", "check", "ours", cwd=office.root)
    assert ran.code == 1
    assert said <= set(re.findall(r"leaves out (.*?)(?: \(.*\))?, in the HTML\.", ran.out)), ran.out
    assert f"in the HTML in the block “{block}”" in ran.out


@pytest.mark.parametrize(
    ("block", "release", "level"),
    some(
        [
            ("people", "full", "error"),
            ("notes", "full", "error"),
            ("footer", "full", "error"),
            ("above", "full", "error"),
            ("headlines", "plain", "error"),
            ("people", "plain", "error"),
            ("footer", "plain", "error"),
            ("notes", "plain", "warning"),
            ("above", "plain", "warning"),
            ("media", "full", "warning"),
            ("kind_and_date", "full", "warning"),
        ],
        6,
    ),
)
def test_what_a_release_has_and_its_theme_leaves_out_blocks_it(
    office: Workspace, block: str, release: str, level: str
) -> None:
    """What only other releases would miss is a warning."""
    put(office, release_html_j2=leaves_out(block))
    findings = [f for f in in_release(office, release) if f["id"] == "theme-drops"]
    assert {"error": True, "warning": False}[level] == any(f["level"] == "error" for f in findings)
    assert findings
    anybody = ("--include-unmarked",) if release == "full" else ()  # it is under embargo
    assert mailer("check", release, *anybody, cwd=office.root).code == (1 if level == "error" else 0)
    assert mailer("send", release, "--dry-run", *anybody, cwd=office.root).code == (
        1 if level == "error" else 0
    )


def test_the_text_part_is_looked_at_too(office: Workspace) -> None:
    put(
        office,
        release_txt_j2="{{ kind }} {{ day(release.date) }}\n{{ release.headline }}\n\n{{ blocks(release.body.children) }}",
    )
    told = "\n".join(lines(in_theme(office)))
    for what in (
        "the contacts (",
        "the footnotes, ",
        "the link to unsubscribe, ",
        "the embargo, ",
        "the cover note, ",
    ):
        assert re.search(rf"leaves out {re.escape(what)}.*in the text part\.", told), told
    assert "headline" not in told
    assert "of the text" not in told
    assert mailer("check", "full", cwd=office.root).code == 1


def test_the_second_of_several_is_looked_for(office: Workspace) -> None:
    first = '{% block people %}{{ part("person", release.contacts[0], true) }}{{ part("person", release.spokespeople[0], true) if release.spokespeople }}{% endblock %}'
    put(office, release_html_j2=CHILD + first)
    told = "\n".join(lines(in_theme(office)))
    assert "leaves out the contacts (" in told
    assert "leaves out the spokespeople (" in told


def test_every_kind_of_release_is_looked_at(office: Workspace) -> None:
    block = '{% block notes %}{% if kind_key != "statement" %}{{ super() }}{% endif %}{% endblock %}'
    put(office, release_html_j2=CHILD + block)
    assert "leaves out the footnotes" in "\n".join(lines(in_theme(office)))
    assert in_release(office) == [], "this one is no statement"
    release = office.releases / "full.md"
    release.write_text(FULL.replace("Headline:", "Kind: statement\nHeadline:"), "utf-8")
    assert [f["level"] for f in in_release(office)] == ["error"]


@pytest.mark.parametrize(
    "macro", some(["paragraph", "link", "blockquote", "call_to_action", "td", "strong", "list_item"], 4)
)
def test_a_block_that_prints_nothing_of_its_words_is_found(office: Workspace, macro: str) -> None:
    put(office, blocks_html_j2=f"{{% macro {macro}(node) %}}<br>{{% endmacro %}}")
    assert "leaves out of the text (" in "\n".join(lines(in_theme(office)))


def test_another_way_of_writing_is_no_loss(office: Workspace) -> None:
    """Days in figures, a telephone number without blanks, a kind in capitals and of another name."""
    put(
        office,
        release_html_j2=CHILD
        + '{% block kind_and_date %}<p class="kind">{{ kind | upper }} {{ release.date.strftime("%d.%m.%Y") }}</p>{% endblock %}'
        '{% block above %}{{ merged(release.note) }} {{ release.embargo.strftime("%d/%m/%y") if release.embargo }}'
        '{{ elsewhere(release.embargo) | join(", ") if release.embargo }}{% endblock %}',
        labels_en_toml='press_release = "News"\nmedia_advisory = "Invitation"\n',
    )  # fmt: skip
    assert lines(in_theme(office)) == []


def test_furniture_may_go(office: Workspace) -> None:
    put(office, release_html_j2=leaves_out("masthead", "rule"))
    assert lines(in_theme(office)) == []


@pytest.mark.parametrize(("looked_at", "dropped"), [("", True), ("ours", True), ("copied", False)])
def test_the_theme_that_is_looked_at_is_the_one_that_is_checked(
    office: Workspace, looked_at: str, dropped: bool
) -> None:
    """The preview and `mailer render --theme` use another one than the release's own."""
    shutil.copytree(built_in_templates() / "letter", office.templates / "copied")
    put(office, release_html_j2=leaves_out("people"))
    findings = prepare(office, "full", Choice(), theme=looked_at).findings
    assert dropped == any(finding.id == "theme-drops" for finding in findings)


def test_without_a_name_each_own_theme_is_checked(office: Workspace) -> None:
    put(office, layout_css=".headlin { color: red }")
    (office.templates / "other").mkdir()
    ran = mailer("theme", "check", cwd=office.root)
    assert ran.code == 1
    assert "ours: 1 warning." in ran.err
    assert "other: no problems found." in ran.err
    assert "templates/ours/layout.css:1: warning: " in ran.out
    shutil.rmtree(office.templates)
    ran = mailer("theme", "check", cwd=office.root)
    assert (ran.code, ran.out) == (0, "")
    assert "mailer theme new NAME" in ran.err
    assert mailer("theme", "check", "no-such", cwd=office.root).code == 2


# Beginning one


@pytest.mark.parametrize("base", THEMES)
def test_a_new_theme_is_whole_and_renders_at_once(workspace: Workspace, base: str) -> None:
    ran = mailer("theme", "new", "spring", "--from", base, cwd=workspace.root)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        f"templates/spring/{name}" for name in ("layout.css", "release.html.j2", "theme.txt")
    ]
    for line in ("mailer preview harbour-report", "mailer theme check spring", "Theme: spring"):
        assert line in ran.err
    checked = mailer("theme", "check", "spring", cwd=workspace.root)
    assert (checked.code, checked.out) == (0, "")
    pages = []
    for name in ("spring", base):
        assert (
            mailer("render", "harbour-report", "--theme", name, "--out", name, cwd=workspace.root).code == 0
        )
        pages.append((workspace.root / name / "harbour-report.en.html").read_text("utf-8"))
    assert "our-website" in pages[0], "its own block"
    assert "Verdana" in pages[0], "its own rules"
    assert pages[0].count("style=") == pages[1].count("style=") + 2, "all others stay"
    for path in (workspace.templates / "spring").iterdir():
        assert not re.search("BASE|NAME", path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ours", "already a theme"),
        ("OURS", "already a theme"),
        ("default", "already a theme"),
        ("../ours", "can't be the name"),
        (".ours", "can't be the name"),
        ("a b", "can't be the name"),
        ("", "can't be the name"),
        ("x" * 300, "can't be the name"),
    ],
)
def test_a_new_theme_replaces_nothing_and_lies_where_themes_lie(
    office: Workspace, name: str, said: str
) -> None:
    kept = put(office, layout_css=".headline { color: red }")
    ran = mailer("theme", "new", name, cwd=office.root)
    assert ran.code == 2
    assert said in ran.err
    assert [path.name for path in office.templates.iterdir()] == ["ours"]
    assert [path.name for path in kept.iterdir()] == ["layout.css"]


def test_a_new_theme_begins_from_one_that_there_is(workspace: Workspace) -> None:
    ran = mailer("theme", "new", "spring", "--from", "leter", cwd=workspace.root)
    assert ran.code == 2
    assert "No theme “leter”" in ran.err
    assert not workspace.templates.exists()
