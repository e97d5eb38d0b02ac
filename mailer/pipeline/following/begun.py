"""Beginning what follows a release: a file of each of its languages, with what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer.delivery import Ledger
from mailer.errors import LedgerError, MailerError, WorkspaceError
from mailer.model import Edition, Kind, Release
from mailer.pipeline.composing import words_of
from mailer.pipeline.following.chain import superseded_by
from mailer.pipeline.following.changed import changed_sentences, offered
from mailer.pipeline.prepared import day_queued
from mailer.release import read_release
from mailer.release.writing.following import following_name, following_text
from mailer.release.writing.sentence import stands_in, with_sentence_replaced
from mailer.settings import Settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Begun:
    """What was written.

    Attributes:
        name: the new release's.
        paths: its files, the original first.
        changes: by language, the sentences that differ from what was sent: as sent, as they are now.
    """

    name: str
    paths: tuple[Path, ...]
    changes: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


Instead = Mapping[str, tuple[str, str]]
"""By language: a sentence of what was sent, and what it is to say."""


def begin_following(
    workspace: Workspace, settings: Settings, name: str, kind: Kind, instead: Instead | None = None
) -> Begun:
    """Writes the files of what follows a release that was sent. Nothing is ever overwritten.

    Args:
        name: the release's, or its path.
        kind: one that follows.
        instead: what is put right in the new files, and said in them to be a change.

    Raises:
        ReleaseError: it can't be read as it is now.
        LedgerError: it was never sent from here.
        MailerError: something else stands in for it by now; or a sentence of `instead` does not stand in it.
        WorkspaceError: there is such a file, or none can be written.
    """
    release, instead = read_release(workspace, name, today=day_queued(workspace, name)), instead or {}
    original = release.original
    with Ledger(workspace.ledger) as ledger:
        _must_be_the_last_that_was_sent(ledger, release, kind)
        mailing = ledger.mailing(release.name)
        changes = {
            edition.language: (
                *changed_sentences(workspace, ledger, mailing, edition, settings),
                *((instead[edition.language],) if edition.language in instead else ()),
            )
            for edition in (release.editions if kind in (Kind.CORRECTION, Kind.UPDATE) else ())
        }
    now = datetime.now(ZoneInfo(original.newsroom.zone))
    embargoed = any(edition.embargo and edition.embargo > now for edition in release.editions)
    new = following_name(release.name, kind)
    paths = [
        workspace.releases / f"{new}{(workspace.root / edition.path).name.removeprefix(release.name)}"
        for edition in release.editions
    ]
    if there := [path for path in paths if path.exists()]:
        raise WorkspaceError(
            f"{workspace.shown(there[0])} is there already.",
            f"Go on with it. If it was sent: `mailer correct {new}` makes what follows it.",
        )
    day = f"{now:%B} {now.day}, {now.year}"
    texts = []
    for edition in release.editions:
        text = (workspace.root / edition.path).read_text("utf-8")
        said = offered(changes.get(edition.language, ()))
        dated = day if edition is original else ""
        text = following_text(text, kind, release.name, said, dated, embargoed=embargoed)
        texts.append(_put_right(text, edition, instead))
    for path, text in zip(paths, texts, strict=True):
        _write(path, text)
    return Begun(new, tuple(paths), changes)


def _put_right(text: str, edition: Edition, instead: Instead) -> str:
    if edition.language not in instead:
        return text
    old, new = instead[edition.language]
    if not stands_in(text, old):
        raise MailerError(
            f"“{old}” does not stand in {edition.path} as it was sent: nothing was begun.",
            "Begin it without choosing a sentence, and put it right in the new text.",
        )
    return with_sentence_replaced(text, old, new)


def _must_be_the_last_that_was_sent(ledger: Ledger, release: Release, kind: Kind) -> None:
    if ledger.find(release.name) is None:
        words = [words_of(edition) for edition in release.editions]
        same = ledger.saying(words, release.original.subject, release.name)
        if same:
            raise LedgerError(
                f"“{release.name}” was never sent from here; “{same[-1]}” says the same, and was.",
                f"It is a copy: name the one that was sent, {same[-1]}.",
            )
        ledger.mailing(release.name)
    if later := superseded_by(ledger, release.name):
        raise MailerError(
            f"“{later}” stands in for “{release.name}”: whoever has the one has the other.",
            f"Name the later one: {later}.",
        )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise WorkspaceError(f"{path} can't be written: {error.strerror}.") from None
