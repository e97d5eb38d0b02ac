"""What `kind` may say: the kinds in English, and in each language that has labels as the labels print them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from mailer.errors import ValueFault
from mailer.model import Kind
from mailer.visible import visible
from mailer.workspace import Workspace, built_in_templates


def parse_kind(text: str, workspace: Workspace) -> Kind:
    """The kind that is meant, in whatever language it is said: a house that writes labels has their kinds too.

    Raises:
        ValueFault: it is none.
    """
    called = _called(workspace)
    names = {_plain(name): name for name in called}
    if name := names.get(_plain(text)):
        return called[name]
    near = get_close_matches(_plain(text), names, n=1, cutoff=0.6)
    raise ValueFault(
        f"“{visible(text)}” is not one of {', '.join(Kind)}",
        f"did you mean {names[near[0]]}?"
        if near
        else "choose one of them, or say it as the labels of a language do",
    )


def kinds_of_labels(folder: Path) -> dict[str, dict[Kind, str]]:
    """How the labels of a theme's folder call each kind, by language. A file that can't be read is the theme's fault,
    and told where the theme is checked."""
    found: dict[str, dict[Kind, str]] = {}
    for path in sorted(folder.glob("labels.*.toml")):
        try:
            labels = tomllib.loads(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
        named = {kind: labels.get(kind.key) for kind in Kind}
        found[path.name.split(".")[1]] = {
            kind: label for kind, label in named.items() if isinstance(label, str) and label.strip()
        }
    return found


def _called(workspace: Workspace) -> Mapping[str, Kind]:
    """Kinds by what they are called: the built-in names before a house's own."""
    own = [kinds_of_labels(folder) for folder in sorted(workspace.templates.glob("*/"))]
    labels = {label: kind for each in own for kinds in each.values() for kind, label in kinds.items()}
    return labels | _built_in()


@cache
def _built_in() -> dict[str, Kind]:
    languages = kinds_of_labels(built_in_templates() / "default").values()
    return {label: kind for kinds in languages for kind, label in kinds.items()} | {
        str(kind): kind for kind in Kind
    }


def _plain(name: str) -> str:
    """Without capitals, accents and Arabic's vowel signs; with one blank where any sign stands."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", bare.casefold()).strip()
