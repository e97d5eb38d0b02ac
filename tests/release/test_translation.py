"""A translation is begun: a file beside its original, with the original's words, which nobody can be sent."""

from __future__ import annotations

import pytest

from mailer.errors import WorkspaceError
from mailer.release import digest, read_release
from mailer.release.writing.translation import new_translation
from mailer.workspace import Workspace

ORIGINAL = "---\nHeadline: Petrels: back {at last}\nNote: Dear {{ name | all }}\nDate: July 7, 2026\nLang: en\n---\n\nText.[^1]\n\n[^1]: Note.\n"


@pytest.fixture
def original(workspace: Workspace) -> Workspace:
    (workspace.releases / "birds.md").write_text(ORIGINAL, "utf-8")
    return workspace


def test_it_says_what_is_to_be_translated_and_takes_over_the_rest(original: Workspace) -> None:
    path = original.releases / "birds.md"
    made = new_translation(original, path, "pt_br")
    assert made.name == "birds.pt-BR.md"
    assert made.read_text("utf-8") == (
        "---\nHeadline: TODO Petrels: back {at last}\nNote: TODO Dear {{ name | all }}\n"
        f"Lang: pt-BR\nOriginal: {digest(path)}\n---\n\nTODO Translate what follows.\n\nText.[^1]\n\n[^1]: Note.\n"
    )
    editions = read_release(original, "birds").editions
    assert [(each.language, each.date) for each in editions] == [
        ("en", editions[0].date),
        ("pt-BR", editions[0].date),
    ]


def test_nothing_is_overwritten(original: Workspace) -> None:
    path = original.releases / "birds.es.md"
    path.write_text("mine", "utf-8")
    with pytest.raises(WorkspaceError, match="is there already"):
        new_translation(original, original.releases / "birds.md", "es")
    assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize("language", ["", "español", "../es", "en", "EN", "es/x"])
def test_what_is_no_other_language_is_refused(original: Workspace, language: str) -> None:
    with pytest.raises(WorkspaceError):
        new_translation(original, original.releases / "birds.md", language)
    assert [path.name for path in original.releases.glob("birds*")] == ["birds.md"]
