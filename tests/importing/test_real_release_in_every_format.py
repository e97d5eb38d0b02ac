"""The release that a real office sent, as text, and as Word, Google Docs, LibreOffice and rich text would hold it, is the
same release as the file that was written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from conftest import REPOSITORY
from markdown_it.tree import SyntaxTreeNode
from support.word_documents import footnote, p, r, word
from support.written_as import google_docs, odt, rtf

from mailer.importing import import_document
from mailer.importing.document import Block, Paragraph, Run
from mailer.importing.written.read_back import as_seen, runs_of
from mailer.model import Edition
from mailer.release import read_release
from mailer.workspace import Workspace

REAL = REPOSITORY.parent / "shared" / "real"
pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real release does not stand beside this checkout"
)


@pytest.fixture
def by_hand(workspace: Workspace) -> Edition:
    (workspace.releases / "by-hand.md").write_bytes((REAL / "press-release.md").read_bytes())
    return read_release(workspace, "by-hand").original


def paragraphs(nodes: Sequence[SyntaxTreeNode], place: str = "") -> Iterator[tuple[Run, ...]]:
    """Each paragraph and button, as runs."""
    for node in nodes:
        if node.type == "call_to_action":
            href = str(node.attrs["href"])
            yield (Run(f"{node.content}: "), Run(href, href=href))
        else:
            assert node.type == "paragraph", node.type
            yield as_seen(
                [
                    replace(run, text=run.text.replace("\0dateline", f"{place}—"))
                    for run in runs_of(node.children[0])
                ]
            )


def said(edition: Edition) -> dict[str, object]:
    """What a release says, without where it stands."""
    return {
        "headline": edition.headline,
        "kind": edition.kind,
        "date": edition.date,
        "dateline": edition.dateline,
        "contacts": edition.contacts,
        "language": edition.language,
        "body": list(paragraphs(edition.body.children, edition.dateline)),
        "notes": [list(paragraphs(note.content.children)) for note in edition.notes],
    }


def blocks_of(edition: Edition) -> tuple[tuple[Block, ...], dict[str, tuple[Block, ...]]]:
    """The release as an office would type it: head, text with the dateline in it, contact, end mark; and its notes."""
    (contact,) = edition.contacts
    first, *rest = paragraphs(edition.body.children, edition.dateline)
    head = ["Press Release", f"{edition.date:%B} {edition.date.day}, {edition.date.year}"]
    tail = ["Contact:", contact.name, contact.role, contact.phone, contact.email, "###"]
    blocks = [
        *(Paragraph((Run(text),)) for text in head),
        Paragraph((Run(edition.headline),), heading=1),
        Paragraph(first),
        *(Paragraph(runs) for runs in rest),
        *(Paragraph((Run(text),)) for text in tail),
    ]
    notes = {str(n.number): tuple(map(Paragraph, paragraphs(n.content.children))) for n in edition.notes}
    return tuple(blocks), notes


def as_word(blocks: Sequence[Block], notes: dict[str, tuple[Block, ...]]) -> bytes:
    """With real footnotes and real links; Word counts its own notes from 2."""
    links: dict[str, str] = {}

    def run(each: Run) -> str:
        if each.note:
            return footnote(int(each.note) + 1)
        if each.href:
            key = links.setdefault(each.href, f"rIdLink{len(links)}")
            return f'<w:hyperlink r:id="{key}">{r(each.text)}</w:hyperlink>'
        return r(each.text, "<w:b/>" * each.bold + "<w:i/>" * each.italic)

    body = [
        p(*map(run, block.runs), style="Title" if block.heading else "")
        for block in blocks
        if isinstance(block, Paragraph)
    ]
    written = {
        int(key) + 1: p(
            *(run(each) for block in content if isinstance(block, Paragraph) for each in block.runs)
        )
        for key, content in notes.items()
    }
    return word(*body, footnotes=written, links={key: href for href, key in links.items()})


def same_release(workspace: Workspace, content: bytes, name: str, by_hand: Edition) -> None:
    imported = import_document(workspace, content, name)
    path = workspace.releases / imported.file
    path.write_text(imported.text, "utf-8")
    found, wanted = said(read_release(workspace, path.stem).original), said(by_hand)
    for what, value in wanted.items():
        assert found[what] == value, what


def test_the_text(workspace: Workspace, by_hand: Edition) -> None:
    same_release(workspace, (REAL / "press-release.txt").read_bytes(), "press-release.txt", by_hand)


FORMATS: dict[str, Callable[..., bytes]] = {
    "r.docx": as_word,
    "r.html": google_docs,
    "r.odt": odt,
    "r.rtf": rtf,
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_with_notes_of_its_own(workspace: Workspace, by_hand: Edition, name: str) -> None:
    blocks, notes = blocks_of(by_hand)
    same_release(workspace, FORMATS[name](blocks, notes), name, by_hand)
