"""A theme may come from somebody else: its templates lay a release out, and reach nothing but that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.terminal import Ran, mailer

from mailer.workspace import Workspace

SECRET = "correct-horse-battery"
"""The password in .env: no template may print it."""


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    (workspace.root / ".env").write_text(f"SMTP_PASSWORD={SECRET}\n", "utf-8")
    return workspace


def theme(folder: Path, code: str, *, file: str = "release.html.j2") -> Path:
    folder.mkdir(parents=True)
    (folder / file).write_text(code, "utf-8")
    return folder


def rendered(office: Workspace, *arguments: str) -> tuple[Ran, str]:
    """`mailer render`, and all that it wrote and said."""
    out = office.root / "out"
    ran = mailer("render", "harbour-report", "--out", str(out), *arguments, cwd=office.root)
    written = "".join(path.read_text("utf-8") for path in sorted(out.glob("*"))) if out.is_dir() else ""
    return ran, ran.out + ran.err + written


RUNS = "{{ cycler.__init__.__globals__.os.popen('echo owned > OWNED').read() }}"


def runs(flag: Path) -> str:
    return RUNS.replace("OWNED", str(flag))


@pytest.mark.parametrize(
    "way", ["{evil}", "../evil", "default/../../../evil", r"..\evil", "{evil}/", "./../evil", ".", "..", ""]
)
def test_a_release_chooses_a_theme_by_name_and_never_by_path(
    office: Workspace, tmp_path: Path, way: str
) -> None:
    """A colleague's release with `Theme: /any/folder` ran that folder's templates."""
    flag = tmp_path / "owned"
    evil = theme(tmp_path / "evil", runs(flag))
    theme(office.root / "evil", runs(flag))
    release = office.releases / "harbour-report.md"
    named = way.format(evil=evil)
    release.write_text(release.read_text("utf-8").replace("---\n", f"---\nTheme: {named}\n", 1), "utf-8")
    ran, _ = rendered(office)
    assert not flag.exists()
    assert ran.code == (2 if named else 0)
    if named:
        assert "No theme" in ran.err
        assert "There are: bulletin, default, letter." in ran.err
    assert rendered(office, "--theme", str(evil))[0].code == 2
    assert not flag.exists()


def test_a_link_to_a_folder_elsewhere_is_no_theme(office: Workspace, tmp_path: Path) -> None:
    flag = tmp_path / "owned"
    evil = theme(tmp_path / "evil", runs(flag))
    office.templates.mkdir()
    (office.templates / "evil").symlink_to(evil, target_is_directory=True)
    ran, _ = rendered(office, "--theme", "evil")
    assert ran.code == 2
    assert not flag.exists()


ATTACKS = [
    "{{ ().__class__ }}",
    "{{ [].__class__.__base__ }}",
    "{{ cycler.__init__.__globals__.os.popen('echo owned > FLAG').read() }}",
    "{{ lipsum.__globals__['os'].popen('echo owned > FLAG').read() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ '' | attr('__class__') }}",
    "{{ ['']|map(attribute='__class__')|first }}",
    "{{ '{0.__class__.__mro__}'.format(release) }}",
    "{{ '{x.path}'.format_map({'x': release}) }}",
    "{{ release.path.read_text() }}",
    "{{ release.newsroom.path.with_name('.env').read_text() }}",
    "{{ (newsroom.path.parent / '.env').read_text() }}",
    "{{ newsroom['path'].with_name('.env').read_text() }}",
    "{{ (newsroom | attr('path')).with_name('.env').read_text() }}",
    "{{ ([newsroom] | map(attribute='path') | first).with_name('.env').read_text() }}",
    "{{ newsroom.path.unlink() }}",
    "{{ day.func.__globals__ }}",
    "{{ blocks.__func__.__globals__ }}",
    "{{ stylesheet.__self__._root }}",
    "{{ picture._root.joinpath('.env').read_text() }}",
    "{{ picture.parts.append(1) }}",
    "{{ part('__class__') }}",
    "{{ part('__init__', 1, 2) }}",
    "{{ stylesheet('../../.env') }}",
    "{{ stylesheet('.env') }}",
    "{% include '../../.env' %}",
    "{% include '0/../../.env' %}",
    "{% include '/etc/passwd' %}",
    "{% extends '../.env' %}",
    "{% import '../../.env' as env %}{{ env }}",
    "{{ picture('.env').src }}",
    "{{ picture('lists/press.csv').src }}",
    "{{ release.body.__class__.__init__.__globals__ }}",
    "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
]  # fmt: skip


@pytest.mark.parametrize("code", ATTACKS)
def test_a_template_reaches_no_file_and_no_python(office: Workspace, tmp_path: Path, code: str) -> None:
    flag = tmp_path / "owned"
    theme(office.templates / "evil", code.replace("FLAG", str(flag)) or "x")
    ran, everything = rendered(office, "--theme", "evil")
    assert ran.code == 2, everything
    assert ran.err.startswith("Error: ")
    assert "bug in mailer" not in ran.err
    assert not flag.exists()
    assert SECRET not in everything
    assert "root:" not in everything
    assert office.newsroom.is_file()


@pytest.mark.parametrize(
    "name", ["release.html.j2", "blocks.html.j2", "layout.css", "clients.css", "labels.en.toml", "theme.txt"]
)
def test_a_file_of_a_theme_that_is_a_link_elsewhere_is_not_the_themes(office: Workspace, name: str) -> None:
    folder = office.templates / "evil"
    folder.mkdir(parents=True)
    (folder / name).symlink_to(office.root / ".env")
    _, everything = rendered(office, "--theme", "evil")
    assert SECRET not in everything + mailer("themes", cwd=office.root).out


def test_what_goes_wrong_in_a_template_is_told_as_the_themes_fault(office: Workspace) -> None:
    theme(office.templates / "evil", "<p>\n{{ 1 / 0 }}")
    ran, _ = rendered(office, "--theme", "evil")
    assert ran.code == 2
    assert "templates/evil/release.html.j2:2: division by zero" in ran.err


ACTIVE = ["<script>x</script>", "<ScRiPt src=x></ScRiPt>", "<iframe src=x></iframe>", "<form action=x><input name=password></form>", "<object data=x></object>",
          "<embed src=x>", "<base href=x>", "<meta http-equiv=Refresh content='0;url=x'>", "<link rel=stylesheet href=x>", "<img src=x onerror=y>",
          "<a href=' JavaScript:alert(1)'>x</a>", "<a href='data:text/html,x'>x</a>", "<svg/onload=x>", "<video src=x></video>"]  # fmt: skip


def test_a_theme_that_puts_something_active_into_the_mail_blocks_it(office: Workspace) -> None:
    block = '{% extends "default/release.html.j2" %}{% block masthead %}CODE{% endblock %}'
    theme(office.templates / "evil", block.replace("CODE", "".join(ACTIVE)))
    assert mailer("check", "harbour-report", cwd=office.root).code == 0, "its own theme is well"
    release = office.releases / "harbour-report.md"
    release.write_text(release.read_text("utf-8").replace("---\n", "---\nTheme: evil\n", 1), "utf-8")
    ran = mailer("check", "harbour-report", "--json", cwd=office.root)
    assert ran.code == 1
    found = [f["message"] for f in json.loads(ran.out) if f["id"] == "active-content"]
    assert {message.split(" puts ")[1].split(" into")[0] for message in found} == {
        "<script>", "<iframe>", "<form>", "<input>", "<object>", "<embed>", "<base>", "<meta>", "<link>", "<svg>", "<video>",
        "onerror=", "onload=", "href=",
    }  # fmt: skip
    assert mailer("send", "harbour-report", "--dry-run", cwd=office.root).code == 1
