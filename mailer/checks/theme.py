"""Checks of the theme: what it leaves out of a mail, and what in its files has no effect.

What is left out is seen by rendering a specimen in which every field is written, not by reading templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from mailer.checks.draft import Draft
from mailer.checks.specimen import ADDRESSES, meant, sentinels, shown, specimen
from mailer.errors import TemplateError
from mailer.model import Edition, Finding, Kind, Where
from mailer.render import render
from mailer.render.localisation import read_labels
from mailer.render.theme_faults import as_finding, theme_faults
from mailer.workspace import Workspace, built_in_templates

FURNITURE = frozenset(("logo.file", "logo.alt", "end_mark", "dash"))
"""What a theme may do without, and nobody loses anything."""

LESS = frozenset(("kind", "date", "zones", "preheader", "website", "why"))
"""What a theme should print, and a mail can do without: a warning."""

_IN_BLOCK = {
    "note": "cover", "embargo": "above", "zones": "above", "kind": "kind_and_date", "date": "kind_and_date",
    "headline": "headlines", "subhead": "headlines", "correction": "follow_up", "event": "event",
    "attachments": "media", "contacts": "people", "spokespeople": "people", "notes": "notes", "about": "about",
    "name": "footer", "postal_address": "footer", "website": "footer", "why": "footer", "unsubscribe": "footer",
}  # fmt: skip
"""The block of the default theme's release.html.j2 in which a field is printed."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A field that a theme does not print: `contacts.phone` in "html" or "text"."""

    key: str
    medium: str

    @property
    def field(self) -> str:
        return self.key.partition(".")[0]


# ---- the checks -------------------------------------------------------------------------------------------


def own_theme(draft: Draft) -> Iterator[Finding]:
    """theme-drops, theme-fault, theme-no-effect: of a theme of the workspace's own. What this release has and the theme
    leaves out is an error; what another release would miss, or stumble over, a warning."""
    seen = set()
    for edition in draft.release.editions:
        name = draft.theme or edition.theme
        theme = draft.workspace.theme(name)
        own = _own_folders(theme)
        if not own or (name, edition.kind) in seen:
            continue
        seen.add((name, edition.kind))
        for finding in theme_faults(theme, own):
            yield replace(finding, level="warning")
        try:
            lost = _lost(draft.workspace, theme, edition.kind)
        except TemplateError as error:
            yield from (replace(as_finding(fault), level="warning") for fault in error.faults)
        else:
            yield from _drops(name, lost, lambda loss: _has(draft, loss))


def check_theme(workspace: Workspace, name: str) -> tuple[Finding, ...]:
    """All that is wrong with a theme, whatever release it is for, gravest first.

    Raises:
        WorkspaceError: there is no theme of that name.
    """
    try:
        theme = workspace.theme(name)
    except TemplateError as error:
        return tuple(map(as_finding, error.faults))
    found = list(theme_faults(theme, _own_folders(theme) or theme))
    known = {finding.where for finding in found}
    lost: dict[Loss, None] = {}
    for number, kind in enumerate(Kind):
        try:
            lost |= dict.fromkeys(_lost(workspace, theme, kind, with_addresses=not number))
        except TemplateError as error:
            others = (as_finding(fault) for fault in error.faults)
            found += [finding for finding in others if finding.where not in known and finding not in found]
    found += _drops(name, lost, lambda _: True)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.level != "error"))


def _own_folders(theme: Sequence[Path]) -> list[Path]:
    return [folder for folder in theme if folder.parent != built_in_templates()]


# ---- what is lost -----------------------------------------------------------------------------------------


def _lost(
    workspace: Workspace, theme: tuple[Path, ...], kind: Kind, *, with_addresses: bool = True
) -> tuple[Loss, ...]:
    """What a theme, as its files are now, leaves out of a release of this kind.

    Args:
        with_addresses: look once more, with what themes make links of: numbers to call, a page to register on.

    Raises:
        TemplateError: it can't render a release in which every field is written.
    """
    state = sha256()
    for path in (path for folder in theme for path in sorted(folder.iterdir()) if path.is_file()):
        state.update(str(path).encode() + path.read_bytes())
    return _lost_as_it_was(workspace, theme, kind, with_addresses, state.digest())


