"""The site's folder: what mailer wrote there, and nothing else, is replaced or removed by it.

`.mailer-site.json` lists every file with its hash, and every page as data, those under embargo too: so a web server of
another account can't read it. Before anything is changed it names the new
hashes beside the old ones, so that whoever is killed in between finds files that are known either way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mailer.errors import WorkspaceError
from mailer.publish.site.page import Page, PressPicture, Rendition
from mailer.workspace import lies_in
from mailer.workspace.durable import in_place_of

MANIFEST = ".mailer-site.json"
_VERSION = 1
_READABLE, _OPEN = 0o644, 0o755
"""The site is for everybody: a web server of another account reads it."""


@dataclass(slots=True)
class Site:
    """What a site's folder holds by mailer's doing.

    Attributes:
        pages: by their path.
        files: the hashes that each file may have, by its path.
        owners: the release that a picture or attachment belongs to, by its path; pages and feeds belong to all.
    """

    folder: Path
    pages: dict[str, Page] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def changed_by_others(self, path: str) -> bool:
        """Whether a file is not as mailer left it."""
        target = self.folder / path
        if not target.is_file():
            return target.exists()  # a pipe would be read for ever
        return _hash(target.read_bytes()) not in self.files.get(path, ())


def read_site(folder: Path) -> Site:
    """The site of a folder, which may not be there yet.

    Raises:
        WorkspaceError: its manifest can't be read, or a newer version of mailer wrote it.
    """
    path = folder / MANIFEST
    try:
        if not path.is_file():
            return Site(folder)
        data = json.loads(path.read_text("utf-8"))
        if data["version"] == _VERSION:
            pages = {each["path"]: _page(each) for each in data["pages"]}
            return Site(folder, pages, _files(data["files"]), dict(data["owners"].items()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise WorkspaceError(
            f"{path} can't be read: without it mailer does not know which files are its own.",
            "Put it back from a backup, or publish into an empty folder with --out.",
        ) from None
    raise WorkspaceError(f"{path} was written by a newer version of mailer.", "Update mailer.")


def _files(data: dict[str, list[str]]) -> dict[str, list[str]]:
    """
    Raises:
        ValueError: it is none of ours.
    """
    if not all(isinstance(hashes, list) and path.isprintable() for path, hashes in data.items()):
        raise ValueError
    return dict(data)


def _page(data: dict[str, Any]) -> Page:
    pictures = tuple(
        PressPicture(**{**each, "renditions": tuple(Rendition(**size) for size in each["renditions"])})
        for each in data["pictures"]
    )
    return Page(**{**data, "pictures": pictures})


def write(site: Site, files: Mapping[str, bytes], removed: frozenset[str]) -> list[str]:
    """Brings a folder to what these files say.

    Args:
        site: with its pages and owners as they are to be.
        files: all files that are made anew, by path; equal ones are left alone.
        removed: files of mailer's that go.

    Returns:
        Paths that were written.

    Raises:
        WorkspaceError: a file of that name is not mailer's, or was changed since; then nothing was written.
    """
    changed = {path: content for path, content in files.items() if not _is(site.folder / path, content)}
    _must_be_ours(site, [*changed, *sorted(removed)])
    with _told(site.folder):
        _make(site.folder, site.folder)
        for path, content in files.items():
            known = site.files.setdefault(path, [])
            known += [_hash(content)] if _hash(content) not in known else []
        _save(site)
        for path, content in changed.items():
            target = site.folder / path
            _make(target.parent, site.folder)
            _put(target, content)
        for path in removed:
            (site.folder / path).unlink(missing_ok=True)
            with suppress(OSError):  # something else lies there
                (site.folder / path).parent.rmdir()
            site.files.pop(path, None)
            site.owners.pop(path, None)
        site.files.update((path, [_hash(content)]) for path, content in files.items())
        _save(site)
    return sorted(changed)


def _must_be_ours(site: Site, paths: list[str]) -> None:
    for path in (MANIFEST, *paths):
        target = site.folder / path
        if not lies_in(target, site.folder) or target.is_symlink():
            raise WorkspaceError(
                f"{target} is a link to another place: mailer does not write there.", "Remove the link."
            )
        if path == MANIFEST:
            continue
        in_its_way = next((each for each in target.parents if each.exists()), target)
        if not in_its_way.is_dir() or target.is_dir() or site.changed_by_others(path):
            why = "was changed since mailer wrote it" if path in site.files else "was not made by mailer"
            raise WorkspaceError(
                f"{target} {why}, so nothing was published.",
                "Move it elsewhere, or choose another folder with --out.",
            )


def _is(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _save(site: Site) -> None:
    pages = [asdict(site.pages[path]) for path in sorted(site.pages)]
    data = {"version": _VERSION, "pages": pages, "files": site.files, "owners": site.owners}
    with in_place_of(site.folder / MANIFEST) as file:
        file.write(json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode())


def _put(target: Path, content: bytes) -> None:
    with in_place_of(target) as file:
        file.write(content)
    target.chmod(_READABLE)


def _make(folder: Path, top: Path) -> None:
    """Makes a folder, for everybody to read."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True)
    for each in (folder, *folder.parents):
        if each == top.parent:
            break
        each.chmod(_OPEN)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        raise WorkspaceError(
            f"{place} can't be written: {error.strerror}.", "Choose another folder with --out."
        ) from None
