"""Every block stands in the HTML and in the text; a block that no template knows is an error, not silence."""

from __future__ import annotations

import re

import pytest
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from support.releases import NAMES, THEMES, edition, rendered, written

from mailer.errors import TemplateError
from mailer.release import NODE_TYPES
from mailer.render import render
from mailer.render.colours import palette
from mailer.render.stylesheets import stylesheet
from mailer.workspace import Workspace, built_in_templates

MACRO = re.compile(r"\{%-? macro (\w+)\(")


def macros(name: str) -> set[str]:
    return set(MACRO.findall((built_in_templates() / "default" / name).read_text("utf-8")))


def test_html_and_text_templates_cover_every_type_of_block() -> None:
    assert set(NODE_TYPES) <= macros("blocks.html.j2")
    assert set(NODE_TYPES) <= macros("blocks.txt.j2")


def test_neither_has_a_block_that_the_other_lacks() -> None:
    only_html = macros("blocks.html.j2") - macros("blocks.txt.j2")
    assert only_html == {"cell_align", "side", "at_the_end"}
    assert not macros("blocks.txt.j2") - macros("blocks.html.j2")


def test_the_full_example_has_every_type_of_block(workspace: Workspace) -> None:
    found = {node.type for node in edition(workspace, "full").body.walk()} - {"root"}
    assert found <= set(NODE_TYPES)
    assert set(NODE_TYPES) - found == {"hardbreak", "merge_slot", "image"}


def test_a_block_of_unknown_type_is_an_error(workspace: Workspace) -> None:
    release = written(workspace, "Text.")
    unknown = SyntaxTreeNode([Token("hologram", "", 0, block=True)])
    from dataclasses import replace

    with pytest.raises(TemplateError, match="hologram"):
        render(replace(release, body=unknown), workspace.theme("default"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_every_word_and_link_of_the_html_is_in_the_text(workspace: Workspace, name: str, theme: str) -> None:
    mail = rendered(workspace, name, theme)
    body = re.sub(r"(?s)<head.*?</head>|<!--.*?-->|<div class=\"preheader\".*?</div>", " ", mail.html)
    from html import unescape

    shown = unescape(re.sub(r"<[^>]+>", " ", body))
    words = lambda text: set(re.findall(r"[^\W\d_]{2,}", text.lower()))  # noqa: E731
    assert words(shown) <= words(mail.text)
    for link in re.findall(r'href="(https?:[^"]+)"', mail.html):
        assert unescape(link) in mail.text


def test_a_theme_may_define_one_block_anew(workspace: Workspace) -> None:
    own = workspace.templates / "ours"
    own.mkdir(parents=True)
    (own / "blocks.html.j2").write_text(
        '{% macro call_to_action(node) %}<p class="p">→ <a class="link" href="{{ node.attrs.href }}">{{ node.content }}</a></p>{% endmacro %}',
        "utf-8",
    )
    release = written(workspace, "READ: <https://example.org/a>\n\n> Said.")
    mail = render(release, workspace.theme("ours"))
    assert "→ <a" in mail.html
    assert 'class="button"' not in mail.html
    assert "<blockquote" in mail.html  # what the theme leaves out comes from the default


def test_a_mistake_in_a_template_is_told_with_its_file_and_line(workspace: Workspace) -> None:
    own = workspace.templates / "ours"
    own.mkdir(parents=True)
    (own / "blocks.html.j2").write_text(
        "{% macro paragraph(node) %}\n{{ node.no_such_thing.at_all }}\n{% endmacro %}", "utf-8"
    )
    with pytest.raises(TemplateError) as caught:
        render(written(workspace, "Text."), workspace.theme("ours"))
    assert [(f.path, f.line) for f in caught.value.faults] == [("templates/ours/blocks.html.j2", 2)]
    (own / "blocks.html.j2").write_text("{% macro paragraph(node) %}\n\n{{ node. }}{% endmacro %}", "utf-8")
    with pytest.raises(TemplateError) as caught:
        render(written(workspace, "Text."), workspace.theme("ours"))
    assert caught.value.faults[0].line == 3


@pytest.mark.parametrize(("css", "line", "said"), [
    (".a { color: red }\np { color: red }", 2, "not a class selector"), (".a:hover { color: red }", 1, "not a class selector"),
    (".a .b { color: red }", 1, "not a class selector"), (":is(.a) { color: red }", 1, "not a class selector"),
    (".a { color: red }\n\n@media (max-width: 1px) { .a { color: blue } }", 3, "@media"),
    (".a { color: red ", 1, "brace"), ("#a { color: red }", 1, "not a class selector"),
])  # fmt: skip
def test_a_stylesheet_that_can_not_be_inlined_safely_is_an_error(
    workspace: Workspace, css: str, line: int, said: str
) -> None:
    own = workspace.templates / "ours"
    own.mkdir(parents=True)
    (own / "layout.css").write_text(css, "utf-8")
    with pytest.raises(TemplateError, match=said) as caught:
        render(written(workspace, "Text."), workspace.theme("ours"))
    [fault] = [fault for fault in caught.value.faults if said in fault.message]
    assert (fault.path, fault.line) == ("templates/ours/layout.css", line)


def test_the_stylesheet_for_clients_is_kept_as_it_is(workspace: Workspace) -> None:
    own = workspace.templates / "ours"
    own.mkdir(parents=True)
    css = "@media (prefers-color-scheme: dark) { .a > .b::after { content: '>'; color: red !important; } }"
    (own / "clients.css").write_text(css, "utf-8")
    assert css in render(written(workspace, "Text."), workspace.theme("ours")).html


@pytest.mark.parametrize("theme", THEMES)
def test_every_class_has_its_style_in_every_theme(workspace: Workspace, theme: str) -> None:
    """What has no rule is bare where style blocks are stripped."""
    layout = stylesheet(workspace.theme(theme), "layout.css", palette(""))
    styled = set(re.findall(r"\.([\w-]+) \{", layout))
    used = {
        word
        for name in NAMES
        for value in re.findall(r'class="([^"]+)"', rendered(workspace, name, theme).html)
        for word in value.split()
    }
    assert used - styled == set()
