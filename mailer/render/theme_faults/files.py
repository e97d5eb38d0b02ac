"""Files of a theme that nothing reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, UnknownLocaleError
from jinja2 import nodes

from mailer.model import Finding
from mailer.render.templates import theme_file
from mailer.render.theme_faults.sources import Sources, constant, near, said
from mailer.workspace import built_in_templates
from mailer.workspace.themes import LAST, from_line

NAMES = (
    "release.html.j2",
    "release.txt.j2",
    "blocks.html.j2",
    "blocks.txt.j2",
    "layout.css",
    "clients.css",
    "theme.txt",
)
"""What is read of a theme, and its labels."""
LABELS = re.compile(r"labels\.(.+)\.toml")
_LIKE_OURS = (".j2", ".css", ".toml", ".html", ".htm", ".jinja", ".jinja2")


def faults_of_files(sources: Sources) -> Iterator[Finding]:
    """Names that nobody reads, files that are links elsewhere, and a theme.txt that means to say `From:`."""
    asked_for = set(_asked_for(sources))
    yield from sources.unread
    for folder in sources.folders:
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            if path.is_dir():
                yield from _in_a_folder(path)
            elif path.name in (*NAMES, *asked_for) or _language(path.name):
                if theme_file([folder], path.name) is None:
                    yield said("warning", path, 0, "This is a link to a file outside the theme, and is not read.",
                               "Put the file itself here.")  # fmt: skip
            else:
                yield from _not_read(path)
        if about := theme_file([folder], "theme.txt"):
            yield from _about(about)


def _asked_for(sources: Sources) -> Iterator[str]:
    """Files that a template includes, imports, or puts in as a stylesheet."""
    for template in sources.templates:
        for node in template.naming():
            wanted = node.template
            several = wanted.items if isinstance(wanted, nodes.List | nodes.Tuple) else [wanted]
            yield from (constant(each).rpartition("/")[2] for each in several)
        for call in template.find(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "stylesheet" and call.args:
                yield constant(call.args[0])


def _language(name: str) -> str:
    """The tag in `labels.TAG.toml`, "" where it is none."""
    match = LABELS.fullmatch(name)
    if not match or not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", match[1]):
        return ""
    try:
        Locale.parse(match[1], sep="-")
    except (UnknownLocaleError, ValueError):
        return ""
    return match[1]


def _not_read(path: Path) -> Iterator[Finding]:
    if labels := LABELS.fullmatch(path.name):
        tags = built_in_tags()
        tag = near(labels[1], tags) or near(labels[1][:2], tags)
        hint = tag.replace("mean ", "mean labels.").replace("?", ".toml?")
        what = f"“{labels[1]}” is no language that is known, so this is not read."
        yield said(
            "warning", path, 0, what, hint or "The language is a tag such as en or pt-BR: labels.en.toml."
        )
        return
    hint = near(path.name.lower(), (*NAMES, "labels.en.toml"))
    if hint or path.name.lower().endswith(_LIKE_OURS):
        otherwise = f"Rename or remove it. A theme's files are {', '.join(NAMES)} and labels.LANG.toml."
        yield said(
            "warning", path, 0, "A theme has no file of this name, so it is not read.", hint or otherwise
        )


def built_in_tags() -> list[str]:
    """The languages that have labels."""
    found = (LABELS.fullmatch(path.name) for path in (built_in_templates() / LAST).glob("labels.*.toml"))
    return sorted(match[1] for match in found if match)


def _in_a_folder(folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.rglob("*")):
        if path.name in NAMES or LABELS.fullmatch(path.name):
            yield said(
                "warning",
                folder,
                0,
                f"{path.name} in this folder is not read.",
                "Move it into the theme's own folder.",
            )


def _about(path: Path) -> Iterator[Finding]:
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").splitlines(), 1):
        match = re.match(r"\s*(\w+)\s*[:=]\s*\S+\s*$", line)
        if match and not from_line(line) and near(match[1].lower(), ("from", "base", "extends")):
            yield said("warning", path, number, f"“{line.strip()}” is read as a description.",
                       "The theme that this one is made from is written “From: NAME”.")  # fmt: skip
