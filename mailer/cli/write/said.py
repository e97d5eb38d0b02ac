"""What an import found, for the person who goes on with it: calm, in few lines, on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.cli.terminal.output import count, row, say, style, tell
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.importing import Imported
    from mailer.importing.document import Block
    from mailer.importing.written import ToCheck
    from mailer.workspace import Workspace

_LONGEST = 160


def print_summary(
    workspace: Workspace, imported: Imported, source: Path, path: Path | None, checks: Sequence[ToCheck]
) -> None:
    """Everything that was found, guessed and set aside.

    Args:
        path: of the file; None where it was not saved.
    """
    draft = imported.draft
    tell("From", f"{source} ({imported.source})")
    tell("Kind", draft.kind.value)
    tell("Headline", draft.headline or "none was found")
    tell("Date", ", ".join(filter(None, [draft.date or "none was found", draft.dateline])))
    if draft.embargo:
        tell("Embargo", draft.embargo)
    contacts = [", ".join(filter(None, [c.name, c.phone or c.mobile, c.email])) for c in draft.contacts]
    for number, contact in enumerate(contacts or ["none was found"]):
        tell("" if number else "Contact", contact)
    tell("Text", _counted(imported))
    shown = workspace.shown(path) if path else ""
    _listed("Please check:", [_place(shown, each) for each in checks])
    outside = [(_said(each.blocks), each.place or each.kind) for each in imported.margins]
    aside = [each for each in imported.set_aside if each.text not in (text for text, _ in outside)]
    _listed("Not in the release:", [_with_place(f"“{_short(e.text)}”: {e.why}", e.place) for e in aside])
    _listed(
        "Stood outside the text:",
        [f"{place}: “{_short(text)}”" for text, place in outside],
    )
    _listed(
        "Accepted:",
        [_with_place(f"{each.kind}: “{_short(each.text)}”", each.place) for each in imported.accepted],
    )
    _listed("Seen while reading:", imported.remarks)
    _listed(
        "You could move to newsroom.md, for every release:", [f"## {each.title}" for each in imported.offered]
    )
    if imported.differences is not None:
        _listed("Differs from the original:", _differing(imported) or ["nothing that can be counted"])
    if path:
        say(f"Read it, correct it, then look at it: mailer preview {visible(imported.name)}", err=True)


def print_report(
    workspace: Workspace, imported: Imported, source: Path, path: Path, checks: Sequence[ToCheck]
) -> None:
    """A line for one of several documents, and what to check in it."""
    aside = f", {len(imported.set_aside)} set aside" if imported.set_aside else ""
    row(f"{source} → {workspace.shown(path)}: {_counted(imported)}{aside}", err=True)
    for each in checks:
        row(f"    {_place(workspace.shown(path), each)}", err=True)


def as_data(
    workspace: Workspace, imported: Imported, source: str, paths: Sequence[Path], checks: Sequence[ToCheck]
) -> dict[str, object]:
    """The same for programs."""
    found = imported.differences
    return {
        "source": source,
        "kind_of_source": imported.source,
        "paths": [workspace.shown(path) for path in paths],
        **({} if paths else {"text": imported.text}),
        "release": imported.name,
        "language": imported.draft.language,
        "kind": imported.draft.kind.value,
        "headline": imported.draft.headline,
        "date": imported.draft.date,
        "dateline": imported.draft.dateline,
        "counts": dict(imported.counts),
        "check": [{"line": each.line, "message": each.message} for each in checks],
        "set_aside": [{"text": e.text, "why": e.why, "place": e.place} for e in imported.set_aside],
        "margins": [{"kind": e.kind, "text": _said(e.blocks), "place": e.place} for e in imported.margins],
        "accepted": [
            {"kind": e.kind, "text": e.text, "place": e.place, "author": e.author} for e in imported.accepted
        ],
        "remarks": list(imported.remarks),
        "offered": [each.title for each in imported.offered],
        "differences": None
        if found is None
        else {
            "counts": {what: list(both) for what, both in found.counts.items()},
            "numbers_only_in_original": list(found.only_original),
            "numbers_only_here": list(found.only_edition),
        },
    }


def _counted(imported: Imported) -> str:
    return ", ".join(
        count(number, what.removesuffix("s") if what != "calls to action" else "call to action", what)
        for what, number in imported.counts.items()
        if number
    )


def _differing(imported: Imported) -> list[str]:
    found = imported.differences
    assert found is not None
    lines = [
        f"{what}: {first} in the original, {second} here" for what, (first, second) in found.counts.items()
    ]
    lines += (
        [f"numbers only in the original: {', '.join(found.only_original)}"] if found.only_original else []
    )
    lines += [f"numbers only here: {', '.join(found.only_edition)}"] if found.only_edition else []
    return lines


def _listed(title: str, lines: Sequence[str]) -> None:
    if lines:
        say(style(title, bold=True), err=True)
        for line in lines:
            row(f"  {line}", err=True)


def _place(shown: str, check: ToCheck) -> str:
    where = ":".join(filter(None, [shown, str(check.line or "")]))
    return f"{where}: {check.message}" if where else check.message


def _with_place(text: str, place: str) -> str:
    return f"{text} ({place})" if place else text


def _said(blocks: Sequence[Block]) -> str:
    from mailer.importing.structure.runs import block_text

    return " ".join(" ".join(map(block_text, blocks)).split())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
