"""Whole releases, read and rendered as ever, through the composer and out of another parser."""

from __future__ import annotations

import pytest
from support.messages import read
from support.releases import THEMES

from mailer.message import Addressee, Composition, Head, compile_message, verify
from mailer.model import Edition, Recipient
from mailer.release import read_release
from mailer.render import fill, merge_values, render
from mailer.workspace import Workspace

RECIPIENTS = [
    Recipient("ana@example.com", "Ana Ruiz", "Lantern Post"),
    Recipient("siobhan@example.com", "O’Neill, Siobhán", 'The "Coast" & Co.'),
    Recipient("desk@example.com"),
    Recipient("noor@example.com", "نور", "مجلة البحر", fields={"first_name": "<b>نور</b>"}),
]


def check(edition: Edition, theme: Workspace) -> None:
    """Each recipient's message reads as a preview shows it."""
    mail = render(edition, theme.theme(edition.theme))
    made = compile_message(mail, Head(edition.newsroom.sender, unsubscribe_mailto="leave@example.org"))
    made = Composition.thaw(made.freeze())
    for number, person in enumerate(RECIPIENTS):
        someone = Addressee(person.address, person.name, merge_values(person), f"<{number}@example.org>")
        content = made.fill(someone)
        verify(content, someone, made)
        way_out = f"mailto:leave@example.org?subject=unsubscribe%20{number}"
        preview = fill(mail, {**merge_values(person), "unsubscribe": way_out})
        got = read(content)
        assert (got.subject, got.text) == (preview.subject, preview.text)
        assert got.html.rstrip("\n") == preview.html.rstrip("\n")
        assert max(map(len, content.split(b"\r\n"))) <= 998


def test_the_sample_release(workspace: Workspace) -> None:
    for path in sorted(workspace.releases.glob("*.md")):
        for edition in read_release(workspace, workspace.release_name(path)).editions:
            check(edition, workspace)


@pytest.mark.parametrize("theme", THEMES)
def test_the_real_release(workspace: Workspace, real_release: str, theme: str) -> None:
    path = workspace.releases / f"{real_release}.md"
    source = path.read_text("utf-8")
    path.write_text(source.replace("---\n", f"---\ntheme: {theme}\n", 1), "utf-8")
    check(read_release(workspace, real_release).original, workspace)
