"""What an import found, as its page tells it; kept beside the ledger, so that the page can be opened again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.workspace import Workspace
from mailer.workspace.durable import in_place_of
from mailer.workspace.private import private_folder

if TYPE_CHECKING:
    from mailer.importing import Imported
    from mailer.importing.document import Leak

_ONE = {"calls to action": "call to action", "quotations": "quotation"}
_DECIDE = "Decide about it in the program that wrote the document, save it, and bring it again."
_WORDS = 80
"""Characters of a passage that are shown of what was never to be published."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a document.

    Attributes:
        release: its name.
        shown: the document's.
        source: what it is, such as "Word document"; "" where nothing is known any more.
        counted: what the release has, such as "8 notes, 3 links".
        check: line of the file (0 = all of it) and what to look at there.
        groups: what else is worth knowing: a title, and sentences.
    """

    release: str
    shown: str
    source: str
    counted: str
    check: tuple[tuple[int, str], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()


def report_on(workspace: Workspace, imported: Imported, shown: str) -> Report:
    """What an import that was just saved has found."""
    from mailer.importing import faults_of

    checks = (*imported.to_check, *faults_of(workspace, workspace.releases / imported.file))
    groups = (
        (
            "Not in the release",
            [_with(f"“{each.text}”: {each.why}", each.place) for each in imported.set_aside],
        ),
        (
            "Accepted changes",
            [_with(f"{each.kind}: “{each.text}”", each.place) for each in imported.accepted],
        ),
        ("Seen while reading", list(imported.remarks)),
        ("Worth keeping in newsroom.md, for every release", [each.title for each in imported.offered]),
    )
    return Report(
        imported.name,
        shown,
        imported.source,
        ", ".join(_number(number, what) for what, number in imported.counts.items() if number),
        tuple((each.line, each.message) for each in checks),
        tuple((title, tuple(told)) for title, told in groups if told),
    )


def leaks_of(leaks: Sequence[Leak]) -> tuple[tuple[str, str, str], ...]:
    """What keeps a document from being imported: where, what, and what to do."""
    return tuple((leak.place, _said(leak), leak.remedy or _DECIDE) for leak in leaks)


def _said(leak: Leak) -> str:
    by = f" by {leak.author}" if leak.author else ""
    words = " ".join(leak.text.split())
    return f"{leak.kind}{by}: “{words[:_WORDS]}{'…' if len(words) > _WORDS else ''}”"


def _with(text: str, place: str) -> str:
    return f"{text} ({place})" if place else text


def _number(number: int, what: str) -> str:
    return f"{number:,} {what if number != 1 else _ONE.get(what, what.removesuffix('s'))}"


def _path(workspace: Workspace, release: str) -> Path:
    return workspace.private / "desk" / "imports" / f"{release}.json"


def keep_report(workspace: Workspace, report: Report) -> None:
    """
    Raises:
        OSError: it can't be written.
    """
    path = _path(workspace, report.release)
    private_folder(path.parent)
    if path.is_symlink():  # a folder that somebody else made may lead anywhere
        path.unlink()
    with in_place_of(path) as file:
        file.write(json.dumps(asdict(report)).encode())


def report_of(workspace: Workspace, release: str) -> Report | None:
    """The report on a release's import; None: there is none, or nothing can be made of it.

    Args:
        release: the name of a release that is there.
    """
    try:
        said = json.loads(_path(workspace, release).read_bytes())
        return Report(
            str(said["release"]), str(said["shown"]), str(said["source"]), str(said["counted"]),
            tuple((int(line), str(message)) for line, message in said["check"]),
            tuple((str(title), tuple(map(str, told))) for title, told in said["groups"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
