"""The templates of a theme: Jinja, with one macro per node type, each found in the first folder that has it.

A theme may come from somebody else, so its templates run in Jinja's sandbox: they can read what
docs/reference/themes.md lists and lay it out. They reach no file, no other program and nothing of Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePath
from types import CodeType
from typing import Any, Literal

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mailer.errors import Fault, MailerError, TemplateError
from mailer.workspace import is_plain_name, lies_in

Medium = Literal["html", "txt"]


def theme_file(theme: Sequence[Path], name: str) -> Path | None:
    """A file of a theme, from the first folder that has it; never one that a path or a link leads to elsewhere.

    Args:
        theme: folders, first one first.
        name: of the file alone.
    """
    if not is_plain_name(name):
        return None
    found = (folder / name for folder in theme)
    return next((path for path in found if path.is_file() and lies_in(path, path.parent)), None)


def place_of(folder: Path, name: str) -> str:
    """A file of a theme's folder, as staff would name it."""
    return f"templates/{folder.name}/{name}"


class _OwnFiles(FileSystemLoader):
    """The templates that lie in a folder. One that is a link to a file elsewhere would print that file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, encoding="utf-8-sig")  # Notepad begins a file with a mark
        self._folder = folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = super().get_source(environment, template)
        if not lies_in(Path(found[1]), self._folder):
            raise TemplateNotFound(template, f"{template} is a link to a file outside the theme")
        return found


class _Folders(BaseLoader):
    """The folders of a theme, by number: `:1/release.html.j2`. Jinja's PrefixLoader would not tell a template its own
    whole name, and so not from which folder it asks for the next one."""

    def __init__(self, theme: Sequence[Path]) -> None:
        self._folders = [_OwnFiles(folder) for folder in theme]

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = re.fullmatch(r":(\d+)/([^/]+)", template)
        if not found or int(found[1]) >= len(self._folders):
            raise TemplateNotFound(template)
        return self._folders[int(found[1])].get_source(environment, found[2])


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which a file's path does not enter: `release.path.read_text()` would be its way out.

    A template is called by the place of its folder among the theme's, so that each is one and the same whoever asks
    for it, and a file can be made from the one of its own name in the next folder.
    """

    def __init__(self, theme: Sequence[Path], medium: Medium) -> None:
        super().__init__(
            loader=_Folders(theme),
            autoescape=medium == "html",  # the text part is no HTML
            undefined=StrictUndefined,
            trim_blocks=False,
            keep_trailing_newline=True,
            bytecode_cache=_COMPILED[medium],
        )
        self._theme = tuple(theme)

    def join_path(self, template: str, parent: str) -> str:
        """`default/release.html.j2` or `release.html.j2`, as a template of the theme names another one: a file that
        names its own name means the next one that is called so."""
        return called(self._theme, template, parent) or template

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return super().is_safe_attribute(obj, attr, value) and not isinstance(value, PurePath)


class _Compiled(BytecodeCache):
    """What this process has compiled, by file: each language of a release, and each look at it, needs it again."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._found.get(bucket.key, ("", None))
        if checksum == bucket.checksum:  # as the file is now
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._found[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED: dict[Medium, _Compiled] = {"html": _Compiled(), "txt": _Compiled()}
"""A medium's own, as what escapes is compiled in."""


def environment_of(theme: Sequence[Path], medium: Medium) -> Environment:
    """What a theme's templates run in, without the names that a release gives them."""
    return _Sandbox(theme, medium)


def called(theme: Sequence[Path], template: str, parent: str = "") -> str:
    """What the environment calls a template, by the first folder that has it: "" if none has.

    Args:
        template: a file's name, or a theme's and a file's.
        parent: what the environment calls the template that asks for it.
    """
    folder_name, _, file = template.rpartition("/")
    own, _, parent_file = parent.removeprefix(":").partition("/")
    after = int(own) if parent_file == file else -1
    for number, folder in enumerate(theme):
        if number > after and folder_name in ("", folder.name) and theme_file([folder], file):
            return f":{number}/{file}"
    return ""


