"""A theme's stylesheets cascade: what a file says changes, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as markup
from support.terminal import Ran, mailer

from mailer.render.inline import inline
from mailer.workspace import Workspace


def write(workspace: Workspace, theme: str, **files: str) -> Path:
    """Files of a theme, `layout_css` for layout.css."""
    folder = workspace.templates / theme
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    return folder


def look(workspace: Workspace, theme: str, release: str = "harbour-report") -> Ran:
    return mailer("render", release, "--theme", theme, "--out", f"out-{theme}", cwd=workspace.root)


def page(workspace: Workspace, theme: str, release: str = "harbour-report") -> str:
    ran = look(workspace, theme, release)
    assert ran.code == 0, ran.err
    return (workspace.root / f"out-{theme}" / f"{release}.en.html").read_text("utf-8")


def styles(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every styled element's classes and properties, in the page's order."""
    found = []
    for element in markup.fromstring(html).xpath("//*[@style]"):
        pairs = (each.partition(":") for each in element.get("style").split(";") if each.strip())
        found.append((element.get("class", ""), {name.strip(): value.strip() for name, _, value in pairs}))
    return found


def test_one_rule_changes_one_rule(workspace: Workspace) -> None:
    """It stripped the mail of every other rule."""
    before = styles(page(workspace, "default"))
    write(workspace, "ours", layout_css=".headline { color: #123456; }")
    after = styles(page(workspace, "ours"))
    assert [name for name, _ in before] == [name for name, _ in after]
    changed = {name: (was, now) for (name, was), (_, now) in zip(before, after, strict=True) if was != now}
    assert set(changed) == {"headline"}
    was, now = changed["headline"]
    assert now == was | {"color": "#123456"}
    assert len(was) > 1, "there was more to lose"


def test_the_workspaces_own_default_does_too(workspace: Workspace) -> None:
    before = styles(page(workspace, "default"))
    write(workspace, "default", layout_css=".headline { color: #123456; }")
    after = styles(page(workspace, "default"))
    assert [name for (name, was), (_, now) in zip(before, after, strict=True) if was != now] == ["headline"]


def test_rules_for_clients_are_put_behind_those_of_the_theme_before(workspace: Workspace) -> None:
    [theirs] = re.findall(r"(?s)<style[^>]*>(.*?)</style>", page(workspace, "default"))
    own = "@media (max-width: 480px) { .headline > .x::after { content: '>'; color: red !important; } }"
    write(workspace, "ours", clients_css=own)
    [both] = re.findall(r"(?s)<style[^>]*>(.*?)</style>", page(workspace, "ours"))
    assert both.startswith(theirs)
    assert both.removeprefix(theirs).strip() == own


def test_a_stylesheet_that_begins_with_reset_begins_from_nothing(workspace: Workspace) -> None:
    write(
        workspace,
        "ours",
        layout_css="/* Ours alone. */\n@reset;\n.headline { color: #123456; }",
        clients_css="@reset;\n@import url(https://example.org/x.css);",
    )
    html = page(workspace, "ours")
    assert {name for name, _ in styles(html)} == {"headline"}
    assert re.findall(r"(?s)<style[^>]*>(.*?)</style>", html) == ["@import url(https://example.org/x.css);"]


@pytest.mark.parametrize(
    ("file", "css", "line", "said"),
    [
        ("layout_css", ".headline { color: red }\n@reset;", 2, "@reset"),
        ("layout_css", ".headline { color: red }\n\n@rest;", 3, "@rest can't be inlined"),
        (
            "layout_css",
            ".headline { color: red }\n.link { }\n.h2 { color red }",
            3,
            "“color red” can't be read",
        ),
        ("layout_css", ".headline { color: red }\n.link", 2, "“.link” is no rule"),
        ("clients_css", "\n.headline { color: red }\n@reset;", 3, "@reset has no effect here"),
        ("clients_css", "\n@import url(x.css);", 2, "@import has no effect"),
    ],
)
def test_what_would_have_no_effect_in_a_stylesheet_is_an_error_with_its_line(
    workspace: Workspace, file: str, css: str, line: int, said: str
) -> None:
    write(workspace, "ours", **{file: css})
    ran = look(workspace, "ours")
    assert ran.code == 2
    assert re.search(rf"templates/ours/{file.replace('_', '.')}:{line}: .*{re.escape(said)}", ran.err), (
        ran.err
    )


# A theme that is made from another one


def test_a_theme_is_made_from_the_one_that_it_names(workspace: Workspace) -> None:
    write(workspace, "ours", theme_txt="Ours.\nFrom: letter\n", layout_css=".headline { color: #123456; }")
    letter, ours = page(workspace, "letter"), page(workspace, "ours")
    changed = [name for (name, was), (_, now) in zip(styles(letter), styles(ours), strict=True) if was != now]
    assert changed == ["headline"]
    assert "ours\tworkspace\tOurs.\tfrom letter" in mailer("themes", cwd=workspace.root).out