@lru_cache(maxsize=64)  # each look at a release asks again
def _lost_as_it_was(
    workspace: Workspace, theme: tuple[Path, ...], kind: Kind, with_addresses: bool, _state: bytes
) -> tuple[Loss, ...]:
    lost: dict[Loss, None] = {}
    label = read_labels(theme, "en").get(kind.value.replace(" ", "_"), kind.value)
    for addresses in (False, True)[: 1 + with_addresses]:
        edition = specimen(workspace, addresses=addresses, kind=kind.value)
        parts = shown(render(edition, theme))
        for key, wanted in sentinels(addresses):
            for sentinel in (label,) if key == "kind" else wanted:
                missing = (m for m in sorted(meant(key)) if not _stands(key, sentinel, parts[m]))
                lost |= dict.fromkeys(Loss(key, medium) for medium in missing)
    return tuple(loss for loss in lost if loss.key not in FURNITURE)


def _stands(key: str, sentinel: str, text: str) -> bool:
    """Whether a field is there, in a spelling of the theme's own too: another way of writing days and numbers."""
    if sentinel in text:
        return True
    if found := re.fullmatch(r"(\w{3})\w* (\d+), (\d{4})", sentinel):
        month, day, year = found.groups()
        number = 1 + (
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "May",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
            "Nov",
            "Dec",
        ).index(month)
        either = rf"0?{day}\W{{1,2}}(?:0?{number}\b|{month})|(?:0?{number}|{month}\w*)\W{{1,2}}0?{day}\b"
        return bool(re.search(rf"\b{year}\b|\b(?:{either})", text))
    if key in ADDRESSES and sentinel[0].isdigit():
        return re.sub(r"\D", "", sentinel)[1:] in re.sub(r"\D", "", text)
    if key == "kind":
        return sentinel.casefold() in text.casefold()
    return " ".join(sentinel.split()) in " ".join(text.split())


# ---- how it is told ---------------------------------------------------------------------------------------


def _drops(name: str, lost: Iterable[Loss], used: Callable[[Loss], bool]) -> list[Finding]:
    """A finding for each field and level: which parts of it are not printed, and in which part of the mail."""
    media: dict[str, set[str]] = {}
    for loss in lost:
        media.setdefault(loss.key, set()).add(loss.medium)
    levels = {loss.key: used(loss) and loss.field not in LESS for loss in lost}
    together: dict[tuple[str, bool, tuple[str, ...]], list[str]] = {}
    for key, where in media.items():
        group = (key.partition(".")[0], levels[key], tuple(sorted(where)))
        together.setdefault(group, []).append(key.partition(".")[2])
    return [_drop(name, field, grave, where, parts) for (field, grave, where), parts in together.items()]


_SPOKEN: Mapping[str, str] = {
    "about": "the texts about the organisation", "body": "of the text", "name": "the organisation's name",
    "notes": "the footnotes", "unsubscribe": "the link to unsubscribe", "why": "why people get it",
    "note": "the cover note", "web": "the link to the release on the web",
}  # fmt: skip


def _drop(name: str, field: str, grave: bool, where: tuple[str, ...], parts: list[str]) -> Finding:
    spoken = _SPOKEN.get(field, f"the {field.replace('_', ' ')}")
    of = ", ".join(part.replace("_", " ") for part in parts if part)
    places = " and ".join(f"the {'HTML' if medium == 'html' else 'text part'}" for medium in where)
    what = f"The theme “{name}” leaves out {spoken}{f' ({of})' if of else ''}, in {places}."
    block = _IN_BLOCK.get(field)
    file = "blocks" if field == "body" else "release"
    files = " and ".join(f"{file}.{'html' if medium == 'html' else 'txt'}.j2" for medium in where)
    hint = f"Print it: in the default theme, {files} does."
    if block and "html" in where:
        hint = f"Print it: in the default theme, {files} does, in the HTML in the block “{block}”."
    place = Where(f"templates/{name}")
    if grave:
        return Finding("theme-drops", "error", what, hint, place)
    return Finding("theme-drops", "warning", what, hint, place)


# ---- what this release has --------------------------------------------------------------------------------


def _has(draft: Draft, loss: Loss) -> bool:
    """Whether an edition of the release has what is lost."""
    return any(_edition_has(edition, loss) for edition in draft.release.editions)


def _edition_has(edition: Edition, loss: Loss) -> bool:
    field, _, part = loss.key.partition(".")
    if field == "unsubscribe":
        return True
    if field == "body":
        return any(node.type == part.split(" ")[0] for node in edition.body.walk())
    value = getattr(edition, field, None) or getattr(edition.newsroom, field, None)
    if not part or field == "about":
        return bool(value)
    return any(getattr(record, part, None) for record in (value if isinstance(value, tuple) else (value,)))