class Templates:
    """The templates of one theme for one medium and one edition.

    Args:
        theme: folders, first one first.
        names: what the templates may use: docs/reference/themes.md lists it.
    """

    def __init__(self, theme: Sequence[Path], medium: Medium, names: Mapping[str, object]) -> None:
        self._theme, self._medium = theme, medium
        self._environment = environment_of(theme, medium)
        self._environment.globals.update(names, blocks=self.blocks, part=self.part)
        self._macros: list[object] | None = None

    def blocks(self, nodes: SyntaxTreeNode | Iterable[SyntaxTreeNode]) -> str:
        """Nodes of the document tree, each by the macro of its type.

        Raises:
            TemplateError: the theme has no macro for a type. Silence would lose a part of the release.
        """
        several = [nodes] if isinstance(nodes, SyntaxTreeNode) else nodes
        return self._safe("".join(str(self._macro(node.type)(node)) for node in several))

    def part(self, name: str, *arguments: object) -> str:
        """A part of the page that is no node, by the macro of that name: a contact, a note."""
        return self._safe(str(self._macro(name)(*arguments)))

    def _safe(self, rendered: str) -> str:
        return Markup(rendered) if self._medium == "html" else rendered  # noqa: S704 - macros autoescape

    def _macro(self, node_type: str) -> Any:
        for module in self._modules():
            macro = getattr(module, node_type, None)
            if isinstance(macro, Macro):
                return macro
        name = place_of(self._theme[0], f"blocks.{self._medium}.j2")
        raise TemplateError(
            [
                Fault(
                    name,
                    0,
                    f"there is no macro for blocks of type {node_type}",
                    f"add {{% macro {node_type}(node) %}}",
                )
            ]
        )

    def _modules(self) -> list[object]:
        """The blocks templates of all folders. A theme may define only some macros anew."""
        if self._macros is None:
            self._macros = [
                self._environment.get_template(f":{number}/blocks.{self._medium}.j2").module
                for number, folder in enumerate(self._theme)
                if theme_file([folder], f"blocks.{self._medium}.j2")
            ]
        return self._macros

    def render(self, name: str) -> str:
        """A whole template.

        Raises:
            TemplateError: with file and line of what is wrong in it.
        """
        try:
            return self._environment.get_template(called(self._theme, name) or name).render()
        except TemplateSyntaxError as error:
            raise TemplateError(
                [Fault(self._shown(error.filename or name), error.lineno, error.message or "")]
            ) from None
        except MailerError:
            raise
        except (
            Exception
        ) as error:  # a template is a program of somebody else's, and may fail as any program does
            path, line = self._place(error, name)
            absent = isinstance(error, TemplateNotFound) and like_a_template(
                self._theme, str(error.name or "")
            )
            hint = absent or "docs/reference/themes.md lists what templates can use"
            raise TemplateError([Fault(path, line, _said(error), hint)]) from None

    def _place(self, error: Exception, name: str) -> tuple[str, int]:
        """The innermost template line of a traceback: Jinja gives its frames the templates' names and lines."""
        place = (self._shown(name), 0)
        frame = error.__traceback__
        while frame:
            if frame.tb_frame.f_code.co_filename.endswith((".j2", ".css")):
                place = (self._shown(frame.tb_frame.f_code.co_filename), frame.tb_lineno)
            frame = frame.tb_next
        return place

    def _shown(self, name: str) -> str:
        path = Path(name)
        return place_of(path.parent, path.name) if path.parent.name else name


def like_a_template(theme: Sequence[Path], name: str) -> str:
    """What somebody may have meant who named a template that there is not, or what to do."""
    folder, _, file = name.rpartition("/")
    if is_plain_name(folder) and folder not in {each.name for each in theme}:
        if any((each.parent / folder).is_dir() for each in theme):
            return f"to begin from the theme {folder}, write From: {folder} into theme.txt"
        meant = get_close_matches(folder, sorted({each.name for each in theme}), n=1, cutoff=0.7)
        if meant:
            return f"did you mean {meant[0]}/{file}?"
    known = sorted({f"{each.name}/{path.name}" for each in theme for path in each.glob("*.j2")})
    near = get_close_matches(name, [*known, *(each.rpartition("/")[2] for each in known)], n=1, cutoff=0.7)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"


def _said(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template “{error.name}” in this theme"
    if isinstance(error, RecursionError):
        return "it calls itself endlessly"
    return str(error) or type(error).__name__
