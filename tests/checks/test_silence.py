"""Whoever knows better says so, with a reason: in a release, or for all of them in newsroom.md. Nothing that blocks is silent."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from support.terminal import mailer

from mailer.errors import ReleaseError
from mailer.pipeline import Prepared, prepare
from mailer.press import Choice
from mailer.workspace import Workspace

HEAD = f"Headline: One\nSubhead: Two\nDate: {datetime.now(UTC).date()}\nDateline: Portmellon"
SILENCE = "Silence:\n  - check: {}\n    because: it is the song's name"


def looked_at(workspace: Workspace, header: str, body: str = "It is the the quay.") -> Prepared:
    (workspace.root / "newsroom.es.md").unlink(missing_ok=True)
    (workspace.releases / "one.md").write_text(f"---\n{HEAD}\n{header}\n---\n\n{body}\n", "utf-8")
    return prepare(workspace, "one", Choice())


def test_a_silenced_finding_is_counted_with_its_reason(workspace: Workspace) -> None:
    prepared = looked_at(workspace, SILENCE.format("doubled-word"))
    assert prepared.findings == ()
    assert [(each.finding.id, each.because) for each in prepared.silenced] == [
        ("doubled-word", "it is the song's name")
    ]


def test_newsroom_md_silences_for_all_releases(workspace: Workspace) -> None:
    text = workspace.newsroom.read_text("utf-8").replace(
        "Lang: en\n", f"Lang: en\n{SILENCE.format('doubled-word')}\n", 1
    )
    workspace.newsroom.write_text(text, "utf-8")
    assert [each.finding.id for each in looked_at(workspace, "").silenced] == ["doubled-word"]
    assert looked_at(workspace, "", "A quay.").findings == (), "what the house silences need not be there"


def test_a_translation_silences_too(workspace: Workspace) -> None:
    (workspace.releases / "one.es.md").write_text(
        "---\nHeadline: Uno\nSilencio:\n  - comprobación: doubled-word\n    motivo: así se llama\n---\n\nEl muelle.\n",
        "utf-8",
    )
    assert [each.because for each in looked_at(workspace, "").silenced] == ["así se llama"]


@pytest.mark.parametrize(("record", "what", "hint"), [
    ("  - check: doubled-word", "nobody says why “doubled-word” is silenced", "because: and the reason"),
    ("  - because: I say so", "silence does not say which check", "- check: and its id"),
])  # fmt: skip
def test_without_a_reason_or_a_check_nothing_is_silenced(
    workspace: Workspace, record: str, what: str, hint: str
) -> None:
    with pytest.raises(ReleaseError) as failed:
        looked_at(workspace, f"Silence:\n{record}")
    (fault,) = failed.value.faults
    assert what in fault.message
    assert hint in fault.hint
    assert fault.line == 7


@pytest.mark.parametrize(("check", "message", "hint"), [
    ("doubled-wrod", "There is no check “doubled-wrod” to silence.", "Did you mean doubled-word?"),
    ("zzz", "There is no check “zzz” to silence.", "The ids stand in brackets behind each finding."),
    ("dead-link", "“dead-link” can't be silenced: what it finds must not go out.", "Put right what it found, and remove this."),
    ("sample-office", "“sample-office” can't be silenced: what it finds must not go out.", "Put right what it found, and remove this."),
])  # fmt: skip
def test_what_does_not_exist_and_what_blocks_can_not_be_silenced(
    workspace: Workspace, check: str, message: str, hint: str
) -> None:
    told = [f for f in looked_at(workspace, SILENCE.format(check)).findings if f.id == "silence"]
    assert [(f.level, f.message, f.hint, str(f.where)) for f in told] == [
        ("error", message, hint, "releases/one.md:7")
    ]


def test_an_error_of_a_check_that_also_warns_is_not_silenced(workspace: Workspace) -> None:
    prepared = looked_at(workspace, SILENCE.format("placeholder-text"), "TODO, it cost £XX million.")
    assert ("placeholder-text", "error") in {(f.id, f.level) for f in prepared.findings}


def test_a_silence_that_hides_nothing_any_more_is_told(workspace: Workspace) -> None:
    prepared = looked_at(workspace, SILENCE.format("doubled-word"), "It is the quay.")
    assert [(f.id, f.level) for f in prepared.findings] == [("unneeded-silence", "notice")]


def test_that_notice_can_be_silenced_too(workspace: Workspace) -> None:
    silences = f"{SILENCE.format('doubled-word')}\n  - check: unneeded-silence\n    because: it comes back each month"
    prepared = looked_at(workspace, silences, "It is the quay.")
    assert prepared.findings == ()
    assert [each.finding.id for each in prepared.silenced] == ["unneeded-silence"]


def test_what_press_lists_bring_up_is_no_releases_to_silence(workspace: Workspace) -> None:
    (workspace.lists / "odd.csv").write_text("reached at\nana@example.net\nbo@example.net\n", "utf-8")
    prepared = looked_at(workspace, f"{SILENCE.format('column-inferred')}\nLists: odd", "It is the quay.")
    assert [(f.id, f.level) for f in prepared.findings] == [
        ("silence", "error"),
        ("column-inferred", "warning"),
    ]


def test_the_command_counts_shows_and_hands_on_what_is_silenced(workspace: Workspace) -> None:
    looked_at(workspace, SILENCE.format("doubled-word"))
    ran = mailer("check", "one", cwd=workspace.root)
    assert "1 finding is silenced: --all shows it." in ran.err
    assert "doubled-word" not in ran.out
    shown = mailer("check", "one", "--all", cwd=workspace.root).out
    assert "releases/one.md:11: “the the”: a word stands twice. [doubled-word]" in shown
    assert "because it is the song's name" in shown
    (told,) = json.loads(mailer("check", "one", "--json", cwd=workspace.root).out)
    assert (told["id"], told["silenced"]) == ("doubled-word", "it is the song's name")
