"""The guide “From Word to a release”: its commands are typed as they stand there, with a Word file and an Excel list, and
its pictures show what a terminal shows. `PICTURES=write` takes them anew."""

from __future__ import annotations

import html
import io
import os
import re
import shlex
from pathlib import Path

import pytest
from conftest import REPOSITORY
from docx import Document
from openpyxl import Workbook
from support.office import Office
from support.own_office import put_own_in_place
from support.promises import promise
from support.terminal import Terminal

from mailer.workspace import Workspace

PAGE = "docs/guide/from-word.md"
IMAGES = REPOSITORY / "docs" / "images"
COMMANDS = re.findall(r"(?ms)^```sh\n(.*?)^```", (REPOSITORY / PAGE).read_text("utf-8"))[0].splitlines()
NAME = "harbour-water-is-cleaner-than-at"


def word_file(path: Path) -> None:
    document = Document()
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    for text in ("PRESS RELEASE", "For immediate release", "November 23, 2026"):
        document.add_paragraph(text)
    document.add_heading("Harbour Water Is Cleaner than at Any Time since 1987", 0)
    first = document.add_paragraph(
        "PORTMELLON – Eight of the eleven harbours on the coast now meet the standard. "
    )
    first.add_run("“Ten years ago you could smell the harbour before you saw it,” ").bold = True
    first.add_run("said Ines Valdero, the study’s lead author.")
    document.add_paragraph("READ THE STUDY: https://example.org/harbour-report")
    for text in ("Saltby", "Grey Haven", "Orrin’s Mouth"):
        document.add_paragraph(text, style="List Bullet")
    for text in ("Contact:", "Edda Thorne, News desk", "Tel: 020 7946 0361", "newsdesk@example.org", "###"):
        document.add_paragraph(text)
    document.save(str(path))


def excel_list(path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Email", "Outlet", "Language"])
    book.active.append(["Ana Ruiz", "ana.ruiz@example.net", "El Faro", "en"])
    book.active.append(["Tom Wainwright", "tom.wainwright@example.com", "Coast Daily", "en"])
    book.save(path)


@pytest.fixture
def morning(office: Office) -> Office:
    """An office with a Word file and an Excel list in its folder."""
    put_own_in_place(office.workspace)
    word_file(office.workspace.root / "harbour-report.docx")
    excel_list(office.workspace.root / "coast-journalists.xlsx")
    return office


def typed(command: str) -> list[str]:
    program, *arguments = shlex.split(command)
    assert program == "mailer"
    return arguments


@promise(
    PAGE,
    "A Word file and an Excel list become a proof in your inbox with four commands.",
    "Nothing is sent to anybody else, and nothing that was there before is overwritten.",
)
def test_a_word_file_and_an_excel_list_become_a_proof(morning: Office) -> None:
    assert len(COMMANDS) < 5
    for command in COMMANDS[:-1]:
        ran = morning.run(*typed(command))
        assert ran.code == 0, f"{command}\n{ran.err}"
    with morning.terminal(*typed(COMMANDS[-1])) as officer:
        officer.until("you@example.org")
        officer.type("y")
        assert officer.code() == 0, officer.shown
    assert morning.got() == ["you@example.org"]
    (proof,) = morning.mails("you@example.org")
    assert str(proof["Subject"]) == "[TEST] Harbour Water Is Cleaner than at Any Time since 1987"
    text = proof.get_body(("plain",)).get_content()
    for said in ("Eight of the eleven harbours", "READ THE STUDY", "Grey Haven", "Edda Thorne"):
        assert said in text
    assert text.count("Edda Thorne") == 2, "above and below the text, and nowhere in it"
    assert text.upper().count("PORTMELLON") == 1
    assert "Page 1" not in text


# ---- the pictures ---------------------------------------------------------------------------------------------


def shown_in(picture: Path) -> str:
    """The text of a picture, without blanks: how they are laid out is the picture's."""
    lines = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text("utf-8"))
    return re.sub(r"\s|\u00a0", "", html.unescape("".join(lines)))


def test_no_picture_asks_anybody_for_a_font() -> None:
    for picture in IMAGES.glob("*.svg"):
        assert "url(http" not in picture.read_text("utf-8").replace('"', "")


def take(picture: Path, command: str, shown: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=110, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold"), command))
    console.print(Text.from_ansi(shown.rstrip("\n")))
    svg = console.export_svg(title=command.partition(" -")[0], unique_id=picture.stem)
    picture.write_text(re.sub(r"(?s)@font-face \{.*?\}\s*", "", svg), "utf-8")  # which load from elsewhere


def is_as_in(picture: Path, command: str, shown: str) -> None:
    if os.environ.get("PICTURES") == "write":
        take(picture, command, shown)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", f"$ {command}\n{shown}")
    assert re.sub(r"\s|\u00a0", "", plain) in shown_in(picture), "take it anew: PICTURES=write"


def test_the_picture_of_the_import(morning: Office) -> None:
    with morning.terminal(*typed(COMMANDS[0]), TERM="xterm-256color") as officer:
        assert officer.code() == 0
    is_as_in(IMAGES / "from-word-import.svg", COMMANDS[0], officer.shown)


def test_the_picture_of_the_tidying(workspace: Workspace) -> None:
    (workspace.releases / "storm-drains.md").write_text(
        "---\nHeadline: Storm drains reach all eleven towns\nDateline: Portmellon\n---\n\nPortmellon -- "
        "\"The tanks are full,\" said Ines Valdero -- and that's good news.¹\n\n1. The coast's inventory, <https://example.org/tanks>.\n",
        "utf-8",
    )
    command = "mailer fix storm-drains"
    with Terminal(*typed(command), cwd=workspace.root, TERM="xterm-256color") as officer:
        officer.until("Make these changes?")
        officer.type("y")
        assert officer.code() == 0
    shown = re.sub(r"storm-drains-\d{8}-\d{6}", "storm-drains-20261123-090000", officer.shown)
    is_as_in(IMAGES / "from-word-fix.svg", command, shown)
