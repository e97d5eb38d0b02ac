"""`mailer import`: a document becomes a release file that somebody reads and corrects. It never sends or overwrites."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from support.terminal import Ran, mailer

from mailer.release import digest, read_release
from mailer.workspace import Workspace

TEXT = """\
PRESS RELEASE

FOR IMMEDIATE RELEASE

November 23, 2026

Harbour Water Is Cleaner than at Any Time since 1987

PORTMELLON — Eight of the eleven harbours on the Lantern Coast now meet the standard for bathing water, according to a study
that the foundation publishes today.[1] Volunteers took 41,600 samples.

“Ten years ago you could smell the harbour before you saw it,” said Ines Valdero, the study’s lead author.

READ THE STUDY: https://example.org/harbour-report

[1] Lantern Coast Foundation, “Ten Years at Dawn”, https://example.org/study.

Contact:
Mira Okafor, Press officer
Tel: +44 20 7946 0142
Email: press@example.org

###
"""
SPANISH = """\
NOTA DE PRENSA

23 de noviembre de 2026

El agua de los puertos está más limpia que nunca desde 1987

PORTMELLON — Ocho de los once puertos cumplen ya la norma para aguas de baño, según un estudio que la fundación publica
hoy. Los voluntarios tomaron 41.700 muestras.

«Hace diez años se olía el puerto antes de verlo», dijo Ines Valdero, autora principal del estudio.

LEER EL ESTUDIO: https://example.org/harbour-report

