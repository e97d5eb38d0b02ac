"""Themes: which there are, what each is made from, and the folders in which its files are looked for."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path

from mailer.errors import Fault, TemplateError, WorkspaceError
from mailer.visible import visible
from mailer.workspace.names import is_plain_name, lies_in

LAST = "default"
"""What every theme leaves out comes from this one in the end."""
_FROM = re.compile(r"(?i)\s*from\s*:\s*(.*?)\s*")
_NAME = re.compile(r"[^\W_][\w-]*")


@dataclass(frozen=True, slots=True)
class About:
    """What the theme.txt of a theme says.

    Attributes:
        text: what the theme is, for `mailer themes`.
        base: the theme that it is made from, "" where it names none; `line` is where.
        path: the file as staff would name it.
    """

    text: str = ""
    base: str = ""
    line: int = 0
    path: str = ""


def from_line(line: str) -> str:
    """The theme that a line of theme.txt names as that from which this one is made; "" where it names none."""
    match = _FROM.fullmatch(line)
    return match[1] if match else ""


def themes_in(base: Path) -> set[str]:
    """The folders of a templates folder. A link to a folder elsewhere is none of them."""
    if not base.is_dir():
        return set()
    return {
        folder.name
        for folder in base.iterdir()
        if is_plain_name(folder.name) and folder.is_dir() and lies_in(folder, base)
    }


def about(bases: Sequence[Path], name: str) -> About:
    """What a theme says of itself; what others say that it comes from is not its own."""
    paths = (base / name / "theme.txt" for base in bases if name in themes_in(base))
    path = next((path for path in paths if path.is_file() and lies_in(path, path.parent)), None)
    if path is None:
        return About()
    lines = path.read_text("utf-8-sig", "replace").splitlines()
    text = " ".join(line.strip() for line in lines if line.strip() and not from_line(line))
    shown = f"templates/{name}/theme.txt"
    for number, line in enumerate(lines, 1):
        if base := from_line(line):
            return About(text, base, number, shown)
    return About(text, path=shown)


def theme_folders(bases: Sequence[Path], name: str) -> tuple[Path, ...]:
    """Folders in which a theme's files are looked for, first one first: its own, those of the theme that it is made
    from, and so on to the default one's.

    Args:
        bases: folders of themes, first one first.

    Raises:
        WorkspaceError: there is no theme of that name.
        TemplateError: it says that it is made from one that there is not, or from itself.
    """
    known = sorted({each for base in bases for each in themes_in(base)})
    if name not in known:
        raise WorkspaceError(f"No theme “{visible(name)}”.", f"There are: {', '.join(known)}.")
    names = [name]
    while base := (said := about(bases, names[-1])).base:
        if base in names:
            what = f"the theme “{base}” would be made from itself"
            raise TemplateError([Fault(said.path, said.line, what, "name another theme after From:")])
        if base not in known:
            near = get_close_matches(base, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            raise TemplateError([Fault(said.path, said.line, f"there is no theme “{visible(base)}”", hint)])
        names.append(base)
    found = [base / each for each in (*names, LAST) for base in bases if each in themes_in(base)]
    return tuple(dict.fromkeys(found))


def make_theme(templates: Path, bases: Sequence[Path], name: str, base: str) -> Path:
    """A small theme that changes a few things of another one, with comments for whoever goes on with it.

    Args:
        templates: the workspace's folder of themes.
        bases: as in `theme_folders`.
        base: the theme that it is made from.

    Raises:
        WorkspaceError: the name can't be one, there is such a theme, there is none called `base`, or it can't be
            written.
    """
    if not (is_plain_name(name) and _NAME.fullmatch(name)):
        raise WorkspaceError(
            f"“{visible(name)}” can't be the name of a theme.",
            "Use letters, digits and hyphens: spring-campaign.",
        )
    known = {each.casefold() for folder in bases for each in themes_in(folder)}
    folder = templates / name
    if name.casefold() in known or folder.exists() or folder.is_symlink():
        raise WorkspaceError(f"There is already a theme “{name}”.", "Choose another name.")
    theme_folders(bases, base)
    try:
        templates.mkdir(parents=True, exist_ok=True)
        with as_file(files("mailer.workspace") / "new_theme") as source:
            shutil.copytree(source, folder, copy_function=shutil.copyfile)
        for path in folder.iterdir():
            path.write_text(path.read_text("utf-8").replace("BASE", base).replace("NAME", name), "utf-8")
    except OSError as error:
        raise WorkspaceError(f"templates/{name} can't be created: {error.strerror}.") from None
    return folder
