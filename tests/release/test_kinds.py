"""The kind of a release is said in any language that has labels, whatever language the release is in."""

from __future__ import annotations

import pytest

from mailer.errors import ReleaseError
from mailer.model import Kind
from mailer.release import kinds_of_labels, read_release
from mailer.release.kinds import _plain
from mailer.workspace import Workspace, built_in_templates

LANGUAGES = kinds_of_labels(built_in_templates() / "default")


def read(workspace: Workspace, kind: str, lang: str = "en") -> Kind:
    path = workspace.releases / "said.md"
    path.write_text(f"---\nKind: {kind}\nHeadline: One\nLang: {lang}\n---\n\nText.\n", "utf-8")
    return read_release(workspace, "said").original.kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_may_be_said_as_the_labels_of_any_language_say_it(workspace: Workspace, language: str) -> None:
    for kind, label in LANGUAGES[language].items():
        assert read(workspace, label, "pt") is kind
        assert read(workspace, label.upper()) is kind


def test_every_language_has_every_kind_and_no_name_means_two() -> None:
    assert all(set(labels) == set(Kind) for labels in LANGUAGES.values())
    meant = {(_plain(label), kind) for labels in LANGUAGES.values() for kind, label in labels.items()}
    assert len({name for name, _ in meant}) == len(meant)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("communique de presse", Kind.PRESS_RELEASE),
        ("Mise-à-jour", Kind.UPDATE),
        ("DECLARACION", Kind.STATEMENT),
        ("Comunicado  de   imprensa", Kind.PRESS_RELEASE),
        ("بَيان صحفي", Kind.PRESS_RELEASE),
        ("Media_Advisory", Kind.MEDIA_ADVISORY),
    ],
)
def test_capitals_accents_and_blanks_make_no_difference(workspace: Workspace, said: str, kind: Kind) -> None:
    assert read(workspace, said) is kind


def test_a_house_that_writes_labels_has_their_kinds_too(workspace: Workspace) -> None:
    theme = workspace.templates / "ours"
    theme.mkdir(parents=True)
    (theme / "labels.it.toml").write_text('press_release = "Comunicato stampa"\nstatement = ""\n', "utf-8")
    (theme / "labels.ja.toml").write_text("press_release = \n", "utf-8")  # told where the theme is checked
    assert read(workspace, "comunicato stampa", "it") is Kind.PRESS_RELEASE


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Comunicado de prenza", "Comunicado de prensa"), ("Presse-Mitteilung!", "Pressemitteilung")],
)
def test_what_is_nearly_one_is_named(workspace: Workspace, said: str, meant: str) -> None:
    with pytest.raises(ReleaseError) as error:
        read(workspace, said)
    (fault,) = error.value.faults
    assert (fault.line, fault.hint) == (2, f"did you mean {meant}?")
    assert "press release, media advisory" in fault.message


def test_what_is_none_is_an_error(workspace: Workspace) -> None:
    with pytest.raises(ReleaseError, match="“Poem” is not one of press release"):
        read(workspace, "Poem")