def test_the_own_default_does_not_reach_a_theme_that_begins_from_nothing(workspace: Workspace) -> None:
    before = page(workspace, "letter")
    write(workspace, "default", layout_css=".headline { color: #123456; }", clients_css=".x { color: red; }")
    assert page(workspace, "letter") == before


@pytest.mark.parametrize(
    ("base", "said"),
    [("leter", "there is no theme “leter” — did you mean letter?"), ("ours", "would be made from itself")],
)
def test_a_theme_made_from_one_that_there_is_not(workspace: Workspace, base: str, said: str) -> None:
    write(workspace, "ours", theme_txt=f"Ours.\n\nFrom: {base}\n")
    ran = look(workspace, "ours")
    assert ran.code == 2
    assert f"templates/ours/theme.txt:3: {said}" in ran.err or ("theme.txt:3" in ran.err and said in ran.err)
    assert mailer("theme", "check", "ours", cwd=workspace.root).code == 1
    assert "ours" in mailer("themes", cwd=workspace.root).out, "the others are listed all the same"


def test_a_template_can_be_made_from_the_one_of_its_own_name(workspace: Workspace) -> None:
    """The workspace's own default called itself endlessly."""
    block = "{% block masthead %}{{ super() }}<p>Ours as well</p>{% endblock %}"
    write(workspace, "default", **{"release_html_j2": '{% extends "default/release.html.j2" %}' + block})
    assert "Ours as well" in page(workspace, "default")
    write(workspace, "ours", **{"release_html_j2": '{% extends "release.html.j2" %}' + block})
    assert page(workspace, "ours").count("Ours as well") == 2


def test_files_that_begin_with_a_byte_order_mark_are_read(workspace: Workspace) -> None:
    """Windows' Notepad wrote one for twenty years."""
    write(
        workspace,
        "ours",
        layout_css="\ufeff.headline { color: #123456; }",
        labels_en_toml='\ufeffcontacts = "Press desk"\ncontact = "Press desk"\n',
        release_html_j2='\ufeff{% extends "default/release.html.j2" %}',
    )
    html = page(workspace, "ours")
    assert "Press desk" in html
    assert "#123456" in html
    assert "\ufeff" not in html


# As CSS means it

SIDES = ("top", "right", "bottom", "left")
PROPERTIES = ("margin", "margin-top", "margin-left", "padding", "padding-left", "border", "border-top", "border-color",
              "border-left-color", "border-radius", "color")  # fmt: skip


def values(name: str) -> st.SearchStrategy[str]:
    number = st.integers(1, 9)
    colour = number.map(lambda n: f"#00000{n}")
    if name in ("border", "border-top"):
        return st.builds("{}px solid {}".format, number, colour)
    return colour if name.endswith("color") else number.map("{}px".format)


declared = st.lists(
    st.sampled_from(PROPERTIES).flatmap(lambda name: st.tuples(st.just(name), values(name))),
    min_size=1,
    max_size=6,
)


def computed(declarations: list[tuple[str, str]]) -> dict[str, str]:
    """What a browser makes of declarations, one behind the other (CSS Cascade 4 §6, CSS Backgrounds 3 §3.4)."""
    found: dict[str, str] = {}
    for name, value in declarations:
        first, _, rest = name.partition("-")
        if first in ("margin", "padding"):
            found |= {f"{first}-{side}": value for side in SIDES if rest in ("", side)}
        elif name == "border-color":
            found |= {f"border-{side}-color": value for side in SIDES}
        elif first == "border" and rest in ("", "top"):
            width, _, colour = value.split(" ")
            for side in SIDES if not rest else (rest,):
                found |= {f"border-{side}-width": width, f"border-{side}-color": colour}
        else:
            found[name] = value
    return found


@given(declared, declared)
def test_a_later_file_beats_an_earlier_one_property_by_property(
    tmp_path_factory: pytest.TempPathFactory, theirs: list[tuple[str, str]], own: list[tuple[str, str]]
) -> None:
    """premailer leaves a property in its first place when it is said again: `border` after `border-top` lost."""
    from mailer.render.colours import palette
    from mailer.render.stylesheets import stylesheet

    theme = [tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("theirs")]
    for folder, declarations in zip(theme, (own, theirs), strict=True):
        once = dict(declarations)
        (folder / "layout.css").write_text(f".probe {{ {'; '.join(map(': '.join, once.items()))} }}", "utf-8")
    css = stylesheet(theme, "layout.css", palette(""))
    html = inline(
        f'<!DOCTYPE html><html><head><style>{css}</style></head><body class="probe">x</body></html>'
    )
    [style] = re.findall(r'style="([^"]*)"', html)
    inlined = [
        (name.strip(), value.strip()) for name, _, value in (each.partition(":") for each in style.split(";"))
    ]
    assert computed(inlined) == computed([*dict(theirs).items(), *dict(own).items()])
