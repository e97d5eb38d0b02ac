"""A Word file all the way to a release: what would leak stops it, pictures come along as pixels, nothing half is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.messy_word import messy_document
from support.terminal import mailer
from support.word_documents import deleted, drawn, footnote, inserted, p, photo, picture, r, word

from mailer.release import read_release
from mailer.workspace import Workspace

HEAD = (p("PRESS RELEASE"), p("November 23, 2026"), p("Harbour Water Is Cleaner than Ever", style="Title"))
NAME = "harbour-water-is-cleaner-than-ever"


def saved(workspace: Workspace, content: bytes, name: str = "report.docx") -> str:
    (workspace.root / name).write_bytes(content)
    return name


def written(workspace: Workspace) -> list[str]:
    return sorted(
        path.name for path in workspace.releases.iterdir() if not path.name.startswith("harbour-report")
    )


def changed() -> bytes:
    return word(
        *HEAD,
        p(
            "PORTMELLON — Eight of the ",
            inserted("eleven "),
            deleted("twelve "),
            "harbours meet the standard.",
        ),
    )


def test_what_would_leak_stops_the_import_and_all_of_it_is_named(workspace: Workspace) -> None:
    ran = mailer("import", saved(workspace, messy_document()), cwd=workspace.root)
    assert (ran.code, ran.out, written(workspace)) == (2, "", [])
    for leak in (
        "insertion by Vera Lim",
        "deletion by Vera Lim",
        "move by Tom Ode",
        "comment by",
        "hidden text",
        "formatting",
    ):
        assert leak in ran.err
    for remedy in (
        "Delete All Comments",
        "Accept All Changes",
        "--accept-changes",
        "the rest is left to you",
    ):
        assert ran.err.count(remedy) == 1
    again = mailer("import", "report.docx", "--accept-changes", cwd=workspace.root)
    assert (again.code, written(workspace)) == (2, [])
    assert "insertion" not in again.err and "comment by" in again.err


def test_changes_are_accepted_when_somebody_says_so_and_are_listed(workspace: Workspace) -> None:
    saved(workspace, changed())
    assert mailer("import", "report.docx", cwd=workspace.root).code == 2
    ran = mailer("import", "report.docx", "--accept-changes", cwd=workspace.root)
    assert (ran.code, ran.out) == (0, f"releases/{NAME}.md\n"), ran.err
    accepted = ran.err.partition("Accepted:")[2]
    assert "insertion: “eleven”" in accepted
    assert "deletion: “twelve”" in accepted
    text = (workspace.releases / f"{NAME}.md").read_text("utf-8")
    assert "Eight of the eleven harbours" in text
    assert "twelve" not in text


def test_pictures_come_along_as_pixels_with_their_words(workspace: Workspace) -> None:
    content = word(
        *HEAD,
        p("PORTMELLON — Eight harbours meet the standard.", footnote(2)),
        p(picture("rIdPhoto", "The new quay at dawn")),
        p(picture("rIdOther")),
        footnotes={2: "The study."},
        media={"rIdPhoto": photo(), "rIdOther": drawn()},
    )
    ran = mailer("import", saved(workspace, content), "--json", cwd=workspace.root)
    found = json.loads(ran.out)
    assert found["paths"][0] == f"releases/{NAME}.md"
    assert len(found["paths"]) == 1 + found["counts"]["pictures"]
    for path in found["paths"][1:]:
        assert b"secret" not in (workspace.root / path).read_bytes()
    edition = read_release(workspace, NAME).original
    figures = [node for node in edition.body.walk() if node.type == "figure"]
    assert [figure.content for figure in figures] == ["The new quay at dawn", "TODO what this picture shows"]
    assert len(edition.notes) == 1
    lines = (workspace.releases / f"{NAME}.md").read_text("utf-8").split("\n")
    undescribed = [each["line"] for each in found["check"] if "no description" in each["message"]]
    assert ["TODO" in lines[line - 1] for line in undescribed] == [True]
    check = mailer("check", NAME, cwd=workspace.root)
    assert "placeholder-text" in check.out


@pytest.mark.parametrize("there", [f"{NAME}.md", f"{NAME}-1.jpg"])
def test_nothing_half_is_left_where_one_of_the_files_is_there_already(
    workspace: Workspace, there: str
) -> None:
    (workspace.releases / there).write_bytes(b"mine")
    content = word(
        *HEAD, p("PORTMELLON — Clean."), p(picture("rIdPhoto", "A quay")), media={"rIdPhoto": photo()}
    )
    ran = mailer("import", saved(workspace, content), cwd=workspace.root)
    assert (ran.code, f"releases/{there} is there already. Nothing was written." in ran.err) == (2, True), (
        ran.err
    )
    assert written(workspace) == [there]
    assert (workspace.releases / there).read_bytes() == b"mine"


def test_what_looks_like_markdown_in_word_is_text_in_the_release(workspace: Workspace) -> None:
    odd = "5 * 3 = 15 *and* {{ first_name }} [sic](x) <b> `code` _a_ #1 & AT&amp;T"
    content = word(
        *HEAD,
        p("PORTMELLON — ", r(odd, "<w:b/>"), "."),
        p("1987. That was the year."),
        p("# not a heading at all, is it"),
    )
    ran = mailer("import", saved(workspace, content), cwd=workspace.root)
    assert ran.code == 0, ran.err
    edition = read_release(workspace, NAME).original
    words = "".join(node.content for node in edition.body.walk() if node.type in ("text", "dateline"))
    assert odd in words
    assert "1987. That was the year." in words
    assert "# not a heading at all" in words
    assert [f for f in edition.findings if f.level == "error"] == []
    assert {node.type for node in edition.body.walk(include_self=False)} <= {
        "paragraph",
        "inline",
        "text",
        "strong",
        "dateline",
    }


def test_a_picture_of_a_translation_has_a_name_of_its_own(workspace: Workspace) -> None:
    english = word(
        *HEAD, p("PORTMELLON — Clean."), p(picture("rIdPhoto", "A quay")), media={"rIdPhoto": photo()}
    )
    spanish = word(
        p("NOTA DE PRENSA"), p("23 de noviembre de 2026"), p("El agua está más limpia que nunca", style="Title"),
        p("PORTMELLON — Limpia."), p(picture("rIdPhoto", "Un muelle")), media={"rIdPhoto": photo()},
    )  # fmt: skip
    mailer("import", saved(workspace, english), cwd=workspace.root)
    ran = mailer("import", saved(workspace, spanish, f"{NAME}.es.docx"), cwd=workspace.root)
    assert ran.out.splitlines() == [f"releases/{NAME}.es.md", f"releases/{NAME}.es-1.jpg"], ran.err
    assert [each.language for each in read_release(workspace, NAME).editions] == ["en", "es"]
    assert Path(workspace.releases / f"{NAME}-1.jpg").is_file()
