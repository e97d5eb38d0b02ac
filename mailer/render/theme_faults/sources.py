"""The files of a theme, read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from mailer.errors import Fault
from mailer.model import Finding, Level, Where
from mailer.render.templates import environment_of, place_of, theme_file

_Node = TypeVar("_Node", bound=nodes.Node)
Naming = nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport
_ByKind = dict[type[nodes.Node], list[nodes.Node]]

IDS: dict[Level, str] = {"error": "theme-fault", "warning": "theme-no-effect"}


@dataclass(frozen=True, slots=True)
class Template:
    """A template that could be read.

    Attributes:
        number: of its folder among the theme's.
        own: it is one of those that are looked at.
        body: its nodes of the first level; `by_kind` are all of them.
    """

    number: int
    path: Path
    text: str
    own: bool
    body: list[nodes.Node]
    by_kind: _ByKind

    def find(self, kind: type[_Node]) -> list[_Node]:
        """All nodes of one kind, in the order in which they stand there."""
        return self.by_kind.get(kind, [])  # type: ignore[return-value]

    @property
    def medium(self) -> str:
        return "txt" if ".txt." in self.path.name else "html"

    def naming(self) -> list[Naming]:
        """The nodes that name another template."""
        kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        return [node for kind in kinds for node in self.find(kind)]  # type: ignore[misc]

    def finding(self, level: Level, line: int, message: str, hint: str = "") -> Finding:
        return said(level, self.path, line, message, hint)


def said(level: Level, path: Path, line: int, message: str, hint: str = "") -> Finding:
    """A finding about a file of a theme."""
    return Finding(IDS[level], level, message, hint, Where(place_of(path.parent, path.name), line))


def as_finding(fault: Fault) -> Finding:
    """A fault at which rendering stops, for those who go on."""
    message = f"{fault.message[:1].upper()}{fault.message[1:].removesuffix('.')}."
    hint = f"{fault.hint[:1].upper()}{fault.hint[1:]}"
    hint += "." if hint and hint[-1].isalnum() else ""
    return Finding(IDS["error"], "error", message, hint, Where(fault.path, fault.line))


def as_fault(finding: Finding) -> Fault:
    """The same, for those who can't go on."""
    where = finding.where or Where("")
    return Fault(where.path, where.line, finding.message.removesuffix("."), finding.hint)


def near(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """ "Did you mean …?", or what to do where nothing is like it."""
    found = get_close_matches(name, sorted(set(known)), n=1, cutoff=0.7)
    return f"Did you mean {found[0]}?" if found else otherwise


@dataclass
class Sources:
    """All files of a theme.

    Attributes:
        theme: its folders, first one first.
        folders: those of them that are looked at.
        unread: what can't be read, as findings.
    """

    theme: tuple[Path, ...]
    folders: tuple[Path, ...]
    templates: list[Template] = field(default_factory=list)
    unread: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, folder in enumerate(self.theme):
            for path in sorted(folder.glob("*.j2")):
                if theme_file([folder], path.name):
                    self._parse(number, path)

    def _parse(self, number: int, path: Path) -> None:
        own = path.parent in self.folders
        try:
            text = path.read_text("utf-8-sig")
            body, by_kind = _parsed(text, str(path))
        except UnicodeDecodeError as error:
            line = path.read_bytes().count(b"\n", 0, error.start) + 1
            self.unread += [said("error", path, line, "This is not UTF-8.", "Save the file as UTF-8.")] * own
        except TemplateSyntaxError as error:
            self.unread += [said("error", path, error.lineno, f"{error.message}.")] * own
        else:
            self.templates.append(Template(number, path, text, own, body, by_kind))

    def own(self) -> Iterator[Template]:
        return (template for template in self.templates if template.own)

    def of_file(self, name: str) -> Iterator[Template]:
        """The templates of that name, of any folder."""
        return (template for template in self.templates if template.path.name == name)

    def get(self, number: int, name: str) -> Template | None:
        return next((each for each in self.of_file(name) if each.number == number), None)


@lru_cache(maxsize=64)  # those of the built-in themes are read again with every theme
def _parsed(text: str, path: str) -> tuple[list[nodes.Node], _ByKind]:
    tree = environment_of((), "html").parse(text, path, path)
    by_kind: _ByKind = {}
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        by_kind.setdefault(type(node), []).append(node)
        waiting += reversed(list(node.iter_child_nodes()))
    return tree.body, by_kind


def constant(node: nodes.Node | None) -> str:
    """The text that a node is, "" where it is none or is only known when it runs."""
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def parts_called(template: Template) -> Iterator[tuple[str, int]]:
    """The names in `part("name", …)`, with their lines."""
    for call in template.find(nodes.Call):
        named = isinstance(call.node, nodes.Name) and call.node.name == "part" and call.args
        if named and (name := constant(call.args[0])):
            yield name, call.lineno