Contacto:
Mira Okafor, jefa de prensa
Tel.: +44 20 7946 0142
Correo: press@example.org
"""
NAME = "harbour-water-is-cleaner-than-at"


def run(workspace: Workspace, *arguments: str) -> Ran:
    return mailer("import", *arguments, cwd=workspace.root)


@pytest.fixture
def document(workspace: Workspace) -> Path:
    path = workspace.root / "draft.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_a_text_becomes_a_release_that_can_be_checked(workspace: Workspace, document: Path) -> None:
    ran = run(workspace, "draft.txt")
    assert (ran.code, ran.out) == (0, f"releases/{NAME}.md\n"), ran.err
    edition = read_release(workspace, NAME).original
    assert edition.headline == "Harbour Water Is Cleaner than at Any Time since 1987"
    assert (f"{edition.date}", edition.dateline.casefold()) == ("2026-11-23", "portmellon")
    assert [(c.name, c.role, c.email) for c in edition.contacts] == [
        ("Mira Okafor", "Press officer", "press@example.org")
    ]
    assert len(edition.notes) == 1
    assert not [f for f in edition.findings if f.level == "error"]
    for said in (
        "Headline  Harbour Water",
        "1 note",
        "1 call to action",
        "Not in the release:",
        "mailer preview",
    ):
        assert said in ran.err
    assert mailer("check", NAME, cwd=workspace.root).code == 0


def test_what_was_guessed_is_named_with_its_line(workspace: Workspace, document: Path) -> None:
    document.write_text(TEXT.replace("November 23, 2026\n", "7/8/2026\n"), "utf-8")
    found = json.loads(run(workspace, "draft.txt", "--json").out)
    lines = (workspace.releases / f"{NAME}.md").read_text("utf-8").split("\n")
    assert found["check"]
    assert all(0 <= each["line"] <= len(lines) for each in found["check"])


def test_nothing_is_ever_overwritten(workspace: Workspace, document: Path) -> None:
    assert run(workspace, "draft.txt").code == 0
    path = workspace.releases / f"{NAME}.md"
    path.write_text(path.read_text("utf-8") + "\nCorrected by hand.\n", "utf-8")
    before = path.read_bytes()
    ran = run(workspace, "draft.txt")
    assert (ran.code, ran.out) == (2, "")
    assert "is there already. Nothing was written." in ran.err
    assert f"-o releases/{NAME}-2.md" in ran.err
    assert path.read_bytes() == before
    assert run(workspace, "draft.txt", "-o", f"releases/{NAME}-2.md").out == f"releases/{NAME}-2.md\n"


def test_with_a_dash_the_text_is_written_on_stdout_alone(workspace: Workspace, document: Path) -> None:
    before = sorted(workspace.releases.iterdir())
    ran = run(workspace, "draft.txt", "-o", "-")
    assert ran.out.startswith("---\nKind: Press release\nHeadline: Harbour Water")
    assert sorted(workspace.releases.iterdir()) == before


@pytest.mark.parametrize("out", ["../elsewhere.md", "lists/press.md", "releases/x.txt", "newsroom.md/x"])
def test_a_release_is_written_among_the_releases(workspace: Workspace, document: Path, out: str) -> None:
    ran = run(workspace, "draft.txt", "-o", out)
    assert (ran.code, "no file of releases/" in ran.err) == (2, True), ran.err


def test_a_folder_is_imported_one_after_the_other(workspace: Workspace) -> None:
    old = workspace.root / "old"
    old.mkdir()
    (old / "one.txt").write_text(TEXT, "utf-8")
    (old / "two.txt").write_text(TEXT.replace("Harbour Water", "River Water"), "utf-8")
    (old / "the same.txt").write_text(TEXT, "utf-8")
    (old / "~$one.docx").write_bytes(b"Word's lock")
    (old / "photo.jpg").write_bytes(b"\xff\xd8")
    ran = run(workspace, "old")
    assert ran.code == 1
    assert ran.out.splitlines() == [f"releases/{NAME}.md", "releases/river-water-is-cleaner-than-at.md"]
    (already,) = [line for line in ran.err.splitlines() if "is there already" in line]
    assert "the same.txt" not in ran.out and "the same.txt: releases/" in already
    assert "2 documents imported, 1 document refused." in ran.err
    assert "Passed over, as they are no documents: photo.jpg." in ran.err
    found = json.loads(run(workspace, "old", "--json").out)
    assert [("refused" in each) for each in found] == [True, True, True]


def test_a_translation_in_the_same_folder_follows_its_original_whatever_that_is_called(
    workspace: Workspace,
) -> None:
    old = workspace.root / "old"
    old.mkdir()
    (old / "4711 final.txt").write_text(TEXT, "utf-8")
    (old / "4711 final.es.txt").write_text(SPANISH, "utf-8")
    ran = run(workspace, "old")
    assert (ran.code, ran.out.splitlines()) == (0, [f"releases/{NAME}.md", f"releases/{NAME}.es.md"]), ran.err


def test_a_translation_becomes_an_edition_of_its_original(workspace: Workspace, document: Path) -> None:
    assert run(workspace, "draft.txt").code == 0
    (workspace.root / f"{NAME}.es.txt").write_text(SPANISH, "utf-8")
    ran = run(workspace, f"{NAME}.es.txt")
    assert (ran.code, ran.out) == (0, f"releases/{NAME}.es.md\n"), ran.err
    text = (workspace.releases / f"{NAME}.es.md").read_text("utf-8")
    header = text.split("---")[1]
    assert f"Original: {digest(workspace.releases / f'{NAME}.md')}" in header
    assert "Lang: es" in header
    for inherited in ("Contacts", "Date:", "Dateline", "Kind"):
        assert inherited not in header
    assert "notes: 1 in the original, 0 here" in ran.err
    assert "numbers only in the original: 41,600" in ran.err
    assert "numbers only here: 41.700" in ran.err
    spanish = read_release(workspace, NAME).editions[1]
    assert (spanish.language, spanish.contacts, f"{spanish.date}") == (
        "es", read_release(workspace, NAME).original.contacts, "2026-11-23",
    )  # fmt: skip
    assert not [finding for finding in spanish.findings if finding.id == "outdated-translation"]


@pytest.mark.skipif(
    sys.platform in ("darwin", "win32"), reason="their clipboards are read by programs of theirs"
)
def test_what_was_copied_becomes_a_release(workspace: Workspace, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    page = "<p>PRESS RELEASE</p><p>November 23, 2026</p><h1>Tanks for Saltby</h1><p>SALTBY — Three tanks are <b>full</b>.</p>"
    (programs / "wl-paste").write_text(
        f"#!/bin/sh\ncase \"$*\" in --list-types) echo text/html ;; *text/html*) cat <<'END'\n{page}\nEND\n;; *) exit 1 ;; esac\n"
    )
    (programs / "wl-paste").chmod(0o755)
    ran = mailer(
        "import",
        "--clipboard",
        cwd=workspace.root,
        WAYLAND_DISPLAY="wayland-0",
        PATH=f"{programs}:{os.environ['PATH']}",
    )
    assert (ran.code, ran.out) == (0, "releases/tanks-for-saltby.md\n"), ran.err
    assert "Three tanks are **full**." in (workspace.releases / "tanks-for-saltby.md").read_text("utf-8")


@pytest.mark.parametrize("how", [("-o", f"releases/{NAME}.es.md"), ("--lang", "es")])
def test_an_edition_can_be_asked_for(workspace: Workspace, document: Path, how: tuple[str, str]) -> None:
    assert run(workspace, "draft.txt").code == 0
    source = "texto.txt" if how[0] == "-o" else f"{NAME}.txt"
    (workspace.root / source).write_text(SPANISH, "utf-8")
    ran = run(workspace, source, *how)
    assert ran.out == f"releases/{NAME}.es.md\n", ran.err


def test_new_and_check_say_to_import_a_document(workspace: Workspace) -> None:
    assert "mailer import x.docx" in mailer("new", "x.docx", cwd=workspace.root).err
    (workspace.root / "x.docx").write_bytes(b"PK\x03\x04 word/document.xml")
    preview = mailer("preview", "x.docx", "--no-browser", cwd=workspace.root)
    assert (preview.code, "mailer import x.docx" in preview.err) == (2, True)
    ran = mailer("check", "x.docx", cwd=workspace.root)
    assert ran.code == 2
    assert "this is a Word document" in ran.err and "mailer import x.docx" in ran.err


@pytest.mark.parametrize(("arguments", "said"), [
    ((), "Give FILES"), (("draft.txt", "--clipboard"), "contradicts"), (("none.docx",), "can't be read"),
    (("draft.txt", "draft.txt", "-o", "x.md"), "single document"), (("draft.txt", "--lang", "spanish!"), "not a language tag"),
    (("draft.txt", "-o", "x.es.md", "--lang", "fr"), "contradicts"),
])  # fmt: skip
def test_what_cant_be_done_is_refused(
    workspace: Workspace, document: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = run(workspace, *arguments)
    assert (ran.code, said in ran.err) == (2, True), ran.err
    assert "bug in mailer" not in ran.err


def test_what_a_document_says_about_the_inbox_is_shown_to_who_imports_it(
    workspace: Workspace, document: Path
) -> None:
    """Its author chooses what journalists see of the mail before they open it: not without anybody's knowing."""
    document.write_text(
        "Headline: Open\nSubject: Cheap pills\nPreheader: Buy now\n\nPORTMELLON — Open today.\n", "utf-8"
    )
    said = run(workspace, "draft.txt", "-o", "releases/open.md").err
    assert "releases/open.md:4: The document says the mail's subject: “Cheap pills”." in said
    assert "releases/open.md:5: The document says the mail's preheader: “Buy now”." in said


def test_a_name_with_characters_that_nobody_sees_is_refused(workspace: Workspace, document: Path) -> None:
    ran = run(workspace, "draft.txt", "-o", "releases/a\x1b[31m\nb.md")
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "a character that nobody sees" in " ".join(ran.err.split())
