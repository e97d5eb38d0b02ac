"""The folder in which staff work: found by climbing to `newsroom.md`; its paths; making another."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailer.errors import WorkspaceError
from mailer.visible import visible
from mailer.workspace.built_in import built_in_templates, sample
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.endings import LIST_ENDINGS, instead_of
from mailer.workspace.ledger_place import is_there, ledger_of
from mailer.workspace.names import is_plain_name, lies_in
from mailer.workspace.themes import LAST, About, about, make_theme, theme_folders, themes_in

MARKER = "newsroom.md"
SUPPRESSION_WORD = "suppress"
"""What no press list has in its name: staff would take it for the list of those who are never mailed."""
_EDITION = re.compile(r"(?P<name>.+?)(?:\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.md", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace and its paths. Nothing in it is read before it is asked for.

    Attributes:
        unsaved: files as somebody is writing them, by their paths: whoever reads a release reads these instead. A
            release is then prepared and checked as if it had been saved, its lines and its mark included.
    """

    root: Path
    unsaved: Mapping[Path, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def newsroom(self) -> Path:
        return self.root / MARKER

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def lists(self) -> Path:
        return self.root / "lists"

    @property
    def suppressed(self) -> Path:
        return self.lists / "suppressed.csv"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def site(self) -> Path:
        """What `mailer publish` writes, unless it is told another folder."""
        return self.root / "site"

    @property
    def private(self) -> Path:
        """`.mailer/`: made by the tool, never committed."""
        return self.root / ".mailer"

    @property
    def ledger(self) -> Path | DatabaseUrl:
        """See `ledger_of`."""
        return ledger_of(self.root, self.private / "ledger.db")

    def has_ledger(self) -> bool:
        """Whether there is one already: looking into it makes none."""
        return is_there(self.ledger)

    def shown(self, path: Path | DatabaseUrl) -> str:
        """`path` as staff would name it: relative to the workspace where it lies inside. Only for showing."""
        if isinstance(path, DatabaseUrl):
            return visible(str(path))
        try:
            # A link goes by its own name: that is the one which staff see in the folder.
            found = path.parent.resolve() / path.name if path.name != ".." else path.resolve()
            return visible(str(found.relative_to(self.root.resolve())))
        except (ValueError, OSError, RuntimeError):  # elsewhere, or in a folder that is a link to itself
            return visible(str(path))

    def release_path(self, name: str) -> Path:
        """The original's file for a release given as a path or as a name.

        Raises:
            WorkspaceError: no such file; the hint names what there is.
        """
        return _as_called(self._find(name, self.releases, (".md",), "release", "mailer new HEADLINE"))

    def own_release(self, name: str) -> Path:
        """The original's file for a release named by somebody who may not open any other file: a page.

        Raises:
            WorkspaceError: `name` is not the plain name of a file of releases/.
        """
        path = self.releases / f"{name}.md"
        if not is_plain_name(name) or not path.is_file() or not lies_in(path, self.releases):
            raise WorkspaceError(
                f"There is no release “{visible(name)}” in releases/.", "Choose one from the list."
            )
        return _as_called(path)

    def release_called(self, name: str) -> str:
        """What the ledger calls a release that is given as a path or as a name; it may be gone from releases/."""
        return self.release_name(Path(name if name.endswith(".md") else f"{name}.md"))

    def release_name(self, path: Path) -> str:
        """`releases/NAME.es.md` → `NAME`: what the ledger calls a release."""
        match = _EDITION.fullmatch(path.name)
        return match["name"] if match else path.stem

    def press_lists(self) -> list[Path]:
        """The press lists: all that there is to choose from, in the order of their names. This is what a list is,
        wherever one is named, offered or looked at: a file of lists/ with one of `LIST_ENDINGS`, in whatever capitals,
        that is neither hidden nor the list of those who are never mailed.

        A link to nowhere, or a folder called so, is among them: whoever reads it is told.
        """
        return [path for path in self.list_files() if not self.is_suppressed(path)]

    def own_lists(self) -> list[Path]:
        """Those that a page's address may name: without links that lead out of lists/."""
        return [path for path in self.press_lists() if lies_in(path, self.lists)]

    def list_files(self) -> list[Path]:
        """The press lists, and whatever else of lists/ may hold people: those who are never mailed too."""
        files = (path for path in self.lists.glob("*") if path.suffix.lower() in LIST_ENDINGS)
        return sorted(path for path in files if not path.name.startswith((".", "~$")))

    def is_suppressed(self, path: Path) -> bool:
        """Whether a file is suppressed.csv, or what staff may take for it: by its name or a link's target."""
        names = (path.name, Path(os.path.realpath(path)).name)
        return any(SUPPRESSION_WORD in name.casefold() for name in names) or same_file(path, self.suppressed)

    def list_path(self, name: str) -> Path:
        """The file of a press list given as a path or as a name (`.csv`, then the others of `LIST_ENDINGS`).

        Returns:
            the file; or what is no file and can't be read, but is called so.

        Raises:
            WorkspaceError: no such file; the hint names what there is.
        """
        return self._find(name, self.lists, LIST_ENDINGS, "list", "put a CSV file into lists/")

    def means_suppressed(self, name: str, *, elsewhere: bool = True) -> bool:
        """Whether a list's name or path, in any spelling, means those who are never mailed: suppressed.csv, or what
        staff may take for it.

        Args:
            elsewhere: files of other folders count too, by their names.
        """
        candidates = self._candidates(name, self.lists, LIST_ENDINGS)
        found = next((each for each in candidates if each.is_file()), None)
        if found and not elsewhere and not lies_in(found, self.lists):
            return same_file(found, self.suppressed)
        return self.is_suppressed(found or Path(name))

    def _candidates(self, name: str, folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
        """Where it may lie; adv2.md is never adv2.md.md. What old programs call PRESS.CSV is a list called PRESS."""
        yield from (Path(name), folder / name)
        for ending in endings:
            yield folder / (name if name.endswith(ending) else f"{name}{ending}")
            if folder == self.lists:
                files = self.list_files()
                yield from (path for path in files if path.stem == name and path.suffix.lower() == ending)

    def _find(self, name: str, folder: Path, endings: tuple[str, ...], noun: str, otherwise: str) -> Path:
        for candidate in self._candidates(name, folder, endings):
            if candidate.is_file():
                return candidate
        if folder == self.lists and (odd := self._no_file(name)):
            return odd
        given = Path(name)
        wanted = f"{given.name.removesuffix(endings[0])}{endings[0]}"
        lists = folder == self.lists
        files = self.press_lists() if lists else folder.glob(f"*{endings[0]}")
        known = sorted({visible(path.stem) for path in files})
        # Whoever asks for suppressed.csv by its name may look at it; nobody else is led there.
        never = self.is_suppressed if lists and not self.is_suppressed(given) else None
        there_are = f"There {'is' if len(known) == 1 else 'are'}: {', '.join(known)}."
        raise WorkspaceError(
            f"No {noun} “{name}”: neither a file of that name nor {self.shown(folder)}/{wanted}.",
            instead_of(wanted, (folder, given.parent), never)
            or (there_are if known else f"There are none yet: {otherwise}."),
        )

    def _no_file(self, name: str) -> Path | None:
        """What `lists` shows and nobody can read: a folder, a pipe, a link to nowhere. Its reader says what it is."""
        candidates = self._candidates(name, self.lists, LIST_ENDINGS)
        return next((p for p in candidates if p.suffix.lower() in LIST_ENDINGS and os.path.lexists(p)), None)

    def themes(self) -> tuple[str, ...]:
        """Names of the themes there are, the workspace's own and the built-in ones."""
        return tuple(sorted({name for base in self._theme_bases for name in themes_in(base)}))

    def own_themes(self) -> tuple[str, ...]:
        """Those of which the workspace has a folder."""
        return tuple(sorted(themes_in(self.templates)))

    @property
    def _theme_bases(self) -> tuple[Path, Path]:
        return self.templates, built_in_templates()

    def theme(self, name: str) -> tuple[Path, ...]:
        """Folders in which a theme's files are looked for, first one first.

        The workspace's own files beat the built-in ones of that name, and what a theme leaves out comes from the
        theme that its theme.txt names, then from the default theme. A theme is one of `themes()` and never a path:
        its templates are a program of sorts, and a release that a colleague sent must not choose one from anywhere.

        Raises:
            WorkspaceError: there is no theme of that name.
            TemplateError: its theme.txt names no theme that there is.
        """
        return theme_folders(self._theme_bases, name)

    def about_theme(self, name: str) -> About:
        """What a theme says of itself."""
        return about(self._theme_bases, name)

    def make_theme(self, name: str, base: str = LAST) -> Path:
        """A small theme of the workspace's own, made from another one; its folder.

        Raises:
            WorkspaceError: a name that can't be, or of a theme that there is; no theme called `base`.
        """
        return make_theme(self.templates, self._theme_bases, name, base)


def _as_called(path: Path) -> Path:
    """A file under the name that its folder has for it.

    Windows and macOS open harbour.md also as Harbour.md, Windows as "harbour.md." too. The ledger knows a release
    by its name, so another spelling would be another release: everybody would get it twice, and without its
    translations.
    """
    there = list(path.parent.iterdir())
    if any(other.name == path.name for other in there):
        return path
    return next((other for other in there if other.is_file() and other.samefile(path)), path)


def same_file(path: Path, other: Path) -> bool:
    """Whether both are there and are one file, whatever they are called."""
    try:
        return path.samefile(other)
    except OSError:
        return False


def find_workspace(start: Path) -> Workspace:
    """The workspace around `start`: the nearest folder, climbing, that has a newsroom.md.

    Raises:
        WorkspaceError: none up to the file system's root.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return Workspace(folder)
    raise WorkspaceError(
        f"No newsroom.md in {start} or any folder above it.",
        instead_of(MARKER, (start, *start.parents))
        or "Go to your workspace, or make one: mailer init press-office",
    )


def make_workspace(folder: Path) -> Workspace:
    """A new workspace with the sample organisation, release and list, ready to be edited.

    Raises:
        WorkspaceError: the folder exists and is not empty, or can't be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(f"{folder} already exists and is not empty.", "Choose another name.")
    source = sample()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (*source.glob("newsroom*.md"), source / ".env.example"):
            shutil.copyfile(path, folder / path.name)
        for name in ("releases", "lists"):
            shutil.copytree(source / name, folder / name)
        (folder / ".gitignore").write_text(".env\n.mailer/\nlists/.*\n", encoding="utf-8")
        # Lists name people, and a copy of .env.example is to hold a password: not for other accounts' eyes.
        (folder / "lists").chmod(0o700)
        for private in (folder / ".env.example", *(folder / "lists").iterdir()):
            private.chmod(0o600)
    except OSError as error:
        raise WorkspaceError(f"{folder} can't be created: {error.strerror}.") from None
    return Workspace(folder.resolve())
